//! What the sample invents: numbers, addresses and people that a real letter must never name.

use super::Facts;

/// The sample's hotline, digits alone, without the zero or the country code before it.
const HOTLINE: &str = "880000000";
/// The sample's post office box.
const POST_BOX: &str = "postbus1234";
/// The sample's people, as their names are compared.
const PEOPLE: [&str; 1] = ["vandenvoorbeeld"];

impl Facts {
    /// The first fact that the sample invents: its key, and what it is. A real run is refused
    /// because of it.
    #[must_use]
    pub fn invented(&self) -> Option<(String, &'static str)> {
        let hotline = self.phones.iter().find(|(_, phone)| subscriber(&phone.number) == HOTLINE);
        if let Some((name, _)) = hotline {
            return Some((format!("phones.{name}.number"), "is the hotline of the sample"));
        }

        self.senders.iter().find_map(|(name, sender)| {
            let contact = &sender.privacy_contact;
            let lines = sender.address.iter().map(|line| ("address", line)).chain([
                ("return_line", &sender.return_line),
                ("privacy_contact", &contact.nl),
                ("privacy_contact", &contact.en),
            ]);
            let mut lines = lines.chain([("signatory", &sender.signatory)]);
            lines
                .find_map(|(field, line)| Some((format!("senders.{name}.{field}"), problem(line)?)))
        })
    }
}

fn problem(line: &str) -> Option<&'static str> {
    let bare: String = line.to_lowercase().chars().filter(|sign| sign.is_alphanumeric()).collect();
    let mut boxes = bare.match_indices(POST_BOX).map(|(at, _)| &bare[at + POST_BOX.len()..]);
    // `Postbus 12345` is somebody else's; a postcode that follows begins after a comma, which is
    // gone by now.
    let whole = |rest: &str| !rest.starts_with(|sign: char| sign.is_ascii_digit()) || spaced(line);
    if boxes.any(whole) {
        return Some("has the post office box of the sample");
    }
    PEOPLE.iter().any(|name| bare.contains(name)).then_some("is a person of the sample")
}

/// Whether the number 1234 stands alone in the line.
fn spaced(line: &str) -> bool {
    line.split(|sign: char| !sign.is_ascii_digit()).any(|number| number == "1234")
}

/// A number as it is the same from here and from abroad: `088-...`, `+31 88 ...`, `0031 (0)88 ...`.
fn subscriber(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let bare = digits.trim_start_matches('0');
    let is_abroad = digits.starts_with("00") || number.trim_start().starts_with('+');
    let bare = bare.strip_prefix("31").filter(|_| is_abroad).unwrap_or(bare);
    bare.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../sample-data/facts.toml");

    fn invented(text: &str) -> Option<String> {
        Facts::parse("facts.toml".into(), text).unwrap().invented().map(|(key, _)| key)
    }

    #[test]
    fn the_facts_of_the_sample_are_found_one_after_the_other() {
        let real = SAMPLE.replace("088-000 00 00", "088-111 11 11");
        assert_eq!(invented(SAMPLE).as_deref(), Some("phones.hotline.number"));
        assert_eq!(invented(&real).as_deref(), Some("senders.bvo.address"));
        let real = real.replace("Postbus 1234", "Postbus 12345");
        assert_eq!(invented(&real).as_deref(), Some("senders.bvo.signatory"));
        let real = real.replace("M. van den Voorbeeld", "A. Echtenaar");
        assert_eq!(invented(&real), None);
    }

    #[test]
    fn the_sample_is_found_however_it_is_written() {
        for number in
            ["088 000 00 00", "+31 88 000 00 00", "0031 88-0000000", "+31 (0)88 000 00 00"]
        {
            assert_eq!(subscriber(number), HOTLINE, "{number}");
        }

        for number in ["088-000 00 01", "+32 88 000 00 00", "0318 80 00 00 00", "112"] {
            assert_ne!(subscriber(number), HOTLINE, "{number}");
        }

        for line in ["POSTBUS 1234", "Postbus  1234, 3500 AB Utrecht", "postbus 1234 3500 AB"] {
            assert!(problem(line).is_some(), "{line}");
        }

        for line in ["Postbus 12345", "Postbus 123", "Straat 1234, 3500 AB Utrecht"] {
            assert!(problem(line).is_none(), "{line}");
        }
    }
}
