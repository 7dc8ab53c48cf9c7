//! What linking compares of a row: numbers only, 72 bytes a row.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::field::address::Address;
use crate::field::names::{PersonName, Sex};
use crate::link::content::{AllRows, Row, RowId, Source};
use crate::link::digest::Digest;
use crate::link::normalise::{self, Initials};
use crate::link::strings::{Collector, TextId, Texts};
use crate::link::{LinkError, birth, given, newborn};

/// Rows whose texts are collected together before the collections are joined.
const CHUNK: usize = 32_768;

/// The canonical details of one row. Zero means missing in every field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    /// PC6 and house number, or the whole address where there is no PC6; a digest.
    pub place: u64,
    /// BSN.
    pub bsn: u32,
    /// Birth date, packed as `yyyymmdd`.
    pub birth: u32,
    /// All given names; of a child that has none yet what [`given::unnamed`] makes of its record.
    pub given: TextId,
    /// First given name; missing for a child that has none yet.
    pub first: TextId,
    /// Surname parts of own and partner's name: a set, in order of appearance.
    pub surname: [TextId; 4],
    /// Initials.
    pub initials: Initials,
    /// PC6 as a number.
    pub postcode: u32,
    /// House number.
    pub number: u32,
    /// House letter and addition; a digest.
    pub suffix: u32,
    /// Street.
    pub street: TextId,
    /// Town.
    pub town: TextId,
    /// Sex.
    pub sex: Option<Sex>,
    /// List.
    pub source: Source,
}

impl Features {
    /// Register quality.
    pub(crate) fn is_anchor(&self) -> bool {
        self.source != Source::Exposure
    }

    /// Without BSN or without given name: such a row may have to be joined by its initials.
    pub(crate) const fn is_incomplete(&self) -> bool {
        self.bsn == 0 || self.first == 0
    }

    /// The surname parts that are there.
    pub(crate) fn parts(&self) -> impl Iterator<Item = TextId> + '_ {
        self.surname.iter().copied().filter(|part| *part != 0)
    }

    /// Rows that agree on all details are one person by the exact rules alone, without looking at
    /// any other row.
    pub(crate) const fn identifies(&self) -> bool {
        let someone = self.surname[0] != 0 && birth::is_full(self.birth);
        let by_number =
            self.bsn != 0 && self.birth != 0 && (self.surname[0] != 0 || self.place != 0);
        by_number || (someone && self.given != 0 && self.place != 0)
    }

    /// A digest that equal details share.
    pub(crate) fn digest(&self, seed: Digest) -> u64 {
        let numbers = [
            self.bsn,
            self.birth,
            self.given,
            self.initials.bits(),
            self.postcode,
            self.number,
            self.suffix,
        ];

        let words = [self.sex.map_or(0, |sex| sex as u64 + 1), self.source as u64, self.place];
        let digest = numbers
            .iter()
            .chain(&self.surname)
            .fold(seed, |digest, number| digest.number(u64::from(*number)));

        words.iter().fold(digest, |digest, word| digest.number(*word)).finish()
    }
}

/// Reads the details of `ids`, in the order of `ids`.
///
/// # Errors
/// [`LinkError::Capacity`] when the distinct names outgrow 32-bit numbers.
pub(crate) fn extract(
    all: AllRows<'_>,
    ids: &[RowId],
    seed: Digest,
) -> Result<(Vec<Features>, Texts), LinkError> {
    let chunks: Vec<(Vec<Features>, Collector)> = ids
        .par_chunks(CHUNK)
        .map(|ids| {
            let mut reader = Reader::new(seed);
            let features: Option<Vec<Features>> =
                ids.iter().map(|id| reader.features(all.get(*id))).collect();
            Some((features?, reader.texts))
        })
        .collect::<Option<_>>()
        .ok_or(LinkError::Capacity)?;

    let mut texts = Collector::new();
    let mut features = Vec::with_capacity(ids.len());
    for (chunk, collected) in chunks {
        let ids: Vec<TextId> = collected
            .iter()
            .map(|text| texts.add(text))
            .collect::<Option<_>>()
            .ok_or(LinkError::Capacity)?;
        features.extend(chunk.into_iter().map(|row| Features {
            given: ids[row.given as usize],
            first: ids[row.first as usize],
            street: ids[row.street as usize],
            town: ids[row.town as usize],
            surname: row.surname.map(|part| ids[part as usize]),
            ..row
        }));
    }

    Ok((features, texts.finish()))
}

/// Reads the details of a few rows that take no part in linking, with texts of their own.
pub(crate) fn of_rows<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    seed: Digest,
) -> Option<(Vec<Features>, Texts)> {
    let mut reader = Reader::new(seed);
    let features = rows.map(|row| reader.features(row)).collect::<Option<_>>()?;
    Some((features, reader.texts.finish()))
}

/// What a cell with given names says.
#[derive(Clone, Copy)]
enum Given {
    /// All names, the first of them and their initials; missing where there is none.
    Names(TextId, TextId, Initials),
    /// A word for a child that has no name yet.
    Filler,
}

/// Reads rows, remembering the canonical form of every raw name it has met: whether a word is a
/// name is asked once.
struct Reader<'a> {
    seed: Digest,
    texts: Collector,
    surnames: HashMap<&'a str, [TextId; 4]>,
    given: HashMap<&'a str, Given>,
    initials: HashMap<&'a str, Initials>,
    folded: HashMap<&'a str, TextId>,
}

impl<'a> Reader<'a> {
    fn new(seed: Digest) -> Self {
        let (surnames, given, initials, folded) =
            (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
        Self { seed, texts: Collector::new(), surnames, given, initials, folded }
    }

    fn features(&mut self, row: Row<'a>) -> Option<Features> {
        let (name, address) = (row.name(), row.address());
        let (number, suffix) =
            normalise::house(address.house_number, address.house_letter, address.house_addition);
        let postcode = normalise::postcode(address.postcode);
        let (given, first, initials) = match self.given(name.first_names, row.is_of_first_year())? {
            Given::Names(all, first, letters) => {
                let own = self
                    .initials
                    .entry(name.initials)
                    .or_insert_with(|| normalise::initials(name.initials, ""));
                (all, first, if *own == Initials::default() { letters } else { *own })
            }
            Given::Filler => {
                let all = self.texts.add(&given::unnamed(row.record()))?;
                (all, 0, normalise::initials_beside_filler(name.initials, name.first_names))
            }
        };

        Some(Features {
            place: self.place(&address, postcode, number, &suffix),
            bsn: row.bsn(),
            birth: row.birth_date().map_or(0, birth::pack),
            given,
            first,
            surname: self.surname(&name)?,
            initials,
            postcode,
            number,
            street: self.text(address.street)?,
            town: self.text(address.town)?,
            suffix: self.short(&suffix),
            sex: row.sex().filter(|sex| *sex != Sex::O),
            source: row.source(),
        })
    }

    fn given(&mut self, raw: &'a str, young: bool) -> Option<Given> {
        if let Some(known) = self.given.get(raw).filter(|_| !young) {
            return Some(*known);
        }

        // N.N. is two letters.
        let given = if newborn::is_filler(&normalise::fold(raw), young) {
            Given::Filler
        } else {
            let all = normalise::given_names(&normalise::readable_names(raw));
            let first = self.texts.add(normalise::first_of(&all))?;
            Given::Names(self.texts.add(&all)?, first, normalise::initials("", raw))
        };

        if !young {
            self.given.insert(raw, given);
        }

        Some(given)
    }

    fn text(&mut self, raw: &'a str) -> Option<TextId> {
        if let Some(id) = self.folded.get(raw) {
            return Some(*id);
        }
        let id = self.texts.add(&normalise::fold(raw))?;
        self.folded.insert(raw, id);
        Some(id)
    }

    /// Own and partner's surname parts together.
    fn surname(&mut self, name: &PersonName<'a>) -> Option<[TextId; 4]> {
        let mut parts = self.parts(name.surname)?;
        let Some(partner) = name.partner.filter(|partner| !partner.surname.is_empty()) else {
            return Some(parts);
        };

        for part in self.parts(partner.surname)? {
            if let Some(free) = parts.iter().position(|known| *known == 0 || *known == part) {
                parts[free] = part.max(parts[free]);
            }
        }

        Some(parts)
    }

    fn parts(&mut self, raw: &'a str) -> Option<[TextId; 4]> {
        if let Some(parts) = self.surnames.get(raw) {
            return Some(*parts);
        }
        let mut parts = [0; 4];
        for (place, part) in parts.iter_mut().zip(normalise::surname_parts(raw)) {
            *place = self.texts.add(&part)?;
        }
        self.surnames.insert(raw, parts);
        Some(parts)
    }

    fn place(&self, address: &Address<'_>, postcode: u32, number: u32, suffix: &str) -> u64 {
        if postcode != 0 && number != 0 {
            return self.seed.number(u64::from(postcode)).number(u64::from(number)).finish() | 1;
        }

        let lines =
            [address.street, address.location_description].into_iter().chain(address.foreign_lines);
        let folded: Vec<String> =
            lines.map(normalise::fold).filter(|line| !line.is_empty()).collect();
        if folded.is_empty() {
            return 0;
        }

        let digest =
            self.seed.number(u64::from(number)).text(suffix).text(&normalise::fold(address.town));
        folded.iter().fold(digest, |digest, line| digest.text(line)).finish() | 1
    }

    fn short(&self, suffix: &str) -> u32 {
        if suffix.is_empty() {
            0
        } else {
            u32::try_from(self.seed.text(suffix).finish() >> 32).unwrap_or(0) | 1
        }
    }
}
