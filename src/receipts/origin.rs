//! How a file is known to be the vendor's.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::error::ReceiptError;
use crate::base::{FileError, durable};
use crate::config::ReceiptSettings;
use crate::package::sign::{self, RECEIPTS};

/// The largest signature that is read, in bytes.
pub(super) const LONGEST: u64 = 1 << 16;

/// How a file is known to be the vendor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// By the vendor's signature.
    Signed,
    /// It was in a folder that only the vendor writes to, here or on the vendor's server.
    Folder,
    /// Whoever started the program named it.
    Named,
}

impl Origin {
    /// In the words of an answer.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Signed => "signed by the vendor",
            Self::Folder => "from the vendor's folder, not signed",
            Self::Named => "named by hand, nothing proves that it is the vendor's",
        }
    }
}

/// Where a file of the vendor's server comes from: from a folder that only the vendor writes to.
pub(super) fn of_fetched(
    path: &Utf8Path,
    bytes: &[u8],
    signature: Option<&str>,
    settings: &ReceiptSettings,
) -> Result<Origin, ReceiptError> {
    let Some(signer) = &settings.signer else { return Ok(Origin::Folder) };
    let unsigned = || ReceiptError::Unsigned { path: path.to_owned() };
    signed(path, bytes, signature.ok_or_else(unsigned)?, signer)
}

/// Where the file at `path` comes from. A vendor that signs signs everything.
pub(super) fn of(
    path: &Utf8Path,
    bytes: &[u8],
    settings: &ReceiptSettings,
) -> Result<Origin, ReceiptError> {
    let Some(signer) = &settings.signer else {
        let inside = settings.folder.as_deref().zip(path.parent());
        let is_inside = inside.is_some_and(|(folder, parent)| is_same(folder, parent));
        return Ok(if is_inside { Origin::Folder } else { Origin::Named });
    };

    let signature_path = Utf8Path::new(path.as_str())
        .with_file_name(format!("{}.sig", path.file_name().unwrap_or_default()));
    if !signature_path.exists() {
        return Err(ReceiptError::Unsigned { path: path.to_owned() });
    }

    let signature = durable::read_text(&signature_path, LONGEST)
        .map_err(FileError::at("read receipt", &signature_path))?;
    signed(path, bytes, &signature, signer)
}

fn signed(
    path: &Utf8Path,
    bytes: &[u8],
    signature: &str,
    signer: &str,
) -> Result<Origin, ReceiptError> {
    sign::check_for(RECEIPTS, signature, bytes, Some(signer))
        .map_err(|source| ReceiptError::Signature { path: path.to_owned(), source })?;
    Ok(Origin::Signed)
}

/// Whether two paths lead to one folder.
fn is_same(one: &Utf8Path, other: &Utf8Path) -> bool {
    let real = |path: &Utf8Path| {
        let path = if path.as_str().is_empty() { Utf8Path::new(".") } else { path };
        path.canonicalize_utf8().ok()
    };
    real(one).is_some_and(|one| real(other) == Some(one))
}
