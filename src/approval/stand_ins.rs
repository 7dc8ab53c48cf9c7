//! Letters for people who may not see people: everything that is somebody's is replaced by signs of
//! the same shape.

use crate::field::draft::{Draft, Kix};

/// The letter with stand-ins for everything that is somebody's: signs keep their kind and place.
#[must_use]
pub fn masked(draft: &Draft) -> Draft {
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
