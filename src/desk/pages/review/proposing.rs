//! Rules for many cases, and letters to protected addresses: what is asked for is shown first, and
//! whoever says yes gives their password again.

use jiff::civil::Date;
use serde::Serialize;

use super::may_review;
use crate::base::Explain as _;
use crate::base::progress::Progress;
use crate::desk::pages::{View, Visitor};
use crate::desk::proposals::{Proposal, Proposed};
use crate::desk::{Desk, DeskError};
use crate::field::judgement::CaseAnswer;
use crate::field::reason::Reason;
use crate::record::Decider;
use crate::tools::queue::{
    CaseRule, QueueError, ReleaseOrder, SaidYes, TwoPeople, apply_rule, release, release_text,
    rule_effect,
};

/// What is typed to ask for a rule or a letter.
#[derive(Clone, Default, Serialize)]
pub struct ProposalForm {
    /// The answer of a rule.
    pub answer: String,
    /// The code of its cases.
    pub code: String,
    /// The provider of its cases.
    pub provider: String,
    /// `yes`: whose address is from the lab alone.
    pub lab_only: String,
    /// Whose newest sample is older.
    pub sampled_before: String,
    /// How a letter is handed over.
    pub channel: String,
    /// Why.
    pub reason: String,
}

/// Nothing of it is printed by accident.
impl std::fmt::Debug for ProposalForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProposalForm({})", self.answer)
    }
}

/// The page.
#[derive(Serialize)]
struct ProposalPage {
    /// The case whose letter is asked for; `None`: the page is about rules.
    case: Option<u32>,
    open: Vec<ShownProposal>,
    typed: ProposalForm,
    answers: Vec<(&'static str, String)>,
    /// What stands against what was asked or said.
    objection: String,
    /// What was decided.
    done: String,
}

/// What somebody asks for.
#[derive(Serialize)]
struct ShownProposal {
    number: u64,
    by: String,
    text: String,
    cases: usize,
    needed: usize,
    agreed: Vec<String>,
    /// Whether this visitor has said yes.
    own: bool,
}

/// What came of a yes.
#[derive(Debug)]
pub enum YesOutcome {
    /// A page to be shown.
    Page(View),
    /// The letter, as a PDF.
    Letter(Vec<u8>),
}

impl ProposalForm {
    /// The rule that is typed.
    fn rule(&self) -> Result<CaseRule, QueueError> {
        let wrong = |problem: &str| QueueError::Rule { problem: problem.to_owned() };
        let said = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let code = |text: String| {
            let known = Reason::ALL.iter().copied().find(|reason| reason.code() == text);
            known.ok_or_else(|| wrong("has a code that does not exist"))
        };
        let day = |text: String| text.parse().map_err(|_| wrong("has no date as YYYY-MM-DD"));
        Ok(CaseRule {
            code: said(&self.code).map(code).transpose()?,
            provider: said(&self.provider),
            lab_only: self.lab_only == "yes",
            sampled_before: said(&self.sampled_before).map(day).transpose()?,
            answer: CaseAnswer::from_word(&self.answer).ok_or_else(|| wrong("has no answer"))?,
        })
    }

    fn reason(&self) -> Result<&str, QueueError> {
        let reason = self.reason.trim();
        if reason.is_empty() { Err(QueueError::Lacks { what: "reason" }) } else { Ok(reason) }
    }
}

impl Desk {
    /// What is asked for: rules, or the letter of a case.
    #[must_use]
    pub fn proposals_page(
        &self,
        visitor: &Visitor,
        case: Option<u32>,
        typed: &ProposalForm,
        (objection, done): (String, String),
    ) -> View {
        let is_here = |proposal: &&Proposal| match &proposal.what {
            Proposed::Rule { .. } => case.is_none(),
            Proposed::Release { case: own, .. } => case == Some(*own),
        };
        let shown = |proposal: &Proposal| ShownProposal {
            number: proposal.number,
            by: proposal.by.clone(),
            text: proposal.text.clone(),
            cases: match &proposal.what {
                Proposed::Rule { cases, .. } => *cases,
                Proposed::Release { .. } => 1,
            },
            needed: proposal.needed,
            agreed: proposal.agreed.clone(),
            own: proposal.is_agreed_by(&visitor.name),
        };
        let answers = [CaseAnswer::Parents, CaseAnswer::YoungPerson, CaseAnswer::Held];
        let answer = |answer: CaseAnswer| {
            let key = format!("answer.{answer}");
            (answer.word(), self.words.get(visitor.language, &key).to_owned())
        };

        let page = ProposalPage {
            case,
            open: self.proposals().open().iter().filter(is_here).map(shown).collect(),
            typed: typed.clone(),
            answers: answers.map(answer).to_vec(),
            objection,
            done,
        };
        View::of("review-proposals.html", &page)
    }

    /// Somebody asks for a rule, or for the letter of a case; the answer is what stands against it.
    ///
    /// # Errors
    /// [`DeskError`] when lists or ledger cannot be read.
    pub fn propose(
        &self,
        visitor: &Visitor,
        case: Option<u32>,
        form: &ProposalForm,
    ) -> Result<Option<String>, DeskError> {
        let made = match case {
            None => self.proposed_rule(form),
            Some(case) => self.proposed_letter(case, form),
        };
        match made {
            Ok(proposal) => {
                let by = visitor.name.clone();
                self.proposals().add(Proposal { by, ..proposal });
                Ok(None)
            }
            Err(error) if is_an_objection(&error) => Ok(Some(in_words(&error))),
            Err(error) => Err(error.into()),
        }
    }

    fn proposed_rule(&self, form: &ProposalForm) -> Result<Proposal, QueueError> {
        let (rule, reason) = (form.rule()?, form.reason()?);
        let progress = Progress::hidden();
        let effect = rule_effect(&self.config, &rule, reason, self.today(), &progress)?;
        Ok(Proposal {
            number: 0,
            by: String::new(),
            what: Proposed::Rule { rule, cases: effect.cases },
            reason: reason.to_owned(),
            text: effect.text,
            needed: if effect.needs_two { 2 } else { 1 },
            agreed: Vec::new(),
        })
    }

    fn proposed_letter(&self, case: u32, form: &ProposalForm) -> Result<Proposal, QueueError> {
        let (channel, reason) = (form.channel.trim(), form.reason()?);
        if channel.is_empty() {
            return Err(QueueError::Release { case, problem: "has no channel".to_owned() });
        }
        let text = release_text(&self.config, case, channel, reason)?;
        Ok(Proposal {
            number: 0,
            by: String::new(),
            what: Proposed::Release { run: String::new(), case, channel: channel.to_owned() },
            reason: reason.to_owned(),
            text,
            needed: 2,
            agreed: Vec::new(),
        })
    }

    /// Somebody who has just given their password says yes; whoever is the last that is needed has it
    /// decided.
    ///
    /// # Errors
    /// [`DeskError`] when lists cannot be read, or the ledger cannot be written.
    pub fn say_yes(&self, visitor: &Visitor, number: u64) -> Result<YesOutcome, DeskError> {
        let agreed = self.proposals().agree(number, &visitor.name);
        let page = |case, objection: String, done: &str| {
            let done = if done.is_empty() { done } else { self.words.get(visitor.language, done) };
            let said = (objection, done.to_owned());
            YesOutcome::Page(self.proposals_page(visitor, case, &ProposalForm::default(), said))
        };
        let Some(proposal) = agreed.filter(|_| may_review(visitor.role)) else {
            return Ok(page(None, String::new(), "review.proposal_gone"));
        };
        let case = match &proposal.what {
            Proposed::Rule { .. } => None,
            Proposed::Release { case, .. } => Some(*case),
        };
        if !proposal.is_decided() {
            return Ok(page(case, String::new(), "review.second_needed"));
        }

        // Whatever comes of it, nobody says yes to the same text again.
        self.proposals().remove(number);
        match self.decide_proposal(&proposal) {
            Ok(Some(pdf)) => Ok(YesOutcome::Letter(pdf)),
            Ok(None) => Ok(page(case, String::new(), "review.rule_decided")),
            Err(error) if is_an_objection(&error) => Ok(page(case, in_words(&error), "")),
            Err(error) => Err(error.into()),
        }
    }

    fn decide_proposal(&self, proposal: &Proposal) -> Result<Option<Vec<u8>>, QueueError> {
        let by = proposal.agreed.first().map_or("", String::as_str);
        let decider = Decider { by, reason: Some(&proposal.reason) };
        let said = SaidYes { text: &proposal.text, names: &proposal.agreed };
        let proof = TwoPeople { signatures: &[], at_the_desk: Some(said) };
        let (today, progress): (Date, _) = (self.today(), Progress::hidden());
        match &proposal.what {
            Proposed::Rule { rule, .. } => {
                apply_rule(&self.config, rule, decider, proof, today, &progress)?;
                Ok(None)
            }
            Proposed::Release { case, channel, .. } => {
                let order = ReleaseOrder { channel, decider, proof };
                // It is kept in memory until it has been sent; asked for again, it is made again.
                let keep = |_: &str, _: &[u8]| Ok(());
                let letter = release(&self.config, *case, &order, today, &progress, keep)?;
                Ok(Some(letter.pdf))
            }
        }
    }

    /// Nobody wants it any more.
    pub fn drop_proposal(&self, number: u64) {
        self.proposals().remove(number);
    }
}

fn in_words(error: &QueueError) -> String {
    format!("{error}. {}", error.hint().unwrap_or_default())
}

/// Whether it is what was asked that is wrong, and not the program or the disk.
const fn is_an_objection(error: &QueueError) -> bool {
    use QueueError as E;
    matches!(
        error,
        E::Rule { .. }
            | E::OtherCases { .. }
            | E::Release { .. }
            | E::TwoNeeded { .. }
            | E::TwoForRelease { .. }
            | E::NoCase { .. }
            | E::Lacks { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_was_typed_or_refused() {
        let typed = |code: &str, before: &str| ProposalForm {
            answer: "held".to_owned(),
            code: code.to_owned(),
            lab_only: "yes".to_owned(),
            sampled_before: before.to_owned(),
            ..ProposalForm::default()
        };
        let rule = typed(" D207 ", "2022-01-01").rule().unwrap();
        assert_eq!((rule.code, rule.lab_only), (Some(Reason::D207), true));
        assert_eq!(rule.provider, None);
        for wrong in [typed("D999", ""), typed("", "01-01-2022"), ProposalForm::default()] {
            assert!(wrong.rule().is_err());
        }
        assert!(ProposalForm { reason: " ".to_owned(), ..typed("", "") }.reason().is_err());
    }
}
