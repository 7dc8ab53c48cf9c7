//! A decisions file as somebody saved it from a spreadsheet.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::ReviewError;
use crate::link::Ruling;

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

/// Reads the lines with a decision. Comma, semicolon and tab are understood, whatever the spreadsheet writes.
pub(super) fn read(path: &Utf8Path) -> Result<Vec<Line>, ReviewError> {
    let shape = |problem: String| ReviewError::Shape { path: path.to_owned(), problem };
    let bytes = std::fs::read(path).map_err(|source| ReviewError::Read { path: path.to_owned(), source })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| shape("it is not UTF-8".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or("");
    let delimiter = [b';', b'\t', b','].into_iter().max_by_key(|sign| head.bytes().filter(|byte| byte == sign).count());
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
    let mut lines = Vec::new();
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
        let cell = |name: &str| columns.get(name).and_then(|place| record.get(*place)).unwrap_or("");
        let line = parse(number, &cell);
        let problem = |problem| ReviewError::Line { path: path.to_owned(), line: number, problem };
        lines.extend(line.map_err(problem)?);
    }
}

/// Counts lines as a text editor does; the reader's own count is one behind where lines end in CRLF.
struct Count<'t> {
    text: &'t str,
    byte: usize,
    line: u64,
}

impl Count<'_> {
    fn line_at(&mut self, position: Option<&csv::Position>) -> u64 {
        let byte = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.byte);
        let rest = &self.text.as_bytes()[byte..];
        let start = byte + rest.iter().take_while(|sign| matches!(sign, b'\r' | b'\n')).count();
        self.line += self.text[self.byte..start].matches('\n').count() as u64;
        self.byte = start;
        self.line
    }
}

/// `None` for a line without a decision.
fn parse<'c>(number: u64, cell: &dyn Fn(&str) -> &'c str) -> Result<Option<Line>, String> {
    let word = cell("decision").to_lowercase();
    if word.is_empty() {
        return Ok(None);
    }
    let ruling = Ruling::from_word(&word).ok_or("`decision` is none of `same`, `different`, `undecided`")?;
    let code = cell("code");
    if !code.is_empty() && !DECIDABLE.contains(&code) {
        return Err("the code of this line is not about who is who; nothing can be decided here".to_owned());
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
fn places(text: &str) -> Option<Vec<Place>> {
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

    fn read_text(text: &str) -> Result<Vec<Line>, ReviewError> {
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
            let lines = read_text(text).unwrap();
            assert_eq!(lines.len(), 1, "{text}");
            assert_eq!((lines[0].number, lines[0].row.row, lines[0].ruling), (2, 3, Ruling::Same));
            assert_eq!(lines[0].beside, [Place { file: "b.csv".into(), row: 4, id: None }]);
        }
    }

    #[test]
    fn file_names_may_hold_spaces() {
        let names: Vec<_> =
            places("a b.csv:1 c.csv:20").unwrap().into_iter().map(|place| (place.file, place.row)).collect();
        assert_eq!(names, [("a b.csv".to_owned(), 1), ("c.csv".to_owned(), 20)]);
        assert_eq!(places("a.csv:1 b.csv"), None);
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
