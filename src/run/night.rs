//! What a night is asked to do, and what it has to pass before anything is written.

use jiff::civil::Date;

use super::clock::Clock;
use super::judged::Heard;
use super::{Frozen, RunError, guard, lists};
use crate::base::progress::Progress;
use crate::base::{FileError, data_dir, process};
use crate::compose::notices::NoticeTexts;
use crate::compose::texts::CampaignTexts;
use crate::config::Config;
use crate::deliver::outbox;
use crate::facts::Facts;
use crate::field::keys::Marker;
use crate::field::made_with::MadeWith;
use crate::field::row::Rows;
use crate::read::{self, Delivery, ReadTerms};
use crate::record::{Acceptance, Intake, Ledger};
use crate::render;

/// What the operator asked for.
#[derive(Clone, Copy)]
pub struct Night<'a> {
    /// The configuration, with what the command line changed.
    pub config: &'a Config,
    /// The date on the letters.
    pub run_date: Date,
    /// Changed or missing input files that are accepted, and why.
    pub accepted: Acceptance<'a>,
    /// Whether more letters than `policy.max_letters_per_run` are accepted.
    pub accept_volume: bool,
    /// A dress rehearsal: whatever the configuration says, everything that is made is marked as a
    /// rehearsal.
    pub rehearse: bool,
    /// A published job whose package is put into the outbox again first.
    pub republish: Option<&'a str>,
    /// A frozen plan that is made again: no letter is written that is not in it.
    pub only: Option<&'a Frozen>,
    /// Where progress is shown.
    pub progress: &'a Progress,
}

impl Night<'_> {
    /// Whether what is made is marked as a rehearsal.
    pub(super) const fn is_marked(&self) -> bool {
        self.config.synthetic || self.rehearse
    }

    /// Refuses far more letters than expected, unless that was accepted.
    pub(super) fn permits(&self, letters: usize) -> Result<(), RunError> {
        let (letters, permitted) = (letters as u64, self.config.policy.max_letters_per_run);
        if letters > permitted && !self.accept_volume {
            Err(RunError::Volume { letters, permitted })
        } else {
            Ok(())
        }
    }

    /// Refuses an outbox that cannot be published to, and a disk with less room than this many
    /// bytes.
    pub(super) fn fits(&self, bytes: u64) -> Result<(), RunError> {
        let data_dir = &self.config.data_dir;
        Ok(outbox::preflight(&data_dir::outbox(data_dir), data_dir, bytes)?)
    }

    /// What the letters of tonight are written from, as the campaign's folder has it now.
    pub(super) fn wording(&self) -> Result<Wording, RunError> {
        let texts = CampaignTexts::of(self.config.texts_folder())?;
        let facts = self.facts()?;
        let needs_notices =
            self.config.providers_first.is_some() || self.config.professionals.is_some();
        let notices =
            needs_notices.then(|| NoticeTexts::of(self.config.texts_folder())).transpose()?;
        let made_with = made_with(&texts, notices.as_ref(), &facts)?;
        Ok(Wording { facts, texts, notices, made_with })
    }

    pub(super) fn facts(&self) -> Result<Facts, RunError> {
        let facts = Facts::load(&self.config.facts)?;
        guard::facts(self.config, &facts)?;
        let began = facts.incident.from;
        if self.run_date < began {
            return Err(RunError::BeforeIncident { run_date: self.run_date, began });
        }

        facts.check_age(
            &self.config.facts,
            self.run_date,
            self.config.policy.facts_max_age_days,
        )?;
        Ok(facts)
    }

    /// Reads the inbox and compares it with what earlier runs read. With a marker, rows are marked
    /// for the next `breachpost inbox`.
    ///
    /// # Errors
    /// [`RunError`] for lists that are spoilt, and for changes that nobody has accepted.
    pub(super) fn receive(
        &self,
        ledger: &Ledger,
        marker: Option<Marker>,
        clock: &mut Clock,
    ) -> Result<Received, RunError> {
        let (mut rows, delivery) =
            clock.time("read", || self.read(marker), |(rows, _)| rows.count())?;
        let intake = self.take_in(ledger, &rows)?;
        let heard = Heard::of(ledger, &mut rows)?;

        Ok(Received { rows, delivery, intake, heard })
    }

    /// Reads the lists; refuses those that are spoilt.
    fn read(&self, marker: Option<Marker>) -> Result<(Rows, Delivery), RunError> {
        let config = self.config;
        let terms = ReadTerms { synthetic: config.synthetic, run_date: self.run_date };
        let (rows, delivery) =
            read::read_marked(&config.inbox, &config.inputs, &terms, marker, self.progress)?;
        read::refuse_damage(&rows, &config.damage)?;
        lists::refuse_spoilt(&rows, &config.inputs)?;
        Ok((rows, delivery))
    }

    /// Compares the inbox with what earlier runs read; refuses what nobody has accepted.
    fn take_in(&self, ledger: &Ledger, rows: &Rows) -> Result<Intake, RunError> {
        Ok(ledger.intake(rows, &|list| lists::terms(&self.config.inputs, list), self.accepted)?)
    }
}

/// What letters are written from.
pub(super) struct Wording {
    pub facts: Facts,
    pub texts: CampaignTexts,
    /// The sentences to care providers and professionals, where any of these are written to.
    pub notices: Option<NoticeTexts>,
    /// Their hashes, and those of what is part of the program.
    pub made_with: MadeWith,
}

/// The hashes of what letters are made with.
fn made_with(
    texts: &CampaignTexts,
    notices: Option<&NoticeTexts>,
    facts: &Facts,
) -> Result<MadeWith, RunError> {
    let [templates, fonts] = render::hashes();
    let unreadable = FileError::at("read", "/proc/self/exe".into());

    Ok(MadeWith {
        texts: texts.hash().to_owned(),
        notices: notices.map(|notices| notices.hash().to_owned()),
        templates,
        facts: facts.sha256.clone(),
        fonts,
        program: process::program_hash().map_err(unreadable)?,
    })
}

/// The inbox of tonight.
pub(super) struct Received {
    pub rows: Rows,
    /// Their marks, for the next `breachpost inbox`.
    pub delivery: Delivery,
    /// What has changed since earlier runs.
    pub intake: Intake,
    /// What humans said of people and rows that are held.
    pub heard: Heard,
}
