//! Every sentence of the locale files with the condition under which it is said in a letter:
//! docs/letters.md, written down once more and independently of the program that chooses them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::expected::{Kind, Letter};
use super::invented::ITEMS;
use crate::program::root;

type Condition = fn(&Letter) -> bool;

const HEALTH: [&str; 2] = ["exam_type", "result"];
const CONTACT: [&str; 2] = ["phone", "email"];

/// Key of the sentence (without `adult`, `youth`, `parents`) and when it is said. Facts of the
/// sample: nobody found a sign that `shared_only` data were taken, the publication is gone, one
/// sender writes about everything.
#[rustfmt::skip]
const SENTENCES: &[(&str, Condition)] = &[
    ("frame.date_label", |_| true),
    ("frame.reference_label", |_| true),
    ("frame.closing", |_| true),
    ("frame.phone_line", |_| true),
    ("frame.country", |_| false),
    ("frame.other_language", |l| !l.held),
    ("frame.other_language_in_custody", |l| l.held),
    ("frame.large_print.standard", |l| !l.large && !l.held),
    ("frame.large_print.large", |l| l.large && !l.held),
    ("frame.large_print_in_custody.standard", |l| !l.large && l.held),
    ("frame.large_print_in_custody.large", |l| l.large && l.held),
    ("heading.first.confirmed", |l| first(l) && confirmed(l)),
    ("heading.first.not_excluded", |l| first(l) && not_excluded(l)),
    ("heading.first.shared_only", |l| first(l) && shared_only(l)),
    ("heading.supplement.confirmed", |l| supplement(l) && confirmed(l)),
    ("heading.supplement.not_excluded", |l| supplement(l) && not_excluded(l)),
    ("heading.supplement.shared_only", |l| supplement(l) && shared_only(l)),
    ("heading.correction", correction),
    // SUPP: the difference, then the full list.
    // Nobody here has ordered a letter anew.
    ("anew.new_address", |_| false),
    ("anew.returned", |_| false),
    ("anew.wrong_text", |_| false),
    ("anew.language", |_| false),
    ("anew.large_print", |_| false),
    ("news.supplement", supplement),
    ("news.correction", correction),
    ("news.first_list", |l| !first(l) && is_first_list(l) && !is_all_at_once(l)),
    ("news.certain_all", |l| went_up_to(l, "confirmed") && is_all_at_once(l)),
    ("news.certain", |l| went_up_to(l, "confirmed") && !is_all_at_once(l)),
    ("news.maybe_all", |l| went_up_to(l, "not_excluded") && is_all_at_once(l)),
    ("news.maybe", |l| went_up_to(l, "not_excluded") && !is_all_at_once(l)),
    ("news.less_certain", |l| status(l) == Some(Ordering::Less) && not_excluded(l)),
    ("news.only_shared", |l| status(l) == Some(Ordering::Less) && shared_only(l)),
    ("news.published_yes", |l| published_became(l, "yes")),
    ("news.published_no", |l| published_became(l, "no")),
    ("news.published_unknown", |l| published_became(l, "unknown")),
    ("news.file_added", |l| l.before.as_ref().is_some_and(|before| has_more(&l.now.categories, &before.categories))),
    ("news.file_removed", |l| l.before.as_ref().is_some_and(|before| has_more(&before.categories, &l.now.categories))),
    ("news.also_stolen", |l| !listed(l, "also_stolen").is_empty()),
    ("news.also_possible", |l| !listed(l, "also_possible").is_empty()),
    ("news.doubtful", |l| !listed(l, "doubtful").is_empty()),
    ("news.withdrawn", |l| !listed(l, "withdrawn").is_empty()),
    ("news.nothing_more", |_| false),
    // KEY: by status, and never as if nobody had what was seen on the internet.
    ("key.confirmed", |l| first(l) && confirmed(l)),
    ("key.not_excluded", |l| first(l) && not_excluded(l) && !seen(l) && !l.now.items().is_empty()),
    ("key.not_excluded_kinds_unknown", |l| first(l) && not_excluded(l) && !seen(l) && l.now.items().is_empty()),
    ("key.not_excluded_seen", |l| first(l) && not_excluded(l) && seen(l)),
    ("key.shared_only_no_sign", |l| shared_only(l) && !seen(l)),
    ("key.shared_only_unsure", |_| false),
    ("key.shared_only_seen", |l| shared_only(l) && seen(l)),
    ("key.later.confirmed", |l| !first(l) && confirmed(l)),
    ("key.later.not_excluded", |l| !first(l) && not_excluded(l)),
    ("key.companion", |l| l.audience != "adult"),
    // WHY: the main category; the others in MULTI.
    ("why.heading", |_| true),
    ("why.screening", |l| main(l, "screening")),
    ("why.hospital", |l| main(l, "hospital")),
    ("why.hospital_named", |l| main(l, "hospital") && l.provider.is_some()),
    ("why.gp", |l| main(l, "gp")),
    ("why.gp_named", |l| main(l, "gp") && l.provider.is_some()),
    ("why.prisoner", |l| main(l, "prisoner")),
    ("multi.intro", |l| l.now.categories.len() > 1),
    ("multi.hospital", |l| also(l, "hospital")),
    ("multi.gp", |l| also(l, "gp")),
    ("multi.screening", |l| also(l, "screening")),
    // DATA
    ("data.heading.confirmed", confirmed),
    ("data.heading.not_excluded", not_excluded),
    ("data.heading.shared_only", shared_only),
    ("data.possible", |_| false),
    ("data.possible_too", |l| !l.now.involved.is_empty() && !l.now.possible.is_empty()),
    ("data.stored", |l| l.now.items().is_empty() && !l.now.stored.is_empty()),
    ("data.stored_too", |l| !l.now.items().is_empty() && !l.now.stored.is_empty()),
    ("data.kinds_unknown", |l| l.now.items().is_empty() && (l.now.stored.is_empty() || !shared_only(l))),
    ("data.not_involved", |_| false),
    // WHAT and PUB
    ("what.heading", |_| true),
    ("what.story", first),
    ("what.story_later", |l| !first(l)),
    ("published.yes_removed", seen),
    ("published.yes_still_there", |_| false),
    ("published.no", |l| l.now.published == "no"),
    ("published.unknown", |l| l.now.published == "unknown"),
    // RISK and YOU: 5.4
    ("risk.heading", |_| true),
    ("risk.not_excluded", |l| not_excluded(l) && !seen(l)),
    ("risk.careful", |l| shared_only(l) || not_excluded(l) && seen(l)),
    ("risk.any", |l| !l.held),
    ("risk.any_in_custody", |l| l.held),
    ("risk.health", |l| l.any(&HEALTH)),
    ("risk.bsn", |l| l.any(&["bsn"])),
    ("risk.contact", |l| !l.held && l.any(&CONTACT)),
    ("risk.contact_in_custody", |l| l.held && l.any(&CONTACT)),
    ("risk.address", |l| !l.held && l.any(&["address"])),
    ("risk.address_in_custody", |l| l.held && l.any(&["address"])),
    ("risk.insurer", |l| l.any(&["insurer"])),
    ("you.heading", confirmed),
    ("you.heading_to_be_safe", |l| !confirmed(l)),
    ("you.call", |l| !l.held),
    ("you.call_in_custody", |l| l.held),
    ("you.message", |l| !l.held),
    ("you.message_in_custody", |l| l.held),
    ("you.contact", |l| !l.held && l.any(&CONTACT)),
    ("you.health", |l| !l.held && l.any(&HEALTH)),
    ("you.health_abroad", |_| false),
    ("you.health_in_custody", |l| l.held && l.any(&HEALTH)),
    ("you.bsn", |l| !l.held && l.any(&["bsn"])),
    ("you.bsn_abroad", |_| false),
    ("you.bsn_in_custody", |l| l.held && l.any(&["bsn"])),
    ("you.insurer", |l| !l.held && l.any(&["insurer"])),
    ("you.insurer_in_custody", |l| l.held && l.any(&["insurer"])),
    ("you.published", seen),
    ("real.heading", |_| true),
    ("real.never", |_| true),
    ("real.doubt", |l| !l.held),
    ("real.doubt_in_custody", |l| l.held),
    ("real.other_senders", |_| false),
    ("we.heading", |_| true),
    ("we.update", first),
    // CARE, HELP, CONTACT, RIGHTS, SIGN
    ("care.heading_screening", |l| main(l, "screening")),
    ("care.screening", |l| main(l, "screening")),
    ("care.hospital", |l| main(l, "hospital")),
    ("care.gp", |l| main(l, "gp")),
    ("care.in_custody", |l| main(l, "prisoner") && l.held),
    ("care.after_custody", |l| main(l, "prisoner") && !l.held),
    ("help.heading", |_| true),
    ("help.support", |l| first(l) && !l.held),
    ("help.support_abroad", |_| false),
    ("help.support_in_custody", |l| first(l) && l.held),
    ("help.support_later", |l| !first(l) && !l.held),
    ("help.support_later_abroad", |_| false),
    ("help.support_later_in_custody", |l| !first(l) && l.held),
    ("help.safety", |l| !l.held && l.any(&["address"])),
    ("help.safety_abroad", |_| false),
    ("help.safety_in_custody", |l| l.held && l.any(&["address"])),
    ("contact.reach_us", |l| !l.held),
    ("contact.reach_us_abroad", |_| false),
    ("contact.reach_us_in_custody", |l| l.held),
    ("contact.privacy", |_| true),
    ("rights", |_| true),
    ("sign", first),
];

fn first(letter: &Letter) -> bool {
    letter.kind == Kind::First
}

fn supplement(letter: &Letter) -> bool {
    letter.kind == Kind::Supplement
}

fn correction(letter: &Letter) -> bool {
    letter.kind == Kind::Correction
}

fn confirmed(letter: &Letter) -> bool {
    letter.now.status == "confirmed"
}

fn not_excluded(letter: &Letter) -> bool {
    letter.now.status == "not_excluded"
}

fn shared_only(letter: &Letter) -> bool {
    letter.now.status == "shared_only"
}

fn seen(letter: &Letter) -> bool {
    letter.now.published == "yes"
}

fn main(letter: &Letter, category: &str) -> bool {
    letter.now.categories[0] == category
}

fn also(letter: &Letter, category: &str) -> bool {
    letter.now.categories[1..].contains(&category)
}

fn has_more(one: &[&str], other: &[&str]) -> bool {
    one.iter().any(|category| !other.contains(category))
}

fn status(letter: &Letter) -> Option<Ordering> {
    letter.before.as_ref().map(|before| letter.now.status_since(before))
}

fn went_up_to(letter: &Letter, word: &str) -> bool {
    status(letter) == Some(Ordering::Greater) && letter.now.status == word
}

fn published_became(letter: &Letter, word: &str) -> bool {
    letter.now.published == word
        && letter.before.as_ref().is_some_and(|before| before.published != word)
}

/// The earlier letter named no kind of data and this one does.
fn is_first_list(letter: &Letter) -> bool {
    letter.before.as_ref().is_some_and(|before| before.items().is_empty())
        && !letter.now.items().is_empty()
}

/// The status went up and that is true of the whole list of DATA, so one sentence says it.
fn is_all_at_once(letter: &Letter) -> bool {
    let Some(before) = &letter.before else { return false };
    let now = &letter.now;
    let stolen = now.possible.is_empty()
        && !now.involved.is_empty()
        && now.involved.is_disjoint(&before.involved);
    went_up_to(letter, "confirmed") && stolen
        || went_up_to(letter, "not_excluded") && is_first_list(letter)
}

/// Kinds of data that a sentence of SUPP names.
fn listed(letter: &Letter, sentence: &str) -> BTreeSet<&'static str> {
    let (now, Some(before)) = (&letter.now, &letter.before) else { return BTreeSet::new() };
    let minus = |one: &BTreeSet<&'static str>, other: &BTreeSet<&'static str>| {
        one.difference(other).copied().collect()
    };
    let down = status(letter) == Some(Ordering::Less);
    match sentence {
        "also_stolen" | "also_possible" if is_all_at_once(letter) || is_first_list(letter) => {
            BTreeSet::new()
        }
        "also_stolen" => minus(&now.involved, &before.involved),
        "also_possible" => minus(&now.possible, &before.items()),
        // A status that went down has said so of everything.
        "doubtful" if !down => before.involved.intersection(&now.possible).copied().collect(),
        "withdrawn" if !(down && shared_only(letter)) => minus(&before.items(), &now.items()),
        _ => BTreeSet::new(),
    }
}

/// The sentences of one language, as they are written in the file.
pub struct Sentences {
    english: bool,
    by_key: BTreeMap<String, String>,
    items: Table,
    facts: BTreeMap<&'static str, String>,
}

impl Sentences {
    /// Reads `locales/` and the sample's facts.
    pub fn read(english: bool) -> Self {
        let language = if english { "en" } else { "nl" };
        let file =
            std::fs::read_to_string(root().join(format!("locales/{language}.toml"))).unwrap();
        let mut locale: Table = file.parse().unwrap();
        let Value::Table(items) = locale.remove("items").unwrap() else {
            panic!("[items] is a table")
        };
        let mut by_key = BTreeMap::new();
        flatten("", &Value::Table(locale), &mut by_key);
        // These two stand on every page and are taken off before a letter is read.
        by_key.retain(|key, _| !matches!(key.as_str(), "frame.page_label" | "frame.rehearsal"));
        Self { english, by_key, items, facts: facts(english) }
    }

    /// Every sentence of the file, whether it must stand in this letter, and its words there.
    pub fn of(&self, letter: &Letter) -> Vec<(&str, bool, String)> {
        assert_eq!(letter.english, self.english);
        let mut known: BTreeMap<&str, Condition> = SENTENCES.iter().copied().collect();
        let judged = self.by_key.iter().map(|(key, text)| {
            let voice = ["adult", "youth", "parents"]
                .into_iter()
                .find(|voice| key.ends_with(&format!(".{voice}")));
            let base = voice.map_or(key.as_str(), |voice| &key[..key.len() - voice.len() - 1]);
            let condition =
                known.get(base).unwrap_or_else(|| panic!("`{key}` has no condition in this table"));
            (
                key.as_str(),
                voice.is_none_or(|voice| voice == letter.audience) && condition(letter),
                self.filled(text, base, letter),
            )
        });
        let judged: Vec<_> = judged.collect();
        known.retain(|base, _| {
            !self.by_key.keys().any(|key| key == base || key.starts_with(&format!("{base}.")))
        });
        assert!(known.is_empty(), "no sentence for {:?}", known.keys());
        judged
    }

    fn filled(&self, text: &str, base: &str, letter: &Letter) -> String {
        let mut filled = text.to_owned();
        for (slot, fact) in &self.facts {
            filled = filled.replace(&format!("{{{slot}}}"), fact);
        }
        if let Some(sentence) = base.strip_prefix("news.") {
            let named = listed(letter, sentence);
            filled = filled.replace("{items}", &self.words(letter, &named).join(", "));
        }
        filled
    }

    /// docs/letters.md: kinds of data in words, in the order of the letters.
    pub fn words(&self, letter: &Letter, items: &BTreeSet<&'static str>) -> Vec<String> {
        let only = |category: &str| letter.now.categories == [category];
        let word = |item: &&str| {
            let key = match *item {
                "exam_type" | "result" if letter.audience != "adult" => "medical_test",
                "exam_type" if only("screening") => "exam_type_screening",
                "exam_type" if only("prisoner") => "exam_type_prisoner",
                "requester" if only("screening") => "requester_screening",
                item => item,
            };
            self.items[key].as_str().unwrap().to_owned()
        };
        ITEMS.iter().filter(|item| items.contains(**item)).map(word).collect()
    }
}

fn flatten(key: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                flatten(
                    &if key.is_empty() { name.clone() } else { format!("{key}.{name}") },
                    value,
                    into,
                );
            }
        }
        Value::String(text) => drop(into.insert(key.to_owned(), text.clone())),
        _ => panic!("`{key}` is no text"),
    }
}

/// The slots of the sentences, from the sample's facts.
fn facts(english: bool) -> BTreeMap<&'static str, String> {
    let facts: Table =
        std::fs::read_to_string(root().join("sample-data/facts.toml")).unwrap().parse().unwrap();
    let text = |path: &[&str]| -> String {
        let value = path[1..].iter().fold(&facts[path[0]], |value, key| &value[*key]);
        value.as_str().unwrap().to_owned()
    };
    let language = if english { "en" } else { "nl" };
    let date = |path: &[&str]| in_words(&text(path), english);
    let years = facts["incident"]["custody_years"].as_array().unwrap();
    let (until, from) = (date(&["incident", "until"]), date(&["incident", "from"]));
    let (day, month) = from.split_once(' ').unwrap();
    assert!(until.ends_with(month), "the sample's break-in lies in one month");
    let and = if english { "and" } else { "en" };
    BTreeMap::from([
        ("laboratory", text(&["incident", "laboratory"])),
        ("period", format!("{day} {and} {until}")),
        ("reported", date(&["incident", "reported"])),
        ("checked", date(&["publication", "checked_on"])),
        ("custody_from", years[0].to_string()),
        ("custody_until", years[1].to_string()),
        ("phone", text(&["phones", "hotline", "number"])),
        ("hours", text(&["phones", "hotline", "hours", language])),
        ("privacy", text(&["senders", "bvo", "privacy_contact", language])),
        ("fraud", text(&["phones", "fraud", "number"])),
        ("identity", text(&["phones", "identity", "number"])),
        ("police", text(&["phones", "police", "number"])),
        ("emergency", text(&["phones", "emergency", "number"])),
        ("victim_support", text(&["phones", "victim_support", "number"])),
        ("earlier", in_words(crate::program::DATE, english)),
    ])
}

/// 2025-07-03 as "3 juli 2025" or "3 July 2025".
fn in_words(date: &str, english: bool) -> String {
    const NL: &str =
        "januari februari maart april mei juni juli augustus september oktober november december";
    const EN: &str =
        "January February March April May June July August September October November December";
    let parts: Vec<&str> = date.split('-').collect();
    let months = if english { EN } else { NL };
    let month = months.split(' ').nth(parts[1].parse::<usize>().unwrap() - 1).unwrap();
    format!("{} {month} {}", parts[2].trim_start_matches('0'), parts[0])
}
