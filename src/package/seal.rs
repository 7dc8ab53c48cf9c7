//! Encryption to the vendor's public key. The only file that names the age crate.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use camino::{Utf8Path, Utf8PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::base::{Explain, FileError, durable};
use crate::package::ticket::is_rehearsal;

/// The public keys that every part is encrypted to.
pub struct Recipients(Vec<Recipient>);

/// What is wrong with a key or a sealed file.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A secret key stands where a public one belongs: whoever has read the file has it.
    #[error(
        "`{key}` holds a SECRET key: it is exposed to everybody who can read the configuration"
    )]
    Secret {
        /// Which key of the configuration.
        key: &'static str,
    },
    /// A key of another kind than the program has.
    #[error("`vendor.recipients`: entry {entry} is {kind}, which this program cannot seal to")]
    Kind {
        /// Which one, from 1.
        entry: usize,
        /// Of which kind it is.
        kind: &'static str,
    },
    /// A recipient of the configuration is no key.
    #[error("`vendor.recipients`: entry {entry} is not an age public key")]
    Recipient {
        /// Which one, from 1.
        entry: usize,
    },
    /// The operator's key is none.
    #[error("`{key}` is not an age public key")]
    Operator {
        /// Which key of the configuration.
        key: &'static str,
    },
    /// There is none.
    #[error("`vendor.recipients` is empty")]
    NoRecipients,
    /// The file with the secret key holds none.
    #[error(transparent)]
    Identity(FileError),
    /// Others can read the secret key.
    #[error("the secret key `{path}` can be read or changed by other users")]
    Exposed {
        /// Which file.
        path: Utf8PathBuf,
    },
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key does not open the file, or its beginning is damaged.
    #[error("cannot open `{path}`")]
    Open {
        /// Which file.
        path: Utf8PathBuf,
        /// Why.
        source: age::DecryptError,
    },
}

impl Explain for SealError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Recipient { .. } | Self::Operator { .. } | Self::NoRecipients => {
                Some("a public key begins with `age1`; `age-keygen -y KEYFILE` prints the one of a key pair".to_owned())
            }
            Self::Secret { .. } => Some(
                "make a new pair (`age-keygen`), put its public key here, and never use the old one again"
                    .to_owned(),
            ),
            Self::Kind { .. } => {
                Some("ask the vendor for an age key that begins with `age1` and needs no plugin".to_owned())
            }
            Self::Exposed { path } => {
                Some(format!("`chmod 0600 {path}`; whoever has read it can open everything sealed to it"))
            }
            Self::Identity(_) => Some("a secret key file holds a line `AGE-SECRET-KEY-1...`".to_owned()),
            Self::Open { source: age::DecryptError::NoMatchingKeys, .. } => {
                Some("the package was sealed to another key".to_owned())
            }
            Self::Open { .. } => None,
            Self::File(error) => error.hint(),
        }
    }
}

impl Recipients {
    /// Reads the keys of the configuration.
    ///
    /// # Errors
    /// [`SealError`] when one is no X25519 public key (`age1...`), or there is none.
    pub fn parse(keys: &[String]) -> Result<Self, SealError> {
        let parse = |(index, key): (usize, &String)| {
            let key = key.trim();
            if is_secret(key) {
                return Err(SealError::Secret { key: "vendor.recipients" });
            }
            let entry = index + 1;
            key.parse().map_err(|_: &str| match kind(key) {
                Some(kind) => SealError::Kind { entry, kind },
                None => SealError::Recipient { entry },
            })
        };
        let recipients: Vec<Recipient> =
            keys.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        if recipients.is_empty() { Err(SealError::NoRecipients) } else { Ok(Self(recipients)) }
    }
}

impl Recipients {
    /// Reads the one key that stands under `key` of the configuration.
    ///
    /// # Errors
    /// [`SealError::Operator`] when it is none.
    pub fn one(key: &'static str, text: &str) -> Result<Self, SealError> {
        if is_secret(text.trim()) {
            return Err(SealError::Secret { key });
        }
        text.trim()
            .parse()
            .map(|recipient| Self(vec![recipient]))
            .map_err(|_: &str| SealError::Operator { key })
    }
}

/// Whether a text is a secret key, or holds one.
fn is_secret(text: &str) -> bool {
    let text = text.to_uppercase();
    ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "PRIVATE KEY"].iter().any(|sign| text.contains(sign))
}

/// What kind of key a text is that is no plain age key. C2SP age: a recipient of a plugin has the
/// plugin's name between `age1` and the last `1`; those of post-quantum keys begin with `age1pq1`.
fn kind(text: &str) -> Option<&'static str> {
    let data = text.strip_prefix("age1").and_then(|rest| rest.rsplit_once('1'));
    match data {
        Some(("pq" | "tagpq", _)) => Some("a post-quantum age key"),
        Some(_) => Some("the key of an age plugin"),
        None if text.starts_with("ssh-") => Some("an SSH key"),
        None if text.contains("BEGIN PGP") => Some("an OpenPGP key"),
        None => None,
    }
}

/// Makes a new key: the text of its file, which opens what is sealed to the public key that comes
/// with it.
#[must_use]
pub fn new_identity() -> (Zeroizing<String>, String) {
    let identity = Identity::generate();
    let public = identity.to_public().to_string();
    let secret = identity.to_string();
    (Zeroizing::new(format!("# public key: {public}\n{}\n", secret.expose_secret())), public)
}

/// Encrypts what is written to it.
pub struct Sealer<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> Sealer<W> {
    /// Writes the header to `out`. Every sealing has a new random file key: the same archive sealed
    /// twice gives other bytes, which is why a sealed file is kept and never made again.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn new(recipients: &Recipients, out: W) -> io::Result<Self> {
        let recipients = recipients.0.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        Ok(Self(encryptor.wrap_output(out)?))
    }

    /// Writes the last chunk and gives back where the ciphertext went. Without it the file cannot
    /// be opened.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a sealed file with a secret key. What is read is authenticated chunk by chunk; nothing is
/// written anywhere.
///
/// The key must be out of reach of other users, except where it opens a rehearsal: that is about
/// nobody.
///
/// # Errors
/// [`SealError`] when the key file or the sealed file cannot be read, others can read the key, or
/// it does not fit.
pub fn open(path: &Utf8Path, identity: &Utf8Path) -> Result<impl Read + Seek + use<>, SealError> {
    let bad_key =
        |error| SealError::Identity(FileError::at("read the secret key", identity)(error));
    let file = File::open(identity).map_err(bad_key)?;
    let exposed = file.metadata().map_err(bad_key)?.mode() & 0o077 != 0;
    if exposed && !path.file_name().is_some_and(is_rehearsal) {
        return Err(SealError::Exposed { path: identity.to_owned() });
    }

    let keys = age::IdentityFile::from_buffer(BufReader::new(file)).map_err(bad_key)?;
    let keys = keys
        .into_identities()
        .map_err(|error| bad_key(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    let file = durable::open(path).map_err(FileError::at("read", path))?;

    age::Decryptor::new_buffered(BufReader::new(file))
        .and_then(|decryptor| {
            decryptor.decrypt(keys.iter().map(|key| &**key as &dyn age::Identity))
        })
        .map_err(|source| SealError::Open { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(key: &str) -> String {
        Recipients::parse(&[key.to_owned()]).err().expect("it is no key").to_string()
    }

    #[test]
    fn a_secret_key_is_named_as_exposed_and_not_repeated() {
        let (text, public) = new_identity();
        assert!(Recipients::parse(std::slice::from_ref(&public)).is_ok());
        let secret = text.lines().last().unwrap();
        for key in [secret, &secret.to_lowercase(), "-----BEGIN PGP PRIVATE KEY BLOCK-----"] {
            let said = refused(key);
            assert!(said.contains("SECRET") && !said.contains(key), "{said}");
        }
        let said = Recipients::one("backup.recipient", secret).err().unwrap().to_string();
        assert!(said.starts_with("`backup.recipient` holds a SECRET key"), "{said}");
    }

    #[test]
    fn keys_of_other_kinds_are_refused_in_words_that_fit() {
        // The data of a key has no `1`.
        let data = "qyqszqgpqyqszqgpqyqszqgpqyqszqgp";
        for (key, kind) in [
            (format!("age1pq1{data}"), "post-quantum"),
            (format!("age1yubikey1{data}"), "plugin"),
            ("ssh-ed25519 AAAAC3Nza".to_owned(), "SSH"),
            ("-----BEGIN PGP PUBLIC KEY BLOCK-----".to_owned(), "OpenPGP"),
            ("hello".to_owned(), "is not an age public key"),
        ] {
            assert!(refused(&key).contains(kind), "{key}");
        }
    }
}
