//! Lists under the name of something else, known by their header.
//!
//! `export.csv` may hold those who must not be written to. A file of the inbox that no name makes a
//! list is looked into, a few lines of it and no more: where all columns that a list must have are
//! in one of them, it is that list.

use std::fs::File;
use std::io::Read as _;

use camino::Utf8Path;

use crate::config::Inputs;
use crate::field::row::List;

use super::{header, schema};

/// Bytes that are looked at: many times the longest header.
const BEGINNING: u64 = 65_536;

/// Lines that are looked at: a header may be below a title.
const LINES: usize = 10;

/// The lists whose header is at the beginning of a text file, by our names or by the configured
/// ones; none where it cannot be read, which is nothing to stop for.
pub(super) fn lists(file: &Utf8Path, formats: &Inputs) -> Vec<List> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(BEGINNING).read_to_end(&mut bytes));
    if read.is_err() {
        return Vec::new();
    }

    // UTF-16 is plain text with zeros between: headers are compared, and nothing else is made of
    // it.
    bytes.retain(|byte| *byte != 0);
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(LINES);

    lines.map(|line| of_header(line, formats)).find(|lists| !lists.is_empty()).unwrap_or_default()
}

fn of_header(line: &str, formats: &Inputs) -> Vec<List> {
    let is = |list: &List| {
        [',', ';', '\t', '|'].into_iter().any(|delimiter| {
            let cells: Vec<String> = line.split(delimiter).map(plain).collect();
            has_columns(*list, &cells, formats)
        })
    };
    schema::LISTS.into_iter().filter(is).collect()
}

/// A cell of a header without quotes and byte order marks.
fn plain(cell: &str) -> String {
    cell.trim_matches(|sign: char| {
        sign.is_whitespace() || matches!(sign, '"' | '\'' | '\u{feff}' | '\u{fffd}')
    })
    .to_owned()
}

fn has_columns(list: List, cells: &[String], formats: &Inputs) -> bool {
    let ours: Vec<String> =
        schema::columns(list).iter().map(|column| (*column).to_owned()).collect();
    let configured = header::expected(list, formats.of(list)).unwrap_or_else(|_| ours.clone());
    [ours, configured].iter().any(|headers| {
        let needed = header::needed(headers, list);
        header::matches(cells, &needed) == needed.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists_of(text: &[u8]) -> Vec<List> {
        let guard = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::from_path_buf(guard.path().join("export.csv")).unwrap();
        std::fs::write(&path, text).unwrap();
        lists(&path, &Inputs::default())
    }

    #[test]
    fn a_list_is_known_by_its_header_however_it_is_written() {
        for text in [
            "bsn,person_ref,reason,source,since\n",
            "\u{feff}\"BSN\";\"Reason\"\r\n;objection\r\n",
            "sep=\t\nBSN\treason\n",
            "Bezwaren augustus\n\nbsn,reason",
        ] {
            assert_eq!(lists_of(text.as_bytes()), [List::Suppressions], "{text}");
        }

        let wide: Vec<u8> = "bsn\treason\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(lists_of(&wide), [List::Suppressions]);
        for (list, columns) in
            [(List::Exposures, schema::EXPOSURES), (List::Providers, schema::PROVIDERS)]
        {
            assert_eq!(lists_of(columns.join(",").as_bytes()), [list]);
        }
        let registrants = schema::REGISTRANTS.join(";");

        assert_eq!(lists_of(registrants.as_bytes()), [List::Participants, List::Register]);
    }

    #[test]
    fn other_files_are_none() {
        for text in [
            "",
            "record_id,person\n1,2\n",
            "reason,decision\n",
            "why: the reason, and a bsn\n",
            "%PDF-1.7\n",
        ] {
            assert_eq!(lists_of(text.as_bytes()), [], "{text}");
        }

        let late = "x\n".repeat(40) + "bsn,reason\n";
        assert_eq!(lists_of(late.as_bytes()), []);
    }
}
