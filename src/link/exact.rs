//! The exact rules: when two units are one person without weighing anything.

use crate::config::LinkProfile;
use crate::link::birth;
use crate::link::compare::{Agreement, Birth, Bsn, Given, Initials, Place, SexLevel, Surname};

/// Which rule joined two units. Better rules come first when clusters are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Rule {
    /// Initials, surname, full birth date and address; nobody else is known to fit.
    Initials,
    /// Full name, full birth date and address.
    Details,
    /// Valid BSN and birth date, and a surname part or the address (as SBV-Z verifies).
    Number,
}

/// What the exact rules say about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// One person, how well the two fit (higher is better).
    Join(Rule, i32),
    /// Everything fits, but the BSNs are different and both valid.
    TwoNumbers,
    /// Nothing can be said.
    Open,
}

/// Distance between the scores of two rules; fits of one rule are nearer to each other than this.
pub(super) const RULE_STEP: i32 = 10_000;

/// Scores this near count as equally good when a unit fits two people.
pub(super) const TIE_MARGIN: i32 = RULE_STEP / 2;

/// Judges a pair.
///
/// `crowded` says that either of them may be two people who are known to be different.
pub(super) fn judge(agreement: Agreement, birth: u32, crowded: bool, profile: LinkProfile) -> Verdict {
    if fits_details(agreement) && agreement.bsn == Bsn::Differs {
        return Verdict::TwoNumbers;
    }
    if agreement.is_vetoed() {
        return Verdict::Open;
    }
    let rule = if fits_number(agreement) {
        Rule::Number
    } else if fits_details(agreement) {
        Rule::Details
    } else if profile == LinkProfile::Default && !crowded && !birth::is_weak(birth) && fits_initials(agreement) {
        // The first of January is shared by everybody whose birthday nobody knew: it needs a given name beside it.
        Rule::Initials
    } else {
        return Verdict::Open;
    };
    Verdict::Join(rule, (rule as i32 + 1) * RULE_STEP + fit(agreement))
}

/// SBV-Z verifies a BSN by birth date with surname or address; a missing birth date needs all the rest.
fn fits_number(agreement: Agreement) -> bool {
    let someone = agreement.shares_surname() || agreement.shares_place();
    let dated = matches!(agreement.birth, Birth::Equal | Birth::Slip | Birth::Partial);
    let named = matches!(agreement.given, Given::Equal | Given::Close) || agreement.initials >= Initials::Equal;
    let undated = agreement.birth == Birth::Missing && agreement.shares_surname() && agreement.shares_place() && named;
    agreement.bsn == Bsn::Equal && ((dated && someone) || undated)
}

fn fits_details(agreement: Agreement) -> bool {
    let named = agreement.given == Given::Equal && matches!(agreement.surname, Surname::Equal | Surname::Shared);
    let clash = agreement.sex == SexLevel::Differs || agreement.initials == Initials::Differs;
    named && !clash && agreement.birth == Birth::Equal && agreement.shares_place()
}

fn fits_initials(agreement: Agreement) -> bool {
    let named = agreement.given == Given::Missing
        && matches!(agreement.initials, Initials::Equal | Initials::Prefix)
        && matches!(agreement.surname, Surname::Equal | Surname::Shared);
    named && agreement.birth == Birth::Equal && agreement.place == Place::Equal && agreement.sex == SexLevel::Equal
}

/// How well the fields fit: only the order within one rule depends on it.
fn fit(agreement: Agreement) -> i32 {
    let birth = match agreement.birth {
        Birth::Equal => 300,
        Birth::Partial => 150,
        Birth::Slip => 100,
        Birth::Missing | Birth::Differs => 0,
    };
    let given = match agreement.given {
        Given::Equal => 100,
        Given::Close | Given::Swapped => 50,
        Given::Missing | Given::Differs => 0,
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
        Place::Postcode => 20,
        Place::Missing | Place::Differs => 0,
    };
    birth + given + surname + place + if agreement.initials == Initials::Equal { 20 } else { 0 }
}
