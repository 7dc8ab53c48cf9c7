//! The papers of earlier runs, read again: which run was the last one, and what it says of each
//! row.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::ReportError;
use crate::base::data_dir;

/// One line of a table by the names of its columns.
pub type RowLine = BTreeMap<String, String>;

/// A run whose papers are on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// Its date, as in its name.
    pub date: String,
    /// Its number on that date.
    pub number: u32,
    /// Folder of its papers.
    pub papers: Utf8PathBuf,
}

impl Shelved {
    /// The name of the run.
    #[must_use]
    pub fn run_id(&self) -> String {
        format!("{}-{}", self.date, self.number)
    }

    /// The lines of one of its tables.
    ///
    /// # Errors
    /// [`ReportError::Csv`] when it cannot be read.
    pub fn lines(
        &self,
        file: &'static str,
    ) -> Result<impl Iterator<Item = Result<RowLine, ReportError>> + use<>, ReportError> {
        let failed = move |source| ReportError::Shelved { file, source };
        let reader = csv::Reader::from_path(self.papers.join(file)).map_err(failed)?;
        Ok(reader.into_deserialize::<RowLine>().map(move |line| line.map_err(failed)))
    }
}

/// Runs that have `rows.csv`, oldest first; none where there is no such folder.
#[must_use]
pub fn runs(data_dir: &Utf8Path) -> Vec<Shelved> {
    let Ok(entries) = data_dir::runs(data_dir).read_dir_utf8() else { return Vec::new() };
    let papers = entries.filter_map(Result::ok).map(|entry| entry.path().to_owned());
    let mut runs: Vec<Shelved> =
        papers.filter(|papers| papers.join("rows.csv").is_file()).filter_map(named).collect();
    runs.sort_by(|one, other| (&one.date, one.number).cmp(&(&other.date, other.number)));
    runs
}

fn named(papers: Utf8PathBuf) -> Option<Shelved> {
    let (date, number) = papers.file_name()?.rsplit_once('-')?;
    Some(Shelved { date: date.to_owned(), number: number.parse().ok()?, papers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_in_the_order_of_their_dates_and_numbers() {
        let guard = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(guard.path()).unwrap();
        for run in ["2025-09-15-10", "2025-09-15-9", "2025-10-01-1", "2025-09-16-1", "notes"] {
            std::fs::create_dir_all(folder.join("runs").join(run)).unwrap();
            std::fs::write(folder.join("runs").join(run).join("rows.csv"), "file\n").unwrap();
        }

        std::fs::create_dir(folder.join("runs/2025-12-01-1")).unwrap();
        let ids: Vec<String> = runs(folder).iter().map(Shelved::run_id).collect();
        assert_eq!(ids, ["2025-09-15-9", "2025-09-15-10", "2025-09-16-1", "2025-10-01-1"]);

        assert!(runs(&folder.join("nowhere")).is_empty());
    }
}
