//! `facts.toml`: what the letters say about the incident and who signs. Texts hold slots; the facts
//! are only here.

mod check;
mod invented;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Deserialize;

use crate::base::{FileError, durable, hash};
use crate::config::LONGEST_FILE;
use crate::field::placeholder;
use crate::field::terms::{Category, Item, Items, Language};

/// The facts of one campaign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Version of the facts, named in the ledger with every letter.
    pub version: String,
    /// What happened, with dates.
    pub incident: Incident,
    /// What is known about the part of the data that was put on the internet.
    pub publication: Publication,
    /// Telephone numbers by name (`hotline`, `fraud`, `identity`, `police`, `victim_support`, ...).
    pub phones: BTreeMap<String, Phone>,
    /// Sender profiles by name.
    pub senders: BTreeMap<String, Sender>,
    /// Which sender signs for which category; a category without one is held (D212).
    pub sender_of: BTreeMap<Category, String>,
    /// What was done and is being done, one sentence each, in both languages.
    pub measures: Vec<Bilingual>,
    /// Kinds of data that are known not to be in a dataset, by the dataset's id. Nothing follows
    /// from a dataset that is not named here.
    #[serde(default)]
    pub not_involved: BTreeMap<String, Vec<Item>>,
    /// What letters to care providers say more; needed with `[providers_first]` alone.
    #[serde(default)]
    pub providers: Option<ProviderFacts>,
    /// Of the file's bytes, lower-case hex SHA-256.
    #[serde(skip)]
    pub sha256: String,
    /// Where the facts were read, for findings.
    #[serde(skip)]
    pub file: Utf8PathBuf,
    /// Tables that are marked `placeholder = true`: a real run refuses them.
    #[serde(skip)]
    pub placeholders: Vec<String>,
}

/// The incident.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Public name of the laboratory.
    pub laboratory: String,
    /// First day of the break-in.
    pub from: Date,
    /// Last day of the break-in.
    pub until: Date,
    /// When the sender heard of it.
    pub reported: Date,
    /// Years in which detainees' tests were done, first and last.
    pub custody_years: [u16; 2],
    /// Whether no sign was found that `shared_only` data were taken; only then the letter says so.
    pub shared_only_no_sign: bool,
}

/// The part of the stolen data that was put on the internet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Whether it was gone from there when somebody last looked.
    pub removed: bool,
    /// When somebody last looked; the letters say so.
    pub checked_on: Date,
}

/// A telephone number that letters may name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// As printed.
    pub number: String,
    /// As somebody abroad calls it: `+31 88 ...`. Without it, [`Facts::number_abroad`] works it out
    /// where it can.
    pub abroad: Option<String>,
    /// When somebody last called it.
    pub checked_on: Date,
    /// Opening hours, where they are printed.
    pub hours: Option<Bilingual>,
}

/// A text in both languages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in one of the languages.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Nl => &self.nl,
            Language::En => &self.en,
        }
    }
}

/// Who signs a letter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// Name in the letterhead.
    pub name: Bilingual,
    /// Who the sender is to people who never dealt with it, and why it writes; whole sentences that
    /// fit every category.
    pub about: Option<Bilingual>,
    /// The same to people who took part in the screening, where it is different for them.
    pub about_screening: Option<Bilingual>,
    /// Neutral one-line return address above the window address: nothing in it betrays the subject.
    pub return_line: String,
    /// Postal address lines of the letterhead.
    pub address: Vec<String>,
    /// Key into `phones`: the line to call with questions.
    pub phone: String,
    /// Data protection officer or other contact point: name and postal address in one line (GDPR
    /// 33(3)(b)).
    pub privacy_contact: Bilingual,
    /// Name of the person who signs.
    pub signatory: String,
    /// Function of the person who signs.
    pub function: Bilingual,
}

/// `[providers]`: what letters to care providers say more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFacts {
    /// Key into `phones`: the line that providers call; it has opening hours.
    pub phone: String,
    /// Who is responsible for which data, and whose processor the laboratory is: whole sentences.
    pub roles: Bilingual,
    /// What was reported and what a provider has to report, with dates: one sentence each.
    #[serde(default)]
    pub duties: Vec<Bilingual>,
}

/// What is wrong with the facts.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum FactsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Syntax, unknown key, wrong type.
    #[error("facts `{path}` are not valid")]
    Parse { path: Utf8PathBuf, source: Box<toml::de::Error> },
    /// A value that cannot work.
    #[error("facts `{path}`: `{key}` {problem}")]
    Value { path: Utf8PathBuf, key: String, problem: &'static str },
    /// A fact that is only for rehearsals, in a real campaign.
    #[error("facts `{path}`: `{key}` {problem}, and this is not a rehearsal")]
    Rehearsal { path: Utf8PathBuf, key: String, problem: &'static str },
    /// What letters to providers need.
    #[error(
        "facts `{path}`: [providers] is missing, which letters to providers and professionals need"
    )]
    NoProviders { path: Utf8PathBuf },
    /// A name that points nowhere.
    #[error("facts `{path}`: `{key}` names `{name}`, which does not exist")]
    Dangling {
        path: Utf8PathBuf,
        /// Where the name is.
        key: String,
        name: String,
    },
    /// A telephone number that the texts name is missing.
    #[error("facts `{path}`: telephone number `{name}` is missing from [phones]")]
    MissingPhone {
        path: Utf8PathBuf,
        /// Which number, by name.
        name: &'static str,
    },
    /// The line to call with questions has no opening hours; the letters print them.
    #[error("facts `{path}`: telephone number `{phone}` of sender `{sender}` has no `hours`")]
    MissingHours {
        path: Utf8PathBuf,
        /// Which number, by name.
        phone: String,
        /// Whose line it is.
        sender: String,
    },
    /// Telephone numbers, or the publication on the internet, were checked too long ago.
    #[error(
        "facts `{path}`: last checked more than {max_days} days before the run date: {}",
        listed(facts)
    )]
    Stale {
        path: Utf8PathBuf,
        /// All of them: where each stands, and when it was checked.
        facts: Vec<(String, Date)>,
        /// Days that are permitted.
        max_days: i64,
    },
}

fn listed(facts: &[(String, Date)]) -> String {
    let facts: Vec<String> = facts.iter().map(|(key, day)| format!("`{key}` on {day}")).collect();
    facts.join(", ")
}

impl Facts {
    /// Measures that the letters have room for.
    pub const MOST_MEASURES: usize = 4;

    /// Numbers that the letters name beside the sender's own line; every facts file has them.
    pub const PHONES: [&'static str; 5] =
        ["fraud", "identity", "police", "emergency", "victim_support"];

    /// Reads and checks `path`.
    ///
    /// # Errors
    /// [`FactsError`] when the file cannot be read, is not valid, a sender or telephone name points
    /// nowhere, a number of [`Facts::PHONES`] is missing, or a sender's line has no opening hours.
    pub fn load(path: &Utf8Path) -> Result<Self, FactsError> {
        let text =
            durable::read_text(path, LONGEST_FILE).map_err(FileError::at("read facts", path))?;
        Self::parse(path, &text)
    }

    /// Checks the text of a facts file; `path` is only named in errors.
    ///
    /// # Errors
    /// As [`Facts::load`], without reading.
    pub fn parse(path: &Utf8Path, text: &str) -> Result<Self, FactsError> {
        let unmarked = placeholder::take(text);
        let mut facts: Self = toml::from_str(&unmarked.text).map_err(|source| {
            FactsError::Parse { path: path.to_owned(), source: Box::new(source) }
        })?;
        facts.placeholders = unmarked.placeholders;
        facts.sha256 = hash::of_bytes(text.as_bytes());
        path.clone_into(&mut facts.file);
        check::check(&facts).map_err(|(key, problem)| FactsError::Value {
            path: path.to_owned(),
            key,
            problem,
        })?;

        let dangling = |key: String, name: &String| FactsError::Dangling {
            path: path.to_owned(),
            key,
            name: name.clone(),
        };

        for (category, sender) in &facts.sender_of {
            if !facts.senders.contains_key(sender) {
                return Err(dangling(format!("sender_of.{category}"), sender));
            }
        }

        for (name, sender) in &facts.senders {
            let Some(line) = facts.phones.get(&sender.phone) else {
                return Err(dangling(format!("senders.{name}.phone"), &sender.phone));
            };
            if line.hours.is_none() {
                return Err(FactsError::MissingHours {
                    path: path.to_owned(),
                    phone: sender.phone.clone(),
                    sender: name.clone(),
                });
            }
        }

        if let Some(providers) = &facts.providers {
            let line = facts.phones.get(&providers.phone);
            if line.is_none_or(|line| line.hours.is_none()) {
                return Err(dangling("providers.phone".to_owned(), &providers.phone));
            }
        }

        if let Some(name) = Self::PHONES.into_iter().find(|name| !facts.phones.contains_key(*name))
        {
            return Err(FactsError::MissingPhone { path: path.to_owned(), name });
        }
        Ok(facts)
    }

    /// The telephone number of that name as printed; empty when there is none, which
    /// [`Facts::load`] rules out for [`Facts::PHONES`] and the senders' lines.
    #[must_use]
    pub fn number(&self, name: &str) -> &str {
        self.phones.get(name).map_or("", |phone| &phone.number)
    }

    /// The telephone number of that name as somebody abroad calls it: as the facts give it, or
    /// `+31` before an ordinary number of ten digits. Empty for numbers that can be called from the
    /// Netherlands only (0800, 0900, 112) and where there is none.
    #[must_use]
    pub fn number_abroad(&self, name: &str) -> String {
        let Some(phone) = self.phones.get(name) else { return String::new() };
        if let Some(abroad) = &phone.abroad {
            return abroad.clone();
        }

        let digits = phone.number.chars().filter(char::is_ascii_digit).count();
        let national = phone.number.starts_with("0800") || phone.number.starts_with("09");
        match phone.number.strip_prefix('0') {
            Some(rest) if digits == 10 && !national => format!("+31 {}", rest.replace('-', " ")),
            _ => String::new(),
        }
    }

    /// What is known not to be in any of these datasets; nothing when one of them is not known.
    #[must_use]
    pub fn in_none_of(&self, datasets: &[&str]) -> Items {
        let absent = |dataset: &&str| -> Items {
            self.not_involved.get(*dataset).into_iter().flatten().copied().collect()
        };
        datasets.iter().map(absent).reduce(Items::intersection).unwrap_or(Items::NONE)
    }

    /// The return lines of all senders, each once, sorted.
    #[must_use]
    pub fn return_lines(&self) -> Vec<String> {
        let lines: std::collections::BTreeSet<&String> =
            self.senders.values().map(|sender| &sender.return_line).collect();
        lines.into_iter().cloned().collect()
    }

    /// The telephone numbers of all senders' lines, each once, sorted.
    #[must_use]
    pub fn sender_phones(&self) -> Vec<String> {
        let numbers: std::collections::BTreeSet<&str> =
            self.senders.values().map(|sender| self.number(&sender.phone)).collect();
        numbers.into_iter().map(str::to_owned).collect()
    }

    /// Telephone numbers and a look at the publication that are older than `max_days` before
    /// `run_date`, by key, with the day on which they were checked.
    #[must_use]
    pub fn stale(&self, run_date: Date, max_days: i64) -> Vec<(String, Date)> {
        let phones =
            self.phones.iter().map(|(name, phone)| (format!("phones.{name}"), phone.checked_on));
        let checked = phones.chain([("publication".to_owned(), self.publication.checked_on)]);
        let age =
            |day: Date| day.until(run_date).map_or(i64::MAX, |span| i64::from(span.get_days()));
        checked.filter(|(_, day)| age(*day) > max_days).collect()
    }

    /// Refuses what is [`stale`](Self::stale).
    ///
    /// # Errors
    /// [`FactsError::Stale`] with all of them.
    pub fn check_age(
        &self,
        path: &Utf8Path,
        run_date: Date,
        max_days: i64,
    ) -> Result<(), FactsError> {
        let facts = self.stale(run_date, max_days);
        if facts.is_empty() {
            Ok(())
        } else {
            Err(FactsError::Stale { path: path.to_owned(), facts, max_days })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const SAMPLE: &str = include_str!("../sample-data/facts.toml");

    fn parse(text: &str) -> Result<Facts, FactsError> {
        Facts::parse("facts.toml".into(), text)
    }

    #[test]
    fn the_sample_is_valid_and_its_names_are_found() {
        let facts = parse(SAMPLE).unwrap();
        for name in Facts::PHONES.into_iter().chain(["hotline"]) {
            assert!(!facts.number(name).is_empty(), "{name}");
        }
        assert_eq!(facts.sender_of.len(), Category::ALL.len());
    }

    #[test]
    fn what_the_letters_need_and_the_file_has_not_is_refused() {
        let without_fraud = SAMPLE.replace("[phones.fraud]", "[phones.other]");
        assert!(matches!(
            parse(&without_fraud),
            Err(FactsError::MissingPhone { name: "fraud", .. })
        ));

        let without_hours = SAMPLE.replace("phone = \"hotline\"", "phone = \"police\"");
        assert!(matches!(parse(&without_hours), Err(FactsError::MissingHours { .. })));
        let dangling = SAMPLE.replace("gp = \"bvo\"", "gp = \"nobody\"");
        assert!(matches!(parse(&dangling), Err(FactsError::Dangling { .. })));
        let unknown = SAMPLE.replace("laboratory =", "labratory =");

        assert!(matches!(parse(&unknown), Err(FactsError::Parse { .. })));
    }

    #[test]
    fn what_is_in_no_dataset_has_to_be_known_of_each() {
        let facts = parse(&format!(
            "{SAMPLE}\n[not_involved]\na = [\"phone\", \"email\"]\nb = [\"email\"]\n"
        ))
        .unwrap();
        let items = |list: &[Item]| list.iter().copied().collect::<Items>();
        assert_eq!(facts.in_none_of(&["a"]), items(&[Item::Phone, Item::Email]));
        assert_eq!(facts.in_none_of(&["a", "b"]), items(&[Item::Email]));
        assert_eq!(facts.in_none_of(&["a", "c"]), Items::NONE);
        assert_eq!(facts.in_none_of(&[]), Items::NONE);
    }

    #[test]
    fn numbers_have_the_form_that_works_from_abroad_or_none() {
        let mut facts = parse(SAMPLE).unwrap();
        assert_eq!(facts.number_abroad("hotline"), "+31 88 000 00 00");
        facts.phones.values_mut().for_each(|phone| phone.abroad = None);

        for (name, abroad) in [
            ("fraud", "+31 88 786 73 72"),
            ("police", ""),
            ("victim_support", ""),
            ("emergency", ""),
        ] {
            assert_eq!(facts.number_abroad(name), abroad, "{name}");
        }

        facts.phones.get_mut("fraud").unwrap().number = "0800-1234".to_owned();
        assert_eq!(facts.number_abroad("fraud"), "");
    }

    #[test]
    fn facts_that_were_checked_too_long_ago_block_the_run() {
        let path = Utf8Path::new("facts.toml");
        let facts = parse(SAMPLE).unwrap();
        assert!(facts.check_age(path, date(2025, 10, 1), 30).is_ok());
        assert!(matches!(
            facts.check_age(path, date(2025, 10, 2), 30),
            Err(FactsError::Stale { .. })
        ));

        let mut publication = facts;
        publication.publication.checked_on = date(2025, 8, 1);
        let stale = publication.check_age(path, date(2025, 9, 15), 30);
        assert!(
            matches!(stale, Err(FactsError::Stale { facts, .. }) if facts == [("publication".to_owned(), date(2025, 8, 1))])
        );
        let all = publication.check_age(path, date(2025, 12, 1), 30).unwrap_err().to_string();

        assert!(
            all.contains("`phones.fraud` on 2025-09-01, ")
                && all.contains("`publication` on 2025-08-01"),
            "{all}"
        );
    }
}
