//! What a letter must say, worked out from the rows by the rules of docs/policy.md and
//! docs/letters.md and not by the program's code.

use std::collections::BTreeSet;

use super::invented::{CATEGORIES, PUBLISHED, Person, Row, STATUSES, confirmed_provider};

/// What rows say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The first is the main one.
    pub categories: Vec<&'static str>,
    pub status: &'static str,
    pub published: &'static str,
    pub involved: BTreeSet<&'static str>,
    pub possible: BTreeSet<&'static str>,
    /// In the computers, and not known to be stolen.
    pub stored: BTreeSet<&'static str>,
}

/// Letter after letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    First,
    Supplement,
    Correction,
}

/// One letter.
#[derive(Clone, Debug)]
pub struct Letter {
    pub english: bool,
    pub large: bool,
    /// `adult`, `youth` or `parents`.
    pub audience: &'static str,
    pub held: bool,
    pub kind: Kind,
    pub now: Told,
    /// What the first letter said; only in later letters.
    pub before: Option<Told>,
    /// Printed by name.
    pub provider: Option<&'static str>,
}

/// docs/policy.md: an item is involved if a confirmed row has it, else possible if a not-excluded
/// row has it; the strongest status; published `yes` over `unknown` over `no`.
fn combine(rows: &[Row], minor: bool) -> Told {
    let with = |status: &str| -> BTreeSet<&'static str> {
        let rows = rows.iter().filter(|row| row.status == status);
        // docs/letters.md, "Under 16": nothing more than data about a medical test; `result` stands
        // for that here.
        let named = |item: &'static str| if minor && item == "exam_type" { "result" } else { item };
        rows.flat_map(|row| row.items.iter().map(|item| named(item))).collect()
    };
    let involved = with("confirmed");
    let possible: BTreeSet<_> = with("not_excluded").difference(&involved).copied().collect();
    let stored = with("shared_only")
        .into_iter()
        .filter(|item| !involved.contains(item) && !possible.contains(item));
    let stored = stored.collect();
    let strongest = |order: &[&'static str], of: fn(&Row) -> &'static str| {
        *order.iter().rev().find(|word| rows.iter().any(|row| of(row) == **word)).unwrap()
    };
    let published = match strongest(&PUBLISHED, |row| row.published) {
        "" => "unknown",
        word => word,
    };
    Told {
        categories: CATEGORIES
            .into_iter()
            .filter(|word| rows.iter().any(|row| row.category == *word))
            .collect(),
        status: strongest(&STATUSES, |row| row.status),
        published,
        involved,
        possible,
        stored,
    }
}

impl Told {
    /// Every kind of data that is named.
    pub fn items(&self) -> BTreeSet<&'static str> {
        self.involved.union(&self.possible).copied().collect()
    }

    fn rank(&self) -> usize {
        STATUSES.iter().position(|word| *word == self.status).unwrap()
    }

    /// Whether the status went up (`Greater`) or down since then.
    pub fn status_since(&self, before: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&before.rank())
    }
}

impl Letter {
    /// The first letter to that person.
    pub fn first(person: &Person) -> Self {
        let minor = person.age < 16;
        let now = combine(&person.rows, minor);
        let main = now.categories[0];
        let mut codes =
            person.rows.iter().filter(|row| row.category == main).map(|row| row.provider);
        let provider = codes.find(|code| !code.is_empty()).unwrap_or_default();
        Self {
            english: person.language == "en",
            large: person.large,
            audience: match person.age {
                ..12 => "parents",
                12..16 => "youth",
                _ => "adult",
            },
            held: person.rows.iter().any(|row| row.custody == "current"),
            kind: Kind::First,
            before: None,
            // docs/letters.md, "Providers": never the institution's name, none for the programme.
            provider: confirmed_provider(provider).filter(|_| matches!(main, "hospital" | "gp")),
            now,
        }
    }

    /// The letter that follows when the rows have become those of `person`; `None` when nothing
    /// material is new.
    pub fn next(&self, person: &Person) -> Option<Self> {
        let later = Self::first(person);
        let (mut now, mut before) = (later.now.clone(), self.now.clone());
        // docs/letters.md, "Under 16": what the letter calls data about a medical test has no news
        // of its own.
        let unsaid = later.audience != "adult";
        for told in [&mut now, &mut before].into_iter().filter(|_| unsaid) {
            told.involved.remove("result");
            told.possible.remove("result");
        }
        let gone =
            |one: &BTreeSet<&str>, other: &BTreeSet<&str>| one.difference(other).next().is_some();
        let lost_category = before.categories.iter().any(|word| !now.categories.contains(word));
        let wrong = lost_category
            || gone(&before.involved, &now.involved)
            || gone(&before.possible, &now.items())
            || now.rank() < before.rank()
            || (before.published == "yes" && now.published != "yes");
        let news = now.categories.iter().any(|word| !before.categories.contains(word))
            || gone(&now.involved, &before.involved)
            || now.rank() > before.rank()
            || (now.published == "yes" && before.published != "yes");
        let kind = match (wrong, news) {
            (true, _) => Kind::Correction,
            (false, true) => Kind::Supplement,
            (false, false) => return None,
        };
        if unsaid {
            before.involved.extend(later.now.involved.get("result"));
            before.possible.extend(later.now.possible.get("result"));
        }
        Some(Self { kind, before: Some(before), ..later })
    }

    /// Whether one of these kinds of data was or may have been stolen.
    pub fn any(&self, items: &[&str]) -> bool {
        items.iter().any(|item| self.now.items().contains(item))
    }
}
