//! A decisions file as somebody saved it from a spreadsheet.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::ReviewError;
use super::open_cases::{CaseLine, OpenCase};
use crate::base::FileError;
use crate::config::Config;
use crate::link::Ruling;
use crate::record::RecordRuling;

/// Codes that a human answers with `same` or `different`.
const DECIDABLE: [&str; 6] = ["L201", "L202", "L203", "L204", "L205", "L206"];

/// One line that has a decision.
pub(super) struct Line {
    /// As a text editor counts, from 1.
    pub number: u64,
    pub row: Place,
    pub beside: Vec<Place>,
    pub ruling: Ruling,
}

/// One line about a record or a person, and not about who is who.
pub(super) struct About {
    /// As a text editor counts, from 1.
    pub number: u64,
    /// A row of the inbox.
    pub row: Option<Place>,
    /// A record that is no longer there.
    pub record: RecordName,
    pub verdict: Verdict,
}

/// What a line says of a record or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Record(RecordRuling),
    /// The person is not protected any more.
    Released,
}

/// A record that is gone, as `review.csv` names it.
pub(super) struct RecordName {
    pub record_id: String,
    pub dataset_id: Option<String>,
    pub person: String,
}

/// Everything that a file decides.
#[derive(Default)]
pub(super) struct Lines {
    /// Who is who.
    pub pairs: Vec<Line>,
    /// The rest.
    pub others: Vec<About>,
}

/// A row of the inbox as a human names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub file: String,
    /// Data row, from 1.
    pub row: u32,
    /// Record id or `person_ref`, where the file tells it.
    pub id: Option<String>,
}

impl Place {
    /// `file:row`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (file, row) = text.rsplit_once(':')?;
        Some(Self { file: file.to_owned(), row: row.parse().ok()?, id: None })
    }
}

/// Decisions, and the file that their lines are in.
pub struct Decisions {
    pub(super) path: Utf8PathBuf,
    pub(super) lines: Lines,
}

impl Decisions {
    /// Those of a file that somebody filled in.
    ///
    /// # Errors
    /// [`ReviewError`] when it is not a decisions file.
    pub fn read(path: &Utf8Path) -> Result<Self, ReviewError> {
        Ok(Self { path: path.to_owned(), lines: read(path)? })
    }

    /// One decision about all lines of a case, or about those of one of its rows (`file:row`).
    ///
    /// # Errors
    /// [`ReviewError`] when the last run has no such case, or this cannot be said of it.
    pub fn about(
        config: &Config,
        case: u32,
        row: Option<&str>,
        decision: &str,
    ) -> Result<Self, ReviewError> {
        let case = OpenCase::find(config, case)?;
        let mut lines = Lines::default();
        let is_meant = |line: &&CaseLine| {
            row.is_none_or(|row| line.place() == row || line.cell("beside") == row)
        };
        for line in case.lines.iter().filter(is_meant) {
            let cell = |name: &str| match name {
                "decision" => decision,
                name => line.cell(name),
            };
            let problem =
                |problem| ReviewError::Line { path: case.path.clone(), line: line.number, problem };
            lines.add(line.number, &cell).map_err(problem)?;
        }

        match row {
            Some(row) if lines.is_empty() => {
                Err(ReviewError::NoRow { case: case.case, row: row.to_owned() })
            }
            _ => Ok(Self { path: case.path, lines }),
        }
    }
}

impl Lines {
    fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.others.is_empty()
    }

    /// Adds a line, unless it decides nothing.
    fn add<'c>(&mut self, number: u64, cell: &dyn Fn(&str) -> &'c str) -> Result<(), String> {
        match about(number, cell)? {
            Some(about) => self.others.push(about),
            None => self.pairs.extend(parse(number, cell)?),
        }
        Ok(())
    }
}

/// Reads the lines with a decision. Comma, semicolon and tab are understood, whatever the
/// spreadsheet writes.
pub(super) fn read(path: &Utf8Path) -> Result<Lines, ReviewError> {
    let shape = |problem: String| ReviewError::Shape { path: path.to_owned(), problem };
    let bytes = std::fs::read(path).map_err(FileError::at("read decisions", path))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| shape("it is not UTF-8".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or("");
    let delimiter = [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|sign| head.bytes().filter(|byte| byte == sign).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());

    let header = reader.headers().map_err(|_| shape("its header cannot be read".to_owned()))?;
    let columns: BTreeMap<String, usize> =
        header.iter().enumerate().map(|(place, name)| (name.to_lowercase(), place)).collect();
    for needed in ["file", "row", "beside", "decision"] {
        if !columns.contains_key(needed) {
            return Err(shape(format!("column `{needed}` is missing")));
        }
    }

    let mut lines = Lines::default();
    let mut record = csv::StringRecord::new();
    let mut count = Count { text, byte: 0, line: 1 };

    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(lines),
            Ok(true) => {}
            Err(error) => {
                let line = count.line_at(error.position());
                return Err(shape(format!("line {line} has more or fewer cells than the header")));
            }
        }
        let number = count.line_at(record.position());
        let cell =
            |name: &str| columns.get(name).and_then(|place| record.get(*place)).unwrap_or("");
        let problem = |problem| ReviewError::Line { path: path.to_owned(), line: number, problem };
        lines.add(number, &cell).map_err(problem)?;
    }
}

/// Counts lines as a text editor does; the reader's own count is one behind where lines end in
/// CRLF.
struct Count<'t> {
    text: &'t str,
    byte: usize,
    line: u64,
}

impl Count<'_> {
    fn line_at(&mut self, position: Option<&csv::Position>) -> u64 {
        let byte = position
            .and_then(|position| usize::try_from(position.byte()).ok())
            .unwrap_or(self.byte);
        let rest = &self.text.as_bytes()[byte..];
        let start = byte + rest.iter().take_while(|sign| matches!(sign, b'\r' | b'\n')).count();
        self.line += self.text[self.byte..start].matches('\n').count() as u64;
        self.byte = start;
        self.line
    }
}

/// Codes that a human answers with `withdrawn` or `lacking`.
const RECORDS: [&str; 3] = ["L218", "D216", "D217"];

/// The code that a human answers with `told` as well, once it is true.
const ALL_WITHDRAWN: &str = "D217";

/// The code that a human answers with `released`.
const PROTECTED: &str = "D215";

/// `None` for a line that is not about a record or a person's protection.
fn about<'c>(number: u64, cell: &dyn Fn(&str) -> &'c str) -> Result<Option<About>, String> {
    let (word, code) = (cell("decision").to_lowercase(), cell("code"));
    let ruling = RecordRuling::from_word(&word).filter(|ruling| *ruling != RecordRuling::Undecided);
    let verdict = match (word.as_str(), ruling) {
        ("", _) => return Ok(None),
        ("released", _) if code == PROTECTED => Verdict::Released,
        ("released", _) => return Err("only lines with the code D215 can be `released`".to_owned()),
        (_, Some(ruling)) => Verdict::Record(ruling),
        ("told", _) if code == ALL_WITHDRAWN => Verdict::Record(RecordRuling::ToldByHand),
        ("told", _) => return Err("only lines with the code D217 can be `told`".to_owned()),
        ("undecided", _) if RECORDS.contains(&code) => Verdict::Record(RecordRuling::Undecided),
        (_, None) if RECORDS.contains(&code) => {
            return Err(
                "`decision` is none of `withdrawn`, `lacking`, `undecided`, `told`".to_owned()
            );
        }
        (_, None) if code == PROTECTED => return Err("`decision` is not `released`".to_owned()),
        _ => return Ok(None),
    };

    let id = cell("record_id");
    let row = match (cell("file"), cell("row")) {
        ("", "") => None,
        (file, row) => {
            let row = row.parse().map_err(|_| "`row` is not a row number")?;
            Some(Place { file: file.to_owned(), row, id: (!id.is_empty()).then(|| id.to_owned()) })
        }
    };

    let record = RecordName {
        record_id: id.to_owned(),
        dataset_id: cell("evidence").strip_prefix("dataset_id: ").map(str::to_owned),
        person: cell("person").to_owned(),
    };
    Ok(Some(About { number, row, record, verdict }))
}

/// `None` for a line without a decision.
fn parse<'c>(number: u64, cell: &dyn Fn(&str) -> &'c str) -> Result<Option<Line>, String> {
    let word = cell("decision").to_lowercase();
    if word.is_empty() {
        return Ok(None);
    }

    let ruling =
        Ruling::from_word(&word).ok_or("`decision` is none of `same`, `different`, `undecided`")?;
    let code = cell("code");
    if !code.is_empty() && !DECIDABLE.contains(&code) {
        return Err(
            "the code of this line is not about who is who; nothing can be decided here".to_owned()
        );
    }

    let id = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let row = cell("row").parse().map_err(|_| "`row` is not a row number")?;
    let row = Place { file: cell("file").to_owned(), row, id: id(cell("record_id")) };
    let mut beside = places(cell("beside")).ok_or("`beside` is not a list of `file:row`")?;
    if beside.is_empty() {
        return Err("`beside` names no row; a decision is about two rows".to_owned());
    }

    let ids: Vec<&str> = cell("beside_ids").split(' ').filter(|id| !id.is_empty()).collect();
    if ids.len() == beside.len() {
        beside.iter_mut().zip(ids).for_each(|(place, own)| place.id = id(own));
    }

    Ok(Some(Line { number, row, beside, ruling }))
}

/// `a.csv:1 b c.csv:2`: a file name may hold spaces.
pub(super) fn places(text: &str) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    let mut name = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
        if let Some(place) = Place::parse(&name) {
            places.push(place);
            name.clear();
        }
    }

    name.is_empty().then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Lines, ReviewError> {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("decisions.csv");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn what_a_spreadsheet_saves_is_understood() {
        for text in [
            "file,row,beside,decision\na.csv,3,b.csv:4,same\na.csv,5,b.csv:6,\n",
            "\u{feff}file;row;beside;decision\r\na.csv;3;b.csv:4;SAME\r\n",
            "decision\tbeside\trow\tfile\n same \tb.csv:4\t3\ta.csv\n",
        ] {
            let lines = read_text(text).unwrap().pairs;
            assert_eq!(lines.len(), 1, "{text}");
            assert_eq!((lines[0].number, lines[0].row.row, lines[0].ruling), (2, 3, Ruling::Same));
            assert_eq!(lines[0].beside, [Place { file: "b.csv".into(), row: 4, id: None }]);
        }
    }

    #[test]
    fn file_names_may_hold_spaces() {
        let names: Vec<_> = places("a b.csv:1 c.csv:20")
            .unwrap()
            .into_iter()
            .map(|place| (place.file, place.row))
            .collect();
        assert_eq!(names, [("a b.csv".to_owned(), 1), ("c.csv".to_owned(), 20)]);
        assert_eq!(places("a.csv:1 b.csv"), None);
    }

    #[test]
    fn records_and_people_are_decided_about_with_words_of_their_own() {
        let head = "file,row,record_id,code,person,beside,evidence,decision\n";
        let lines = read_text(&format!(
            "{head},,R1,L218,p,,dataset_id: d,Withdrawn\na.csv,3,R2,D215,q,,,released\n"
        ));
        let lines = lines.unwrap().others;
        assert_eq!(lines[0].verdict, Verdict::Record(RecordRuling::Withdrawn));
        assert_eq!(
            (lines[0].row.is_none(), lines[0].record.dataset_id.as_deref()),
            (true, Some("d"))
        );

        assert_eq!(lines[1].verdict, Verdict::Released);
        let lines = read_text(&format!("{head},,R1,D217,p,,dataset_id: d,told\n")).unwrap().others;
        assert_eq!(lines[0].verdict, Verdict::Record(RecordRuling::ToldByHand));

        for line in [
            "a.csv,3,R2,L203,q,b.csv:1,,released",
            "a.csv,3,R2,D215,q,,,same",
            ",,R1,L218,p,,,released",
            ",,R1,L218,p,,,told",
        ] {
            assert!(read_text(&format!("{head}{line}\n")).is_err(), "{line}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_refused() {
        for text in [
            "file,row,decision\na.csv,3,same\n",
            "file,row,beside,decision\na.csv,3,same\n",
            "file,row,beside,decision\na.csv,3,b.csv:4,maybe\n",
            "file,row,beside,decision\na.csv,three,b.csv:4,same\n",
            "file,row,beside,decision\na.csv,3,,same\n",
            "file,row,beside,decision,code\na.csv,3,b.csv:4,same,L207\n",
        ] {
            assert!(read_text(text).is_err(), "{text}");
        }
    }
}
