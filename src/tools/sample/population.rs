//! Invented people, household by household: ordinary ones and the ones that linking gets wrong
//! (twins, sons named after their fathers, namesakes with one birth date).

use jiff::ToSpan;
use jiff::civil::Date;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::names::{self, InventedSurname, pick};
use super::places::{self, InventedHome};
use crate::base::bsn::Bsn;
use crate::field::terms::Category;

/// One invented human being.
#[derive(Clone)]
pub struct Human {
    /// From 1; the truth.
    pub number: u32,
    pub bsn: Bsn,
    /// Sex as the lists write it.
    pub sex: &'static str,
    pub first_names: String,
    pub surname: InventedSurname,
    pub partner: Option<InventedSurname>,
    /// Date on which the partnership ended; empty = it has not.
    pub partner_ended: String,
    pub name_use: &'static str,
    pub title: &'static str,
    pub birth_date: Date,
    pub home: InventedHome,
    /// Where the lab may think they live.
    pub former_home: Option<InventedHome>,
    pub categories: Vec<Category>,
    pub custody: &'static str,
    pub list: ListedIn,
    pub language: &'static str,
    pub letter_format: &'static str,
    pub deceased_on: Option<Date>,
    pub protected: bool,
    pub whereabouts_unknown: bool,
}

/// Which list knows the person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ListedIn {
    Participants,
    Register,
    Nowhere,
}

/// The day on which the invented world stands still.
pub const TODAY: Date = jiff::civil::date(2025, 9, 1);

/// Makes households until it is told to stop.
pub struct Population {
    rng: ChaCha8Rng,
    made: u32,
    bsn_step: u32,
}

impl Population {
    pub const fn new(rng: ChaCha8Rng) -> Self {
        Self { rng, made: 0, bsn_step: 0 }
    }

    /// The next household: one to five people.
    pub fn household(&mut self) -> Vec<Human> {
        let home = places::home(&mut self.rng);
        match self.rng.random_range(0..1000) {
            0..800 => vec![self.adult(&home, true)],
            800..905 => self.couple(&home),
            905..945 => self.family(&home),
            945..970 => self.father_and_son(&home),
            970..990 => self.twins(&home),
            _ => self.namesakes(&home),
        }
    }

    fn couple(&mut self, home: &InventedHome) -> Vec<Human> {
        let man = self.adult(home, false);
        let mut woman = self.adult(home, true);
        self.marry(&mut woman, &man.surname);
        vec![woman, man]
    }

    fn family(&mut self, home: &InventedHome) -> Vec<Human> {
        let mut people = self.couple(home);
        for _ in 0..self.rng.random_range(1..=2) {
            let surname = people[1].surname.clone();
            people.push(self.child(home, surname));
        }
        people
    }

    /// Same first names, surname and address: only the birth date tells them apart.
    fn father_and_son(&mut self, home: &InventedHome) -> Vec<Human> {
        let father = self.adult(home, false);
        let mut son = self.adult(home, false);
        son.first_names.clone_from(&father.first_names);
        son.surname = father.surname.clone();
        let years = self.rng.random_range(22..34_i32);
        son.birth_date =
            father.birth_date.saturating_add(years.years()).min(TODAY.saturating_sub(2.years()));
        vec![father, son]
    }

    /// Same surname, birth date and address; half of them share the first letter as well.
    fn twins(&mut self, home: &InventedHome) -> Vec<Human> {
        let woman = self.rng.random_bool(0.7);
        let one = self.adult(home, woman);
        let mut other = self.adult(home, woman);
        other.surname = one.surname.clone();
        other.birth_date = one.birth_date;

        let same_initial = self.rng.random_bool(0.5);
        let initial = one.first_names.chars().next();
        for _ in 0..200 {
            other.first_names = names::first_names(&mut self.rng, woman);
            let different =
                other.first_names.split(' ').next() != one.first_names.split(' ').next();
            if different && (other.first_names.chars().next() == initial) == same_initial {
                break;
            }
        }

        vec![one, other]
    }

    /// Same full name and birth date, nothing else in common.
    fn namesakes(&mut self, home: &InventedHome) -> Vec<Human> {
        let one = self.adult(home, true);
        let elsewhere = places::home(&mut self.rng);
        let mut other = self.adult(&elsewhere, true);
        other.first_names.clone_from(&one.first_names);
        other.surname = one.surname.clone();
        other.birth_date = one.birth_date;
        vec![one, other]
    }

    fn marry(&mut self, woman: &mut Human, surname: &InventedSurname) {
        if self.rng.random_bool(0.7) {
            woman.partner = Some(surname.clone());
            woman.name_use = pick(&mut self.rng, &["E", "P", "V", "V", "V", "N"])
                .chars()
                .next()
                .map_or("E", name_use);
            if self.rng.random_bool(0.12) {
                woman.partner_ended = format!("{}-05-14", self.rng.random_range(1995..2024));
            }
        }
    }

    fn adult(&mut self, home: &InventedHome, woman: bool) -> Human {
        let years =
            if woman { self.rng.random_range(30..67) } else { self.rng.random_range(19..88) };
        let birth_date = self.birthday(years);
        let screening = woman && years >= 33 && self.rng.random_bool(0.94);
        let mut human = self.human(home, woman, birth_date);
        human.categories = self.categories(screening);
        self.place_in_lists(&mut human);
        human
    }

    fn child(&mut self, home: &InventedHome, surname: InventedSurname) -> Human {
        let woman = self.rng.random_bool(0.5);
        let years = self.rng.random_range(0..18);
        let birth_date = self.birthday(years);
        let mut human = self.human(home, woman, birth_date);
        human.surname = surname;
        human.categories = self.categories(false);
        self.place_in_lists(&mut human);
        human
    }

    fn human(&mut self, home: &InventedHome, woman: bool, birth_date: Date) -> Human {
        self.made += 1;
        let rng = &mut self.rng;
        let sex = match rng.random_range(0..400) {
            0 => "O",
            _ if woman => "V",
            _ => "M",
        };

        Human {
            number: self.made,
            sex,
            first_names: names::first_names(rng, woman),
            surname: names::surname(rng),
            partner: None,
            partner_ended: String::new(),
            name_use: "E",
            title: if rng.random_ratio(1, 600) {
                pick_static(rng, &["JH", "B", "R", "G"])
            } else {
                ""
            },
            birth_date,
            home: places::rare(rng, home.clone()),
            former_home: rng.random_bool(0.08).then(|| places::home(rng)),
            categories: Vec::new(),
            custody: "",
            list: ListedIn::Nowhere,
            language: if rng.random_bool(0.05) { "en" } else { pick_static(rng, &["nl", "", ""]) },
            letter_format: if rng.random_bool(0.005) { "large" } else { "" },
            deceased_on: rng.random_bool(0.006).then(|| {
                let days = rng.random_range(1..700);
                TODAY.saturating_sub(days.days()).max(birth_date)
            }),
            protected: rng.random_bool(0.003),
            whereabouts_unknown: rng.random_bool(0.002),
            bsn: self.next_bsn(),
        }
    }

    /// 266 prisoners per 715,000 people; among the others two in three go to the GP; two percent
    /// are in several categories.
    fn categories(&mut self, screening: bool) -> Vec<Category> {
        let rng = &mut self.rng;
        let other = if rng.random_bool(0.64) { Category::Gp } else { Category::Hospital };
        let mut categories = vec![if screening { Category::Screening } else { other }];
        if rng.random_bool(0.02) {
            let second = if screening {
                other
            } else {
                [Category::Gp, Category::Hospital][rng.random_range(0..2)]
            };
            if !categories.contains(&second) {
                categories.push(second);
            }
        }

        if !screening && rng.random_ratio(266, 228_800) {
            categories = vec![Category::Prisoner];
        }

        categories
    }

    fn place_in_lists(&mut self, human: &mut Human) {
        let adult = human.birth_date.saturating_add(18.years()) < TODAY;
        if human.categories == [Category::Prisoner] {
            human.custody = if adult && self.rng.random_bool(0.4) { "current" } else { "former" };
        }

        human.list = if human.categories.contains(&Category::Screening) {
            if self.rng.random_bool(0.98) { ListedIn::Participants } else { ListedIn::Nowhere }
        } else if self.rng.random_bool(0.9) {
            ListedIn::Register
        } else {
            ListedIn::Nowhere
        };
    }

    fn birthday(&mut self, years: i32) -> Date {
        let days: i32 = self.rng.random_range(1..=365);
        TODAY.saturating_sub(years.years()).saturating_sub(days.days())
    }

    /// The next number of the test range that passes the 11-test: nine million of them, none twice.
    fn next_bsn(&mut self) -> Bsn {
        loop {
            // A full cycle through the ten million stems 90000000 to 99999999 in an order that
            // looks random.
            let stem = 90_000_000 + (u64::from(self.bsn_step) * 7_368_787 % 10_000_000);
            self.bsn_step += 1;
            let stem = u32::try_from(stem).expect("a stem has eight digits");
            if let Some(bsn) = (0..=9).find_map(|last| Bsn::new(stem * 10 + last).ok()) {
                return bsn;
            }
        }
    }
}

const fn name_use(letter: char) -> &'static str {
    match letter {
        'P' => "P",
        'V' => "V",
        'N' => "N",
        _ => "E",
    }
}

fn pick_static(rng: &mut ChaCha8Rng, table: &[&'static str]) -> &'static str {
    table[rng.random_range(0..table.len())]
}
