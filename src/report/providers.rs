//! `providers` in `report.json`, and `providers.json`: how far the care providers are. Codes of
//! organisations and counts; nobody's data.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::plain::count;
use crate::field::provider::{NoticeHold, ProviderHistory};
use crate::field::row::{Provider, ProviderKind};

/// The file with one line for each provider, beside the report.
pub const PROVIDERS: &str = "providers.json";

/// Where a provider is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderState {
    /// It has had its notice for long enough, or has said that it is ready.
    Informed,
    /// Its patients wait.
    Running,
    /// Its time was over before it was informed: its patients no longer wait.
    Overdue,
    /// It gets no notice, and nobody waits for it.
    #[default]
    Held,
    /// It says that these are not its patients, who are held.
    Disputed,
    /// It was decided that they are not.
    NotTheirs,
}

impl ProviderState {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Informed, Self::Running, Self::Overdue, Self::Held, Self::Disputed, Self::NotTheirs];

    /// In words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Informed => "informed",
            Self::Running => "clock running",
            Self::Overdue => "overdue: patients are written to all the same",
            Self::Held => "held",
            Self::Disputed => "disputed",
            Self::NotTheirs => "not theirs",
        }
    }
}

/// One provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderLine {
    /// What it is; absent where the list does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// People of whom a record names it.
    pub patients: u64,
    /// Where it is.
    pub state: ProviderState,
    /// The night from which its patients no longer wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why it gets no notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<NoticeHold>,
    /// Notices that were planned for it on earlier nights.
    pub notices: u64,
    /// Whether one is planned tonight.
    pub is_planned: bool,
    /// When the first was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_on: Option<Date>,
    /// When the first was posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_on: Option<Date>,
    /// When it said that it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_on: Option<Date>,
    /// Patients who wait for it tonight, or are held because it disputes them.
    pub waiting: u64,
}

impl ProviderLine {
    /// What ledger and list say.
    #[must_use]
    pub fn of(history: &ProviderHistory, listed: Option<&Provider>) -> Self {
        Self {
            kind: listed.map(|provider| ProviderKind::word(provider.kind).to_owned()),
            first_on: history.notices.first().map(|notice| notice.on),
            posted_on: history.notices.iter().filter_map(|notice| notice.posted_on).min(),
            acknowledged_on: history.acknowledged_on,
            ..Self::default()
        }
    }
}

/// The providers of a run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderReport {
    /// Providers by where they are; only what there is.
    pub by_state: BTreeMap<ProviderState, u64>,
    /// Those that get no notice, by reason.
    pub held: BTreeMap<NoticeHold, u64>,
    /// Notices of this run.
    pub notices: u64,
    /// People who wait for a provider, by the night from which they no longer do.
    pub waiting: BTreeMap<Date, u64>,
    /// People who are held because a provider says that they are not its patients.
    pub disputed: u64,
}

impl ProviderReport {
    /// Counts.
    #[must_use]
    pub fn of(
        lines: &BTreeMap<String, ProviderLine>,
        waiting: BTreeMap<Date, u64>,
        disputed: u64,
    ) -> Self {
        let mut report = Self { waiting, disputed, ..Self::default() };
        for line in lines.values() {
            *report.by_state.entry(line.state).or_default() += 1;
            report.notices += u64::from(line.is_planned);
            if let Some(hold) = line.hold {
                *report.held.entry(hold).or_default() += 1;
            }
        }
        report
    }

    /// Rows for the page: what, and how many.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, u64)> {
        let states = self.by_state.iter().map(|(state, number)| (state.text().to_owned(), *number));
        let held = self
            .held
            .iter()
            .map(|(hold, number)| (format!("no notice: {} ({hold})", hold.text()), *number));
        let waiting = self.waiting.iter().map(|(night, people)| {
            (format!("people who wait until {night} at the latest"), *people)
        });
        states.chain(held).chain(waiting).collect()
    }
}

impl fmt::Display for ProviderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tonight", count(self.notices, "notice", "notices"))?;
        for (state, number) in &self.by_state {
            write!(f, ", {number} {}", state.text())?;
        }
        let waiting: u64 = self.waiting.values().sum();
        if waiting > 0 {
            write!(f, "; {} for one", count(waiting, "person waits", "people wait"))?;
        }
        if self.disputed > 0 {
            write!(f, "; {} held as disputed", count(self.disputed, "person", "people"))?;
        }
        Ok(())
    }
}
