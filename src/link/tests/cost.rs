//! What linking costs grows with the rows: pairs compared at n rows and at four times as many, not
//! seconds.

use super::*;

/// What a list full of rows looks like in which everybody resembles everybody.
#[derive(Clone, Copy, Debug)]
enum Crowding {
    /// One row over and over.
    Identical,
    /// One person, each row with a different house number.
    Moving,
    /// One BSN in all rows, with other names and birth dates.
    Number,
    /// One birth date and surname, other given names: one hot block.
    Namesakes,
    /// One address and birth date: another.
    House,
    /// Blocks that are just small enough to be compared.
    Brimful,
}

const ALL: [Crowding; 6] = [
    Crowding::Identical,
    Crowding::Moving,
    Crowding::Number,
    Crowding::Namesakes,
    Crowding::House,
    Crowding::Brimful,
];

fn crowd(crowding: Crowding, count: u32) -> Rows {
    let names = ["Eva", "Anna", "Piet", "Wim", "Fatima", "Lotte", "Henk", "Sara"];
    let row = |place: u32| {
        let name = names[place as usize % names.len()];
        let details = match crowding {
            Crowding::Identical => Details { bsn: BSNS[0], ..ANNA },
            Crowding::Moving => ANNA,
            Crowding::Number => {
                // Another day for everybody: the number is all that they share.
                let part = |size: u32, count: u32| u8::try_from(place / size % count).unwrap();
                let birth = (1930 + u16::from(part(1, 80)), 1 + part(80, 12), 1 + part(960, 28));
                Details { bsn: BSNS[0], first_names: name, initials: "", birth, ..ANNA }
            }
            Crowding::Namesakes | Crowding::House | Crowding::Brimful => {
                Details { first_names: name, initials: "", ..ANNA }
            }
        };
        let mut row = exposure(place + 1, &details);
        let mut cells: Vec<String> = row.cells.iter().map(str::to_owned).collect();
        match crowding {
            Crowding::Identical => {}
            Crowding::Moving | Crowding::Namesakes | Crowding::Number => {
                cells[7] = (place + 1).to_string();
            }
            Crowding::House => cells[5] = format!("Jansen{place}"),
            Crowding::Brimful => {
                cells[5] = format!("Jansen{}", place / 190);
                cells[7] = (place + 1).to_string();
            }
        }
        if !matches!(crowding, Crowding::Identical) {
            cells[0] = format!("r{place}");
        }
        row.cells = Cells::pack(std::array::from_fn(|place| cells[place].as_str())).unwrap();
        row
    };
    Rows { exposures: (0..count).map(row).collect(), ..Rows::default() }
}

/// Pairs that were compared, and what of them is kept for a human, in candidates.
fn cost(rows: &Rows) -> (u64, u64) {
    let linked = linked(rows);
    let candidates = |held: &crate::field::reason::SetAside| {
        (held.beside.len() + held.further.iter().map(|more| more.rows.len()).sum::<usize>()) as u64
    };
    (
        linked.blocks.iter().map(|block| block.pairs).sum(),
        linked.set_aside.iter().map(candidates).sum(),
    )
}

#[test]
fn four_times_the_rows_are_at_most_four_times_the_pairs() {
    const ROWS: u32 = 1_000;
    for crowding in ALL {
        let (one, four) = (cost(&crowd(crowding, ROWS)), cost(&crowd(crowding, 4 * ROWS)));
        // What is left of the last block is a part of one.
        let most = |small: u64| small * 9 / 2 + u64::from(ROWS);
        assert!(four.0 <= most(one.0), "{crowding:?}: {} pairs, then {}", one.0, four.0);
        assert!(four.1 <= most(one.1), "{crowding:?}: {} candidates, then {}", one.1, four.1);
        // Every row is in at most five blocks under four rules.
        assert!(four.0 <= u64::from(4 * ROWS) * 5 * 100, "{crowding:?}: {} pairs", four.0);
    }
}
