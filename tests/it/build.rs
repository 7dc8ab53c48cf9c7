//! What everybody who builds the program waits for does not grow unseen, and what is missing is
//! said before minutes are spent.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::program::{Answer, root};

/// Crates of the host's build with these kinds of dependencies, the program itself left out.
fn crates(kinds: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--edges",
            kinds,
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // A crate that stands there again, or is a macro, has words behind its version.
    let crates = text.lines().filter_map(|line| {
        line.split_once(" v").map(|(name, rest)| (name, rest.split(' ').next()))
    });
    crates
        .filter(|(name, _)| *name != "breachpost")
        .map(|(name, version)| format!("{name} {}", version.unwrap_or_default()))
        .collect()
}

#[test]
fn a_build_compiles_no_more_crates_than_its_budget() {
    let text = fs::read_to_string(root().join("benches/build/crates.toml")).unwrap();
    let budget = |name: &str| {
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap();
        line.parse::<usize>().unwrap()
    };
    let program = crates("normal,build");
    let tests: Vec<String> = crates("normal,build,dev").difference(&program).cloned().collect();
    assert!(program.contains("typst 0.15.1"), "the crates are read");
    let counts = (program.len(), tests.len());
    assert_eq!(
        counts,
        (budget("program"), budget("tests")),
        "crates of the program and of its tests ({}): more, and benches/build/crates.toml is raised with the reason in the \
         commit; fewer, and it is lowered",
        tests.join(", ")
    );
}

/// What is said ahead of a build in a checkout without one, with these programs in PATH.
fn ahead(programs: &[(&str, &str)]) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let (tree, bin) = (folder.path().join("tree"), folder.path().join("bin"));
    fs::create_dir_all(tree.join("benches/build")).unwrap();
    fs::create_dir(&bin).unwrap();
    for file in ["Cargo.toml", "benches/build/ahead.sh", "benches/build/crates.toml"] {
        fs::copy(root().join(file), tree.join(file)).unwrap();
    }
    for (name, script) in programs {
        fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    for tool in ["bash", "dirname", "sed", "cut", "sort", "head", "env"] {
        let found = ["/usr/bin", "/bin"].iter().map(|folder| format!("{folder}/{tool}"));
        let found = found.into_iter().find(|path| fs::metadata(path).is_ok()).unwrap();
        std::os::unix::fs::symlink(found, bin.join(tool)).unwrap();
    }
    let mut command = Command::new(bin.join("bash"));
    command.arg(tree.join("benches/build/ahead.sh")).env_clear().env("PATH", &bin);
    command.output().unwrap().into()
}

#[test]
fn a_build_says_ahead_what_it_will_do_and_what_is_missing() {
    const NEW: (&str, &str) = ("rustc", "echo 'rustc 1.99.0 (x 2026-01-01)'");
    const FETCHED: (&str, &str) = ("cargo", "exit 0");
    const OFFLINE: (&str, &str) = ("cargo", "echo 'error: no route to host' >&2; exit 101");
    const COMPILER: (&str, &str) = ("cc", "exit 0");
    const CORES: (&str, &str) = ("nproc", "echo 2");

    let ready = ahead(&[NEW, FETCHED, COMPILER, CORES]);
    assert_eq!(ready.code, 0, "{}", ready.stderr);
    let (first, last) = ("builds ", " minutes on 2 cores; then seconds\n");
    assert!(ready.stdout.starts_with(first) && ready.stdout.ends_with(last), "{}", ready.stdout);

    let old = ("rustc", "echo 'rustc 1.70.0 (x 2023-01-01)'");
    for (programs, says) in [
        (vec![COMPILER, CORES], "Rust is not there"),
        (vec![old, FETCHED, COMPILER, CORES], "Rust 1.70.0 is too old"),
        (vec![NEW, FETCHED, CORES], "a C compiler is not there"),
        (vec![NEW, OFFLINE, COMPILER, CORES], "the crates cannot be downloaded"),
    ] {
        let stopped = ahead(&programs);
        assert_eq!(stopped.code, 1, "{says}: {}", stopped.stdout);
        assert!(stopped.stderr.contains(&format!("error: {says}")), "{says}: {}", stopped.stderr);
        assert!(stopped.stderr.lines().last().unwrap().starts_with("hint: "), "{}", stopped.stderr);
    }
}
