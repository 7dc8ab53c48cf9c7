//! Print files to shipment: the plan of a job, manifest and ticket, and each part as a sealed bag.

pub mod archive;
pub mod bag;
pub mod manifest;
pub mod plan;
pub mod seal;
pub mod sign;
pub mod ticket;

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use crate::base::defect::{self, Defect};
use crate::base::durable::{Hashing, Pending};
use crate::base::{Explain, FileError};
use crate::render::RenderError;
pub use manifest::ManifestError;
pub use plan::{Class, PartPlaces, PartPlan, Places, ProofedLetter, places, plan, plan_again};
pub use seal::{Recipients, SealError};
pub use sign::Signer;
pub use ticket::{JobTicket, job_name, number_in_name};

/// A letter with invented people for press approval.
#[derive(Clone, Debug)]
pub struct Sample {
    /// File name below `samples/`, `[a-z0-9-]+.pdf`. Neutral: no category, no language.
    pub name: String,
    /// The PDF.
    pub bytes: Vec<u8>,
}

/// One part as it waits in staging: encrypted, complete, on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// File name, `<job>-p001.zip.age` or `.zip.gpg`.
    pub file: String,
    /// SHA-256 of the archive before encryption: the same for the same part, always.
    pub plain_sha256: String,
    /// SHA-256 of the file.
    pub sealed_sha256: String,
    /// Letters in it.
    pub letters: u32,
    /// Pages, blank backs counted.
    pub pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
    /// Length of the file.
    pub bytes: u64,
}

/// Why a part could not be packed. Nothing has left the building.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A letter cannot stand in the manifest.
    #[error("cannot make the manifest of part {part}")]
    Manifest {
        /// Which part.
        part: u32,
        /// Why.
        source: ManifestError,
    },
    /// The ticket.
    #[error("cannot make the job ticket")]
    Ticket(#[from] ticket::TicketError),
    /// The delivery note.
    #[error("cannot set the delivery note")]
    Note(#[source] RenderError),
    /// The vendor's keys.
    #[error(transparent)]
    Key(#[from] SealError),
    /// A sample's name could leave its folder or betray something.
    #[error(
        "sample {entry} has a name that is not lower-case letters, digits and hyphens with `.pdf`"
    )]
    SampleName {
        /// Which one, from 1.
        entry: usize,
    },
    /// A print file that no letter of the part is in, or that comes out of order.
    #[error("`{path}` is not the next print file of part {part}")]
    Unplanned {
        /// Which part.
        part: u32,
        /// Which file.
        path: String,
    },
    /// Letters of the part are in a print file that was not set.
    #[error("`{path}` of part {part} was not set")]
    Unset {
        /// Which part.
        part: u32,
        /// Which file.
        path: String,
    },
    /// A file of the bag cannot be written.
    #[error("cannot pack `{path}` of part {part}")]
    Entry {
        /// Which part.
        part: u32,
        /// Which file of the bag.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Explain for PackageError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Key(error) => error.hint(),
            Self::Ticket(_) => Some(
                "this plan cannot be finished: `breachpost plan abandon` gives it up, and the next run plans anew"
                    .to_owned(),
            ),
            Self::Note(_) => Some(
                "`contact` or `service` of [vendor], or a telephone number of the facts, may hold a character that Noto Sans does not \
                 have"
                    .to_owned(),
            ),
            Self::Entry { source, .. } if source.kind() == io::ErrorKind::FileTooLarge => {
                Some("the part is too large for a plain zip; lower `print.letters_per_part`".to_owned())
            }
            Self::File(error) => error.hint(),
            Self::Entry { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("make room in the data directory and run again".to_owned())
            }
            _ => None,
        }
    }
}

/// The name of one part without extension: its folder in the archive and the beginning of its file
/// name.
#[must_use]
pub fn part_name(job_name: &str, part: u32) -> String {
    format!("{job_name}-p{part:03}")
}

/// The file name of one sealed part: it ends in `.zip.age` or `.zip.gpg`.
#[must_use]
pub fn part_file(job_name: &str, part: u32, recipients: &Recipients) -> String {
    format!("{}.zip.{}", part_name(job_name, part), recipients.ending())
}

/// The name of one part in the name of its file; `None`: it is no part's.
#[must_use]
pub fn part_in_name(file: &str) -> Option<&str> {
    file.strip_suffix(".zip.age").or_else(|| file.strip_suffix(".zip.gpg"))
}

/// Proves, before a plan is committed, that every letter of a part can stand in the manifest, and
/// that there is a ticket and a delivery note for it.
///
/// # Errors
/// [`PackageError::Manifest`] for the first letter that cannot, [`PackageError::Ticket`],
/// [`PackageError::Note`].
pub fn prove(job: &JobTicket<'_>, part: &PartPlan) -> Result<(), PackageError> {
    manifest::write(job.marked(), &part.letters, io::sink())
        .map_err(|source| PackageError::Manifest { part: part.number, source })?;
    ticket::note::pdf(job, part)?;
    Ok(())
}

/// Packs one part into `staging` as its print files come: bag, zip and encryption in one stream, so
/// neither the plain archive nor a print file stands on a disk. `print_files` are name and bytes of
/// those that the part's letters name, in print order; each is let go before the next is asked for.
/// A sealed file of an earlier attempt is replaced; the caller does not come here again once the
/// seal is recorded.
///
/// # Errors
/// [`PackageError`], or whatever `print_files` gives; the sealed file then does not exist, or is as
/// it was.
pub fn pack<E: From<PackageError>>(
    part: &PartPlan,
    job: &JobTicket<'_>,
    samples: &[Sample],
    recipients: &Recipients,
    staging: &Utf8Path,
    print_files: impl Iterator<Item = Result<(String, Vec<u8>), E>>,
) -> Result<Sealed, E> {
    let file = part_file(&job.name(), part.number, recipients);
    let target = staging.join(&file);
    let failed = |error| PackageError::from(FileError::at("write", &target)(error));

    let out =
        Hashing::new(BufWriter::with_capacity(1 << 18, Pending::create(&target).map_err(failed)?));
    let sealer = seal::Sealer::new(recipients, out).map_err(failed)?;
    let mut archive = archive::ArchiveWriter::new(Hashing::new(sealer));

    fill(&mut archive, part, job, samples, print_files)?;
    let (sealer, plain_sha256, _) = archive.finish().map_err(failed)?.finish();
    let (mut buffer, sealed_sha256, bytes) = sealer.finish().map_err(failed)?.finish();
    buffer.flush().map_err(failed)?;
    let pending = buffer.into_inner().map_err(|error| failed(error.into_error()))?;

    pending.replace().map_err(failed)?;

    let sum = |number: fn(&crate::field::place::Place) -> u32| {
        part.letters.iter().map(|letter| number(&letter.place)).sum()
    };
    Ok(Sealed {
        file,
        plain_sha256,
        sealed_sha256,
        letters: part.letters.iter().map(|_| 1).sum(),
        pages: sum(|place| place.pages),
        sheets: sum(|place| place.sheets),
        bytes,
    })
}

/// Writes the bag: what was made for it before and behind the print files, in the order of their
/// paths.
fn fill<W: Write, E: From<PackageError>>(
    archive: &mut archive::ArchiveWriter<W>,
    part: &PartPlan,
    job: &JobTicket<'_>,
    samples: &[Sample],
    print_files: impl Iterator<Item = Result<(String, Vec<u8>), E>>,
) -> Result<(), E> {
    let job_name = job.name();
    let name = part_name(&job_name, part.number);
    let entry = |(path, source)| PackageError::Entry { part: part.number, path, source };
    let mut bag = bag::Bag::begin(archive, &name).map_err(entry)?;
    for (path, bytes) in before(part, job)? {
        bag.add(path, &bytes).map_err(entry)?;
    }

    let mut planned =
        part.letters.chunk_by(|one, next| one.place.print_file == next.place.print_file);
    for file in print_files {
        let (path, bytes) = file?;
        if planned.next().is_none_or(|letters| letters[0].place.print_file != path) {
            return Err(PackageError::Unplanned { part: part.number, path }.into());
        }
        bag.add(&path, &bytes).map_err(entry)?;
    }

    if let Some(letters) = planned.next()
        && !defect::is(Defect::PrintFileSkipped)
    {
        return Err(PackageError::Unset {
            part: part.number,
            path: letters[0].place.print_file.clone(),
        }
        .into());
    }

    for (path, bytes) in behind(samples)? {
        bag.add(&path, bytes).map_err(entry)?;
    }

    let label =
        bag::Label { job: &job_name, part: part.number, parts: job.parts, date: job.run_date };
    Ok(bag.finish(&label).map_err(entry)?)
}

/// Path and content of a file that was made for the bag.
type Made = (&'static str, Cow<'static, [u8]>);

/// Files of the payload that stand before the print files.
fn before(part: &PartPlan, job: &JobTicket<'_>) -> Result<[Made; 4], PackageError> {
    let mut manifest = Vec::new();
    manifest::write(job.marked(), &part.letters, &mut manifest)
        .map_err(|source| PackageError::Manifest { part: part.number, source })?;
    Ok([
        ("README.txt", README.into()),
        (ticket::note::FILE, ticket::note::pdf(job, part)?.into()),
        ("job.json", ticket::json(job, part)?.into()),
        ("manifest.csv", manifest.into()),
    ])
}

/// A file that is the same in every part.
macro_rules! fixed {
    ($folder:literal, $from:literal, $name:literal) => {
        (
            concat!($folder, $name),
            include_bytes!(concat!("../templates/package/", $from, $name)).as_slice(),
        )
    };
}

const README: &[u8] = include_bytes!("../templates/package/README.txt");

/// Schemas of what the vendor gets and sends, and examples of what it sends.
const FIXED: [(&str, &[u8]); 10] = [
    fixed!("receipts/", "receipts/", "2500001.ack.json"),
    fixed!("receipts/", "receipts/", "2500001.production.csv"),
    fixed!("receipts/", "receipts/", "2500001.returns.csv"),
    fixed!("receipts/", "receipts/", "2500001.stopped.json"),
    fixed!("schema/", "", "ack.schema.json"),
    fixed!("schema/", "", "job.schema.json"),
    fixed!("schema/", "", "manifest.schema.json"),
    fixed!("schema/", "", "production.schema.json"),
    fixed!("schema/", "", "returns.schema.json"),
    fixed!("schema/", "", "stopped.schema.json"),
];

/// A file that is the same in every part of every job of this program, by its path in the payload.
#[must_use]
pub fn fixed_file(path: &str) -> Option<&'static [u8]> {
    if path == "README.txt" {
        return Some(README);
    }
    FIXED.iter().find(|(fixed, _)| *fixed == path).map(|(_, bytes)| *bytes)
}

/// Whether a path in the payload is one of a file that every part has, and that is its own.
#[must_use]
pub fn is_own_file(path: &str) -> bool {
    ["job.json", "manifest.csv", ticket::note::FILE].contains(&path)
}

/// The name of a sample in the payload, if a path is one's.
#[must_use]
pub fn sample_name(path: &str) -> Option<&str> {
    path.strip_prefix("samples/").filter(|name| neutral(name))
}

/// Files of the payload that stand behind the print files.
fn behind(samples: &[Sample]) -> Result<Vec<(String, &[u8])>, PackageError> {
    let mut files: Vec<(String, &[u8])> =
        FIXED.iter().map(|(path, bytes)| ((*path).to_owned(), *bytes)).collect();

    for (entry, sample) in (1..).zip(samples) {
        if !neutral(&sample.name) {
            return Err(PackageError::SampleName { entry });
        }
        files.push((format!("samples/{}", sample.name), sample.bytes.as_slice()));
    }

    files.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    Ok(files)
}

fn neutral(name: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.strip_suffix(".pdf").is_some_and(|stem| !stem.is_empty() && stem.bytes().all(safe))
}

#[cfg(test)]
pub(crate) mod testing {
    //! Invented letters for the tests of this stage.

    use crate::config::Vendor;
    use crate::field::address::AddressSource;
    use crate::field::draft::{Draft, Kix, PostalParts};
    use crate::field::findings::Findings;
    use crate::field::ids::{LetterId, Pseudonym};
    use crate::field::terms::{
        Audience, Category, Format, Items, Kind, Language, Published, Status, Zone,
    };

    /// A letter to somebody in Utrecht; `number` makes its id.
    pub fn draft(number: u32, postcode: &str) -> Draft {
        Draft {
            letter_id: letter_id(number),
            person: Pseudonym([7; 16]),
            subject: crate::field::subject::LetterSubject::Person,
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
            name_lines: vec!["Mevrouw A. de Vries".to_owned()],
            address_lines: vec!["Dorpsstraat 12 A".to_owned(), format!("{postcode}  UTRECHT")],
            country_line: String::new(),
            address_source: AddressSource::Participants,
            postal: PostalParts {
                street: "Dorpsstraat".to_owned(),
                house_number: "12".to_owned(),
                house_letter: "A".to_owned(),
                house_addition: String::new(),
                postcode: postcode.to_owned(),
                town: "UTRECHT".to_owned(),
                country: "NL".to_owned(),
                foreign_lines: Vec::new(),
            },
            kix: Kix::Code(format!("{postcode}12XA")),
            zone: Zone::Domestic,
            provider_display: String::new(),
            body: "0".repeat(64),
            record_ids: vec!["r1".to_owned()],
            rows: vec![("exposures.csv".to_owned(), 1)],
            row_refs: Vec::new(),
        }
    }

    /// Sorted like the number.
    pub fn letter_id(number: u32) -> LetterId {
        const SORTED: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
        let symbol =
            |place: u32| SORTED[(number.checked_shr(5 * (24 - place)).unwrap_or(0) & 31) as usize];
        // The last character has two bits that mean nothing.
        let text: String =
            (0..25_u32).map(|place| char::from(symbol(place))).chain(['a']).collect();
        text.parse().unwrap()
    }

    /// A vendor without a usable key.
    pub fn vendor() -> Vendor {
        Vendor {
            recipients: Vec::new(),
            contact: "desk@printer.example".to_owned(),
            service: "STD".to_owned(),
            return_option: "digital".to_owned(),
            posting_days: [1, 3],
            retention_days: 90,
        }
    }
}
