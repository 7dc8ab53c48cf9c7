//! Other people's programs that the tests hold ours against.

use std::path::PathBuf;
use std::process::Command;

/// The Python of `target/venv`, which `make test` makes from `tests/requirements.txt`.
pub fn python() -> PathBuf {
    let python = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv/bin/python"));
    assert!(python.exists(), "{} is missing; `make test` makes it", python.display());
    python
}

/// Runs a program that must succeed and gives its output.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}
