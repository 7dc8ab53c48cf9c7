//! Who made a package: the SSH signature of its list of checksums. The only file that names
//! `ssh-key`.
//!
//! Encryption proves nothing about its sender: whoever can write to the outbox has the vendor's
//! public key. The list names the bytes of every part, so one signature of the list is one of all
//! parts.

use std::fmt;

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

/// What the key signs and nothing else: `ssh-keygen -Y verify -n breachpost-package`.
pub const NAMESPACE: &str = "breachpost-package";

/// What the vendor signs receipts for.
pub const RECEIPTS: &str = "breachpost-receipt";

/// What approvers sign when a stop is lifted.
pub const APPROVALS: &str = "breachpost-approval";
/// What whoever needs two signatures over a text is told to do.
pub const TWO_SIGN: &str = "each of two people whose keys are under [[approval.approvers]] signs the text: \
     `ssh-keygen -Y sign -n breachpost-approval -f KEY < TEXT > NAME.sig`";

/// The name of the signature of a job's list of checksums.
#[must_use]
pub fn signature_file(job_name: &str) -> String {
    format!("{job_name}.SHA256SUMS.sig")
}

/// Signs packages. Ed25519 signs the same bytes alike every time, so a package that is published
/// again has the signature that it had.
pub struct Signer(PrivateKey);

/// Nothing of the key is printed.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// From the 32 secret bytes of an Ed25519 key.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(seed));
        Self(PrivateKey::new(pair, NAMESPACE).expect("a key that was just made is whole"))
    }

    /// The line that tells the vendor the key, as in a `.pub` file: `ssh-ed25519 AAAA...
    /// breachpost-package`.
    #[must_use]
    pub fn public_line(&self) -> String {
        self.0.public_key().to_openssh().expect("an Ed25519 key has a public line")
    }

    /// The signature of a list of checksums, as `ssh-keygen -Y sign` writes it.
    #[must_use]
    pub fn sign(&self, sums: &[u8]) -> String {
        self.sign_for(NAMESPACE, sums)
    }

    /// The signature of `bytes` for the purpose `namespace`.
    #[must_use]
    pub fn sign_for(&self, namespace: &str, bytes: &[u8]) -> String {
        let signature = self
            .0
            .sign(namespace, HashAlg::Sha512, bytes)
            .expect("Ed25519 signs whatever it is given");
        signature.to_pem(LineEnding::LF).expect("an Ed25519 signature can be written down")
    }
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not one block of an SSH signature and nothing else.
    #[error("is not an SSH signature")]
    Form,
    /// The signature is of other bytes, or for something else.
    #[error("is not a signature of these bytes for this purpose")]
    Other,
    /// Sound, and by somebody else.
    #[error("is by another key than the one that was named")]
    Signer,
    /// What was named is no public key.
    #[error("cannot be compared: what was named does not begin with the line of an SSH public key")]
    NoKey,
}

/// Checks the signature of a list of checksums; `signer` is the public line of the key that it must
/// be by. Returns the fingerprint of the key that it is by, `SHA256:...`, as `ssh-keygen -l` writes
/// it.
///
/// # Errors
/// [`SignatureError`].
pub fn check(signature: &str, sums: &[u8], signer: Option<&str>) -> Result<String, SignatureError> {
    check_for(NAMESPACE, signature, sums, signer)
}

/// Checks a signature of `bytes` that was made for the purpose `namespace`, as [`check`] does.
///
/// # Errors
/// [`SignatureError`].
pub fn check_for(
    namespace: &str,
    signature: &str,
    bytes: &[u8],
    signer: Option<&str>,
) -> Result<String, SignatureError> {
    let found = SshSig::from_pem(signature).map_err(|_| SignatureError::Form)?;
    // `ssh-keygen` and this crate read blocks with something around them differently: only what
    // both read alike is one.
    let written = found.to_pem(LineEnding::LF).map_err(|_| SignatureError::Form)?;

    if written.trim_end() != signature.replace('\r', "").trim_end() {
        return Err(SignatureError::Form);
    }

    let key = PublicKey::from(found.public_key().clone());
    key.verify(namespace, bytes, &found).map_err(|_| SignatureError::Other)?;

    if let Some(line) = signer {
        let wanted = PublicKey::from_openssh(line.trim()).map_err(|_| SignatureError::NoKey)?;
        if wanted.key_data() != key.key_data() {
            return Err(SignatureError::Signer);
        }
    }

    Ok(key.fingerprint(HashAlg::Sha256).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMS: &[u8] = b"0000  2600001-p001.zip.age\n";

    #[test]
    fn a_signature_is_by_its_key_of_these_bytes_and_always_the_same() {
        let (ours, other) = (Signer::new(&[7; 32]), Signer::new(&[8; 32]));
        let signature = ours.sign(SUMS);
        assert_eq!(signature, Signer::new(&[7; 32]).sign(SUMS));
        assert!(
            ours.public_line().starts_with("ssh-ed25519 ")
                && ours.public_line().ends_with(" breachpost-package")
        );

        let found = check(&signature, SUMS, Some(&ours.public_line())).unwrap();
        assert!(found.starts_with("SHA256:"), "{found}");
        assert_eq!(check(&signature, SUMS, None).unwrap(), found);
        assert_eq!(
            check(&signature, b"1111  2600001-p001.zip.age\n", None),
            Err(SignatureError::Other)
        );

        assert_eq!(
            check(&signature, SUMS, Some(&other.public_line())),
            Err(SignatureError::Signer)
        );

        assert_eq!(check(&signature, SUMS, Some("age1xyz")), Err(SignatureError::NoKey));
    }

    #[test]
    fn a_signature_for_something_else_or_with_something_around_it_is_refused() {
        let ours = Signer::new(&[7; 32]);
        let other =
            ours.0.sign("file", HashAlg::Sha512, SUMS).unwrap().to_pem(LineEnding::LF).unwrap();
        assert_eq!(check(&other, SUMS, None), Err(SignatureError::Other));
        let signature = ours.sign(SUMS);
        for odd in [
            String::new(),
            format!("\n{signature}"),
            format!("{signature}more\n"),
            format!("{signature}{signature}"),
        ] {
            assert_eq!(check(&odd, SUMS, None), Err(SignatureError::Form), "{odd}");
        }

        assert!(check(&signature.replace('\n', "\r\n"), SUMS, None).is_ok());
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", Signer::new(&[7; 32])), "Signer");
    }
}
