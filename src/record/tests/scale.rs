//! The whole mailing.

use std::time::Instant;

use super::fixture::*;
use crate::field::row::Exposure;

/// 715,000 people with 1.1 million rows.
fn everybody() -> Vec<Vec<Exposure>> {
    let mut clusters = people(715_000);
    for (row, rows) in
        (1_000_000..).zip(clusters.iter_mut().filter(|rows| rows[0].row.row % 2 == 0))
    {
        rows.push(exposure(&format!("S{row}"), row, 0));
    }
    clusters
}

#[test]
#[ignore = "needs 2 GiB and half a minute; run with --ignored"]
fn everybody_is_planned_and_recognised_in_seconds() {
    let world = World::new();
    let clusters = everybody();
    let mut ledger = world.open();
    let clock = Instant::now();
    let lap = |what: &str| {
        let seconds = clock.elapsed().as_secs_f64();
        std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("{seconds:6.2} s after {what}\n").as_bytes(),
        )
        .unwrap();
    };
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    lap("recognising nobody");
    let letters = first_letters(&ledger, &known.people);
    lap("(making letters)");
    let job = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    lap("planning");
    finish(&world, &mut ledger, job, &letters);
    lap("finishing");
    drop((ledger, letters));
    let ledger = world.open();
    lap("opening");
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    lap("recognising everybody");
    assert!(known.people.iter().all(|person| person.told.len() == 1));
    assert!(clock.elapsed().as_secs() < 120);
    let size = world.path("ledger.sqlite").metadata().unwrap().len();
    lap(&format!("{} bytes a letter", size / 715_000));
}
