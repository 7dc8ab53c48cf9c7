//! Every kind of letter there can be: a choice for the preview and the whole list for the gates.

use jiff::civil::{Date, date};

use super::subject::{LetterNews, TextFacts};
use super::{CampaignTexts, body_of};
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::findings::{Difference, Findings};
use crate::field::reissue::{Anew, ReissueReason};
use crate::field::terms::{
    Audience, Category, Custody, Format, Item, Items, Language, Published, Status,
};

/// One kind of letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Fit for a file name; the same in both languages, and different for different conditions.
    pub name: String,
    /// What led to it: condition and value, for people who look at the pages.
    pub conditions: Vec<(&'static str, String)>,
    /// What the text depends on.
    pub subject: TextFacts,
}

impl Variant {
    /// The text.
    #[must_use]
    pub fn body(
        &self,
        texts: &CampaignTexts,
        facts: &Facts,
        run_date: Date,
        synthetic: bool,
    ) -> Body {
        body_of(texts, &self.subject, facts, run_date, synthetic)
    }
}

/// Date of the earlier letter in supplements and corrections of variants.
const EARLIER: Date = date(2025, 8, 20);

/// Why somebody is written to: categories, custody, whether the provider is named.
#[derive(Clone)]
struct Relation {
    categories: Vec<Category>,
    custody: Option<Custody>,
    provider: bool,
}

impl Relation {
    fn of(categories: &[Category]) -> Self {
        Self { categories: categories.to_vec(), custody: None, provider: false }
    }

    /// The seven with one category.
    fn single() -> Vec<Self> {
        Self::all().into_iter().filter(|relation| relation.categories.len() == 1).collect()
    }

    /// Every set of categories, with custody for prisoners and a named provider where one can be
    /// named.
    fn all() -> Vec<Self> {
        let sets = (1_u8..16).map(|bits| -> Vec<Category> {
            Category::ALL
                .iter()
                .copied()
                .filter(|category| bits & (1 << *category as u8) != 0)
                .collect()
        });

        sets.flat_map(|set| {
            let plain = Self::of(&set);
            match set[0] {
                Category::Prisoner => [Custody::Current, Custody::Former]
                    .map(|custody| Self { custody: Some(custody), ..plain.clone() })
                    .to_vec(),
                Category::Hospital | Category::Gp => {
                    [false, true].map(|provider| Self { provider, ..plain.clone() }).to_vec()
                }
                Category::Screening => vec![plain],
            }
        })
        .collect()
    }

    fn name(&self) -> String {
        let categories: Vec<&str> =
            self.categories.iter().map(|category| category.word()).collect();
        let custody = self.custody.map(|custody| format!("-{custody}")).unwrap_or_default();
        let provider = if self.provider { "-named" } else { "" };
        format!("{}{custody}{provider}", categories.join("-and-"))
    }
}

/// A choice of kinds of data.
#[derive(Clone, Copy)]
struct Choice {
    name: &'static str,
    involved: Items,
    possible: Items,
    /// What the facts know not to be in the data.
    not_involved: Items,
    /// What was in the computers and is not known to be stolen.
    stored: Items,
}

fn set(items: &[Item]) -> Items {
    items.iter().copied().collect()
}

/// What everybody has, and each kind that brings sentences of its own.
fn choices(status: Status) -> Vec<Choice> {
    let base = set(&[Item::Name, Item::BirthDate, Item::Sex]);
    let every = Item::ALL.iter().copied().collect::<Items>();
    let with = |more: &[Item]| base.union(set(more));
    let sets = [
        ("all", every),
        ("base", base),
        ("bsn", with(&[Item::Bsn])),
        ("health", with(&[Item::ExamType, Item::Result])),
        ("contact", with(&[Item::Phone, Item::Email])),
        ("address", with(&[Item::Address])),
        ("insurer", with(&[Item::Insurer, Item::Requester])),
    ];

    let none = Items::NONE;
    let nothing =
        Choice { name: "none", involved: none, possible: none, not_involved: none, stored: none };
    let involved = sets.map(|(name, items)| Choice { name, involved: items, ..nothing });
    let possible = sets.map(|(name, items)| Choice { name, possible: items, ..nothing });

    match status {
        Status::Confirmed => {
            let mixed =
                Choice { name: "mixed", involved: base, possible: every.minus(base), ..nothing };
            let stored =
                Choice { name: "stored-too", involved: base, stored: every.minus(base), ..nothing };
            let reachable = set(&[Item::Phone, Item::Email]);
            let part = Choice {
                name: "part",
                involved: every.minus(reachable),
                not_involved: reachable,
                ..nothing
            };
            involved.into_iter().chain([mixed, part, stored]).collect()
        }
        Status::NotExcluded => possible.into_iter().chain([nothing]).collect(),
        Status::SharedOnly => vec![nothing, Choice { name: "stored", stored: every, ..nothing }],
    }
}

/// The kinds of letter that the preview shows, Dutch before English: a few hundred.
///
/// Every relation with each status and publication state; every kind of data; minors; several
/// categories; supplements and corrections; large print.
#[must_use]
pub fn variants(facts: &Facts) -> Vec<Variant> {
    let mut chosen = Vec::new();
    let mut add =
        |relation: &Relation, findings: &Outcome, reader: Reader, history: LetterHistory| {
            for language in [Language::Nl, Language::En] {
                chosen.push(variant(facts, relation, findings, reader, history, language));
            }
        };

    let adult = Reader { audience: Audience::Adult, format: Format::Standard, abroad: false };
    for relation in Relation::single() {
        for outcome in outcomes(|choice| matches!(choice.name, "all" | "none" | "stored")) {
            add(&relation, &outcome, adult, LetterHistory::First);
        }
        let confirmed = Outcome::confirmed(Published::Unknown);
        add(&relation, &confirmed, Reader { format: Format::Large, ..adult }, LetterHistory::First);
        for history in LetterHistory::LATER {
            add(&relation, &confirmed, adult, history);
        }
        if relation.custody != Some(Custody::Current) {
            add(&relation, &confirmed, Reader { abroad: true, ..adult }, LetterHistory::First);
        }
    }

    for outcome in outcomes(|choice| !matches!(choice.name, "all" | "none" | "stored")) {
        if outcome.published == Published::Unknown {
            add(&Relation::of(&[Category::Screening]), &outcome, adult, LetterHistory::First);
        }
    }

    for relation in Relation::all()
        .iter()
        .filter(|relation| relation.categories.len() > 1 && !relation.provider)
    {
        add(relation, &Outcome::confirmed(Published::Unknown), adult, LetterHistory::First);
    }

    for category in [Category::Hospital, Category::Gp] {
        for audience in [Audience::Youth, Audience::Parents] {
            for outcome in outcomes(|choice| choice.name == "all" || choice.name == "none") {
                let reader = Reader { audience, ..adult };
                if outcome.published == Published::Unknown {
                    add(&Relation::of(&[category]), &outcome, reader, LetterHistory::First);
                }
            }
        }
    }

    let confirmed = Outcome::confirmed(Published::Unknown);
    for (relation, reader, history) in written_anew() {
        add(&relation, &confirmed, reader, history);
    }

    chosen
}

/// Letters that take the place of an earlier one: their first line depends on the reader and the
/// reason alone, and it stands before everything else.
fn written_anew() -> Vec<(Relation, Reader, LetterHistory)> {
    let mut letters = Vec::new();
    for audience in Audience::ALL.iter().copied() {
        for history in LetterHistory::ANEW {
            let large = history == LetterHistory::LargerPrint;
            let format = if large { Format::Large } else { Format::Standard };
            let reader = Reader { audience, format, abroad: false };
            letters.push((Relation::of(&[Category::Gp]), reader, history));
        }
    }
    letters
}

/// Every kind of letter that differs in its conditions, in both languages: tens of thousands, for
/// the gates.
pub fn every(facts: &Facts) -> impl Iterator<Item = Variant> {
    let readers = Audience::ALL
        .iter()
        .flat_map(|audience| Format::ALL.iter().map(|format| (*audience, *format)))
        .flat_map(|(audience, format)| {
            [false, true].map(|abroad| Reader { audience, format, abroad })
        })
        .filter(|reader| !(reader.abroad && reader.format == Format::Large));

    let histories = [LetterHistory::First].into_iter().chain(LetterHistory::LATER);
    let mut all = Vec::new();
    for reader in readers {
        for history in histories.clone() {
            // Large print changes one sentence, whatever the rest is, and the place of the reader a
            // few.
            let usual = reader.format == Format::Standard && !reader.abroad;
            if usual || history == LetterHistory::First {
                all.push((reader, history));
            }
        }
    }

    let anew = written_anew().into_iter().flat_map(move |(relation, reader, history)| {
        let outcomes = outcomes(|_| true).into_iter();
        outcomes.flat_map(move |outcome| {
            [Language::Nl, Language::En]
                .map(|language| variant(facts, &relation, &outcome, reader, history, language))
        })
    });

    let told = all.into_iter().flat_map(move |(reader, history)| {
        Relation::all().into_iter().flat_map(move |relation| {
            let held = relation.custody == Some(Custody::Current);
            let outcomes = if held && reader.abroad { Vec::new() } else { outcomes(|_| true) };
            outcomes.into_iter().flat_map(move |outcome| {
                let relation = relation.clone();
                [Language::Nl, Language::En]
                    .map(|language| variant(facts, &relation, &outcome, reader, history, language))
            })
        })
    });

    told.chain(anew)
}

#[derive(Clone, Copy)]
struct Reader {
    audience: Audience,
    format: Format,
    abroad: bool,
}

/// What a variant is to earlier letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterHistory {
    /// There was none.
    First,
    /// The earlier letter said "was in the systems".
    StatusUp,
    /// The earlier letter named fewer kinds of data and, where there are several, fewer categories.
    MoreKnown,
    /// The earlier letter said "stolen" of kinds of data that were not.
    ItemsWrong,
    /// The earlier letter said more than was true of everything.
    StatusWrong,
    /// The letter takes the place of one that was sent to a different address.
    NewAddress,
    /// It takes the place of one that came back.
    CameBack,
    /// It takes the place of one that was wrong.
    WasWrong,
    /// It takes the place of one in a different language.
    OtherLanguage,
    /// It takes the place of one in standard print.
    LargerPrint,
}

impl LetterHistory {
    /// Those with an earlier letter.
    pub const LATER: [Self; 4] =
        [Self::StatusUp, Self::MoreKnown, Self::ItemsWrong, Self::StatusWrong];

    /// Those that take the place of an earlier letter.
    pub const ANEW: [Self; 5] =
        [Self::NewAddress, Self::CameBack, Self::WasWrong, Self::OtherLanguage, Self::LargerPrint];

    /// What the first line says of the letter whose place it takes.
    #[must_use]
    pub fn anew(self) -> Option<Anew> {
        let reason = match self {
            Self::NewAddress => ReissueReason::NewAddress,
            Self::CameBack => ReissueReason::Returned,
            Self::WasWrong => ReissueReason::WrongText,
            Self::OtherLanguage => ReissueReason::Language,
            Self::LargerPrint => ReissueReason::LargePrint,
            _ => return None,
        };
        Some(Anew { earlier: EARLIER, reason })
    }

    /// Its word in the names of variants.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::StatusUp => "supplement-status",
            Self::MoreKnown => "supplement-more",
            Self::ItemsWrong => "correction-items",
            Self::StatusWrong => "correction-status",
            Self::NewAddress => "anew-address",
            Self::CameBack => "anew-returned",
            Self::WasWrong => "anew-wrong",
            Self::OtherLanguage => "anew-language",
            Self::LargerPrint => "anew-large",
        }
    }

    /// The earlier letter that makes it so, given what this one says.
    #[must_use]
    pub fn news(self, now: &Findings) -> LetterNews {
        let mut before = now.clone();
        let base = set(&[Item::Name, Item::BirthDate, Item::Sex]);
        match self {
            Self::First
            | Self::NewAddress
            | Self::CameBack
            | Self::WasWrong
            | Self::OtherLanguage
            | Self::LargerPrint => return LetterNews::First,
            Self::StatusUp => {
                before.status = Status::SharedOnly;
                (before.involved, before.possible) = (Items::NONE, Items::NONE);
                before.published = Published::No;
            }
            Self::MoreKnown => {
                before.categories.truncate(1);
                before.possible = now.involved.minus(base);
                before.involved = now.involved.minus(before.possible);
                before.published = Published::Unknown;
            }
            Self::ItemsWrong => {
                before.categories = Category::ALL.to_vec();
                before.involved = base.with(Item::Bsn).with(Item::Phone).union(now.possible);
                before.possible = set(&[Item::Insurer]).minus(now.involved);
            }
            Self::StatusWrong => {
                before.status = Status::Confirmed;
                before.involved = now.involved.union(now.possible).union(base);
                before.possible = Items::NONE;
                before.published = Published::Yes;
            }
        }

        let difference = Difference { earlier: EARLIER, before };
        match self {
            Self::ItemsWrong | Self::StatusWrong => LetterNews::Correction(difference),
            _ => LetterNews::Supplement(difference),
        }
    }
}

/// Status, publication state and kinds of data.
#[derive(Clone, Copy)]
struct Outcome {
    status: Status,
    published: Published,
    choice: Choice,
}

impl Outcome {
    fn confirmed(published: Published) -> Self {
        let (all, none) = (Item::ALL.iter().copied().collect(), Items::NONE);
        Self {
            status: Status::Confirmed,
            published,
            choice: Choice {
                name: "all",
                involved: all,
                possible: none,
                not_involved: none,
                stored: none,
            },
        }
    }
}

fn outcomes(wanted: impl Fn(&Choice) -> bool) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for status in Status::ALL.iter().rev().copied() {
        for choice in choices(status).into_iter().filter(|choice| wanted(choice)) {
            for published in Published::ALL.iter().copied() {
                outcomes.push(Outcome { status, published, choice });
            }
        }
    }
    outcomes
}

fn variant(
    facts: &Facts,
    relation: &Relation,
    outcome: &Outcome,
    reader: Reader,
    history: LetterHistory,
    language: Language,
) -> Variant {
    let findings = Findings {
        categories: relation.categories.clone(),
        status: outcome.status,
        published: outcome.published,
        involved: outcome.choice.involved,
        possible: outcome.choice.possible,
    };

    let subject = TextFacts {
        language,
        format: reader.format,
        sender: facts.sender_of.get(&relation.categories[0]).cloned().unwrap_or_default(),
        audience: reader.audience,
        custody: relation.custody,
        news: history.news(&findings),
        anew: history.anew(),
        provider: relation.provider,
        not_involved: outcome.choice.not_involved,
        stored: outcome.choice.stored,
        abroad: reader.abroad,
        findings,
    };

    let conditions: Vec<(&'static str, String)> = vec![
        ("category", relation.name()),
        ("status", outcome.status.to_string()),
        ("published", outcome.published.to_string()),
        ("items", outcome.choice.name.to_owned()),
        ("audience", reader.audience.to_string()),
        ("kind", history.name().to_owned()),
        ("format", reader.format.to_string()),
        ("place", if reader.abroad { "abroad" } else { "home" }.to_owned()),
    ];

    let words: Vec<String> =
        conditions
            .iter()
            .map(|(condition, value)| {
                if *condition == "published" { format!("published-{value}") } else { value.clone() }
            })
            .collect();

    Variant { name: words.join("_"), conditions, subject: subject.settled() }
}
