//! Every combination of what the rules look at, against the table written down a second time.

use rayon::prelude::*;

use super::fixtures::{Retype as _, Scene, date, items, partial, provider, register, suppression};
use crate::config::{Hold, MultiCategory};
use crate::field::findings::{Findings, Told};
use crate::field::row::{ProviderKind, SuppressionReason};
use crate::field::terms::{Category, Custody, Item, Items, Kind, Published, Status};

use Category::{Gp, Hospital, Prisoner, Screening};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Died {
    No,
    Yes,
    /// A sample was taken after it.
    Doubtful,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    List,
    Lab,
    LabButHeld,
    Nowhere,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Born {
    Unknown,
    Child,
    Youth,
    /// 16 today, or 28: grown up, too young for screening.
    Young,
    Adult,
    Straddling,
    Contradicting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    Nothing,
    /// Only what a child's letter does not name.
    Medical,
    Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum History {
    None,
    Same,
    Less,
    LessRecently,
    More,
}

/// Custody, and whether the institution is in the list.
type Held = (Option<Custody>, bool);

#[expect(clippy::struct_excessive_bools, reason = "each is one question of the table")]
#[derive(Clone, Copy, Debug)]
struct Flags {
    categories: &'static [Option<Category>],
    held: Held,
    status: Status,
    published: Published,
    died: Died,
    objection: bool,
    protected: bool,
    place: Place,
    born: Born,
    listed: Listed,
    /// The first category has no sender.
    senderless: bool,
    history: History,
    write_youth: bool,
    per_sender: bool,
}

const CATEGORIES: [&[Option<Category>]; 9] = [
    &[Some(Prisoner)],
    &[Some(Prisoner), Some(Screening)],
    &[Some(Hospital)],
    &[Some(Gp)],
    &[Some(Screening)],
    &[Some(Gp), None],
    &[Some(Hospital), Some(Gp)],
    &[Some(Gp), Some(Screening)],
    &[None],
];
const HELD: [Held; 4] = [
    (None, true),
    (Some(Custody::Former), true),
    (Some(Custody::Current), false),
    (Some(Custody::Current), true),
];
const PLACES: [Place; 5] =
    [Place::List, Place::Lab, Place::LabButHeld, Place::Nowhere, Place::Unknown];
const BIRTHS: [Born; 7] = [
    Born::Unknown,
    Born::Child,
    Born::Youth,
    Born::Young,
    Born::Adult,
    Born::Straddling,
    Born::Contradicting,
];
const HISTORIES: [History; 5] =
    [History::None, History::Same, History::Less, History::LessRecently, History::More];
const BOTH: [bool; 2] = [false, true];

/// The combination with this number; `None` where it says the same as another (custody of somebody
/// who was never a prisoner).
fn flags(mut number: usize) -> Option<Flags> {
    fn pick<T: Copy>(number: &mut usize, values: &[T]) -> T {
        let value = values[*number % values.len()];
        *number /= values.len();
        value
    }

    let number = &mut number;
    let flags = Flags {
        categories: pick(number, &CATEGORIES),
        held: pick(number, &HELD),
        status: pick(number, Status::ALL),
        published: pick(number, &[Published::Unknown, Published::Yes]),
        died: pick(number, &[Died::No, Died::Yes, Died::Doubtful]),
        objection: pick(number, &BOTH),
        protected: pick(number, &BOTH),
        place: pick(number, &PLACES),
        born: pick(number, &BIRTHS),
        listed: pick(number, &[Listed::Nothing, Listed::Medical, Listed::Name]),
        senderless: pick(number, &BOTH),
        history: pick(number, &HISTORIES),
        write_youth: pick(number, &BOTH),
        per_sender: pick(number, &BOTH),
    };

    (flags.is(Prisoner) || flags.held == HELD[0]).then_some(flags)
}

const COMBINATIONS: usize = 9 * 4 * 3 * 2 * 3 * 2 * 2 * 5 * 7 * 3 * 2 * 5 * 2 * 2;

impl Flags {
    fn is(&self, category: Category) -> bool {
        self.categories.contains(&Some(category))
    }

    /// Sender of the category at `index`.
    fn sender(&self, index: usize) -> Option<&'static str> {
        let category = self.categories[index]?;
        if self.senderless && index == 0 {
            return None;
        }
        Some(match category {
            Prisoner | Hospital => "lab",
            Gp | Screening => "bvo",
        })
    }

    /// Which letters there would be: sender and the indices of its rows.
    fn letters(&self) -> Vec<(&'static str, Vec<usize>)> {
        let signed: Vec<_> = (0..self.categories.len())
            .filter_map(|index| Some((self.sender(index)?, index)))
            .collect();

        match signed[..] {
            [(one, first), (other, second)] if self.per_sender && one != other => {
                vec![(one, vec![first]), (other, vec![second])]
            }
            [(sender, _), ..] => vec![(sender, signed.iter().map(|(_, index)| *index).collect())],
            [] => Vec::new(),
        }
    }

    fn minor(&self) -> bool {
        matches!(self.born, Born::Child | Born::Youth)
    }

    /// The table, rules 2 to 13, read from the bottom up: each rule that holds overrules those
    /// below it.
    fn stopped(&self) -> Option<&'static str> {
        let current = self.is(Prisoner) && self.held.0 == Some(Custody::Current);
        let empty =
            self.listed == Listed::Nothing || self.listed == Listed::Medical && self.minor();
        let at_home = matches!(self.place, Place::List | Place::Lab);
        let rules = [
            (self.status == Status::Confirmed && empty, "D211"),
            (current && !self.held.1, "D210"),
            (self.is(Prisoner) && self.held.0.is_none(), "D209"),
            (self.is(Screening) && (self.minor() || self.born == Born::Young), "D208"),
            (self.born == Born::Youth && !self.write_youth, "D207"),
            (self.born == Born::Unknown && (self.is(Gp) || self.is(Hospital)), "D206"),
            (self.died == Died::Doubtful, "D205"),
            (matches!(self.born, Born::Straddling | Born::Contradicting), "D205"),
            (!(at_home || current && self.held.1), "D204"),
            (self.place == Place::Unknown, "D204"),
            (self.protected, "D203"),
            (self.objection, "D202"),
            (self.died == Died::Yes, "D201"),
        ];

        rules.into_iter().fold(None, |code, (holds, rule)| if holds { Some(rule) } else { code })
    }

    /// What each row ends as.
    fn expected(&self) -> Vec<&'static str> {
        let mut ends = vec!["D212"; self.categories.len()];
        for (_, rows) in self.letters() {
            let about_custody =
                self.categories[rows[0]] == Some(Prisoner) && self.held.0 == Some(Custody::Current);
            let homeless = !about_custody && !matches!(self.place, Place::List | Place::Lab);
            let end = match self.history {
                _ if homeless => "D204",
                History::None => "first",
                History::Same => "D301",
                History::Less => "supplement",
                History::LessRecently => "D302",
                History::More => "correction",
            };
            for index in rows {
                ends[index] = end;
            }
        }

        if let Some(code) = self.stopped() {
            ends.fill(code);
        }

        for (end, category) in ends.iter_mut().zip(self.categories) {
            if category.is_none() {
                *end = "D101";
            }
        }

        ends
    }

    fn items(&self) -> Items {
        items(match self.listed {
            Listed::Nothing => "",
            Listed::Medical => "exam_type result",
            Listed::Name => "name result",
        })
    }

    /// What the letter of these rows says, or said before something was new, or before something
    /// was taken back.
    fn told(&self, sender: &str, rows: &[usize]) -> Option<Told> {
        let day = match self.history {
            History::None => return None,
            History::Same | History::Less | History::More => "2025-09-17",
            History::LessRecently => "2025-09-18",
        };

        let mut categories: Vec<_> =
            rows.iter().filter_map(|index| self.categories[*index]).collect();
        if matches!(self.history, History::Less | History::LessRecently) {
            // The letter named no category: today's are new.
            categories.clear();
        }

        let (mut involved, mut possible) = match self.status {
            Status::Confirmed => (self.items(), Items::NONE),
            Status::NotExcluded => (Items::NONE, self.items()),
            Status::SharedOnly => (Items::NONE, Items::NONE),
        };

        if self.history == History::More {
            (involved, possible) = (involved.with(Item::Phone), possible.without(Item::Phone));
        }

        Some(Told {
            date: date(day),
            kind: Kind::First,
            sequence: 1,
            sender: sender.to_owned(),
            findings: Findings {
                categories,
                status: self.status,
                published: self.published,
                involved,
                possible,
            },
            speaks_for: Vec::new(),
            reissue: None,
        })
    }

    fn scene(&self) -> Scene {
        let mut scene = Scene::of(self.categories);
        self.lists(&mut scene);

        for (row, category) in scene.rows.exposures.iter_mut().zip(self.categories) {
            (row.status, row.published, row.items) = (self.status, self.published, self.items());
            row.custody = category.and(self.held.0);
            if *category == Some(Prisoner) {
                *row = row.clone().with("provider_code", "80000001");
            }
            if self.place == Place::Nowhere {
                *row = row.clone().with("town", "").with("postcode", "");
            }
        }

        self.births(&mut scene);

        if self.held.1 {
            scene.rows.providers.push(provider(1, "80000001", ProviderKind::Custodial));
        }

        scene.senders = (0..self.categories.len())
            .filter_map(|index| Some((self.categories[index]?, self.sender(index)?.to_owned())))
            .collect();
        scene.told =
            self.letters().iter().filter_map(|(sender, rows)| self.told(sender, rows)).collect();
        scene.policy.minors_12_15 = if self.write_youth { Hold::Write } else { Hold::Hold };
        scene.policy.address_from_lab =
            if self.place == Place::LabButHeld { Hold::Hold } else { Hold::Write };
        scene.policy.multi_category =
            if self.per_sender { MultiCategory::PerSender } else { MultiCategory::OneLetter };

        scene
    }

    fn lists(&self, scene: &mut Scene) {
        if matches!(self.place, Place::Lab | Place::LabButHeld | Place::Nowhere) {
            scene.rows.participants.clear();
        }

        scene
            .rows
            .participants
            .iter_mut()
            .for_each(|row| row.whereabouts_unknown = self.place == Place::Unknown);

        let mut suppress = |reason, since: &str| {
            let mut row = suppression(1, reason);
            row.row.row += u32::try_from(scene.rows.suppressions.len()).unwrap();
            (row.bsn, row.since) = (scene.rows.exposures[0].bsn, since.parse().ok());
            scene.rows.suppressions.push(row);
        };

        match self.died {
            Died::No => {}
            Died::Yes => suppress(SuppressionReason::Deceased, "2025-01-01"),
            Died::Doubtful => suppress(SuppressionReason::Deceased, "2023-01-01"),
        }

        if self.objection {
            suppress(SuppressionReason::Objection, "2025-01-01");
        }

        if self.protected {
            suppress(SuppressionReason::ProtectedAddress, "2025-01-01");
        }
    }

    fn births(&self, scene: &mut Scene) {
        let day = match self.born {
            Born::Unknown => "",
            Born::Child => "2015-05-05",
            Born::Youth => "2011-05-05",
            Born::Young => "2000-05-05",
            Born::Adult | Born::Contradicting => "1980-05-05",
            Born::Straddling => "2009-00-00",
        };

        scene.rows.exposures.iter_mut().for_each(|row| row.birth_date = partial(day));
        scene.rows.participants.iter_mut().for_each(|row| row.birth_date = partial(day));

        if self.born == Born::Contradicting {
            // The register row contradicts the other rows; it brings an address only where there is
            // one to be had.
            let row = register(1);
            let mut row = if self.place == Place::Lab {
                row
            } else {
                row.with("town", "").with("postcode", "")
            };
            row.birth_date = partial("2012-05-05");
            scene.rows.register.push(row);
        }
    }
}

#[test]
fn every_combination_ends_as_the_table_says() {
    let tried = (0..COMBINATIONS).into_par_iter().filter_map(flags).map(|flags| {
        assert_eq!(flags.scene().ends(), flags.expected(), "{flags:?}");
    });
    assert!(tried.count() > 2_000_000);
}
