//! What becomes of a piece, by what was said of it.

use super::*;
use crate::field::job_number::JobNumber;
use crate::receipts::CopyTimes;

const MADE: Date = jiff::civil::date(2025, 9, 15);

fn terms() -> PieceTerms {
    PieceTerms {
        base: PieceState::HandedOver,
        stopped: None,
        overdue: false,
        made_on: MADE,
        reprint: None,
    }
}

/// Seconds on a day and hour of September 2025.
fn at(day: i8, hour: i8) -> i64 {
    let time = jiff::civil::date(2025, 9, day).at(hour, 0, 0, 0).to_zoned(TimeZone::UTC);
    time.unwrap().timestamp().as_second()
}

fn row(step: PieceStep, reprint_no: u32) -> PieceRow {
    PieceRow {
        job: JobNumber::new(2_500_001).unwrap(),
        seq: 7,
        line: 1,
        step,
        reprint_no,
        again: false,
        times: CopyTimes::default(),
        sheets_read: None,
        sheets: None,
        planned: 2,
        tray: None,
        repaired: None,
        checks: None,
    }
}

fn piece(rows: &[PieceRow]) -> PieceHistory {
    let mut piece = PieceHistory::default();
    for row in rows {
        piece.add(row);
    }
    piece
}

fn of(rows: &[PieceRow]) -> (PieceState, Vec<&'static str>) {
    let piece = piece(rows);
    let alarms = piece.alarms(&terms()).into_iter().map(PieceAlarm::word).collect();
    (piece.state(&terms()), alarms)
}

#[test]
fn a_piece_goes_from_hand_over_to_the_post() {
    use PieceStep::{Inserted, Posted, Printed};
    assert_eq!(of(&[]), (PieceState::HandedOver, vec![]));
    assert_eq!(of(&[row(Printed, 0)]), (PieceState::Printed, vec![]));
    assert_eq!(of(&[row(Inserted, 0), row(Printed, 0)]), (PieceState::Inserted, vec![]));
    assert_eq!(of(&[row(Posted, 0), row(Printed, 0)]), (PieceState::Posted, vec![]));
}

#[test]
fn a_spoilt_piece_is_printed_again_and_only_then() {
    use PieceStep::{Posted, Printed, Spoilt};
    assert_eq!(of(&[row(Spoilt, 0)]), (PieceState::Spoilt, vec![]));
    assert_eq!(of(&[row(Posted, 1), row(Spoilt, 0)]), (PieceState::Posted, vec![]));
    assert_eq!(of(&[row(Spoilt, 1), row(Spoilt, 0)]), (PieceState::Spoilt, vec![]));

    let unexplained = vec!["unexplained_reprint"];
    assert_eq!(of(&[row(Printed, 1)]), (PieceState::Printed, unexplained.clone()));
    assert_eq!(of(&[row(Printed, 0), row(Printed, 1)]).1, unexplained);
    assert_eq!(of(&[row(Spoilt, 0), row(Printed, 2)]).1, unexplained);
}

#[test]
fn what_may_have_reached_somebody_counts_before_what_may_not() {
    use PieceStep::{Destroyed, Posted, Printed, Spoilt};
    let gone = vec!["posted_and_destroyed"];
    assert_eq!(of(&[row(Posted, 0), row(Destroyed, 0)]), (PieceState::Posted, gone.clone()));
    assert_eq!(of(&[row(Posted, 0), row(Spoilt, 0)]), (PieceState::Posted, gone));
    let twice = vec!["posted_twice", "unexplained_reprint"];
    assert_eq!(of(&[row(Posted, 0), row(Posted, 1)]), (PieceState::Posted, twice));

    // Destroyed is proven for all copies or for none.
    assert_eq!(of(&[row(Destroyed, 0)]).0, PieceState::Destroyed);
    assert_eq!(of(&[row(Spoilt, 0), row(Destroyed, 1)]).0, PieceState::Destroyed);
    assert_ne!(of(&[row(Printed, 0), row(Destroyed, 1)]).0, PieceState::Destroyed);
    assert_eq!(of(&[row(Destroyed, 0), row(Spoilt, 1)]).0, PieceState::Spoilt);
}

#[test]
fn a_stop_and_a_deadline_change_what_nobody_has_proven() {
    use PieceStep::{Destroyed, Inserted, Posted, Spoilt};
    let stopped = PieceTerms { stopped: Some(MADE), ..terms() };
    let overdue = PieceTerms { overdue: true, ..terms() };
    let both = PieceTerms { stopped: Some(MADE), overdue: true, ..terms() };
    let state = |rows: &[PieceRow], terms: &PieceTerms| piece(rows).state(terms);
    for rows in [vec![], vec![row(Inserted, 0)]] {
        assert_eq!(state(&rows, &stopped), PieceState::Stopped);
        assert_eq!(state(&rows, &both), PieceState::Stopped);
        assert_eq!(state(&rows, &overdue), PieceState::Unproven);
    }
    assert_eq!(state(&[row(Spoilt, 0)], &overdue), PieceState::Spoilt);
    assert_eq!(state(&[row(Spoilt, 0)], &stopped), PieceState::Stopped);
    for terms in [stopped, overdue, both] {
        assert_eq!(state(&[row(Posted, 0)], &terms), PieceState::Posted);
        assert_eq!(state(&[row(Destroyed, 0)], &terms), PieceState::Destroyed);
    }

    let times = CopyTimes { posted: Some(at(17, 9)), ..CopyTimes::default() };
    let late = piece(&[PieceRow { times, ..row(Posted, 0) }]);
    let days = |day| PieceTerms { stopped: Some(jiff::civil::date(2025, 9, day)), ..terms() };
    assert_eq!(
        late.alarms(&days(16)).into_iter().collect::<Vec<_>>(),
        [PieceAlarm::PostedAfterStop]
    );
    assert_eq!(late.alarms(&days(17)).len(), 0);
}

#[test]
fn a_return_ends_a_piece_and_comes_after_the_post() {
    let mut back = piece(&[row(PieceStep::Posted, 0)]);
    let returned = |day, reason| ReturnedRow {
        job: JobNumber::new(2_500_001).unwrap(),
        seq: 7,
        reason,
        date: jiff::civil::date(2025, 9, day),
        address: None,
    };
    back.add_return(&returned(20, ReturnReason::Moved));
    back.add_return(&returned(19, ReturnReason::Unknown));
    assert_eq!(back.state(&terms()), PieceState::Returned);
    assert_eq!(back.returned().unwrap().1, ReturnReason::Moved);
    assert!(back.alarms(&terms()).is_empty());

    let times = CopyTimes { posted: Some(at(22, 9)), ..CopyTimes::default() };
    back.add(&PieceRow { times, ..row(PieceStep::Posted, 0) });
    let alarms: Vec<_> = back.alarms(&terms()).into_iter().collect();
    assert_eq!(alarms, [PieceAlarm::ReturnedBeforePosted]);
}

#[test]
fn times_and_sheets_that_cannot_be_are_alarms() {
    use PieceStep::Posted;
    let times = |printed, inserted, posted| CopyTimes { printed, inserted, posted };
    let with_times = |times| of(&[PieceRow { times, ..row(Posted, 0) }]).1;
    assert_eq!(with_times(times(Some(at(16, 8)), Some(at(16, 9)), Some(at(17, 6)))), [""; 0]);
    assert_eq!(with_times(times(Some(at(16, 9)), Some(at(16, 8)), None)), ["out_of_order"]);
    assert_eq!(with_times(times(Some(at(16, 9)), None, Some(at(16, 8)))), ["out_of_order"]);
    assert_eq!(with_times(times(Some(at(1, 9)), None, None)), ["out_of_order"]);

    let sheets = |sheets_read, sheets| of(&[PieceRow { sheets_read, sheets, ..row(Posted, 0) }]).1;
    assert_eq!(sheets(Some(2), Some(2)), [""; 0]);
    assert_eq!(sheets(Some(1), Some(2)), ["sheets_not_read"]);
    assert_eq!(sheets(Some(3), None), ["wrong_sheets"]);
    assert_eq!(sheets(None, Some(1)), ["wrong_sheets"]);

    let twice = PieceRow { again: true, ..row(Posted, 0) };
    assert_eq!(of(&[row(Posted, 0), twice]).1, ["doubled"]);
    let other = PieceRow { times: times(Some(at(16, 9)), None, None), ..row(Posted, 0) };
    let changed = PieceRow { times: times(Some(at(16, 10)), None, None), ..row(Posted, 0) };
    assert_eq!(of(&[other, changed]).1, ["contradicted"]);
}

#[test]
fn the_order_of_what_was_said_does_not_matter_and_nothing_counts_twice() {
    use PieceStep::{Destroyed, Inserted, Posted, Printed, Spoilt};
    let timed = PieceRow {
        times: CopyTimes {
            printed: Some(at(16, 8)),
            inserted: Some(at(16, 9)),
            posted: Some(at(17, 7)),
        },
        sheets_read: Some(2),
        ..row(Posted, 1)
    };
    let later =
        PieceRow { times: CopyTimes { printed: Some(at(16, 10)), ..timed.times }, ..timed.clone() };
    let rows = [
        row(Printed, 0),
        row(Spoilt, 0),
        row(Inserted, 1),
        timed,
        later,
        PieceRow { again: true, ..row(Printed, 0) },
        row(Destroyed, 2),
    ];
    let forward = piece(&rows);
    let mut backward = rows.clone();
    backward.reverse();
    assert_eq!(piece(&backward), forward);
    for turn in 0..rows.len() {
        let mut turned = rows.clone();
        turned.rotate_left(turn);
        assert_eq!(piece(&turned), forward, "turned by {turn}");
    }
    for row in &rows {
        assert!(forward.knows(row));
    }
    assert!(!forward.knows(&row(Posted, 3)) && !PieceHistory::default().knows(&row(Posted, 0)));
}

#[test]
fn sheets_read_are_those_of_the_copy_that_counts() {
    let read = |sheets_read, row: PieceRow| PieceRow { sheets_read: Some(sheets_read), ..row };
    let rows = [
        read(1, row(PieceStep::Printed, 0)),
        row(PieceStep::Spoilt, 0),
        read(9, row(PieceStep::Posted, 1)),
    ];
    assert_eq!(piece(&rows).sheets_read(), 2, "never more than the letter has");
    assert_eq!(piece(&rows[..2]).sheets_read(), 0, "a spoilt copy is no proof");
    assert_eq!(piece(&rows).last_copy(), Some(1));
    let repaired = PieceRow { repaired: Some(true), ..row(PieceStep::Posted, 0) };
    assert!(piece(&[repaired]).is_repaired());
}
