//! `[inputs]`: how the files of each list are written, and what may happen to them from night to
//! night.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::field::contract::DateForm;
use crate::field::row::List;

/// `[inputs.<list>]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inputs {
    /// A list without a sidecar that changed within so many seconds stops the run: somebody may
    /// still be writing it. Absent: 60, and 0 in a rehearsal.
    pub settle_seconds: Option<u64>,
    /// Lab records.
    pub exposures: InputFormat,
    /// Screening participants.
    pub participants: InputFormat,
    /// Population register.
    pub register: InputFormat,
    /// Care providers.
    pub providers: InputFormat,
    /// Suppressions.
    pub suppressions: InputFormat,
    /// People who work in health care.
    pub professionals: InputFormat,
}

impl Inputs {
    /// How the files of a list are written, and what may happen to them.
    #[must_use]
    pub const fn of(&self, list: List) -> &InputFormat {
        match list {
            List::Exposures => &self.exposures,
            List::Participants => &self.participants,
            List::Register => &self.register,
            List::Providers => &self.providers,
            List::Suppressions => &self.suppressions,
            List::Professionals => &self.professionals,
        }
    }

    /// How long a list without a sidecar has to be at rest.
    #[must_use]
    pub fn settle(&self, rehearsal: bool) -> Duration {
        Duration::from_secs(self.settle_seconds.unwrap_or(if rehearsal { 0 } else { 60 }))
    }

    /// Whether files of a list may be replaced under their own names.
    #[must_use]
    pub fn may_replace(&self, list: List) -> bool {
        let usual = !matches!(list, List::Exposures | List::Suppressions);
        self.of(list).replace.unwrap_or(usual)
    }
}

/// How one list's files are written, and what may happen to them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct InputFormat {
    /// `,`, `;` or tab (`"\t"`).
    pub delimiter: char,
    /// Of CSV files; Parquet is always UTF-8.
    pub encoding: TextEncoding,
    /// Lines above the header that are left out, at most 1000: lines of the text in CSV, rows of
    /// the sheet in a workbook.
    pub skip_lines: usize,
    /// Which sheet of a workbook is read; absent = the only one with something in it.
    pub sheet: Option<String>,
    /// Our column name -> header in the file.
    pub columns: BTreeMap<String, String>,
    /// Our column name -> values that the delivering system writes for an empty cell: `deceased_on
    /// = ["1900-01-01"]`. No value that says something about a person (a real date of death, a flag
    /// that is set) can be called empty.
    pub empty: BTreeMap<String, Vec<String>>,
    /// Our column name -> word in the file -> our word. Only columns that hold words of a closed
    /// list or yes and no; `breachpost contract` names them. A word is compared as it is, without
    /// the blanks around it.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// How dates are written; `YYYY-MM-DD` is read beside it.
    pub dates: DateForm,
    /// Files may be replaced under their own names from night to night. Not set: yes for
    /// participants, register, providers and professionals; no for exposures and suppressions, where
    /// rows may be added and one that is gone needs `--accept`.
    pub replace: Option<bool>,
    /// Fewer rows than this share of what the list had stop the run; 0 = never.
    pub min_rows_percent: u8,
    /// More refused rows than this, and more than `max_refused_percent` of the list, stop the run.
    pub max_refused_rows: u64,
    /// See `max_refused_rows`; 100 = never.
    pub max_refused_percent: u8,
}

impl Default for InputFormat {
    fn default() -> Self {
        Self {
            delimiter: ',',
            encoding: TextEncoding::Utf8,
            skip_lines: 0,
            sheet: None,
            columns: BTreeMap::new(),
            empty: BTreeMap::new(),
            words: BTreeMap::new(),
            dates: DateForm::Iso,
            replace: None,
            min_rows_percent: 80,
            max_refused_rows: 20,
            max_refused_percent: 50,
        }
    }
}

/// Encodings that are read; nothing is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum TextEncoding {
    /// UTF-8, with or without byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
}
