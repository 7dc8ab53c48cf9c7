//! Test tables that others made, where they are present.

use std::path::PathBuf;

/// A file of the folder with the shared cases: `$BREACHPOST_CASES`, else `../shared/cases` beside
/// the project. `None` where it is absent; then the test says so and uses the project's own table.
#[expect(clippy::print_stderr, reason = "a test that did less than it could has to say so")]
pub(super) fn shared(name: &str) -> Option<String> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/cases"));
    let folder = std::env::var_os("BREACHPOST_CASES").map_or(beside, PathBuf::from);
    let file = folder.join(name);
    let text = std::fs::read_to_string(&file);
    if text.is_err() {
        eprintln!("{} is not there: only the project's own cases are tested", file.display());
    }
    text.ok()
}
