//! Random people and what the laboratory's files say about them: every category, status,
//! publication state and kind of data, minors, custody, several rows, both languages and sizes.
//! Nobody here is one whom a rule holds.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Kinds of data, in the order of the letters.
pub const ITEMS: [&str; 11] = [
    "name",
    "address",
    "birth_date",
    "sex",
    "bsn",
    "phone",
    "email",
    "exam_type",
    "result",
    "requester",
    "insurer",
];
/// In order of precedence (docs/policy.md).
pub const CATEGORIES: [&str; 4] = ["prisoner", "hospital", "gp", "screening"];
/// Weakest first.
pub const STATUSES: [&str; 3] = ["shared_only", "not_excluded", "confirmed"];
/// Mildest first; an empty cell is read as `unknown`.
pub const PUBLISHED: [&str; 4] = ["no", "unknown", "", "yes"];

const INSTITUTION: &str = "41000001";
/// Code, kind, name, day of confirmation.
const PROVIDERS: [(&str, &str, &str, &str); 5] = [
    (INSTITUTION, "custodial", "Inrichting De Uiterwaard", "2025-08-29"),
    ("06000001", "hospital", "Ziekenhuis Het Eiland", "2025-08-29"),
    ("06000002", "hospital", "Ziekenhuis Ongenoemd", ""),
    ("01000001", "gp", "Huisartsenpraktijk Zonnehof", "2025-08-29"),
    ("01000002", "gp", "Huisartsenpraktijk Stil", ""),
];

/// One row of the laboratory.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub category: &'static str,
    pub provider: &'static str,
    pub status: &'static str,
    pub published: &'static str,
    pub items: BTreeSet<&'static str>,
    pub custody: &'static str,
}

/// A person who is on a list, with their rows.
#[derive(Clone, Debug)]
pub struct Person {
    pub number: usize,
    bsn: String,
    surname: String,
    birth: String,
    pub age: u8,
    pub language: &'static str,
    pub large: bool,
    pub rows: Vec<Row>,
}

/// Small, and the same on every machine (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((bits ^ (bits >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len())]
    }

    /// A part of the kinds of data; often most of them, as in the laboratory's files.
    fn items(&mut self) -> BTreeSet<&'static str> {
        let share = self.one_of(&[1, 2, 5, 8]);
        ITEMS.into_iter().filter(|_| self.roll(9) < share).collect()
    }
}

/// So many people, each with at least one row.
pub fn people(dice: &mut Dice, count: usize) -> Vec<Person> {
    (0..count).map(|number| person(dice, number)).collect()
}

fn person(dice: &mut Dice, number: usize) -> Person {
    // 2025-09-15 is the day of the letters.
    let (age, year) = match dice.roll(10) {
        0 => (8, 2017),
        1 => (14, 2011),
        _ => (60, 1965),
    };
    let birth = format!("{year}-{:02}-{:02}", 1 + dice.roll(8), 1 + dice.roll(28));
    let custody = dice.one_of(&["current", "former"]);
    let providers = [
        INSTITUTION,
        dice.one_of(&["", "06000001", "06000002"]),
        dice.one_of(&["", "01000001", "01000002"]),
        "",
    ];
    let categories = if age < 18 { &CATEGORIES[1..3] } else { &CATEGORIES[..] };
    let mut rows = Vec::new();
    for place in 0..=dice.roll(3) {
        let category = dice.one_of(categories);
        let provider = providers[CATEGORIES.iter().position(|known| *known == category).unwrap()];
        let custody = if category == "prisoner" { custody } else { "" };
        rows.push(row(dice, format!("R{number}-{place}"), category, provider, custody));
    }
    let language = dice.one_of(&["", "nl", "en"]);
    Person {
        number,
        bsn: bsn(number),
        surname: surname(number),
        birth,
        age,
        language,
        large: dice.roll(8) == 0,
        rows,
    }
}

/// A row; whoever is told "stolen" is told of what, or a rule would hold the letter (D211).
pub fn row(
    dice: &mut Dice,
    id: String,
    category: &'static str,
    provider: &'static str,
    custody: &'static str,
) -> Row {
    let status = dice.one_of(&STATUSES);
    let mut items = dice.items();
    if status == "confirmed" {
        items.insert("name");
    }
    Row { id, category, provider, status, published: dice.one_of(&PUBLISHED), items, custody }
}

/// The `number`-th of the test range 9xxxxxxxx that passes the eleven test.
fn bsn(number: usize) -> String {
    let mut left = number;
    for eight in (91_000_000_u32..).step_by(7) {
        let digits: Vec<u32> =
            eight.to_string().bytes().map(|digit| u32::from(digit - b'0')).collect();
        let check =
            digits.iter().zip((2..=9).rev()).map(|(digit, weight)| digit * weight).sum::<u32>()
                % 11;
        if check < 10 {
            if left == 0 {
                return format!("{eight}{check}");
            }
            left -= 1;
        }
    }
    unreachable!("there are millions")
}

fn surname(number: usize) -> String {
    const START: [&str; 24] = [
        "Aal", "Ber", "Cor", "Dek", "Els", "Fab", "Gor", "Hav", "Ide", "Jag", "Kor", "Lam", "Mul",
        "Nij", "Oos", "Pot", "Rav", "Sme", "Tim", "Ude", "Vos", "Wes", "Zan", "Zoe",
    ];
    const MIDDLE: [&str; 21] = [
        "ba", "ber", "den", "der", "fel", "gel", "ha", "hui", "ka", "ker", "la", "man", "mer",
        "ne", "ra", "sen", "ta", "ter", "ven", "wa", "zen",
    ];
    const END: [&str; 24] = [
        "berg", "boom", "brink", "burg", "dam", "dijk", "duin", "feld", "gaard", "haar", "horst",
        "huis", "kamp", "laar", "meer", "mond", "oord", "rode", "sloot", "steen", "veen", "vliet",
        "wold", "zijl",
    ];
    let place = number * 7919;
    let (start, middle, end) = (place % 24, place / 24 % 21, place / 504 % 24);
    format!("{}{}{}", START[start], MIDDLE[middle], END[end])
}

impl Person {
    /// As printed in the window.
    pub fn printed_name(&self) -> String {
        format!("A.M. {}", self.surname)
    }

    fn is_participant(&self) -> bool {
        self.rows.iter().any(|row| row.category == "screening")
    }

    fn identity(&self) -> String {
        format!("{},Anna Maria,A.M.,,{}", self.bsn, self.surname)
    }

    /// House number, postcode, town.
    fn home(&self) -> (usize, String, &'static str) {
        const TOWNS: [&str; 5] = ["Utrecht", "Zwolle", "Breda", "Leiden", "Hoorn"];
        (
            1 + self.number % 400,
            format!("{}AB", 1011 + self.number / 400 % 8000),
            TOWNS[self.number % 5],
        )
    }
}

/// The providers whose name a letter may print, with that name.
pub fn confirmed_provider(code: &str) -> Option<&'static str> {
    PROVIDERS
        .iter()
        .find(|provider| provider.0 == code && !provider.3.is_empty())
        .map(|provider| provider.2)
}

/// Writes the input files of these people.
pub fn write(people: &[Person], inbox: &Path) {
    let listed = "person_ref,bsn,first_names,initials,surname_prefix,surname,title,name_use,partner_surname_prefix,\
                  partner_surname,partner_title,partner_ended,sex,birth_date,street,house_number,house_letter,house_addition,\
                  house_indication,postcode,town,municipality,location_description,foreign_line_1,foreign_line_2,\
                  foreign_line_3,country,language,letter_format,deceased_on,protected_address,whereabouts_unknown\n";
    let mut exposures = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,\
                         house_number,house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,\
                         status,published,items,custody\n"
        .to_owned();
    let [mut participants, mut register] = [listed.to_owned(), listed.to_owned()];
    for person in people {
        let (number, postcode, town) = person.home();
        let (identity, birth) = (person.identity(), &person.birth);
        let list = if person.is_participant() { &mut participants } else { &mut register };
        let format = if person.large { "large" } else { "" };
        writeln!(
            list,
            "P{:06},{identity},,E,,,,,V,{birth},Lindenlaan,{number},,,,{postcode},{town},{town},,,,,,{},{format},,,",
            person.number, person.language
        )
        .unwrap();
        for row in &person.rows {
            let items: Vec<&str> = row.items.iter().copied().collect();
            writeln!(
                exposures,
                "{},ds1,{identity},{birth},V,Lindenlaan,{number},,,{postcode},{town},,{},{},2022-05-10,{},{},{},{}",
                row.id,
                row.category,
                row.provider,
                row.status,
                row.published,
                items.join(";"),
                row.custody
            )
            .unwrap();
        }
    }
    let mut providers = "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,\
                         postcode,town,contact_email\n"
        .to_owned();
    for (code, kind, name, confirmed) in PROVIDERS {
        writeln!(providers, "{code},{kind},{name},{confirmed},Postbus,4321,,,8200AD,Lelystad,")
            .unwrap();
    }
    let files = [
        ("exposures.csv", exposures),
        ("participants.csv", participants),
        ("register.csv", register),
        ("providers.csv", providers),
    ];
    for (name, text) in files {
        fs::write(inbox.join(name), text).unwrap();
    }
}
