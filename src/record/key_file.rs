//! The campaign's key: 32 random bytes, written as 64 hexadecimal characters and one line end.

use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;

use camino::Utf8Path;
use data_encoding::HEXLOWER;
use secrecy::zeroize::Zeroizing;

use super::error::RecordError;
use super::files;
use crate::base::durable;
use crate::field::keys::Keys;

/// 64 characters and the line end that every editor keeps.
const LENGTH: usize = 65;

/// Writes a new key to `path`, mode 0400, durable.
pub(super) fn write_new(path: &Utf8Path) -> Result<Keys, RecordError> {
    let master: Zeroizing<[u8; 32]> = Zeroizing::new(files::random()?);
    let text = Zeroizing::new(HEXLOWER.encode(&*master) + "\n");
    write_back(path, text.as_bytes())?;
    Ok(Keys::derive(&master))
}

/// Writes a key that was read before to `path`, mode 0400, durable.
pub(super) fn write_back(path: &Utf8Path, text: &[u8]) -> Result<(), RecordError> {
    durable::create_with_mode(path, 0o400)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .map_err(files::failed("write key", path))
}

/// Reads the key. A key that is cut, has something behind it, or can be read by others is refused.
pub(super) fn read(path: &Utf8Path) -> Result<Keys, RecordError> {
    let unusable = |problem| RecordError::KeyUnusable { path: path.to_owned(), problem };
    let mut file = match durable::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(RecordError::KeyMissing { path: path.to_owned() });
        }
        file => file.map_err(files::failed("read key", path))?,
    };

    let about = file.metadata().map_err(files::failed("read key", path))?;
    if !about.is_file() {
        return Err(unusable("is not a file"));
    }

    if about.mode() & 0o077 != 0 {
        return Err(unusable("can be read or changed by other users"));
    }

    // One byte more than a key has, so that something behind it is seen.
    let mut text = Zeroizing::new([0_u8; LENGTH + 1]);
    let mut filled = 0;
    while filled < text.len() {
        match file.read(&mut text[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(files::failed("read key", path)(error)),
        }
    }

    parse(&text[..filled], path)
}

/// Reads the text of a key that is, or will be, at `path`.
pub(super) fn parse(text: &[u8], path: &Utf8Path) -> Result<Keys, RecordError> {
    let unusable = |problem| RecordError::KeyUnusable { path: path.to_owned(), problem };
    if text.len() < LENGTH {
        return Err(unusable("is cut off"));
    }

    if text.len() > LENGTH || text[LENGTH - 1] != b'\n' {
        return Err(unusable("has something after its 64 characters"));
    }

    let mut master = Zeroizing::new([0_u8; 32]);
    HEXLOWER
        .decode_mut(&text[..LENGTH - 1], &mut *master)
        .map_err(|_| unusable("contains characters other than lower-case hexadecimal"))?;
    Ok(Keys::derive(&master))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn refused(content: &[u8], mode: u32) -> RecordError {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("campaign.key");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        read(&path).err().unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("campaign.key");
        let keys = write_new(&path).unwrap();
        assert_eq!(read(&path).unwrap().check("a"), keys.check("a"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o400);
        assert!(write_new(&path).is_err(), "a key is never overwritten");
    }

    #[test]
    fn anything_but_a_private_whole_key_is_refused() {
        let key = [b'a'; 64];
        let with = |end: &[u8]| [&key[..], end].concat();
        for content in
            [&b""[..], &key[..63], &key, &with(b"\n\n"), &with(b"\r\n"), &with(b"0\n"), &with(b"a")]
        {
            assert!(
                matches!(refused(content, 0o400), RecordError::KeyUnusable { .. }),
                "{} bytes",
                content.len()
            );
        }

        assert!(matches!(
            refused(&[&[b'A'; 64][..], b"\n"].concat(), 0o400),
            RecordError::KeyUnusable { .. }
        ));

        for mode in [0o440, 0o404, 0o420, 0o644] {
            assert!(
                matches!(refused(&with(b"\n"), mode), RecordError::KeyUnusable { .. }),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn a_link_to_a_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        write_new(&path.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(path.join("elsewhere"), path.join("campaign.key")).unwrap();
        assert!(read(&path.join("campaign.key")).is_err());
    }
}
