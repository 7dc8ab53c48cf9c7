//! `report`: what happened to every row, how many letters, how long it took. Counts and codes only,
//! never a person.

pub mod account;
pub mod agreement;
pub mod case_index;
pub mod case_lines;
pub mod letters;
pub mod linking;
mod load;
pub mod namesakes;
pub mod page;
pub mod papers;
pub mod professionals;
pub mod providers;
pub mod queue;
pub mod shelf;
pub mod waiting;
pub mod waves;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Explain, FileError};
use crate::field::draft::Draft;
use crate::field::made_with::MadeWith;
use crate::field::piece::PieceState;
use crate::field::row::{Input, List};
use crate::field::subject::LetterSubject;
use crate::receipts::Origin;
use crate::record::pieces::PaperTrail;
use crate::record::{CaseCounts, InputChange};
use account::{Account, StateCounts};
use agreement::Agreement;
use linking::LinkReport;
use professionals::ProfessionalReport;
use providers::ProviderReport;
use queue::QueueReport;
use waiting::ListRows;
use waves::WaveReport;

/// `report.json` (docs/design.md, "Files out").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Run date and number, for instance `2025-09-15-1`.
    pub run_id: String,
    /// Campaign.
    pub campaign: String,
    /// Whether people are invented.
    pub rehearsal: bool,
    /// Every input file.
    pub inputs: Vec<InputReport>,
    /// Names of other files in the inbox, which were not read.
    #[serde(default)]
    pub other_files: Vec<String>,
    /// Exposure rows by what they ended as.
    pub rows: StateCounts,
    /// People by what became of them.
    pub people: PeopleCounts,
    /// Letters of this run.
    pub letters: LetterCounts,
    /// Rows set aside, by code.
    pub reasons: BTreeMap<String, ReasonCount>,
    /// Rows of other lists that could not be used, by code.
    pub list_reasons: BTreeMap<String, u64>,
    /// Rows of other lists that wait for a human.
    #[serde(default)]
    pub list_rows: ListRows,
    /// Rows that wait until enough days have passed since the last letter (D302) or for their wave
    /// (D303), by the date from which they are due.
    #[serde(default)]
    pub due: BTreeMap<String, u64>,
    /// Files that are not as an earlier run read them, and what that did to their rows.
    #[serde(default)]
    pub changes: Vec<InputChange>,
    /// Exposure rows that a newer delivery of their record has superseded; they end as that one
    /// does.
    #[serde(default)]
    pub superseded: u64,
    /// A rehearsal's rows of people without BSN, by file: nothing but the file itself says that
    /// they are invented.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unproven_rows: BTreeMap<String, u64>,
    /// How people were found.
    #[serde(default)]
    pub link: LinkReport,
    /// What the letters are made with; earlier programs did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// Under which approval they go out; absent where nobody has to approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalReport>,
    /// Letters of the campaign that one person released in an emergency.
    #[serde(default)]
    pub emergencies: EmergencyReport,
    /// Distinct letter bodies that were set.
    pub bodies: u64,
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// Largest resident memory of the process, in bytes.
    pub peak_rss_bytes: u64,
    /// What the vendor gets; absent when there was nothing to print.
    pub package: Option<PackageReport>,
    /// Head of the ledger's audit chain at the end of the run.
    pub ledger_head: String,
    /// What became of the summary mail.
    pub mail: String,
    /// What waits for a human: rows that are held together are one case.
    #[serde(default)]
    pub cases: CaseCounts,
    /// The same by kind and age, and from night to night.
    #[serde(default)]
    pub queue: QueueReport,
    /// Published packages that are not in the outbox any more, without a receipt; each is named
    /// once.
    #[serde(default)]
    pub missing_packages: Vec<String>,
    /// How often two people agreed who were asked about one case, by kind of case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<Agreement>,
    /// Where the letters of earlier jobs were when the run began.
    #[serde(default)]
    pub paper: PaperReport,
    /// The waves of first letters; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waves: Option<WaveReport>,
    /// The care providers; absent where they are not told first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub providers: Option<ProviderReport>,
    /// Professionals; absent where they are not told of their own data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub professionals: Option<ProfessionalReport>,
}

/// Letters that one person released alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyReport {
    /// Jobs of the campaign that were.
    pub released: u64,
    /// Those of them that wait for somebody else to approve them.
    pub waiting: u64,
    /// Those that nobody else has approved, or somebody has refused: what happened, one line each.
    pub open: Vec<String>,
}

/// Who approved the letters of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalReport {
    /// The statement, by its hash.
    pub statement: String,
    /// Who approved it, for what, and how much of a standing approval is left.
    pub said: Vec<String>,
}

/// Letters on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperReport {
    /// Letters by state; only those that there are.
    pub by_state: BTreeMap<PieceState, u64>,
    /// What cannot be right, with how many pieces it is about.
    pub alarms: BTreeMap<String, u64>,
    /// Files of the vendor's, by how they are known to be the vendor's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub receipts: BTreeMap<Origin, u64>,
}

impl PaperReport {
    /// In numbers.
    #[must_use]
    pub fn of(survey: &PaperTrail) -> Self {
        let states = survey.letters.by_state.iter().filter(|(_, letters)| **letters > 0);
        let alarms = survey.alarms.iter();
        Self {
            by_state: states.map(|(state, letters)| (*state, *letters)).collect(),
            alarms: alarms.map(|(alarm, pieces)| ((*alarm).to_owned(), *pieces)).collect(),
            receipts: survey.receipts.clone(),
        }
    }
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReport {
    /// File name.
    pub file: String,
    /// Which list.
    pub list: List,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Exposures only: what its rows ended as.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub states: Option<StateCounts>,
    /// Headers that were not read.
    pub unread_columns: Vec<String>,
    /// What was found around the rows and left out, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// People that linking found among the exposure rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleCounts {
    /// All of them.
    pub total: u64,
    /// Get a letter in this run.
    pub letter: u64,
    /// Were told already.
    pub told: u64,
    /// Get their first letter in a later wave.
    #[serde(default)]
    pub waiting: u64,
    /// Must not be written to.
    pub suppressed: u64,
    /// Held for a human.
    pub review: u64,
    /// Cannot be reached: no address that letters can be sent to, or the last letter came back from
    /// it. They are counted for the public notice (GDPR art. 34(3)(c)).
    #[serde(default)]
    pub unreachable: u64,
    /// Records that people were told about, that are not in the inbox, and about which nobody has
    /// decided.
    #[serde(default)]
    pub gone: u64,
    /// Told earlier, and no row of theirs is among the people of this run: withdrawn, refused or
    /// held by linking.
    #[serde(default)]
    pub absent: u64,
}

/// The letters of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterCounts {
    /// Letters.
    pub total: u64,
    /// Pages with blank backs.
    pub pages: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// By main category.
    pub by_category: BTreeMap<String, u64>,
    /// By language.
    pub by_language: BTreeMap<String, u64>,
    /// By kind.
    pub by_kind: BTreeMap<String, u64>,
}

impl LetterCounts {
    /// Adds one letter.
    pub fn add(&mut self, draft: &Draft, pages: u32, sheets: u32) {
        self.total += 1;
        self.pages += u64::from(pages);
        self.sheets += u64::from(sheets);
        let main = match draft.subject {
            LetterSubject::Person => draft.findings.categories.first().map(|main| main.word()),
            other => Some(other.word()),
        };
        let main = main.unwrap_or("none");
        *self.by_category.entry(main.to_owned()).or_default() += 1;
        *self.by_language.entry(draft.language.word().to_owned()).or_default() += 1;
        *self.by_kind.entry(draft.kind.word().to_owned()).or_default() += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.total += other.total;
        self.pages += other.pages;
        self.sheets += other.sheets;
        let counts = [
            (&mut self.by_category, other.by_category),
            (&mut self.by_language, other.by_language),
            (&mut self.by_kind, other.by_kind),
        ];

        for (own, other) in counts {
            for (word, count) in other {
                *own.entry(word).or_default() += count;
            }
        }
    }
}

/// Rows set aside for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCount {
    /// Exposure rows.
    pub rows: u64,
    /// What such rows end as.
    pub state: String,
    /// The reason in words.
    pub text: String,
}

/// One stage of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// What went through it: rows, people or letters.
    pub items: u64,
    /// Largest resident memory of the process up to its end, in bytes.
    #[serde(default)]
    pub peak_rss_bytes: u64,
}

/// What the vendor gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageReport {
    /// Name of the folder in the outbox.
    pub job: String,
    /// Sealed files.
    pub parts: Vec<PartReport>,
}

/// One sealed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartReport {
    /// File name.
    pub file: String,
    /// SHA-256 of the sealed file.
    pub sha256: String,
    /// Letters in it.
    pub letters: u64,
    /// Pages in it.
    pub pages: u64,
    /// Sheets in it.
    pub sheets: u64,
}

impl Report {
    /// A report with everything the rows tell; letters, package, stages and mail are filled in as
    /// they come.
    #[must_use]
    pub fn new(
        run_id: &str,
        campaign: &str,
        rehearsal: bool,
        inputs: &[Input],
        account: &Account,
    ) -> Self {
        let file_states = account.states_by_file();
        let inputs = inputs.iter().enumerate().map(|(index, input)| InputReport {
            file: input.file.clone(),
            list: input.list,
            sha256: input.sha256.clone(),
            rows: u64::from(input.rows),
            states: file_states.get(&index).copied(),
            unread_columns: input.unread_columns.clone(),
            notes: input.notes.clone(),
        });

        let reasons = account.reasons().into_iter().map(|(reason, rows)| {
            let count = ReasonCount {
                rows,
                state: reason.state().to_string(),
                text: reason.text().to_owned(),
            };
            (reason.code().to_owned(), count)
        });

        Self {
            run_id: run_id.to_owned(),
            campaign: campaign.to_owned(),
            rehearsal,
            inputs: inputs.collect(),
            other_files: Vec::new(),
            rows: account.states(),
            people: account.people(),
            letters: LetterCounts::default(),
            made_with: None,
            approval: None,
            emergencies: EmergencyReport::default(),
            reasons: reasons.collect(),
            list_reasons: BTreeMap::new(),
            list_rows: ListRows::default(),
            due: BTreeMap::new(),
            changes: Vec::new(),
            superseded: 0,
            unproven_rows: BTreeMap::new(),
            link: LinkReport::default(),
            bodies: 0,
            stages: Vec::new(),
            peak_rss_bytes: 0,
            package: None,
            ledger_head: String::new(),
            mail: String::new(),
            cases: CaseCounts::default(),
            queue: QueueReport::default(),
            missing_packages: Vec::new(),
            opinions: Vec::new(),
            paper: PaperReport::default(),
            waves: None,
            providers: None,
            professionals: None,
        }
    }

    /// Whether something that waits for a human is new or waits for too long, or a release in an
    /// emergency waits for a second person (exit code 1).
    #[must_use]
    pub const fn needs_a_human(&self) -> bool {
        self.cases.are_news() || self.emergencies.waiting > 0
    }
}

impl Explain for ReportError {
    fn hint(&self) -> Option<String> {
        if let Self::File(error) = self { error.hint() } else { None }
    }
}

/// Why the run's papers could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ReportError {
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// A CSV file cannot be written.
    #[error("cannot write `{file}`")]
    Csv { file: &'static str, source: csv::Error },
    /// The papers of an earlier run cannot be read.
    #[error("cannot read `{file}` of an earlier run")]
    Shelved { file: &'static str, source: csv::Error },
    /// `letters.parquet` cannot be written. The cause may quote values and is left out.
    #[error("cannot write `letters.parquet`: failed while {step}")]
    Parquet {
        /// Which step failed, as a participle.
        step: &'static str,
    },
    /// The report cannot be expressed as JSON.
    #[error("cannot write `report.json`")]
    Json(#[source] serde_json::Error),
    /// The page's template does not render.
    #[error("cannot fill in `report.html`")]
    Page(#[source] tera::Error),
    /// Rows do not add up (docs/design.md, rule 1).
    #[error("the rows do not balance: {problem}")]
    Unbalanced {
        /// Which sum does not hold; numbers only.
        problem: String,
    },
}
