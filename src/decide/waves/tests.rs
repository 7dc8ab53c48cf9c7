//! Waves over random nights: nobody is lost, nobody is written to twice, households stay together.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const MONDAY: Date = date(2025, 9, 15);

fn settings(lines: u32) -> WaveSettings {
    toml::from_str(&format!("lines = {lines}\nhours = 8.0")).unwrap()
}

const fn terms(settings: &WaveSettings) -> WaveTerms<'_> {
    WaveTerms { settings, latest_posting: 3, most_letters: 100_000 }
}

const fn on(night: Date) -> WaveNight {
    WaveNight { on: night, stopped: false }
}

/// Households of one to four people, with their turns.
fn people(households: u32) -> Vec<u32> {
    let turn = |number: u32| number.wrapping_mul(2_654_435_761);
    let people = (0..households).flat_map(|number| (0..=number % 4).map(move |_| turn(number)));
    let mut turns: Vec<u32> = people.collect();
    turns.sort_unstable();
    turns
}

/// Nights one after the other: who is written to on which, until nobody is left. `join` says who is
/// added before a night, and `runs` on which nights the program runs.
struct Campaign<'a> {
    terms: WaveTerms<'a>,
    waiting: Vec<u32>,
    mailed: BTreeMap<Date, NightLetters>,
    told: BTreeMap<Date, Vec<u32>>,
    schedule: Option<Schedule>,
    made: usize,
}

impl<'a> Campaign<'a> {
    fn new(terms: WaveTerms<'a>, waiting: Vec<u32>) -> Self {
        Self {
            terms,
            waiting,
            mailed: BTreeMap::new(),
            told: BTreeMap::new(),
            schedule: None,
            made: 0,
        }
    }

    fn night(&mut self, night: Date) {
        self.waiting.sort_unstable();
        let Self { terms, mailed, .. } = self;
        let next = schedule(*terms, self.schedule.as_ref(), &self.waiting, mailed, on(night));
        self.made += usize::from(next != self.schedule);
        self.schedule = next;
        let Some(schedule) = &self.schedule else { return };

        let from = on(night).first_free(&self.mailed);
        let is_tonight = |turn: &u32| schedule.wave_of(*turn, from).unwrap().on == night;
        let (tonight, later) = self.waiting.iter().partition(|turn| is_tonight(turn));
        self.waiting = later;
        let letters: Vec<u32> = tonight;
        if !letters.is_empty() {
            let count = letters.len() as u64;
            let known = self.mailed.entry(night).or_default();
            *known = NightLetters { first: known.first + count, all: known.all + count };
            self.told.entry(night).or_default().extend(letters);
        }
    }
}

#[test]
fn the_first_wave_is_small_and_the_second_waits_for_what_it_shows() {
    let settings = settings(4);
    let turns = people(20_000);
    let made = schedule(terms(&settings), None, &turns, &BTreeMap::new(), on(MONDAY)).unwrap();
    assert!(made.waves.len() > 2);
    assert_eq!((made.waves[0].number, made.waves[0].on), (1, MONDAY));
    assert!((497..=500).contains(&made.waves[0].letters), "{:?}", made.waves[0]);
    assert_eq!(made.waves[1].on, date(2025, 9, 22));
    assert_eq!(made.waves[2].on, date(2025, 9, 23));
    assert_eq!(made.waves.iter().map(|wave| wave.letters).sum::<u64>(), turns.len() as u64);
    assert_eq!(made.waves.last().unwrap().up_to, u32::MAX);
}

#[test]
fn no_day_brings_more_calls_than_can_be_answered() {
    let settings = settings(10);
    let terms = terms(&settings);
    let made = schedule(terms, None, &people(60_000), &BTreeMap::new(), on(MONDAY)).unwrap();
    let night = |wave: &Wave| (wave.on, NightLetters { first: wave.letters, all: wave.letters });
    let days = calls(terms, &made.waves.iter().map(night).collect());
    let most = days.iter().map(|day| day.calls[1]).max().unwrap();
    assert_eq!(most, 480, "a full centre, and never more");
    assert!(days.iter().any(|day| day.calls[2] > 480), "the forecast of many calls shows more");
    assert!(days.iter().all(|day| working_days::is_working_day(day.on)));
}

#[test]
fn a_centre_that_waves_are_sized_for_by_the_worst_forecast_gets_smaller_ones() {
    let expected = settings(4);
    let high = WaveSettings { size_by: Forecast::High, ..settings(4) };
    let waves = |settings: &WaveSettings| {
        schedule(terms(settings), None, &people(20_000), &BTreeMap::new(), on(MONDAY))
            .unwrap()
            .waves
    };
    assert!(waves(&high).len() > waves(&expected).len());
    assert_ne!(terms(&high).sha256(), terms(&expected).sha256());
}

#[test]
fn nothing_is_planned_at_weekends_or_before_holidays() {
    let settings = settings(40);
    let terms = terms(&settings);
    // Christmas 2025 is on a Thursday: a letter of the 18th may come on the 23rd, one of the 22nd
    // on the 25th. New Year's Day is a Thursday too.
    for (day, permitted) in
        [(18, true), (19, true), (20, false), (22, false), (24, false), (29, false)]
    {
        assert_eq!(terms.permits(date(2025, 12, day)), permitted, "{day}");
    }
    assert!(terms.permits(date(2026, 1, 2)) && !terms.permits(date(2025, 12, 25)));
}

#[test]
fn a_household_that_is_larger_than_a_wave_goes_whole() {
    assert_eq!(cut(&[5; 9], 3), 9);
    assert_eq!(cut(&[1, 2, 2, 3], 2), 1);
    assert_eq!(cut(&[1, 2, 2, 3], 3), 3);
    assert_eq!(cut(&[1, 2, 2, 3], 4), 4);
}

#[test]
fn somebody_who_comes_later_joins_their_wave_or_the_next() {
    let settings = settings(40);
    let mut campaign = Campaign::new(terms(&settings), people(9_000));
    campaign.night(MONDAY);
    let made = campaign.schedule.clone().unwrap();
    campaign.waiting.extend([made.waves[0].up_to - 1, made.waves[1].up_to - 1, u32::MAX]);
    campaign.night(date(2025, 9, 16));
    assert_eq!(campaign.schedule.as_ref(), Some(&made), "a few more change no schedule");
    assert_eq!(campaign.told.len(), 1, "nobody is planned between two waves");
    let wave = |turn| made.wave_of(turn, date(2025, 9, 16)).unwrap().number;
    assert_eq!([wave(made.waves[0].up_to - 1), wave(made.waves[1].up_to - 1)], [2, 2]);
}

#[test]
fn a_second_run_on_a_night_plans_no_second_wave() {
    let settings = settings(40);
    let mut campaign = Campaign::new(terms(&settings), people(9_000));
    campaign.night(MONDAY);
    let told = campaign.told[&MONDAY].len();
    campaign.waiting.extend((0..300_u32).map(|number| number * 1_000));
    campaign.night(MONDAY);
    assert_eq!(campaign.told[&MONDAY].len(), told);
}

#[test]
fn a_night_that_was_missed_is_made_up_for_with_the_same_care() {
    let settings = settings(4);
    let mut campaign = Campaign::new(terms(&settings), people(9_000));
    campaign.night(MONDAY);
    let second = campaign.schedule.as_ref().unwrap().waves[1];
    // Nobody runs the program for a month.
    let later = date(2025, 10, 20);
    campaign.night(later);
    let after = campaign.schedule.as_ref().unwrap();
    assert_eq!((after.made_on, after.waves[0].on, after.waves[0].number), (later, later, 2));
    assert!(after.waves[0].letters <= second.letters + second.letters / 10);
}

#[test]
fn while_anything_is_stopped_every_wave_is_a_later_one() {
    let settings = settings(40);
    let (turns, nothing) = (people(600), BTreeMap::new());
    let stopped = WaveNight { on: MONDAY, stopped: true };
    let made = schedule(terms(&settings), None, &turns, &nothing, stopped).unwrap();
    assert_eq!(made.waves[0].on, date(2025, 9, 16));
    // The stop is still there on the night of the wave.
    let stopped = WaveNight { on: date(2025, 9, 16), stopped: true };
    let next = schedule(terms(&settings), Some(&made), &turns, &nothing, stopped).unwrap();
    assert!(next.waves.iter().all(|wave| wave.on > date(2025, 9, 16)) && next != made);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// People join, die and move, nights are missed: everybody who stays is told exactly once, a
    /// household on one night unless somebody joined it later, and no night is a holiday's eve.
    #[test]
    fn everybody_is_told_once_and_households_together(
        households in 1_u32..4_000,
        lines in 3_u32..60,
        nights in proptest::collection::vec((0_u8..8, 0_u32..120, 0_u32..40), 1..120),
    ) {
        let settings = settings(lines);
        let mut campaign = Campaign::new(terms(&settings), people(households));
        let mut everybody = campaign.waiting.len();
        let mut joined = std::collections::BTreeSet::new();
        let mut night = MONDAY;

        for (kind, more, fewer) in &nights {
            if *kind == 0 {
                let new: Vec<u32> = (0..*more).map(|number| number.wrapping_mul(97_003 * (1 + more))).collect();
                everybody += new.len();
                joined.extend(new.iter().copied());
                campaign.waiting.extend(new);
            }
            if *kind == 1 {
                let gone = campaign.waiting.len().min(*fewer as usize);
                campaign.waiting.truncate(campaign.waiting.len() - gone);
                everybody -= gone;
            }
            if *kind != 2 {
                campaign.night(night);
            }
            night = night.tomorrow().unwrap();
        }
        for _ in 0..2_000 {
            if campaign.waiting.is_empty() { break; }
            campaign.night(night);
            night = night.tomorrow().unwrap();
        }

        prop_assert!(campaign.waiting.is_empty(), "everybody's turn comes");
        let told: usize = campaign.told.values().map(Vec::len).sum();
        prop_assert_eq!(told, everybody);
        let mut nights_of = BTreeMap::<u32, std::collections::BTreeSet<Date>>::new();
        for (night, turns) in &campaign.told {
            prop_assert!(campaign.terms.permits(*night), "{night}");
            for turn in turns {
                nights_of.entry(*turn).or_default().insert(*night);
            }
        }
        let split = nights_of.iter().filter(|(turn, nights)| nights.len() > 1 && !joined.contains(turn));
        prop_assert_eq!(split.count(), 0, "a household is in one wave");
        let first = campaign.told.first_key_value().unwrap().1.len();
        prop_assert!(first <= 1_000);
    }

    /// The same people on the same night make the same schedule, and nobody's wave changes from
    /// night to night when nobody joins.
    #[test]
    fn a_schedule_holds_until_its_end(households in 300_u32..6_000, lines in 5_u32..60) {
        let settings = settings(lines);
        let mut campaign = Campaign::new(terms(&settings), people(households));
        let mut night = MONDAY;
        while !campaign.waiting.is_empty() {
            campaign.night(night);
            night = night.tomorrow().unwrap();
        }
        prop_assert_eq!(campaign.made, 1);
        let again = schedule(terms(&settings), None, &people(households), &BTreeMap::new(), on(MONDAY));
        prop_assert_eq!(campaign.schedule, again);
        let waves = campaign.told.values().map(|turns| turns.len() as u64).collect::<Vec<_>>();
        let planned = again_letters(&settings, households);
        prop_assert_eq!(waves, planned);
    }
}

fn again_letters(settings: &WaveSettings, households: u32) -> Vec<u64> {
    let made = schedule(terms(settings), None, &people(households), &BTreeMap::new(), on(MONDAY));
    made.unwrap().waves.iter().map(|wave| wave.letters).collect()
}
