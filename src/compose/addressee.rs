//! To whom a letter speaks: salutation and name lines of one notice.

use super::name_line::{name_lines, neutral_name_line};
use super::salutation::{english_salutation, neutral_salutation, salutation};
use super::spelling::Spelt;
use super::{initials, title};
use crate::field::names::PersonName;
use crate::field::notice::{Identity, Notice};
use crate::field::reason::Reason;
use crate::field::terms::{Audience, Custody, Language};

/// Salutation and name lines, ready to print.
#[derive(PartialEq, Eq)]
pub(super) struct Addressee {
    /// Without the closing comma.
    pub salutation: String,
    /// One to three.
    pub name_lines: Vec<String>,
}

debug_by_name!(Addressee);

/// Addresses a notice.
///
/// Names from participants and register follow the register's rules, names that only the lab has
/// are neutral, and so are those of young people. The name lines are Dutch in English letters too:
/// the post and the household read them. The parents of a child are spoken to without a name, as
/// the lists do not have theirs.
///
/// # Errors
/// C101 when there is no name to print; C110 to C112 when a cell of it is no name, or not the
/// register's; C107 when the rules leave open how somebody is addressed, or somebody in custody
/// would be addressed without initials (there may be a second person of that surname, and the
/// institution asks for them).
pub(super) fn addressee(notice: &Notice<'_>) -> Result<Addressee, Reason> {
    let (name, listed) = match notice.identity {
        Identity::Listed(registrant) => (registrant.name(), true),
        Identity::Lab(exposure) => (lab_name(exposure.name()), false),
    };

    let spelt = Spelt::of(&name)?;
    let name = spelt.name();
    if notice.custody == Some(Custody::Current) && initials::of(&name).is_empty() {
        return Err(Reason::C107);
    }

    match notice.audience {
        Audience::Adult if listed => by_the_register(&name, notice.language),
        Audience::Adult | Audience::Youth => neutral(&name, notice.language),
        Audience::Parents => parents(&name, notice.language),
    }
}

fn by_the_register(name: &PersonName<'_>, language: Language) -> Result<Addressee, Reason> {
    let open = title::left_open(name);
    let Some(lines) = name_lines(name) else {
        // A title gives a salutation without a name, but an envelope needs one.
        return Err(if salutation(name).is_some() { Reason::C107 } else { Reason::C101 });
    };

    let greeting = match language {
        Language::Nl => salutation(name).or_else(|| neutral_salutation(name)),
        Language::En => english_salutation(name),
    };

    match greeting {
        _ if open => Err(Reason::C107),
        Some(salutation) => Ok(Addressee {
            salutation,
            name_lines: lines.above.into_iter().chain([lines.line]).collect(),
        }),
        None => Err(Reason::C101),
    }
}

fn neutral(name: &PersonName<'_>, language: Language) -> Result<Addressee, Reason> {
    let salutation = match language {
        Language::Nl => neutral_salutation(name),
        Language::En => english_salutation(name),
    };
    let line = neutral_name_line(name);
    let (Some(salutation), Some(line)) = (salutation, line) else { return Err(Reason::C101) };
    Ok(Addressee { salutation, name_lines: vec![line] })
}

/// The child's own line has no title and no line above it: it is not the child who is addressed.
fn parents(child: &PersonName<'_>, language: Language) -> Result<Addressee, Reason> {
    let (salutation, to) = match language {
        Language::Nl => ("Geachte ouder(s) of verzorger(s)", "Aan de ouder(s) of verzorger(s) van"),
        Language::En => ("Dear parent(s) or carer(s)", "To the parent(s) or carer(s) of"),
    };
    let line = neutral_name_line(child).ok_or(Reason::C101)?;
    Ok(Addressee { salutation: salutation.to_owned(), name_lines: vec![to.to_owned(), line] })
}

/// The lab's first names are often initials ("J A"): single letters are taken as typed initials. In
/// the register a single letter is a name.
fn lab_name(name: PersonName<'_>) -> PersonName<'_> {
    let letters = name.first_names.split_whitespace().all(|word| word.chars().count() == 1);
    if letters && !name.first_names.trim().is_empty() {
        return PersonName { initials: name.first_names, first_names: "", ..name };
    }
    name
}
