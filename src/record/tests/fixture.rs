//! A data folder with invented people, and nights that go all the way.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::{Date, date};
use tempfile::TempDir;

use crate::base::bsn::Bsn;
use crate::field::address::AddressSource;
use crate::field::cells::Cells;
use crate::field::draft::{Draft, Kix, PostalParts};
use crate::field::findings::Findings;
use crate::field::ids::RowRef;
use crate::field::job_number::JobNumber;
use crate::field::mode::Mode;
use crate::field::person::{Cluster, Person};
use crate::field::place::{Place, Planned};
use crate::field::row::{Exposure, Input, List, Rows};
use crate::field::terms::{
    Audience, Category, Format, Item, Items, Kind, Language, Published, Status, Zone,
};
use crate::record::{
    Acceptance, Access, Head, Home, Intake, Ledger, ListTerms, Noted, PartTotals, Recognised,
    RecordError, SealedPart, ShieldNews, StagedFile,
};

pub const CAMPAIGN: &str = "lab-2025";
/// The night on which most tests begin.
pub const NIGHT: Date = date(2026, 1, 5);

/// A data folder that goes when the test ends.
pub struct World {
    _folder: TempDir,
    pub data_dir: Utf8PathBuf,
    /// Made by a program that noted files and not their rows.
    notes_no_rows: bool,
}

impl World {
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = Utf8Path::from_path(folder.path()).unwrap().join("data");
        Self { _folder: folder, data_dir, notes_no_rows: false }
    }

    pub fn new() -> Self {
        let world = Self::empty();
        Ledger::init(&world.home(), NIGHT).unwrap();
        world
    }

    /// A ledger as programs made it before there were modes.
    pub fn without_mode() -> Self {
        let world = Self { notes_no_rows: true, ..Self::empty() };
        Ledger::make(&world.home(), NIGHT, None).unwrap();
        world
    }

    pub fn home(&self) -> Home<'_> {
        Home { data_dir: &self.data_dir, campaign: CAMPAIGN, mode: Mode::Real, anchor: None }
    }

    pub fn copy(&self) -> Self {
        let copy = Self::empty();
        for (name, bytes) in self.bytes() {
            let path =
                copy.data_dir.join(Utf8Path::new(&name).strip_prefix(&self.data_dir).unwrap());
            DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::metadata(&name).unwrap().permissions()).unwrap();
        }
        copy
    }

    pub fn path(&self, name: &str) -> Utf8PathBuf {
        self.data_dir.join(name)
    }

    pub fn open(&self) -> Ledger {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<Ledger, RecordError> {
        Ledger::open(&self.home(), Access::Write)
    }

    /// One whole run; returns the ids of its letters.
    pub fn night(&self, clusters: &[Vec<Exposure>], date: Date) -> Vec<String> {
        let mut ledger = self.open();
        let people = ledger.recognise(borrow(clusters)).unwrap();
        let letters = first_letters(&ledger, &people.people);
        let noted = Notes { no_rows: self.notes_no_rows, ..noted(&people, date) };
        if letters.is_empty() {
            noted.note(&mut ledger).unwrap();
            return Vec::new();
        }
        let job = plan(&mut ledger, &noted, &letters).unwrap();
        finish(self, &mut ledger, job, &letters);
        letters.into_iter().map(|letter| letter.draft.letter_id.to_string()).collect()
    }

    /// Every file of the data folder with its bytes.
    pub fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        walk(&self.data_dir, &mut files);
        files.sort();
        files
    }
}

fn walk(folder: &Utf8Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in folder.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push((path.to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// What [`Noted`] borrows.
pub struct Notes<'a> {
    pub run_id: String,
    pub date: Date,
    pub inputs: Vec<Input>,
    pub accepted: Option<String>,
    pub no_rows: bool,
    pub people: &'a Recognised<'a>,
}

impl Notes<'_> {
    /// What the ledger makes of the inbox; its files are not read.
    pub fn intake(&self, ledger: &Ledger) -> Result<Intake, RecordError> {
        let rows = Rows { inputs: self.inputs.clone(), ..Rows::default() };
        let accepted = Acceptance { files: &[], all: self.accepted.as_deref() };
        let intake = ledger.intake(&rows, &|_| strict(), accepted)?;
        Ok(if self.no_rows { Intake { rows: Arc::default(), ..intake } } else { intake })
    }

    /// Notes without letters.
    pub fn note(&self, ledger: &mut Ledger) -> Result<Head, RecordError> {
        let intake = self.intake(ledger)?;
        ledger.note(&self.as_noted(&intake))
    }

    pub fn as_noted<'n>(&'n self, intake: &'n Intake) -> Noted<'n> {
        static NOBODY: ShieldNews = ShieldNews::NONE;
        Noted {
            intake,
            shields: &NOBODY,
            schedule: None,
            run_id: &self.run_id,
            run_date: self.date,
            inputs: &self.inputs,
            identities: &self.people.identities,
        }
    }
}

pub fn noted<'a>(people: &'a Recognised<'a>, date: Date) -> Notes<'a> {
    Notes {
        run_id: format!("run-{date}"),
        date,
        inputs: vec![input()],
        accepted: None,
        no_rows: false,
        people,
    }
}

/// A list of which nothing may change unasked.
pub fn strict() -> ListTerms {
    ListTerms { replace: false, min_rows_percent: 0 }
}

/// The one exposure file of all fixtures.
pub fn input() -> Input {
    Input {
        file: "exposures.csv".into(),
        list: List::Exposures,
        sha256: "ab".repeat(32),
        rows: 9,
        unread_columns: Vec::new(),
        notes: Vec::new(),
    }
}

pub fn plan(
    ledger: &mut Ledger,
    noted: &Notes<'_>,
    letters: &[Planned],
) -> Result<JobNumber, RecordError> {
    let job = ledger.next_job(noted.date)?;
    let staged = [StagedFile { name: "plan.jsonl".into(), sha256: "cd".repeat(32) }];
    let intake = noted.intake(ledger)?;
    let mut draft = ledger.draft(job, noted.as_noted(&intake))?;
    letters.iter().try_for_each(|letter| draft.add(letter))?;
    let plan = draft.finish(&job.to_string(), &staged)?;
    ledger.plan(&plan)?;
    Ok(job)
}

/// Seal, publish, record.
pub fn finish(world: &World, ledger: &mut Ledger, job: JobNumber, letters: &[Planned]) {
    let head = ledger.seal(job, &sealed(job, letters)).unwrap();
    publish(world, job, &head.hash);
    ledger.published(job).unwrap();
    ledger.finished(job).unwrap();
}

pub fn publish(world: &World, job: JobNumber, head: &str) {
    let outbox = world.path("outbox").join(job.to_string());
    fs::create_dir_all(&outbox).unwrap();
    fs::write(
        outbox.join(format!("{job}.SHA256SUMS")),
        format!("{}  {job}-p001.zip.age\n", "22".repeat(32)),
    )
    .unwrap();
    fs::write(
        outbox.join(format!("{job}.done")),
        format!("{{\"job\":\"{job}\",\"ledger_head\":\"{head}\"}}"),
    )
    .unwrap();
}

pub fn sealed(job: JobNumber, letters: &[Planned]) -> Vec<SealedPart> {
    let count = u32::try_from(letters.len()).unwrap();
    vec![SealedPart {
        totals: PartTotals { number: 1, letters: count, pages: 2 * count, sheets: count },
        file: format!("{job}-p001.zip.age"),
        plain_sha256: "11".repeat(32),
        sealed_sha256: "22".repeat(32),
    }]
}

/// A lab record; `bsn` 0 = none.
pub fn exposure(record: &str, row: u32, bsn: u32) -> Exposure {
    let mut cells = [""; 14];
    (cells[0], cells[1], cells[3], cells[5]) = (record, "D1", "V.", "Verzonnen");
    Exposure {
        row: RowRef { file: 0, row },
        cells: Cells::pack(cells).unwrap(),
        bsn: (bsn > 0).then(|| Bsn::new(bsn).unwrap()),
        birth_date: None,
        sex: None,
        category: Some(Category::Screening),
        sample_date: None,
        status: Status::Confirmed,
        published: Published::Unknown,
        items: Items::NONE.with(Item::Name),
        custody: None,
        requester: None,
    }
}

/// BSNs of the test range that pass the 11-test.
pub fn bsns() -> impl Iterator<Item = u32> {
    (900_000_000..).filter(|number| Bsn::new(*number).is_ok())
}

pub fn bsn(index: usize) -> u32 {
    bsns().nth(index).unwrap()
}

/// `count` people of one row, every other one with a BSN.
pub fn people(count: u32) -> Vec<Vec<Exposure>> {
    let person = |(row, bsn): (u32, u32)| {
        vec![exposure(&format!("R{row:05}"), row, if row.is_multiple_of(2) { bsn } else { 0 })]
    };
    (1..=count).zip(bsns()).map(person).collect()
}

pub fn borrow(clusters: &[Vec<Exposure>]) -> Vec<Cluster<'_>> {
    let cluster =
        |rows| Cluster { exposures: rows, participants: Vec::new(), register: Vec::new() };
    clusters.iter().map(|rows| cluster(rows.iter().collect())).collect()
}

/// One letter for everybody who has had none.
pub fn first_letters(ledger: &Ledger, people: &[Person<'_>]) -> Vec<Planned> {
    let new = people.iter().filter(|person| person.told.is_empty());
    (1..).zip(new).map(|(seq, person)| letter(ledger, person, Kind::First, 1, seq)).collect()
}

pub fn findings(items: Items) -> Findings {
    Findings {
        categories: vec![Category::Screening],
        status: Status::Confirmed,
        published: Published::Unknown,
        involved: items,
        possible: Items::NONE,
    }
}

pub fn letter(
    ledger: &Ledger,
    person: &Person<'_>,
    kind: Kind,
    sequence: u32,
    seq: u32,
) -> Planned {
    let letter_id = ledger.keys().letter_id(CAMPAIGN, kind, person.pseudonym, sequence);
    let rows = &person.rows.exposures;
    let items = rows.iter().fold(Items::NONE, |items, row| items.union(row.items));
    Planned {
        draft: Draft {
            reference: letter_id.to_string()[..12].to_owned(),
            letter_id,
            person: person.pseudonym,
            subject: crate::field::subject::LetterSubject::Person,
            patients: 0,
            kind,
            sequence,
            reissue_of: None,
            sender: "bvo".into(),
            findings: findings(items),
            stored: Items::NONE,
            language: Language::Nl,
            format: Format::Standard,
            audience: Audience::Adult,
            custody: None,
            salutation: "Geachte V. Verzonnen".into(),
            name_lines: vec!["V. Verzonnen".into()],
            address_lines: vec!["Nergensstraat 1".into(), "1234 AB  NERGENS".into()],
            country_line: String::new(),
            address_source: AddressSource::Exposure,
            postal: PostalParts::default(),
            kix: Kix::Skipped("NO_POSTCODE".into()),
            zone: Zone::Domestic,
            provider_display: String::new(),
            body: "00".repeat(32),
            record_ids: rows.iter().map(|row| row.record_id().to_owned()).collect(),
            rows: rows.iter().map(|row| ("exposures.csv".to_owned(), row.row.row)).collect(),
            row_refs: rows.iter().map(|row| row.row).collect(),
        },
        place: Place {
            part: 1,
            seq,
            print_file: "print/x-p001-b001.pdf".into(),
            first_page: 2 * seq - 1,
            pages: 2,
            sheets: 1,
        },
    }
}
