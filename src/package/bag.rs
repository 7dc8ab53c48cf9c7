//! One part as a BagIt bag (RFC 8493): the payload under `data/`, checksums of the payload, checksums of those.

use std::fs::File;
use std::io::{self, Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use crate::durable;
use crate::package::archive::{Stored, Writer};

/// A file of the payload.
#[derive(Debug)]
pub enum Payload {
    /// Made for the bag.
    Made(Vec<u8>),
    /// Copied from the disk.
    Copied(Utf8PathBuf),
}

/// What the bag says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// The bag's folder, `<job>-p001`.
    pub name: &'a str,
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

/// Writes a bag into an archive: entries in the order of their paths, payload hashed on its way.
///
/// # Errors
/// When a payload file cannot be read or changes its length while it is read, or writing fails. The path is that of the
/// entry.
pub fn write<W: Write>(
    archive: &mut Writer<W>,
    label: &Label<'_>,
    payload: &[(String, Payload)],
) -> Result<(), (String, io::Error)> {
    let mut bag = Bag { archive, name: label.name };
    let octets = total(payload)?;
    let tags = [
        bag.store("bag-info.txt", information(label, octets, payload.len()).as_bytes())?,
        bag.store("bagit.txt", DECLARATION.as_bytes())?,
    ];
    let mut stored = Vec::with_capacity(payload.len());
    for (path, content) in payload {
        stored.push(bag.store_payload(&format!("data/{path}"), content)?);
    }
    let written: u64 = stored.iter().map(|file| file.bytes).sum();
    if written != octets {
        return Err((
            "data".to_owned(),
            io::Error::new(io::ErrorKind::InvalidData, "a file changed while it was read"),
        ));
    }
    let manifest = bag.store("manifest-sha256.txt", checksums(&stored).as_bytes())?;
    let [information, declaration] = tags;
    bag.store("tagmanifest-sha256.txt", checksums(&[information, declaration, manifest]).as_bytes())?;
    Ok(())
}

struct Bag<'a, W: Write> {
    archive: &'a mut Writer<W>,
    name: &'a str,
}

impl<W: Write> Bag<'_, W> {
    fn store(&mut self, path: &str, mut content: impl Read) -> Result<Stored, (String, io::Error)> {
        let stored = self.archive.store(&format!("{}/{path}", self.name), &mut content);
        let stored = stored.map_err(|error| (path.to_owned(), error))?;
        Ok(Stored { path: path.to_owned(), ..stored })
    }

    fn store_payload(&mut self, path: &str, content: &Payload) -> Result<Stored, (String, io::Error)> {
        match content {
            Payload::Made(bytes) => self.store(path, bytes.as_slice()),
            Payload::Copied(from) => {
                let file: File = durable::open(from).map_err(|error| (path.to_owned(), error))?;
                self.store(path, file)
            }
        }
    }
}

fn total(payload: &[(String, Payload)]) -> Result<u64, (String, io::Error)> {
    let length = |(path, content): &(String, Payload)| match content {
        Payload::Made(bytes) => Ok(bytes.len() as u64),
        Payload::Copied(from) => length_of(from).map_err(|error| (path.clone(), error)),
    };
    payload.iter().map(length).sum()
}

fn length_of(path: &Utf8Path) -> io::Result<u64> {
    let metadata = std::fs::symlink_metadata(path)?;
    if metadata.is_file() { Ok(metadata.len()) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

fn information(label: &Label<'_>, octets: u64, files: usize) -> String {
    let Label { name, job, part, parts, date } = label;
    format!(
        "External-Identifier: {name}\nBagging-Date: {date}\nPayload-Oxum: {octets}.{files}\n\
         Bag-Group-Identifier: {job}\nBag-Count: {part} of {parts}\n"
    )
}

/// Lines that `sha256sum -c` reads.
fn checksums(files: &[Stored]) -> String {
    files.iter().flat_map(|file| [&file.sha256, "  ", &file.path, "\n"]).collect()
}
