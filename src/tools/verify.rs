//! Re-opens what was published and counts it again.
//!
//! Nothing here shares a struct or a count with the code that writes a package: what a part should
//! hold is read from the vendor's side, file by file. Only the opening of archives and seals is
//! common.

mod bag;
mod leaks;
mod pages;
mod part;
mod rows;
mod shipment;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::base::{Explain, FileError};
use crate::package::SealError;

/// Problems that are listed; more are only counted.
const MOST_PROBLEMS: usize = 1_000;

/// The text of each page of a PDF, in order. What goes wrong is said in words without personal
/// data.
pub type PageText<'a> = &'a (dyn Fn(&[u8]) -> Result<Vec<String>, String> + Sync);

/// What was found in a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageVerdict {
    /// The job's name, with `rehearsal-` in front in a rehearsal.
    pub job: String,
    /// Whether the parts were opened; without a key only their checksums are verified.
    pub opened: bool,
    /// Whether the pages were read and compared with the manifest.
    pub read: bool,
    /// Parts that were looked at.
    pub parts: u32,
    /// Letters in the manifests.
    pub letters: u64,
    /// Pages in the print files.
    pub pages: u64,
    /// Sheets in the manifests.
    pub sheets: u64,
    /// Fingerprint of the key that signed the list of checksums, `SHA256:...`; `None`: unsigned, or
    /// only a part was looked at.
    pub signed_by: Option<String>,
    /// What is wrong; empty = the package is sound.
    pub problems: Vec<PackageProblem>,
    /// Problems beyond those that are listed.
    pub more_problems: u64,
}

impl PackageVerdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

impl std::fmt::Display for PackageVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "job       {}", self.job)?;
        write!(f, "parts     {}", self.parts)?;

        if self.opened {
            write!(
                f,
                "\nletters   {} on {} sheets, {} pages",
                self.letters, self.sheets, self.pages
            )?;
        } else {
            write!(f, "\nsealed    checksums only; name the key with --identity to open it")?;
        }

        match &self.signed_by {
            Some(key) => write!(f, "\nsigned    by {key}")?,
            None => write!(f, "\nsigned    no")?,
        }

        for problem in &self.problems {
            write!(f, "\nproblem   {}: {}", problem.place, problem.text)?;
        }

        if self.more_problems > 0 {
            write!(f, "\n          and {} more", self.more_problems)?;
        }

        write!(f, "\n{}", if self.is_sound() { "sound" } else { "NOT sound" })
    }
}

/// One thing that is wrong with a package. Never holds a value of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageProblem {
    /// Which check found it.
    pub check: Check,
    /// In which file, and for tables in which line.
    pub place: String,
    /// What is wrong.
    pub text: String,
}

/// The checks, for programs that read the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// Files of the folder, names, `.done`.
    Files,
    /// SHA-256 of a file differs or is missing.
    Checksum,
    /// The signature of the list of checksums.
    Signature,
    /// The bag's structure (RFC 8493).
    Bag,
    /// The job ticket.
    Ticket,
    /// A manifest cell breaks the rules of its column.
    Cell,
    /// Print order, ids, page ranges.
    Sequence,
    /// Counts disagree.
    Count,
    /// Pages found in a print file disagree with the manifest.
    Pages,
    /// The text on a page is not that of the letter.
    Text,
    /// Something that should not be in a package at all.
    Leak,
}

/// Why a package could not be looked at.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum VerifyError {
    /// The path is not a folder `<job>/`, a `.zip.age`, a `.zip.gpg` or a `.zip`.
    #[error("`{path}` is neither a job's folder nor a part (`.zip.age`, `.zip.gpg` or `.zip`)")]
    NoPackage { path: Utf8PathBuf },
    /// The process that looked at it died of it.
    #[error("`{path}` is not a sound package: {why}")]
    Died {
        path: Utf8PathBuf,
        /// Of what, and at which files.
        why: String,
    },
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// A sealed part cannot be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Explain for VerifyError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoPackage { .. } => {
                Some("name `outbox/<job>` or one of the files in it".to_owned())
            }
            Self::Died { .. } => {
                Some("open nothing of it; compare it with the files that were published".to_owned())
            }
            Self::File(error) => error.hint(),
            Self::Seal(error) => error.hint(),
        }
    }
}

/// What a package is opened and held against.
#[derive(Clone, Copy, Debug, Default)]
pub struct VerifyKeys<'a> {
    /// File with an age secret key; without it sealed parts stay closed and only their checksums
    /// are verified.
    pub identity: Option<&'a Utf8Path>,
    /// File with the public line of the key that must have signed the package; without it any sound
    /// signature will do, and so will none.
    pub signer: Option<&'a Utf8Path>,
    /// SHA-256 of every file that a ledger knows as published, sealed and opened, by name; without
    /// it a part is held against itself and against what this program makes.
    pub published: Option<&'a BTreeMap<String, String>>,
}

/// Verifies a published job (`outbox/<job>`), one sealed part or one plain zip: checksums, bag,
/// ticket, every row and the number of pages. `identity` is that of [`VerifyKeys`].
///
/// # Errors
/// [`VerifyError`] when the package cannot be looked at. What is wrong inside is in
/// [`PackageVerdict::problems`].
pub fn verify(
    package: &Utf8Path,
    identity: Option<&Utf8Path>,
) -> Result<PackageVerdict, VerifyError> {
    verify_with(package, VerifyKeys { identity, ..VerifyKeys::default() }, None)
}

/// As [`verify`], and reads the pages with `page_text`: each letter's first page has its name and
/// address lines, no page belongs to another letter.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(
    package: &Utf8Path,
    keys: VerifyKeys<'_>,
    page_text: Option<PageText<'_>>,
) -> Result<PackageVerdict, VerifyError> {
    shipment::verify(package, keys, page_text)
}

/// Collects what is found.
#[derive(Debug, Default)]
struct Problems {
    list: Vec<PackageProblem>,
    more: u64,
}

impl Problems {
    fn add(&mut self, check: Check, place: impl Into<String>, text: impl Into<String>) {
        if self.list.len() < MOST_PROBLEMS {
            self.list.push(PackageProblem { check, place: place.into(), text: text.into() });
        } else {
            self.more += 1;
        }
    }

    /// Adds what was found elsewhere, behind what is there.
    fn append(&mut self, found: Self) {
        let room = MOST_PROBLEMS - self.list.len();
        self.more += found.more + found.list.len().saturating_sub(room) as u64;
        self.list.extend(found.list.into_iter().take(room));
    }

    fn add_unless(
        &mut self,
        fine: bool,
        check: Check,
        place: impl Into<String>,
        text: impl Into<String>,
    ) {
        if !fine {
            self.add(check, place, text);
        }
    }
}

/// Counts over all parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    letters: u64,
    pages: u64,
    sheets: u64,
}
