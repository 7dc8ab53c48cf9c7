//! What the vendor sends back: acknowledgement, production, returns, the answer to a stop. A file
//! is read strictly and whole, or refused whole; what it says is held against the ledger in
//! `record`.

mod ack;
mod answer;
mod bounces;
mod error;
mod origin;
mod production;
mod returns;
mod server;
mod table;

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{FileError, confine, durable, hash};
use crate::config::ReceiptSettings;
use crate::field::ids::LetterId;
use crate::package::number_in_name;

pub use ack::{AckPart, Acknowledgement};
pub use answer::{StopAnswer, StopAnswers, StopVerdict};
pub use bounces::{bounced, is_bounces};
pub use error::ReceiptError;
pub use origin::Origin;
pub use production::{CopyTimes, Reading};
pub use returns::ReturnedLetter;
pub use server::ReceiptServer;

/// The largest file that is read, in bytes: 715,000 letters with every column are 130 MB.
const LONGEST: u64 = 400 << 20;

/// The text of a file of the vendor's, if it is not too long.
fn text(path: &Utf8Path) -> Result<String, FileError> {
    durable::read_text(path, confine::longest_file(LONGEST))
        .map_err(FileError::at("read receipt", path))
}

/// A file of the vendor's, read whole and not yet held against the ledger.
#[derive(Debug)]
pub struct ReceiptFile {
    /// Its name, without folder.
    pub name: String,
    /// The job that it names: as in the outbox.
    pub job_name: String,
    /// SHA-256 of its bytes, lower-case hex: how the ledger knows it again.
    pub sha256: String,
    /// How it is known to be the vendor's.
    pub origin: Origin,
    /// What it says.
    pub content: ReceiptContent,
}

/// What a file of the vendor's says.
#[derive(Debug)]
pub enum ReceiptContent {
    /// `<job>.ack.json`.
    Ack(Acknowledgement),
    /// `<job>.production.csv`.
    Production(Vec<Reading>),
    /// `<job>.returns.csv`.
    Returns(Vec<ReturnedLetter>),
    /// `<job>.stopped.json`.
    Answers(StopAnswers),
}

impl ReceiptContent {
    /// The word of its kind.
    #[must_use]
    pub const fn kind(&self) -> ReceiptKind {
        match self {
            Self::Ack(_) => ReceiptKind::Ack,
            Self::Production(_) => ReceiptKind::Production,
            Self::Returns(_) => ReceiptKind::Returns,
            Self::Answers(_) => ReceiptKind::Stopped,
        }
    }

    /// Lines, or parts, that it has something to say about.
    #[must_use]
    pub const fn lines(&self) -> usize {
        match self {
            Self::Ack(ack) => ack.parts.len(),
            Self::Production(rows) => rows.len(),
            Self::Returns(rows) => rows.len(),
            Self::Answers(answers) => answers.parts.len(),
        }
    }
}

/// The kinds of files, by the word in their names.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptKind {
    /// What the vendor has.
    Ack,
    /// What became of each piece.
    Production,
    /// What came back.
    Returns,
    /// What became of a stop.
    Stopped,
}

impl ReceiptKind {
    /// The word in file names and in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Production => "production",
            Self::Returns => "returns",
            Self::Stopped => "stopped",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Ack | Self::Stopped => "json",
            Self::Production | Self::Returns => "csv",
        }
    }
}

/// Job and kind of a file by its name: `<job>.production.csv`, or `<job>.production-WORD.csv` for
/// one of several.
#[must_use]
pub fn named(file: &str) -> Option<(&str, ReceiptKind)> {
    let (job, rest) = file.split_once('.')?;
    let (stem, extension) = rest.split_once('.')?;
    let (word, tail) = stem.split_once('-').map_or((stem, None), |(word, tail)| (word, Some(tail)));

    let is_job = number_in_name(job).is_some();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_tail = |tail: &str| !tail.is_empty() && tail.len() <= 40 && tail.bytes().all(plain);

    let kinds =
        [ReceiptKind::Ack, ReceiptKind::Production, ReceiptKind::Returns, ReceiptKind::Stopped];
    let kind = kinds.into_iter().find(|kind| kind.word() == word)?;
    (is_job && tail.is_none_or(is_tail) && kind.extension() == extension).then_some((job, kind))
}

/// Reads one file.
///
/// # Errors
/// [`ReceiptError`] for the first thing that is not as docs/vendor.md has it.
pub fn read(path: &Utf8Path, settings: &ReceiptSettings) -> Result<ReceiptFile, ReceiptError> {
    if named(path.file_name().unwrap_or_default()).is_none() {
        return Err(ReceiptError::Name { path: path.to_owned() });
    }
    let text = text(path)?;
    let origin = origin::of(path, text.as_bytes(), settings)?;
    understand(path, &text, origin)
}

/// What a file says that is known to be the vendor's. Its path is not looked at, only its name.
fn understand(path: &Utf8Path, text: &str, origin: Origin) -> Result<ReceiptFile, ReceiptError> {
    let name = path.file_name().unwrap_or_default();
    let (job_name, kind) =
        named(name).ok_or_else(|| ReceiptError::Name { path: path.to_owned() })?;

    let content = parse(kind, job_name, text.strip_prefix('\u{feff}').unwrap_or(text))
        .map_err(|problem| ReceiptError::Content { path: path.to_owned(), problem })?;
    Ok(ReceiptFile {
        name: name.to_owned(),
        job_name: job_name.to_owned(),
        sha256: hash::of_bytes(text.as_bytes()),
        origin,
        content,
    })
}

/// The receipts in the watched folder, by name. Signatures and what else is there are left alone;
/// acknowledgements come first, so that pieces are accepted before they are printed.
///
/// # Errors
/// [`ReceiptError`] when no folder is set or it cannot be listed.
pub fn in_folder(settings: &ReceiptSettings) -> Result<Vec<Utf8PathBuf>, ReceiptError> {
    let folder = settings.folder.as_ref().ok_or(ReceiptError::Nothing)?;
    let failed = FileError::at("list receipts in", folder);
    let mut files = Vec::new();
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if is_bounces(entry.file_name()) {
            files.push((ReceiptKind::Stopped, String::new(), entry.path().to_owned()));
        }
        if let Some((job, kind)) = named(entry.file_name()) {
            files.push((kind, job.to_owned(), entry.path().to_owned()));
        }
    }

    files.sort_unstable();
    Ok(files.into_iter().map(|(_, _, path)| path).collect())
}

/// What a file of this kind says.
///
/// # Errors
/// What is wrong with it, with the line; never a value.
pub fn parse(kind: ReceiptKind, job_name: &str, text: &str) -> Result<ReceiptContent, String> {
    match kind {
        ReceiptKind::Ack => ack::parse(job_name, text).map(ReceiptContent::Ack),
        ReceiptKind::Production => production::parse(text).map(ReceiptContent::Production),
        ReceiptKind::Returns => returns::parse(text).map(ReceiptContent::Returns),
        ReceiptKind::Stopped => answer::parse(job_name, text).map(ReceiptContent::Answers),
    }
}

fn letter_id(cell: &str) -> Result<LetterId, &'static str> {
    cell.parse().map_err(|()| "is not 26 characters `[a-z2-7]`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_job_and_kind() {
        let good = [
            ("2500001.ack.json", "2500001", ReceiptKind::Ack),
            ("2500001.production.csv", "2500001", ReceiptKind::Production),
            ("2500001.production-2025-09-18.csv", "2500001", ReceiptKind::Production),
            ("rehearsal-2500001.returns.csv", "rehearsal-2500001", ReceiptKind::Returns),
            ("2500001.stopped.json", "2500001", ReceiptKind::Stopped),
        ];
        for (name, job, kind) in good {
            assert_eq!(named(name), Some((job, kind)), "{name}");
        }

        let bad = [
            "production.csv",
            "250001.production.csv",
            "2500001.production.json",
            "2500001.production-.csv",
            "2500001.production-A.csv",
            "2500001.production.csv.sig",
            "2500001.other.csv",
            "",
        ];
        for name in bad {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn the_examples_in_the_package_are_as_agreed() {
        let examples = [
            ("2500001.ack.json", include_str!("../templates/package/receipts/2500001.ack.json"), 1),
            (
                "2500001.production.csv",
                include_str!("../templates/package/receipts/2500001.production.csv"),
                3,
            ),
            (
                "2500001.returns.csv",
                include_str!("../templates/package/receipts/2500001.returns.csv"),
                1,
            ),
            (
                "2500001.stopped.json",
                include_str!("../templates/package/receipts/2500001.stopped.json"),
                1,
            ),
        ];
        for (name, text, lines) in examples {
            let (job, kind) = named(name).unwrap();
            assert_eq!(parse(kind, job, text).unwrap().lines(), lines, "{name}");
        }
    }
}
