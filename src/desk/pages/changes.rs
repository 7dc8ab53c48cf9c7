//! What changed since a moment: sentences first, then pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{View, Visitor, in_words, moment};
use crate::compose::texts::CampaignTexts;
use crate::desk::choice::Choice;
use crate::desk::compare::{ChangeGroup, Comparison, Versions, WordChange, words};
use crate::desk::edition::Edition;
use crate::desk::manuscript::{differences, order};
use crate::desk::{Desk, DeskError};
use crate::field::terms::Language;
use crate::render::raster::Raster;
use crate::run;

/// Since when. What was approved last will be a third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The last run.
    Run,
    /// The beginning of a day.
    Day(Date),
}

impl Since {
    /// Reads the field of an address: a date, or the last run.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.parse().map_or(Self::Run, Self::Day)
    }

    /// As an address has it.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Run => "run".to_owned(),
            Self::Day(date) => date.to_string(),
        }
    }
}

/// A comparison that is being made, or was.
#[derive(Debug)]
pub struct Comparing {
    /// Versions before and now.
    versions: [String; 2],
    done: AtomicUsize,
    /// `None`: a defect, of which the log says more.
    result: std::sync::OnceLock<Option<Comparison>>,
}

/// The page.
#[derive(Serialize)]
struct ChangesPage {
    since: String,
    day: String,
    /// When that was; empty when there was no such moment.
    moment: String,
    sentences: Vec<ChangedSentence>,
    /// `none`, `running`, `done` or `failed`.
    state: &'static str,
    done: usize,
    letters: usize,
    different: usize,
    groups: Vec<ShownGroup>,
}

/// A sentence that changed.
#[derive(Serialize)]
struct ChangedSentence {
    key: String,
    block: String,
    voice: String,
    language: &'static str,
    words: Vec<WordChange>,
    kinds: usize,
}

/// A group of letters as the page shows it.
#[derive(Serialize)]
struct ShownGroup {
    number: usize,
    alarming: bool,
    group: ChangeGroup,
    /// The first letter, in words.
    conditions: String,
}

impl ShownGroup {
    fn of(number: usize, group: &ChangeGroup, edition: &Edition, language: Language) -> Self {
        let first = &edition.reach().letters[group.letters[0]];
        Self {
            number,
            alarming: group.effect.is_alarming(),
            group: group.clone(),
            conditions: in_words(first, language),
        }
    }
}

/// The page of one group.
#[derive(Serialize)]
struct GroupPage {
    since: String,
    number: usize,
    shown: ShownGroup,
    /// Addresses of its letters, with their conditions in words.
    letters: Vec<(String, String)>,
    sides: Vec<ComparedSide>,
}

/// One side of the first letter.
#[derive(Serialize)]
struct ComparedSide {
    page: usize,
    changed: bool,
    before: bool,
    now: bool,
}

impl Desk {
    /// What changed since then.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn changes_page(&self, visitor: &Visitor, since: Since) -> Result<View, DeskError> {
        let edition = self.edition()?;
        let day = match since {
            Since::Run => self.run_date,
            Since::Day(date) => date,
        };
        let mut page = ChangesPage {
            since: since.word(),
            day: day.to_string(),
            moment: String::new(),
            sentences: Vec::new(),
            state: "none",
            done: 0,
            letters: edition.reach().letters.len() * 2,
            different: 0,
            groups: Vec::new(),
        };

        if let Some((at, before)) = self.before(&edition, since) {
            page.moment = moment(at);
            page.sentences = self.changed_sentences(&before, &edition, visitor.language);
            if let Some(comparing) = self.comparison_of(&before, &edition) {
                show_comparison(&mut page, &comparing, &edition, visitor.language);
            }
        }
        Ok(View::of("changes.html", &page))
    }

    /// Begins to compare the pages, unless that is done or being done.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn begin_comparison(self: &Arc<Self>, since: Since) -> Result<(), DeskError> {
        let edition = self.edition()?;
        let Some((_, before)) = self.before(&edition, since) else { return Ok(()) };
        if self.comparison_of(&before, &edition).is_some() {
            return Ok(());
        }

        let comparing = Arc::new(Comparing {
            versions: [before.hash().to_owned(), edition.version.clone()],
            done: AtomicUsize::new(0),
            result: std::sync::OnceLock::new(),
        });
        *self.comparing() = Some(Arc::clone(&comparing));

        let desk = Arc::clone(self);
        std::thread::spawn(move || {
            let compare = || desk.versions(&before, &edition).compare(&comparing.done);
            let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare));
            let _ = comparing.result.set(made.ok());
        });
        Ok(())
    }

    /// One group with the pages of its first letter; `None` when there is no such comparison.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn group_page(
        &self,
        visitor: &Visitor,
        since: Since,
        number: usize,
    ) -> Result<Option<View>, DeskError> {
        let edition = self.edition()?;
        let Some(group) = self.group(since, number, &edition) else { return Ok(None) };
        let conditions = |place: &usize| {
            let variant = &edition.reach().letters[*place];
            (Choice::of(variant).query(), in_words(variant, visitor.language))
        };
        let letters = group.letters.iter().map(conditions).collect();
        let [before, now] = group.effect.sides;
        let sides = (1..=before.max(now)).map(|page| ComparedSide {
            page,
            changed: group.effect.changed.contains(&page),
            before: page <= before,
            now: page <= now,
        });

        let page = GroupPage {
            since: since.word(),
            number,
            sides: sides.collect(),
            letters,
            shown: ShownGroup::of(number, &group, &edition, visitor.language),
        };
        Ok(Some(View::of("compare.html", &page)))
    }

    /// A side of the first letter of a group: `before`, `after` or `over`; `None` when there is none.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn compared_picture(
        &self,
        since: Since,
        number: usize,
        page: usize,
        form: &str,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let edition = self.edition()?;
        let found = self.group(since, number, &edition).zip(self.before(&edition, since));
        let Some((group, (_, before))) = found else { return Ok(None) };
        let variant = &edition.reach().letters[group.letters[0]];
        let Ok([before, now]) = self.versions(&before, &edition).sides(variant, group.language)
        else {
            return Ok(None);
        };

        let side = |sides: &[Raster]| page.checked_sub(1).and_then(|at| sides.get(at).cloned());
        let picture = match (form, side(&before), side(&now)) {
            ("before", before, _) => before,
            ("after", _, now) => now,
            (_, Some(before), Some(now)) => Some(before.over(&now)),
            (_, before, now) => before.or(now),
        };
        Ok(picture.and_then(|picture| picture.png().ok()))
    }

    fn group(&self, since: Since, number: usize, edition: &Edition) -> Option<ChangeGroup> {
        let (_, before) = self.before(edition, since)?;
        let comparing = self.comparison_of(&before, edition)?;
        let comparison = comparing.result.get()?.as_ref()?;
        comparison.groups.get(number).cloned()
    }

    fn comparison_of(&self, before: &CampaignTexts, now: &Edition) -> Option<Arc<Comparing>> {
        let comparing = self.comparing();
        let of_these = |comparing: &&Arc<Comparing>| {
            comparing.versions == [before.hash().to_owned(), now.version.clone()]
        };
        comparing.as_ref().filter(of_these).cloned()
    }

    fn versions<'a>(&'a self, before: &'a CampaignTexts, now: &'a Edition) -> Versions<'a> {
        Versions { before, now, print: &self.config.print, run_date: self.run_date }
    }

    fn changed_sentences(
        &self,
        before: &CampaignTexts,
        now: &Edition,
        language: Language,
    ) -> Vec<ChangedSentence> {
        let [nl, en] =
            [Language::Nl, Language::En].map(|of| (of, differences(before, &now.texts, of)));
        let mut changed = Vec::new();
        for key in order(&now.texts.files().nl) {
            for (of, differences) in [&nl, &en] {
                let Some([before, after]) = differences.get(&key) else { continue };
                let block = key.split('.').next().unwrap_or_default();
                changed.push(ChangedSentence {
                    block: self.words.get(language, &format!("block.{block}")).to_owned(),
                    voice: self.voice(&key, language),
                    language: of.word(),
                    words: words(before, after),
                    kinds: now.reach().uses(&key).len(),
                    key: key.clone(),
                });
            }
        }
        changed
    }

    /// The texts as they were, and when that was; `None` when there has been no run.
    fn before(&self, edition: &Edition, since: Since) -> Option<(Timestamp, Arc<CampaignTexts>)> {
        match since {
            Since::Day(date) => {
                let at = date.to_zoned(TimeZone::system()).ok()?.timestamp();
                let work = self.work();
                Some((at, work.manuscript.at(&edition.texts, at, &work.journal)))
            }
            Since::Run => {
                let data_dir = &self.config.data_dir;
                let (at, hash) = run::last_texts(data_dir)?;
                if hash == edition.texts.hash() {
                    return Some((at, Arc::clone(&edition.texts)));
                }
                let folder = run::kept_texts::find(data_dir, &hash)?;
                Some((at, Arc::new(CampaignTexts::load(&folder).ok()?)))
            }
        }
    }
}

/// What is known of a comparison that is being made, or was.
fn show_comparison(
    page: &mut ChangesPage,
    comparing: &Comparing,
    edition: &Edition,
    language: Language,
) {
    page.done = comparing.done.load(Ordering::Relaxed);
    match comparing.result.get() {
        None => page.state = "running",
        Some(None) => page.state = "failed",
        Some(Some(comparison)) => {
            page.state = "done";
            page.different = comparison.different;
            let groups = comparison.groups.iter().enumerate();
            page.groups = groups
                .map(|(number, group)| ShownGroup::of(number, group, edition, language))
                .collect();
        }
    }
}
