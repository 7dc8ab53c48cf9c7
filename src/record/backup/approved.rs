//! Statements and signatures in a sealed backup: from them it can be proved years later who approved
//! what.

use std::io;

use camino::Utf8Path;

use crate::base::{data_dir, durable};
use crate::record::error::RecordError;
use crate::record::files;

/// Where they are in the archive.
const FOLDER: &str = "approvals/";

/// The files of `approvals/`, each with its path in the archive.
pub(super) fn paths(data_dir: &Utf8Path) -> Result<Vec<String>, RecordError> {
    let names = files::names(&data_dir::approvals(data_dir))?.into_iter();
    Ok(names.filter(|name| is_name(name)).map(|name| format!("{FOLDER}{name}")).collect())
}

/// The name of a file of `approvals/`, where a path in an archive is one.
pub(in crate::record) fn name_of(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER).filter(|name| is_name(name))
}

/// Names that the program gives: an archive may have been made by somebody else.
fn is_name(name: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || "-.".contains(sign);
    Utf8Path::new(name).extension() == Some("json")
        && !name.starts_with('.')
        && name.chars().all(fits)
}

/// Puts back what is not there. What is there may be newer, and is left alone.
pub(in crate::record) fn put_back(
    data_dir: &Utf8Path,
    kept: &[(String, Vec<u8>)],
) -> Result<(), RecordError> {
    let folder = data_dir::approvals(data_dir);
    for (name, bytes) in kept {
        let path = folder.join(name);
        files::make_folder(&folder)?;
        match durable::write_new(&path, bytes) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(files::failed("write", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_that_folder_are_put_back() {
        assert_eq!(name_of("approvals/2500001.approval.json"), Some("2500001.approval.json"));
        for other in [
            "approvals/../keys/x.json",
            "approvals/.json",
            "approvals/a/b.json",
            "approvals/a",
            "ledger.json",
        ] {
            assert_eq!(name_of(other), None, "{other}");
        }
    }
}
