//! Texts and facts as they are at one moment: what every page of the desk is made from.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;

use crate::compose::texts::trace::TracedTexts;
use crate::compose::texts::{CampaignTexts, Variant, every};
use crate::desk::reach::{Conditions, Reach, conditions};
use crate::facts::Facts;
use crate::tools::text_check::{self, TextFinding};

/// What a gate says of whole letters, and the letter in which it shows most.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// What it says.
    pub finding: TextFinding,
    /// The letter.
    pub letter: Option<Variant>,
}

/// Texts and facts at one moment.
#[derive(Debug)]
pub struct Edition {
    /// The sentences.
    pub texts: Arc<CampaignTexts>,
    /// The facts.
    pub facts: Arc<Facts>,
    /// The sentences, marked.
    pub traced: TracedTexts,
    /// Says which texts, facts, settings and program: an address with it shows the same for ever.
    pub version: String,
    run_date: Date,
    /// Where sentences are used and what it takes: as long as the facts are the same, so is this.
    reach: Arc<OnceLock<Reach>>,
    conditions: Arc<OnceLock<BTreeMap<String, Conditions>>>,
    /// What the gates say of every letter there can be.
    survey: OnceLock<Vec<Surveyed>>,
}

impl Edition {
    /// Of these texts and facts. What the edition before knew about where sentences are used is
    /// taken over if its facts were the same.
    #[must_use]
    pub fn new(
        texts: Arc<CampaignTexts>,
        facts: Arc<Facts>,
        version: String,
        run_date: Date,
        before: Option<&Self>,
    ) -> Self {
        let same = before.filter(|before| Arc::ptr_eq(&before.facts, &facts));
        let reach = same.map_or_else(Arc::default, |before| Arc::clone(&before.reach));
        let conditions = same.map_or_else(Arc::default, |before| Arc::clone(&before.conditions));
        let (traced, survey) = (TracedTexts::of(&texts), OnceLock::new());
        Self { texts, facts, traced, version, run_date, reach, conditions, survey }
    }

    /// What the gates say of every letter there can be, once [`Edition::look_at_all`] has looked.
    #[must_use]
    pub fn survey(&self) -> Option<&[Surveyed]> {
        self.survey.get().map(Vec::as_slice)
    }

    /// Finds what it takes for each sentence to be in a letter: some seconds, off the path of
    /// whoever waits for a page.
    pub fn find_conditions(&self) {
        self.conditions.get_or_init(|| conditions(&self.traced, &self.facts, self.run_date));
    }

    /// Looks at every letter there can be, as [`Edition::find_conditions`].
    pub fn look_at_all(&self) {
        self.survey.get_or_init(|| {
            let findings = text_check::of_letters(&self.texts, &self.facts, every(&self.facts));
            let mut letters: BTreeMap<String, Variant> = BTreeMap::new();
            if !findings.is_empty() {
                let shown =
                    |variant: &Variant| findings.iter().any(|finding| finding.key == variant.name);
                let shown = every(&self.facts).filter(shown);
                letters.extend(shown.map(|variant| (variant.name.clone(), variant)));
            }

            let surveyed = |finding: TextFinding| Surveyed {
                letter: letters.get(&finding.key).cloned(),
                finding,
            };
            findings.into_iter().map(surveyed).collect()
        });
    }

    /// What it takes for each sentence to be in a letter, once [`Edition::find_conditions`] has.
    #[must_use]
    pub fn conditions(&self) -> Option<&BTreeMap<String, Conditions>> {
        self.conditions.get()
    }

    /// Where sentences are used; worked out once.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| Reach::of(&self.traced, &self.facts, self.run_date))
    }
}
