//! The list of inputs: the inbox is cumulative, and what an earlier run read has to be there.

use std::collections::BTreeMap;

use super::audit::KnownInput;

/// The files that must be in the inbox, by name.
pub(super) fn expected(lines: &[(u64, KnownInput)]) -> BTreeMap<&str, &KnownInput> {
    let mut expected = BTreeMap::new();
    for (_, input) in lines {
        if input.sha256.is_some() {
            expected.insert(input.file.as_str(), input);
        } else {
            expected.remove(input.file.as_str());
        }
    }
    expected
}

/// A line that somebody typed and that is kept for good.
pub(super) fn check_line(line: &str) -> Result<(), &'static str> {
    let length = line.trim().chars().count();
    if length < 3 {
        return Err("is too short");
    }
    if length > 200 {
        return Err("is too long");
    }
    crate::base::plain::check(line)
}
