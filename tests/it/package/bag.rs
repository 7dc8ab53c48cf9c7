//! The bag of one part, taken apart so that a test can change what is in it.

use std::fs;
use std::process::Command;

use breachpost::package::archive::{ArchiveWriter, Reader};
use breachpost::package::bag::{self, Label};
use camino::Utf8Path;

use super::JOB;
use crate::tools::run;

/// The payload of one part.
pub(super) struct Bag {
    name: String,
    pub(super) payload: Vec<(String, Vec<u8>)>,
}

impl Bag {
    pub(super) fn read(zip: &Utf8Path) -> Self {
        let name = zip.file_stem().unwrap().to_owned();
        let mut archive = Reader::open(fs::File::open(zip).unwrap()).unwrap();
        let prefix = format!("{name}/data/");
        let mut payload = Vec::new();
        for path in archive.paths().unwrap() {
            if let Some(inside) = path.strip_prefix(&prefix) {
                payload.push((inside.to_owned(), archive.read(&path).unwrap()));
            }
        }
        Self { name, payload }
    }

    pub(super) fn write(self, zip: &Utf8Path) {
        let label =
            Label { job: &JOB.to_string(), part: 1, parts: 2, date: jiff::civil::date(2025, 9, 1) };
        let mut archive = ArchiveWriter::new(fs::File::create(zip).unwrap());
        let mut bag = bag::Bag::begin(&mut archive, &self.name).unwrap();
        for (path, bytes) in &self.payload {
            bag.add(path, bytes).unwrap();
        }
        bag.finish(&label).unwrap();
        archive.finish().unwrap();
    }

    pub(super) fn file(&mut self, path: &str) -> &mut Vec<u8> {
        &mut self.payload.iter_mut().find(|(name, _)| name == path).unwrap().1
    }

    pub(super) fn rows(&mut self, change: impl FnOnce(&mut Vec<String>)) {
        let manifest = self.file("manifest.csv");
        let text = String::from_utf8(manifest.clone()).unwrap();
        let mut rows: Vec<String> = text.split_terminator("\r\n").map(str::to_owned).collect();
        change(&mut rows);
        *manifest =
            rows.iter().flat_map(|row| [row.as_str(), "\r\n"]).collect::<String>().into_bytes();
    }

    /// The first print file with its pages chosen anew, by qpdf.
    pub(super) fn pages(&mut self, choice: &str) {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a.pdf"), folder.path().join("b.pdf"));
        let file = self.file("print/2600001-p001-b001.pdf");
        fs::write(&from, &file).unwrap();
        run(Command::new("qpdf").arg(&from).args(["--pages", ".", choice, "--"]).arg(&to));
        *file = fs::read(&to).unwrap();
    }
}
