//! Approval: the statement in plain words, the proofs page by page, and the button below them.
//!
//! These are the only pages of the desk with letters to real people on them. Whoever may not see
//! people gets stand-ins of the same shape.

use std::sync::{Arc, PoisonError};

use jiff::civil::Date;
use serde::Serialize;

use super::{View, Visitor, moment};
use crate::approval::act::{self, ApprovalError, Evidence, Verb, WaitingStatement};
use crate::approval::edits::is_same;
use crate::approval::proofs::ProofLetter;
use crate::approval::rule::Speaker;
use crate::approval::stand_ins::masked;
use crate::approval::statement::{ListRead, Statement};
use crate::approval::words;
use crate::desk::authors;
use crate::desk::journal::Act;
use crate::desk::{Desk, DeskError};
use crate::record::{Access, Home, Ledger, RecordError};
use crate::render::Press;
use crate::run::proofs::Proofs;

/// Of the pictures.
const PIXELS_PER_INCH: f64 = 110.0;

/// The proofs of the job that waits, ready to be drawn.
pub struct Looking {
    statement: String,
    proofs: Proofs,
    press: Press,
}

/// Nothing of the letters is printed.
impl std::fmt::Debug for Looking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Looking({})", self.statement)
    }
}

/// What the page shows beside what waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApprovalAsked<'a> {
    /// The statement; empty: what waits.
    pub of: &'a str,
    /// A key of the desk's words about a password; empty: nothing is wrong.
    pub wrong: &'a str,
    /// What somebody typed that was not taken.
    pub comment: &'a str,
    /// The same, about an emergency.
    pub reason: &'a str,
}

/// The page.
#[derive(Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a template asks each of them by name")]
struct ApprovalPage {
    hash: String,
    /// It is out, and was released in an emergency.
    is_out: bool,
    /// Behind the address of a page about this statement.
    of: String,
    /// What else can be approved, by statement and job.
    others: Vec<(String, String)>,
    /// Whether this visitor may release it alone.
    may_release: bool,
    /// What was typed already.
    comment: String,
    reason: String,
    /// `None`: nothing waits.
    statement: Option<StatementWords>,
    /// Who approved, who did not, who is missing.
    said: Vec<String>,
    is_good: bool,
    /// Who edited what.
    edited: Vec<(String, String)>,
    unclaimed: Vec<String>,
    proofs: Vec<ShownProof>,
    /// Proofs that this visitor has not looked at.
    unseen: usize,
    /// What this visitor may do: `approve` or else refuse, `withdraw`, or only `refuse`.
    may: &'static str,
    masked: bool,
    /// What went wrong with what was said last.
    wrong: String,
    objection: String,
    hint: String,
}

/// The statement as far as words are made of it.
#[derive(Serialize)]
struct StatementWords {
    job: String,
    run_date: String,
    letters: u64,
    sheets: u64,
    counts: Vec<(String, u64)>,
    lists: Vec<ListRead>,
    proofs: u64,
    sentences: u64,
    is_first: bool,
    changed: Vec<String>,
    /// Nobody is asked any more afterwards.
    ends: bool,
    /// Waves and calls, in words.
    forecast: Vec<String>,
    standing: Option<(u64, u64, String)>,
    roles: Vec<String>,
    days: i64,
    percent: u32,
    requested_by: String,
}

/// A proof in the list.
#[derive(Serialize)]
struct ShownProof {
    number: u32,
    why: Vec<String>,
    /// Who looked at it, and when.
    seen: Vec<(String, String)>,
}

/// A proof on its own page.
#[derive(Serialize)]
struct ProofPage {
    statement: String,
    number: u32,
    /// Behind the address of the page about the statement.
    back: String,
    of: usize,
    pages: Vec<usize>,
    why: Vec<String>,
    seen: Vec<(String, String)>,
    masked: bool,
}

impl StatementWords {
    fn of(statement: &Statement) -> Self {
        let letters = &statement.letters;
        let counts = [&letters.by_category, &letters.by_language, &letters.by_kind];
        let counts = counts.into_iter().flatten().map(|(word, count)| (word.clone(), *count));
        let standing = statement
            .standing
            .map(|terms| (terms.letters_a_night, terms.letters_in_all, terms.until.to_string()));

        Self {
            job: statement.job.clone(),
            run_date: statement.run_date.to_string(),
            letters: letters.total,
            sheets: letters.sheets,
            counts: counts.collect(),
            lists: statement.inputs.clone(),
            proofs: statement.proofs.letters,
            sentences: statement.proofs.sentences,
            is_first: statement.since.statement.is_none(),
            changed: statement.since.changed.clone(),
            ends: statement.terms.ends,
            forecast: statement.forecast.iter().flat_map(words::of_forecast).collect(),
            standing,
            roles: statement.terms.roles.iter().map(ToString::to_string).collect(),
            days: statement.terms.max_plan_age_days,
            percent: statement.terms.max_left_out_percent,
            requested_by: statement.requested_by.clone(),
        }
    }
}

impl Desk {
    /// What waits for approval, and what was said of it.
    ///
    /// # Errors
    /// [`DeskError`] when the ledger or the plan cannot be read.
    pub fn approval_page(
        &self,
        visitor: &Visitor,
        asked: ApprovalAsked<'_>,
        objection: Option<ApprovalError>,
    ) -> Result<View, DeskError> {
        use crate::base::Explain as _;

        let wrong = if asked.wrong.is_empty() {
            String::new()
        } else {
            self.words.get(visitor.language, asked.wrong).to_owned()
        };
        let hint = objection.as_ref().and_then(ApprovalError::hint).unwrap_or_default();
        let objection = objection.map_or_else(String::new, |error| error.to_string());
        let Some(waiting) = self.waiting(asked.of)? else {
            let page = ApprovalPage { wrong, objection, ..ApprovalPage::default() };
            return Ok(View::of("approval.html", &page));
        };

        let looking = self.looking(&waiting)?;
        let hash = waiting.statement.hash();
        let proofs: Vec<ShownProof> =
            looking.proofs.sheets.iter().map(|sheet| self.who_saw(&hash, &sheet.proof)).collect();
        let has_seen =
            |proof: &&ShownProof| proof.seen.iter().any(|(name, _)| is_same(name, &visitor.name));
        let own = waiting.verdict.approved.iter().any(|one| is_same(&one.name, &visitor.name));
        let edited = waiting.edits.by.iter().filter(|(_, by)| !by.is_empty());

        let page = ApprovalPage {
            is_out: waiting.is_out,
            of: of(&waiting),
            others: self.others(&hash)?,
            may_release: !waiting.is_out
                && !waiting.verdict.may_be_printed()
                && waiting.verdict.against.is_empty()
                && self
                    .config
                    .approval
                    .approver(&visitor.name)
                    .is_some_and(|approver| approver.emergency),
            comment: asked.comment.to_owned(),
            reason: asked.reason.to_owned(),
            said: words::of_verdict(&waiting.verdict),
            is_good: waiting.verdict.is_good(),
            edited: edited
                .map(|(what, by)| {
                    ((*what).to_owned(), by.iter().cloned().collect::<Vec<_>>().join(", "))
                })
                .collect(),
            unclaimed: waiting.edits.unclaimed.iter().map(|(what, _)| (*what).to_owned()).collect(),
            unseen: proofs.len() - proofs.iter().filter(has_seen).count(),
            may: match (own, waiting.statement.terms.roles.contains(&visitor.role)) {
                (true, _) => "withdraw",
                (false, true) => "approve",
                (false, false) => "refuse",
            },
            masked: !visitor.role.sees_people(),
            statement: Some(StatementWords::of(&waiting.statement)),
            hash,
            proofs,
            wrong,
            objection,
            hint,
        };
        Ok(View::of("approval.html", &page))
    }

    /// The ledger; `None`: there is none yet.
    fn ledger(&self) -> Result<Option<Ledger>, DeskError> {
        match Ledger::open(&Home::of(&self.config), Access::Read) {
            Err(RecordError::Missing { .. }) => Ok(None),
            ledger => ledger.map(Some).map_err(|error| Box::new(ApprovalError::from(error)).into()),
        }
    }

    /// What can be approved beside this statement.
    fn others(&self, statement: &str) -> Result<Vec<(String, String)>, DeskError> {
        let Some(ledger) = self.ledger()? else { return Ok(Vec::new()) };
        let jobs = act::approvable(&ledger, &self.config);
        let jobs = jobs.map_err(|error| Box::new(ApprovalError::from(error)))?;
        let named = |job: crate::record::Job| Some((job.statement()?.to_owned(), job.job_name));
        Ok(jobs.into_iter().filter_map(named).filter(|(hash, _)| hash != statement).collect())
    }

    /// What can be approved: this statement, or where it is empty the first; `None`: nothing.
    fn waiting(&self, of: &str) -> Result<Option<WaitingStatement>, DeskError> {
        let failed = |error: ApprovalError| DeskError::from(Box::new(error));
        let Some(ledger) = self.ledger()? else { return Ok(None) };
        let authors = authors::of(&self.config);
        let asked = Some(of).filter(|of| !of.is_empty());
        match act::waiting(&ledger, &self.config, asked, &authors) {
            Err(ApprovalError::NothingWaits) => Ok(None),
            waiting => waiting.map(Some).map_err(failed),
        }
    }

    /// The proofs of this statement, made once.
    fn looking(&self, waiting: &WaitingStatement) -> Result<Arc<Looking>, DeskError> {
        let mut known = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = waiting.statement.hash();
        if let Some(looking) = known.as_ref().filter(|looking| looking.statement == statement) {
            return Ok(Arc::clone(looking));
        }

        let proofs = Proofs::of_job(&self.config.data_dir, &waiting.job).map_err(Box::new)?;
        let press = proofs.press().map_err(Box::new)?;
        let looking = Arc::new(Looking { statement, proofs, press });
        *known = Some(Arc::clone(&looking));
        Ok(looking)
    }

    fn who_saw(&self, statement: &str, proof: &ProofLetter) -> ShownProof {
        let work = self.work();
        let seen = work.journal.entries().iter().filter(|entry| {
            matches!(&entry.what, Act::Seen { statement: of, proof: number }
                if of == statement && *number == proof.number)
        });
        ShownProof {
            number: proof.number,
            why: proof.why.clone(),
            seen: seen.map(|entry| (entry.by.clone(), moment(entry.at))).collect(),
        }
    }

    /// One proof; `None`: there is no such one.
    ///
    /// # Errors
    /// [`DeskError`] when the plan cannot be read.
    pub fn proof_page(
        &self,
        visitor: &Visitor,
        statement: &str,
        number: u32,
    ) -> Result<Option<View>, DeskError> {
        let Some(waiting) = self.waiting(statement)? else { return Ok(None) };
        let looking = self.looking(&waiting)?;
        let Some(sheet) = looking.sheet(number) else { return Ok(None) };
        let sides = looking.press.sides(&sheet.letter.draft.body).unwrap_or(0);
        let ShownProof { why, seen, .. } = self.who_saw(&looking.statement, &sheet.proof);

        let page = ProofPage {
            statement: looking.statement.clone(),
            number,
            back: of(&waiting),
            of: looking.proofs.sheets.len(),
            pages: (1..=sides).collect(),
            why,
            seen,
            masked: !visitor.role.sees_people(),
        };
        Ok(Some(View::of("approval-proof.html", &page)))
    }

    /// One side of a proof; `None`: there is no such one, or the plan is a different one by now.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be drawn.
    pub fn proof_picture(
        &self,
        visitor: &Visitor,
        statement: &str,
        number: u32,
        page: usize,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let Some(waiting) = self.waiting(statement)? else { return Ok(None) };
        let looking = self.looking(&waiting)?;
        let Some(sheet) = looking.sheet(number).filter(|_| looking.statement == statement) else {
            return Ok(None);
        };

        let draft = &sheet.letter.draft;
        let shown = if visitor.role.sees_people() { draft.clone() } else { masked(draft) };
        let Some(body) = looking.proofs.bodies.get(&draft.body) else { return Ok(None) };
        let pictures = looking
            .press
            .png(&shown, body, PIXELS_PER_INCH)
            .map_err(|error| Box::new(crate::run::RunError::from(error)))?;
        Ok(page.checked_sub(1).and_then(|page| pictures.into_iter().nth(page)))
    }

    /// Writes down that somebody looked at a proof; the answer is the page to go on with, of the next
    /// one that they have not seen. `None`: there is no such proof.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be written down.
    pub fn saw(
        &self,
        visitor: &Visitor,
        statement: &str,
        number: u32,
    ) -> Result<Option<String>, DeskError> {
        let Some(waiting) = self.waiting(statement)? else { return Ok(None) };
        let looking = self.looking(&waiting)?;
        if looking.statement != statement || looking.sheet(number).is_none() {
            return Ok(None);
        }

        let seen = Act::Seen { statement: statement.to_owned(), proof: number };
        self.work().journal.add(&visitor.name, seen)?;
        let unseen = looking.proofs.sheets.iter().map(|sheet| &sheet.proof).find(|proof| {
            let shown = self.who_saw(statement, proof);
            !shown.seen.iter().any(|(name, _)| is_same(name, &visitor.name))
        });
        let next = unseen.map_or_else(String::new, |proof| format!("/{}", proof.number));
        Ok(Some(format!("/approval{next}{}", of(&waiting))))
    }

    /// Writes down what somebody says of `statement`, who has just given their password; the answer
    /// is what stands against it.
    ///
    /// # Errors
    /// [`DeskError`] when the ledger cannot be written, as while a night is at work.
    pub fn say(
        &self,
        visitor: &Visitor,
        statement: &str,
        verb: Verb,
    ) -> Result<Option<ApprovalError>, DeskError> {
        let Some(waiting) = self.waiting(statement)? else {
            return Ok(Some(ApprovalError::NothingWaits));
        };
        let looking = self.looking(&waiting)?;
        if looking.statement != statement {
            return Ok(Some(ApprovalError::NothingWaits));
        }
        if matches!(verb, Verb::Approve | Verb::Release(_)) && !self.has_seen_all(visitor, &looking)
        {
            return Ok(Some(ApprovalError::Unseen));
        }

        let speaker = Speaker { name: &visitor.name, role: Some(visitor.role), account: None };
        let authors = authors::of(&self.config);
        let date = self.today();
        let evidence = Evidence::Password;
        match act::say(&self.config, Some(statement), &speaker, verb, &evidence, &authors, date) {
            Ok(_) => Ok(None),
            Err(error @ ApprovalError::Record(RecordError::ApprovalWords { .. })) => {
                Ok(Some(error))
            }
            Err(error @ (ApprovalError::Record(_) | ApprovalError::File(_))) => {
                Err(Box::new(error).into())
            }
            Err(objection) => Ok(Some(objection)),
        }
    }

    fn has_seen_all(&self, visitor: &Visitor, looking: &Looking) -> bool {
        looking.proofs.sheets.iter().all(|sheet| {
            let shown = self.who_saw(&looking.statement, &sheet.proof);
            shown.seen.iter().any(|(name, _)| is_same(name, &visitor.name))
        })
    }

    /// The date that the desk was opened with, and the days since.
    pub(super) fn today(&self) -> Date {
        today(self.run_date, self.opened)
    }
}

/// The date that a desk was opened with, and the days since it was `opened`.
pub(super) fn today(run_date: Date, opened: Date) -> Date {
    let since = jiff::Zoned::now().date().since(opened).unwrap_or_default();
    run_date.checked_add(since).unwrap_or(run_date)
}

/// Behind the address of a page about a statement that is not the one that waits.
fn of(waiting: &WaitingStatement) -> String {
    if waiting.is_out { format!("?of={}", waiting.statement.hash()) } else { String::new() }
}

impl Looking {
    fn sheet(&self, number: u32) -> Option<&crate::run::proofs::ProofSheet> {
        self.proofs.sheets.iter().find(|sheet| sheet.proof.number == number)
    }
}
