//! Names and sex as the register knows them: what a salutation is made from.

use std::str::FromStr;

/// Sex as registered: BRP 04.10 M, V, O. `F` (lab) is read as `V`, `X` as `O`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sex {
    /// Man.
    M,
    /// Vrouw.
    V,
    /// Onbekend or neither.
    O,
}

/// BRP 61.10 name use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameUse {
    /// Own surname.
    E,
    /// Partner's surname.
    P,
    /// Partner's, then own.
    V,
    /// Own, then partner's.
    N,
}

/// BRP 02.20 titles and predicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Title {
    /// Ridder.
    R,
    /// Baron.
    B,
    /// Barones.
    BS,
    /// Graaf.
    G,
    /// Gravin.
    GI,
    /// Hertog.
    H,
    /// Hertogin.
    HI,
    /// Markies.
    M,
    /// Markiezin.
    MI,
    /// Prins.
    P,
    /// Prinses.
    PS,
    /// Jonkheer (predicate).
    JH,
    /// Jonkvrouw (predicate).
    JV,
}

impl FromStr for Title {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        Ok(match code {
            "R" => Self::R,
            "B" => Self::B,
            "BS" => Self::BS,
            "G" => Self::G,
            "GI" => Self::GI,
            "H" => Self::H,
            "HI" => Self::HI,
            "M" => Self::M,
            "MI" => Self::MI,
            "P" => Self::P,
            "PS" => Self::PS,
            "JH" => Self::JH,
            "JV" => Self::JV,
            _ => return Err(()),
        })
    }
}

/// Everything the salutation and the name lines are made from.
#[derive(Clone, Copy, Default)]
pub struct PersonName<'a> {
    /// Space-separated first names, as registered.
    pub first_names: &'a str,
    /// Initials where only those are known (lab rows).
    pub initials: &'a str,
    /// Particle (BRP 02.30).
    pub surname_prefix: &'a str,
    /// Own surname (BRP 02.40); `.` or empty = unknown.
    pub surname: &'a str,
    /// Own title or predicate.
    pub title: Option<Title>,
    /// Name use; missing = not registered.
    pub name_use: Option<NameUse>,
    /// The partner whose name is in use, if any.
    pub partner: Option<PartnerName<'a>>,
    /// Sex as registered.
    pub sex: Option<Sex>,
}

/// The partner whose name is in use.
#[derive(Clone, Copy, Default)]
pub struct PartnerName<'a> {
    /// Particle.
    pub surname_prefix: &'a str,
    /// Surname; `.` or empty = unknown.
    pub surname: &'a str,
    /// Title or predicate.
    pub title: Option<Title>,
    /// The marriage or partnership has ended.
    pub former: bool,
}
