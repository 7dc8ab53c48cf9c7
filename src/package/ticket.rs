//! `job.json`: what the vendor has to know about one part of a job. No personal data, nothing about
//! the subject.

pub mod announcement;
pub mod note;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::config::{Print, SheetMark, Vendor};
use crate::field::job_number::JobNumber;
use crate::field::made_with::MadeWith;
use crate::field::piece::ReprintOf;
use crate::package::plan::{Class, PartPlan};
use crate::render::geometry::{MARK, MARK_MODULE, MARK_QUIET};
use crate::render::sheet_mark;

/// In front of everything that is about invented people.
pub const REHEARSAL: &str = "rehearsal-";
/// Version of the ticket's fields.
const SCHEMA_VERSION: u32 = 1;
const PAPER: &str = "A4 80 g";
/// A sheet of A4 of 80 g/m2 weighs 4.99 g.
const SHEET_GRAMS: u32 = 5;

/// What all parts of a job have in common.
#[derive(Clone, Copy, Debug)]
pub struct JobTicket<'a> {
    /// Its number.
    pub number: JobNumber,
    /// Invented people: nothing of it may be posted.
    pub rehearsal: bool,
    /// Parts of the job.
    pub parts: u32,
    /// The run's date.
    pub run_date: Date,
    /// Letters of an earlier job that are printed again.
    pub reprint: Option<ReprintOf>,
    /// Paper, files and window.
    pub print: &'a Print,
    /// Service, returns, dates, contact.
    pub vendor: &'a Vendor,
    /// The neutral return lines of the senders in this job, each once, sorted.
    pub return_lines: &'a [String],
    /// Telephone numbers of the senders in this job, each once, sorted: whom the vendor calls about
    /// the letters.
    pub sender_phones: &'a [String],
    /// The standards that the print files conform to, as the renderer claims them, for instance
    /// `PDF/A-2b`.
    pub pdf_standards: &'a [&'a str],
    /// What the letters are made with; `None` in a job that an earlier program planned.
    pub made_with: Option<&'a MadeWith>,
    /// Head of the ledger's audit chain when the job was planned.
    pub ledger_head: &'a str,
}

impl JobTicket<'_> {
    /// The job that the manifest names: the one in the letters' sheet marks.
    #[must_use]
    pub fn marked(&self) -> JobNumber {
        self.reprint.map_or(self.number, |reprint| reprint.job)
    }

    /// The name in front of all file names: the number, with `rehearsal-` before it in a rehearsal.
    #[must_use]
    pub fn name(&self) -> String {
        job_name(self.number, self.rehearsal)
    }
}

/// The name of a job in file and folder names.
#[must_use]
pub fn job_name(number: JobNumber, rehearsal: bool) -> String {
    if rehearsal { format!("{REHEARSAL}{number}") } else { number.to_string() }
}

/// The number in the name of a job; `None`: it is no job's.
#[must_use]
pub fn number_in_name(name: &str) -> Option<JobNumber> {
    name.strip_prefix(REHEARSAL).unwrap_or(name).parse().ok()
}

/// Whether a job, or a file named after it, is a rehearsal's.
#[must_use]
pub fn is_rehearsal(name: &str) -> bool {
    name.starts_with(REHEARSAL)
}

/// The fields of `job.json`, in the order in which they are written. Described for the vendor in
/// `templates/package/job.schema.json`.
#[derive(Debug, Serialize)]
struct Ticket<'a> {
    schema_version: u32,
    #[serde(with = "crate::field::job_number::as_digits")]
    job: JobNumber,
    rehearsal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reprint_of: Option<Reprinted>,
    part: u32,
    parts: u32,
    counts: Counts,
    classes: Vec<ClassCounts>,
    print_files: Vec<FileCounts<'a>>,
    paper: &'static str,
    plex: &'static str,
    colour: &'static str,
    sheet_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet_mark: Option<Mark>,
    fold: Fold,
    envelope: Envelope,
    enclosures: [&'static str; 0],
    service: &'a str,
    return_option: &'a str,
    return_addresses: &'a [String],
    sort: &'static str,
    posting: Posting,
    reprint: &'static str,
    retention: Retention,
    pdf_standards: &'a [&'a str],
    contact: &'a str,
    sender_contacts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    made_with: Option<&'a MadeWith>,
    ledger_head: &'a str,
}

/// Letters of an earlier job once more.
#[derive(Debug, Serialize)]
struct Reprinted {
    #[serde(with = "crate::field::job_number::as_digits")]
    job: JobNumber,
    reprint_no: u32,
}

impl Reprinted {
    const fn of(reprint: ReprintOf) -> Self {
        Self { job: reprint.job, reprint_no: reprint.reprint_no }
    }
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counts {
    letters: u32,
    sheets: u32,
    pages: u32,
}

#[derive(Debug, Serialize)]
struct ClassCounts {
    class: String,
    sheets_per_letter: u32,
    paper_grams_per_letter: u32,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Debug, Serialize)]
struct FileCounts<'a> {
    file: &'a str,
    class: String,
    #[serde(flatten)]
    counts: Counts,
}

/// Where the sheet mark stands, from the upper left corner of the sheet, and what its digits are.
#[derive(Debug, Serialize)]
struct Mark {
    left_mm: f64,
    top_mm: f64,
    side_mm: f64,
    module_mm: f64,
    modules: u32,
    quiet_zone_mm: f64,
    digits: Vec<Digits>,
}

/// Digits of the sheet mark, from the left.
#[derive(Debug, Serialize)]
struct Digits {
    name: &'static str,
    length: u32,
}

impl Mark {
    fn new() -> Self {
        let digits = sheet_mark::FIELDS.map(|(name, length)| Digits { name, length });
        Self {
            left_mm: MARK.left,
            top_mm: MARK.top,
            side_mm: MARK.right - MARK.left,
            module_mm: MARK_MODULE,
            modules: 16,
            quiet_zone_mm: MARK_QUIET,
            digits: digits.into(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Fold {
    kind: &'static str,
    height_mm: f64,
}

#[derive(Debug, Serialize)]
struct Envelope {
    width_mm: f64,
    height_mm: f64,
    window: Window,
}

/// Measured from the left and bottom edges of the envelope.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the ticket's keys end in their unit")]
struct Window {
    left_mm: f64,
    bottom_mm: f64,
    width_mm: f64,
    height_mm: f64,
}

#[derive(Debug, Serialize)]
struct Posting {
    earliest: Date,
    latest: Date,
}

#[derive(Debug, Serialize)]
struct Retention {
    days: i64,
    destroy_by: Date,
}

/// Why there is no ticket.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// A date lies outside the calendar.
    #[error("the configured posting or retention days lead outside the calendar")]
    Date(#[from] jiff::Error),
    /// A measure of the configuration is no number.
    #[error("cannot write the job ticket")]
    Json(#[from] serde_json::Error),
}

/// The bytes of `job.json` for one part: indented, one newline at the end.
///
/// # Errors
/// [`TicketError`] when the configured number of days leads outside the calendar.
pub fn json(job: &JobTicket<'_>, part: &PartPlan) -> Result<Vec<u8>, TicketError> {
    let mut json = serde_json::to_vec_pretty(&ticket(job, part)?)?;
    json.push(b'\n');
    Ok(json)
}

/// What `job.json` and the delivery note say.
fn ticket<'a>(job: &'a JobTicket<'_>, part: &'a PartPlan) -> Result<Ticket<'a>, TicketError> {
    Ok(Ticket {
        schema_version: SCHEMA_VERSION,
        job: job.number,
        rehearsal: job.rehearsal,
        reprint_of: job.reprint.map(Reprinted::of),
        part: part.number,
        parts: job.parts,
        counts: count(part),
        classes: classes(part),
        print_files: print_files(part),
        paper: PAPER,
        plex: plex(job.print),
        colour: if job.print.duplex { "1/1 K" } else { "1/0 K" },
        sheet_code: match job.print.sheet_mark {
            SheetMark::Own => "own: Data Matrix ECC 200 on the front of every sheet",
            SheetMark::Reserve => "reserve: zone left free for the vendor's code",
        },
        sheet_mark: (job.print.sheet_mark == SheetMark::Own).then(Mark::new),
        fold: Fold { kind: "two folds, address panel outside", height_mm: job.print.window.fold },
        envelope: envelope(job.print),
        enclosures: [],
        service: &job.vendor.service,
        return_option: &job.vendor.return_option,
        return_addresses: job.return_lines,
        sort: "postcode",
        posting: posting(job)?,
        reprint: "same letter_id, reprint_no one higher; a letter reported spoilt alone comes again from us",
        retention: Retention {
            days: job.vendor.retention_days,
            destroy_by: after(job, job.vendor.retention_days)?,
        },
        pdf_standards: job.pdf_standards,
        contact: &job.vendor.contact,
        sender_contacts: job.sender_phones,
        made_with: job.made_with,
        ledger_head: job.ledger_head,
    })
}

/// A day so long after the run.
fn after(job: &JobTicket<'_>, days: i64) -> Result<Date, TicketError> {
    // More days than a span can hold are no date either.
    Ok(job.run_date.checked_add(jiff::Span::new().try_days(days)?)?)
}

fn posting(job: &JobTicket<'_>) -> Result<Posting, TicketError> {
    let [earliest, latest] = job.vendor.posting_days;
    Ok(Posting { earliest: after(job, earliest)?, latest: after(job, latest)? })
}

const fn plex(print: &Print) -> &'static str {
    if print.duplex { "duplex" } else { "simplex" }
}

fn envelope(print: &Print) -> Envelope {
    let window = &print.window;
    Envelope {
        width_mm: window.envelope_width,
        height_mm: window.envelope_height,
        window: Window {
            left_mm: window.left,
            bottom_mm: window.bottom,
            width_mm: window.width,
            height_mm: window.height,
        },
    }
}

fn count(part: &PartPlan) -> Counts {
    part.letters.iter().fold(Counts::default(), |counts, letter| {
        counts.with(letter.place.pages, letter.place.sheets)
    })
}

impl Counts {
    const fn with(self, pages: u32, sheets: u32) -> Self {
        Self { letters: self.letters + 1, sheets: self.sheets + sheets, pages: self.pages + pages }
    }
}

fn classes(part: &PartPlan) -> Vec<ClassCounts> {
    let mut classes = BTreeMap::new();
    add_classes(&mut classes, part);
    class_lines(classes)
}

fn add_classes(classes: &mut BTreeMap<Class, Counts>, part: &PartPlan) {
    for letter in &part.letters {
        let counts = classes.entry(Class::of(&letter.draft, letter.place.sheets)).or_default();
        *counts = counts.with(letter.place.pages, letter.place.sheets);
    }
}

fn class_lines(classes: BTreeMap<Class, Counts>) -> Vec<ClassCounts> {
    let line = |(class, counts): (Class, Counts)| ClassCounts {
        class: class.code(),
        sheets_per_letter: class.sheets,
        paper_grams_per_letter: class.sheets * SHEET_GRAMS,
        counts,
    };

    classes.into_iter().map(line).collect()
}

fn print_files(part: &PartPlan) -> Vec<FileCounts<'_>> {
    let mut files: Vec<FileCounts<'_>> = Vec::new();
    for letter in &part.letters {
        let place = &letter.place;
        if files.last().is_none_or(|file| file.file != place.print_file) {
            let class = Class::of(&letter.draft, place.sheets).code();
            files.push(FileCounts { file: &place.print_file, class, counts: Counts::default() });
        }
        if let Some(file) = files.last_mut() {
            file.counts = file.counts.with(place.pages, place.sheets);
        }
    }

    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::plan::plan;
    use crate::package::testing::{draft, vendor};

    #[test]
    fn the_ticket_counts_and_dates_the_part() {
        let print = Print { letters_per_file: 2, letters_per_part: 10, ..Print::default() };
        let proofed = vec![
            (draft(1, "1000AA"), 2, 1),
            (draft(2, "1000AA"), 2, 1),
            (draft(3, "1000AA"), 4, 2),
        ];

        let parts = plan("rehearsal-2600001", proofed, &print);
        let vendor = vendor();
        let job = JobTicket {
            number: JobNumber::new(2_600_001).unwrap(),
            rehearsal: true,
            parts: 1,
            run_date: jiff::civil::date(2025, 9, 1),
            reprint: None,
            print: &print,
            vendor: &vendor,
            return_lines: &["Postbus 1, 1000 AA Amsterdam".to_owned()],
            sender_phones: &["088-000 00 00".to_owned()],
            pdf_standards: &["PDF/A-2b"],
            made_with: None,
            ledger_head: "head",
        };

        let ticket: serde_json::Value =
            serde_json::from_slice(&json(&job, &parts[0]).unwrap()).unwrap();
        assert_eq!(ticket["counts"], serde_json::json!({"letters": 3, "sheets": 4, "pages": 8}));
        assert_eq!(ticket["classes"][1]["class"], "A2");
        assert_eq!(
            (&ticket["classes"][1]["paper_grams_per_letter"], &ticket["sender_contacts"][0]),
            (&10.into(), &"088-000 00 00".into())
        );

        let digits = ticket["sheet_mark"]["digits"].as_array().unwrap();
        assert_eq!(digits.iter().map(|field| field["length"].as_u64().unwrap()).sum::<u64>(), 24);
        assert_eq!(ticket["print_files"].as_array().unwrap().len(), 2);
        assert_eq!(
            ticket["posting"],
            serde_json::json!({"earliest": "2025-09-02", "latest": "2025-09-04"})
        );

        assert_eq!(ticket["retention"]["destroy_by"], "2025-11-30");
        assert_eq!(job.name(), "rehearsal-2600001");
    }
}
