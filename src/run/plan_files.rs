//! The plan on disk: everything that setting a job needs, written and synced before the ledger
//! commits to it. A resumed run works from here alone, so neither new inputs nor a changed
//! configuration can alter a planned job.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufWriter, IntoInnerError, Write};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::night::Wording;
use super::proofs::PROOFS;
use super::{Night, RunError, samples};
use crate::approval::proofs::ProofSet;
use crate::approval::statement::Statement;
use crate::base::durable::{self, Hashing, Pending};
use crate::base::{FileError, data_dir, hash};
use crate::config::{Print, Vendor};
use crate::field::body::{Bodies, Body};
use crate::field::job_number::JobNumber;
use crate::field::made_with::MadeWith;
use crate::field::piece::ReprintOf;
use crate::field::place::Planned;
use crate::package::{Class, JobTicket, PartPlan, Sample};
use crate::record::{STATEMENT, StagedFile};

const SETTINGS: &str = "plan/settings.json";
const BODIES: &str = "plan/bodies.json";

/// Letters that one thread reads or writes at a time.
const SHARE: usize = 1 << 10;

/// What a job is set and packed with, as it was configured when it was planned.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Campaign.
    pub campaign: String,
    /// Number of the job.
    #[serde(with = "crate::field::job_number::as_digits")]
    pub number: JobNumber,
    /// Invented people.
    pub rehearsal: bool,
    /// Date of the letters.
    pub run_date: Date,
    /// Parts of the job.
    pub parts: u32,
    /// Paper, files and window.
    pub print: Print,
    /// Who prints.
    pub vendor: Vendor,
    /// Neutral return lines of the senders in the job.
    pub return_lines: Vec<String>,
    /// Telephone numbers of the senders in the job; a plan of an earlier program has none.
    #[serde(default)]
    pub sender_phones: Vec<String>,
    /// What the letters are made with; a plan of an earlier program does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// Letters of an earlier job that are printed again; absent: letters of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprint: Option<ReprintOf>,
}

impl Settings {
    /// As configured tonight, for a job with this number and so many parts.
    pub(super) fn tonight(
        night: &Night<'_>,
        wording: &Wording,
        number: JobNumber,
        parts: u32,
        rehearsal: bool,
    ) -> Self {
        let (config, facts) = (night.config, &wording.facts);
        Self {
            campaign: config.campaign.clone(),
            number,
            rehearsal,
            run_date: night.run_date,
            parts,
            print: config.print,
            vendor: config.vendor.clone(),
            return_lines: facts.return_lines(),
            sender_phones: facts.sender_phones(),
            made_with: Some(wording.made_with.clone()),
            reprint: None,
        }
    }

    /// The job that the sheet marks and the manifest name.
    #[must_use]
    pub fn marked(&self) -> JobNumber {
        self.reprint.map_or(self.number, |reprint| reprint.job)
    }

    /// What the tickets of the job say, with the ledger's head as far as it is known.
    pub(super) fn ticket<'s>(&'s self, ledger_head: &'s str) -> JobTicket<'s> {
        JobTicket {
            number: self.number,
            rehearsal: self.rehearsal,
            parts: self.parts,
            run_date: self.reprint.map_or(self.run_date, |reprint| reprint.on),
            reprint: self.reprint,
            print: &self.print,
            vendor: &self.vendor,
            return_lines: &self.return_lines,
            sender_phones: &self.sender_phones,
            made_with: self.made_with.as_ref(),
            pdf_standards: crate::render::STANDARDS,
            ledger_head,
        }
    }
}

/// Removes what stopped runs left behind: whatever is in `staging/` (no job is unfinished, so it
/// was never planned or is over; it holds personal data), and papers that were being written again
/// when the mail had been sent.
///
/// # Errors
/// [`RunError::File`].
pub fn clear(data_dir: &Utf8Path) -> Result<(), RunError> {
    for folder in paths_in(&data_dir::staging(data_dir))? {
        Staging { folder }.discard()?;
    }

    for run in paths_in(&data_dir::runs(data_dir))? {
        let unfinished = |path: &Utf8PathBuf| path.extension() == Some("part");
        for path in paths_in(&run)?.into_iter().filter(unfinished) {
            fs::remove_file(&path).map_err(FileError::at("remove", &path))?;
        }
    }

    Ok(())
}

fn paths_in(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, RunError> {
    let failed = FileError::at("read", folder);
    let entries = folder.read_dir_utf8().map_err(failed)?;
    entries.map(|entry| Ok(entry.map_err(failed)?.into_path())).collect()
}

/// The staging folder of one job.
#[derive(Clone, Debug)]
pub struct Staging {
    folder: Utf8PathBuf,
}

impl Staging {
    /// The folder of `job_name`; it need not exist.
    #[must_use]
    pub fn of(data_dir: &Utf8Path, job_name: &str) -> Self {
        Self { folder: data_dir::staging(data_dir).join(job_name) }
    }

    /// A staging folder of its own, for a package that is recorded nowhere.
    #[must_use]
    pub const fn at(folder: Utf8PathBuf) -> Self {
        Self { folder }
    }

    /// The plan that a finished run kept with its papers.
    #[must_use]
    pub fn kept(data_dir: &Utf8Path, run_id: &str) -> Self {
        Self { folder: data_dir::runs(data_dir).join(run_id) }
    }

    /// Files of the plan that one part is set from.
    pub const PLAN_FILES: usize = 3;

    /// Whether a plan was written here.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.folder.join(SETTINGS).is_file()
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Where the run's papers wait for the end of the run.
    #[must_use]
    pub fn papers(&self) -> Utf8PathBuf {
        self.folder.join("papers")
    }

    /// Makes the folder anew. What an attempt left behind that was never planned is thrown away.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn begin(&self) -> Result<(), RunError> {
        self.discard()?;

        for folder in ["", "approval", "print", "papers", "plan", "samples"] {
            let path = self.folder.join(folder);
            fs::create_dir_all(&path).map_err(FileError::at("create", &path))?;
        }

        Ok(())
    }

    /// Removes the folder and all that is in it.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn discard(&self) -> Result<(), RunError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(FileError::at("remove", &self.folder)(error).into())
            }
            _ => Ok(()),
        }
    }

    /// Writes one part of the plan.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn write_part(&self, part: &PartPlan) -> Result<StagedFile, RunError> {
        let lines = |letters: &[Planned]| {
            let mut lines = Vec::new();
            for letter in letters {
                serde_json::to_writer(&mut lines, letter)?;
                lines.push(b'\n');
            }
            Ok::<_, serde_json::Error>(lines)
        };

        let lines: Result<Vec<Vec<u8>>, _> = part.letters.par_chunks(SHARE).map(lines).collect();
        let lines = lines.map_err(|error| self.failed("write", error.into()))?;
        self.write_all(&part_file(part.number), &lines)
    }

    /// Reads one part of the plan, which must be the one that was `staged`.
    ///
    /// # Errors
    /// [`RunError`] when the file is missing or is not what was written.
    pub fn read_part(&self, number: u32, staged: &[StagedFile]) -> Result<PartPlan, RunError> {
        let name = part_file(number);
        let text = self.read(&name, staged)?;
        let lines: Vec<&[u8]> =
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let letter =
            |line: &&[u8]| serde_json::from_slice::<Planned>(line).map_err(|_| self.other(&name));
        let letters = lines.par_iter().with_min_len(SHARE).map(letter).collect::<Result<_, _>>()?;
        Ok(PartPlan { number, letters })
    }

    /// Writes everything of a job but its letters: what all parts share, and a sample letter of each
    /// kind, the `classes` of the job among them.
    ///
    /// # Errors
    /// [`RunError`] when a file cannot be written, or a sample does not set.
    pub(super) fn write_all_but_letters(
        &self,
        settings: &Settings,
        bodies: &BTreeMap<String, Body>,
        wording: &Wording,
        classes: &BTreeSet<Class>,
    ) -> Result<Vec<StagedFile>, RunError> {
        let mut staged: Vec<StagedFile> = self.write_shared(settings, bodies)?.into();

        let Settings { print, run_date, rehearsal, .. } = settings;
        for sample in samples::samples(wording, print, *run_date, *rehearsal, classes)? {
            staged.push(self.write_sample(&sample)?);
        }

        Ok(staged)
    }

    /// Writes what all parts share.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn write_shared(
        &self,
        settings: &Settings,
        bodies: &BTreeMap<String, Body>,
    ) -> Result<[StagedFile; 2], RunError> {
        Ok([self.write_json(SETTINGS, settings)?, self.write_json(BODIES, bodies)?])
    }

    /// Writes one press sample.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn write_sample(&self, sample: &Sample) -> Result<StagedFile, RunError> {
        self.write(&format!("samples/{}", sample.name), sample.bytes.clone())
    }

    /// Reads the press samples that were `staged`, by name.
    ///
    /// # Errors
    /// [`RunError`] when one is missing or is not what was written.
    pub fn samples(&self, staged: &[StagedFile]) -> Result<Vec<Sample>, RunError> {
        let names = staged.iter().filter_map(|file| file.name.strip_prefix("samples/"));
        let mut samples: Vec<Sample> = names
            .map(|name| {
                Ok(Sample {
                    name: name.to_owned(),
                    bytes: self.read(&format!("samples/{name}"), staged)?,
                })
            })
            .collect::<Result<_, RunError>>()?;

        samples.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(samples)
    }

    /// Writes what people look at before they approve the plan.
    pub(super) fn write_for_approval(
        &self,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<StagedFile, RunError> {
        self.write(name, bytes)
    }

    /// Reads the list of proofs, which must be the one that was `staged`.
    ///
    /// # Errors
    /// [`RunError`] when the file is missing or is not what was written.
    pub fn proofs(&self, staged: &[StagedFile]) -> Result<ProofSet, RunError> {
        self.parse(PROOFS, staged)
    }

    /// Reads the statement, which must be the one that was `staged`.
    ///
    /// # Errors
    /// [`RunError`] when the file is missing or is not what was written.
    pub fn statement(&self, staged: &[StagedFile]) -> Result<Statement, RunError> {
        let text = String::from_utf8(self.read(STATEMENT, staged)?).unwrap_or_default();
        Statement::parse(&text).ok_or_else(|| self.other(STATEMENT))
    }

    /// Proves that these files are there, byte for byte: also those of them that nothing is set from.
    ///
    /// # Errors
    /// [`RunError`] when one is missing or is not what was written.
    pub(super) fn holds(&self, files: &[StagedFile]) -> Result<(), RunError> {
        for file in files {
            if self.note(&file.name)? != *file {
                return Err(self.other(&file.name));
            }
        }
        Ok(())
    }

    /// Reads the job's settings, which must be those that were `staged`.
    ///
    /// # Errors
    /// [`RunError`] when the file is missing or is not what was written.
    pub fn settings(&self, staged: &[StagedFile]) -> Result<Settings, RunError> {
        self.parse(SETTINGS, staged)
    }

    /// Reads the job's texts, which must be those that were `staged`.
    ///
    /// # Errors
    /// [`RunError`] when the file is missing or is not what was written.
    pub fn bodies(&self, staged: &[StagedFile]) -> Result<BTreeMap<String, Body>, RunError> {
        self.parse(BODIES, staged).map(|Bodies(bodies)| bodies)
    }

    /// The files that one part is set from, as they are.
    ///
    /// # Errors
    /// [`RunError::File`] when one is missing.
    pub fn files_of(&self, part: u32) -> Result<Vec<StagedFile>, RunError> {
        let names: [&str; Self::PLAN_FILES] = [SETTINGS, BODIES, &part_file(part)];
        names.iter().map(|name| self.note(name)).collect()
    }

    /// Notes a file that is below the folder.
    fn note(&self, name: &str) -> Result<StagedFile, RunError> {
        let path = self.folder.join(name);
        let (sha256, _) = durable::fingerprint(&path).map_err(FileError::at("read", &path))?;
        Ok(StagedFile { name: name.to_owned(), sha256 })
    }

    /// Makes the names of everything that was written durable.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn sync(&self) -> Result<(), RunError> {
        for folder in ["approval", "plan", "papers", "print", "samples", ""] {
            let path = self.folder.join(folder);
            durable::sync_folder(&path).map_err(FileError::at("sync", &path))?;
        }

        let parent = self.folder.parent().unwrap_or(&self.folder);
        durable::sync_folder(parent).map_err(|source| self.failed("sync", source))
    }

    /// Writes `bytes` to `name` below the folder, durably and in one step.
    fn write(&self, name: &str, bytes: Vec<u8>) -> Result<StagedFile, RunError> {
        self.write_all(name, &[bytes])
    }

    /// Writes a value as it is turned into JSON: all texts of a run together are large.
    fn write_json(&self, name: &str, value: &impl Serialize) -> Result<StagedFile, RunError> {
        let path = self.folder.join(name);
        let write = || {
            let mut file = BufWriter::new(Hashing::new(Pending::create(&path)?));
            serde_json::to_writer(&mut file, value)?;
            let (file, sha256, _) = file.into_inner().map_err(IntoInnerError::into_error)?.finish();
            file.replace().map(|()| StagedFile { name: name.to_owned(), sha256 })
        };
        Ok(write().map_err(FileError::at("write", &path))?)
    }

    fn write_all(&self, name: &str, pieces: &[Vec<u8>]) -> Result<StagedFile, RunError> {
        let path = self.folder.join(name);
        let write = || {
            let mut file = Hashing::new(Pending::create(&path)?);
            pieces.iter().try_for_each(|piece| file.write_all(piece))?;
            let (file, sha256, _) = file.finish();
            file.replace().map(|()| StagedFile { name: name.to_owned(), sha256 })
        };
        Ok(write().map_err(FileError::at("write", &path))?)
    }

    /// Reads a file that was planned: no other byte of it than those that were staged goes on.
    fn read(&self, name: &str, staged: &[StagedFile]) -> Result<Vec<u8>, RunError> {
        let path = self.folder.join(name);
        let bytes = fs::read(&path).map_err(FileError::at("read", &path))?;
        let planned =
            staged.iter().find(|file| file.name == name).ok_or_else(|| self.other(name))?;
        if planned.sha256 == hash::of_bytes(&bytes) { Ok(bytes) } else { Err(self.other(name)) }
    }

    fn parse<T: DeserializeOwned>(&self, name: &str, staged: &[StagedFile]) -> Result<T, RunError> {
        serde_json::from_slice(&self.read(name, staged)?).map_err(|_| self.other(name))
    }

    fn other(&self, name: &str) -> RunError {
        RunError::Staged { path: self.folder.join(name) }
    }

    fn failed(&self, doing: &'static str, source: std::io::Error) -> RunError {
        FileError::at(doing, &self.folder)(source).into()
    }
}

/// The plan of one part.
fn part_file(number: u32) -> String {
    format!("plan/p{number:03}.jsonl")
}
