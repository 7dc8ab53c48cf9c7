//! What a rehearsal and a real run may not be made with: the sample's key, invented facts, values
//! that are marked as placeholders. A rehearsal may have the vendor's key and the real facts.

use camino::Utf8Path;

use super::{Missing, Night, RunError};
use crate::config::{Config, ConfigError, Vendor};
use crate::facts::{Facts, FactsError};
use crate::field::mode::Mode;
use crate::package::Recipients;
use crate::record::{JobState, Ledger};

/// The sample's key: its private half is published with the program
/// (`sample-data/vendor/age-identity.txt`).
const SAMPLE_KEY: &str = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";
/// The sample's vendor.
const SAMPLE_VENDOR: &str = "drukkerij de proef";

/// Refuses a campaign without which no run can be, and the configuration of a real run that has
/// values of rehearsals.
///
/// # Errors
/// [`RunError::Incomplete`] with all that is missing; else [`ConfigError::Rehearsal`] for the
/// first.
pub(super) fn configuration(config: &Config) -> Result<(), RunError> {
    complete(config)?;
    Recipients::parse(&config.vendor.recipients)?.prove()?;
    if config.mode() == Mode::Rehearsal {
        return Ok(());
    }

    let refuse = |key: &str, problem| {
        Err(RunError::Config(ConfigError::Rehearsal {
            path: config.file.clone(),
            key: key.to_owned(),
            problem,
        }))
    };

    if has_sample_key(&config.vendor) {
        return refuse(
            "vendor.recipients",
            "has the key of the sample, whose private half is published",
        );
    }

    if let Some(backup) = &config.backup {
        if backup.recipient.trim().eq_ignore_ascii_case(SAMPLE_KEY) {
            return refuse(
                "backup.recipient",
                "is the key of the sample, whose private half is published",
            );
        }
        if config
            .vendor
            .recipients
            .iter()
            .any(|key| key.trim().eq_ignore_ascii_case(backup.recipient.trim()))
        {
            return refuse(
                "backup.recipient",
                "is a key of the vendor, who may not recognise people",
            );
        }
    }

    if config.vendor.contact.to_lowercase().contains(SAMPLE_VENDOR) {
        return refuse("vendor.contact", "is the vendor of the sample");
    }

    Ok(())
}

/// Refuses a campaign that is not complete. What the facts lack is told together with what the
/// configuration lacks; on its own it does not keep an unfinished job from being finished.
fn complete(config: &Config) -> Result<(), RunError> {
    let mut missing = Vec::new();
    if config.vendor.recipients.is_empty() {
        missing.push(Missing::new("vendor.recipients", "has no key", &config.file));
    }

    if config.mode() == Mode::Real {
        missing.extend(config.placeholders.iter().map(|key| Missing::marked(key, &config.file)));
    }

    if missing.is_empty() {
        return Ok(());
    }

    let facts = Facts::load(&config.facts).ok().filter(|_| config.mode() == Mode::Real);
    missing.extend(facts.iter().flat_map(|facts| marked(config, facts)));
    Err(RunError::Incomplete { missing })
}

/// Tables of the facts that are marked as placeholders.
fn marked<'f>(config: &'f Config, facts: &'f Facts) -> impl Iterator<Item = Missing> + 'f {
    facts.placeholders.iter().map(|key| Missing::marked(key, &config.facts))
}

/// Refuses figures for a folder that is not there. A check says so; a run does not, since no letter
/// waits for figures: it ends with "letters are out, telling failed".
///
/// # Errors
/// [`ConfigError::Value`].
pub(super) fn metrics_folder(config: &Config) -> Result<(), RunError> {
    let Some(metrics) = &config.metrics else { return Ok(()) };
    let folder = metrics.file.parent().filter(|folder| !folder.as_str().is_empty());
    if folder.is_none_or(Utf8Path::is_dir) {
        return Ok(());
    }

    let problem = "is in a folder that does not exist".to_owned();
    Err(RunError::Config(ConfigError::Value {
        path: config.file.clone(),
        key: "metrics.file",
        problem,
    }))
}

/// Refuses keys for a dress rehearsal with real people that somebody else can open: the operator's
/// own is meant.
///
/// # Errors
/// [`RunError::DressKey`] for the first.
pub(super) fn dress_keys(config: &Config, keys: &[String]) -> Result<(), RunError> {
    let is = |key: &str, other: &str| key.trim().eq_ignore_ascii_case(other.trim());

    if config.mode() == Mode::Rehearsal {
        return Ok(());
    }

    if keys.iter().any(|key| is(key, SAMPLE_KEY)) {
        return Err(RunError::DressKey {
            problem: "is the key of the sample, whose private half is published",
        });
    }

    let is_vendors = |key: &String| config.vendor.recipients.iter().any(|other| is(key, other));
    if keys.iter().any(is_vendors) {
        return Err(RunError::DressKey {
            problem: "is the vendor's: they print what they can open",
        });
    }

    Ok(())
}

/// Refuses facts that are only for rehearsals in a real run.
///
/// # Errors
/// [`RunError::Incomplete`] with all that are marked; else [`FactsError::Rehearsal`] for the first.
pub(super) fn facts(config: &Config, facts: &Facts) -> Result<(), RunError> {
    if config.mode() == Mode::Real && !facts.placeholders.is_empty() {
        return Err(RunError::Incomplete { missing: marked(config, facts).collect() });
    }

    match facts.invented() {
        Some((key, problem)) if config.mode() == Mode::Real => {
            Err(FactsError::Rehearsal { path: config.facts.clone(), key, problem }.into())
        }
        _ => Ok(()),
    }
}

/// Whether a package for this vendor could be opened by everybody.
pub(super) fn has_sample_key(vendor: &Vendor) -> bool {
    vendor.recipients.iter().any(|key| key.trim().eq_ignore_ascii_case(SAMPLE_KEY))
}

/// Letters before the last ones would name a later letter as the earlier one, and count ages
/// wrongly.
pub(super) fn refuse_the_past(ledger: &Ledger, night: &Night<'_>) -> Result<(), RunError> {
    let told = ledger.jobs()?.into_iter().filter(|job| job.state != JobState::Abandoned);
    match told.map(|job| job.run_date).max() {
        Some(last) if night.run_date < last => {
            Err(RunError::Past { run_date: night.run_date, last })
        }
        _ => Ok(()),
    }
}
