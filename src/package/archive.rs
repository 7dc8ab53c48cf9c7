//! Zip archives: stored, fixed times, written and read as a stream. The only file that names the
//! zip crate.

use std::io::{self, Read, Seek, Write};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Bytes an archive may hold: well below 4 GiB, so that no reader needs ZIP64.
pub const MAX_BYTES: u64 = 3_500_000_000;

/// Writes an archive front to back: it never seeks, so it can flow straight into a cipher and the
/// plain archive never stands on a disk. Sizes and checksums follow each entry (data descriptors)
/// and stand in the directory at the end.
pub struct ArchiveWriter<W: Write> {
    zip: ZipWriter<StreamWriter<Fused<W>>>,
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
        Self { zip: ZipWriter::new_stream(Fused { inner: out, failed: false }), bytes: 0 }
    }

    /// Stores everything that `content` gives under `path`: mode 0600, dated 1 January 1980.
    ///
    /// # Errors
    /// When reading or writing fails, a path comes twice, or the archive grows beyond [`MAX_BYTES`]
    /// (`FileTooLarge`).
    pub fn store(&mut self, path: &str, content: &mut dyn Read) -> io::Result<Stored> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o600);

        self.zip.start_file(path, options)?;
        let mut digest = Sha256::new();
        let mut chunk = vec![0; 1 << 16];
        let mut bytes = 0;
        loop {
            let read = match content.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => &chunk[..read],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            digest.update(read);
            bytes += read.len() as u64;
            if self.bytes + bytes > MAX_BYTES {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            self.zip.write_all(read)?;
        }

        self.bytes += bytes;
        Ok(Stored { path: path.to_owned(), sha256: HEXLOWER.encode(&digest.finalize()), bytes })
    }

    /// Writes the directory and gives back where the archive went.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> io::Result<W> {
        let Fused { inner, failed } = self.zip.finish()?.into_inner();
        if failed { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(inner) }
    }
}

/// Swallows everything after the first failure. The zip crate writes the directory when an
/// unfinished archive is dropped and complains on stderr if that fails; the failure that counts was
/// reported already.
struct Fused<W> {
    inner: W,
    failed: bool,
}

impl<W: Write> Fused<W> {
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

impl<W: Write> Write for Fused<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_failed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), Write::flush)
    }
}

/// Reads an archive that somebody else may have made.
pub struct Reader<R> {
    zip: ZipArchive<R>,
}

impl<R: Read + Seek> Reader<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// When it has no directory, or two entries have one name.
    pub fn open(from: R) -> io::Result<Self> {
        let zip = ZipArchive::new(from)?;
        if zip.has_duplicate_names() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "two entries have one name"));
        }
        Ok(Self { zip })
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
        writer.store("a/one.txt", &mut &b"one"[..]).unwrap();
        writer.store("a/two.txt", &mut &b""[..]).unwrap();
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
    fn the_same_content_gives_the_same_bytes() {
        assert_eq!(archive(), archive());
    }

    #[test]
    fn a_name_cannot_come_twice() {
        let mut writer = ArchiveWriter::new(Vec::new());
        writer.store("a", &mut &b"1"[..]).unwrap();
        assert!(writer.store("a", &mut &b"2"[..]).is_err());
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
        assert_eq!(
            writer.store("a", &mut &b"1"[..]).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );

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
