//! What the vendor writes: acknowledgement, production, returns, the answer to a stop.

use jiff::ToSpan;
use jiff::civil::Date;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::Sent;
use super::deeds::{Deed, Habits};
use super::fetched::{FetchedJob, Piece};

/// One row of production.csv.
struct Line<'s> {
    piece: &'s Piece,
    status: &'static str,
    reprint_no: u32,
}

/// Everything that is sent about a job, in the order in which it is sent.
pub(super) fn report(
    fetched: &FetchedJob,
    deeds: &[Deed],
    habits: &Habits,
    made_on: Date,
    stopped: bool,
    chance: &mut ChaCha8Rng,
) -> Vec<Sent> {
    let mut sent = vec![plain(format!("{}.ack.json", fetched.job), &ack(fetched))];
    if stopped {
        let answer = answer(fetched, deeds);
        sent.push(plain(format!("{}.stopped.json", fetched.job), &answer));
    }

    let lines = lines(fetched, deeds);
    let mut tables: Vec<(&str, Vec<&Line<'_>>)> = if habits.splits {
        ["printed", "inserted", "posted", "spoilt", "destroyed"]
            .map(|status| (status, lines.iter().filter(|line| line.status == status).collect()))
            .into()
    } else {
        vec![("", lines.iter().collect())]
    };

    tables.retain(|(_, lines)| !lines.is_empty());
    for (word, lines) in tables {
        let tail = if word.is_empty() { String::new() } else { format!("-{word}") };
        let name = format!("{}.production{tail}.csv", fetched.job);
        sent.push(plain(name, &table(&lines, habits, made_on, chance)));
    }

    let returns = returns(fetched, deeds, made_on);
    sent.extend(returns.map(|text| plain(format!("{}.returns.csv", fetched.job), &text)));

    // Files are sent as they are ready; nobody has promised an order.
    sent.shuffle(chance);
    if habits.mixes_up && fetched.pieces.len() > 1 {
        sent.insert(0, mixed(fetched, habits, made_on, chance));
    }
    sent
}

fn plain(name: String, text: &str) -> Sent {
    Sent { name, bytes: text.as_bytes().to_vec(), is_mixed: false }
}

fn ack(fetched: &FetchedJob) -> String {
    let parts: Vec<_> = fetched
        .parts
        .iter()
        .map(|(file, sha256)| json!({ "file": file, "sha256": sha256 }))
        .collect();
    json!({ "job": fetched.job, "parts": parts }).to_string()
}

/// What became of the stop of the whole job, by part.
fn answer(fetched: &FetchedJob, deeds: &[Deed]) -> String {
    let mut rest = deeds;
    let mut parts = Vec::new();
    for (part, letters) in &fetched.letters {
        let (own, others) = rest.split_at(*letters as usize);
        rest = others;
        let destroyed = own.iter().filter(|deed| **deed == Deed::Destroyed).count();
        let gone = |deed: &&Deed| !matches!(deed, Deed::Destroyed | Deed::Lost | Deed::Spoilt);
        let posted = own.iter().filter(gone).count();
        let word = if destroyed > 0 { "destroyed" } else { "too_late" };
        parts.push(json!({
            "part": part, "answer": word, "destroyed": destroyed, "posted": posted,
        }));
    }
    json!({ "job": fetched.job, "parts": parts }).to_string()
}

fn lines<'s>(fetched: &'s FetchedJob, deeds: &[Deed]) -> Vec<Line<'s>> {
    let mut lines = Vec::new();
    for (piece, deed) in fetched.pieces.iter().zip(deeds) {
        let steps: &[(&'static str, u32)] = match deed {
            Deed::Posted | Deed::Returned(_) => &[("printed", 0), ("inserted", 0), ("posted", 0)],
            Deed::Doubled => &[("printed", 0), ("posted", 0), ("posted", 0)],
            Deed::Reprinted => &[("spoilt", 0), ("printed", 1), ("inserted", 1), ("posted", 1)],
            Deed::Spoilt => &[("spoilt", 0)],
            Deed::Destroyed => &[("destroyed", 0)],
            Deed::Lost => &[("printed", 0)],
        };
        lines.extend(steps.iter().map(|(status, reprint_no)| Line {
            piece,
            status,
            reprint_no: *reprint_no,
        }));
    }
    lines
}

fn table(lines: &[&Line<'_>], habits: &Habits, made_on: Date, chance: &mut ChaCha8Rng) -> String {
    let mut columns = vec![
        "seq",
        "letter_id",
        "status",
        "printed_at",
        "inserted_at",
        "posted_at",
        "reprint_no",
        "sheets_read",
        "sheets",
        "tray",
        "repaired_by_hand",
        "checks",
    ];
    columns.shuffle(chance);
    let end = if habits.is_spreadsheet { "\r\n" } else { "\n" };
    let between = habits.delimiter.to_string();
    let mut text = if habits.is_spreadsheet { "\u{feff}".to_owned() } else { String::new() };
    text += &(columns.join(&between) + end);

    for line in lines {
        let cells: Vec<String> =
            columns.iter().map(|column| cell(column, line, habits, made_on)).collect();
        text += &(cells.join(&between) + end);
    }
    text
}

fn cell(column: &str, line: &Line<'_>, habits: &Habits, made_on: Date) -> String {
    let done = |status: &[&str]| status.contains(&line.status);
    let at = |days: i64, hour: u32| {
        let day = made_on.saturating_add(days.days());
        format!("{day}T{hour:02}:00:00+02:00")
    };
    let number = |number: u32| match habits.numbers {
        0 => format!("{number:07}"),
        1 => number.to_string(),
        _ => format!("{number}.0"),
    };

    match column {
        "seq" => number(line.piece.seq),
        "letter_id" => line.piece.letter_id.clone(),
        "status" => line.status.to_owned(),
        "printed_at" if done(&["printed", "inserted", "posted"]) => at(1, 8 + line.reprint_no),
        "inserted_at" if done(&["inserted", "posted"]) => at(1, 12 + line.reprint_no),
        "posted_at" if done(&["posted"]) => at(2, 16),
        "reprint_no" => number(line.reprint_no),
        "sheets_read" if done(&["inserted", "posted"]) => number(line.piece.sheets),
        "sheets" => number(line.piece.sheets),
        "tray" => format!("T{}", line.piece.seq / 300),
        "repaired_by_hand" => "no".to_owned(),
        "checks" => "camera".to_owned(),
        _ => String::new(),
    }
}

fn returns(fetched: &FetchedJob, deeds: &[Deed], made_on: Date) -> Option<String> {
    let day = made_on.saturating_add(10.days());
    let rows: String = fetched
        .pieces
        .iter()
        .zip(deeds)
        .filter_map(|(piece, deed)| match deed {
            Deed::Returned(reason) => Some(format!("{},{reason},{day}\n", piece.letter_id)),
            _ => None,
        })
        .collect();
    (!rows.is_empty()).then(|| format!("letter_id,reason,date\n{rows}"))
}

/// A file in which letters stand at the places of others: shifted, rotated, or two of them swapped.
fn mixed(fetched: &FetchedJob, habits: &Habits, made_on: Date, chance: &mut ChaCha8Rng) -> Sent {
    let mut ids: Vec<String> = fetched.pieces.iter().map(|piece| piece.letter_id.clone()).collect();
    match chance.random_range(0..4) {
        0 => ids.rotate_left(1),
        1 => ids.rotate_right(1),
        2 => {
            let by = chance.random_range(1..ids.len());
            ids.rotate_left(by);
        }
        _ => {
            let one = chance.random_range(1..ids.len());
            ids.swap(0, one);
        }
    }

    let pieces: Vec<Piece> = fetched
        .pieces
        .iter()
        .zip(ids)
        .map(|(piece, letter_id)| Piece { letter_id, ..piece.clone() })
        .collect();
    let lines: Vec<Line<'_>> =
        pieces.iter().map(|piece| Line { piece, status: "posted", reprint_no: 0 }).collect();
    let lines: Vec<&Line<'_>> = lines.iter().collect();
    let text = table(&lines, habits, made_on, chance);
    let name = format!("{}.production-first.csv", fetched.job);
    Sent { name, bytes: text.into_bytes(), is_mixed: true }
}
