//! Keys in the configuration: secret ones that do not belong there, and OpenPGP keys that it names by
//! their files.

use camino::Utf8Path;

use super::ConfigError;
use crate::base::{FileError, durable};

/// The largest key that is read, in bytes: one that many people have signed.
const LONGEST: u64 = 1 << 20;

/// How the name of a file with a key ends.
const ENDINGS: [&str; 3] = [".asc", ".gpg", ".pgp"];

/// Whether a text is a secret key, or holds one.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    let text = text.to_uppercase();
    let signs = ["AGE-SECRET-KEY-1", "AGE-PLUGIN-", "PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"];
    signs.iter().any(|sign| text.contains(sign))
}

/// Whether a configuration has one anywhere but in a comment.
pub(super) fn has_secret(configuration: &str) -> bool {
    let is_said = |line: &&str| !line.trim_start().starts_with('#');
    configuration.lines().filter(is_said).any(is_secret)
}

/// Puts each key in the place of the name of its file, so that a plan keeps the key itself: the file
/// may be a different one when the job is sealed.
pub(super) fn take_in(
    keys: &mut [String],
    folder: &Utf8Path,
    file: &Utf8Path,
) -> Result<(), ConfigError> {
    let is_file = |key: &&mut String| {
        !key.contains('\n') && ENDINGS.iter().any(|ending| key.trim().ends_with(ending))
    };
    for key in keys.iter_mut().filter(is_file) {
        let path = folder.join(key.trim());
        let read = durable::read_text(&path, LONGEST);
        if read.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::InvalidData) {
            let problem = format!(
                "names `{path}`, which is not armoured: `gpg --armor --export` writes a key as text"
            );
            let path = file.to_owned();
            return Err(ConfigError::Value { path, key: "vendor.recipients", problem });
        }
        *key = read.map_err(FileError::at("read the key", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use crate::config::{Config, ConfigError};

    #[test]
    fn what_is_not_valid_is_not_shown_where_it_is_a_secret_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("breachpost.toml")).unwrap();
        let secret = "age-secret-key-1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s";
        for text in [
            format!("[vendor]\nrecipients = \"{secret}\"\n"),
            format!("[vendor]\nrecipients = [{secret}]\n"),
            format!("[vendor]\nrecipients = [\"{}", secret.to_uppercase()),
        ] {
            std::fs::write(&path, text).unwrap();
            let said = format!("{:?}", Config::load(&path).unwrap_err());
            assert!(said.starts_with("Secret") && !said.contains("qqqsyqcyq5"), "{said}");
        }

        // A comment may speak of one.
        std::fs::write(&path, "# The private key of age-plugin-x is elsewhere.\nx = 1\n").unwrap();
        assert!(matches!(Config::load(&path), Err(ConfigError::Parse { .. })));
    }
}
