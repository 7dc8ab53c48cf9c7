//! What the lab knows of an invented person: one or more records, each with its own mistakes.

use jiff::ToSpan;
use jiff::civil::Date;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::names::{self, pick};
use super::places::InventedHome;
use super::population::{Human, TODAY};
use crate::base::bsn::Bsn;
use crate::field::contract;
use crate::field::row::List;
use crate::field::terms::Category;

/// One row of an exposures file, in the order of [`HEADER`].
pub type Record = [String; 23];

/// Columns of an exposures file (docs/inputs.md), without those about who asked for the test: of them
/// there is a list.
pub const HEADER: [&str; 23] = contract::names(contract::columns(List::Exposures).split_at(23).0);

/// Codes of the care providers, by what they are.
pub struct Codes {
    pub gp: Vec<String>,
    pub hospital: Vec<String>,
    pub custodial: Vec<String>,
}

/// The lab's records of one person; `stranger` is somebody else's number that is sometimes typed
/// instead.
pub fn records(
    rng: &mut ChaCha8Rng,
    human: &Human,
    codes: &Codes,
    stranger: Option<Bsn>,
) -> Vec<Record> {
    let mut count = match rng.random_range(0..100) {
        0..57 => 1,
        57..86 => 2,
        86..96 => 3,
        _ => rng.random_range(4..7),
    };

    count = count.max(human.categories.len());
    (0..count)
        .map(|index| {
            record(rng, human, human.categories[index % human.categories.len()], codes, stranger)
        })
        .collect()
}

fn record(
    rng: &mut ChaCha8Rng,
    human: &Human,
    category: Category,
    codes: &Codes,
    stranger: Option<Bsn>,
) -> Record {
    let (first_names, initials) = first_names(rng, human);
    let (prefix, surname) = surname(rng, human);
    let home = home(rng, human);
    let sample_date = sample_date(rng, human, category);
    let status = pick(
        rng,
        &[
            "confirmed",
            "confirmed",
            "confirmed",
            "confirmed",
            "not_excluded",
            "not_excluded",
            "shared_only",
        ],
    );

    let dataset = if rng.random_bool(0.62) { "ds1" } else { "ds2" };
    let postcode = if rng.random_bool(0.3) && home.postcode.len() == 6 {
        format!("{} {}", &home.postcode[..4], &home.postcode[4..])
    } else {
        home.postcode
    };

    [
        String::new(),
        dataset.to_owned(),
        bsn(rng, human, stranger),
        first_names,
        initials,
        prefix,
        surname,
        birth_date(rng, human.birth_date),
        sex(rng, human.sex).to_owned(),
        home.street,
        home.house_number,
        home.house_letter,
        home.house_addition,
        postcode,
        home.town,
        home.country,
        category.word().to_owned(),
        provider(rng, category, codes),
        sample_date.to_string(),
        status.to_owned(),
        pick(rng, &["no", "no", "no", "unknown", "unknown", "unknown", "", "", "yes"]).to_owned(),
        items(rng, category, status),
        if category == Category::Prisoner { human.custody.to_owned() } else { String::new() },
    ]
}

/// Three quarters of the rows carry a BSN; of those one in 150 fails the 11-test and one in 400 is
/// somebody else's.
fn bsn(rng: &mut ChaCha8Rng, human: &Human, stranger: Option<Bsn>) -> String {
    if !rng.random_bool(0.75) {
        return if rng.random_ratio(1, 900) { "999999990".to_owned() } else { String::new() };
    }
    let number = human.bsn.number();
    match rng.random_range(0..1200) {
        0..8 => (number / 10 * 10 + (number % 10 + 1) % 10).to_string(),
        8..11 => stranger.unwrap_or(human.bsn).number().to_string(),
        _ => number.to_string(),
    }
}

/// Full names, the first of them, or initials only; now and then a slip of the keyboard.
fn first_names(rng: &mut ChaCha8Rng, human: &Human) -> (String, String) {
    let initials = names::initials(&human.first_names);
    let first = human.first_names.split(' ').next().unwrap_or_default().to_owned();
    match rng.random_range(0..100) {
        0..38 => (String::new(), initials),
        38..60 => (first, initials),
        60..62 => (slip(rng, &first), initials),
        62..70 => (human.first_names.to_uppercase(), String::new()),
        _ => (human.first_names.clone(), initials),
    }
}

/// Birth name, partner's name or both; the particle apart, in the surname, or forgotten; now and
/// then a slip.
fn surname(rng: &mut ChaCha8Rng, human: &Human) -> (String, String) {
    let mut name = human.surname.clone();
    if let Some(partner) = &human.partner {
        match rng.random_range(0..100) {
            0..25 => name = partner.clone(),
            25..40 => {
                let own = [human.surname.prefix.as_str(), &human.surname.name].join(" ");
                return (partner.prefix.clone(), format!("{}-{}", partner.name, own.trim()));
            }
            _ => {}
        }
    }

    match rng.random_range(0..1000) {
        0..18 => name.name = slip(rng, &name.name),
        18..70 if !name.prefix.is_empty() => {
            return (String::new(), format!("{} {}", name.prefix, name.name));
        }
        70..90 => name.prefix = String::new(),
        90..170 => name.name = name.name.to_uppercase(),
        170..190 => name.name = unaccented(&name.name),
        190..193 => {
            let first = human.first_names.split(' ').next().unwrap_or_default();
            return (String::new(), first.to_owned());
        }
        _ => {}
    }

    (name.prefix, name.name)
}

fn birth_date(rng: &mut ChaCha8Rng, date: Date) -> String {
    match rng.random_range(0..1000) {
        0..5 if date.day() <= 12 => {
            format!("{:04}-{:02}-{:02}", date.year(), date.day(), date.month())
        }
        5..12 => {
            let day = if date.day() % 10 == 9 { date.day() - 1 } else { date.day() + 1 };
            Date::new(date.year(), date.month(), day).unwrap_or(date).to_string()
        }
        12..16 => format!("{:04}-00-00", date.year()),
        16..20 => String::new(),
        _ => date.to_string(),
    }
}

fn sex(rng: &mut ChaCha8Rng, sex: &'static str) -> &'static str {
    match (rng.random_range(0..100), sex) {
        (0..8, _) => "",
        (8..30, "V") => "F",
        _ => sex,
    }
}

/// Where they live, where they lived, or what a hurried typist makes of either.
fn home(rng: &mut ChaCha8Rng, human: &Human) -> InventedHome {
    let mut home = match &human.former_home {
        Some(former) if rng.random_bool(0.6) => former.clone(),
        _ => human.home.clone(),
    };

    if !home.location_description.is_empty() {
        home.street = std::mem::take(&mut home.location_description);
        home.town.clone_from(&home.municipality);
    }

    if !home.foreign[0].is_empty() {
        home.street = std::mem::take(&mut home.foreign[0]);
        home.town = std::mem::take(&mut home.foreign[1]);
    }

    let suffix = !home.house_letter.is_empty() || !home.house_addition.is_empty();
    if suffix && rng.random_bool(0.35) {
        let letter = std::mem::take(&mut home.house_letter);
        let addition = std::mem::take(&mut home.house_addition);
        let between = if addition.is_empty() || letter.is_empty() { "" } else { "-" };
        home.house_number = format!("{} {letter}{between}{addition}", home.house_number);
    }

    match rng.random_range(0..1000) {
        0..8 => home.postcode = String::new(),
        8..18 => home.street = slip(rng, &home.street),
        18..38 => home.street = home.street.replace("straat", "str."),
        38..44 => home = InventedHome::default(),
        44..120 => home.town = home.town.to_uppercase(),
        _ => {}
    }

    home
}

fn sample_date(rng: &mut ChaCha8Rng, human: &Human, category: Category) -> Date {
    let earliest = match category {
        Category::Screening => human.birth_date.saturating_add(30.years()),
        Category::Prisoner => jiff::civil::date(2022, 1, 10),
        _ => human.birth_date,
    };
    let earliest = earliest.max(jiff::civil::date(2017, 1, 9));
    let latest = jiff::civil::date(2025, 7, 1).min(human.deceased_on.unwrap_or(TODAY));
    let days = earliest.until(latest).map_or(0, |span| span.get_days()).max(0);
    earliest.saturating_add(rng.random_range(0..=days).days())
}

fn provider(rng: &mut ChaCha8Rng, category: Category, codes: &Codes) -> String {
    let table = match category {
        Category::Gp => &codes.gp,
        Category::Hospital => &codes.hospital,
        Category::Prisoner => &codes.custodial,
        Category::Screening => return String::new(),
    };

    if rng.random_bool(0.04) && category != Category::Prisoner {
        return String::new();
    }

    table[rng.random_range(0..table.len())].clone()
}

fn items(rng: &mut ChaCha8Rng, category: Category, status: &str) -> String {
    if status == "confirmed" && rng.random_ratio(1, 2000) {
        return String::new();
    }

    let mut items = vec!["name", "address", "birth_date"];
    let mut maybe = |item, chance| {
        if rng.random_bool(chance) {
            items.push(item);
        }
    };

    maybe("sex", 0.9);
    maybe("bsn", 0.75);

    if category != Category::Screening {
        maybe("phone", 0.15);
        maybe("email", 0.1);
    }

    maybe("exam_type", 0.9);
    maybe("result", 0.8);
    maybe("requester", 0.85);
    maybe("insurer", if category == Category::Screening { 0.05 } else { 0.4 });

    items.join(";")
}

/// One slip of the keyboard: a letter dropped, doubled, or swapped with the next.
fn slip(rng: &mut ChaCha8Rng, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }

    let place = rng.random_range(1..letters.len() - 1);
    match rng.random_range(0..3) {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, letters[place]),
        _ => letters.swap(place, place + 1),
    }

    letters.into_iter().collect()
}

fn unaccented(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter)).collect()
}
