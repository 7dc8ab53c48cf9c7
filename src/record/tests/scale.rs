//! The whole mailing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::time::Instant;

use super::fixture::*;
use crate::config::ReceiptSettings;
use crate::field::piece::PieceState;
use crate::field::row::Exposure;
use crate::receipts;
use crate::record::pieces::{PaperTerms, paper};

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

/// A vendor's file about all of them. With `BREACHPOST_SCALE` the data folder and the file stay in
/// that folder, for the program itself to be measured on (docs/benchmarks.md).
#[test]
#[ignore = "needs 2 GiB and a minute; run with --ignored"]
fn everybody_is_reported_on_in_seconds() {
    let world = World::new();
    let clusters = people(715_000);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    let job = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    finish(&world, &mut ledger, job, &letters);
    let pieces: Vec<_> = letters
        .iter()
        .map(|letter| (letter.place.seq, letter.draft.letter_id, letter.place.sheets))
        .collect();
    drop((letters, ledger));

    let mut text =
        "seq,letter_id,status,printed_at,inserted_at,posted_at,reprint_no,sheets_read,sheets,tray,\
                    repaired_by_hand,checks\n"
            .to_owned();
    for (seq, id, sheets) in pieces {
        let times = "2026-01-06T08:00:00+01:00,2026-01-06T12:00:00+01:00,2026-01-07T16:00:00+01:00";
        writeln!(text, "{seq},{id},posted,{times},0,{sheets},{sheets},T{},no,camera", seq / 300)
            .unwrap();
    }

    let kept = std::env::var("BREACHPOST_SCALE").ok();
    let folder = kept.clone().unwrap_or_else(|| world.path("").into_string());
    let path = camino::Utf8PathBuf::from(folder).join(format!("{job}.production.csv"));
    fs::write(&path, text).unwrap();
    if let Some(folder) = kept {
        let copied = Command::new("cp").arg("-a").arg(&world.data_dir).arg(folder).status();
        assert!(copied.unwrap().success());
    }

    let settings = ReceiptSettings::default();
    let terms = PaperTerms { today: NIGHT, posting_days: 3, settings: &settings };
    let clock = Instant::now();
    let lap = |what: &str| {
        let said = format!("{:6.2} s after {what}\n", clock.elapsed().as_secs_f64());
        std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes()).unwrap();
    };
    let file = receipts::read(&path, &settings).unwrap();
    lap("reading the file");
    let mut ledger = world.open();
    lap("opening the ledger");
    let taken = ledger.take(&file, &terms, &BTreeMap::new()).unwrap();
    lap("taking it");
    assert!(taken.new == 715_000 && taken.alarms.is_empty(), "{taken}");
    drop((ledger, file));
    let trail = paper(&world.home(), &terms, None).unwrap();
    lap("saying where everything is");
    assert_eq!(trail.letters.by_state[&PieceState::Posted], 715_000);
}
