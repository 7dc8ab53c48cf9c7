//! What the text of a letter may depend on, and nothing else.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::field::findings::{Difference, Findings};
use crate::field::notice::Notice;
use crate::field::reissue::{Anew, Reissue};
use crate::field::row::ProviderKind;
use crate::field::terms::{
    Audience, Category, Custody, Format, Item, Items, Kind, Language, Status,
};

/// Everything a letter's text depends on. People with equal `TextFacts` have the same body, so
/// bodies are cached by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFacts {
    /// Language.
    pub language: Language,
    /// Size of print.
    pub format: Format,
    /// Sender profile.
    pub sender: String,
    /// What is told.
    pub findings: Findings,
    /// To whom it speaks.
    pub audience: Audience,
    /// Prisoners only.
    pub custody: Option<Custody>,
    /// What it is to earlier letters.
    pub news: LetterNews,
    /// That it takes the place of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<Anew>,
    /// Whether the provider's name is printed.
    pub provider: bool,
    /// Kinds of data that are known not to be in the person's datasets.
    pub not_involved: Items,
    /// Kinds of data that were in the hacked computers and are not known to be stolen.
    pub stored: Items,
    /// Whether the letter goes abroad: what to call and to do is different there.
    pub abroad: bool,
}

/// What a letter is to earlier letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterNews {
    /// The first about this incident.
    First,
    /// Something material is new.
    Supplement(Difference),
    /// Something told was wrong.
    Correction(Difference),
}

impl TextFacts {
    /// What the text of this notice depends on.
    #[must_use]
    pub fn of(notice: &Notice<'_>, facts: &Facts) -> Self {
        let mut news = match (notice.kind, &notice.difference) {
            (Kind::Supplement, Some(difference)) => LetterNews::Supplement(difference.clone()),
            (Kind::Correction, Some(difference)) => LetterNews::Correction(difference.clone()),
            // Without an earlier letter there is nothing to add to or to correct.
            (Kind::First, _) | (_, None) => LetterNews::First,
        };

        let mut findings = notice.findings.clone();
        if let Some(status) = notice.medical_test {
            name_the_test(&mut findings, status);
            // What the earlier letter said of it is not remembered; it is no news either.
            if let LetterNews::Supplement(difference) | LetterNews::Correction(difference) =
                &mut news
            {
                name_the_test(&mut difference.before, status);
            }
        }

        Self {
            language: notice.language,
            format: notice.format,
            sender: notice.sender.clone(),
            findings,
            audience: notice.audience,
            custody: notice.custody,
            news,
            anew: notice.reissue.and_then(Reissue::anew),
            provider: named_provider(notice).is_some(),
            not_involved: facts.in_none_of(&notice.datasets),
            stored: notice.stored,
            abroad: notice.goes_abroad(),
        }
        .settled()
    }

    /// The same facts in the one form that texts are chosen by: categories in order of precedence,
    /// an item in one list only, exam type and result as one item for those who are not written to
    /// as adults, custody and provider only where they belong.
    #[must_use]
    pub fn settled(mut self) -> Self {
        settle(&mut self.findings, self.audience);
        if let LetterNews::Supplement(difference) | LetterNews::Correction(difference) =
            &mut self.news
        {
            settle(&mut difference.before, self.audience);
        }

        if !self.findings.categories.contains(&Category::Prisoner) {
            self.custody = None;
        }

        if self.audience != Audience::Adult {
            self.stored = reduced(self.stored);
        }

        self.stored = self.stored.minus(self.items());
        self.abroad &= !self.in_custody();

        // It completes a list. What a row names was in the data, whatever is said of its dataset.
        let known = if self.items().is_empty() { Items::NONE } else { self.not_involved };
        self.not_involved = known.minus(self.items()).minus(self.stored);

        if self.audience != Audience::Adult {
            self.not_involved = self.not_involved.without(Item::ExamType).without(Item::Result);
        }

        self.provider &= matches!(self.main(), Some(Category::Hospital | Category::Gp));
        self
    }

    /// The main category; `None` only for findings without any, which `decide` never makes.
    #[must_use]
    pub fn main(&self) -> Option<Category> {
        self.findings.categories.first().copied()
    }

    /// Kinds of data that were or may have been stolen.
    #[must_use]
    pub fn items(&self) -> Items {
        self.findings.involved.union(self.findings.possible)
    }

    /// Whether the person is held now.
    #[must_use]
    pub fn in_custody(&self) -> bool {
        self.custody == Some(Custody::Current)
    }

    /// The date of the letter this one refers to.
    #[must_use]
    pub fn earlier(&self) -> Option<Date> {
        match &self.news {
            LetterNews::First => self.anew.map(|anew| anew.earlier),
            LetterNews::Supplement(difference) | LetterNews::Correction(difference) => {
                Some(difference.earlier)
            }
        }
    }
}

/// Puts "information about a medical test" on the list that it belongs to.
fn name_the_test(findings: &mut Findings, status: Status) {
    match status {
        Status::Confirmed => findings.involved = findings.involved.with(Item::Result),
        Status::NotExcluded => findings.possible = findings.possible.with(Item::Result),
        Status::SharedOnly => {}
    }
}

fn settle(findings: &mut Findings, audience: Audience) {
    findings.categories.sort_unstable();
    findings.categories.dedup();
    if audience != Audience::Adult {
        findings.involved = reduced(findings.involved);
        findings.possible = reduced(findings.possible);
    }
    findings.possible = findings.possible.minus(findings.involved);
}

/// docs/letters.md: a letter about somebody under 16 names no exam type and no result beyond
/// "information about a medical test"; [`Item::Result`] stands for that.
fn reduced(items: Items) -> Items {
    if items.has(Item::ExamType) { items.without(Item::ExamType).with(Item::Result) } else { items }
}

/// The provider's name that the letter prints: only when the provider has confirmed it
/// (docs/letters.md), is of the kind that the main category speaks of, and never an institution.
#[must_use]
pub fn named_provider<'a>(notice: &Notice<'a>) -> Option<&'a str> {
    let provider = notice.provider?;
    provider.confirmed_on?;
    let fits = match notice.findings.categories.iter().min()? {
        Category::Hospital => provider.kind == ProviderKind::Hospital,
        Category::Gp => matches!(
            provider.kind,
            ProviderKind::Gp | ProviderKind::Hospital | ProviderKind::Clinic
        ),
        Category::Prisoner | Category::Screening => false,
    };

    (fits && !provider.display_name.trim().is_empty()).then_some(provider.display_name.as_str())
}
