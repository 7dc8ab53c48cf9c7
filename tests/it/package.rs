//! A whole shipment: planned, packed, sealed, published, and opened again with other people's tools
//! and with ours.

mod bag;
mod streams;
mod tampered;

use std::fs;
use std::process::Command;

use breachpost::base::Explain as _;
use breachpost::base::durable;
use breachpost::config::{Print, Vendor};
use breachpost::deliver;
use breachpost::field::address::AddressSource;
use breachpost::field::draft::{Draft, Kix, PostalParts};
use breachpost::field::findings::Findings;
use breachpost::field::ids::Pseudonym;
use breachpost::field::job_number::JobNumber;
use breachpost::field::place::Planned;
use breachpost::field::terms::{
    Audience, Category, Format, Items, Kind, Language, Published, Status, Zone,
};
use breachpost::package::archive::Reader;
use breachpost::package::{
    self, JobTicket, PackageError, PartPlan, Recipients, Sample, Sealed, Signer,
};
use breachpost::tools::verify;
use breachpost::tools::verify::{Check, PackageVerdict, VerifyKeys, verify, verify_with};
use camino::{Utf8Path, Utf8PathBuf};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use crate::tools::{python, run};

use bag::Bag;

const JOB: JobNumber = JobNumber::new(2_600_001).unwrap();

fn draft(number: u32) -> Draft {
    const SORTED: [char; 8] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    let tail: String =
        (0..6).rev().map(|place| SORTED[(number >> (3 * place) & 7) as usize]).collect();
    let mut draft = Draft {
        // The last character has two bits that mean nothing.
        letter_id: format!("{}{tail}a", "q".repeat(19)).parse().unwrap(),
        person: Pseudonym([7; 16]),
        subject: breachpost::field::subject::LetterSubject::Person,
        patients: 0,
        kind: Kind::First,
        sequence: 1,
        reissue_of: None,
        sender: "bvo".to_owned(),
        findings: Findings {
            categories: vec![Category::Screening],
            status: Status::Confirmed,
            published: Published::Unknown,
            involved: Items::NONE,
            possible: Items::NONE,
        },
        stored: Items::NONE,
        language: Language::Nl,
        format: Format::Standard,
        audience: Audience::Adult,
        custody: None,
        reference: "ABCD-EFGH".to_owned(),
        salutation: "Geachte mevrouw De Vries".to_owned(),
        name_lines: vec![format!("Mevrouw V. {tail}")],
        address_lines: Vec::new(),
        country_line: String::new(),
        address_source: AddressSource::Participants,
        postal: PostalParts {
            street: "Dorpsstraat, achter".to_owned(),
            house_number: (number + 1).to_string(),
            postcode: format!("{}AB", 1000 + number % 3),
            town: "'S-GRAVENHAGE".to_owned(),
            country: "NL".to_owned(),
            ..PostalParts::default()
        },
        kix: Kix::Code(format!("{}AB{}", 1000 + number % 3, number + 1)),
        zone: Zone::Domestic,
        provider_display: String::new(),
        body: "0".repeat(64),
        record_ids: vec!["r1".to_owned()],
        rows: vec![("exposures.csv".to_owned(), 1)],
        row_refs: Vec::new(),
    };
    if number % 5 == 4 {
        draft.zone = Zone::Europe;
        "BELGIUM".clone_into(&mut draft.country_line);
        draft.kix = Kix::Skipped("FOREIGN".to_owned());
        draft.postal = PostalParts {
            country: "BE".to_owned(),
            foreign_lines: vec![format!("Dorpstraat {number}"), "1000  BRUSSELS".to_owned()],
            ..PostalParts::default()
        };
    }
    draft
}

/// A small PDF: one page per list of lines; an empty list is a blank back.
fn pdf(pages: &[Vec<String>]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let page_ref = |index: usize| Ref::new(10 + 2 * i32::try_from(index).unwrap());
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids((0..pages.len()).map(page_ref)).count(i32::try_from(pages.len()).unwrap());
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    for (index, lines) in pages.iter().enumerate() {
        let (id, content_id) = (page_ref(index), Ref::new(page_ref(index).get() + 1));
        let mut page = pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, 595.0, 842.0)).parent(tree).contents(content_id);
        page.resources().fonts().pair(Name(b"F1"), font);
        page.finish();
        let mut content = Content::new();
        content.begin_text().set_font(Name(b"F1"), 11.0).set_leading(14.0).next_line(60.0, 700.0);
        for line in lines {
            content.show(Str(line.as_bytes())).next_line(0.0, -14.0);
        }
        content.end_text();
        pdf.stream(content_id, &content.finish());
    }
    pdf.finish()
}

/// The lines of each page of such a PDF.
fn page_text(bytes: &[u8]) -> Result<Vec<String>, String> {
    let pdf = hayro_syntax::Pdf::new(bytes.to_vec()).map_err(|_| "no PDF".to_owned())?;
    let text = |stream: &[u8]| {
        let stream = String::from_utf8_lossy(stream).into_owned();
        let lines: Vec<&str> = stream
            .lines()
            .filter_map(|line| line.strip_prefix('(')?.strip_suffix(") Tj"))
            .collect();
        lines.join("\n")
    };
    Ok(pdf.pages().iter().map(|page| page.page_stream().map(text).unwrap_or_default()).collect())
}

/// What is set for one letter: front with name, address and sheet code, a second page.
fn pages_of(letter: &breachpost::field::place::Planned) -> Vec<Vec<String>> {
    let (draft, place) = (&letter.draft, &letter.place);
    let mut front = draft.name_lines.clone();
    if draft.zone == Zone::Domestic {
        let (number, letters) = draft.postal.postcode.split_at(4);
        front.push(format!("{number} {letters}  {}", draft.postal.town));
    } else {
        front.extend(draft.postal.foreign_lines.iter().cloned());
        front.push(draft.country_line.clone());
    }
    (0..place.sheets)
        .flat_map(|sheet| {
            let code = format!("1{JOB}{:07}{:02}{:02}00000", place.seq, sheet + 1, place.sheets);
            let text = if sheet == 0 { std::mem::take(&mut front) } else { Vec::new() };
            [[text, vec![code]].concat(), vec![format!("back {}", draft.letter_id)]]
        })
        .collect()
}

struct Site {
    _folder: tempfile::TempDir,
    data: Utf8PathBuf,
    key: Utf8PathBuf,
    name: String,
    sealed: Vec<Sealed>,
}

fn vendor(recipients: Vec<String>) -> Vendor {
    Vendor {
        recipients,
        contact: "desk@printer.example".to_owned(),
        service: "STD".to_owned(),
        return_option: "digital".to_owned(),
        posting_days: [1, 3],
        retention_days: 90,
    }
}

fn job<'a>(
    print: &'a Print,
    vendor: &'a Vendor,
    return_lines: &'a [String],
    rehearsal: bool,
) -> JobTicket<'a> {
    JobTicket {
        reprint: None,
        number: JOB,
        rehearsal,
        parts: 2,
        run_date: jiff::civil::date(2025, 9, 1),
        print,
        vendor,
        return_lines,
        sender_phones: &[],
        pdf_standards: &["PDF/A-2b"],
        made_with: None,
        ledger_head: "head",
    }
}

impl Site {
    /// Twelve letters in two parts, published.
    fn publish() -> Self {
        Self::publish_as(false)
    }

    fn publish_as(rehearsal: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let key = data.join("vendor.key");
        run(Command::new("age-keygen").arg("-o").arg(&key));
        let public = run(Command::new("age-keygen").arg("-y").arg(&key));
        let vendor = vendor(vec![public.trim().to_owned()]);

        let print = Print { letters_per_file: 3, letters_per_part: 7, ..Print::default() };
        let proofed =
            (0..12).map(|number| (draft(number), 2 + 2 * (number / 10), 1 + number / 10)).collect();
        let name = package::job_name(JOB, rehearsal);
        let parts = package::plan(&name, proofed, &print);
        assert_eq!(parts.len(), 2);
        let staging = data.join("staging");
        let lines = ["Postbus 1, 1000 AA Amsterdam".to_owned()];
        let job = job(&print, &vendor, &lines, rehearsal);
        durable::make_folder(&staging).unwrap();
        let recipients = Recipients::parse(&vendor.recipients).unwrap();
        let sample =
            [Sample { name: "sample-01.pdf".to_owned(), bytes: pdf(&[vec!["Proef".to_owned()]]) }];
        let sealed: Vec<Sealed> = parts
            .iter()
            .map(|part| {
                let print_files = set(part).into_iter().map(Ok::<_, PackageError>);
                package::pack(part, &job, &sample, &recipients, &staging, print_files).unwrap()
            })
            .collect();
        deliver::publish(
            &staging,
            &data.join("outbox"),
            &name,
            &sealed,
            "head",
            &Signer::new(&[7; 32]),
        )
        .unwrap();
        Self { _folder: folder, data, key, name, sealed }
    }

    fn folder(&self) -> Utf8PathBuf {
        self.data.join("outbox").join(&self.name)
    }

    fn verify(&self) -> PackageVerdict {
        verify_with(
            &self.folder(),
            VerifyKeys { identity: Some(&self.key), ..VerifyKeys::default() },
            Some(&page_text),
        )
        .unwrap()
    }

    /// The plain zip of a part, made by the `age` tool.
    fn open(&self, part: usize) -> Utf8PathBuf {
        let sealed = self.folder().join(&self.sealed[part].file);
        let plain = self.data.join(self.sealed[part].file.strip_suffix(".age").unwrap());
        run(Command::new("age").args([
            "-d",
            "-i",
            self.key.as_str(),
            "-o",
            plain.as_str(),
            sealed.as_str(),
        ]));
        plain
    }

    /// Changes the payload of part one, makes a new and consistent bag of it, and verifies that.
    fn tampered(&self, change: impl FnOnce(&mut Bag)) -> PackageVerdict {
        let plain = self.open(0);
        let mut bag = Bag::read(&plain);
        change(&mut bag);
        bag.write(&plain);
        verify_with(&plain, VerifyKeys::default(), Some(&page_text)).unwrap()
    }
}

/// Sets the print files of a part.
fn set(part: &PartPlan) -> Vec<(String, Vec<u8>)> {
    let files = part.letters.chunk_by(|one, next| one.place.print_file == next.place.print_file);
    let pages = |letters: &[Planned]| letters.iter().flat_map(pages_of).collect::<Vec<_>>();
    files.map(|letters| (letters[0].place.print_file.clone(), pdf(&pages(letters)))).collect()
}

#[test]
fn a_published_shipment_is_sound() {
    let site = Site::publish();
    let verdict = site.verify();
    assert_eq!(verdict.problems, []);
    assert!(verdict.opened && verdict.read);
    assert_eq!((verdict.parts, verdict.letters, verdict.sheets, verdict.pages), (2, 12, 14, 28));
    assert_eq!(verdict.job, JOB.to_string());
}

#[test]
fn a_rehearsal_says_so_everywhere() {
    let site = Site::publish_as(true);
    let verdict = site.verify();
    assert_eq!(verdict.problems, []);
    assert_eq!(verdict.job, "rehearsal-2600001");
    let mut names: Vec<String> = site
        .folder()
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_owned())
        .collect();
    names.extend(Reader::open(fs::File::open(site.open(0)).unwrap()).unwrap().paths().unwrap());
    assert!(names.iter().all(|name| name.starts_with("rehearsal-2600001")), "{names:?}");
}

#[test]
fn without_a_key_only_checksums_are_verified() {
    let site = Site::publish();
    let verdict = verify(&site.folder(), None).unwrap();
    assert!(verdict.is_sound() && !verdict.opened);
    assert_eq!((verdict.parts, verdict.letters), (2, 0));
}

#[test]
fn other_peoples_tools_open_it() {
    let site = Site::publish();
    run(Command::new("sha256sum")
        .args(["-c", "--strict", "2600001.SHA256SUMS"])
        .current_dir(site.folder()));
    let mut rows = 0;
    for part in 0..2 {
        let plain = site.open(part);
        assert_eq!(durable::fingerprint(&plain).unwrap().0, site.sealed[part].plain_sha256);
        run(Command::new("unzip").args(["-tq", plain.as_str()]));
        let unpacked = site.data.join("unpacked");
        run(Command::new("unzip").args(["-q", plain.as_str(), "-d", unpacked.as_str()]));
        let bag = unpacked.join(plain.file_stem().unwrap());
        for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            run(Command::new("sha256sum").args(["-c", "--strict", list]).current_dir(&bag));
        }
        for folder in ["print", "samples"] {
            for pdf in bag.join("data").join(folder).read_dir_utf8().unwrap() {
                run(Command::new("qpdf").args(["--check", pdf.unwrap().path().as_str()]));
            }
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check_bag.py");
        let counted = run(Command::new(python()).args([script, bag.as_str()]));
        rows += counted.trim().parse::<u32>().unwrap();
    }
    assert_eq!(rows, 12);
}

#[test]
fn the_plain_archive_is_always_the_same_and_the_sealed_one_never() {
    let (one, other) = (Site::publish(), Site::publish());
    for (one, other) in one.sealed.iter().zip(&other.sealed) {
        assert_eq!(one.plain_sha256, other.plain_sha256);
        assert_ne!(one.sealed_sha256, other.sealed_sha256);
    }
}

#[test]
fn nothing_is_left_in_staging() {
    let site = Site::publish();
    assert_eq!(site.data.join("staging").read_dir_utf8().unwrap().count(), 0);
}

#[test]
fn a_part_has_the_print_files_of_its_letters_and_no_others() {
    let (folder, print) =
        (tempfile::tempdir().unwrap(), Print { letters_per_file: 3, ..Print::default() });
    let staging = Utf8Path::from_path(folder.path()).unwrap();
    let key = staging.join("vendor.key");
    run(Command::new("age-keygen").arg("-o").arg(&key));
    let vendor =
        vendor(vec![run(Command::new("age-keygen").arg("-y").arg(&key)).trim().to_owned()]);
    let recipients = Recipients::parse(&vendor.recipients).unwrap();
    let part = &package::plan(
        &JOB.to_string(),
        (0..9).map(|number| (draft(number), 2, 1)).collect(),
        &print,
    )[0];
    let lines = ["Postbus 1, 1000 AA Amsterdam".to_owned()];
    let job = job(&print, &vendor, &lines, false);
    let pack = |choice: &[usize]| {
        let files = set(part);
        let chosen = choice.iter().map(|place| Ok::<_, PackageError>(files[*place].clone()));
        package::pack(part, &job, &[], &recipients, staging, chosen)
    };
    let all: Vec<usize> = (0..set(part).len()).collect();
    assert!(all.len() > 2);
    pack(&all).unwrap();
    assert!(matches!(pack(&[0, 2]), Err(PackageError::Unplanned { .. })));
    assert!(matches!(pack(&[&all[..], &[0]].concat()), Err(PackageError::Unplanned { .. })));
    assert!(matches!(pack(&all[1..]), Err(PackageError::Unplanned { .. })));
    assert!(matches!(pack(&all[..all.len() - 1]), Err(PackageError::Unset { .. })));
}

#[test]
fn another_key_does_not_open_it() {
    let site = Site::publish();
    let other = site.data.join("other.key");
    run(Command::new("age-keygen").arg("-o").arg(&other));
    let error = verify(&site.folder(), Some(&other)).unwrap_err();
    assert!(matches!(error, verify::VerifyError::Seal(_)));
    assert_eq!(error.hint().as_deref(), Some("the package was sealed to another key"));
}

#[test]
fn a_folder_that_is_no_package_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8Path::from_path(folder.path()).unwrap();
    assert!(matches!(verify(path, None), Err(verify::VerifyError::NoPackage { .. })));
}
