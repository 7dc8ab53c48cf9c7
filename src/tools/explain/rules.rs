//! Each decision that made a letter, with the rule behind it: for a person, for a professional, for a
//! care provider.

use serde::Serialize;

use crate::field::address::AddressSource;
use crate::field::draft::{Draft, Kix};
use crate::field::subject::LetterSubject;
use crate::field::terms::{Audience, Category, Custody, Format, Items, Kind, Language};

/// One decision.
#[derive(Clone, Debug, Serialize)]
pub struct AppliedRule {
    /// What was decided.
    pub what: &'static str,
    /// How.
    pub value: String,
    /// Why.
    pub why: &'static str,
}

/// What was decided about this letter.
pub(super) fn of(draft: &Draft) -> Vec<AppliedRule> {
    let why = Whys::of(draft.subject);
    let findings = &draft.findings;
    let words =
        |items: Items| items.iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ");
    let categories: Vec<String> = findings.categories.iter().map(Category::to_string).collect();
    let mut rules = vec![
        rule("subject", draft.subject.to_string(), why.subject),
        rule("kind", draft.kind.to_string(), why_kind(draft)),
        rule("categories", categories.join(", "), why.categories),
        rule("status", findings.status.to_string(), why.status),
        rule(
            "published",
            findings.published.to_string(),
            "yes over unknown over no; missing is unknown",
        ),
        rule("involved", words(findings.involved), "kinds of data that a confirmed row has"),
        rule(
            "possible",
            words(findings.possible),
            "kinds of data that only a not-excluded row has",
        ),
        rule("language", draft.language.to_string(), why.language(draft.language)),
        rule("sender", draft.sender.clone(), why.sender),
    ];
    match draft.subject {
        LetterSubject::Person => rules.append(&mut of_person(draft)),
        LetterSubject::Professional | LetterSubject::Provider => rules.push(rule(
            "address from",
            "providers".to_owned(),
            "the providers list alone, never the lab's rows",
        )),
    }
    rules.push(match &draft.kix {
        Kix::Code(code) => rule("kix", code.clone(), "postcode, number, X and addition"),
        Kix::Skipped(reason) => rule("kix", reason.clone(), "no code can be made for this address"),
    });
    rules
}

/// What is decided about people alone.
fn of_person(draft: &Draft) -> Vec<AppliedRule> {
    let mut rules = vec![
        rule("format", draft.format.to_string(), why_format(draft.format)),
        rule("audience", draft.audience.to_string(), why_audience(draft.audience)),
        rule(
            "address from",
            source_word(draft.address_source).to_owned(),
            "participants, then register, then the lab's row; in custody the institution",
        ),
    ];
    if let Some(custody) = draft.custody {
        rules.push(rule("custody", custody.to_string(), why_custody(custody)));
    }
    if !draft.provider_display.is_empty() {
        rules.push(rule(
            "provider",
            draft.provider_display.clone(),
            "confirmed in the providers list with a date",
        ));
    }
    rules
}

const fn rule(what: &'static str, value: String, why: &'static str) -> AppliedRule {
    AppliedRule { what, value, why }
}

/// Reasons that depend on whom a letter is to.
struct Whys {
    subject: &'static str,
    categories: &'static str,
    status: &'static str,
    dutch: &'static str,
    english: &'static str,
    sender: &'static str,
}

impl Whys {
    const fn of(subject: LetterSubject) -> Self {
        match subject {
            LetterSubject::Person => Self {
                subject: "somebody whose data it is",
                categories: "from the rows' own field; the first of prisoner, hospital, gp, screening is the main one",
                status: "the strongest of the rows",
                dutch: "recorded preference, else Dutch",
                english: "recorded preference",
                sender: "the sender profile of the main category in the facts",
            },
            LetterSubject::Professional => Self {
                subject: "somebody who works in health care, about their own data",
                categories: "those of the tests that the professional ordered",
                status: "the strongest of the professional's rows",
                dutch: "Dutch unless the settings say otherwise",
                english: "the settings say so for this practice",
                sender: "the sender profile that the settings name",
            },
            LetterSubject::Provider => Self {
                subject: "a care provider, about all of its patients: it has no rows of its own",
                categories: "those of its patients' rows",
                status: "the strongest of its patients' rows",
                dutch: "Dutch unless `in_english` has its code",
                english: "`in_english` has its code",
                sender: "`senders` of its kind, else the sender of its patients' letters",
            },
        }
    }

    const fn language(&self, language: Language) -> &'static str {
        match language {
            Language::Nl => self.dutch,
            Language::En => self.english,
        }
    }
}

const fn why_kind(draft: &Draft) -> &'static str {
    match draft.kind {
        Kind::First if draft.reissue_of.is_some() => "it takes the place of an earlier letter",
        Kind::First => "the addressee was never told before",
        Kind::Supplement => "something material is new since the last letter",
        Kind::Correction => "something told in the last letter no longer holds",
    }
}

const fn why_format(format: Format) -> &'static str {
    match format {
        Format::Standard => "recorded preference, else standard",
        Format::Large => "recorded preference",
    }
}

const fn why_audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Adult => "16 or over at the letter date, or a category of adults",
        Audience::Youth => "12 to 15 at the letter date, and the policy, or a human, is to write",
        Audience::Parents => "under 12 at the letter date, or 12 to 15 and a human decided so",
    }
}

const fn why_custody(custody: Custody) -> &'static str {
    match custody {
        Custody::Current => "held now: written to at the institution",
        Custody::Former => "was held: written to at home",
    }
}

const fn source_word(source: AddressSource) -> &'static str {
    match source {
        AddressSource::Participants => "participants",
        AddressSource::Register => "register",
        AddressSource::Exposure => "exposure row",
        AddressSource::Institution => "institution",
        AddressSource::Decision => "a human's decision",
    }
}
