//! What the vendor gets: parts, opened with the tools that vendors have.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{ExitStatus, Explain, durable};

/// Why the vendor cannot work.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum SimError {
    /// There is nothing to fetch yet.
    #[error("`{package}` has no `.done` file: a vendor does not begin before it is there")]
    NotDone { package: Utf8PathBuf },
    /// A file or folder.
    #[error("the vendor cannot {doing} `{path}`")]
    File { doing: &'static str, path: Utf8PathBuf, source: io::Error },
    /// A tool is not there, or did not do it.
    #[error("the vendor's `{tool}` failed on `{path}`")]
    Tool { tool: &'static str, path: Utf8PathBuf },
    /// The manifest is not as docs/vendor.md has it.
    #[error("the vendor does not understand `{path}`: {problem}")]
    Manifest { path: Utf8PathBuf, problem: &'static str },
}

impl Explain for SimError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Tool { .. } => {
                Some("the simulated vendor needs `age` and `unzip` and the right key".to_owned())
            }
            _ => None,
        }
    }

    fn status(&self) -> ExitStatus {
        ExitStatus::Stopped
    }
}

/// A letter as the manifest has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Place in the job, as it is written.
    pub seq: u32,
    /// The letter.
    pub letter_id: String,
    /// Sheets.
    pub sheets: u32,
}

/// A job in the vendor's house.
#[derive(Clone, Debug)]
pub struct FetchedJob {
    /// Name of the job.
    pub job: String,
    /// Files of its parts with their checksums.
    pub parts: Vec<(String, String)>,
    /// Number of the part and letters in it.
    pub letters: Vec<(u32, u32)>,
    /// All letters, in print order.
    pub pieces: Vec<Piece>,
}

impl FetchedJob {
    /// Fetches a job from its folder and opens every part in `work`, which must be empty.
    ///
    /// # Errors
    /// [`SimError`] when the package is not complete, or a part cannot be opened or understood.
    pub fn fetch(
        package: &Utf8Path,
        identity: &Utf8Path,
        work: &Utf8Path,
    ) -> Result<Self, SimError> {
        let job = package.file_name().unwrap_or_default().to_owned();
        if !package.join(format!("{job}.done")).is_file() {
            return Err(SimError::NotDone { package: package.to_owned() });
        }

        let mut fetched = Self { job, parts: Vec::new(), letters: Vec::new(), pieces: Vec::new() };
        for (number, file) in (1..).zip(fetched.files(package)?) {
            let path = package.join(&file);
            let (sha256, _) = durable::fingerprint(&path).map_err(failed("read", &path))?;
            let manifest = open(&path, identity, work)?;
            let before = fetched.pieces.len();
            fetched.read(&manifest)?;
            let letters = u32::try_from(fetched.pieces.len() - before).unwrap_or(u32::MAX);
            fetched.letters.push((number, letters));
            fetched.parts.push((file, sha256));
        }
        Ok(fetched)
    }

    /// The parts in the folder, by name.
    fn files(&self, package: &Utf8Path) -> Result<Vec<String>, SimError> {
        let mut files = Vec::new();
        for entry in package.read_dir_utf8().map_err(failed("list", package))? {
            let name = entry.map_err(failed("list", package))?.file_name().to_owned();
            if name.starts_with(&format!("{}-p", self.job)) && stem(&name).is_some() {
                files.push(name);
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// Reads a manifest by the names in its header.
    fn read(&mut self, path: &Utf8Path) -> Result<(), SimError> {
        let wrong = |problem| SimError::Manifest { path: path.to_owned(), problem };
        let mut table = csv::Reader::from_path(path).map_err(|_| wrong("it cannot be read"))?;
        let header = table.headers().map_err(|_| wrong("it has no header"))?.clone();
        let column = |name: &str| header.iter().position(|cell| cell == name);
        let (Some(seq), Some(letter_id), Some(sheets)) =
            (column("seq"), column("letter_id"), column("sheet_count"))
        else {
            return Err(wrong("a column is missing"));
        };

        for row in table.records() {
            let row = row.map_err(|_| wrong("a row cannot be read"))?;
            let number = |place: usize| row[place].parse().map_err(|_| wrong("no number"));
            self.pieces.push(Piece {
                seq: number(seq)?,
                letter_id: row[letter_id].to_owned(),
                sheets: number(sheets)?,
            });
        }
        Ok(())
    }
}

/// The name of a part without its endings.
fn stem(file: &str) -> Option<&str> {
    file.strip_suffix(".zip.age").or_else(|| file.strip_suffix(".zip.gpg"))
}

/// Decrypts and unpacks a part; gives where its manifest is.
fn open(part: &Utf8Path, identity: &Utf8Path, work: &Utf8Path) -> Result<Utf8PathBuf, SimError> {
    let stem = part.file_name().and_then(stem).unwrap_or_default();
    let zip = work.join(format!("{stem}.zip"));
    let tool = |tool: &'static str, command: &mut Command| match command.output() {
        Ok(done) if done.status.success() => Ok(()),
        _ => Err(SimError::Tool { tool, path: part.to_owned() }),
    };

    if part.extension() == Some("gpg") {
        // A vendor has its key in a key ring; this one is made for the part.
        let ring = work.join("gnupg");
        make_private(&ring).map_err(failed("create", &ring))?;
        let gpg = || {
            let mut gpg = Command::new("gpg");
            gpg.arg("--homedir").arg(&ring).args(["--batch", "--pinentry-mode", "loopback"]);
            gpg.args(["--passphrase", ""]);
            gpg
        };
        tool("gpg", gpg().arg("--import").arg(identity))?;
        let opened = tool("gpg", gpg().arg("--output").arg(&zip).arg("--decrypt").arg(part));
        let mut agent = Command::new("gpgconf");
        tool("gpgconf", agent.arg("--homedir").arg(&ring).args(["--kill", "gpg-agent"]))?;
        opened?;
        fs::remove_dir_all(&ring).map_err(failed("remove", &ring))?;
    } else {
        let mut age = Command::new("age");
        tool("age", age.args(["-d", "-i"]).arg(identity).arg("-o").arg(&zip).arg(part))?;
    }
    tool("unzip", Command::new("unzip").args(["-q", "-d"]).arg(work).arg(&zip))?;
    fs::remove_file(&zip).map_err(failed("remove", &zip))?;
    Ok(work.join(stem).join("data/manifest.csv"))
}

fn make_private(folder: &Utf8Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(folder)
}

pub(super) fn failed(doing: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> SimError {
    move |source| SimError::File { doing, path: path.to_owned(), source }
}
