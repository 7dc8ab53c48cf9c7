//! The plan of a job: which letter stands where, fixed before anything is set.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::vec::IntoIter;

use rayon::prelude::*;

use crate::base::defect::{self, Defect};
use crate::config::Print;
use crate::field::draft::Draft;
use crate::field::ids::LetterId;
use crate::field::place::{Place, Planned};
use crate::field::terms::{Format, Zone};

/// The letters of one part, in print order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPlan {
    /// From 1.
    pub number: u32,
    /// At most `letters_per_part`.
    pub letters: Vec<Planned>,
}

/// What all letters of one print file have in common: the vendor sets up a machine for a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Postal zone.
    pub zone: Zone,
    /// Size of print.
    pub format: Format,
    /// Sheets a letter.
    pub sheets: u32,
}

impl Class {
    /// The class of one letter.
    #[must_use]
    pub const fn of(draft: &Draft, sheets: u32) -> Self {
        Self { zone: draft.zone, format: draft.format, sheets }
    }

    /// The code in manifest and ticket, for instance `A1`. Says how many sheets go into the
    /// envelope; what the letter is about and how large it is printed cannot be told from it.
    #[must_use]
    pub fn code(self) -> String {
        let letter = match (self.zone, self.format) {
            (Zone::Domestic, Format::Standard) => 'A',
            (Zone::Domestic, Format::Large) => 'B',
            (Zone::Europe, Format::Standard) => 'C',
            (Zone::Europe, Format::Large) => 'D',
            (Zone::World, Format::Standard) => 'E',
            (Zone::World, Format::Large) => 'F',
        };
        format!("{letter}{}", self.sheets)
    }
}

/// A letter that can be printed, as far as its place depends on it: a whole job of them is in
/// memory at once, the letters themselves are not.
#[derive(Debug)]
pub struct ProofedLetter {
    key: Key,
    pages: u32,
    origin: u32,
}

impl ProofedLetter {
    /// Takes note of a letter with its pages (blank backs counted) and sheets. `origin` is where
    /// the caller finds it again.
    #[must_use]
    pub fn of(draft: &Draft, pages: u32, sheets: u32, origin: u32) -> Self {
        Self { key: Key::of(draft, sheets), pages, origin }
    }

    /// The letter.
    #[must_use]
    pub const fn letter_id(&self) -> LetterId {
        self.key.letter_id
    }

    /// Its class.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.key.class
    }

    /// Where the caller finds it again.
    #[must_use]
    pub const fn origin(&self) -> u32 {
        self.origin
    }
}

/// Where the letters of one part stand, in print order.
#[derive(Debug)]
pub struct PartPlaces {
    /// From 1.
    pub number: u32,
    /// At most `letters_per_part`.
    pub places: Vec<(ProofedLetter, Place)>,
}

/// Plans a job that fits in memory. See [`places`].
#[must_use]
pub fn plan(job_name: &str, letters: Vec<(Draft, u32, u32)>, print: &Print) -> Vec<PartPlan> {
    let proofed = |(origin, (draft, pages, sheets)): (u32, &(Draft, u32, u32))| {
        ProofedLetter::of(draft, *pages, *sheets, origin)
    };
    let proofed = (0..).zip(&letters).map(proofed).collect();
    let mut drafts: Vec<Option<Draft>> =
        letters.into_iter().map(|(draft, ..)| Some(draft)).collect();
    let mut planned = |(proofed, place): (ProofedLetter, Place)| {
        let draft = drafts[proofed.origin as usize].take().expect("every letter has one place");
        Planned { draft, place }
    };

    places(job_name, proofed, print)
        .map(|part| PartPlan {
            number: part.number,
            letters: part.places.into_iter().map(&mut planned).collect(),
        })
        .collect()
}

/// Plans letters of an earlier job once more: in the order of that job, each with its number there.
#[must_use]
pub fn plan_again(job_name: &str, letters: Vec<Planned>, print: &Print) -> Vec<PartPlan> {
    let numbers: BTreeMap<LetterId, u32> =
        letters.iter().map(|letter| (letter.draft.letter_id, letter.place.seq)).collect();
    let letters =
        letters.into_iter().map(|Planned { draft, place }| (draft, place.pages, place.sheets));
    let mut parts = plan(job_name, letters.collect(), print);
    for letter in parts.iter_mut().flat_map(|part| &mut part.letters) {
        letter.place.seq = numbers[&letter.draft.letter_id];
    }
    parts
}

/// Plans a job part by part, so that a part can be written and let go before the next one is made.
///
/// Order: class, then postcode (abroad: country, then address lines), then letter id. A print file
/// holds one class and at most `letters_per_file` letters; a part holds at most `letters_per_part`.
/// The same letters in any order give the same plan.
#[must_use]
pub fn places(job_name: &str, mut proofed: Vec<ProofedLetter>, print: &Print) -> Places {
    if defect::is(Defect::Unsorted) {
        let keyed = proofed.into_iter().map(|letter| (letter.letter_id(), letter));
        proofed = keyed.collect::<HashMap<_, _>>().into_values().collect();
        proofed.sort_by_key(ProofedLetter::class);
    } else {
        proofed.par_sort_unstable_by(|one, other| one.key.cmp(&other.key));
    }
    Places {
        letters: proofed.into_iter(),
        job_name: job_name.to_owned(),
        letters_per_file: print.letters_per_file.max(1),
        letters_per_part: print.letters_per_part.max(1),
        part: 0,
        seq: 0,
    }
}

/// The name of one print file inside a part's payload.
fn print_file(job_name: &str, part: u32, file: u32) -> String {
    format!("print/{job_name}-p{part:03}-b{file:03}.pdf")
}

/// The place of a letter in print order. Held for every letter of a job, so it is small: no text
/// for addresses in the Netherlands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    class: Class,
    postcode: [u8; 6],
    abroad: Option<Box<str>>,
    letter_id: LetterId,
}

impl Key {
    fn of(draft: &Draft, sheets: u32) -> Self {
        let postal = &draft.postal;
        let abroad = draft.zone.cmp(&Zone::Domestic) != Ordering::Equal;
        Self {
            class: Class::of(draft, sheets),
            postcode: fixed(&postal.postcode),
            abroad: abroad
                .then(|| format!("{}\n{}", postal.country, postal.foreign_lines.join("\n")).into()),
            letter_id: draft.letter_id,
        }
    }
}

/// The first `N` bytes, zeros behind a shorter text: sorts like the text.
fn fixed<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    std::array::from_fn(|index| bytes.get(index).copied().unwrap_or(0))
}

/// Hands out the parts of a job in order.
#[derive(Debug)]
pub struct Places {
    letters: IntoIter<ProofedLetter>,
    job_name: String,
    letters_per_file: u32,
    letters_per_part: u32,
    part: u32,
    seq: u32,
}

/// The print file that is being filled.
struct Open {
    class: Class,
    number: u32,
    letters: u32,
    pages: u32,
}

impl Places {
    /// Letters that are still to come.
    #[must_use]
    pub fn letters(&self) -> usize {
        self.letters.len()
    }

    /// The classes of the letters that are still to come.
    #[must_use]
    pub fn classes(&self) -> BTreeSet<Class> {
        self.letters.as_slice().iter().map(ProofedLetter::class).collect()
    }

    /// Parts of the job, handed out or not.
    #[must_use]
    pub fn parts(&self) -> u32 {
        let left = u32::try_from(self.letters.len())
            .expect("a job has fewer letters than a number can count");
        self.part + left.div_ceil(self.letters_per_part)
    }
}

impl Iterator for Places {
    type Item = PartPlaces;

    fn next(&mut self) -> Option<PartPlaces> {
        self.letters.as_slice().first()?;
        self.part += 1;
        let mut places = Vec::with_capacity(self.letters.len().min(self.letters_per_part as usize));
        let mut open: Option<Open> = None;
        for proofed in self.letters.by_ref().take(self.letters_per_part as usize) {
            let (class, pages) = (proofed.key.class, proofed.pages);
            let file = match open.take() {
                Some(file) if file.class == class && file.letters < self.letters_per_file => file,
                full => Open {
                    class,
                    number: full.map_or(1, |file| file.number + 1),
                    letters: 0,
                    pages: 0,
                },
            };
            self.seq += 1;
            let place = Place {
                part: self.part,
                seq: self.seq,
                print_file: print_file(&self.job_name, self.part, file.number),
                first_page: file.pages + 1,
                pages,
                sheets: class.sheets,
            };
            open = Some(Open { letters: file.letters + 1, pages: file.pages + pages, ..file });
            places.push((proofed, place));
        }

        Some(PartPlaces { number: self.part, places })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::package::testing::draft;

    fn print(letters_per_file: u32, letters_per_part: u32) -> Print {
        Print { letters_per_file, letters_per_part, ..Print::default() }
    }

    #[test]
    fn a_class_never_shares_a_file_and_codes_are_opaque() {
        let mut large = draft(1, "1000AA");
        large.format = Format::Large;
        let parts = plan(
            "2600001",
            vec![(draft(2, "1000AA"), 2, 1), (large, 4, 2), (draft(3, "1000AA"), 4, 2)],
            &print(10, 10),
        );

        let files: Vec<_> =
            parts[0].letters.iter().map(|letter| letter.place.print_file.as_str()).collect();
        assert_eq!(
            files,
            [
                "print/2600001-p001-b001.pdf",
                "print/2600001-p001-b002.pdf",
                "print/2600001-p001-b003.pdf"
            ]
        );

        let codes: Vec<_> = parts[0]
            .letters
            .iter()
            .map(|letter| Class::of(&letter.draft, letter.place.sheets).code())
            .collect();
        assert_eq!(codes, ["A1", "A2", "B2"]);
    }

    #[test]
    fn letters_stand_in_postcode_order_then_by_id() {
        let proofed = vec![
            (draft(3, "2000AA"), 2, 1),
            (draft(2, "1000AB"), 2, 1),
            (draft(1, "1000AB"), 2, 1),
        ];

        let parts = plan("2600001", proofed, &print(2, 10));
        let places: Vec<_> = parts[0]
            .letters
            .iter()
            .map(|letter| {
                (letter.draft.postal.postcode.as_str(), letter.place.seq, letter.place.first_page)
            })
            .collect();

        assert_eq!(places, [("1000AB", 1, 1), ("1000AB", 2, 3), ("2000AA", 3, 1)]);
        assert!(parts[0].letters[0].draft.letter_id < parts[0].letters[1].draft.letter_id);
        assert_eq!(parts[0].letters[2].place.print_file, "print/2600001-p001-b002.pdf");
    }

    #[test]
    fn abroad_goes_by_country_then_lines() {
        let abroad = |id, country: &str, line: &str| {
            let mut draft = draft(id, "");
            draft.zone = Zone::Europe;
            draft.postal.country = country.to_owned();
            draft.postal.foreign_lines = vec![line.to_owned()];
            (draft, 2, 1)
        };

        let parts = plan(
            "2600001",
            vec![abroad(1, "DE", "b"), abroad(2, "BE", "z"), abroad(3, "DE", "a")],
            &print(9, 9),
        );

        let lines: Vec<_> = parts[0]
            .letters
            .iter()
            .map(|letter| letter.draft.postal.foreign_lines[0].as_str())
            .collect();
        assert_eq!(lines, ["z", "a", "b"]);
    }

    #[test]
    fn letters_that_are_planned_again_keep_their_numbers_and_their_order() {
        let proofed = (1..=9).map(|id| (draft(id, &format!("{}AA", 2000 - id)), 2, 1)).collect();
        let first: Vec<Planned> = plan("2600001", proofed, &print(10, 10))
            .into_iter()
            .flat_map(|part| part.letters)
            .collect();
        let chosen: Vec<Planned> =
            first.iter().filter(|letter| letter.place.seq % 3 == 0).cloned().collect();
        let parts = plan_again("2600002", chosen.iter().rev().cloned().collect(), &print(2, 2));
        let again: Vec<&Planned> = parts.iter().flat_map(|part| &part.letters).collect();
        assert_eq!(again.iter().map(|letter| letter.place.seq).collect::<Vec<_>>(), [3, 6, 9]);
        assert!(again.iter().zip(&chosen).all(|(one, other)| one.draft == other.draft));
        assert_eq!(again[2].place.print_file, "print/2600002-p002-b001.pdf");
    }

    #[test]
    fn no_letters_make_no_part() {
        assert!(plan("2600001", Vec::new(), &Print::default()).is_empty());
    }

    proptest! {
        #[test]
        fn any_order_gives_the_same_gapless_plan(
            sheets in proptest::collection::vec(1_u32..4, 1..60),
            per_file in 1_u32..7,
            parts_of in 1_u32..5,
            seed in any::<u64>(),
        ) {
            let proofed: Vec<(Draft, u32, u32)> = (0_u32..)
                .zip(&sheets)
                .map(|(id, sheets)| (draft(id, &format!("{}AA", 1000 + id % 7)), sheets * 2, *sheets))
                .collect();

            let mut shuffled = proofed.clone();
            shuffled.sort_by_key(|(draft, ..)| draft.letter_id.to_string().bytes().fold(seed, |sum, byte| sum.rotate_left(9) ^ u64::from(byte)));
            let settings = print(per_file, per_file * parts_of);
            let plan_of = plan("2600001", proofed, &settings);
            prop_assert_eq!(&plan_of, &plan("2600001", shuffled, &settings));

            let all: Vec<&Planned> = plan_of.iter().flat_map(|part| &part.letters).collect();
            prop_assert_eq!(all.len(), sheets.len());
            prop_assert!((1_u32..).zip(&all).all(|(seq, letter)| letter.place.seq == seq));

            for pair in all.windows(2) {
                let (one, next) = (&pair[0].place, &pair[1].place);
                let expected = if one.print_file == next.print_file { one.first_page + one.pages } else { 1 };
                prop_assert_eq!(next.first_page, expected);
                prop_assert!(one.print_file != next.print_file || one.sheets == next.sheets);
            }
        }
    }
}
