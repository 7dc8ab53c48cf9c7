//! The password for the mail server.

use std::io::Read;
use std::os::unix::fs::MetadataExt;

use camino::Utf8Path;
use secrecy::SecretString;

use super::email::MailError;
use crate::base::{FileError, durable};

/// The largest password file that is read, in bytes.
const LONGEST_PASSWORD: u64 = 1024;

/// A password from a file that only we can read (mode 0400 or 0600). One newline at the end is not
/// part of it.
pub(super) fn read(path: &Utf8Path) -> Result<SecretString, MailError> {
    let unreadable = FileError::at("read", path);
    let wrong = |problem| MailError::Password { path: path.to_owned(), problem };
    let file = durable::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(wrong("is not a file"));
    }

    if metadata.mode() & 0o077 != 0 {
        return Err(wrong("can be read by other users"));
    }

    if metadata.len() > LONGEST_PASSWORD {
        return Err(wrong("is too long for a password"));
    }

    let mut text = String::new();
    file.take(LONGEST_PASSWORD).read_to_string(&mut text).map_err(unreadable)?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        return Err(wrong("is empty"));
    }

    Ok(SecretString::from(password))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use camino::Utf8PathBuf;
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_password_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("password")).unwrap();
        fs::write(&path, "geheim\n").unwrap();

        for (mode, fine) in [(0o400, true), (0o600, true), (0o640, false), (0o604, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let result = read(&path);
            assert_eq!(result.is_ok(), fine, "{mode:o}");
            match result {
                Ok(password) => assert_eq!(password.expose_secret(), "geheim"),
                Err(error) => assert!(!format!("{error} {error:?}").contains("geheim")),
            }
        }
    }
}
