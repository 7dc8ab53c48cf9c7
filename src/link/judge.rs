//! What is to be done with a pair: the exact rules first, then the score, both under vetoes and
//! guards.

use crate::config::LinkProfile;
use crate::field::names::Sex;
use crate::link::birth;
use crate::link::compare::{Agreement, Birth, Bsn, Given, Initials, Place, Surname};
use crate::link::exact::{self, Rule};
use crate::link::features::Features;
use crate::link::guard::Crowd;
use crate::link::score::{Score, Scorer};
use crate::link::units::{UnitId, Units};

/// What is to be done with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// One person.
    Join(Rule, Score),
    /// Everything fits, but the BSNs are different and both valid.
    TwoNumbers,
    /// It fits, but one of the two fits somebody else as well who is known to be another person.
    Crowded(Score),
    /// Neither sure enough to join nor to leave apart.
    Maybe(Score),
    /// Two people, or nothing can be said.
    Open,
}

/// Everything that a verdict depends on.
#[derive(Clone, Copy)]
pub(super) struct Judge<'u> {
    pub units: &'u Units,
    pub scorer: &'u Scorer,
    pub crowd: &'u Crowd,
    pub profile: LinkProfile,
    /// Vetoes and guards are in force.
    pub guarded: bool,
}

impl Judge<'_> {
    /// Judges a pair, the lower unit first.
    pub(super) fn pair(&self, (one, other): (UnitId, UnitId)) -> Verdict {
        let agreement = self.agreement(one, other);
        let (left, right) = (self.features(one), self.features(other));
        let crowded = self.crowd.holds(one, agreement) || self.crowd.holds(other, agreement);

        if !self.guarded {
            return self.weighed(self.scorer.score(agreement, left, right));
        }

        if agreement.bsn == Bsn::Differs && exact::fits_but_for_number(agreement) {
            return Verdict::TwoNumbers;
        }

        if agreement.is_vetoed() {
            return Verdict::Open;
        }

        let rule = exact::rule(agreement, left.birth, self.profile);
        let outlook = Outlook {
            crowded,
            listed: left.is_anchor() || right.is_anchor(),
            women: left.sex == Some(Sex::V) && right.sex == Some(Sex::V),
            date: left.birth,
        };

        match rule {
            Some(Rule::Initials) if crowded => {
                Verdict::Crowded(exact::score(Rule::Initials, agreement))
            }
            None | Some(Rule::Initials)
                if !outlook.listed && self.is_cut_short(agreement, left, right) =>
            {
                let score = self.scorer.score(agreement, left, right);
                if crowded { Verdict::Open } else { self.waiting(agreement, score) }
            }
            Some(Rule::Initials)
                if !outlook.listed && self.is_one_letter(agreement, left, right) =>
            {
                Verdict::Maybe(self.scorer.score(agreement, left, right))
            }
            Some(rule) => Verdict::Join(rule, exact::score(rule, agreement)),
            // The same number and yet no exact fit: a disagreement, which is found by number.
            None if agreement.bsn == Bsn::Equal => Verdict::Open,
            None => {
                match self.scored(agreement, self.scorer.score(agreement, left, right), outlook) {
                    Verdict::Join(_, score)
                        if !outlook.listed && self.is_one_letter(agreement, left, right) =>
                    {
                        Verdict::Maybe(score)
                    }
                    verdict => verdict,
                }
            }
        }
    }

    /// Initials that are one letter, the same for many: so have twins.
    fn is_one_letter(&self, agreement: Agreement, one: &Features, other: &Features) -> bool {
        let letter = agreement.given == Given::Missing && agreement.initials == Initials::Equal;
        letter && agreement.may_be_twins(one, other) && self.scorer.is_common_initial(one)
    }

    /// Nothing but one letter stands for the given names of one of the two, and the other has more
    /// of them: so have twins of one initial, unless few have it and these lists often leave
    /// letters out.
    fn is_cut_short(&self, agreement: Agreement, one: &Features, other: &Features) -> bool {
        let shorter = one.initials.len().min(other.initials.len());
        let cut = agreement.given == Given::Missing
            && agreement.initials == Initials::Prefix
            && shorter < 2;
        cut && agreement.may_be_twins(one, other) && !self.scorer.is_rare_initial(one)
    }

    /// A pair that nobody may join but a human, where everything else fits as well as it can; else
    /// two letters are the cheaper error.
    fn waiting(&self, agreement: Agreement, score: Score) -> Verdict {
        let fits = agreement.shares_place()
            && agreement.shares_surname()
            && score >= self.scorer.merge + CLEARLY;
        if fits && self.profile == LinkProfile::Default {
            Verdict::Maybe(score)
        } else {
            Verdict::Open
        }
    }

    fn weighed(&self, score: Score) -> Verdict {
        if score >= self.scorer.merge {
            Verdict::Join(Rule::Score, score)
        } else if score >= self.scorer.review {
            Verdict::Maybe(score)
        } else {
            Verdict::Open
        }
    }

    fn scored(&self, agreement: Agreement, score: Score, outlook: Outlook) -> Verdict {
        match self.weighed(score) {
            Verdict::Join(..) if outlook.crowded => Verdict::Crowded(score),
            Verdict::Maybe(_) if outlook.crowded => Verdict::Open,
            // Initials and a birth date at a different address: one in four is a namesake.
            _ if !is_named(agreement) && agreement.place == Place::Differs => Verdict::Open,
            Verdict::Join(..) if self.profile == LinkProfile::Strict && !is_strict(agreement) => {
                Verdict::Open
            }
            Verdict::Join(..) if !is_supported(agreement, outlook) => Verdict::Maybe(score),
            verdict => verdict,
        }
    }

    pub(super) fn agreement(&self, one: UnitId, other: UnitId) -> Agreement {
        Agreement::of(self.features(one), self.features(other), &self.units.texts)
    }

    fn features(&self, unit: UnitId) -> &Features {
        &self.units.features[unit as usize]
    }
}

/// So far above the score of a join (four bits: a surname that few have) a pair is worth a human's
/// time.
const CLEARLY: Score = 400;

/// What is known of a pair beside its agreement.
#[derive(Clone, Copy)]
struct Outlook {
    /// One of the two fits somebody else as well.
    crowded: bool,
    /// One of the two is a row of the participants list or the register: there a namesake would be
    /// known.
    listed: bool,
    /// Both are women.
    women: bool,
    /// The birth date of one of the two.
    date: u32,
}

fn is_named(agreement: Agreement) -> bool {
    matches!(agreement.given, Given::Equal | Given::Part | Given::Close | Given::Swapped)
}

/// Scores add up what members of one household share anyway (surname, address): beside them a join
/// needs the birth date, and where that is not equal or stands for any day of its year, the given
/// name. Where neither given names nor initials speak, twins do not differ in anything else. At a
/// different address even a full name and birth date may be a namesake's, unless a list knows the
/// person.
fn is_supported(agreement: Agreement, outlook: Outlook) -> bool {
    let named = is_named(agreement);
    let moved = matches!(agreement.place, Place::Differs | Place::Area);
    match agreement.birth {
        _ if moved && !outlook.listed => false,
        Birth::Equal if named => true,
        Birth::Equal if birth::is_weak(outlook.date) => false,
        Birth::Equal if agreement.shares_surname() => {
            let called = agreement.initials != Initials::Missing;
            let beside = agreement.place == Place::Near && agreement.initials == Initials::Equal;
            (agreement.shares_place() && (called || outlook.listed)) || beside
        }
        Birth::Equal => has_taken_a_name(agreement, outlook),
        Birth::Partial | Birth::Slip => named && agreement.shares_place(),
        Birth::Missing | Birth::Decade | Birth::Differs => false,
    }
}

/// Initials, birth date and address of a woman, once under her own surname and once under her
/// partner's.
fn has_taken_a_name(agreement: Agreement, outlook: Outlook) -> bool {
    let same = agreement.initials == Initials::Equal && agreement.place == Place::Equal;
    outlook.women && same && agreement.surname == Surname::Differs
}

/// Without BSN: a full given name on both sides, and the address. What falls short of it only here
/// stays apart: two letters to one address are the cheap error.
fn is_strict(agreement: Agreement) -> bool {
    is_named(agreement) && agreement.shares_place()
}

impl Agreement {
    /// Twins have one surname: where only one of the two has a partner's name, or both have the
    /// same one beside their own, nobody else is meant.
    fn may_be_twins(self, one: &Features, other: &Features) -> bool {
        let parts = one.parts().count().min(other.parts().count());
        self.bsn != Bsn::Equal
            && self.surname != Surname::Shared
            && !(self.surname == Surname::Equal && parts > 1)
    }
}
