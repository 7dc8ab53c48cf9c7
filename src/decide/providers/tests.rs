//! The order of providers and patients, over random calendars and inboxes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::decide::fixtures::{exposure, provider};
use crate::field::ids::Pseudonym;
use crate::field::person::Cluster;
use crate::field::provider::{ProviderWord, ToldProvider};
use crate::field::row::ProviderKind;
use crate::field::terms::{Item, Published, Status};

const NIGHT: Date = date(2025, 9, 15);

fn settings(after_posting_days: u32, at_most_days: u32) -> ProvidersFirst {
    ProvidersFirst { after_posting_days, at_most_days, ..ProvidersFirst::default() }
}

/// A lab record of a patient of `code`.
fn row(number: u32, code: &str) -> Exposure {
    let mut row = exposure(number);
    let cells: Vec<String> = (0..14).map(|cell| row.cells.get(cell).to_owned()).collect();
    let mut cells: [&str; 14] = std::array::from_fn(|cell| cells[cell].as_str());
    cells[13] = code;
    row.cells = crate::field::cells::Cells::pack(cells).unwrap();
    row
}

fn person(number: u8, rows: &[Exposure]) -> Person<'_> {
    Person {
        pseudonym: Pseudonym([number; 16]),
        rows: Cluster {
            exposures: rows.iter().collect(),
            participants: Vec::new(),
            register: Vec::new(),
        },
        told: Vec::new(),
    }
}

fn told(on: Date, patients: u64, findings: &Findings) -> ToldProvider {
    ToldProvider {
        on,
        kind: Kind::First,
        sequence: 1,
        findings: findings.clone(),
        patients,
        posted_on: None,
        returned: false,
        returned_from: None,
        by_mail: false,
    }
}

#[test]
fn everybody_is_counted_once_under_each_provider_that_a_row_names() {
    let one = [row(1, "01000001"), row(2, "01000001"), row(3, "06000001")];
    let other = [row(4, "01000001"), row(5, "")];
    let people = [person(1, &one), person(2, &other)];
    let all = affected(&people);
    let counted: Vec<(&str, u64)> =
        all.iter().map(|(code, found)| (*code, found.patients)).collect();
    assert_eq!(counted, [("01000001", 2), ("06000001", 1)]);
    assert!(all.values().all(|found| found.findings.categories.is_empty()));

    // In shares, as a run counts.
    let mut shares = affected(&people[..1]);
    add_all(&mut shares, affected(&people[1..]));
    assert_eq!(shares, all);
}

#[test]
fn a_provider_that_cannot_be_written_to_is_held_with_its_code() {
    let rows = [row(1, "01000001")];
    let people = [person(1, &rows)];
    let affected = affected(&people).remove("01000001").unwrap();
    let unheard = ProviderHistory::default();
    let good = provider(1, "01000001", ProviderKind::Gp);
    let of = |provider: &Provider| due(Ok(provider), &affected, &unheard, 14, NIGHT);
    assert!(matches!(of(&good), NoticeDue::Notice { kind: Kind::First, sequence: 1, .. }));

    let mut unconfirmed = good.clone();
    unconfirmed.confirmed_on = Some(date(2025, 9, 16));
    let mut closed = good.clone();
    closed.closed_on = Some(NIGHT);
    let mut closing = good.clone();
    closing.closed_on = Some(date(2025, 9, 16));
    let mut merged = good.clone();
    merged.merged_into = "01000009".to_owned();
    assert_eq!(of(&unconfirmed), NoticeDue::Held(NoticeHold::P103));
    assert_eq!(of(&closed), NoticeDue::Held(NoticeHold::P104));
    assert_eq!(of(&merged), NoticeDue::Held(NoticeHold::P105));
    assert!(matches!(of(&closing), NoticeDue::Notice { .. }));
    let unlisted = due(Err(NoticeHold::P101), &affected, &unheard, 14, NIGHT);
    assert_eq!(unlisted, NoticeDue::Held(NoticeHold::P101));
    assert_eq!(clock(&settings(3, 7), &unheard, false, NIGHT), ProviderClock::NoNotice);
}

#[test]
fn a_supplement_follows_when_numbers_or_kinds_change_and_enough_days_have_passed() {
    let rows = [row(1, "01000001")];
    let people = [person(1, &rows)];
    let mut now = affected(&people).remove("01000001").unwrap();
    let listed = provider(1, "01000001", ProviderKind::Gp);
    let mut history = ProviderHistory::default();
    history.notices.push(told(NIGHT, 100, &now.findings));
    let later = date(2025, 9, 29);
    let of = |now: &Affected, history: &ProviderHistory, night| {
        due(Ok(&listed), now, history, 14, night)
    };

    now.patients = 109;
    assert_eq!(of(&now, &history, later), NoticeDue::Nothing);
    now.patients = 110;
    let supplement =
        NoticeDue::Notice { kind: Kind::Supplement, sequence: 1, earlier: Some(NIGHT) };
    assert_eq!(of(&now, &history, later), supplement);
    assert_eq!(of(&now, &history, date(2025, 9, 28)), NoticeDue::Nothing);
    now.patients = 90;
    assert_eq!(of(&now, &history, later), supplement);

    now.patients = 100;
    now.findings.involved = now.findings.involved.with(Item::Insurer);
    assert_eq!(of(&now, &history, later), supplement);

    history.notices[0].returned = true;
    let again = NoticeDue::Notice { kind: Kind::First, sequence: 2, earlier: None };
    assert_eq!(of(&now, &history, date(2025, 9, 16)), again, "one that came back does not count");
    history.ruling = Some(ProviderWord::NotOurs);
    assert_eq!(of(&now, &history, later), NoticeDue::Held(NoticeHold::P108));
    history.ruling = Some(ProviderWord::DecidedNotOurs);
    assert_eq!(of(&now, &history, later), NoticeDue::Nothing);
}

#[test]
fn the_clock_runs_from_the_posting_and_the_cap_from_the_plan() {
    // 15 September 2025 is a Monday.
    let settings = settings(3, 7);
    let mut history = ProviderHistory::default();
    let findings = combine([]);
    let at = |history: &ProviderHistory, day| clock(&settings, history, false, date(2025, 9, day));
    assert_eq!(
        clock(&settings, &history, true, NIGHT),
        ProviderClock::Running { until: date(2025, 9, 24) }
    );

    history.notices.push(told(NIGHT, 1, &findings));
    assert_eq!(at(&history, 23), ProviderClock::Running { until: date(2025, 9, 24) });
    assert_eq!(at(&history, 24), ProviderClock::Overdue);

    history.notices[0].posted_on = Some(date(2025, 9, 17));
    assert_eq!(at(&history, 19), ProviderClock::Running { until: date(2025, 9, 22) });
    assert_eq!(at(&history, 22), ProviderClock::Informed);

    history.notices[0].posted_on = Some(date(2025, 9, 23));
    assert_eq!(at(&history, 23), ProviderClock::Running { until: date(2025, 9, 24) });
    history.acknowledged_on = Some(date(2025, 9, 16));
    assert_eq!(at(&history, 16), ProviderClock::Informed);
}

#[test]
fn of_several_providers_the_last_one_counts_and_a_dispute_comes_before_all() {
    let rows = [row(1, "01000001"), row(2, "01000002"), row(3, "01000003")];
    let patient = person(1, &rows);
    let mut order = ProviderOrder::default();
    assert_eq!(order.leave(&patient), Leave::Granted);

    order.note("01000001", ProviderClock::Running { until: date(2025, 9, 22) }, false);
    order.note("01000002", ProviderClock::Running { until: date(2025, 9, 24) }, false);
    order.note("01000003", ProviderClock::Informed, false);
    assert_eq!(order.leave(&patient), Leave::From(date(2025, 9, 24)));
    order.note("01000003", ProviderClock::Informed, true);
    assert_eq!(order.leave(&patient), Leave::Disputed);
    assert_eq!(order.reasons(&patient).count(), 3);
}

/// What becomes of one provider in a random campaign.
#[derive(Clone, Debug)]
struct Fate {
    /// Can be written to.
    listed: bool,
    /// Days from its notice to the posting; `None`: it is never posted.
    posted_after: Option<i64>,
    /// Days from its notice to its answer; `None`: it never answers.
    ready_after: Option<i64>,
    /// Days from its notice to the dispute and to its end, and how that ends.
    disputed: Option<(i64, i64, bool)>,
}

fn fate() -> impl Strategy<Value = Fate> {
    let dispute = proptest::option::weighted(0.2, (1_i64..12, 1_i64..20, any::<bool>()));
    (
        proptest::bool::weighted(0.8),
        proptest::option::weighted(0.8, 0_i64..16),
        proptest::option::weighted(0.2, 0_i64..16),
        dispute,
    )
        .prop_map(|(listed, posted_after, ready_after, disputed)| Fate {
            listed,
            posted_after,
            ready_after,
            disputed,
        })
}

/// Working days after `from` up to and with `to`, counted a second time.
fn working_days_between(from: Date, to: Date) -> u32 {
    let mut days = 0;
    let mut day = from;
    while day < to {
        day = day.tomorrow().unwrap();
        days += u32::from(working_days::is_working_day(day));
    }
    days
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_patient_comes_before_a_provider_and_nobody_is_lost(
        fates in proptest::collection::vec(fate(), 1..6),
        patients in proptest::collection::vec((proptest::collection::btree_set(0_usize..6, 0..4), 0_usize..12), 1..25),
        gaps in proptest::collection::vec(1_i64..4, 60),
        begin in 0_i64..400,
        after in 1_u32..5,
        more in 0_u32..6,
    ) {
        let settings = settings(after, after + more);
        let code = |number: usize| format!("0100000{number}");
        let codes: Vec<String> = (0..fates.len()).map(code).collect();
        let list: BTreeMap<&str, Provider> = codes
            .iter()
            .zip(&fates)
            .filter(|(_, fate)| fate.listed)
            .map(|(code, _)| {
                let mut listed = provider(1, code, ProviderKind::Gp);
                listed.confirmed_on = Some(date(2020, 1, 1));
                (code.as_str(), listed)
            })
            .collect();

        // Whom the records name, and the night from which they are in the inbox.
        let rows: Vec<(Vec<Exposure>, usize)> = patients
            .iter()
            .map(|(named, from)| {
                let named = named.iter().filter(|number| **number < codes.len());
                let rows: Vec<Exposure> = named.map(|number| row(1, &codes[*number])).collect();
                (if rows.is_empty() { vec![row(1, "")] } else { rows }, *from)
            })
            .collect();

        let mut histories: BTreeMap<&str, ProviderHistory> = BTreeMap::new();
        let mut written = BTreeMap::<usize, Date>::new();
        let mut tonight = date(2025, 1, 1).saturating_add(begin.days());
        for (night, gap) in gaps.iter().enumerate() {
            // What was reported and said up to this night.
            for (number, code) in codes.iter().enumerate() {
                let Some(history) = histories.get_mut(code.as_str()) else { continue };
                let first = history.notices[0].on;
                let fate = &fates[number];
                let day = |days: i64| first.saturating_add(days.days());
                let past = |days: i64| day(days) <= tonight;
                history.notices[0].posted_on = fate.posted_after.filter(|days| past(*days)).map(day);
                history.acknowledged_on = fate.ready_after.filter(|days| past(*days)).map(day);
                history.ruling = match fate.disputed {
                    Some((from, lasts, ours)) if past(from + lasts) => {
                        Some(if ours { ProviderWord::DecidedOurs } else { ProviderWord::DecidedNotOurs })
                    }
                    Some((from, ..)) if past(from) => Some(ProviderWord::NotOurs),
                    _ => None,
                };
            }

            // One night, as a run does it.
            let people: Vec<(usize, Person<'_>)> = rows
                .iter()
                .enumerate()
                .filter(|(_, (_, from))| *from <= night)
                .map(|(number, (rows, _))| (number, person(u8::try_from(number).unwrap(), rows)))
                .collect();
            let mut order = ProviderOrder::default();
            let mut planned = Vec::new();
            for (code, found) in affected(people.iter().map(|(_, person)| person)) {
                let history = histories.get(code).cloned().unwrap_or_default();
                let listed = list.get(code).ok_or(NoticeHold::P101);
                let decided = due(listed, &found, &history, 14, tonight);
                let is_due = matches!(decided, NoticeDue::Notice { .. });
                prop_assert!(!is_due || listed.is_ok());
                order.note(code, clock(&settings, &history, is_due, tonight), history.is_disputed());
                if matches!(decided, NoticeDue::Notice { kind: Kind::First, .. }) {
                    prop_assert!(history.notices.is_empty(), "told twice");
                    planned.push((codes.iter().find(|own| *own == code).unwrap(), found));
                }
            }
            for (number, person) in &people {
                if written.contains_key(number) {
                    continue;
                }
                if order.leave(person) == Leave::Granted {
                    written.insert(*number, tonight);

                    // The order, by its words.
                    for code in rows[*number].0.iter().map(Exposure::provider_code).filter(|code| !code.is_empty()) {
                        let Some(_) = list.get(code) else { continue };
                        let history = histories.get(code);
                        prop_assert!(history.is_some(), "written before the notice was planned");
                        let history = history.unwrap();
                        let posted = history.notices[0].posted_on;
                        let long_enough = posted.is_some_and(|day| working_days_between(day, tonight) >= after);
                        let capped = working_days_between(history.notices[0].on, tonight) >= after + more;
                        prop_assert!(long_enough || capped || history.acknowledged_on.is_some());
                        prop_assert!(history.ruling != Some(ProviderWord::NotOurs));
                    }
                }
            }
            for (code, found) in planned {
                let mut history = ProviderHistory::default();
                history.notices.push(told(tonight, found.patients, &found.findings));
                histories.insert(code.as_str(), history);
            }
            tonight = tonight.saturating_add(gap.days());
        }

        // Sixty nights are more than any cap and any dispute: nobody is left.
        let all: BTreeSet<usize> = (0..rows.len()).collect();
        prop_assert_eq!(written.keys().copied().collect::<BTreeSet<_>>(), all);
    }
}

#[test]
fn what_is_stored_is_said_only_where_it_is_not_said_to_be_stolen() {
    let mut stolen = row(1, "01000001");
    stolen.status = Status::Confirmed;
    stolen.items = [Item::Name].into_iter().collect();
    let mut shared = row(2, "01000001");
    shared.status = Status::SharedOnly;
    shared.published = Published::Unknown;
    shared.items = [Item::Name, Item::Bsn].into_iter().collect();
    let rows = [stolen, shared];
    let people = [person(1, &rows)];
    let found = affected(&people).remove("01000001").unwrap();
    assert_eq!(found.findings.involved, [Item::Name].into_iter().collect());
    assert_eq!(found.only_stored(), [Item::Bsn].into_iter().collect());
}
