//! `link-train`: linking parameters, learned from the inbox.

use camino::Utf8Path;

use crate::base::plain::count;
use crate::base::{ExitStatus, durable};
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::field::keys::Keys;
use crate::tools::link_train;

impl Session<'_> {
    pub(super) fn link_train(
        &self,
        out: &Utf8Path,
        seed: u64,
        name: Option<&str>,
    ) -> Result<ExitStatus, Failure> {
        let before = self.parameters()?;
        let rows = self.rows()?;
        let version = name.map_or_else(|| format!("trained-{seed}"), str::to_owned);

        // The order in which rows are looked at follows from the seed, not from the campaign's key.
        let mut master = [0; 32];
        master[..8].copy_from_slice(&seed.to_be_bytes());
        let learned = link_train::train(&rows, &before, &version, seed, &Keys::derive(&master))
            .map_err(|error| Failure::of(&error))?;
        let text = learned
            .parameters
            .to_toml()
            .map_err(|error| Failure::new(ExitStatus::Stopped, &error, None))?;

        durable::write(out, text.as_bytes()).map_err(|source| {
            Failure::new(ExitStatus::Stopped, &source, Some(format!("cannot write `{out}`")))
        })?;
        output::line(format_args!(
            "learned from {} with one BSN",
            count(learned.pairs, "pair of rows", "pairs of rows")
        ));

        output::line(format_args!(
            "parameters  {out}  (version {version}; use it with `[link] parameters`)"
        ));
        Ok(ExitStatus::Done)
    }
}
