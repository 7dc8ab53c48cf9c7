//! What an administrator installs: units that systemd accepts, man pages and completions for every
//! command.

use std::fs;
use std::process::Command;

use crate::program::root;
use crate::tools::run;

const UNITS: [&str; 6] = [
    "breachpost.service",
    "breachpost.timer",
    "breachpost-transfer.service",
    "breachpost-status.service",
    "breachpost-status.timer",
    "breachpost-failed@.service",
];

#[test]
fn systemd_accepts_the_units() {
    // The programs are where a package puts them; here they are taken from the tree.
    let folder = tempfile::tempdir().unwrap();
    for unit in UNITS {
        let text = fs::read_to_string(root().join("packaging/systemd").join(unit)).unwrap();
        let text = text
            .replace("/usr/bin/breachpost", env!("CARGO_BIN_EXE_breachpost"))
            .replace("/usr/lib/breachpost", root().join("packaging").to_str().unwrap());
        fs::write(folder.path().join(unit), text).unwrap();
    }
    let units =
        UNITS.iter().filter(|unit| !unit.contains('@')).map(|unit| folder.path().join(unit));
    let said = run(Command::new("systemd-analyze").args(["verify", "--man=no"]).args(units));
    assert_eq!(said, "");
}

#[test]
fn the_services_are_exposed_to_little() {
    for unit in UNITS.iter().filter(|unit| unit.ends_with(".service") && !unit.contains('@')) {
        let path = root().join("packaging/systemd").join(unit);
        // Fails above 2.0: the threshold is in tenths.
        run(Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--threshold=20"])
            .arg(path));
    }
}

#[test]
fn a_night_that_ends_with_one_is_no_failure_and_one_that_fails_tells() {
    let unit = fs::read_to_string(root().join("packaging/systemd/breachpost.service")).unwrap();
    assert!(
        unit.contains("\nSuccessExitStatus=1\n")
            && unit.contains("\nOnFailure=breachpost-failed@%n.service\n")
    );
}

#[test]
fn every_command_has_a_man_page_and_a_completion() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_breachpost");
    run(Command::new(program).args(["manual", "--out"]).arg(folder.path()));

    let help = run(Command::new(program).arg("--help"));
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let bash = fs::read_to_string(folder.path().join("completions/breachpost.bash")).unwrap();
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(
            folder.path().join(format!("man1/breachpost-{name}.1")).exists(),
            "no man page for {name}"
        );
        assert!(bash.contains(&format!("breachpost,{name})")), "no completion for {name}");
    }
}
