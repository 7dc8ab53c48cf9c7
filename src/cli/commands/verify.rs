//! `verify`: a package, opened, counted and read again.

use camino::Utf8Path;

use crate::base::{ExitStatus, Explain};
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};
use crate::render::readback::PageTexts;
use crate::tools::verify;

pub(super) fn open(
    args: &Args,
    package: &Utf8Path,
    keys: verify::VerifyKeys<'_>,
) -> Result<ExitStatus, Failure> {
    let texts = PageTexts::default();
    let page_text = |pdf: &[u8]| texts.read(pdf).map_err(|error| error.to_string());
    let verdict = verify::verify_with(package, keys, Some(&page_text)).map_err(|error| {
        let hint = error.hint();
        Failure::new(ExitStatus::Stopped, &error, hint)
    })?;

    if args.json {
        output::json(&verdict);
    } else {
        output::line(&verdict);
    }

    Ok(if verdict.problems.is_empty() { ExitStatus::Done } else { ExitStatus::Stopped })
}
