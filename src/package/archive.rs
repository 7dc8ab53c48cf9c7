//! Zip archives: stored, fixed times, written and read as a stream. The only file that names the
//! zip crate.

use std::io::{self, Read, Seek, SeekFrom, Write};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zip::write::{PreparedZipFile, SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Bytes an archive may hold: well below 4 GiB, so that no reader needs ZIP64.
pub const MAX_BYTES: u64 = 3_500_000_000;

/// Writes an archive front to back, so it can flow straight into a cipher and the plain archive
/// never stands on a disk. Size and checksum of an entry are in front of its bytes: a reader that
/// gets a stored entry from a stream cannot know where it ends otherwise. Java's `ZipInputStream`
/// refuses an archive that has them behind (data descriptors), and others look for a mark that may
/// stand in a PDF as well.
pub struct ArchiveWriter<W: Write> {
    zip: ZipWriter<Forward<W>>,
    bytes: u64,
}

/// Writes an archive of things that are too large for memory and whose size nobody knows before
/// they were read: sizes and checksums are behind the bytes. Backups are made so; whoever reads one has
/// the whole file.
pub struct StreamArchive<W: Write> {
    zip: ZipWriter<StreamWriter<Forward<W>>>,
    bytes: u64,
}

/// What was stored under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Path in the archive.
    pub path: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// How many there were.
    pub bytes: u64,
}

impl<W: Write> ArchiveWriter<W> {
    /// Starts an archive.
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(Forward::new(out)), bytes: 0 }
    }

    /// Stores `content` under `path`: mode 0600, dated 1 January 1980.
    ///
    /// # Errors
    /// When writing fails, a path comes twice, or the archive grows beyond [`MAX_BYTES`]
    /// (`FileTooLarge`).
    pub fn store(&mut self, path: &str, content: &[u8]) -> io::Result<Stored> {
        let bytes = content.len() as u64;
        if self.bytes + bytes > MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }

        self.zip.add_prepared_file(PreparedZipFile::from_data(path, stored(), content)?)?;
        self.bytes += bytes;
        let sha256 = HEXLOWER.encode(&Sha256::digest(content));
        Ok(Stored { path: path.to_owned(), sha256, bytes })
    }

    /// Writes the directory and gives back where the archive went.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> io::Result<W> {
        self.zip.finish()?.whole()
    }
}

impl<W: Write> StreamArchive<W> {
    /// Starts an archive.
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new_stream(Forward::new(out)), bytes: 0 }
    }

    /// Stores everything that `content` gives under `path`, as [`ArchiveWriter::store`] does.
    ///
    /// # Errors
    /// When reading or writing fails, a path comes twice, or the archive grows beyond [`MAX_BYTES`]
    /// (`FileTooLarge`).
    pub fn store(&mut self, path: &str, content: &mut dyn Read) -> io::Result<()> {
        self.zip.start_file(path, stored())?;
        // One byte more than may be: what is too long is noticed.
        let room = MAX_BYTES - self.bytes;
        let bytes = io::copy(&mut content.take(room + 1), &mut self.zip)?;
        if bytes > room {
            return Err(io::ErrorKind::FileTooLarge.into());
        }

        self.bytes += bytes;
        Ok(())
    }

    /// Writes the directory and gives back where the archive went.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> io::Result<W> {
        self.zip.finish()?.into_inner().whole()
    }
}

/// Every entry: as it is, for its owner, dated 1 January 1980.
fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600)
}

/// A stream that knows how far it is. The zip crate writes sizes into a header only where it could
/// go back, and never goes back when it was told the sizes: whoever tries gets an error.
///
/// It swallows everything after the first failure. The zip crate writes the directory when an
/// unfinished archive is dropped and complains on stderr if that fails; the failure that counts was
/// reported already.
struct Forward<W> {
    inner: W,
    place: u64,
    failed: bool,
}

impl<W: Write> Forward<W> {
    const fn new(inner: W) -> Self {
        Self { inner, place: 0, failed: false }
    }

    /// Where everything went.
    fn whole(self) -> io::Result<W> {
        if self.failed { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(self.inner) }
    }

    fn unless_failed<T>(
        &mut self,
        swallowed: T,
        act: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.failed {
            return Ok(swallowed);
        }
        let result = act(&mut self.inner);
        self.failed =
            result.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        result
    }
}

impl<W: Write> Write for Forward<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.unless_failed(bytes.len(), |inner| inner.write(bytes))?;
        self.place += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), Write::flush)
    }
}

impl<W: Write> Seek for Forward<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let stays = match to {
            SeekFrom::Start(place) => place == self.place,
            SeekFrom::Current(by) | SeekFrom::End(by) => by == 0,
        };

        if stays || self.failed {
            return Ok(self.place);
        }

        self.failed = true;
        Err(io::ErrorKind::NotSeekable.into())
    }
}

/// Whether the last bytes are the end of a directory without a comment, and the directory ends
/// where it begins (APPNOTE.TXT 4.3.16).
fn ends(from: &mut (impl Read + Seek)) -> io::Result<bool> {
    let mut end = [0; 22];
    let at = from.seek(SeekFrom::End(-22))?;
    from.read_exact(&mut end)?;
    from.rewind()?;
    let number =
        |at: usize| u64::from(u32::from_le_bytes([end[at], end[at + 1], end[at + 2], end[at + 3]]));
    Ok(end.starts_with(b"PK\x05\x06") && end[20..] == [0, 0] && number(12) + number(16) == at)
}

/// Reads an archive that somebody else may have made.
pub struct Reader<R> {
    zip: ZipArchive<R>,
    /// Nothing stands behind the end of its directory.
    ends: bool,
}

impl<R: Read + Seek> Reader<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// When it has no directory, or two entries have one name.
    pub fn open(mut from: R) -> io::Result<Self> {
        let ends = ends(&mut from).unwrap_or(false);
        let zip = ZipArchive::new(from)?;
        if zip.has_duplicate_names() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "two entries have one name"));
        }
        Ok(Self { zip, ends })
    }

    /// Whether the archive is nothing but its entries, one behind the other from the first byte on,
    /// and its directory: nothing is in front of it or behind it, and between them at most the data
    /// descriptors (APPNOTE.TXT 4.3.9) of earlier programs.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn is_whole(&mut self) -> io::Result<bool> {
        const DESCRIPTOR: u64 = 16;
        let mut spans = Vec::with_capacity(self.zip.len());
        for index in 0..self.zip.len() {
            let entry = self.zip.by_index_raw(index)?;
            let Some(data) = entry.data_start() else { return Ok(false) };
            spans.push((entry.header_start(), data + entry.compressed_size()));
        }

        spans.sort_unstable();
        let starts_first = spans.first().is_none_or(|span| span.0 == 0);
        let starts = spans.iter().skip(1).map(|span| span.0);
        let mut gaps = spans
            .iter()
            .zip(starts.chain([self.zip.central_directory_start()]))
            .map(|(span, next)| next.checked_sub(span.1));
        let close = gaps.all(|gap| matches!(gap, Some(0 | DESCRIPTOR)));
        Ok(self.ends && self.zip.offset() == 0 && starts_first && close)
    }

    /// The paths in the archive, in the order of its directory.
    ///
    /// # Errors
    /// When a path is not valid text.
    pub fn paths(&self) -> io::Result<Vec<String>> {
        self.zip.file_names().map(|name| Ok(name?.into_owned())).collect()
    }

    /// The bytes under one path; the entry's CRC-32 is checked. Entries are stored, so none is
    /// larger than the archive.
    ///
    /// # Errors
    /// When there is no such path, it is compressed or encrypted, or its bytes do not match its
    /// checksum.
    pub fn read(&mut self, path: &str) -> io::Result<Vec<u8>> {
        let mut entry = self.zip.by_name(path)?;
        if entry.compression() != CompressionMethod::Stored {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an entry is compressed"));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Copies the bytes under one path out, as [`Reader::read`] reads them.
    ///
    /// # Errors
    /// The same, or when `out` cannot be written to.
    pub fn copy(&mut self, path: &str, out: &mut dyn Write) -> io::Result<u64> {
        let mut entry = self.zip.by_name(path)?;
        if entry.compression() != CompressionMethod::Stored {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an entry is compressed"));
        }
        io::copy(&mut entry, out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn archive() -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Vec::new());
        writer.store("a/one.txt", b"one").unwrap();
        writer.store("a/two.txt", b"").unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_is_stored_can_be_read_and_has_its_hash() {
        let mut reader = Reader::open(Cursor::new(archive())).unwrap();
        assert_eq!(reader.paths().unwrap(), ["a/one.txt", "a/two.txt"]);
        assert_eq!(reader.read("a/one.txt").unwrap(), b"one");
        assert!(reader.read("a/three.txt").is_err());
    }

    #[test]
    fn what_comes_as_a_stream_can_be_read_too() {
        let mut writer = StreamArchive::new(Vec::new());
        writer.store("ledger", &mut &b"rows"[..]).unwrap();
        assert!(writer.store("ledger", &mut &b"more"[..]).is_err(), "a name cannot come twice");
        writer.store("key", &mut &b"bits"[..]).unwrap();

        let mut reader = Reader::open(Cursor::new(writer.finish().unwrap())).unwrap();
        assert_eq!(reader.read("ledger").unwrap(), b"rows");
        assert_eq!(reader.read("key").unwrap(), b"bits");
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        assert_eq!(archive(), archive());
    }

    #[test]
    fn size_and_checksum_stand_in_front_of_the_bytes() {
        let bytes = archive();
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        // APPNOTE.TXT 4.3.7: flags at 6, CRC-32 at 14, both sizes at 18 and 22.
        assert_eq!(number(0), 0x0403_4b50);
        assert_eq!(bytes[6] & 8, 0, "no data descriptor");
        assert_eq!([number(14), number(18), number(22)], [0x7a6c_86f1, 3, 3]);
    }

    #[test]
    fn bytes_before_between_and_behind_are_noticed() {
        let whole = |bytes: Vec<u8>| {
            Reader::open(Cursor::new(bytes))
                .and_then(|mut reader| reader.is_whole())
                .unwrap_or(false)
        };
        let sound = archive();
        assert!(whole(sound.clone()));
        assert!(!whole([b"x", sound.as_slice()].concat()));
        assert!(!whole([sound.as_slice(), b"x"].concat()));
        let mut writer = ArchiveWriter::new(Vec::new());
        writer.store("a/one.txt", b"one").unwrap();
        writer.zip.set_comment("x").unwrap();
        assert!(!whole(writer.finish().unwrap()));
    }

    #[test]
    fn a_name_cannot_come_twice() {
        let mut writer = ArchiveWriter::new(Vec::new());
        writer.store("a", b"1").unwrap();
        assert!(writer.store("a", b"2").is_err());
    }

    #[test]
    fn a_full_disk_is_an_error_and_stays_one() {
        /// Takes ten bytes.
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let room = bytes.len().min(self.0);
                self.0 -= room;
                if room == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(room) }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let mut writer = ArchiveWriter::new(Full(10));
        assert_eq!(writer.store("a", b"1").unwrap_err().kind(), io::ErrorKind::StorageFull);

        assert!(writer.finish().is_err());
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let mut bytes = archive();
        let at = bytes.windows(3).position(|window| window == b"one").unwrap();
        let inside =
            bytes[at + 3..].windows(3).position(|window| window == b"one").unwrap() + at + 3;
        bytes[inside] ^= 1;

        assert!(
            Reader::open(Cursor::new(bytes))
                .and_then(|mut reader| reader.read("a/one.txt"))
                .is_err()
        );
    }
}
