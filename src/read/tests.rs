//! Whole inboxes, read: a folder of invented lists, and what arrives of it.

mod shapes;
mod torn;
mod values;

use camino::Utf8PathBuf;
use jiff::civil::date;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::base::Explain;
use crate::config::TextEncoding;
use crate::field::names::Sex;
use crate::field::reason::Reason;
use crate::field::terms::{Category, Custody, Published, Status};

const VALID: &str = "999990019";

/// A folder with lists, and the settings they are read under.
pub(super) struct Inbox {
    _guard: tempfile::TempDir,
    path: Utf8PathBuf,
    pub(super) formats: Inputs,
    pub(super) synthetic: bool,
}

impl Inbox {
    pub(super) fn new() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        Self { _guard: guard, path, formats: Inputs::default(), synthetic: true }
    }

    pub(super) fn with(content: impl AsRef<[u8]>) -> Self {
        Self::new().and("exposures.csv", content)
    }

    pub(super) fn and(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path.join(name), content).unwrap();
        self
    }

    pub(super) fn and_sidecar(self, name: &str, rows: usize) -> Self {
        let bytes = std::fs::read(self.path.join(name)).unwrap();
        let sha256 = data_encoding::HEXUPPER.encode(&Sha256::digest(bytes));
        self.and(
            &format!("{name}.meta.toml"),
            format!("rows = {rows}\nsha256 = \"{sha256}\"\nsender = \"lab\"\n"),
        )
    }

    pub(super) fn read(&self) -> Result<Rows, ReadError> {
        let terms = ReadTerms { synthetic: self.synthetic, run_date: date(2025, 9, 1) };
        read(&self.path, &self.formats, &terms, &Progress::hidden())
    }

    pub(super) fn error(&self) -> ReadError {
        self.read().unwrap_err()
    }
}

/// The cells of a sound row, some of them replaced.
pub(super) fn cells(columns: &[&str], replaced: &[(&str, &str)]) -> Vec<String> {
    let sound = |column: &str| match column {
        "record_id" => "R-1",
        "dataset_id" => "D1",
        "person_ref" => "P-1",
        "bsn" => VALID,
        "first_names" => "Anna Maria",
        "initials" => "A.M.",
        "surname_prefix" => "van der",
        "surname" => "Voorbeeld",
        "birth_date" => "1970-05-17",
        "sex" => "V",
        "street" => "Voorbeeldstraat",
        "house_number" => "12",
        "house_addition" => "-2",
        "postcode" => "1234AB",
        "town" => "Voorbeeldstad",
        "category" => "screening",
        "provider_code" => "01234567",
        "sample_date" => "2024-01-31",
        "status" => "confirmed",
        "published" => "no",
        "items" => "name;bsn",
        "kind" => "gp",
        "display_name" => "Huisartsenpraktijk Voorbeeld",
        "confirmed_on" => "2025-08-01",
        "contact_email" => "praktijk@example.org",
        "reason" => "objection",
        "source" => "helpdesk",
        "since" => "2025-08-02",
        _ => "",
    };
    assert!(replaced.iter().all(|(column, _)| columns.contains(column)));
    let cell = |column: &&str| {
        replaced.iter().find(|(name, _)| name == column).map_or(sound(column), |(_, cell)| cell)
    };
    columns.iter().map(|column| cell(column).to_owned()).collect()
}

pub(super) fn csv_text(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

pub(super) fn exposures(rows: &[&[(&str, &str)]]) -> String {
    let rows: Vec<_> = rows.iter().map(|replaced| cells(schema::EXPOSURES, replaced)).collect();
    csv_text(schema::EXPOSURES, &rows)
}

fn many(count: usize) -> String {
    let ids: Vec<String> = (1..=count).map(|number| format!("R-{number}")).collect();
    let rows: Vec<_> =
        ids.iter().map(|id| cells(schema::EXPOSURES, &[("record_id", id)])).collect();
    csv_text(schema::EXPOSURES, &rows)
}

/// Everything of the exposures that can be compared.
pub(super) fn content(rows: &Rows) -> Vec<String> {
    let good = rows.exposures.iter().map(|row| {
        let cells: Vec<&str> = row.cells.iter().collect();
        let bsn = row.bsn.map(crate::base::bsn::Bsn::number);
        format!(
            "{:?} {cells:?} {bsn:?} {:?} {:?} {:?}",
            row.row, row.category, row.items, row.status
        )
    });
    let refused = rows.refused.iter().map(|row| format!("{:?}", row.set_aside));
    good.chain(refused).collect()
}
