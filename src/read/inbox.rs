//! Which files of the inbox are lists. Recognised by the beginning of their names, whatever the
//! capitals.

use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{FileError, plain};
use crate::config::Inputs;
use crate::field::row::List;

use super::error::ReadError;
use super::names::{self, Form, Name};
use super::{schema, stray};

/// The ending of a sidecar's name.
pub(super) const SIDECAR: &str = ".meta.toml";

/// A list to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) list: List,
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) bytes: u64,
    /// When its bytes last changed, by the clock of its disk.
    pub(super) changed: Option<SystemTime>,
}

/// The inbox, sorted out.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// Sorted by list and name, so that a row keeps its [`RowRef`](crate::field::ids::RowRef) from
    /// run to run.
    pub(super) lists: Vec<Found>,
    /// Files that are none of ours; hidden ones are not named.
    pub(super) ignored: Vec<String>,
}

/// Lists the folder.
///
/// A file that is named like a list and cannot be read as one is an error and not ignored: a
/// suppressions list in the wrong format would otherwise mean letters to people who must not get
/// one. So is one whose name is almost a list's, and one that has a different name and a list's
/// columns. Companions of a list that is there (`exposures-1.csv.done`) are not lists, unless they
/// are packed or unfinished.
pub(super) fn open(folder: &Utf8Path, formats: &Inputs) -> Result<Inbox, ReadError> {
    match look(folder, formats)? {
        (_, Some(problem)) => Err(problem),
        (inbox, None) => Ok(inbox),
    }
}

/// The same for somebody who looks on although a run would stop: everything that is a list, and the
/// first thing that is wrong with the folder.
pub(super) fn look(
    folder: &Utf8Path,
    formats: &Inputs,
) -> Result<(Inbox, Option<ReadError>), ReadError> {
    let failed = |source| ReadError::Inbox { inbox: folder.to_owned(), source };
    let mut entries = Vec::new();
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // `metadata` of the path follows links: a link to a list is a list.
        let metadata = entry.path().metadata().map_err(failed)?;
        entries.push((entry.file_name().to_owned(), metadata));
    }

    entries.sort_by(|one, other| one.0.cmp(&other.0));
    let mut inbox = Inbox::default();
    let mut problem = number_in_name(folder, entries.iter().map(|(name, _)| name.as_str()));
    for (name, metadata) in entries.iter().filter(|(name, _)| !plain::holds_bsn(name)) {
        match names::recognise(name) {
            Name::List(list, form) if metadata.is_file() => {
                let changed = metadata.modified().ok();
                inbox.lists.push(Found {
                    list,
                    name: name.clone(),
                    form,
                    bytes: metadata.len(),
                    changed,
                });
            }
            Name::List(..) | Name::Unread(_) if name.ends_with(SIDECAR) && !metadata.is_file() => {
                problem.get_or_insert(ReadError::NotAFile { file: folder.join(name) });
            }
            Name::List(..) | Name::Unread(_) => {
                let names = entries.iter().map(|(name, _)| name.as_str());
                problem = problem.or(check_companion(folder, name, names, &mut inbox).err());
            }
            Name::Almost(list) => {
                problem.get_or_insert(ReadError::AlmostAList { file: folder.join(name), list });
            }
            Name::Hidden => {}
            Name::Other => {
                let file = folder.join(name);
                let lists =
                    if metadata.is_file() { stray::lists(&file, formats) } else { Vec::new() };
                if lists.is_empty() {
                    inbox.ignored.push(printable(name));
                } else {
                    problem.get_or_insert(ReadError::ListByItsColumns { file, lists });
                }
            }
        }
    }

    inbox.lists.sort_by(|one, other| (one.list, &one.name).cmp(&(other.list, &other.name)));

    if u16::try_from(inbox.lists.len()).is_err() {
        return Err(ReadError::TooManyFiles { inbox: folder.to_owned() });
    }

    if !inbox.lists.iter().any(|found| found.list == List::Exposures) {
        problem.get_or_insert(ReadError::NoExposures { inbox: folder.to_owned() });
    }

    Ok((inbox, problem))
}

/// The first file whose name, which would be told everywhere, holds what may be somebody's BSN.
/// Hidden ones are not named.
fn number_in_name<'a>(
    folder: &Utf8Path,
    names: impl Iterator<Item = &'a str>,
) -> Option<ReadError> {
    let shown = (1..).zip(names.filter(|name| !name.starts_with('.')));
    let (place, name) = { shown }.find(|(_, name)| plain::holds_bsn(name))?;
    let what = match names::recognise(name) {
        Name::List(list, _) | Name::Unread(list) | Name::Almost(list) => {
            format!("a file of the {} list", schema::name(list))
        }
        Name::Hidden | Name::Other => "a file".to_owned(),
    };
    Some(ReadError::NumberInName { inbox: folder.to_owned(), what, place })
}

/// One file outside the inbox, by the list that its name says.
pub(super) fn found(path: &Utf8Path) -> Result<Found, ReadError> {
    let name = path.file_name().unwrap_or_default();
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    number_in_name(folder, std::iter::once(name)).map_or(Ok(()), Err)?;
    let Name::List(list, form) = names::recognise(name) else {
        return Err(ReadError::NotAList { file: path.to_owned() });
    };
    let failed = FileError::at("read", path);
    let metadata = path.metadata().map_err(failed)?;

    if !metadata.is_file() {
        return Err(failed(std::io::Error::other("is not a file")).into());
    }

    Ok(Found {
        list,
        name: name.to_owned(),
        form,
        bytes: metadata.len(),
        changed: metadata.modified().ok(),
    })
}

/// A stranger's name for the report: no control characters, at most 80 characters.
fn printable(name: &str) -> String {
    name.chars().take(80).flat_map(char::escape_debug).collect()
}

/// Stops at a list that is still being written: it has no sidecar that says what it has to be, and
/// changed within the last `quiet` by the real clock.
pub(super) fn check_settled(
    folder: &Utf8Path,
    inbox: &Inbox,
    quiet: Duration,
    now: SystemTime,
) -> Result<(), ReadError> {
    for found in &inbox.lists {
        let file = folder.join(&found.name);
        let has_sidecar = || Utf8PathBuf::from(format!("{file}{SIDECAR}")).exists();
        // A time in the future is no sign of rest: the clocks differ, or the time was set by hand.
        let age = found.changed.map(|changed| now.duration_since(changed).unwrap_or_default());
        if age.is_some_and(|age| age < quiet) && !has_sidecar() {
            return Err(ReadError::Unsettled { file, seconds: quiet.as_secs() });
        }
    }

    Ok(())
}

fn check_companion<'a>(
    folder: &Utf8Path,
    name: &str,
    mut names: impl Iterator<Item = &'a str>,
    inbox: &mut Inbox,
) -> Result<(), ReadError> {
    let file: Utf8PathBuf = folder.join(name);
    let is_list = |other: &str| matches!(names::recognise(other), Name::List(..));
    if let Some(list) = name.strip_suffix(SIDECAR) {
        return if names.any(|other| other == list && is_list(other)) {
            Ok(())
        } else {
            Err(ReadError::OrphanSidecar { file })
        };
    }

    let is_companion = names.any(|other| {
        is_list(other) && name.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
    });

    if !is_companion || names::is_wrapped(name) {
        return Err(ReadError::NotAList { file });
    }

    inbox.ignored.push(printable(name));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Explain as _;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        for name in names {
            std::fs::write(path.join(name), "x").unwrap();
        }
        (guard, path)
    }

    #[test]
    fn lists_are_sorted_by_list_and_name_and_strangers_are_named() {
        let (_guard, path) = folder(&[
            "suppressions.csv",
            "exposures-2.csv",
            "Exposures-1.CSV",
            "exposures-3.parquet",
            "exposures-2.csv.meta.toml",
            "exposures-2.csv.done",
            "register.csv",
            "truth.csv",
            ".hidden",
        ]);

        let inbox = open(&path, &Inputs::default()).unwrap();
        let names: Vec<&str> = inbox.lists.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "Exposures-1.CSV",
                "exposures-2.csv",
                "exposures-3.parquet",
                "register.csv",
                "suppressions.csv"
            ]
        );

        assert_eq!(inbox.ignored, ["exposures-2.csv.done", "truth.csv"]);
    }

    #[test]
    fn an_inbox_without_exposures_is_refused() {
        let (_guard, path) = folder(&["participants.csv"]);
        let error = open(&path, &Inputs::default()).unwrap_err();
        assert!(matches!(error, ReadError::NoExposures { .. }));
        assert!(error.hint().unwrap().contains("`exposures`"));
    }

    #[test]
    fn a_list_in_a_format_that_cannot_be_read_is_not_ignored() {
        for name in [
            "suppressions.xls",
            "exposures-9.csv.part",
            "register.csv.gz",
            "participants",
            "exposures.csv.zip",
        ] {
            let (_guard, path) = folder(&["exposures.csv", name]);
            assert!(
                matches!(open(&path, &Inputs::default()), Err(ReadError::NotAList { .. })),
                "{name}"
            );
        }

        let (_guard, path) = folder(&["exposures.csv"]);
        std::fs::create_dir(path.join("exposures-old.csv")).unwrap();
        assert!(matches!(open(&path, &Inputs::default()), Err(ReadError::NotAList { .. })));
    }

    #[test]
    fn a_sidecar_without_its_list_is_refused() {
        let (_guard, path) = folder(&["exposures.csv", "exposures-2.csv.meta.toml"]);
        assert!(matches!(open(&path, &Inputs::default()), Err(ReadError::OrphanSidecar { .. })));
    }
    #[test]
    fn a_name_that_is_almost_a_lists_stops_with_the_name_it_should_have() {
        let (_guard, path) = folder(&["exposures.csv", "2025-08_suppressions.csv"]);
        let error = open(&path, &Inputs::default()).unwrap_err();
        assert!(error.to_string().contains("2025-08_suppressions.csv"));
        assert!(error.hint().unwrap().contains("`suppressions`"), "{:?}", error.hint());
    }

    #[test]
    fn a_name_that_holds_a_bsn_stops_and_is_told_by_its_place_alone() {
        for (name, what) in [
            ("exposures-999990019.csv", "a file of the exposures list"),
            ("register 9999.90.019.csv", "a file of the register list"),
            ("exposures.csv.999990019", "a file of the exposures list"),
            ("exposures.csv-999990019.meta.toml", "a file of the exposures list"),
            ("nieuwe_suppressions_999990019.csv", "a file of the suppressions list"),
            ("note about 999990019.pdf", "a file"),
        ] {
            let (_guard, path) = folder(&[".hidden-999990019", "a.txt", "exposures.csv", name]);
            let (inbox, problem) = look(&path, &Inputs::default()).unwrap();
            let problem = problem.unwrap();
            let names: Vec<&str> = inbox.lists.iter().map(|list| list.name.as_str()).collect();
            let told = format!("{problem} {:?} {names:?} {:?}", problem.hint(), inbox.ignored);
            let place = if name < "exposures.csv" { 2 } else { 3 };
            assert!(told.contains(what) && told.contains(&format!("file {place} of")), "{told}");
            assert!(told.contains("rename") && !told.contains("019"), "{told}");
            assert!(open(&path, &Inputs::default()).is_err());
            assert!(!found(&path.join(name)).unwrap_err().to_string().contains("019"));
        }

        let (_guard, path) =
            folder(&["exposures-20250915.csv", "exposures-2025-09-15-1.csv", "999990018.txt"]);
        assert_eq!(open(&path, &Inputs::default()).unwrap().lists.len(), 2);
    }

    #[test]
    fn a_list_under_another_name_stops_with_the_name_it_should_have() {
        let (_guard, path) = folder(&["exposures.csv", "export.csv", "notes.txt"]);
        std::fs::write(path.join("export.csv"), "bsn;person_ref;reason\n;P-1;objection\n").unwrap();
        let error = open(&path, &Inputs::default()).unwrap_err();
        assert!(error.to_string().contains("export.csv"));
        assert!(error.hint().unwrap().contains("`suppressions`"), "{:?}", error.hint());
        std::fs::write(path.join("export.csv"), "x;y\n").unwrap();
        assert_eq!(open(&path, &Inputs::default()).unwrap().ignored, ["export.csv", "notes.txt"]);
    }

    #[test]
    fn a_list_that_has_just_changed_is_not_read_unless_a_sidecar_says_what_it_has_to_be() {
        let (_guard, path) = folder(&["exposures.csv"]);
        let inbox = open(&path, &Inputs::default()).unwrap();
        let changed = inbox.lists[0].changed.unwrap();
        let check = |seconds: u64, later: u64| {
            check_settled(
                &path,
                &inbox,
                Duration::from_secs(seconds),
                changed + Duration::from_secs(later),
            )
        };

        assert!(matches!(check(60, 59), Err(ReadError::Unsettled { seconds: 60, .. })));
        assert!(check(60, 60).is_ok() && check(0, 0).is_ok());
        let earlier = changed - Duration::from_secs(5);
        assert!(
            check_settled(&path, &inbox, Duration::from_mins(1), earlier).is_err(),
            "a time in the future"
        );

        std::fs::write(path.join("exposures.csv.meta.toml"), "x").unwrap();
        assert!(check(60, 1).is_ok());
    }
}
