//! Nothing gets out of the process: no file elsewhere, no core, no permissions for others, no value
//! in a panic.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::canaries::Search;
use crate::program::{Night, modes, root};
use crate::tools::run;

/// Paths that a line of a trace makes or renames to.
fn made(line: &str) -> Vec<&str> {
    let creates = line.contains("O_CREAT") || line.contains("O_TMPFILE");
    let makes =
        ["creat(", "mkdir", "rename", "link", "mknod"].iter().any(|call| line.contains(call));
    if line.contains(" = -1 ")
        || !(creates || makes)
        || line.contains("unlink")
        || line.contains("readlink")
    {
        return Vec::new();
    }
    line.split('"').skip(1).step_by(2).collect()
}

#[test]
fn no_file_is_made_outside_the_data_folder() {
    let night = Night::new(10);
    let (trace, temporary) = (night.path().join("trace"), night.path().join("tmp"));
    fs::create_dir(&temporary).unwrap();
    // In a user namespace of its own strace may read the memory of a process that closes itself to
    // debuggers.
    let mut strace = Command::new("unshare");
    strace.args(["-r", "strace", "-f", "-qq", "-o"]).arg(&trace).args(["-e", "trace=%file"]);
    let output =
        strace.args(night.words(&["run", "-vv"])).env("TMPDIR", &temporary).output().unwrap();
    assert!(
        output.status.code().is_some_and(|code| code <= 1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let trace = fs::read_to_string(trace).unwrap();
    let data = night.data();
    let made: Vec<&str> = trace.lines().flat_map(made).collect();
    assert!(made.len() > 50, "the trace shows too little: {}", made.len());
    for path in made {
        assert!(
            Path::new(path).starts_with(&data) && !path.contains("/../"),
            "{path} is outside the data folder"
        );
    }
    assert_eq!(fs::read_dir(temporary).unwrap().count(), 0);
    for (path, mode) in modes(&data) {
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
    }
}

#[test]
fn a_running_process_makes_no_core_and_nothing_for_others() {
    let night = Night::new(40);
    let words = night.words(&["run"]);
    let mut program = Command::new(&words[0]);
    program.args(&words[1..]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = program.spawn().unwrap();
    let about =
        |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
    let end = Instant::now() + Duration::from_mins(1);
    let mut closed = false;
    while !closed && Instant::now() < end {
        let core = about("limits").lines().any(|line| {
            line.starts_with("Max core file size")
                && line.split_whitespace().skip(4).take(2).all(|limit| limit == "0")
        });
        closed = core && about("status").contains("Umask:\t0077");
        std::thread::sleep(Duration::from_millis(2));
    }
    let secrets = about("cmdline") + &about("environ");
    let key = fs::read_to_string(night.data().join("keys/campaign.key")).unwrap();
    assert!(!secrets.contains(key.trim()));
    assert!(child.wait().unwrap().code().is_some_and(|code| code <= 1));
    assert!(closed, "neither limits nor umask were set");
}

/// The library's own panic: a slice of a string quotes the whole string.
#[test]
#[ignore = "is started by the test below, in a process of its own"]
fn panics_about_somebody() {
    breachpost::base::process::close();
    breachpost::base::logging::start(None, jiff::civil::date(2025, 9, 15), 2);
    let name = std::hint::black_box("Zolmbraquité Wyzqorlaan");
    let cut = std::thread::spawn(move || name[..12].len()).join();
    assert!(cut.is_ok(), "{name}");
}

#[test]
fn a_panic_tells_its_place_only() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([
        "--exact",
        "closed::panics_about_somebody",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    let output = child.env("RUST_BACKTRACE", "full").output().unwrap();
    assert!(!output.status.success());
    let said = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&said);
    assert_eq!(text.matches("internal error").count(), 2, "{text}");
    assert!(text.contains("closed.rs:"), "{text}");
    let search = Search::new(&["Zolmbraquit", "Wyzqorlaan"]);
    assert_eq!(search.find(Path::new("panic"), &said), []);
}

#[test]
fn a_secret_key_that_others_can_read_opens_nothing_unless_everybody_has_it() {
    use std::os::unix::fs::PermissionsExt;
    let night = Night::new(5);
    let package = night.run()["package"].as_str().unwrap().to_owned();
    let folder = night.path().join("vendor");
    fs::create_dir(&folder).unwrap();
    let part = folder.join("2500001-p001.zip.age");
    run(Command::new("cp").arg(format!("{package}/rehearsal-2500001-p001.zip.age")).arg(&part));
    let (sample, own) = (folder.join("sample.txt"), folder.join("own.txt"));
    fs::copy(root().join("sample-data/vendor/age-identity.txt"), &sample).unwrap();
    run(Command::new("age-keygen").arg("-o").arg(&own));
    let open = |package: &str, key: &Path| {
        night.ask(&["verify", package, "--identity", key.to_str().unwrap()])
    };

    for mode in [0o644, 0o640, 0o604] {
        for key in [&sample, &own] {
            fs::set_permissions(key, fs::Permissions::from_mode(mode)).unwrap();
        }
        for package in [package.as_str(), part.to_str().unwrap()] {
            assert!(!open(package, &sample).stderr.contains("can be read"), "it is published");
            let refused = open(package, &own);
            assert_eq!(refused.code, 3, "{}{}", refused.stdout, refused.stderr);
            assert!(
                refused.stderr.contains("can be read or changed by other users"),
                "{}",
                refused.stderr
            );
            assert!(refused.stderr.contains("hint: `chmod 0600"), "{}", refused.stderr);
        }
    }
    fs::set_permissions(&own, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!open(&package, &own).stderr.contains("can be read"));
}
