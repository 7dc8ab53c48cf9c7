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
use crate::approval::statement::{ListRead, Statement};
use crate::approval::words;
use crate::desk::authors;
use crate::desk::journal::Act;
use crate::desk::{Desk, DeskError};
use crate::field::draft::{Draft, Kix};
use crate::record::{Access, Home, Ledger};
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

/// The page.
#[derive(Serialize)]
struct ApprovalPage {
    hash: String,
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
        wrong: &str,
        objection: Option<ApprovalError>,
    ) -> Result<View, DeskError> {
        use crate::base::Explain as _;

        let wrong = if ["wait", "wrong"].contains(&wrong) {
            self.words.get(visitor.language, wrong).to_owned()
        } else {
            String::new()
        };
        let hint = objection.as_ref().and_then(ApprovalError::hint).unwrap_or_default();
        let objection = objection.map_or_else(String::new, |error| error.to_string());
        let Some(waiting) = self.waiting()? else {
            return Ok(View::of("approval.html", &ApprovalPage::nothing(wrong, objection)));
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

    /// The job that waits; `None`: none does.
    fn waiting(&self) -> Result<Option<WaitingStatement>, DeskError> {
        let failed = |error: ApprovalError| DeskError::from(Box::new(error));
        let ledger = match Ledger::open(&Home::of(&self.config), Access::Read) {
            Err(crate::record::RecordError::Missing { .. }) => return Ok(None),
            ledger => ledger.map_err(|error| failed(error.into()))?,
        };
        let authors = authors::of(&self.config);
        match act::waiting(&ledger, &self.config, &authors) {
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
    pub fn proof_page(&self, visitor: &Visitor, number: u32) -> Result<Option<View>, DeskError> {
        let Some(waiting) = self.waiting()? else { return Ok(None) };
        let looking = self.looking(&waiting)?;
        let Some(sheet) = looking.sheet(number) else { return Ok(None) };
        let sides = looking.press.sides(&sheet.letter.draft.body).unwrap_or(0);
        let ShownProof { why, seen, .. } = self.who_saw(&looking.statement, &sheet.proof);

        let page = ProofPage {
            statement: looking.statement.clone(),
            number,
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
        let Some(waiting) = self.waiting()? else { return Ok(None) };
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

    /// Writes down that somebody looked at a proof; the answer is the next one that they have not
    /// seen, 0 for none. `None`: there is no such proof.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be written down.
    pub fn saw(
        &self,
        visitor: &Visitor,
        statement: &str,
        number: u32,
    ) -> Result<Option<u32>, DeskError> {
        let Some(waiting) = self.waiting()? else { return Ok(None) };
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
        Ok(Some(unseen.map_or(0, |proof| proof.number)))
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
        let Some(waiting) = self.waiting()? else { return Ok(Some(ApprovalError::NothingWaits)) };
        let looking = self.looking(&waiting)?;
        if looking.statement != statement {
            return Ok(Some(ApprovalError::NothingWaits));
        }
        if matches!(verb, Verb::Approve) && !self.has_seen_all(visitor, &looking) {
            return Ok(Some(ApprovalError::Unseen));
        }

        let speaker = Speaker { name: &visitor.name, role: Some(visitor.role), account: None };
        let authors = authors::of(&self.config);
        let date = self.today();
        match act::say(&self.config, &speaker, verb, &Evidence::Password, &authors, date) {
            Ok(_) => Ok(None),
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
        let since = jiff::Zoned::now().date().since(self.opened).unwrap_or_default();
        self.run_date.checked_add(since).unwrap_or(self.run_date)
    }
}

impl Looking {
    fn sheet(&self, number: u32) -> Option<&crate::run::proofs::ProofSheet> {
        self.proofs.sheets.iter().find(|sheet| sheet.proof.number == number)
    }
}

impl ApprovalPage {
    fn nothing(wrong: String, objection: String) -> Self {
        Self {
            hash: String::new(),
            statement: None,
            said: Vec::new(),
            is_good: false,
            edited: Vec::new(),
            unclaimed: Vec::new(),
            proofs: Vec::new(),
            unseen: 0,
            may: "",
            masked: false,
            wrong,
            objection,
            hint: String::new(),
        }
    }
}

/// The letter with stand-ins for everything that is somebody's: signs keep their kind and place.
fn masked(draft: &Draft) -> Draft {
    let lines = |lines: &[String]| lines.iter().map(|line| mask(line)).collect();
    let kix = match &draft.kix {
        Kix::Code(code) => Kix::Code(mask(code)),
        skipped @ Kix::Skipped(_) => skipped.clone(),
    };
    Draft {
        reference: mask(&draft.reference),
        salutation: mask(&draft.salutation),
        name_lines: lines(&draft.name_lines),
        address_lines: lines(&draft.address_lines),
        country_line: mask(&draft.country_line),
        provider_display: mask(&draft.provider_display),
        kix,
        ..draft.clone()
    }
}

fn mask(text: &str) -> String {
    let stand_in = |sign: char| match sign {
        sign if sign.is_numeric() => '9',
        sign if sign.is_uppercase() => 'X',
        sign if sign.is_alphabetic() => 'x',
        sign => sign,
    };
    text.chars().map(stand_in).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::testing::draft;

    #[test]
    fn a_stand_in_has_the_shape_and_no_sign_of_what_it_stands_for() {
        assert_eq!(mask("Mevrouw É. 't Hooft-Łąki"), "Xxxxxxx X. 'x Xxxxx-Xxxx");
        assert_eq!(mask("3511 AB  UTRECHT"), "9999 XX  XXXXXXX");

        let draft = draft(1, "3511AB");
        let shown = serde_json::to_string(&masked(&draft)).unwrap();
        let printed = draft.name_lines.iter().chain(&draft.address_lines);
        for line in printed.chain([&draft.salutation, &draft.reference]) {
            assert!(!shown.contains(line.as_str()), "{line}");
        }
        assert_eq!(masked(&draft).body, draft.body);
    }
}
