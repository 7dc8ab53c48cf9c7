//! One part as a BagIt bag (RFC 8493): the payload under `data/`, checksums of the payload,
//! checksums of those.

use std::io::{self, Write};

use jiff::civil::Date;

use crate::package::archive::{ArchiveWriter, Stored};

/// What the bag says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// The job's name.
    pub job: &'a str,
    /// Which part, from 1.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
    /// The run's date.
    pub date: Date,
}

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A bag that is being written into an archive, its payload hashed on its way.
pub struct Bag<'a, W: Write> {
    archive: &'a mut ArchiveWriter<W>,
    name: &'a str,
    declaration: Stored,
    payload: Vec<Stored>,
}

/// An entry of the bag and what went wrong with it.
type Failure = (String, io::Error);

impl<'a, W: Write> Bag<'a, W> {
    /// Begins a bag in the folder `name`, `<job>-p001`.
    ///
    /// # Errors
    /// When writing fails.
    pub fn begin(archive: &'a mut ArchiveWriter<W>, name: &'a str) -> Result<Self, Failure> {
        let declaration = store(archive, name, "bagit.txt", DECLARATION.as_bytes())?;
        Ok(Self { archive, name, declaration, payload: Vec::new() })
    }

    /// Adds a file to the payload.
    ///
    /// # Errors
    /// When writing fails or the path was there before.
    pub fn add(&mut self, path: &str, content: &[u8]) -> Result<(), Failure> {
        let stored = store(self.archive, self.name, &format!("data/{path}"), content)?;
        self.payload.push(stored);
        Ok(())
    }

    /// Writes what the bag says about itself and its payload.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self, label: &Label<'_>) -> Result<(), Failure> {
        let Self { archive, name, declaration, payload } = self;
        let octets = payload.iter().map(|file| file.bytes).sum();
        let about = information(name, label, octets, payload.len());
        let about = store(archive, name, "bag-info.txt", about.as_bytes())?;
        let manifest = store(archive, name, "manifest-sha256.txt", checksums(&payload).as_bytes())?;

        store(
            archive,
            name,
            "tagmanifest-sha256.txt",
            checksums(&[about, declaration, manifest]).as_bytes(),
        )?;

        Ok(())
    }
}

/// The path in what is returned is the one inside the bag.
fn store<W: Write>(
    archive: &mut ArchiveWriter<W>,
    bag: &str,
    path: &str,
    content: &[u8],
) -> Result<Stored, Failure> {
    let stored = archive.store(&format!("{bag}/{path}"), content);
    let stored = stored.map_err(|error| (path.to_owned(), error))?;
    Ok(Stored { path: path.to_owned(), ..stored })
}

fn information(name: &str, label: &Label<'_>, octets: u64, files: usize) -> String {
    let Label { job, part, parts, date } = label;
    format!(
        "External-Identifier: {name}\nBagging-Date: {date}\nPayload-Oxum: {octets}.{files}\n\
         Bag-Group-Identifier: {job}\nBag-Count: {part} of {parts}\n"
    )
}

/// Lines that `sha256sum -c` reads.
fn checksums(files: &[Stored]) -> String {
    files.iter().flat_map(|file| [&file.sha256, "  ", &file.path, "\n"]).collect()
}
