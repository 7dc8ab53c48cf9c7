//! Where a letter stands in its job.

use serde::{Deserialize, Serialize};

use crate::field::draft::Draft;

/// Where a letter is in the job, fixed in the plan before anything is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Part of the job, from 1.
    pub part: u32,
    /// Print order in the job, from 1, gapless.
    pub seq: u32,
    /// `print/<job>-p001-b001.pdf`.
    pub print_file: String,
    /// First page in that file, from 1.
    pub first_page: u32,
    /// Pages with blank backs.
    pub pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
}

/// A draft with its place in the job: one line of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The draft.
    pub draft: Draft,
    /// Its place.
    pub place: Place,
}
