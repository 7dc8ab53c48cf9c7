//! `bounces.csv`: mails to care providers that came back, from whoever runs the mail server.

use camino::Utf8Path;

use super::ReceiptError;
use super::table::Table;
use crate::field::ids::LetterId;

const COLUMNS: [&str; 3] = ["message_id", "bounced_on", "reason"];

/// Whether a file has that name: `bounces.csv`, or `bounces-WORD.csv` for one of several.
#[must_use]
pub fn is_bounces(file: &str) -> bool {
    let word = file.strip_prefix("bounces").and_then(|rest| rest.strip_suffix(".csv"));
    let is_tail =
        |tail: &str| tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    word.is_some_and(|tail| tail.is_empty() || (tail.starts_with('-') && is_tail(tail)))
}

/// Reads the file: which mails, each once, and how many rows are about mails of others, which may share
/// the box that mails come back to. When and why are not kept.
///
/// # Errors
/// [`ReceiptError`] when it cannot be read or is not such a file; never a value.
pub fn bounced(path: &Utf8Path) -> Result<(Vec<LetterId>, u64), ReceiptError> {
    let text = super::text(path)?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
        .map_err(|problem| ReceiptError::Content { path: path.to_owned(), problem })
}

fn parse(text: &str) -> Result<(Vec<LetterId>, u64), String> {
    let rows = Table::open(text, COLUMNS, 1)?.rows(|cells| {
        let id = cells.text(0).trim_start_matches('<').trim_end_matches('>');
        let own = id.split_once('@').map_or(id, |(own, _)| own);
        Ok(super::letter_id(own).ok())
    })?;
    if rows.is_empty() {
        return Err("it has no rows".to_owned());
    }

    let foreign = rows.iter().filter(|id| id.is_none()).count() as u64;
    let mut mails: Vec<LetterId> = rows.into_iter().flatten().collect();
    mails.sort_unstable();
    mails.dedup();
    Ok((mails, foreign))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn a_mail_is_named_by_its_id_in_any_form() {
        for form in [ID.to_owned(), format!("<{ID}@example.org>"), format!("{ID}@example.org")] {
            assert_eq!(parse(&format!("message_id\n{form}\n")).unwrap().0.len(), 1, "{form}");
        }
        let rows = format!("message_id,bounced_on,reason\n{ID},2025-09-16,gone\n<{ID}@x>,,\n");
        assert_eq!(parse(&rows).unwrap().0.len(), 1);
        let others = format!("message_id\nx\n{ID}\n<summary@example.org>\n");
        let (mails, foreign) = parse(&others).unwrap();
        assert_eq!((mails.len(), foreign), (1, 2));
        for bad in ["message_id\n", "email\na@example.org\n"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_name_says_what_it_is() {
        assert!(is_bounces("bounces.csv") && is_bounces("bounces-2025-09-16.csv"));
        for other in ["bounces.txt", "bounces-.._x.csv", "my-bounces.csv", "bouncesx.csv"] {
            assert!(!is_bounces(other), "{other}");
        }
    }
}
