//! A workbook is a zip archive of XML parts. Each part is unpacked and counted before calamine sees
//! the file: what the archive declares about itself is not believed.

use std::io::{Cursor, Read as _};

use camino::Utf8Path;
use memchr::memmem;
use zip::ZipArchive;

use super::markup::Tags;
use super::{Format, Problem};

/// More parts than any list has.
const MOST_PARTS: usize = 10_000;

/// Most bytes of all parts together. A sheet of a million rows and 32 columns has about 1.3 GB.
const MOST_BYTES: u64 = 2 << 30;

/// Most bytes of the texts that cells share: they are held in memory.
const MOST_TEXT_BYTES: u64 = 512 << 20;

/// Most bytes of the content of an `.ods` file, which is held in memory whole, and several times.
const MOST_ODS_BYTES: u64 = 256 << 20;

/// Most bytes of a part that is looked at as a whole.
const MOST_SMALL_BYTES: u64 = 8 << 20;

/// The archive, whose parts have been counted.
pub(super) struct Parts<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    names: Vec<String>,
    pub(super) format: Format,
    /// Rows or columns that are hidden, in any sheet; only the sign is counted, not what it hides.
    pub(super) hidden: u64,
    /// Sheets that are filtered.
    pub(super) filters: u64,
}

impl<'b> Parts<'b> {
    /// Opens the archive and unpacks every part once, counting.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Problem> {
        let damaged = || Problem::damaged("its archive is damaged");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if archive.len() > MOST_PARTS {
            return Err(Problem::too_large("it has more parts than any list"));
        }

        let mut names = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let part = archive.by_index_raw(index).map_err(|_| damaged())?;
            if part.encrypted() {
                return Err(Problem::password());
            }
            names.push(part.name().map_err(|_| damaged())?.into_owned());
        }

        let mut parts = Self { archive, names, format: Format::Xlsx, hidden: 0, filters: 0 };
        parts.format = parts.kind()?;
        parts.measure()?;

        Ok(parts)
    }

    /// Which kind of workbook it is, by its parts and not by its name.
    fn kind(&mut self) -> Result<Format, Problem> {
        let has = |suffix: &str| self.names.iter().any(|name| name.ends_with(suffix));
        if has("workbook.bin") {
            return Err(Problem::other_kind("an .xlsb workbook"));
        }

        if self.names.iter().any(|name| name == "mimetype") {
            let kind = self.small("mimetype").unwrap_or_default();
            return if kind.trim_ascii() == b"application/vnd.oasis.opendocument.spreadsheet" {
                Ok(Format::Ods)
            } else {
                Err(Problem::other_kind("a different kind of document"))
            };
        }

        if has("[Content_Types].xml") && has("workbook.xml") {
            Ok(Format::Xlsx)
        } else {
            Err(Problem::other_kind("an archive of other files"))
        }
    }

    fn measure(&mut self) -> Result<(), Problem> {
        let mut total = 0_u64;
        for index in 0..self.archive.len() {
            let name = &self.names[index];
            let most = match self.format {
                Format::Ods if name == "content.xml" => MOST_ODS_BYTES,
                Format::Xlsx if name.ends_with("haredStrings.xml") => MOST_TEXT_BYTES,
                _ => MOST_BYTES,
            };
            let is_sheet = self.format == Format::Xlsx
                && name.contains("sheet")
                && Utf8Path::new(name).extension() == Some("xml");
            let is_text = name.ends_with("haredStrings.xml");
            let mut part = self
                .archive
                .by_index(index)
                .map_err(|_| Problem::damaged("its archive is damaged"))?;
            let mut window = Window::default();
            let mut buffer = vec![0; 1 << 16];
            let mut bytes = 0_u64;
            loop {
                let read = part
                    .read(&mut buffer)
                    .map_err(|_| Problem::damaged("its archive is damaged"))?;
                if read == 0 {
                    break;
                }
                if bytes == 0 && is_text {
                    check_count(&buffer[..read])?;
                }
                bytes += read as u64;
                if bytes > most || total + bytes > MOST_BYTES {
                    return Err(Problem::too_large(
                        "it unpacks to more data than any list can have",
                    ));
                }
                if is_sheet {
                    window.look(&buffer[..read]);
                }
            }
            total += bytes;
            self.hidden += window.hidden;
            self.filters += window.filters;
        }

        Ok(())
    }

    /// A part of moderate size, as a whole.
    pub(super) fn small(&mut self, name: &str) -> Option<Vec<u8>> {
        self.read(name, MOST_SMALL_BYTES)
    }

    /// What an `.ods` file holds.
    pub(super) fn content(&mut self) -> Result<Vec<u8>, Problem> {
        self.read("content.xml", MOST_ODS_BYTES)
            .ok_or_else(|| Problem::damaged("it has no content"))
    }

    /// The parts that say what the workbook is.
    pub(super) fn workbook(&mut self) -> Option<Vec<u8>> {
        let name = self.names.iter().find(|name| name.ends_with("workbook.xml"))?.clone();
        self.small(&name)
    }

    /// Whether a part has this word in its name: macros, links to other workbooks.
    pub(super) fn has(&self, word: &str) -> bool {
        self.names.iter().any(|name| name.contains(word))
    }

    fn read(&mut self, name: &str, most: u64) -> Option<Vec<u8>> {
        let part = self.archive.by_name(name).ok()?;
        let mut bytes = Vec::new();
        part.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// The list of shared texts says how many there are, and calamine reserves memory for as many.
fn check_count(head: &[u8]) -> Result<(), Problem> {
    let declared =
        Tags::of(head).find(|tag| tag.name == b"sst").and_then(|tag| tag.number("uniqueCount"));
    if declared.is_some_and(|count| count > 100_000_000) {
        return Err(Problem::damaged("it declares more texts than it can hold"));
    }
    Ok(())
}

/// Counts signs in a text that comes in pieces.
#[derive(Default)]
struct Window {
    tail: Vec<u8>,
    hidden: u64,
    filters: u64,
}

impl Window {
    fn look(&mut self, piece: &[u8]) {
        const HIDDEN: [&[u8]; 2] = [b" hidden=\"1\"", b" hidden=\"true\""];
        const FILTER: &[u8] = b"<autoFilter";

        // What stood at the end of the last piece may be the beginning of a sign, but never a whole
        // one.
        let keep = |longest: usize, text: &[u8]| text.len().saturating_sub(longest - 1);
        self.tail.extend_from_slice(piece);
        let mut last = keep(HIDDEN[1].len(), &self.tail);
        for sign in HIDDEN.into_iter().chain([FILTER]) {
            for place in memmem::find_iter(&self.tail, sign) {
                *(if sign == FILTER { &mut self.filters } else { &mut self.hidden }) += 1;
                last = last.max(place + sign.len());
            }
        }

        self.tail.drain(..last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_counted_once_wherever_the_pieces_are_cut() {
        let xml =
            b"<col hidden=\"1\"/><row hidden=\"true\"><row hidden=\"0\"/><autoFilter ref=\"A1\"/>";
        for size in 1..xml.len() {
            let mut window = Window::default();
            for piece in xml.chunks(size) {
                window.look(piece);
            }
            assert_eq!((window.hidden, window.filters), (2, 1), "pieces of {size}");
        }
    }

    #[test]
    fn a_list_of_texts_that_declares_too_many_is_damaged() {
        assert!(check_count(b"<sst uniqueCount=\"3\">").is_ok());
        assert!(check_count(b"<x:sst count=\"9\" uniqueCount=\"99999999999\">").is_err());
    }
}
