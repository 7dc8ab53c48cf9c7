//! Lifting a stop: two people sign the text that says what is lifted.

use jiff::civil::Date;
use serde::Serialize;

use super::file;
use super::{Stop, StopOrder};
use crate::base::{ExitStatus, Explain};
use crate::config::Approver;
use crate::package::sign::{self, APPROVALS, TWO_SIGN};
use crate::record::audit::StopLifted;
use crate::record::error::RecordError;
use crate::record::{Access, Home, Ledger, inputs};

/// Signatures that are needed.
const SIGNERS: usize = 2;

/// Why a stop is not lifted.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum LiftError {
    /// No such stop.
    #[error("no stop of event {event} is in force")]
    NotInForce { event: u64 },
    /// Fewer than two people.
    #[error("{} of the approvers signed this text, and lifting a stop takes two", .signers.len())]
    TooFew { signers: Vec<String> },
    /// The reason is not usable.
    #[error("the reason for lifting the stop {problem}")]
    Words { problem: &'static str },
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The orders to the vendor.
    #[error("the stop was lifted and the vendor's order could not be written")]
    Order(#[source] Box<super::StopError>),
}

impl Explain for LiftError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotInForce { .. } => Some("`breachpost stop` lists what is in force".to_owned()),
            Self::TooFew { .. } => Some(TWO_SIGN.to_owned()),
            Self::Words { .. } => {
                Some("one line of 3 to 200 characters, without names of people".to_owned())
            }
            Self::Record(error) => error.hint(),
            Self::Order(error) => error.hint(),
        }
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::NotInForce { .. } | Self::TooFew { .. } | Self::Words { .. } => ExitStatus::Usage,
            Self::Record(error) => error.status(),
            Self::Order(error) => error.status(),
        }
    }
}

/// A stop that is over, and who lifted it.
#[derive(Clone, Debug, Serialize)]
pub struct Lift {
    /// What is told to the vendor: that the order no longer holds.
    pub order: StopOrder,
    /// The approvers whose signatures hold.
    pub signers: Vec<String>,
}

/// The text that two people sign.
#[must_use]
pub fn text(campaign: &str, stop: &Stop, reason: &str) -> String {
    format!(
        "breachpost: lift a stop\ncampaign: {campaign}\nstop: event {}\nof: {}\nordered: {} by {}: \
         {}\nwhy it is lifted: {reason}\n",
        stop.event, stop.scope, stop.date, stop.by, stop.reason
    )
}

impl Ledger {
    /// The stops that are in force, oldest first.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn stops(&self) -> Result<Vec<Stop>, RecordError> {
        Ok(self.model()?.stops.in_force().cloned().collect())
    }
}

/// The text that has to be signed to lift the stop of `event`.
///
/// # Errors
/// [`LiftError`] when there is no such stop or the reason is not usable.
pub fn text_for(home: &Home<'_>, event: u64, reason: &str) -> Result<String, LiftError> {
    inputs::check_line(reason).map_err(|problem| LiftError::Words { problem })?;
    let ledger = Ledger::open(home, Access::Read)?;
    let stop = ledger.stops()?.into_iter().find(|stop| stop.event == event);
    let stop = stop.ok_or(LiftError::NotInForce { event })?;
    Ok(text(home.campaign, &stop, reason))
}

/// Lifts the stop of `event`, where two different approvers have signed its text.
///
/// # Errors
/// [`LiftError`]; the stop stays in force.
pub fn lift(
    home: &Home<'_>,
    event: u64,
    reason: &str,
    signatures: &[String],
    approvers: &[Approver],
    date: Date,
) -> Result<Lift, LiftError> {
    inputs::check_line(reason).map_err(|problem| LiftError::Words { problem })?;
    let mut ledger = Ledger::open_for(home, Access::Write, false)?;
    if ledger.model()?.stops.lifted(event).is_none() {
        let stop = ledger.stops()?.into_iter().find(|stop| stop.event == event);
        let stop = stop.ok_or(LiftError::NotInForce { event })?;
        let signers = signers(&text(home.campaign, &stop, reason), signatures, approvers);
        if signers.len() < SIGNERS {
            return Err(LiftError::TooFew { signers });
        }
        let lifted = StopLifted { date, stop: event, reason: reason.to_owned(), signers };
        ledger.write(|store| store.lift(lifted))?;
    }

    // From here on the same as for a lifting that was interrupted. The vendor first, then the stop
    // file: until both are written nothing goes out by itself.
    ledger.anchor()?;
    let model = ledger.model()?;
    let lifted = model.stops.lifted(event).ok_or(LiftError::NotInForce { event })?;
    let order = ledger
        .tell_vendor(&model, &lifted.stop, "resume", lifted.event, false)
        .map_err(|error| LiftError::Order(Box::new(error)))?;
    let signers = lifted.signers.clone();
    if model.stops.find(lifted.stop.scope).is_none() {
        file::take_out(home.data_dir, lifted.stop.scope)?;
    }

    Ok(Lift { order, signers })
}

/// The approvers of whom one of the signatures is.
pub(in crate::record) fn signers(
    text: &str,
    signatures: &[String],
    approvers: &[Approver],
) -> Vec<String> {
    let has_signed = |approver: &&Approver| {
        signatures.iter().any(|signature| {
            sign::check_for(APPROVALS, signature, text.as_bytes(), Some(&approver.key)).is_ok()
        })
    };
    approvers.iter().filter(has_signed).map(|approver| approver.name.clone()).collect()
}
