//! Cases of `review.csv` by where their lines begin: one of them is read without the others.

use std::fs::File;
use std::io::{BufReader, SeekFrom};

use camino::Utf8Path;
use csv::{Reader, StringRecord};

use super::ReviewError;
use super::decisions_file::{DECIDABLE, places};
use super::open_cases::{CaseLine, OpenCase, REVIEW};
use crate::base::FileError;
use crate::report::ReportError;

/// A row by file and number.
pub type RowName = (String, u32);

impl OpenCase {
    /// Calls `each` with every case in a run's papers and with the byte where its lines begin.
    ///
    /// # Errors
    /// [`ReviewError`] when the papers cannot be read.
    pub fn each_in(papers: &Utf8Path, mut each: impl FnMut(u64, Self)) -> Result<(), ReviewError> {
        let mut reader = Lines::open(papers)?;
        let mut open: Option<(u64, Self)> = None;
        while let Some((at, line)) = reader.next()? {
            match &mut open {
                Some((_, case)) if case.case == number(&line) => case.add(line),
                _ => {
                    let next = (at, Self::begin(papers, line));
                    if let Some((at, case)) = open.replace(next) {
                        each(at, case);
                    }
                }
            }
        }

        if let Some((at, case)) = open {
            each(at, case);
        }
        Ok(())
    }

    /// The case whose lines begin at this byte.
    ///
    /// # Errors
    /// [`ReviewError`] when the papers cannot be read.
    pub fn one_in(papers: &Utf8Path, at: u64) -> Result<Self, ReviewError> {
        let mut reader = Lines::open(papers)?;
        reader.seek(at)?;
        let Some((_, first)) = reader.next()? else {
            return Err(ReviewError::NoRun { folder: papers.to_owned() });
        };

        let mut case = Self::begin(papers, first);
        while let Some((_, line)) = reader.next()? {
            if number(&line) != case.case {
                break;
            }
            case.add(line);
        }
        Ok(case)
    }

    /// What a human can answer with `same` or `different`: a row, and those beside it.
    #[must_use]
    pub fn questions(&self) -> Vec<(RowName, Vec<RowName>)> {
        let lines = self.lines.iter().filter(|line| DECIDABLE.contains(&line.cell("code")));
        let question = |line: &CaseLine| {
            let row = (line.cell("file").to_owned(), line.cell("row").parse().ok()?);
            let beside = places(line.cell("beside"))?;
            Some((row, beside.into_iter().map(|place| (place.file, place.row)).collect()))
        };
        lines.filter_map(question).collect()
    }

    /// Every row that it names, in the order of its lines; those beside behind it.
    #[must_use]
    pub fn named_rows(&self) -> Vec<RowName> {
        let mut named: Vec<RowName> = Vec::new();
        let mut add = |row: RowName| {
            if !named.contains(&row) {
                named.push(row);
            }
        };
        for line in &self.lines {
            if let Ok(row) = line.cell("row").parse() {
                add((line.cell("file").to_owned(), row));
            }
        }
        for line in &self.lines {
            let beside = places(line.cell("beside")).unwrap_or_default();
            beside.into_iter().for_each(|place| add((place.file, place.row)));
        }
        named
    }

    /// What the program saw, line by line: code, row, and field names with agreement.
    #[must_use]
    pub fn evidence(&self) -> Vec<(String, String, String)> {
        let cell = |line: &CaseLine, name| line.cell(name).to_owned();
        let line = |line: &CaseLine| (cell(line, "code"), line.place(), cell(line, "evidence"));
        let mut evidence: Vec<_> = self.lines.iter().map(line).collect();
        evidence.dedup();
        evidence
    }

    fn begin(papers: &Utf8Path, line: CaseLine) -> Self {
        let mut case = Self {
            case: number(&line),
            code: line.cell("code").to_owned(),
            reason: line.cell("reason").to_owned(),
            rows: Vec::new(),
            path: papers.join(REVIEW),
            lines: Vec::new(),
        };
        case.add(line);
        case
    }

    fn add(&mut self, line: CaseLine) {
        let place = line.place();
        if !self.rows.contains(&place) {
            self.rows.push(place);
        }
        self.lines.push(line);
    }
}

fn number(line: &CaseLine) -> u32 {
    line.cell("case").parse().unwrap_or_default()
}

/// The lines of `review.csv`, each with the byte where it begins.
struct Lines {
    reader: Reader<BufReader<File>>,
    names: StringRecord,
}

impl Lines {
    fn open(papers: &Utf8Path) -> Result<Self, ReviewError> {
        let path = papers.join(REVIEW);
        let file = File::open(&path).map_err(FileError::at("read", &path))?;
        let mut reader = Reader::from_reader(BufReader::new(file));
        let names = reader.headers().map_err(unreadable)?.clone();
        Ok(Self { reader, names })
    }

    fn seek(&mut self, at: u64) -> Result<(), ReviewError> {
        let mut position = csv::Position::new();
        position.set_byte(at);
        self.reader.seek_raw(SeekFrom::Start(at), position).map_err(unreadable)
    }

    fn next(&mut self) -> Result<Option<(u64, CaseLine)>, ReviewError> {
        let mut record = StringRecord::new();
        if !self.reader.read_record(&mut record).map_err(unreadable)? {
            return Ok(None);
        }

        let (at, number) = record.position().map_or((0, 0), |place| (place.byte(), place.line()));
        let cells = self.names.iter().zip(&record);
        let cells = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        Ok(Some((at, CaseLine { number, cells })))
    }
}

fn unreadable(source: csv::Error) -> ReviewError {
    ReportError::Shelved { file: REVIEW, source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_case_is_read_as_it_is_among_all() {
        let folder = tempfile::tempdir().unwrap();
        let papers = Utf8Path::from_path(folder.path()).unwrap();
        let head =
            "case,list,file,row,record_id,code,reason,person,beside,beside_ids,evidence,decision\n";
        let lines = "1,exposures,a.csv,3,R1,L204,\"may be, or not\",p,b.csv:4 b.csv:9,,x,\n\
                     1,exposures,a.csv,5,R2,L204,r,p,b.csv:4,,y,\n2,exposures,,,R9,L218,r,q,,,z,\n";
        std::fs::write(papers.join(REVIEW), format!("{head}{lines}")).unwrap();

        let mut all = Vec::new();
        OpenCase::each_in(papers, |at, case| all.push((at, case))).unwrap();
        assert_eq!(all.len(), 2);
        for (at, case) in &all {
            let one = OpenCase::one_in(papers, *at).unwrap();
            assert_eq!(
                (one.case, one.rows, one.lines.len()),
                (case.case, case.rows.clone(), case.lines.len())
            );
        }

        let row = |file: &str, row| (file.to_owned(), row);
        assert_eq!(
            all[0].1.named_rows(),
            [row("a.csv", 3), row("a.csv", 5), row("b.csv", 4), row("b.csv", 9)]
        );
        assert_eq!(
            all[0].1.questions()[0],
            (row("a.csv", 3), vec![row("b.csv", 4), row("b.csv", 9)])
        );
        assert!(all[1].1.questions().is_empty() && all[1].1.named_rows().is_empty());
    }
}
