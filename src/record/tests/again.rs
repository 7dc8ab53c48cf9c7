//! Reprints and reissues over random nights: what may have reached somebody is never printed a second
//! time, only proven destruction frees what was stopped, and every letter is in one state.
//!
//! The account here is kept from what was said alone, a second time and by other rules of thumb than
//! the program's: a vendor that says the truth, and now and then counts a copy twice.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use proptest::prelude::*;

use super::fixture::*;
use crate::config::ReceiptSettings;
use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::field::piece::PieceStep;
use crate::field::reissue::ReissueReason;
use crate::field::row::Exposure;
use crate::field::terms::{Kind, Language};
use crate::receipts::{CopyTimes, Origin, Reading, ReceiptContent, ReceiptFile};
use crate::record::audit::StopLifted;
use crate::record::check;
use crate::record::pieces::{PaperTerms, ReprintPlan, SpoiltLetters};
use crate::record::reissues::{self, ReissueOrder};
use crate::record::stops::{self, StopTarget};
use crate::record::{PartTotals, PassageStep, SealedPart, StagedFile};

const PEOPLE: u32 = 4;

/// What happens next.
#[derive(Clone, Debug)]
enum Act {
    /// The vendor reports: for each letter a number that says what it does with the copy it has.
    Report(Vec<u8>),
    /// A night prints again what is spoilt; on an order also what was destroyed.
    Reprint { destroyed: bool },
    /// Somebody stops a letter, or the job of it.
    Stop { letter: usize, job: bool },
    /// Two people lift the oldest stop.
    Lift,
    /// Somebody orders a letter written anew.
    Reissue { letter: usize, reason: ReissueReason },
    /// A night writes what was ordered.
    Night,
}

fn act() -> impl Strategy<Value = Act> {
    let reason = prop_oneof![
        3 => Just(ReissueReason::Destroyed),
        1 => Just(ReissueReason::LargePrint),
        1 => Just(ReissueReason::Language),
    ];
    prop_oneof![
        5 => proptest::collection::vec(any::<u8>(), 12).prop_map(Act::Report),
        3 => any::<bool>().prop_map(|destroyed| Act::Reprint { destroyed }),
        1 => (0..8_usize, any::<bool>()).prop_map(|(letter, job)| Act::Stop { letter, job }),
        1 => Just(Act::Lift),
        2 => (0..8_usize, reason).prop_map(|(letter, reason)| Act::Reissue { letter, reason }),
        2 => Just(Act::Night),
    ]
}

/// What was said of one copy.
#[derive(Clone, Debug, Default)]
struct SaidOfCopy {
    job: Option<JobNumber>,
    steps: BTreeSet<PieceStep>,
    doubled: bool,
}

impl SaidOfCopy {
    fn is_gone(&self) -> bool {
        self.steps.contains(&PieceStep::Spoilt) || self.steps.contains(&PieceStep::Destroyed)
    }

    fn is_over(&self) -> bool {
        self.is_gone() || self.steps.contains(&PieceStep::Posted)
    }
}

/// A letter as this account has it. The last copy is the one that the vendor has, or is to have.
#[derive(Clone, Debug)]
struct Letter {
    id: LetterId,
    job: JobNumber,
    seq: u32,
    copies: Vec<SaidOfCopy>,
    stops: BTreeSet<u64>,
    was_stopped: bool,
    is_ordered: bool,
    is_written_anew: bool,
}

impl Letter {
    fn new(id: LetterId, job: JobNumber, seq: u32) -> Self {
        Self {
            id,
            job,
            seq,
            copies: vec![SaidOfCopy { job: Some(job), ..SaidOfCopy::default() }],
            stops: BTreeSet::new(),
            was_stopped: false,
            is_ordered: false,
            is_written_anew: false,
        }
    }

    /// Whether no copy has reached, or can still reach, anybody.
    fn is_gone(&self) -> bool {
        self.copies.iter().all(SaidOfCopy::is_gone)
    }

    fn is_proven_destroyed(&self) -> bool {
        let last = self.copies.last().unwrap();
        self.is_gone() && last.steps.contains(&PieceStep::Destroyed)
    }
}

/// A campaign with its ledger, and the account of it.
struct Campaign {
    world: World,
    clusters: Vec<Vec<Exposure>>,
    letters: Vec<Letter>,
    stops: BTreeSet<u64>,
    today: Date,
    files: u32,
    settings: ReceiptSettings,
}

impl Campaign {
    fn new() -> Self {
        let clusters = people(PEOPLE);
        let mut campaign = Self {
            world: World::new(),
            clusters,
            letters: Vec::new(),
            stops: BTreeSet::new(),
            today: NIGHT,
            files: 0,
            settings: ReceiptSettings::default(),
        };
        assert_eq!(campaign.night(), PEOPLE as usize);
        campaign
    }

    fn terms(&self) -> PaperTerms<'_> {
        PaperTerms { today: self.today, posting_days: 3, settings: &self.settings }
    }

    fn act(&mut self, act: &Act) {
        self.today = self.today.tomorrow().unwrap();
        match act {
            Act::Report(words) => self.report(words),
            Act::Reprint { destroyed } => self.reprint(*destroyed),
            Act::Stop { letter, job } => self.stop(letter % self.letters.len(), *job),
            Act::Lift => self.lift(),
            Act::Reissue { letter, reason } => self.reissue(letter % self.letters.len(), *reason),
            Act::Night => {
                let ordered =
                    self.letters.iter().filter(|one| one.is_ordered && !one.is_written_anew);
                let ordered = ordered.count();
                assert_eq!(self.night(), ordered, "what was ordered is written, and nothing else");
                assert_eq!(self.night(), 0, "once");
            }
        }
        self.sum();
    }

    /// Every letter is in one state, and nothing has reached anybody twice.
    fn sum(&self) {
        let trail = self.world.open().paper(&self.terms()).unwrap();
        assert_eq!(trail.letters.total, self.letters.len() as u64);
        assert_eq!(trail.letters.by_state.values().sum::<u64>(), trail.letters.total);
        for letter in &self.letters {
            let posted =
                letter.copies.iter().filter(|copy| copy.steps.contains(&PieceStep::Posted));
            assert!(posted.count() <= 1, "{letter:?}");
        }
    }

    /// Files of the vendor's, one for each job that has a copy of which something is said.
    fn report(&mut self, words: &[u8]) {
        let mut files = BTreeMap::<JobNumber, Vec<Reading>>::new();
        for (letter, word) in self.letters.iter_mut().zip(words) {
            let reprint_no = u32::try_from(letter.copies.len() - 1).unwrap();
            let is_stopped = !letter.stops.is_empty();
            let copy = letter.copies.last_mut().unwrap();
            if copy.is_over() {
                continue;
            }
            // What is stopped is not posted any more.
            let step = match word % 8 {
                0 | 1 => PieceStep::Spoilt,
                2 | 3 => PieceStep::Destroyed,
                4 if !is_stopped => PieceStep::Posted,
                5 => PieceStep::Printed,
                _ => continue,
            };
            let again = *word >= 216;
            copy.steps.insert(step);
            copy.doubled |= again;
            let rows = files.entry(copy.job.unwrap()).or_default();
            for _ in 0..=u32::from(again) {
                let line = u32::try_from(rows.len() + 1).unwrap();
                rows.push(Reading {
                    line,
                    seq: letter.seq,
                    letter_id: letter.id,
                    step,
                    times: CopyTimes::default(),
                    reprint_no,
                    sheets_read: None,
                    sheets: None,
                    tray: None,
                    repaired: None,
                    checks: None,
                });
            }
        }

        for (job, rows) in files {
            self.files += 1;
            let file = ReceiptFile {
                name: format!("{job}.production-{}.csv", self.files),
                job_name: job.to_string(),
                sha256: format!("{:064x}", self.files),
                origin: Origin::Named,
                content: ReceiptContent::Production(rows),
            };
            let taken = self.world.open().take(&file, &self.terms(), &BTreeMap::new()).unwrap();
            assert!(!taken.known);
        }
    }

    fn reprint(&mut self, destroyed: bool) {
        let found = self.world.open().spoilt(&self.terms()).unwrap();
        for (of, found) in found {
            let groups = found.spoilt.iter().map(|group| (group, false));
            let destroyed = found.destroyed.iter().filter(|_| destroyed);
            for ((reprint_no, seqs), was_destroyed) in
                groups.chain(destroyed.map(|group| (group, true)))
            {
                self.may_be_printed(of, *reprint_no, seqs, was_destroyed);
                self.print_again(of, *reprint_no, seqs);
            }
        }
        let left = self.world.open().spoilt(&self.terms()).unwrap();
        assert_eq!(left.values().map(SpoiltLetters::count).sum::<u64>(), 0, "each copy once");
    }

    /// By this account, too, none of them can have reached anybody.
    fn may_be_printed(&self, of: JobNumber, reprint_no: u32, seqs: &[u32], destroyed: bool) {
        for seq in seqs {
            let letter = self.letters.iter().find(|one| (one.job, one.seq) == (of, *seq)).unwrap();
            assert!(letter.is_gone() && letter.stops.is_empty(), "{letter:?}");
            assert!(!letter.copies.iter().any(|copy| copy.doubled), "{letter:?}");
            assert_eq!(letter.is_proven_destroyed(), destroyed, "{letter:?}");
            assert_eq!(letter.copies.len(), reprint_no as usize, "{letter:?}");
        }
    }

    fn print_again(&mut self, of: JobNumber, reprint_no: u32, seqs: &[u32]) {
        let mut ledger = self.world.open();
        let job = ledger.next_job(self.today).unwrap();
        let letters = u32::try_from(seqs.len()).unwrap();
        let totals = PartTotals { number: 1, letters, pages: 2 * letters, sheets: letters };
        let staged = [StagedFile { name: "plan.jsonl".into(), sha256: "cd".repeat(32) }];
        let plan = ReprintPlan {
            job,
            name: &job.to_string(),
            run_id: &format!("reprint-{job}"),
            date: self.today,
            of,
            reprint_no,
            seqs,
            ordered: Some(("operations", "a drill")),
            parts: &[totals],
            staged: &staged,
        };
        ledger.reprint(&plan).unwrap();
        let part = SealedPart {
            totals,
            file: format!("{job}-p001.zip.age"),
            plain_sha256: "11".repeat(32),
            sealed_sha256: "22".repeat(32),
        };
        let head = ledger.seal(job, &[part]).unwrap();
        publish(&self.world, job, &head.hash);
        ledger.published(job).unwrap();
        ledger.finished(job).unwrap();

        let again =
            ReprintPlan { run_id: "another", job: ledger.next_job(self.today).unwrap(), ..plan };
        assert!(ledger.reprint(&again).is_err(), "the same copy is never planned twice");
        for letter in self.letters.iter_mut().filter(|one| one.job == of) {
            if seqs.contains(&letter.seq) {
                letter.copies.push(SaidOfCopy { job: Some(job), ..SaidOfCopy::default() });
            }
        }
    }

    fn stop(&mut self, letter: usize, job: bool) {
        let (of, id) = (self.letters[letter].job, self.letters[letter].id);
        let (job_name, id_text) = (of.to_string(), id.to_string());
        let target = if job { StopTarget::Job(&job_name) } else { StopTarget::Letter(&id_text) };
        let home = self.world.home();
        let ordered = stops::order(&home, target, "operations", "a drill", self.today).unwrap();
        let event = ordered.stop.event;
        self.stops.insert(event);
        for one in self.letters.iter_mut().filter(|one| one.id == id || (job && one.job == of)) {
            one.stops.insert(event);
            one.was_stopped = true;
        }
    }

    fn lift(&mut self) {
        let Some(event) = self.stops.pop_first() else { return };
        let signers = vec!["one".to_owned(), "two".to_owned()];
        let reason = "every envelope was opened".to_owned();
        let lifted = StopLifted { date: self.today, stop: event, reason, signers };
        self.world.open().write(|store| store.lift(lifted)).unwrap();
        for letter in &mut self.letters {
            letter.stops.remove(&event);
        }
    }

    fn reissue(&mut self, letter: usize, reason: ReissueReason) {
        let language = (reason == ReissueReason::Language).then_some(Language::En);
        let name = [self.letters[letter].id.to_string()];
        let (by, note) = ("operations", "a drill");
        let order = ReissueOrder { letters: &name, reason, language, by, note };
        let ordered = reissues::order(&self.world.home(), &order, &self.terms(), &[], &[]);

        let letter = &mut self.letters[letter];
        let freed = letter.is_proven_destroyed();
        if ordered.is_ok() {
            assert!(!letter.is_ordered, "a letter is written anew once: {letter:?}");
            assert!(freed || !letter.was_stopped, "only what is proven destroyed: {letter:?}");
            assert!(freed || reason != ReissueReason::Destroyed, "{letter:?}");
            letter.is_ordered = true;
        } else if reason == ReissueReason::Destroyed && freed && letter.stops.is_empty() {
            assert!(letter.is_ordered || self.has_an_order(), "it could have been: {name:?}");
        }
    }

    /// Whether somebody waits for a letter of theirs to be written anew.
    fn has_an_order(&self) -> bool {
        self.letters.iter().any(|one| one.is_ordered && !one.is_written_anew)
    }

    /// Writes what is due, as a night does; gives how many letters.
    fn night(&mut self) -> usize {
        let mut ledger = self.world.open();
        let known = ledger.recognise(borrow(&self.clusters)).unwrap();
        let mut planned = Vec::new();
        for person in &known.people {
            let seq = u32::try_from(planned.len() + 1).unwrap();
            let wish = person.told.iter().find_map(|told| told.reissue);
            if wish.is_none() && !person.told.is_empty() {
                continue;
            }
            let sequence = u32::try_from(person.told.len() + 1).unwrap();
            let mut letter = letter(&ledger, person, Kind::First, sequence, seq);
            letter.draft.reissue_of = wish;
            planned.push(letter);
        }
        if planned.is_empty() {
            return 0;
        }

        let mut noted = noted(&known, self.today);
        noted.run_id = format!("run-{}-{}", self.today, self.letters.len());
        let job = plan(&mut ledger, &noted, &planned).unwrap();
        finish(&self.world, &mut ledger, job, &planned);
        for letter in &planned {
            if let Some(wish) = letter.draft.reissue_of {
                let old = self.letters.iter_mut().find(|one| one.id == wish.letter_id).unwrap();
                assert!(old.is_ordered && !old.is_written_anew, "{old:?}");
                old.is_written_anew = true;
            }
            self.letters.push(Letter::new(letter.draft.letter_id, job, letter.place.seq));
        }
        planned.len()
    }
}

#[test]
fn nothing_is_added_to_a_letter_that_was_not_handed_over() {
    let campaign = Campaign::new();
    let (undone, job) =
        (|| campaign.world.open().undone(&campaign.terms()).unwrap(), campaign.letters[0].job);
    assert_eq!(undone().len(), 0, "without a transfer the vendor fetches from the outbox");
    campaign.world.open().note_due(job, NIGHT).unwrap();
    assert_eq!(undone().len(), PEOPLE as usize);

    let arrived = PassageStep::Arrived { file: format!("{job}.done") };
    campaign.world.open().note_passage(job, NIGHT, arrived).unwrap();
    assert_eq!(undone().len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_that_may_be_out_is_printed_or_written_again(
        acts in proptest::collection::vec(act(), 1..14),
    ) {
        let mut campaign = Campaign::new();
        for one in &acts {
            campaign.act(one);
        }
        check::check(&campaign.world.home(), &[]).unwrap();
    }
}
