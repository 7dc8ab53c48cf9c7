//! A few rows of the inbox as they were delivered, cell by cell: for a human who decides about them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use camino::Utf8Path;
use serde::Serialize;

use super::batch::Context;
use super::empty::Empty;
use super::translate::Translation;
use super::{Pending, ReadError, ReadTerms, cell, inbox, raw, read_list, schema};
use crate::base::progress::Progress;
use crate::config::Inputs;
use crate::field::row::{List, Rows};

/// A row as it was delivered. Its values are for whoever asked for it, and for nobody else.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DeliveredRow {
    /// Name of its file.
    pub file: String,
    /// Data row, from 1.
    pub row: u32,
    /// The list it belongs to.
    pub list: List,
    /// Our names of the columns and what is in them, in contract order; without a name, once, where
    /// nobody can tell the cells apart. Columns that the contract does not name are not here.
    pub cells: Vec<(&'static str, String)>,
}

/// Nothing of a row is printed by accident.
impl fmt::Debug for DeliveredRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveredRow({}:{})", self.file, self.row)
    }
}

/// The wanted rows, by file and number, in the order of the files and rows. Files of which none is
/// wanted are not read; a row that its file does not have is left out.
///
/// # Errors
/// [`ReadError`] as [`super::read`].
pub fn delivered_rows(
    inbox: &Utf8Path,
    formats: &Inputs,
    terms: &ReadTerms,
    wanted: &BTreeMap<String, BTreeSet<u32>>,
    progress: &Progress,
) -> Result<Vec<DeliveredRow>, ReadError> {
    let found = inbox::open(inbox, formats)?;
    let terms = raw::Terms { synthetic: terms.synthetic, days: cell::Days::before(terms.run_date) };

    let mut delivered = Vec::new();
    for (file, index) in found.lists.iter().zip(0..) {
        let Some(rows) = wanted.get(&file.name) else { continue };
        let path = inbox.join(&file.name);
        let format = formats.of(file.list);
        let (translation, empty) =
            (Translation::of(file.list, format), Empty::of(file.list, format)?);
        let context = Context {
            file: &path,
            index,
            list: file.list,
            terms,
            translation: &translation,
            empty: &empty,
            marker: None,
            wanted: Some(rows),
            progress,
        };

        let counted =
            read_list(file, format, &context, &mut Rows::default(), &mut Pending::default())?;
        let columns = schema::columns(file.list);
        delivered.extend(counted.delivered.into_iter().map(|(row, cells)| DeliveredRow {
            file: file.name.clone(),
            row,
            list: file.list,
            cells: named(columns, cells),
        }));
    }

    Ok(delivered)
}

pub(super) fn named(columns: &[&'static str], cells: Vec<String>) -> Vec<(&'static str, String)> {
    if cells.len() == columns.len() {
        columns.iter().copied().zip(cells).collect()
    } else {
        cells.into_iter().map(|cell| ("", cell)).collect()
    }
}
