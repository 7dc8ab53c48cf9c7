//! The exact rules: when two units are one person without weighing anything.

use crate::config::LinkProfile;
use crate::link::birth;
use crate::link::compare::{Agreement, Birth, Bsn, Given, Initials, Place, SexLevel, Surname};
use crate::link::score::Score;

/// Which rule joined two units. Better rules come first when clusters are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Rule {
    /// The score is high enough.
    Score,
    /// Initials, surname, full birth date and address; nobody else is known to fit.
    Initials,
    /// Full name, full birth date and address.
    Details,
    /// Valid BSN and birth date, and a surname part or the address (as SBV-Z verifies).
    Number,
    /// A human said so.
    Human,
}

impl Rule {
    /// The rule by which an edge of this score was made.
    pub(super) const fn of(score: Score) -> Self {
        match score / RULE_STEP {
            1 => Self::Initials,
            2 => Self::Details,
            3 => Self::Number,
            4 => Self::Human,
            _ => Self::Score,
        }
    }

    /// The rule in words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Initials => "initials, surname, birth date and address",
            Self::Details => "full name, birth date and address",
            Self::Number => "bsn and birth date, with surname or address",
            Self::Human => "decided by a human",
        }
    }
}

/// Distance between the edges of two rules; scores stay far below it.
const RULE_STEP: Score = 10_000;

/// The score of an edge that a human made.
pub(super) const HUMAN: Score = Rule::Human as Score * RULE_STEP;

/// Scores this near (six bits) are equally good when a unit fits two people.
const TIE_MARGIN: Score = 600;

/// The score of an edge made by `rule`: rules first, then how well the fields fit.
pub(super) fn score(rule: Rule, agreement: Agreement) -> Score {
    rule as Score * RULE_STEP + fit(agreement)
}

/// An edge of score `other` is as good a reason as one of score `best`.
pub(super) fn is_as_good(other: Score, best: Score) -> bool {
    match (Rule::of(other), Rule::of(best)) {
        (Rule::Score, Rule::Score) => best - other <= TIE_MARGIN,
        (other, best) => other >= best,
    }
}

/// The exact rule that a pair fits, if it is not vetoed. `Initials` also needs that nobody else
/// fits.
pub(super) fn rule(agreement: Agreement, birth: u32, profile: LinkProfile) -> Option<Rule> {
    if fits_number(agreement) {
        return Some(Rule::Number);
    }

    if fits_details(agreement) {
        return Some(Rule::Details);
    }

    // The first of January is shared by everybody whose birthday nobody knew: it needs a given name
    // beside it.
    let initials =
        profile == LinkProfile::Default && !birth::is_weak(birth) && fits_initials(agreement);
    initials.then_some(Rule::Initials)
}

/// SBV-Z verifies a BSN by birth date with surname or address; a missing birth date needs all the
/// rest.
fn fits_number(agreement: Agreement) -> bool {
    let someone = agreement.shares_surname() || agreement.shares_place();
    let dated =
        matches!(agreement.birth, Birth::Equal | Birth::Slip | Birth::Partial | Birth::Decade);
    let named = matches!(agreement.given, Given::Equal | Given::Part | Given::Close | Given::Alike)
        || matches!(agreement.initials, Initials::Equal | Initials::Prefix);
    let undated = agreement.birth == Birth::Missing
        && agreement.shares_surname()
        && agreement.shares_place()
        && named;

    agreement.bsn == Bsn::Equal && ((dated && someone) || undated)
}

/// Full name, full birth date and address agree; says nothing about the BSNs.
pub(super) fn fits_details(agreement: Agreement) -> bool {
    let named = matches!(agreement.given, Given::Equal | Given::Part)
        && matches!(agreement.surname, Surname::Equal | Surname::Shared);
    let clash = agreement.sex == SexLevel::Differs || agreement.initials == Initials::Differs;
    named && !clash && agreement.birth == Birth::Equal && agreement.shares_place()
}

/// Full name or initials, surname, full birth date and address agree, whatever the BSNs say.
pub(super) fn fits_but_for_number(agreement: Agreement) -> bool {
    agreement.bsn == Bsn::Differs && (fits_details(agreement) || fits_initials(agreement))
}

fn fits_initials(agreement: Agreement) -> bool {
    let named = agreement.given == Given::Missing
        && matches!(agreement.initials, Initials::Equal | Initials::Prefix)
        && matches!(agreement.surname, Surname::Equal | Surname::Shared);
    named
        && agreement.birth == Birth::Equal
        && agreement.place == Place::Equal
        && agreement.sex == SexLevel::Equal
}

/// How well the fields fit: only the order within one rule depends on it.
fn fit(agreement: Agreement) -> i32 {
    let birth = match agreement.birth {
        Birth::Equal => 300,
        Birth::Partial => 150,
        Birth::Slip => 100,
        Birth::Decade => 50,
        Birth::Missing | Birth::Differs => 0,
    };

    let given = match agreement.given {
        Given::Equal => 100,
        Given::Part => 80,
        Given::Close | Given::Alike | Given::Swapped => 50,
        Given::Missing | Given::Unnamed | Given::Differs => 0,
    };

    let surname = match agreement.surname {
        Surname::Equal => 80,
        Surname::Shared => 60,
        Surname::Close => 40,
        Surname::Missing | Surname::Differs => 0,
    };

    let place = match agreement.place {
        Place::Equal => 80,
        Place::Suffix => 60,
        Place::Near => 40,
        Place::Area => 20,
        Place::Missing | Place::Differs => 0,
    };

    birth + given + surname + place + if agreement.initials == Initials::Equal { 20 } else { 0 }
}
