//! Notices by mail in the ledger: which were planned, and what became of each. What a mail says is a
//! file of the run that planned it; the ledger knows its hash.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::audit::Event;
use super::error::RecordError;
use super::job::JobState;
use super::model::Model;
use super::providers::SIGNERS;
use super::{Ledger, stops::signers};
use crate::base::working_days;
use crate::config::Approver;
use crate::field::findings::Findings;
use crate::field::ids::{LetterId, Pseudonym};
use crate::field::notice_mail::{MailFate, NoticeMail};
use crate::field::provider::{ProviderHistory, ToldProvider};
use crate::field::subject::LetterSubject;
use crate::field::terms::Kind;

/// Mails of a run: from here on each of them is a notice of its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailsPlanned {
    /// The run, in whose papers their words are.
    pub run_id: String,
    /// Its date.
    pub date: Date,
    /// SHA-256 of that file, lower-case hex.
    pub sha256: String,
    /// The different things that they say of the data.
    pub findings: Vec<Findings>,
    /// Each mail.
    pub mails: Vec<NoticeMail>,
}

/// What became of mails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailsTold {
    /// The day.
    pub date: Date,
    /// Each mail, and what became of it.
    pub fates: Vec<(LetterId, MailFate)>,
    /// Whose signatures permit that they are sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
}

/// One mail, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::record) struct MailState {
    mail: NoticeMail,
    findings: Findings,
    run_id: String,
    on: Date,
    /// The last thing that became of it, and when.
    fate: Option<(MailFate, Date)>,
}

/// The mails of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::record) struct Mails {
    by_id: BTreeMap<LetterId, MailState>,
    /// The file of each run, by its hash.
    files: BTreeMap<String, String>,
}

impl Model {
    /// `None`: the event does not follow from what was so before.
    pub(super) fn mailed(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::MailsPlanned(planned) => self.mails_planned(planned),
            Event::MailsTold(told) => self.mails_told(told),
            _ => None,
        }
    }

    /// `None`: a mail is there already, or says something that the event does not have.
    fn mails_planned(&mut self, planned: &MailsPlanned) -> Option<()> {
        for mail in &planned.mails {
            let findings = planned.findings.get(usize::try_from(mail.findings).ok()?)?.clone();
            let (run_id, on) = (planned.run_id.clone(), planned.date);
            let state = MailState { mail: mail.clone(), findings, run_id, on, fate: None };
            self.mails.by_id.insert(mail.letter_id, state).is_none().then_some(())?;
        }
        self.mails.files.insert(planned.run_id.clone(), planned.sha256.clone());
        Some(())
    }

    /// The mails of a run whose job was given up were never planned: none of them was sent. Gives to
    /// whom they were.
    pub(super) fn give_mails_up(&mut self, run_id: &str) -> Vec<Pseudonym> {
        let is_given_up =
            |_: &LetterId, state: &mut MailState| state.run_id == run_id && state.fate.is_none();
        let given_up = self.mails.by_id.extract_if(.., is_given_up);
        given_up.map(|(_, state)| state.mail.provider).collect()
    }

    /// `None`: a mail is not there, or what became of it cannot follow what was so before.
    fn mails_told(&mut self, told: &MailsTold) -> Option<()> {
        for (letter_id, fate) in &told.fates {
            let state = self.mails.by_id.get_mut(letter_id)?;
            fate.follows(state.fate.map(|(before, _)| before)).then_some(())?;
            state.fate = Some((*fate, told.date));
        }
        Some(())
    }
}

/// For how long a mail may wait for a server that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailTime {
    /// The night.
    pub today: Date,
    /// Dutch working days after the night that planned it.
    pub days: u32,
}

/// Mails that can be sent now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnsentMails {
    /// By the run in whose papers their words are.
    pub by_run: BTreeMap<String, BTreeSet<LetterId>>,
    /// The hash of the file of each of these runs, lower-case hex.
    pub files: BTreeMap<String, String>,
    /// To which provider each is.
    pub providers: BTreeMap<LetterId, Pseudonym>,
}

impl UnsentMails {
    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_run.values().map(|mails| mails.len() as u64).sum()
    }

    /// What two people sign before they are sent.
    #[must_use]
    pub fn text(&self, campaign: &str) -> String {
        let mut text = format!("breachpost: mails to care providers\ncampaign: {campaign}\n");
        for (run, mails) in &self.by_run {
            let hash = self.files.get(run).map_or("", String::as_str);
            // Writing to a string does not fail.
            let _ = writeln!(text, "{} of run {run}, file {hash}", mails.len());
        }
        text
    }

    /// Whose signatures hold over that text; `None`: they are fewer than two people's.
    #[must_use]
    pub fn signers(
        &self,
        campaign: &str,
        signatures: &[String],
        approvers: &[Approver],
    ) -> Option<Vec<String>> {
        Some(signers(&self.text(campaign), signatures, approvers))
            .filter(|signers| signers.len() >= SIGNERS)
    }
}

impl Ledger {
    /// Writes down the mails of a run.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn plan_mails(&mut self, planned: MailsPlanned) -> Result<(), RecordError> {
        self.write(|store| store.about_providers(&Event::MailsPlanned(planned))).map(drop)
    }

    /// Writes down what became of mails.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn tell_mails(&mut self, told: MailsTold) -> Result<(), RecordError> {
        self.write(|store| store.about_providers(&Event::MailsTold(told))).map(drop)
    }

    /// What became of each mail; `None`: it was not tried yet.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn mail_states(&self) -> Result<BTreeMap<LetterId, Option<MailFate>>, RecordError> {
        let model = self.model()?;
        let states = model.mails.by_id.iter();
        Ok(states.map(|(id, state)| (*id, state.fate.map(|(fate, _)| fate))).collect())
    }

    /// The mails that were not sent, whose time is not over, and in whose place nothing was planned
    /// since. None of a job that is not out yet, and none to a provider that disputes its patients.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn unsent_mails(&self, time: MailTime) -> Result<UnsentMails, RecordError> {
        let letters = self.told_to(LetterSubject::Provider)?;
        let known = self.providers(None)?;
        let model = self.model()?;
        // What was planned with letters is sent when these are out: people may have to approve both.
        let held: BTreeSet<&str> = model
            .jobs
            .values()
            .filter(|job| job.abandoned.is_none() && job.state < JobState::Published)
            .map(|job| job.run_id.as_str())
            .collect();
        let mut last = BTreeMap::<Pseudonym, Date>::new();
        for state in model.mails.by_id.values() {
            let on = last.entry(state.mail.provider).or_insert(state.on);
            *on = state.on.max(*on);
        }

        let mut unsent = UnsentMails::default();
        for (letter_id, state) in &model.mails.by_id {
            let is_open = matches!(state.fate, None | Some((MailFate::Deferred, _)));
            // A letter with the same place among the notices is its twin.
            let is_later = |notice: &ToldProvider| {
                notice.on >= state.on
                    && (notice.kind, notice.sequence) != (state.mail.kind, state.mail.sequence)
            };
            let letters = letters.get(&state.mail.provider);
            let later = letters.is_some_and(|all| all.iter().any(is_later))
                || last.get(&state.mail.provider).is_some_and(|on| *on > state.on);
            let is_unnamed =
                known.get(&state.mail.provider).is_some_and(ProviderHistory::is_unnamed);
            let is_held = held.contains(state.run_id.as_str()) || is_unnamed;
            if is_open && !is_held && !later && !is_over(state, time) {
                unsent.by_run.entry(state.run_id.clone()).or_default().insert(*letter_id);
                unsent.providers.insert(*letter_id, state.mail.provider);
            }
        }
        unsent.files = model.mails.files.clone();
        unsent.files.retain(|run, _| unsent.by_run.contains_key(run));
        Ok(unsent)
    }

    /// Adds the notices by mail to those on paper, oldest first. One that went both ways is the letter.
    pub(super) fn add_mails(
        &self,
        told: &mut BTreeMap<Pseudonym, Vec<ToldProvider>>,
        time: Option<MailTime>,
    ) -> Result<(), RecordError> {
        let model = self.model()?;
        // A job that is read as if it had been given up: what its run planned was not planned.
        let given_up = self.store.given_up().and_then(|job| model.jobs.get(&job));
        let counts = |state: &&MailState| given_up.is_none_or(|job| job.run_id != state.run_id);
        for state in model.mails.by_id.values().filter(counts) {
            let notices = told.entry(state.mail.provider).or_default();
            let place = |notice: &ToldProvider| (notice.kind, notice.sequence);
            let own: (Kind, u32) = (state.mail.kind, state.mail.sequence);
            if !notices.iter().any(|notice| place(notice) == own) {
                notices.push(notice(state, time));
            }
        }
        for notices in told.values_mut() {
            notices.sort_by_key(|notice| notice.on);
        }
        Ok(())
    }
}

/// Whether a mail that the server has not taken by now is no longer sent: it becomes a letter.
fn is_over(state: &MailState, time: MailTime) -> bool {
    working_days::after(state.on, time.days) <= time.today
}

/// A mail as a notice. One that nobody has counts as come back: the next one is a letter.
fn notice(state: &MailState, time: Option<MailTime>) -> ToldProvider {
    let accepted = match state.fate {
        Some((MailFate::Accepted, on)) => Some(on),
        _ => None,
    };
    let has_failed = match state.fate.map(|(fate, _)| fate) {
        Some(MailFate::Accepted) => false,
        Some(MailFate::Refused | MailFate::Bounced | MailFate::Sending) => true,
        None | Some(MailFate::Deferred) => time.is_some_and(|time| is_over(state, time)),
    };
    ToldProvider {
        on: state.on,
        kind: state.mail.kind,
        sequence: state.mail.sequence,
        findings: state.findings.clone(),
        patients: state.mail.patients,
        posted_on: accepted,
        returned: has_failed,
        returned_from: None,
        by_mail: true,
    }
}
