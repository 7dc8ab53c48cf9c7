//! What humans say of cases is kept, read back with its corrections, taken back, noticed when it is
//! changed, and goes with a purge.

use super::fixture::*;
use crate::field::judgement::{CaseAnswer, CaseKind, CorrectedField, Correction};
use crate::link::{Decision, Ruling};
use crate::record::store::testing;
use crate::record::{
    Access, Decider, JudgedBy, Judgement, Ledger, Opinion, RecordError, check, purge,
};

const LATER: jiff::civil::Date = jiff::civil::date(2026, 2, 1);
const BY: Decider<'_> = Decider { by: "reviewer", reason: Some("looked it up") };

fn said(answer: CaseAnswer) -> Judgement {
    let street = Correction { field: CorrectedField::Street, value: "Geheimstraat".to_owned() };
    let corrected = answer == CaseAnswer::Corrected;
    Judgement {
        anchor: [1; 16],
        kind: CaseKind::Address,
        answer,
        seen: Some([2; 16]),
        person: None,
        opinion: Opinion::Alone,
        corrections: if corrected { vec![street] } else { Vec::new() },
    }
}

fn judge(world: &World, answer: CaseAnswer) {
    world.open().judge(&[said(answer)], JudgedBy::from(BY), &[], NIGHT).unwrap();
}

#[test]
fn a_judgement_is_read_back_with_its_corrections_and_the_file_does_not_show_them() {
    let world = World::new();
    judge(&world, CaseAnswer::Corrected);
    let judgements = world.open().judgements().unwrap();
    let (case, saying) = judgements.in_force().next().unwrap();
    assert_eq!((case.kind, saying.by.as_str()), (CaseKind::Address, "reviewer"));
    assert_eq!(saying.corrections, said(CaseAnswer::Corrected).corrections);

    let bytes = std::fs::read(world.path("ledger.sqlite")).unwrap();
    assert!(!bytes.windows(6).any(|bytes| bytes == b"Geheim"));
    judge(&world, CaseAnswer::Undecided);
    assert!(world.open().judgements().unwrap().in_force().next().is_none());
    check::check(&world.home(), &[]).unwrap();
}

#[test]
fn what_it_comes_to_for_pairs_is_written_with_it() {
    let world = World::new();
    let pairs = [Decision::new([5; 16], [6; 16], Ruling::Same)];
    let linking = Judgement { kind: CaseKind::Linking, ..said(CaseAnswer::Same) };
    let new = world.open().judge(&[linking], JudgedBy::from(BY), &pairs, NIGHT).unwrap();
    assert_eq!((new, world.open().decisions().unwrap()), (1, pairs.to_vec()));

    let mut ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    let before = ledger.before_decisions_of(NIGHT).unwrap();
    ledger.suppose_undecided_since(before);
    assert!(ledger.decisions().unwrap().is_empty() && ledger.judgements().unwrap().is_empty());
}

#[test]
fn a_changed_judgement_is_noticed() {
    for sql in ["UPDATE judgement SET answer = 'held'", "DELETE FROM judgement"] {
        let world = World::new();
        judge(&world, CaseAnswer::Corrected);
        let path = world.path("ledger.sqlite");
        assert!(testing::tamper_within_rules(&path, sql).is_err(), "{sql}");
        testing::tamper(&path, sql);
        assert!(matches!(world.try_open(), Err(RecordError::Replay { .. })), "{sql}");
    }
}

#[test]
fn judgements_go_with_a_purge() {
    let world = World::new();
    world.night(&people(3), NIGHT);
    judge(&world, CaseAnswer::Corrected);
    purge::close(&world.home(), LATER).unwrap();
    purge::execute(&world.home(), LATER, "N.N.").unwrap();
    let ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    assert!(ledger.judgements().unwrap().is_empty());
}
