//! What spreadsheets and export programs do to a cell on its way. Recognised by its form, named by
//! a code, never undone: a damaged number could be read as another one.

use crate::field::reason::Reason;

use super::text::is_blank;

/// Names of months as spreadsheets abbreviate and write them: Dutch, English, German, French.
const MONTHS: [&str; 63] = [
    "jan",
    "januari",
    "january",
    "januar",
    "janv",
    "janvier",
    "feb",
    "februari",
    "february",
    "februar",
    "febr",
    "fev",
    "fevr",
    "février",
    "févr",
    "mrt",
    "maart",
    "mar",
    "march",
    "mär",
    "märz",
    "mrz",
    "mars",
    "apr",
    "april",
    "avr",
    "avril",
    "mei",
    "may",
    "mai",
    "jun",
    "juni",
    "june",
    "juin",
    "jul",
    "juli",
    "july",
    "juil",
    "juillet",
    "aug",
    "augustus",
    "august",
    "août",
    "sep",
    "sept",
    "september",
    "septembre",
    "okt",
    "oktober",
    "oct",
    "october",
    "octobre",
    "nov",
    "november",
    "novembre",
    "dec",
    "december",
    "dez",
    "dezember",
    "déc",
    "décembre",
    "mrt.",
    "dec.",
];

/// What the cells of a column are, as far as damage goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Digits and nothing else: BSN, AGB code, postcode, identifiers.
    Number,
    /// A calendar date.
    Date,
    /// A part of a house number, where "3E2" may be a letter and an addition.
    House,
}

/// What has happened to a cell that should be a number or a date; `None` when it does not look like
/// any known damage.
pub(super) fn of_value(raw: &str, wanted: Wanted) -> Option<Reason> {
    let text = raw.trim_matches(is_blank);
    if let Some(reason) = error_word(text).or_else(|| mark(text)) {
        return Some(reason);
    }

    if is_scientific(text, wanted) {
        return Some(Reason::R119);
    }

    match wanted {
        Wanted::Date if has_time(text) => Some(Reason::R127),
        Wanted::Date if is_serial(text) => Some(Reason::R126),
        Wanted::Number | Wanted::House if is_date(text) || is_clock(text) => Some(Reason::R121),
        Wanted::Number | Wanted::House if is_truth(text) => Some(Reason::R122),
        Wanted::Number | Wanted::House if text.contains(['%', '€', '£', '$']) => {
            Some(Reason::R120)
        }
        _ if has_decimals(text) => Some(Reason::R120),
        _ => None,
    }
}

/// R122: what is in a cell whose formula failed or whose column was too narrow, in Dutch, English,
/// German and French Excel and in LibreOffice.
pub(super) fn error_word(text: &str) -> Option<Reason> {
    const CODES: [&str; 14] = [
        "err:",
        "fout:",
        "#err",
        "#fout",
        "#error",
        "#ongeldig",
        "#leeg",
        "#verw",
        "#n/b",
        "#n/a",
        "#nv",
        "#n.v",
        "#waarde",
        "#deel",
    ];

    // Every one of them has a `#` or a `:`, and hardly any other cell.
    if !text.contains(['#', ':']) {
        return None;
    }

    let is_hash = text.len() > 1 && text.bytes().all(|byte| byte == b'#');
    let lower = text.get(..24.min(text.len())).unwrap_or(text).to_lowercase();
    let code = CODES.iter().any(|code| lower.starts_with(code));
    let called = text.strip_prefix('#').is_some_and(|name| {
        let letters = name
            .bytes()
            .take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'/' | b'_' | b'0'))
            .count();
        letters > 1 && matches!(&name[letters..], "?" | "!")
    });

    // "#GETTING_DATA" and what later versions think of: a word in capitals and nothing else.
    let word = text.strip_prefix('#').is_some_and(|name| {
        name.len() > 3
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'/' | b'_'))
    });

    let numbered = ["err:", "fout:"].iter().any(|code| {
        lower
            .strip_prefix(code)
            .is_some_and(|rest| rest.trim().starts_with(|c: char| c.is_ascii_digit()))
    });

    let error = is_hash || called || word || numbered || (code && text.starts_with('#'));
    error.then_some(Reason::R122)
}

/// R118 and R123: `="0123"` and `'0123`, which keep a spreadsheet from counting, and quotes that
/// stayed.
fn mark(text: &str) -> Option<Reason> {
    if text.starts_with(['=', '+', '@', '＝', '＋', '＠']) {
        return Some(Reason::R118);
    }
    let marked = text.len() > 1 && text.starts_with(['\'', '’', '‘', '`', '´', '"', '“', '”', '„']);
    marked.then_some(Reason::R123)
}

/// `1.00E+09`, `1,2E3`; of house numbers only what cannot be a letter with an addition.
fn is_scientific(text: &str, wanted: Wanted) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (sign, digits) =
        exponent.strip_prefix(['+', '-']).map_or((false, exponent), |digits| (true, digits));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = mantissa.split_once(['.', ',']);
    let whole = decimal.map_or_else(
        || is_number(mantissa),
        |(one, rest)| is_number(one) && (rest.is_empty() || is_number(rest)),
    );

    whole && is_number(digits) && (wanted != Wanted::House || sign || decimal.is_some())
}

/// `999960003.0`, `3,00`, `999.960.003`, `1.234,00`: digits with points or commas between or behind
/// them.
fn has_decimals(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let points = text.bytes().filter(|byte| matches!(byte, b'.' | b',')).count();
    let begins =
        text.starts_with(|sign: char| sign.is_ascii_digit()) || text.starts_with(['.', ',']);

    digits > 0
        && points > 0
        && digits + points == text.len()
        && begins
        && !text.ends_with("..")
        && !only_full_stop(text)
}

/// "12." is how a person ends a house number.
fn only_full_stop(text: &str) -> bool {
    text.strip_suffix(['.', ',']).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `2-jan`, `Mar-12`, `12 okt`, `1-2-2024`, `2024-01-02`, `01/02/03`.
fn is_date(text: &str) -> bool {
    let time = text.split([' ', 'T']).next().unwrap_or_default();
    let text = if has_time(text) { time } else { text };
    let parts: Vec<&str> =
        text.split(['-', '/', ' ', '.']).filter(|part| !part.is_empty()).collect();
    let number = |part: &&str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |part: &&str| MONTHS.contains(&part.to_lowercase().as_str());
    let months = parts.iter().filter(|part| is_month(part)).count();
    let numbers = parts.iter().filter(|part| number(part)).count();

    if months == 1 && months + numbers == parts.len() && parts.len() <= 3 {
        return true;
    }

    // Three numbers with the same sign between them, a day and a month among them. Points make it
    // decimals.
    let signs: Vec<char> = text.chars().filter(|sign| matches!(sign, '-' | '/')).collect();
    let small = |part: &&str| part.parse::<u16>().is_ok_and(|number| (1..=31).contains(&number));
    let month = |part: &&str| part.parse::<u16>().is_ok_and(|number| (1..=12).contains(&number));

    signs.len() == 2
        && signs[0] == signs[1]
        && parts.len() == 3
        && numbers == 3
        && parts.iter().filter(|part| small(part)).count() >= 2
        && parts.iter().any(month)
}

/// `12:30`, `00:12:00`: a house number with its addition, taken for a time of day.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |part: &&str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.len(), 2 | 3)
        && parts.iter().all(number)
        && parts[1..].iter().all(|part| part.len() == 2)
}

/// `WAAR`, `FALSE`: what a spreadsheet makes of a comparison.
fn is_truth(text: &str) -> bool {
    ["waar", "onwaar", "true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `1980-02-01T00:00:00`, `1-2-1980 00:00`.
fn has_time(text: &str) -> bool {
    let Some((day, time)) = text.split_once(['T', ' ']) else { return false };
    let mut clock = time.trim_start().splitn(2, ':');
    let hour = clock.next().is_some_and(|hour| {
        (1..=2).contains(&hour.len()) && hour.bytes().all(|byte| byte.is_ascii_digit())
    });
    let minutes =
        clock.next().is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));

    hour && minutes
        && day.starts_with(|sign: char| sign.is_ascii_digit())
        && day.contains(['-', '/', '.'])
}

/// `45123`, `33245.0`: days since 1900. Four digits of our centuries are a year.
fn is_serial(text: &str) -> bool {
    let (whole, rest) =
        text.split_once(['.', ',']).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let days = is_number(whole)
        && (1..=6).contains(&whole.len())
        && rest.is_none_or(|rest| !rest.is_empty() && is_number(rest));
    let year =
        rest.is_none() && whole.len() == 4 && matches!(whole.get(..2), Some("18" | "19" | "20"));
    days && !year
}

/// R125: traces of HTML, escapes and lost letters in a street, a town, a line of an address, a name
/// of an institution.
///
/// No address in a list has a question mark, a backslash, angle or curly brackets, or a currency
/// sign. "Laan & Weg", "50% Weg" and "Straat #3" are addresses.
pub(super) fn leftovers(text: &str) -> Result<(), Reason> {
    let strange = text.contains(|sign: char| {
        matches!(
            sign,
            '?' | '¿'
                | '¡'
                | '\\'
                | '<'
                | '>'
                | '{'
                | '}'
                | '|'
                | '^'
                | '~'
                | '='
                | '$'
                | '*'
                | '¤'
                | '¬'
                | '¦'
                | '□'
                | '■'
                | '◊'
                | '�'
                // Boxes: the letters of a different code page.
                | '\u{2500}'..='\u{257f}'
        )
    });

    // `Huize ""Zon""`: a program doubled the quotes on the way out that it had not undone on the way
    // in, as data.table does.
    let has_doubled_quotes = text.contains("\"\"");

    if strange
        || has_doubled_quotes
        || has_entity(text)
        || has_code(text)
        || is_joined(text)
        || is_object(text)
        || is_unfilled(text)
    {
        Err(Reason::R125)
    } else {
        Ok(())
    }
}

/// `&eacute;`, `&#233;`, `&nbsp` and what is left of one (`amp;`).
pub(super) fn has_entity(text: &str) -> bool {
    const NAMES: [&str; 20] = [
        "amp", "nbsp", "lt", "gt", "quot", "apos", "eacute", "euml", "egrave", "ecirc", "iuml",
        "ouml", "uuml", "auml", "ccedil", "aacute", "oacute", "szlig", "ntilde", "rsquo",
    ];

    // Hardly any cell has one of the two.
    if !text.contains(['&', ';']) {
        return false;
    }

    let begins = |rest: &str| {
        let name =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
        let (name, after) = rest.split_at(name);
        let numbered = name.strip_prefix('#').is_some_and(|code| !code.is_empty());
        numbered || (after.starts_with(';') && name.len() > 1) || NAMES.contains(&name)
    };

    let rest_of = NAMES.iter().any(|name| {
        text.strip_suffix(';').is_some_and(|text| text.ends_with(name))
            || text.contains(&format!(" {name};"))
    });
    rest_of || text.match_indices('&').any(|(place, _)| begins(&text[place + 1..]))
}

/// `%C3%A9`, `_x000D_`, `U+00E9`.
fn has_code(text: &str) -> bool {
    let hexadecimal = |text: &str, count: usize| {
        text.len() >= count && text.bytes().take(count).all(|byte| byte.is_ascii_hexdigit())
    };
    let after = |mark: &str, count: usize| {
        text.match_indices(mark).any(|(place, _)| hexadecimal(&text[place + mark.len()..], count))
    };
    after("%", 2) || after("_x", 4) || after("U+", 4)
}

/// `Lange+Straat`: a form's way to write a blank.
fn is_joined(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters
        .windows(3)
        .any(|three| three[1] == '+' && three[0].is_alphabetic() && three[2].is_alphabetic())
}

/// `[object Object]`, `[null]`.
fn is_object(text: &str) -> bool {
    text.starts_with('[') || text.contains("object Object")
}

/// `%STREET%`: the place of a value in a form that nobody filled in.
fn is_unfilled(text: &str) -> bool {
    text.len() > 2 && text.starts_with('%') && text.ends_with('%')
}

#[cfg(test)]
#[path = "damage_tests.rs"]
mod tests;
