//! `manifest.csv`: one row per letter in print order, for the vendor's machines and for joining
//! what comes back.
//!
//! UTF-8 without byte order mark, commas, quotes as in RFC 4180, CRLF, a header row, always the
//! same columns. What the vendor does not need is left out on purpose: BSN, birth date, sex,
//! provider, category, language.

use std::borrow::Cow;
use std::io::Write;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::field::draft::{Draft, Kix};
use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::field::terms::Format;
use crate::package::plan::Class;

/// The columns, in order.
pub const COLUMNS: [&str; 28] = [
    "job_id",
    "seq",
    "letter_id",
    "print_file",
    "first_page",
    "page_count",
    "sheet_count",
    "doc_sha256",
    "class",
    "insert_mask",
    "name_1",
    "name_2",
    "name_3",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "postcode",
    "town",
    "country_iso2",
    "foreign_line_1",
    "foreign_line_2",
    "foreign_line_3",
    "country_name_en",
    "kix",
    "kix_skip_reason",
    "zone",
    "handling",
];

/// No enclosures.
const NO_INSERTS: &str = "0";
/// Ordinary mail.
const STANDARD: &str = "STD";

/// Characters a column may hold at most; print vendors cut at 40 (docs/print.md), address lines of
/// the register have up to 50 abroad.
const fn limit(column: usize) -> usize {
    match column {
        0 | 1 => 7,
        2 => 26,
        3 | 7 => 64,
        14 => 5,
        15 => 1,
        17 => 6,
        19 => 2,
        20..=23 => 50,
        24 => 18,
        _ => 40,
    }
}

/// Why a letter cannot stand in the manifest. It should have been held long before: the run stops.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A cell breaks the rules of its column.
    #[error("letter `{letter_id}`: column `{column}` {problem}")]
    Cell {
        /// Which letter.
        letter_id: LetterId,
        /// Which column.
        column: &'static str,
        /// What is wrong; never the value.
        problem: &'static str,
    },
    /// More name or address lines than there are columns.
    #[error("letter `{letter_id}` has more than three {lines}")]
    Lines {
        /// Which letter.
        letter_id: LetterId,
        /// Of what.
        lines: &'static str,
    },
    /// The table cannot be written.
    #[error("cannot write the manifest")]
    Write(#[from] csv::Error),
}

/// Writes the manifest of one part.
///
/// # Errors
/// [`ManifestError`] for the first letter that breaks a rule of the manifest, or when `out` fails.
pub fn write(job: JobNumber, letters: &[Planned], out: impl Write) -> Result<(), ManifestError> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    table.write_record(COLUMNS)?;
    for letter in letters {
        let cells = row(job, letter)?;
        check(letter.draft.letter_id, &cells)?;
        table.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
    }
    table.flush().map_err(csv::Error::from)?;
    Ok(())
}

/// The printed content of a letter as one number, for audit: SHA-256 (lower-case hex) over what is
/// particular to the letter and the hash of its text, each with its length in front. A letter has
/// no file of its own whose bytes could be hashed; two letters with one content have one hash
/// whatever file or job they stand in.
#[must_use]
pub fn document_sha256(draft: &Draft) -> String {
    let kix = match &draft.kix {
        Kix::Code(code) => code.as_str(),
        Kix::Skipped(_) => "",
    };

    let format = match draft.format {
        Format::Standard => "standard",
        Format::Large => "large",
    };

    let letter_id = draft.letter_id.to_string();
    let fixed = [
        "breachpost letter 1",
        &letter_id,
        &draft.reference,
        &draft.salutation,
        &draft.country_line,
        kix,
        &draft.provider_display,
        format,
        &draft.body,
    ];

    let mut digest = Sha256::new();
    let mut add = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    };

    fixed.into_iter().for_each(&mut add);

    for lines in [&draft.name_lines, &draft.address_lines] {
        add(&lines.len().to_string());
        lines.iter().map(String::as_str).for_each(&mut add);
    }

    HEXLOWER.encode(&digest.finalize())
}

fn row(job: JobNumber, letter: &Planned) -> Result<[Cow<'_, str>; 28], ManifestError> {
    let (draft, place) = (&letter.draft, &letter.place);
    let postal = &draft.postal;
    let [name_1, name_2, name_3] = three(draft, &draft.name_lines, "name lines")?;
    let [line_1, line_2, line_3] = three(draft, &postal.foreign_lines, "address lines abroad")?;
    let (kix, skipped) = match &draft.kix {
        Kix::Code(code) => (code.as_str(), ""),
        Kix::Skipped(reason) => ("", reason.as_str()),
    };

    Ok([
        job.to_string().into(),
        format!("{:07}", place.seq).into(),
        draft.letter_id.to_string().into(),
        place.print_file.as_str().into(),
        place.first_page.to_string().into(),
        place.pages.to_string().into(),
        place.sheets.to_string().into(),
        document_sha256(draft).into(),
        Class::of(draft, place.sheets).code().into(),
        NO_INSERTS.into(),
        name_1.into(),
        name_2.into(),
        name_3.into(),
        postal.street.as_str().into(),
        postal.house_number.as_str().into(),
        postal.house_letter.as_str().into(),
        postal.house_addition.as_str().into(),
        postal.postcode.as_str().into(),
        postal.town.as_str().into(),
        postal.country.as_str().into(),
        line_1.into(),
        line_2.into(),
        line_3.into(),
        draft.country_line.as_str().into(),
        kix.into(),
        skipped.into(),
        draft.zone.word().into(),
        STANDARD.into(),
    ])
}

fn three<'a>(
    draft: &Draft,
    lines: &'a [String],
    what: &'static str,
) -> Result<[&'a str; 3], ManifestError> {
    if lines.len() > 3 {
        return Err(ManifestError::Lines { letter_id: draft.letter_id, lines: what });
    }
    Ok(std::array::from_fn(|index| lines.get(index).map_or("", String::as_str)))
}

fn check(letter_id: LetterId, cells: &[Cow<'_, str>; 28]) -> Result<(), ManifestError> {
    for (index, cell) in cells.iter().enumerate() {
        if let Some(problem) = problem(cell, limit(index)) {
            return Err(ManifestError::Cell { letter_id, column: COLUMNS[index], problem });
        }
    }
    Ok(())
}

fn problem(cell: &str, limit: usize) -> Option<&'static str> {
    if cell.chars().count() > limit {
        return Some("is longer than the vendor's limit");
    }

    if cell.chars().any(char::is_control) {
        return Some("holds a control character");
    }

    // A spreadsheet would run it. No apostrophe is put in front: it is a legal first letter of
    // Dutch names.
    if cell.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        return Some("begins like a spreadsheet formula");
    }

    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::place::Place;
    use crate::package::testing::draft;

    fn planned() -> Planned {
        let place = Place {
            part: 1,
            seq: 1,
            print_file: "print/2600001-p001-b001.pdf".to_owned(),
            first_page: 1,
            pages: 2,
            sheets: 1,
        };
        Planned { draft: draft(1, "1234AB"), place }
    }

    fn manifest(letters: &[Planned]) -> Result<String, ManifestError> {
        let mut bytes = Vec::new();
        write(JobNumber::new(2_600_001).unwrap(), letters, &mut bytes)?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_row_has_every_column_in_its_place() {
        let mut letter = planned();
        letter.draft.name_lines = vec!["mevr. A. \"Ans\" de Vries, weduwe".to_owned()];
        let text = manifest(&[letter]).unwrap();
        let (header, rest) = text.split_once("\r\n").unwrap();
        assert_eq!(header, COLUMNS.join(","));

        let hash = document_sha256(&{
            let mut draft = draft(1, "1234AB");
            draft.name_lines = vec!["mevr. A. \"Ans\" de Vries, weduwe".to_owned()];
            draft
        });

        assert_eq!(
            rest,
            format!(
                "2600001,0000001,{},print/2600001-p001-b001.pdf,1,2,1,{hash},A1,0,\"mevr. A. \"\"Ans\"\" de Vries, weduwe\",,,\
                 Dorpsstraat,12,A,,1234AB,UTRECHT,NL,,,,,1234AB12XA,,DOM,STD\r\n",
                draft(1, "1234AB").letter_id
            )
        );
    }

    #[test]
    fn cells_that_would_break_the_vendor_stop_the_run_without_naming_the_value() {
        type Breakage = fn(&mut Draft);
        let cases: [(Breakage, &str); 6] = [
            (
                |draft| draft.name_lines[0] = "=cmd()".to_owned(),
                "`name_1` begins like a spreadsheet formula",
            ),
            (|draft| draft.name_lines[0] = "x".repeat(41), "`name_1` is longer"),
            (|draft| draft.postal.street = "a\nb".to_owned(), "`street` holds a control character"),
            (
                |draft| draft.postal.foreign_lines = vec!["\u{ff1d}a".to_owned()],
                "`foreign_line_1` begins like",
            ),
            (|draft| draft.name_lines = vec![String::new(); 4], "more than three name lines"),
            (|draft| draft.kix = Kix::Code("1".repeat(19)), "`kix` is longer"),
        ];

        for (breakage, expected) in cases {
            let mut letter = planned();
            breakage(&mut letter.draft);
            let message = manifest(&[letter]).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("cmd"));
        }
    }

    #[test]
    fn an_apostrophe_is_a_legal_first_letter() {
        let mut letter = planned();
        letter.draft.postal.town = "'S-GRAVENHAGE".to_owned();
        assert!(manifest(&[letter]).unwrap().contains(",'S-GRAVENHAGE,"));
    }

    #[test]
    fn the_hash_of_a_letter_changes_with_everything_that_is_printed_and_nothing_else() {
        let base = document_sha256(&draft(1, "1234AB"));
        let changed = |change: fn(&mut Draft)| {
            let mut draft = draft(1, "1234AB");
            change(&mut draft);
            document_sha256(&draft)
        };

        assert_ne!(base, changed(|draft| draft.salutation.push('x')));
        assert_ne!(base, changed(|draft| draft.name_lines.push(String::new())));
        assert_ne!(base, changed(|draft| draft.body.push('0')));
        assert_ne!(base, changed(|draft| draft.kix = Kix::Skipped("TOO_WIDE".to_owned())));

        assert_eq!(base, changed(|draft| draft.record_ids.push("r2".to_owned())));
    }
}
