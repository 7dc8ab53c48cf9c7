//! `[desk]`: where people reach the desk.

use serde::Deserialize;

/// `[desk]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSettings {
    /// A loopback address with its port, or `unix:` and the path of a socket. Any other address is
    /// refused: the desk itself does no TLS.
    pub listen: String,
    /// The name by which browsers ask for the desk, where a server in front of it does TLS.
    pub host: Option<String>,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8420".to_owned(), host: None }
    }
}
