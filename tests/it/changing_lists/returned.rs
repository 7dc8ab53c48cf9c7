//! Letters that came back: nothing more goes to that address, and a newer one is not touched by it.

use super::*;

const MORE: &str = "confirmed,yes,name;address;phone;bsn";

fn others() -> Vec<String> {
    (0..9).map(|n| listed(&format!("X{n}"), &format!("Ver{}", "ee".repeat(n + 2)), ",,")).collect()
}

fn register(night: &Night, row: &str) {
    write(night, "register.csv", &[&others()[..], &[row.to_owned()]].concat());
}

/// Somebody was told, the letter came back, and there is something new to tell.
struct Returned {
    night: Night,
    letter: String,
}

impl Returned {
    fn as_(reason: &str) -> Self {
        let night = night(&[record("R1", "Aalbers", MUCH)]);
        register(&night, &listed("P1", "Aalbers", ",,"));
        let told = run_on(&night, "2025-09-15", &[]);
        let letter = lines(&told, "rows.csv")[0]["letter_id"].clone();
        let returned = Self { night, letter };
        returned.comes_back(reason, "2025-09-20");
        write(&returned.night, "exposures-2.csv", &[record("R1", "Aalbers", MORE)]);
        returned
    }

    fn comes_back(&self, reason: &str, day: &str) {
        let outbox = self.night.data().join("outbox");
        let job = fs::read_dir(outbox).unwrap().next().unwrap().unwrap().file_name();
        let file = self.night.path().join(format!("{}.returns.csv", job.to_str().unwrap()));
        fs::write(&file, format!("letter_id,reason,date\n{},{reason},{day}\n", self.letter))
            .unwrap();
        let answer = self.night.ask_on(day, &["receipts", file.to_str().unwrap()]);
        assert!(answer.code <= 1, "{}", answer.stderr);
    }

    /// What becomes of the newer record.
    fn on(&self, date: &str) -> (String, String) {
        fates(&run_on(&self.night, date, &[]), "R1").pop().unwrap()
    }
}

#[test]
fn nothing_more_is_sent_to_an_address_from_which_a_letter_came_back() {
    for reason in ["moved", "unknown", "incomplete", "verhuisd"] {
        let returned = Returned::as_(reason);
        assert_eq!(returned.on("2025-09-29"), fate("review", "D219"), "{reason}");

        // The old address is no good, and the new one is not touched by that.
        let moved = listed("P1", "Aalbers", ",,").replace("Nieuwstraat", "Oudegracht");
        register(&returned.night, &moved);
        assert_eq!(returned.on("2025-09-30"), fate("letter", ""), "{reason}");
    }
}

#[test]
fn who_refused_a_letter_or_got_it_torn_is_written_to_again() {
    for reason in ["refused", "damaged"] {
        assert_eq!(Returned::as_(reason).on("2025-09-29"), fate("letter", ""), "{reason}");
    }
}

#[test]
fn a_note_that_somebody_has_died_holds_and_is_no_fact() {
    let returned = Returned::as_("deceased");
    assert_eq!(returned.on("2025-09-29"), fate("review", "D218"));
    let moved = listed("P1", "Aalbers", ",,").replace("Nieuwstraat", "Oudegracht");
    register(&returned.night, &moved);
    assert_eq!(returned.on("2025-09-30"), fate("review", "D218"), "at any address");

    // A human has asked: it was somebody else in the house.
    returned.comes_back("refused", "2025-09-30");
    assert_eq!(returned.on("2025-10-01"), fate("letter", ""));

    let died = Returned::as_("deceased");
    register(&died.night, &listed("P1", "Aalbers", "2025-09-10,,"));
    assert_eq!(died.on("2025-09-29").0, "suppressed", "the register has the word");
}
