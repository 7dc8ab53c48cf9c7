//! The dossier of an approval, for the archive: statement, changes, what was said, comments and
//! proofs as one PDF/A. Letters have stand-ins for everything that is somebody's, so that it may be
//! kept when people's data are destroyed.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::DeskError;
use super::journal::{self, Act, Journal, JournalEntry, Spot};
use super::pages::moment;
use crate::approval::act::{self, ApprovalError};
use crate::approval::proofs::ProofLetter;
use crate::approval::stand_ins::masked;
use crate::approval::statement::Statement;
use crate::approval::verdict::Verdict;
use crate::approval::{record, words};
use crate::base::plain;
use crate::base::{FileError, data_dir, durable};
use crate::compose::texts::CampaignTexts;
use crate::config::Config;
use crate::field::draft::Draft;
use crate::field::terms::Language;
use crate::record::{Access, ApprovalEvent, Home, Job, Ledger};
use crate::render;
use crate::render::dossier::{DossierChapter, DossierLetter, DossierPages, DossierProof};
use crate::run::proofs::Proofs;
use crate::run::{RunError, kept_texts};

/// Signs of the statement on one line.
const WIDTH: usize = 120;

/// A dossier that was written.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WrittenDossier {
    /// The job.
    pub job: String,
    /// Its statement.
    pub statement: String,
    /// Letters in it.
    pub proofs: usize,
}

/// Writes the dossier of this job; of the one that can be approved, or else was published last,
/// where none is named.
///
/// # Errors
/// [`DeskError`] when there is no such job, or its plan is gone.
pub fn write(
    config: &Config,
    job: Option<&str>,
    out: &Utf8Path,
) -> Result<WrittenDossier, DeskError> {
    let failed = |error: ApprovalError| DeskError::from(Box::new(error));
    let ledger =
        Ledger::open(&Home::of(config), Access::Read).map_err(|error| failed(error.into()))?;
    let (job, statement) = find(config, &ledger, job).map_err(failed)?;
    let acts = ledger.approvals().map_err(|error| failed(error.into()))?;

    let proofs = Proofs::of_job(&config.data_dir, &job).map_err(Box::new)?;
    let press = proofs.press().map_err(Box::new)?;
    let drafts: Vec<Draft> =
        proofs.sheets.iter().map(|sheet| masked(&sheet.letter.draft)).collect();
    let letters = drafts.iter().filter_map(|draft| {
        let body = proofs.bodies.get(&draft.body)?;
        Some(DossierLetter { draft, body })
    });
    let letters: Vec<DossierLetter<'_>> = letters.collect();

    let mut side = 1;
    let listed = proofs.sheets.iter().map(|sheet| {
        let first = side;
        side += press.sides(&sheet.letter.draft.body).unwrap_or(0);
        line_of(&sheet.proof, first)
    });
    let listed = listed.collect();

    let telling = Telling { config, statement: &statement, acts: &acts };
    let pages = telling.pages(listed)?;
    let pdf = press.dossier(&pages, &letters).map_err(|error| Box::new(RunError::from(error)))?;
    durable::write(out, &pdf).map_err(FileError::at("write", out))?;

    let proofs = letters.len();
    Ok(WrittenDossier { job: job.job_name, statement: statement.hash(), proofs })
}

fn find(
    config: &Config,
    ledger: &Ledger,
    asked: Option<&str>,
) -> Result<(Job, Statement), ApprovalError> {
    let mut jobs = act::approvable(ledger, config)?;
    let mut out = ledger.jobs()?;
    out.sort_by_key(|job| std::cmp::Reverse(job.planned_head.events));
    jobs.extend(out.into_iter().filter(|job| job.statement().is_some()));

    let is_asked = |job: &Job| asked.is_none_or(|asked| job.job_name == asked);
    let job = jobs.into_iter().find(is_asked).ok_or(ApprovalError::NothingWaits)?;
    let kept = job.statement().and_then(|name| record::find(&config.data_dir, name));
    let statement = kept.ok_or_else(|| ApprovalError::Statement { job: job.job_name.clone() })?;
    Ok((job, statement))
}

fn line_of(proof: &ProofLetter, side: usize) -> DossierProof {
    DossierProof { number: proof.number, side, why: proof.why.join(", ") }
}

/// What is told of an approval.
struct Telling<'t> {
    config: &'t Config,
    statement: &'t Statement,
    acts: &'t [ApprovalEvent],
}

impl Telling<'_> {
    fn pages(&self, proofs: Vec<DossierProof>) -> Result<DossierPages, DeskError> {
        let Self { config, statement, .. } = self;
        let path = data_dir::desk(&config.data_dir).join("journal.jsonl");
        let entries = journal::read(&path);
        let chapter = |heading: &str, lines| DossierChapter {
            heading: heading.to_owned(),
            lines,
            exact: false,
        };

        let name = format!("statement {}", statement.hash());
        let approved = [name].into_iter().chain(words::of_statement(statement)).collect();
        let mut chapters = vec![
            chapter("What was approved", approved),
            chapter("Made with, by SHA-256", self.hashes()),
            chapter("Sentences that changed since the last approval", self.changes()),
            chapter("What was said of it", self.said()),
            chapter("Who looked at the proofs at the desk", self.seen(&entries)),
            chapter("Comments at the desk", comments(&entries)),
        ];
        let bytes: Vec<char> = statement.text().trim_end().chars().collect();
        chapters.push(DossierChapter {
            heading: "The statement, byte for byte (each line goes on in the next)".to_owned(),
            lines: bytes.chunks(WIDTH).map(|line| line.iter().collect()).collect(),
            exact: true,
        });

        // A sign that the faces do not have would not be set.
        let known = render::characters().map_err(|error| Box::new(RunError::from(error)))?;
        for line in chapters.iter_mut().flat_map(|chapter| &mut chapter.lines) {
            *line = printable(line, &known);
        }

        let rehearsal = if statement.rehearsal { "Rehearsal: everybody is invented." } else { "" };
        Ok(DossierPages {
            title: format!("Approval of job {}", statement.job),
            date: statement.run_date.into(),
            rehearsal: rehearsal.to_owned(),
            chapters,
            proofs,
        })
    }

    fn hashes(&self) -> Vec<String> {
        let made = self.statement.made_with.named();
        let made = made.into_iter().map(|(name, hash)| format!("{name}: {hash}"));
        let settings = self.statement.settings.iter();
        made.chain(settings.map(|(name, hash)| format!("settings.{name}: {hash}"))).collect()
    }

    /// Sentences by their key, as they were and as they are.
    fn changes(&self) -> Vec<String> {
        let data_dir = &self.config.data_dir;
        let texts = |of: &Statement| {
            let folder = kept_texts::find(data_dir, &of.made_with.texts)?;
            CampaignTexts::load(&folder).ok()
        };
        let since = self.statement.since.statement.as_ref();
        let Some(before) = since.and_then(|name| record::find(data_dir, name)) else {
            return vec!["nothing was approved before: everything is new".to_owned()];
        };
        if before.made_with.texts == self.statement.made_with.texts {
            return vec!["none".to_owned()];
        }
        let (Some(before), Some(now)) = (texts(&before), texts(self.statement)) else {
            return vec!["the earlier texts are not kept any more".to_owned()];
        };

        let mut lines = Vec::new();
        for language in [Language::Nl, Language::En] {
            let was: BTreeMap<&str, &str> = before
                .sentences(language)
                .iter()
                .map(|sentence| (sentence.key.as_str(), sentence.text.as_str()))
                .collect();
            for now in now.sentences(language) {
                let was = was.get(now.key.as_str()).copied().unwrap_or_default();
                if was != now.text {
                    let (key, now) = (&now.key, &now.text);
                    lines.push(format!("{language} {key}: \"{was}\" is now \"{now}\""));
                }
            }
        }
        lines
    }

    /// What people said of the statement and of those that its approvals were given for.
    fn said(&self) -> Vec<String> {
        let find = |name: &str| record::find(&self.config.data_dir, name);
        let settings = &self.config.approval;
        let verdict = Verdict::of(self.statement, self.acts, settings, &find);
        let mut names = BTreeSet::from([self.statement.hash()]);
        names.extend(verdict.basis.earlier().map(str::to_owned));

        let acts = self.acts.iter().filter(|event| names.contains(&event.act.statement));
        let acts = acts.map(|event| words::of_act(&event.act));
        let mut lines: Vec<String> = acts.collect();
        lines.extend(words::of_verdict(&verdict).into_iter().map(|line| format!("now: {line}")));
        lines
    }

    fn seen(&self, entries: &[JournalEntry]) -> Vec<String> {
        let name = self.statement.hash();
        let mut seen = BTreeMap::<&str, (BTreeSet<u32>, String)>::new();
        for entry in entries {
            if let Act::Seen { statement, proof } = &entry.what
                && *statement == name
            {
                let (proofs, last) = seen.entry(&entry.by).or_default();
                proofs.insert(*proof);
                *last = moment(entry.at);
            }
        }

        let of = self.statement.proofs.letters;
        let line = |(name, (proofs, last)): (&str, (BTreeSet<u32>, String))| {
            format!("{name}: {} of {of} proofs, the last on {last}", proofs.len())
        };
        or_none(seen.into_iter().map(line).collect())
    }
}

/// All comments, in one line each.
fn comments(entries: &[JournalEntry]) -> Vec<String> {
    let line = |comment: journal::Comment| {
        let on = match &comment.on {
            Spot::Sentence(key) => key.clone(),
            Spot::Page { language, page, .. } => format!("a letter, {language}, page {page}"),
        };
        let state = if comment.closed.is_some() { "dealt with" } else { "open" };
        let (at, text) = (moment(comment.at), plain::shown(&comment.text));
        format!("{at}, {} on {on} ({state}): {text}", comment.by)
    };
    or_none(Journal::comments_in(entries).into_iter().map(line).collect())
}

fn or_none(lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() { vec!["none".to_owned()] } else { lines }
}

fn printable(line: &str, known: &BTreeSet<char>) -> String {
    let printed = |sign| match sign {
        // In these faces the backtick is an accent on the sign before it.
        '`' => '\'',
        sign if known.contains(&sign) => sign,
        _ => '?',
    };
    line.chars().map(printed).collect()
}
