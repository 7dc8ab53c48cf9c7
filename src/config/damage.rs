//! `[damage]`: how much of a list may be unreadable before the run stops.

use serde::{Deserialize, Serialize};

use crate::field::row::ColumnDamage;

/// `[damage]`: a list that protects people (participants, register, suppressions) of which more
/// cannot be read stops the run before anything is planned. Both figures of a pair have to be
/// passed.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DamageLimits {
    /// Unreadable rows of one list that are permitted in any case.
    pub rows: u64,
    /// Unreadable rows that are permitted, in percent of the list.
    pub rows_percent: f64,
    /// Unreadable cells of one column that are permitted in any case.
    pub cells: u32,
    /// Unreadable cells of one column that are permitted, in percent of the filled ones.
    pub cells_percent: f64,
}

impl Default for DamageLimits {
    fn default() -> Self {
        Self { rows: 20, rows_percent: 0.5, cells: 20, cells_percent: 50.0 }
    }
}

impl DamageLimits {
    /// What is wrong with the figures, if anything.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        for (key, percent) in [
            ("damage.rows_percent", self.rows_percent),
            ("damage.cells_percent", self.cells_percent),
        ] {
            if !(0.0..=100.0).contains(&percent) {
                return Err((key, "must be 0 to 100".to_owned()));
            }
        }
        Ok(())
    }

    /// Whether so many unreadable rows of so many are too many.
    #[must_use]
    pub fn refuse_rows(&self, damaged: u64, of: u64) -> bool {
        damaged > self.rows && exceeds(damaged, of, self.rows_percent)
    }

    /// Whether a column is damaged too often.
    #[must_use]
    pub fn refuse_column(&self, column: &ColumnDamage) -> bool {
        let (damaged, filled) = (u64::from(column.damaged), u64::from(column.filled));
        column.damaged > self.cells && exceeds(damaged, filled, self.cells_percent)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn exceeds(part: u64, of: u64, percent: f64) -> bool {
    part as f64 * 100.0 > of as f64 * percent
}
