//! Which files of the inbox are lists. Recognised by the beginning of their names, whatever the capitals.

use camino::{Utf8Path, Utf8PathBuf};

use crate::row::List;

use super::error::ReadError;
use super::schema;

/// The ending of a sidecar's name.
pub(super) const SIDECAR: &str = ".meta.toml";

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Parquet,
}

/// A list to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) list: List,
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) bytes: u64,
}

/// The inbox, sorted out.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// Sorted by list and name, so that a row keeps its [`RowRef`](crate::row::RowRef) from run to run.
    pub(super) lists: Vec<Found>,
    /// Files that are none of ours.
    pub(super) ignored: Vec<String>,
}

/// Lists the folder.
///
/// A file that is named like a list and cannot be read as one is an error and not ignored: a suppressions list in the
/// wrong format would otherwise mean letters to people who must not get one. Companions of a list that is there
/// (`exposures-1.csv.done`) are no lists.
pub(super) fn open(folder: &Utf8Path) -> Result<Inbox, ReadError> {
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
    for (name, metadata) in &entries {
        match recognise(name) {
            Some((list, Some(form))) if metadata.is_file() => {
                inbox.lists.push(Found { list, name: name.clone(), form, bytes: metadata.len() });
            }
            Some(_) if name.ends_with(SIDECAR) && !metadata.is_file() => {
                return Err(ReadError::NotAFile { file: folder.join(name) });
            }
            Some(_) => check_companion(folder, name, entries.iter().map(|(name, _)| name.as_str()), &mut inbox)?,
            None => inbox.ignored.push(name.clone()),
        }
    }
    inbox.lists.sort_by(|one, other| (one.list, &one.name).cmp(&(other.list, &other.name)));
    if !inbox.lists.iter().any(|found| found.list == List::Exposures) {
        return Err(ReadError::NoExposures { inbox: folder.to_owned() });
    }
    if u16::try_from(inbox.lists.len()).is_err() {
        return Err(ReadError::TooManyFiles { inbox: folder.to_owned() });
    }
    Ok(inbox)
}

fn recognise(name: &str) -> Option<(List, Option<Form>)> {
    let lower = name.to_ascii_lowercase();
    let list = schema::LISTS.into_iter().find(|list| lower.starts_with(schema::name(*list)))?;
    let form = match Utf8Path::new(&lower).extension() {
        Some("csv") => Some(Form::Csv),
        Some("parquet") => Some(Form::Parquet),
        _ => None,
    };
    Some((list, form))
}

fn check_companion<'a>(
    folder: &Utf8Path,
    name: &str,
    mut names: impl Iterator<Item = &'a str>,
    inbox: &mut Inbox,
) -> Result<(), ReadError> {
    let file: Utf8PathBuf = folder.join(name);
    let is_list = |other: &str| matches!(recognise(other), Some((_, Some(_))));
    if let Some(list) = name.strip_suffix(SIDECAR) {
        return if names.any(|other| other == list && is_list(other)) {
            Ok(())
        } else {
            Err(ReadError::OrphanSidecar { file })
        };
    }
    let is_companion =
        names.any(|other| is_list(other) && name.strip_prefix(other).is_some_and(|rest| rest.starts_with('.')));
    if !is_companion {
        return Err(ReadError::NotAList { file });
    }
    inbox.ignored.push(name.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let inbox = open(&path).unwrap();
        let names: Vec<&str> = inbox.lists.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(
            names,
            ["Exposures-1.CSV", "exposures-2.csv", "exposures-3.parquet", "register.csv", "suppressions.csv"]
        );
        assert_eq!(inbox.ignored, [".hidden", "exposures-2.csv.done", "truth.csv"]);
    }

    #[test]
    fn an_inbox_without_exposures_is_refused() {
        let (_guard, path) = folder(&["participants.csv"]);
        let error = open(&path).unwrap_err();
        assert!(matches!(error, ReadError::NoExposures { .. }));
        assert!(error.hint().unwrap().contains("`exposures`"));
    }

    #[test]
    fn a_list_in_a_format_that_cannot_be_read_is_not_ignored() {
        for name in ["suppressions.xlsx", "exposures-9.csv.part", "register.csv.gz", "participants"] {
            let (_guard, path) = folder(&["exposures.csv", name]);
            assert!(matches!(open(&path), Err(ReadError::NotAList { .. })), "{name}");
        }
        let (_guard, path) = folder(&["exposures.csv"]);
        std::fs::create_dir(path.join("exposures-old.csv")).unwrap();
        assert!(matches!(open(&path), Err(ReadError::NotAList { .. })));
    }

    #[test]
    fn a_sidecar_without_its_list_is_refused() {
        let (_guard, path) = folder(&["exposures.csv", "exposures-2.csv.meta.toml"]);
        assert!(matches!(open(&path), Err(ReadError::OrphanSidecar { .. })));
    }
}
