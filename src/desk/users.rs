//! Who may use the desk: names, roles and passwords, in one file of the data folder. The file knows
//! no password, only what one is checked with (argon2id).

use std::fmt;
use std::fs;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use camino::{Utf8Path, Utf8PathBuf};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::base::{Explain, FileError, durable, plain, random};
pub use crate::field::role::Role;

/// The longest file that is read, in bytes: thousands of people.
const LONGEST: u64 = 1 << 20;

/// Fewest and most characters of a password. A long one costs whoever checks it.
pub const PASSWORD: std::ops::RangeInclusive<usize> = 13..=200;

/// A hash of no password that anybody knows: what a password is checked with for a name that nobody
/// has.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Ym9keSdzIHNhbHQgMTIzNA$\
                      ZGVzayBvZiBub2JvZHksIGRlc2sgb2Ygbm9ib2R5ISE";

/// Fewest characters of a name.
const SHORTEST_NAME: usize = 3;
/// Most characters of a name.
const LONGEST_NAME: usize = 40;

/// Somebody who may use the desk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name by which they log in and are shown.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// What their password is checked with: a PHC string of argon2id.
    password: String,
}

/// The password's hash is nobody's business.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({}, {:?})", self.name, self.role)
    }
}

/// Everybody who may use the desk, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    #[serde(default)]
    user: Vec<User>,
}

/// Why the users are not known, or somebody cannot be added.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum UsersError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not valid.
    #[error("the users file `{path}` is not valid")]
    Parse { path: Utf8PathBuf, source: Box<toml::de::Error> },
    /// A name that cannot be used.
    #[error("the name {problem}")]
    Name { problem: &'static str },
    /// Somebody has the name already.
    #[error("`{name}` is already in `{path}`")]
    Taken { name: String, path: Utf8PathBuf },
    /// A password that cannot be used.
    #[error(
        "the password has {found} characters, {} to {} are needed",
        PASSWORD.start(),
        PASSWORD.end()
    )]
    Password { found: usize },
    /// The password could not be hashed.
    #[error("cannot make a hash of the password")]
    Hash,
}

impl Explain for UsersError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Taken { .. } => {
                "for a new password or role, delete this person's table from that file and add \
                 them again"
                    .to_owned()
            }
            Self::Password { .. } => "some words that you will remember are good".to_owned(),
            Self::Parse { .. } => {
                "put the file back from a copy, or correct it: a table `[[user]]` with `name`, \
                 `role` and `password` for each person"
                    .to_owned()
            }
            Self::File(error) => return error.hint(),
            _ => return None,
        })
    }

    fn status(&self) -> crate::base::ExitStatus {
        match self {
            Self::File(_) | Self::Hash => crate::base::ExitStatus::Stopped,
            _ => crate::base::ExitStatus::Usage,
        }
    }
}

impl Users {
    /// Reads the file; nobody when it is not there.
    ///
    /// # Errors
    /// [`UsersError`] when it cannot be read or is not valid.
    pub fn load(path: &Utf8Path) -> Result<Self, UsersError> {
        let text = match durable::read_text(path, LONGEST) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            text => text.map_err(FileError::at("read", path))?,
        };

        toml::from_str(&text)
            .map_err(|source| UsersError::Parse { path: path.to_owned(), source: Box::new(source) })
    }

    /// Adds somebody and writes the file, mode 0600.
    ///
    /// # Errors
    /// [`UsersError`] when the name is taken or no name, the password is too short, or the file
    /// cannot be written; then it is as it was.
    pub fn add(
        path: &Utf8Path,
        name: &str,
        role: Role,
        password: &SecretString,
    ) -> Result<(), UsersError> {
        check_name(name).map_err(|problem| UsersError::Name { problem })?;
        let mut users = Self::load(path)?;
        if users.find(name).is_some() {
            return Err(UsersError::Taken { name: name.to_owned(), path: path.to_owned() });
        }

        let password = hash(password)?;
        users.user.push(User { name: name.to_owned(), role, password });

        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder.parent().unwrap_or(folder))
                .and_then(|()| durable::make_folder(folder))
                .map_err(FileError::at("create", folder))?;
        }
        let text = toml::to_string(&users).expect("users are tables of strings");
        Ok(durable::write(path, text.as_bytes()).map_err(FileError::at("write", path))?)
    }

    /// Somebody by name; capitals do not matter.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&User> {
        let name = name.trim().to_lowercase();
        self.user.iter().find(|user| user.name.to_lowercase() == name)
    }

    /// Who has this name and password, if anybody. Takes as long for a name that nobody has.
    #[must_use]
    pub fn check(&self, name: &str, password: &SecretString) -> Option<&User> {
        let user = self.find(name);
        let known = user.map_or(NOBODY, |user| &user.password);
        let matches = phc::PasswordHash::new(known).is_ok_and(|hash| {
            let password = password.expose_secret().as_bytes();
            password.len() <= 4 * *PASSWORD.end()
                && Argon2::default().verify_password(password, &hash).is_ok()
        });

        user.filter(|_| matches)
    }

    /// Whether anybody has this role.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        self.user.iter().any(|user| user.role == role)
    }

    /// Whether anybody may log in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.user.is_empty()
    }
}

/// One line that is shown beside texts and kept for good.
fn check_name(name: &str) -> Result<(), &'static str> {
    plain::check(name)?;

    if name.trim().is_empty() || name.trim() != name {
        return Err("is empty, or has a blank at an end");
    }

    // It stands in the ledger beside what they decide, which takes no shorter one.
    if name.chars().count() < SHORTEST_NAME {
        return Err("is shorter than 3 characters");
    }

    if name.chars().count() > LONGEST_NAME {
        return Err("is longer than 40 characters");
    }

    Ok(())
}

fn hash(password: &SecretString) -> Result<String, UsersError> {
    let password = password.expose_secret();
    let found = password.chars().count();
    if !PASSWORD.contains(&found) {
        return Err(UsersError::Password { found });
    }

    let salt: [u8; 16] = random::bytes().map_err(|_| UsersError::Hash)?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|_| UsersError::Hash)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn whoever_was_added_is_known_by_name_and_password_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("desk/users.toml");
        Users::add(&path, "Anna de Boer", Role::Writer, &secret("een lang wachtwoord")).unwrap();
        let users = Users::load(&path).unwrap();

        let known = users.check("anna DE boer", &secret("een lang wachtwoord")).unwrap();
        assert_eq!((known.name.as_str(), known.role), ("Anna de Boer", Role::Writer));
        assert!(users.check("Anna de Boer", &secret("een lang wachtwoort")).is_none());
        assert!(users.check("Bart", &secret("een lang wachtwoord")).is_none());
        assert!(!fs::read_to_string(&path).unwrap().contains("een lang"));
    }

    #[test]
    fn a_taken_name_a_short_password_and_a_hidden_character_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("users.toml");
        let add =
            |name: &str, password: &str| Users::add(&path, name, Role::Privacy, &secret(password));
        assert!(matches!(add("Bart", "kort"), Err(UsersError::Password { found: 4 })));
        assert!(!path.exists());
        add("Bart", "lang genoeg, dit").unwrap();
        assert!(matches!(add("BART", "lang genoeg, dit"), Err(UsersError::Taken { .. })));
        for name in ["", " Bart", "a\u{202e}b", "two\nlines", &"x".repeat(41)] {
            assert!(matches!(add(name, "lang genoeg, dit"), Err(UsersError::Name { .. })));
        }
    }

    #[test]
    fn a_name_that_nobody_has_is_checked_like_any_other() {
        let nobody = phc::PasswordHash::new(NOBODY).unwrap();
        let usual = hash(&secret("een lang wachtwoord")).unwrap();
        let usual = phc::PasswordHash::new(&usual).unwrap();
        assert_eq!((nobody.algorithm, nobody.params), (usual.algorithm, usual.params));
    }

    #[test]
    fn those_who_write_are_two() {
        use Role::{Communications, Helpdesk, Operator, Privacy, Reviewer, Writer};
        let writes =
            [Writer, Communications, Privacy, Reviewer, Operator, Helpdesk].map(Role::writes);
        assert_eq!(writes, [true, true, false, false, false, false]);
    }
}
