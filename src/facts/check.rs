//! Whether facts can be printed at all: one line each, dates in their order.

use super::{Bilingual, Facts};
use crate::config::check::problem_of_line;

/// A key of the facts and what is wrong with its value.
type Fault = (String, &'static str);

/// Whole sentences may take more than one line on paper.
const LONGEST_SENTENCE: usize = 1_000;

/// The first value that cannot work.
pub(super) fn check(facts: &Facts) -> Result<(), Fault> {
    let incident = &facts.incident;
    line("version", &facts.version)?;
    line("incident.laboratory", &incident.laboratory)?;

    if incident.until < incident.from {
        return Err(("incident.until".to_owned(), "is before `incident.from`"));
    }

    if incident.reported < incident.from {
        return Err(("incident.reported".to_owned(), "is before `incident.from`"));
    }

    let [first, last] = incident.custody_years;

    if first > last || !(1900..=2100).contains(&first) || !(1900..=2100).contains(&last) {
        return Err(("incident.custody_years".to_owned(), "is not a first and a last year"));
    }

    if facts.measures.len() > Facts::MOST_MEASURES {
        return Err((
            "measures".to_owned(),
            "has more than four entries; the letters have no room for them",
        ));
    }

    for (number, measure) in facts.measures.iter().enumerate() {
        sentences(&format!("measures[{}]", number + 1), measure)?;
    }

    for (name, phone) in &facts.phones {
        line(&format!("phones.{name}.number"), &phone.number)?;
        if let Some(abroad) = &phone.abroad {
            line(&format!("phones.{name}.abroad"), abroad)?;
            if !abroad.starts_with('+') {
                return Err((
                    format!("phones.{name}.abroad"),
                    "does not begin with `+` and the country's number",
                ));
            }
        }
        phone
            .hours
            .iter()
            .try_for_each(|hours| sentences(&format!("phones.{name}.hours"), hours))?;
    }

    providers(facts)?;
    senders(facts)
}

fn providers(facts: &Facts) -> Result<(), Fault> {
    let Some(providers) = &facts.providers else { return Ok(()) };
    sentences("providers.roles", &providers.roles)?;
    if providers.duties.len() > Facts::MOST_MEASURES {
        let problem = "has more than four entries; the letters have no room for them";
        return Err(("providers.duties".to_owned(), problem));
    }
    for (number, duty) in providers.duties.iter().enumerate() {
        sentences(&format!("providers.duties[{}]", number + 1), duty)?;
    }
    Ok(())
}

fn senders(facts: &Facts) -> Result<(), Fault> {
    for (name, sender) in &facts.senders {
        let key = |field: &str| format!("senders.{name}.{field}");
        line(&key("return_line"), &sender.return_line)?;
        line(&key("signatory"), &sender.signatory)?;
        if sender.address.is_empty() {
            return Err((key("address"), "has no line"));
        }
        sender.address.iter().try_for_each(|one| line(&key("address"), one))?;
        let texts = [
            ("name", &sender.name),
            ("privacy_contact", &sender.privacy_contact),
            ("function", &sender.function),
        ];
        for (field, text) in texts {
            line(&key(&format!("{field}.nl")), &text.nl)?;
            line(&key(&format!("{field}.en")), &text.en)?;
        }
        sender.about.iter().try_for_each(|about| sentences(&key("about"), about))?;
        sender
            .about_screening
            .iter()
            .try_for_each(|about| sentences(&key("about_screening"), about))?;
    }

    Ok(())
}

fn line(key: &str, text: &str) -> Result<(), Fault> {
    problem_of_line(text).map_or(Ok(()), |problem| Err((key.to_owned(), problem)))
}

fn sentences(key: &str, text: &Bilingual) -> Result<(), Fault> {
    for (language, text) in [("nl", &text.nl), ("en", &text.en)] {
        // A sentence may be long; what else is wrong with a line is wrong with it.
        let start: String = text.chars().take(LONGEST_SENTENCE / 10).collect();
        let rest: String = text.chars().skip(LONGEST_SENTENCE / 10).collect();
        let too_long =
            (text.chars().count() > LONGEST_SENTENCE).then_some("is longer than 1000 characters");
        let controls = rest
            .chars()
            .any(char::is_control)
            .then_some("has a line end or another control character");
        if let Some(problem) = problem_of_line(&start).or(too_long).or(controls) {
            return Err((format!("{key}.{language}"), problem));
        }
    }

    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Facts, FactsError};

    const SAMPLE: &str = include_str!("../../sample-data/facts.toml");

    fn fault(from: &str, to: &str) -> Option<String> {
        assert!(SAMPLE.contains(from), "{from}");
        match Facts::parse("facts.toml".into(), &SAMPLE.replace(from, to)) {
            Err(FactsError::Value { key, .. }) => Some(key),
            Err(error) => panic!("{error}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn what_cannot_be_printed_is_named_by_its_key() {
        for (from, to, key) in [
            ("until = \"2025-07-06\"", "until = \"2025-07-01\"", "incident.until"),
            ("reported = \"2025-08-06\"", "reported = \"2025-01-01\"", "incident.reported"),
            ("abroad = \"+31 88 786 73 72\"", "abroad = \"088-786 73 72\"", "phones.fraud.abroad"),
            ("[2022, 2025]", "[2025, 2022]", "incident.custody_years"),
            ("number = \"112\"", "number = \"1\\n12\"", "phones.emergency.number"),
            ("\"3500 AB Utrecht\"]", "\"3500 AB\\u2028Utrecht\"]", "senders.bvo.address"),
            ("signatory = \"M. van den Voorbeeld\"", "signatory = \" \"", "senders.bvo.signatory"),
        ] {
            assert_eq!(fault(from, to).as_deref(), Some(key), "{to}");
        }

        assert_eq!(fault("number = \"112\"", "number = \"0112\""), None);
        let measure =
            "[[measures]]\nnl = \"Wij letten op.\"\nen = \"We keep watch.\"\n\n[incident]";
        assert_eq!(fault("[incident]", measure), None);
        let two = format!("{}{measure}", measure.trim_end_matches("[incident]"));

        assert_eq!(fault("[incident]", &two).as_deref(), Some("measures"));
    }
}
