//! What somebody at the desk wants decided and others say yes to: a rule for many cases, a letter to a
//! protected address. Kept in memory: what nobody has said yes to is asked again after a restart.

use crate::approval::edits::is_same;
use crate::tools::queue::CaseRule;

/// The most that is kept; the oldest goes.
const MOST: usize = 50;

/// What somebody wants decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// A rule, and how many cases it decides.
    Rule {
        /// The rule.
        rule: CaseRule,
        /// How many cases it decided when they were counted.
        cases: usize,
    },
    /// A letter to somebody whose address is protected.
    Release {
        /// The run that the case is of.
        run: String,
        /// The case.
        case: u32,
        /// How the letter is handed over.
        channel: String,
    },
}

/// It, and who said yes to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number at this desk.
    pub number: u64,
    /// Who wants it.
    pub by: String,
    /// What.
    pub what: Proposed,
    /// Why.
    pub reason: String,
    /// What they say yes to, word by word.
    pub text: String,
    /// How many people have to.
    pub needed: usize,
    /// Who did, with their password.
    pub agreed: Vec<String>,
}

impl Proposal {
    /// Whether enough people said yes.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.agreed.len() >= self.needed
    }

    /// Whether somebody has said yes.
    #[must_use]
    pub fn is_agreed_by(&self, who: &str) -> bool {
        self.agreed.iter().any(|name| is_same(name, who))
    }
}

/// Everything that nobody has decided yet.
#[derive(Debug, Default)]
pub struct Proposals {
    last: u64,
    open: Vec<Proposal>,
}

impl Proposals {
    /// Adds one; one that says the same is replaced. Number and who said yes are set here.
    pub fn add(&mut self, proposal: Proposal) -> u64 {
        self.last += 1;
        self.open.retain(|open| open.text != proposal.text);
        self.open.push(Proposal { number: self.last, agreed: Vec::new(), ..proposal });
        let surplus = self.open.len().saturating_sub(MOST);
        self.open.drain(..surplus);
        self.last
    }

    /// All of them, the oldest first.
    #[must_use]
    pub fn open(&self) -> &[Proposal] {
        &self.open
    }

    /// Somebody says yes to one; `None`: it is there no more.
    pub fn agree(&mut self, number: u64, who: &str) -> Option<Proposal> {
        let own = self.open.iter_mut().find(|open| open.number == number)?;
        if !own.is_agreed_by(who) {
            own.agreed.push(who.to_owned());
        }
        Some(own.clone())
    }

    /// It is decided, or nobody wants it any more.
    pub fn remove(&mut self, number: u64) {
        self.open.retain(|open| open.number != number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(text: &str) -> Proposal {
        let (run, channel) = ("2025-09-15-1".to_owned(), "by hand".to_owned());
        Proposal {
            number: 0,
            by: "Anna".to_owned(),
            what: Proposed::Release { run, case: 1, channel },
            reason: "seen".to_owned(),
            text: text.to_owned(),
            needed: 2,
            agreed: vec!["Somebody".to_owned()],
        }
    }

    #[test]
    fn two_different_people_say_yes_and_one_of_them_twice_is_one() {
        let mut proposals = Proposals::default();
        let first = proposals.add(proposal("one"));
        assert!(!proposals.agree(first, "Anna").unwrap().is_decided());
        assert!(!proposals.agree(first, "ANNA ").unwrap().is_decided());
        assert!(proposals.agree(first, "Bart").unwrap().is_decided());

        // Asked anew, everybody says yes again.
        let again = proposals.add(proposal("one"));
        assert_eq!((proposals.open().len(), proposals.agree(first, "Anna")), (1, None));
        assert!(proposals.open()[0].agreed.is_empty());
        proposals.remove(again);
        assert!(proposals.open().is_empty());

        for number in 0..=MOST {
            proposals.add(proposal(&number.to_string()));
        }
        assert_eq!((proposals.open().len(), proposals.open()[0].text.as_str()), (MOST, "1"));
    }
}
