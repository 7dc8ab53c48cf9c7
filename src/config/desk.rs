//! `[desk]`: where people reach the desk.

use camino::Utf8PathBuf;
use serde::Deserialize;

/// `[desk]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSettings {
    /// A loopback address with its port, or `unix:` and the path of a socket; with `tls` any address
    /// and port.
    pub listen: String,
    /// The name by which browsers ask for the desk, where it is not this machine's own.
    pub host: Option<String>,
    /// With what the desk encrypts; without it nobody outside this machine can reach it.
    pub tls: Option<DeskTls>,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8420".to_owned(), host: None, tls: None }
    }
}

/// `[desk.tls]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskTls {
    /// The certificate and those above it, PEM.
    pub certificate: Utf8PathBuf,
    /// Its private key, PEM; only its owner may read it.
    pub key: Utf8PathBuf,
}
