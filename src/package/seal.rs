//! Encryption to the vendor's public keys: age, or OpenPGP. The only file that names the age crate.

mod openpgp;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use camino::{Utf8Path, Utf8PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::base::{Explain, FileError, durable};
use crate::config::keys::is_secret;

/// The public keys that every part is encrypted to.
pub struct Recipients(Keys);

/// A part is one file of one kind.
enum Keys {
    Age(Vec<Recipient>),
    /// Armoured, as they stand in the configuration or in the file that it names.
    OpenPgp(Vec<String>),
}

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
    /// A part is sealed in one way.
    #[error("`vendor.recipients` has age keys and OpenPGP keys")]
    Mixed,
    /// Nothing can be sealed to this OpenPGP key.
    #[error("`vendor.recipients`: `gpg` cannot seal to entry {entry}: {said}")]
    OpenPgp {
        /// Which one, from 1.
        entry: usize,
        /// What is wrong with it.
        said: String,
    },
    /// It is sealed with OpenPGP, and that is not ours to open.
    #[error("`{path}` is sealed with OpenPGP")]
    OpenPgpPart {
        /// Which file.
        path: Utf8PathBuf,
    },
    /// A recipient of the configuration is no key.
    #[error("`vendor.recipients`: entry {entry} is neither an age nor an OpenPGP public key")]
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
            Self::Operator { .. } => {
                Some("a public key begins with `age1`; `age-keygen -y KEYFILE` prints the one of a key pair".to_owned())
            }
            Self::Recipient { .. } | Self::NoRecipients => Some(
                "an age key begins with `age1` (`age-keygen -y KEYFILE` prints it); an OpenPGP key is named by its file, \
                 `vendor.asc` (`gpg --armor --export` writes it)"
                    .to_owned(),
            ),
            Self::Mixed => Some(
                "a part is one file, sealed in one way to all of them: keep the keys that the vendor opens parts with"
                    .to_owned(),
            ),
            Self::OpenPgp { .. } => Some(
                "ask the vendor for a key that has not expired and can be encrypted to, one in each file; `gpg --show-keys \
                 FILE` shows what it is. `gpg` has to be installed (Debian: gpg)"
                    .to_owned(),
            ),
            Self::OpenPgpPart { .. } => Some(
                "`gpg --output part.zip --decrypt FILE` with the vendor's key, then `breachpost verify part.zip`"
                    .to_owned(),
            ),
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
    /// [`SealError`] when one is neither an X25519 public key (`age1...`) nor an armoured OpenPGP
    /// key, there are both kinds, or there is none.
    pub fn parse(keys: &[String]) -> Result<Self, SealError> {
        if keys.iter().any(|key| is_secret(key)) {
            return Err(SealError::Secret { key: "vendor.recipients" });
        }

        let is_openpgp = |key: &&String| openpgp::is_public_key(key);
        match keys.iter().filter(is_openpgp).count() {
            _ if keys.is_empty() => Err(SealError::NoRecipients),
            0 => {
                let recipients = (1..).zip(keys).map(|(entry, key)| recipient(entry, key.trim()));
                Ok(Self(Keys::Age(recipients.collect::<Result<_, _>>()?)))
            }
            all if all == keys.len() => Ok(Self(Keys::OpenPgp(keys.to_vec()))),
            _ => Err(SealError::Mixed),
        }
    }

    /// Proves that something can be sealed to every key today. Of an age key its text proves it; an
    /// OpenPGP key can have expired.
    ///
    /// # Errors
    /// [`SealError::OpenPgp`].
    pub fn prove(&self) -> Result<(), SealError> {
        let Keys::OpenPgp(keys) = &self.0 else { return Ok(()) };
        let prove = |(entry, key): (usize, &String)| {
            openpgp::prove(key).map_err(|said| SealError::OpenPgp { entry, said })
        };
        (1..).zip(keys).try_for_each(prove)
    }

    /// How the name of what is sealed to them ends.
    #[must_use]
    pub const fn ending(&self) -> &'static str {
        match self.0 {
            Keys::Age(_) => "age",
            Keys::OpenPgp(_) => "gpg",
        }
    }
}

fn recipient(entry: usize, key: &str) -> Result<Recipient, SealError> {
    key.parse().map_err(|_: &str| match kind(key) {
        Some(kind) => SealError::Kind { entry, kind },
        None => SealError::Recipient { entry },
    })
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
            .map(|recipient| Self(Keys::Age(vec![recipient])))
            .map_err(|_: &str| SealError::Operator { key })
    }
}

/// What kind of key a text is that is no plain age key. C2SP age: a recipient of a plugin has the
/// plugin's name between `age1` and the last `1`; those of post-quantum keys begin with `age1pq1`.
fn kind(text: &str) -> Option<&'static str> {
    let data = text.strip_prefix("age1").and_then(|rest| rest.rsplit_once('1'));
    match data {
        Some(("pq" | "tagpq", _)) => Some("a post-quantum age key"),
        Some(_) => Some("the key of an age plugin"),
        None if text.starts_with("ssh-") => Some("an SSH key"),
        None if text.contains("BEGIN PGP") => Some("something of OpenPGP that is not a key"),
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
pub struct Sealer<W: Write>(Way<W>);

enum Way<W: Write> {
    Age(Box<age::stream::StreamWriter<W>>),
    OpenPgp(openpgp::Sealing<W>),
}

impl<W: Write + Send + 'static> Sealer<W> {
    /// Writes the header to `out`. Every sealing has a new random file key: the same archive sealed
    /// twice gives other bytes, which is why a sealed file is kept and never made again.
    ///
    /// # Errors
    /// When `out` cannot be written to, or `gpg` cannot be started.
    pub fn new(recipients: &Recipients, out: W) -> io::Result<Self> {
        let recipients = match &recipients.0 {
            Keys::OpenPgp(keys) => {
                return Ok(Self(Way::OpenPgp(openpgp::Sealing::new(keys, out)?)));
            }
            Keys::Age(recipients) => recipients,
        };

        let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        Ok(Self(Way::Age(Box::new(encryptor.wrap_output(out)?))))
    }

    /// Writes the last chunk and gives back where the ciphertext went. Without it the file cannot
    /// be opened.
    ///
    /// # Errors
    /// When writing fails, or `gpg` does.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Way::Age(writer) => writer.finish(),
            Way::OpenPgp(sealing) => sealing.finish(),
        }
    }
}

impl<W: Write + Send + 'static> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Way::Age(writer) => writer.write(bytes),
            Way::OpenPgp(sealing) => sealing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Way::Age(writer) => writer.flush(),
            Way::OpenPgp(sealing) => sealing.flush(),
        }
    }
}

/// Bytes of a file with keys; what is behind them is not read.
const LONGEST_KEY_FILE: u64 = 1 << 16;

/// The public half of the key in `sample-data/vendor/`, which opens nothing about anybody.
const SAMPLE_KEY: &str = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";

/// Whether a file holds the key of the sample campaign and no other.
fn is_sample_key(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let mut keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_sample = |key: &str| {
        key.parse::<Identity>().is_ok_and(|key| key.to_public().to_string() == SAMPLE_KEY)
    };
    keys.next().is_some_and(is_sample) && keys.next().is_none()
}

/// Opens a sealed file with a secret key. What is read is authenticated chunk by chunk; nothing is
/// written anywhere.
///
/// The key must be out of reach of other users, unless it is the one of the sample campaign, which
/// everybody has.
///
/// # Errors
/// [`SealError`] when the key file or the sealed file cannot be read, others can read the key, or
/// it does not fit.
pub fn open(path: &Utf8Path, identity: &Utf8Path) -> Result<impl Read + Seek + use<>, SealError> {
    if path.extension() == Some("gpg") {
        return Err(SealError::OpenPgpPart { path: path.to_owned() });
    }
    let bad_key =
        |error| SealError::Identity(FileError::at("read the secret key", identity)(error));
    let file = File::open(identity).map_err(bad_key)?;
    let exposed = file.metadata().map_err(bad_key)?.mode() & 0o077 != 0;
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST_KEY_FILE).read_to_string(&mut text).map_err(bad_key)?;
    if exposed && !is_sample_key(&text) {
        return Err(SealError::Exposed { path: identity.to_owned() });
    }

    let keys = age::IdentityFile::from_buffer(text.as_bytes()).map_err(bad_key)?;
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
            ("-----BEGIN PGP MESSAGE-----".to_owned(), "OpenPGP"),
            ("hello".to_owned(), "is neither an age nor an OpenPGP public key"),
        ] {
            assert!(refused(&key).contains(kind), "{key}");
        }
    }
}
