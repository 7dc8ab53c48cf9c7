//! One part: its bag, its ticket, its rows, its print files.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use serde::Deserialize;

use crate::base::{confine, process};
use crate::package::{self, archive::Reader};
use crate::tools::verify::rows::{Files, LetterId, PrintFile, Rows};
use crate::tools::verify::{Check, Counted, PageText, Problems, bag, pages};

/// What is carried from part to part.
pub(super) struct Whole<'a> {
    pub(super) counted: Counted,
    page_text: Option<PageText<'a>>,
    /// Last number of the print order.
    last_seq: Option<u64>,
    /// Every letter id, sorted at the end.
    letter_ids: Vec<LetterId>,
    /// Parts of the job, as the tickets say.
    parts: Option<u64>,
    opened: u64,
}

impl<'a> Whole<'a> {
    pub(super) const fn new(page_text: Option<PageText<'a>>) -> Self {
        Self {
            counted: Counted { letters: 0, pages: 0, sheets: 0 },
            page_text,
            last_seq: None,
            letter_ids: Vec::new(),
            parts: None,
            opened: 0,
        }
    }

    pub(super) const fn opened(&self) -> bool {
        self.opened > 0
    }

    /// What can only be said at the end.
    pub(super) fn finish(&mut self, problems: &mut Problems) {
        self.letter_ids.sort_unstable();
        let doubled = self.letter_ids.windows(2).filter(|pair| pair[0] == pair[1]).count();
        let text = format!("{doubled} letter ids come more than once");
        problems.add_unless(doubled == 0, Check::Sequence, "manifest.csv", text);
    }
}

/// `job.json` as the vendor reads it: what is checked here has a type, the rest only a name.
#[derive(Debug, Deserialize)]
struct Ticket {
    job: String,
    rehearsal: bool,
    #[serde(default)]
    reprint_of: Option<ReprintNote>,
    part: u64,
    parts: u64,
    plex: String,
    counts: Tally,
    classes: Vec<ClassTally>,
    print_files: Vec<FileTally>,
    #[serde(default)]
    made_with: Option<Maker>,
}

/// The program that made the package, by its hash.
#[derive(Debug, Deserialize)]
struct Maker {
    program: String,
}

/// The job whose letters are printed again.
#[derive(Debug, Deserialize)]
struct ReprintNote {
    job: String,
}

impl Ticket {
    /// The job that the manifest names.
    fn marked(&self) -> &str {
        self.reprint_of.as_ref().map_or(&self.job, |reprint| &reprint.job)
    }

    /// Whether this very program made the package, as it says. Others, and older ones that do not
    /// say who they are, have other schemas.
    fn is_ours(&self) -> bool {
        let own = || process::program_hash().unwrap_or_default();
        self.made_with.as_ref().is_some_and(|maker| maker.program == own())
    }
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Tally {
    letters: u64,
    sheets: u64,
    pages: u64,
}

#[derive(Debug, Deserialize)]
struct ClassTally {
    class: String,
    letters: u64,
    sheets: u64,
    pages: u64,
}

#[derive(Debug, Deserialize)]
struct FileTally {
    file: String,
    letters: u64,
    sheets: u64,
    pages: u64,
}

/// Everything that may be in a ticket; another field could carry what the vendor must not know.
const TICKET_FIELDS: [&str; 29] = [
    "schema_version",
    "job",
    "rehearsal",
    "reprint_of",
    "part",
    "parts",
    "counts",
    "classes",
    "print_files",
    "paper",
    "plex",
    "colour",
    "sheet_code",
    "sheet_mark",
    "fold",
    "envelope",
    "enclosures",
    "service",
    "return_option",
    "return_addresses",
    "sort",
    "posting",
    "reprint",
    "retention",
    "pdf_standards",
    "contact",
    "sender_contacts",
    "made_with",
    "ledger_head",
];

/// Inspects one opened archive whose folder should be `stem`.
pub(super) fn inspect<R: Read + Seek + Send>(
    archive: &mut Reader<R>,
    stem: &str,
    whole: &mut Whole<'_>,
    problems: &mut Problems,
) {
    whole.opened += 1;
    let _looking = confine::looking_at(stem);
    if !archive.is_whole().unwrap_or(false) {
        let text = "has bytes in front of the archive, between its entries or behind its end";
        problems.add(Check::Bag, stem, text);
    }
    let ticket = ticket(archive, stem, problems);
    let rows = Rows {
        job: ticket.as_ref().map(Ticket::marked),
        reprint: ticket.as_ref().is_some_and(|ticket| ticket.reprint_of.is_some()),
        duplex: ticket.as_ref().is_none_or(|ticket| ticket.plex == "duplex"),
        stem,
        keep_text: whole.page_text.is_some(),
    };

    let files = match archive.read(&format!("{stem}/data/manifest.csv")) {
        Ok(bytes) => rows.read(&bytes, &mut whole.last_seq, &mut whole.letter_ids, problems),
        Err(error) => {
            problems.add(Check::Bag, stem, format!("data/manifest.csv cannot be read: {error}"));
            Files::default()
        }
    };

    let page_text = whole.page_text;
    let is_ours = ticket.as_ref().is_some_and(Ticket::is_ours);
    let payload = bag::check(archive, stem, problems, |path, bytes, problems| {
        let path = path.strip_prefix("data/").unwrap_or(path);
        if path.starts_with("print/") {
            return print_file(path, bytes, files.get(path), page_text, problems);
        }
        other_file(path, bytes, is_ours, page_text, problems);
        0
    });
    whole.counted.pages += payload.counted;

    let is_there = |path: &&String| payload.paths.contains(&format!("data/{path}"));
    for path in files.keys().filter(|path| !is_there(path)) {
        problems.add(Check::Pages, path, "is in the manifest and not in the bag");
    }

    for file in files.values() {
        whole.counted.letters += file.letters;
        whole.counted.sheets += file.sheets;
    }

    if let Some(ticket) = ticket {
        compare(&ticket, stem, &files, problems);
        let parts = *whole.parts.get_or_insert(ticket.parts);
        problems.add_unless(
            parts == ticket.parts,
            Check::Ticket,
            stem,
            "gives a different number of parts than part one",
        );
    }
}

fn ticket<R: Read + Seek>(
    archive: &mut Reader<R>,
    stem: &str,
    problems: &mut Problems,
) -> Option<Ticket> {
    let place = format!("{stem}/data/job.json");
    let bytes = match archive.read(&place) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.add(Check::Bag, stem, format!("data/job.json cannot be read: {error}"));
            return None;
        }
    };

    if let Ok(fields) = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(&bytes) {
        let known = fields.keys().all(|field| TICKET_FIELDS.contains(&field.as_str()));
        problems.add_unless(known, Check::Leak, &place, "has a field that is not part of a ticket");
    }

    let ticket: Ticket = match serde_json::from_slice(&bytes) {
        Ok(ticket) => ticket,
        Err(error) => {
            problems.add(
                Check::Ticket,
                &place,
                format!("is not a ticket: line {}, column {}", error.line(), error.column()),
            );
            return None;
        }
    };

    let name = format!(
        "{}{}-p{:03}",
        if ticket.rehearsal { "rehearsal-" } else { "" },
        ticket.job,
        ticket.part
    );

    problems.add_unless(name == stem, Check::Ticket, &place, format!("is the ticket of `{name}`"));
    let fine = (1..=ticket.parts).contains(&ticket.part);
    problems.add_unless(fine, Check::Ticket, &place, "part number is outside the number of parts");

    Some(ticket)
}

fn print_file(
    path: &str,
    bytes: &[u8],
    expected: Option<&PrintFile>,
    page_text: Option<PageText<'_>>,
    problems: &mut Problems,
) -> u64 {
    let Some(expected) = expected else {
        problems.add(Check::Pages, path, "is in the bag and not in the manifest");
        return 0;
    };

    let _looking = confine::looking_at(path);
    let read = page_text.map(|page_text| read(bytes, page_text));
    let found = match &read {
        Some(Ok(pages)) => Some(pages.len() as u64),
        _ => process::caught(|| pages::count(bytes)).ok().flatten(),
    };
    let Some(found) = found else {
        problems.add(Check::Pages, path, "cannot be read as PDF");
        return 0;
    };

    let text = format!("has {found} pages, the manifest says {}", expected.pages);
    problems.add_unless(found == expected.pages, Check::Pages, path, text);

    match read {
        Some(Ok(pages)) => pages::compare(path, &pages, expected, problems),
        Some(Err(error)) => {
            problems.add(Check::Text, path, format!("the pages cannot be read: {error}"));
        }
        None => {}
    }

    found
}

/// The text of the pages; a reader that fails is an answer as well.
fn read(bytes: &[u8], page_text: PageText<'_>) -> Result<Vec<String>, String> {
    process::caught(|| page_text(bytes)).unwrap_or_else(|_| Err("its reader failed".to_owned()))
}

/// A file of the payload that is no print file. `is_ours`: this very program made it.
fn other_file(
    path: &str,
    bytes: &[u8],
    is_ours: bool,
    page_text: Option<PageText<'_>>,
    problems: &mut Problems,
) {
    let _looking = confine::looking_at(path);
    if let Some(fixed) = package::fixed_file(path) {
        let same = !is_ours || bytes == fixed;
        problems.add_unless(same, Check::Files, path, "is not as this program packs it");
    } else if package::sample_name(path).is_some() {
        let pages = page_text.map(|page_text| read(bytes, page_text));
        if let Some(Err(error)) = pages.filter(|_| is_ours) {
            problems.add(Check::Text, path, format!("the pages cannot be read: {error}"));
        }
    } else if !package::is_own_file(path) {
        problems.add(Check::Files, path, "does not belong in a part");
    }
}

/// The ticket's counts against those of the rows.
fn compare(ticket: &Ticket, stem: &str, files: &Files, problems: &mut Problems) {
    let place = format!("{stem}/data/job.json");
    let mut total = Tally { letters: 0, sheets: 0, pages: 0 };
    let mut classes = BTreeMap::<&str, Tally>::new();
    for file in files.values() {
        let class = classes.entry(&file.class).or_insert(Tally { letters: 0, sheets: 0, pages: 0 });
        for tally in [&mut total, class] {
            tally.letters += file.letters;
            tally.sheets += file.sheets;
            tally.pages += file.pages;
        }
    }

    problems.add_unless(
        total == ticket.counts,
        Check::Count,
        &place,
        "counts differ from those of the manifest",
    );

    let said: BTreeMap<&str, Tally> = ticket
        .classes
        .iter()
        .map(|class| {
            (
                class.class.as_str(),
                Tally { letters: class.letters, sheets: class.sheets, pages: class.pages },
            )
        })
        .collect();

    problems.add_unless(
        said == classes,
        Check::Count,
        &place,
        "counts per class differ from those of the manifest",
    );

    let said: BTreeMap<&str, [u64; 3]> = ticket
        .print_files
        .iter()
        .map(|file| (file.file.as_str(), [file.letters, file.sheets, file.pages]))
        .collect();

    let found: BTreeMap<&str, [u64; 3]> = files
        .iter()
        .map(|(name, file)| (name.as_str(), [file.letters, file.sheets, file.pages]))
        .collect();

    problems.add_unless(
        said == found,
        Check::Count,
        &place,
        "counts per print file differ from those of the manifest",
    );
}
