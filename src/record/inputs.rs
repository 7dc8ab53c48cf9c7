//! The inbox is cumulative: what an earlier run read has to be there, byte for byte.

use std::collections::BTreeMap;
use std::fmt;

use super::audit::KnownInput;
use super::error::RecordError;
use crate::row::Input;

/// How the inbox differs from what earlier runs read. File names only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputChange {
    /// Nobody has read it before. Fine.
    New(String),
    /// The same bytes under another name. Fine.
    Renamed {
        /// The name that is gone.
        from: String,
        /// The name that is there.
        to: String,
    },
    /// Other bytes under the same name. Stops the run unless it is accepted.
    Changed(String),
    /// Gone. Stops the run unless it is accepted.
    Missing(String),
}

impl InputChange {
    /// Whether the run has to stop unless somebody accepts it and says why.
    #[must_use]
    pub const fn needs_reason(&self) -> bool {
        matches!(self, Self::Changed(_) | Self::Missing(_))
    }
}

impl fmt::Display for InputChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(file) => write!(f, "`{file}` is new"),
            Self::Renamed { from, to } => write!(f, "`{to}` has the bytes of `{from}`"),
            Self::Changed(file) => write!(f, "`{file}` has other bytes"),
            Self::Missing(file) => write!(f, "`{file}` is gone"),
        }
    }
}

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

/// Compares the inbox with what earlier runs read.
pub(super) fn compare(lines: &[(u64, KnownInput)], found: &[Input]) -> Vec<InputChange> {
    let expected = expected(lines);
    let mut new = Vec::new();
    let mut changes = Vec::new();
    for input in found {
        match expected.get(input.file.as_str()) {
            None => new.push(input),
            Some(known) if known.sha256.as_ref() != Some(&input.sha256) => {
                changes.push(InputChange::Changed(input.file.clone()));
            }
            Some(_) => {}
        }
    }
    for (file, known) in expected {
        if found.iter().any(|input| input.file == file) {
            continue;
        }
        let same = |input: &&Input| input.list == known.list && Some(&input.sha256) == known.sha256.as_ref();
        changes.push(match new.iter().position(same) {
            Some(place) => InputChange::Renamed { from: file.to_owned(), to: new.remove(place).file.clone() },
            None => InputChange::Missing(file.to_owned()),
        });
    }
    changes.extend(new.into_iter().map(|input| InputChange::New(input.file.clone())));
    changes.sort_unstable();
    changes
}

/// Refuses changes that nobody has accepted.
pub(super) fn judge(changes: &[InputChange], accepted: Option<&str>) -> Result<(), RecordError> {
    if let Some(reason) = accepted {
        check_reason(reason)?;
    }
    let grave: Vec<String> = changes.iter().filter(|change| change.needs_reason()).map(ToString::to_string).collect();
    if grave.is_empty() || accepted.is_some() { Ok(()) } else { Err(RecordError::InputsChanged { changes: grave }) }
}

fn check_reason(reason: &str) -> Result<(), RecordError> {
    check_line(reason).map_err(|problem| RecordError::AcceptedReason { problem })
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
    crate::plain::check(line)
}

/// The lines to be added to the list of inputs; none when nothing has changed.
pub(super) fn lines(known: &[(u64, KnownInput)], found: &[Input]) -> Vec<KnownInput> {
    let expected = expected(known);
    let gone = |file: &str| expected.get(file).map(|known| KnownInput { sha256: None, ..(*known).clone() });
    let there = |file: &str| {
        found.iter().find(|input| input.file == file).map(|input| KnownInput {
            file: input.file.clone(),
            list: input.list,
            sha256: Some(input.sha256.clone()),
            rows: input.rows,
        })
    };
    let mut lines = Vec::new();
    for change in compare(known, found) {
        match change {
            InputChange::New(file) | InputChange::Changed(file) => lines.extend(there(&file)),
            InputChange::Missing(file) => lines.extend(gone(&file)),
            InputChange::Renamed { from, to } => lines.extend(gone(&from).into_iter().chain(there(&to))),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::List;

    fn input(file: &str, sha256: &str) -> Input {
        Input { file: file.into(), list: List::Exposures, sha256: sha256.into(), rows: 1, unread_columns: Vec::new() }
    }

    fn known(found: &[Input]) -> Vec<(u64, KnownInput)> {
        lines(&[], found).into_iter().map(|line| (1, line)).collect()
    }

    #[test]
    fn a_new_file_is_fine_and_a_changed_or_missing_one_is_named() {
        let before = known(&[input("exposures-1.csv", "aa"), input("exposures-2.csv", "bb")]);
        let now = [input("exposures-1.csv", "cc"), input("exposures-3.csv", "dd")];
        let changes = compare(&before, &now);
        assert_eq!(
            changes,
            [
                InputChange::New("exposures-3.csv".into()),
                InputChange::Changed("exposures-1.csv".into()),
                InputChange::Missing("exposures-2.csv".into()),
            ]
        );
        let refusal = judge(&changes, None).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "2 inputs are not the ones that an earlier run read: `exposures-1.csv` has other bytes, `exposures-2.csv` is gone"
        );
        assert!(refusal.hint().unwrap().contains("--accept-inputs REASON"));
        judge(&changes, Some("the lab sent a corrected file")).unwrap();
    }

    #[test]
    fn a_renamed_file_is_noted_and_needs_no_reason() {
        let before = known(&[input("exposures-1.csv", "aa")]);
        let now = [input("exposures-one.csv", "aa")];
        let changes = compare(&before, &now);
        assert_eq!(changes, [InputChange::Renamed { from: "exposures-1.csv".into(), to: "exposures-one.csv".into() }]);
        judge(&changes, None).unwrap();
        let after: Vec<_> =
            before.into_iter().chain(lines(&known(&[]), &[]).into_iter().map(|line| (2, line))).collect();
        let added = lines(&after, &now);
        let after: Vec<_> = after.into_iter().chain(added.into_iter().map(|line| (2, line))).collect();
        assert!(compare(&after, &now).is_empty());
    }

    #[test]
    fn a_copy_beside_the_file_is_new() {
        let before = known(&[input("exposures-1.csv", "aa")]);
        let now = [input("exposures-1.csv", "aa"), input("exposures-copy.csv", "aa")];
        assert_eq!(compare(&before, &now), [InputChange::New("exposures-copy.csv".into())]);
    }

    #[test]
    fn what_was_accepted_is_not_asked_again() {
        let before = known(&[input("exposures-1.csv", "aa"), input("exposures-2.csv", "bb")]);
        let now = [input("exposures-1.csv", "cc")];
        let added = lines(&before, &now);
        let after: Vec<_> = before.into_iter().chain(added.into_iter().map(|line| (2, line))).collect();
        assert!(compare(&after, &now).is_empty());
        assert!(lines(&after, &now).is_empty());
    }

    #[test]
    fn a_reason_is_one_line_of_sensible_length() {
        for reason in ["", "  x ", "two\nlines", &"x".repeat(201)] {
            assert!(matches!(judge(&[], Some(reason)), Err(RecordError::AcceptedReason { .. })));
        }
    }
}
