//! What a case names, for whoever looks at it alone.

use super::decisions_file::places;
use super::open_cases::{CaseLine, OpenCase};

/// A row by file and number.
pub type RowName = (String, u32);

impl OpenCase {
    /// Every row that it names, in the order of its lines; those beside behind them.
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
            for place in beside {
                add((place.file, place.row));
            }
        }
        named
    }

    /// What the program saw, line by line: code, row, and field names with agreement.
    #[must_use]
    pub fn seen(&self) -> Vec<(String, String, String)> {
        let cell = |line: &CaseLine, name| line.cell(name).to_owned();
        let line = |line: &CaseLine| (cell(line, "code"), line.place(), cell(line, "evidence"));
        let mut seen: Vec<_> = self.lines.iter().map(line).collect();
        seen.dedup();
        seen
    }
}
