//! `provider CODE --patients`: the list of a provider's patients, sealed to its key, when it asks.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::ToSpan;
use serde::Serialize;

use super::stop::signature;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::base::{ExitStatus, durable, hash, logging};
use crate::cli::args::ProviderArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::field::provider::ProviderWord;
use crate::package::Recipients;
use crate::record::providers::{self, ProviderNote};
use crate::record::{Acceptance, Home};
use crate::run;

/// The longest key that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// `provider CODE --patients --json`.
#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Utf8Path,
    people: u64,
    without_address: u64,
    unreadable: u64,
    sha256: String,
    signers: Vec<String>,
}

impl Session<'_> {
    /// Makes the list where two people have signed for it; else prints what they sign.
    pub(super) fn patients(
        &self,
        asked: &ProviderArgs,
        out: &Utf8PathBuf,
    ) -> Result<ExitStatus, Failure> {
        let usage = |problem: String| Failure {
            status: ExitStatus::Usage,
            causes: vec![problem],
            hint: None,
        };
        let path = asked.key.as_deref().unwrap_or(Utf8Path::new(""));
        let key = durable::read_text(path, LONGEST);
        let key = key.map_err(|error| usage(format!("cannot read the provider's key: {error}")))?;
        let recipients = Recipients::parse(&[plain_key(&key)])
            .and_then(|keys| keys.prove().map(|()| keys))
            .map_err(|error| usage(format!("the provider's key cannot be used: {error}")))?;
        // What is in the data folder is handed over, backed up, or purged.
        if out.parent().is_some_and(|folder| is_within(folder, &self.config.data_dir)) {
            return Err(usage("the list is written outside `data_dir`".to_owned()));
        }

        let until = self.run_date.saturating_add(i64::from(asked.days).days());
        let about = format!("key with SHA-256 {}, until {until}", hash::of_bytes(key.as_bytes()));
        let note = ProviderNote {
            code: &asked.code,
            said: ProviderWord::ListMade,
            by: asked.by.as_deref().unwrap_or_default(),
            note: asked.note.as_deref().unwrap_or_default(),
            about: &about,
            date: self.run_date,
        };
        let home = Home::of(self.config);
        let text = providers::text_for(&home, &note).map_err(|error| Failure::of(&error))?;
        if asked.signed.is_empty() {
            output::line(text.trim_end());
            return Ok(ExitStatus::Done);
        }
        let signatures = asked.signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        let approvers = &self.config.approval.approvers;
        providers::signed(&home, &note, &signatures, approvers)
            .map_err(|error| Failure::of(&error))?;

        logging::keep();
        let progress = Progress::on_stderr();
        let night = self.night(Acceptance::default(), false, &progress);
        let list = run::patients::write_list(&night, &asked.code, &recipients, until, out)
            .map_err(|error| Failure::of(&error))?;
        progress.finish();
        // Whoever has the list is in the ledger, or there is no list.
        let noted = providers::note(&home, &note, &signatures, approvers).map_err(|error| {
            let _ = std::fs::remove_file(out);
            Failure::of(&error)
        })?;

        self.show_list(out, list, noted.signers);
        Ok(ExitStatus::Done)
    }

    fn show_list(&self, out: &Utf8Path, list: run::patients::PatientsList, signers: Vec<String>) {
        let run::patients::PatientsList { people, without_address, unreadable, sha256 } = list;
        if self.args.json {
            output::json(&Answer {
                file: out,
                people,
                without_address,
                unreadable,
                sha256,
                signers,
            });
            return;
        }
        output::line(format_args!("list      {out}: {}", count(people, "person", "people")));
        output::line(format_args!("address   left out of {without_address}"));
        if unreadable > 0 {
            let rows =
                count(unreadable, "record that cannot be read", "records that cannot be read");
            output::line(format_args!("missing   {rows} may be about others"));
        }
        output::line(format_args!("sha256    {sha256}"));
        output::line(
            "next      hand it over by a safe route, never by mail of ours; then `--list-received`",
        );
    }
}

/// An age key alone on its line, or an armoured key as it is.
fn plain_key(text: &str) -> String {
    let age = text.lines().map(str::trim).find(|line| line.starts_with("age1"));
    age.map_or_else(|| text.to_owned(), str::to_owned)
}

/// Whether a folder is the data folder or below it.
fn is_within(folder: &Utf8Path, data_dir: &Utf8Path) -> bool {
    let folder = if folder.as_str().is_empty() { Utf8Path::new(".") } else { folder };
    match (folder.canonicalize_utf8(), data_dir.canonicalize_utf8()) {
        (Ok(folder), Ok(data_dir)) => folder.starts_with(data_dir),
        _ => false,
    }
}
