//! `<job>.announcement.json`: what the vendor hears of a job before it comes. Counts and dates; it is
//! not encrypted, so it holds nothing else.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{ClassCounts, Counts, JobTicket, Posting, TicketError};
use super::{add_classes, class_lines, plex, posting};
use crate::package::Sealed;
use crate::package::plan::{Class, PartPlan};

/// Version of its fields.
const SCHEMA_VERSION: u32 = 1;

/// The classes of a job, counted part by part.
#[derive(Debug, Default)]
pub struct Announcement {
    classes: BTreeMap<Class, Counts>,
}

/// The fields in the order in which they are written; docs/vendor.md describes them.
#[derive(Serialize)]
struct Announced<'a> {
    schema_version: u32,
    job: &'a str,
    rehearsal: bool,
    run_date: Date,
    counts: Counts,
    classes: Vec<ClassCounts>,
    paper: &'static str,
    plex: &'static str,
    posting: Posting,
    parts: Vec<AnnouncedPart<'a>>,
}

#[derive(Serialize)]
struct AnnouncedPart<'a> {
    file: &'a str,
    sha256: &'a str,
    bytes: u64,
    #[serde(flatten)]
    counts: Counts,
}

impl Announcement {
    /// Counts the letters of one more part.
    pub fn add(&mut self, part: &PartPlan) {
        add_classes(&mut self.classes, part);
    }

    /// The bytes of the file: indented, one newline at the end.
    ///
    /// # Errors
    /// [`TicketError`] when the configured number of days leads outside the calendar.
    pub fn json(self, job: &JobTicket<'_>, sealed: &[Sealed]) -> Result<Vec<u8>, TicketError> {
        let counts = |part: &Sealed| Counts {
            letters: part.letters,
            sheets: part.sheets,
            pages: part.pages,
        };
        let add = |sum: Counts, part: Counts| Counts {
            letters: sum.letters + part.letters,
            sheets: sum.sheets + part.sheets,
            pages: sum.pages + part.pages,
        };
        let parts = sealed.iter().map(|part| AnnouncedPart {
            file: &part.file,
            sha256: &part.sealed_sha256,
            bytes: part.bytes,
            counts: counts(part),
        });

        let name = job.name();
        let mut json = serde_json::to_vec_pretty(&Announced {
            schema_version: SCHEMA_VERSION,
            job: &name,
            rehearsal: job.rehearsal,
            run_date: job.run_date,
            counts: sealed.iter().map(counts).fold(Counts::default(), add),
            classes: class_lines(self.classes),
            paper: super::PAPER,
            plex: plex(job.print),
            posting: posting(job)?,
            parts: parts.collect(),
        })?;
        json.push(b'\n');
        Ok(json)
    }
}
