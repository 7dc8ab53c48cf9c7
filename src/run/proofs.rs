//! Proofs: the letters of a plan that people look at before it is printed, set by the press that
//! prints. What they are chosen by is in [`crate::approval::proofs`].

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use rayon::prelude::*;
use serde::Serialize;
use tera::{Context, Tera};

use super::night::Wording;
use super::plan_files::{Settings, Staging};
use super::{Night, RunError};
use crate::approval::proofs::{Chooser, ProofLetter, ProofSet, SentencesOf};
use crate::base::{FileError, durable, hash};
use crate::compose::Texts;
use crate::compose::texts::TextFacts;
use crate::compose::texts::trace::TracedTexts;
use crate::field::body::{Block, Body, Part};
use crate::field::place::Planned;
use crate::link::Decision;
use crate::record::{Job, Ledger, StagedFile};
use crate::render::Press;
use crate::report::ReportError;

/// The list of proofs among the files of a plan.
pub(super) const PROOFS: &str = "approval/proofs.json";

/// The page that says what each proof is there for.
pub const INDEX: &str = "index.html";

/// The sentences of every text that a plan uses: each text is written a second time with marked
/// sentences, by the rules that wrote it.
pub(super) fn sentences(
    night: &Night<'_>,
    wording: &Wording,
    texts: &Texts,
    used: &BTreeMap<String, Body>,
) -> SentencesOf {
    let traced = TracedTexts::of(&wording.texts);
    let of = |(subject, hash): &(&TextFacts, &str)| {
        let body = traced.body(subject, &wording.facts, night.run_date, night.is_marked());
        let keys = traced.keys_in(&body).into_iter();
        let keys = keys.map(|key| format!("{} {key}", subject.language)).collect();
        ((*hash).to_owned(), keys)
    };
    let subjects: Vec<_> = texts.subjects().filter(|(_, hash)| used.contains_key(*hash)).collect();
    let found: Vec<(String, BTreeSet<String>)> = subjects.par_iter().map(of).collect();

    let mut sentences = SentencesOf::new();
    for (hash, keys) in found {
        sentences.entry(hash).or_default().extend(keys);
    }
    // Those to providers and professionals have no marks: each of their paragraphs counts as it stands.
    for (hash, body) in used.iter().filter(|(hash, _)| !subjects.iter().any(|own| own.1 == *hash)) {
        sentences.insert(hash.clone(), paragraphs(body));
    }
    sentences
}

/// What a text says, a paragraph at a time: where it stands, how it begins, and its hash.
fn paragraphs(body: &Body) -> BTreeSet<String> {
    const BEGINNING: usize = 48;
    let named = |block: &Block, text: &str| {
        let begin: String = text.chars().take(BEGINNING).collect();
        let hash = hash::of_bytes(text.as_bytes());
        format!("{} {}: {begin} ({})", body.language, block.id, &hash[..8])
    };
    let said = |part: &Part| match part {
        Part::Paragraph(text) => vec![text.clone()],
        Part::Bullets(texts) | Part::Steps(texts) => texts.clone(),
        Part::ProviderLine => Vec::new(),
    };
    let heading = [body.frame.heading.clone()];
    let blocks = body.blocks.iter().flat_map(|block| {
        let own = block.parts.iter().flat_map(said).chain([block.heading.clone()]);
        own.filter(|text| !text.is_empty()).map(|text| named(block, &text)).collect::<Vec<_>>()
    });
    heading
        .into_iter()
        .map(|heading| format!("{} {heading}", body.language))
        .chain(blocks)
        .collect()
}

/// Rows about which a human decided who they are, by file and number.
pub(super) fn decided(
    ledger: &Ledger,
    rows: &crate::field::row::Rows,
) -> Result<BTreeSet<(String, u32)>, RunError> {
    let decisions = ledger.decisions()?;
    let records: BTreeSet<_> =
        decisions.iter().flat_map(|Decision { one, other, .. }| [*one, *other]).collect();
    if records.is_empty() {
        return Ok(BTreeSet::new());
    }

    let keys = ledger.keys();
    let is_decided = |row: &&crate::field::row::Exposure| {
        records.contains(&keys.row_fingerprint([row.dataset_id(), row.record_id()]))
    };
    let name = |row: &crate::field::row::Exposure| {
        let input = rows.inputs.get(usize::from(row.row.file))?;
        Some((input.file.clone(), row.row.row))
    };
    Ok(rows.exposures.iter().filter(is_decided).filter_map(name).collect())
}

/// Chooses from a plan that is on the disk.
pub(super) fn choose(
    staging: &Staging,
    parts: u32,
    staged: &[StagedFile],
    sentences: &SentencesOf,
    decided: &BTreeSet<(String, u32)>,
) -> Result<ProofSet, RunError> {
    let mut chooser = Chooser::new(sentences, decided);
    for part in 1..=parts {
        let part = staging.read_part(part, staged)?;
        for letter in &part.letters {
            chooser.add(letter);
        }
    }
    Ok(chooser.choose())
}

/// A proof with its letter.
#[derive(Clone, Debug)]
pub struct ProofSheet {
    /// What it is there for.
    pub proof: ProofLetter,
    /// The letter. Holds personal data.
    pub letter: Planned,
}

/// Everything that proofs are set from.
#[derive(Debug)]
pub struct Proofs {
    /// As configured when the job was planned.
    pub settings: Settings,
    /// The texts of the proofs.
    pub bodies: BTreeMap<String, Body>,
    /// In the order of the list.
    pub sheets: Vec<ProofSheet>,
}

impl Proofs {
    /// The proofs of a job that waits for approval, or is out and whose plan is kept.
    ///
    /// # Errors
    /// [`RunError`] when the plan is not what was staged.
    pub fn of_job(data_dir: &Utf8Path, job: &Job) -> Result<Self, RunError> {
        let staging = Staging::of(data_dir, &job.job_name);
        let staging =
            if staging.folder().is_dir() { staging } else { Staging::kept(data_dir, &job.run_id) };
        let set: ProofSet = staging.proofs(&job.staged)?;
        Self::read(&staging, &job.staged, &set)
    }

    /// The letters of a list, from a plan on the disk.
    pub(super) fn read(
        staging: &Staging,
        staged: &[StagedFile],
        set: &ProofSet,
    ) -> Result<Self, RunError> {
        let parts: BTreeSet<u32> = set.letters.iter().map(|proof| proof.part).collect();
        let mut letters = BTreeMap::new();
        for part in parts {
            let wanted: BTreeSet<u32> = set.letters.iter().map(|proof| proof.seq).collect();
            let part = staging.read_part(part, staged)?;
            let found = part.letters.into_iter().filter(|one| wanted.contains(&one.place.seq));
            letters.extend(found.map(|letter| (letter.place.seq, letter)));
        }

        let sheet = |proof: &ProofLetter| {
            let letter = letters.get(&proof.seq)?.clone();
            Some(ProofSheet { proof: proof.clone(), letter })
        };
        let sheets: Option<Vec<ProofSheet>> = set.letters.iter().map(sheet).collect();
        let sheets =
            sheets.ok_or_else(|| RunError::Staged { path: staging.folder().join(PROOFS) })?;
        let mut bodies = staging.bodies(staged)?;
        bodies.retain(|hash, _| sheets.iter().any(|sheet| sheet.letter.draft.body == *hash));

        Ok(Self { settings: staging.settings(staged)?, bodies, sheets })
    }

    /// The press that prints the job, with the texts of the proofs.
    ///
    /// # Errors
    /// [`RunError`] when a text cannot be laid out.
    pub fn press(&self) -> Result<Press, RunError> {
        let sheets = self.sheets.iter().map(|sheet| &sheet.letter);
        let sheets =
            sheets.map(|letter| (letter.draft.body.clone(), letter.place.sheets)).collect();
        let Settings { print, run_date, .. } = &self.settings;
        Ok(Press::as_planned(&self.bodies, print, *run_date, &sheets)?)
    }

    /// Sets every proof as it is printed, one file each, with a page that says what each is there
    /// for. `folder` is made; its files are for the operator alone: they hold personal data.
    ///
    /// # Errors
    /// [`RunError`] when one does not set, or cannot be written.
    pub fn write(&self, folder: &Utf8Path, press: &Press) -> Result<(), RunError> {
        durable::make_folder(folder).map_err(FileError::at("create", folder))?;
        let set = |sheet: &ProofSheet| {
            let path = folder.join(file_name(&sheet.proof));
            let pdf = press.set(self.settings.number, &[&sheet.letter])?;
            Ok(durable::write(&path, &pdf).map_err(FileError::at("write", &path))?)
        };
        self.sheets.par_iter().map(set).collect::<Result<(), RunError>>()?;

        let path = folder.join(INDEX);
        let page = self.page().map_err(ReportError::Page)?;
        Ok(durable::write(&path, page.as_bytes()).map_err(FileError::at("write", &path))?)
    }

    fn page(&self) -> Result<String, tera::Error> {
        #[derive(Serialize)]
        struct Line<'l> {
            file: String,
            number: u32,
            seq: u32,
            pages: u32,
            why: &'l [String],
        }

        fn line(sheet: &ProofSheet) -> Line<'_> {
            Line {
                file: file_name(&sheet.proof),
                number: sheet.proof.number,
                seq: sheet.letter.place.seq,
                pages: sheet.letter.place.pages,
                why: &sheet.proof.why,
            }
        }
        let lines: Vec<Line<'_>> = self.sheets.iter().map(line).collect();

        let mut tera = Tera::new();
        tera.add_raw_template(INDEX, include_str!("../../templates/proofs/index.html"))?;
        let mut context = Context::new();
        context.insert("campaign", &self.settings.campaign);
        context.insert("job", &self.settings.number.to_string());
        context.insert("lines", &lines);
        tera.render(INDEX, &context)
    }
}

/// Tells nothing about anybody.
fn file_name(proof: &ProofLetter) -> String {
    format!("proof-{:03}.pdf", proof.number)
}
