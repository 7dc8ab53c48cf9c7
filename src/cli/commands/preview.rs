//! `preview`: every letter variant, with invented people.

use camino::Utf8Path;

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::compose::notices::NoticeTexts;
use crate::compose::texts::{CampaignTexts, TEXT_FILES};
use crate::facts::Facts;
use crate::run::kept_texts;
use crate::tools::notice_samples::{self, SampleOrder};
use crate::tools::preview::{self, PreviewOrder};

impl Session<'_> {
    /// With `since`, only what is different with those earlier texts.
    pub(super) fn preview(
        &self,
        out: &Utf8Path,
        since: Option<&str>,
    ) -> Result<ExitStatus, Failure> {
        let (texts, facts) = (self.texts()?, self.facts()?);
        let since = since.map(|since| self.earlier_texts(since)).transpose()?;
        let progress = Progress::on_stderr();
        let order = PreviewOrder {
            texts: &texts,
            facts: &facts,
            print: &self.config.print,
            run_date: self.run_date,
            since: since.as_ref(),
        };
        let made = preview::write(out, &order, &progress).map_err(|error| Failure::of(&error))?;
        progress.finish();
        let notices = self.samples(&texts, &facts, |order| notice_samples::write(out, order))?;
        let notices = notices.transpose().map_err(|error| Failure::of(&error))?;

        for (key, day) in facts.stale(self.run_date, self.config.policy.facts_max_age_days) {
            output::note(format_args!(
                "warning: `{key}` in the facts was last checked on {day}: a run would stop"
            ));
        }

        if self.args.json {
            output::json(&made);
        } else {
            output::line(format_args!(
                "{}{}, {}",
                count(made.variants as u64, "variant", "variants"),
                if order.since.is_some() { " different" } else { "" },
                count(made.pages as u64, "page", "pages")
            ));
            output::line(format_args!("set anew  {}", made.set));
            output::line(format_args!("preview   {}", made.index));
            if let Some((letters, page)) = &notices {
                output::line(format_args!(
                    "notices   {letters} to providers and professionals: {page}"
                ));
            }
        }

        Ok(ExitStatus::Done)
    }

    /// Does something with the letters to invented providers and professionals; `None`: nobody is told.
    pub(super) fn samples<T>(
        &self,
        texts: &CampaignTexts,
        facts: &Facts,
        work: impl FnOnce(&SampleOrder<'_>) -> T,
    ) -> Result<Option<T>, Failure> {
        let config = self.config;
        if config.providers_first.is_none() && config.professionals.is_none() {
            return Ok(None);
        }
        let notices =
            &NoticeTexts::of(config.texts_folder()).map_err(|error| Failure::of(&error))?;
        Ok(Some(work(&SampleOrder {
            texts,
            notices,
            facts,
            providers: config.providers_first.as_ref(),
            professionals: config.professionals.as_ref(),
            print: &config.print,
            run_date: self.run_date,
        })))
    }

    /// Texts by their folder, the folder of their campaign, or their hash.
    fn earlier_texts(&self, named: &str) -> Result<CampaignTexts, Failure> {
        let folder = Utf8Path::new(named);
        let load =
            |folder: &Utf8Path| CampaignTexts::load(folder).map_err(|error| Failure::of(&error));
        if folder.is_dir() {
            let is_texts = TEXT_FILES.iter().any(|name| folder.join(name).is_file());
            return if is_texts { load(folder) } else { load(&folder.join("texts")) };
        }

        match kept_texts::find(&self.config.data_dir, named) {
            Some(kept) => load(&kept),
            None => Err(Failure {
                status: ExitStatus::Usage,
                causes: vec![format!(
                    "`{named}` is not a folder, and no texts with this hash are kept"
                )],
                hint: Some(
                    "`breachpost explain ID` shows the hash of the texts of a letter; eight of its digits or more are enough"
                        .to_owned(),
                ),
            }),
        }
    }
}
