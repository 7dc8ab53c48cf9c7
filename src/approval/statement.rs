//! The statement: what exactly is approved, by hash and count. One byte of anything that it names,
//! and it is a different statement.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::proofs::ProofSet;
use crate::base::hash;
use crate::config::{Config, StandingTerms};
use crate::field::made_with::MadeWith;
use crate::field::role::Role;
use crate::field::row::List;
use crate::link::Parameters;
use crate::record::StagedFile;
use crate::report::LetterCounts;
use crate::report::waves::WaveReport;

/// The version of the form below.
const VERSION: u32 = 1;

/// What is approved. Hashes are lower-case hex SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Of the form of a statement: 1.
    pub schema_version: u32,
    /// The incident.
    pub campaign: String,
    /// Invented people.
    pub rehearsal: bool,
    /// Name of the job.
    pub job: String,
    /// The run that planned it.
    pub run_id: String,
    /// The date on the letters.
    pub run_date: Date,
    /// The account that started the run.
    pub requested_by: String,
    /// Texts, templates, facts, fonts, program.
    pub made_with: MadeWith,
    /// The settings that decide what is printed, by name.
    pub settings: BTreeMap<String, String>,
    /// What it takes to approve.
    pub terms: ApprovalTerms,
    /// What the approval covers beside this plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingTerms>,
    /// The lists that the plan was made from.
    pub inputs: Vec<ListRead>,
    /// The files of the plan, in the order of their names.
    pub plan: Vec<StagedFile>,
    /// The letters to look at.
    pub proofs: ProofsNamed,
    /// Everything that occurs in the letters, and is in a proof.
    pub covers: Vec<String>,
    /// The letters in numbers.
    pub letters: LetterCounts,
    /// The waves of first letters and the calls that all of them bring; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<WaveReport>,
    /// What is different since the last statement that was approved.
    pub since: ChangesSince,
}

/// What it takes to approve, from `[approval]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalTerms {
    /// One person of each of these roles.
    pub roles: Vec<Role>,
    /// Whether whoever started the run may be one of them.
    pub requester_may_approve: bool,
    /// Days after the date of the letters on which the plan is given up.
    pub max_plan_age_days: i64,
    /// Percent of the letters that may be left out under the same approval.
    pub max_left_out_percent: u32,
    /// `required` is off: later plans go out without anybody being asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends: bool,
}

/// A list as the run read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListRead {
    /// Name of the file.
    pub file: String,
    /// Which list.
    pub list: List,
    /// Of its bytes.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Date of the run that read these bytes for the first time.
    pub first_read: Date,
}

/// The letters to look at, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofsNamed {
    /// Letters.
    pub letters: u64,
    /// Sentences that are in one of them: all that are in use.
    pub sentences: u64,
    /// Of the list of them.
    pub sha256: String,
}

/// What is different since an earlier statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesSince {
    /// The last statement that was approved; `None`: there is none.
    pub statement: Option<String>,
    /// Names of what is different: `texts`, `facts`, `settings.policy`. Everything where there is no
    /// earlier statement.
    pub changed: Vec<String>,
}

impl Statement {
    /// The version that this program writes.
    #[must_use]
    pub const fn version() -> u32 {
        VERSION
    }

    /// The statement as it is signed: canonical JSON and a line end.
    #[must_use]
    pub fn text(&self) -> String {
        canonical::of(self) + "\n"
    }

    /// Reads a statement; `None`: these are not the bytes of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let statement: Self = serde_json::from_str(text).ok()?;
        (statement.schema_version == VERSION && statement.text() == text).then_some(statement)
    }

    /// The name of a statement.
    #[must_use]
    pub fn hash(&self) -> String {
        hash::of_bytes(self.text().as_bytes())
    }

    /// The hash of the settings together, by which somebody answers for an edit of them.
    #[must_use]
    pub fn settings_hash(&self) -> String {
        hash::of_bytes(canonical::of(&self.settings).as_bytes())
    }

    /// Names of what is not the same in another statement, of what letters are made with. Lists,
    /// plan and proofs are different every night.
    #[must_use]
    pub fn differs_in(
        &self,
        made_with: &MadeWith,
        settings: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let made = self.made_with.named().into_iter().zip(made_with.named());
        let made = made.filter(|(one, other)| one.1 != other.1).map(|(one, _)| one.0.to_owned());
        let names: std::collections::BTreeSet<&String> =
            self.settings.keys().chain(settings.keys()).collect();
        let set = names.into_iter().filter(|name| self.settings.get(*name) != settings.get(*name));

        made.chain(set.map(|name| format!("settings.{name}"))).collect()
    }
}

impl ProofsNamed {
    /// In short.
    #[must_use]
    pub fn of(set: &ProofSet, sha256: &str) -> Self {
        Self {
            letters: set.letters.len() as u64,
            sentences: set.sentences(),
            sha256: sha256.to_owned(),
        }
    }
}

impl ApprovalTerms {
    /// As configured.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let approval = &config.approval;
        Self {
            roles: approval.roles.clone(),
            requester_may_approve: approval.requester_may_approve,
            max_plan_age_days: approval.max_plan_age_days,
            max_left_out_percent: approval.max_left_out_percent,
            ends: !config.needs_approval(),
        }
    }
}

/// The settings that decide what is printed, each by its hash. Where files are, who is told and how
/// the desk is reached is not among them.
#[must_use]
pub fn settings(config: &Config, parameters: &Parameters) -> BTreeMap<String, String> {
    fn of(value: &impl Serialize) -> String {
        let json = serde_json::to_vec(value).expect("settings have string keys only");
        hash::of_bytes(&json)
    }

    let approval = (ApprovalTerms::of(config), config.approval.standing);
    let named = [
        ("approval", of(&approval)),
        ("damage", of(&config.damage)),
        ("inputs", of(&config.inputs)),
        ("linking", of(&(&config.link, parameters))),
        ("policy", of(&config.policy)),
        ("print", of(&config.print)),
        ("vendor", of(&config.vendor)),
    ];
    named.into_iter().map(|(name, hash)| (name.to_owned(), hash)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::waves::{CallLine, WaveLine, WaveState};

    /// A statement with something in every place.
    fn forecast() -> WaveReport {
        WaveReport {
            tonight: Some(1),
            stopped: false,
            made_on: jiff::civil::date(2025, 9, 15),
            waves: vec![
                WaveLine {
                    number: 1,
                    on: jiff::civil::date(2025, 9, 15),
                    letters: 3,
                    state: WaveState::Tonight,
                },
                WaveLine {
                    number: 2,
                    on: jiff::civil::date(2025, 9, 22),
                    letters: 700,
                    state: WaveState::Later,
                },
            ],
            capacity: 2160,
            days: vec![CallLine {
                on: jiff::civil::date(2025, 9, 18),
                low: 1,
                expected: 9,
                high: 29,
            }],
        }
    }

    pub(crate) fn statement() -> Statement {
        let hash = |text: &str| hash::of_bytes(text.as_bytes());
        let made_with = MadeWith {
            texts: hash("texts"),
            notices: None,
            templates: hash("templates"),
            facts: hash("facts"),
            fonts: hash("fonts"),
            program: hash("program"),
        };
        let letters = LetterCounts {
            total: 3,
            pages: 6,
            sheets: 3,
            by_category: [("gp".to_owned(), 3)].into(),
            by_language: [("nl".to_owned(), 2), ("en".to_owned(), 1)].into(),
            by_kind: [("first".to_owned(), 3)].into(),
        };

        Statement {
            schema_version: VERSION,
            campaign: "lab-2025".to_owned(),
            rehearsal: false,
            job: "2500001".to_owned(),
            run_id: "2025-09-15-1".to_owned(),
            run_date: jiff::civil::date(2025, 9, 15),
            requested_by: "night".to_owned(),
            made_with,
            settings: [("policy".to_owned(), hash("policy")), ("print".to_owned(), hash("print"))]
                .into(),
            terms: ApprovalTerms {
                roles: vec![Role::Communications, Role::Privacy],
                requester_may_approve: false,
                max_plan_age_days: 7,
                max_left_out_percent: 1,
                ends: false,
            },
            standing: Some(StandingTerms {
                letters_a_night: 100,
                letters_in_all: 1000,
                until: jiff::civil::date(2025, 10, 15),
            }),
            inputs: vec![ListRead {
                file: "exposures.csv".to_owned(),
                list: List::Exposures,
                sha256: hash("exposures"),
                rows: 3,
                first_read: jiff::civil::date(2025, 9, 15),
            }],
            plan: vec![StagedFile { name: "plan/p001.jsonl".to_owned(), sha256: hash("plan") }],
            proofs: ProofsNamed { letters: 2, sentences: 40, sha256: hash("proofs") },
            covers: vec!["category gp".to_owned(), "sentence nl rights.adult".to_owned()],
            letters,
            forecast: Some(forecast()),
            since: ChangesSince {
                statement: Some(hash("before")),
                changed: vec!["texts".to_owned()],
            },
        }
    }

    #[test]
    fn a_statement_is_read_back_from_its_own_bytes_and_no_others() {
        let statement = statement();
        let text = statement.text();
        assert_eq!(Statement::parse(&text), Some(statement.clone()));
        for other in [
            text.trim_end().to_owned(),
            format!(" {text}"),
            text.replace("\"rehearsal\":false", "\"rehearsal\": false"),
            text.replace("\"schema_version\":1", "\"schema_version\":2"),
            text.replace("{\"campaign\"", "{\"a\":1,\"campaign\""),
        ] {
            assert_ne!(other, text);
            assert_eq!(Statement::parse(&other), None, "{other}");
        }
        assert_eq!(statement.hash(), hash::of_bytes(text.as_bytes()));
    }

    #[test]
    fn what_letters_are_made_with_is_compared_name_by_name() {
        let one = statement();
        let mut made_with = one.made_with.clone();
        let mut settings = one.settings.clone();
        assert!(one.differs_in(&made_with, &settings).is_empty());
        made_with.facts.push('0');
        settings.insert("vendor".to_owned(), String::new());
        assert_eq!(one.differs_in(&made_with, &settings), ["facts", "settings.vendor"]);
    }
}
