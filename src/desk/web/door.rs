//! Where the desk can be reached, and by which names: a request for a different host does not come
//! from somebody who typed the desk's address (DNS rebinding).

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use camino::{Utf8Path, Utf8PathBuf};
use tokio::net::UnixListener;

use crate::desk::DeskError;

/// Where people come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// On this machine alone.
    Loopback {
        /// Address and port.
        address: SocketAddr,
        /// By which name, besides the address, if any.
        host: Option<String>,
    },
    /// A socket on the disk, behind a server that encrypts.
    Unix {
        /// Where it is.
        path: Utf8PathBuf,
        /// The name by which people reach that server.
        host: String,
    },
}

impl Door {
    /// Reads `[desk] listen` and `[desk] host`.
    ///
    /// # Errors
    /// [`DeskError::Address`] for an address that others than this machine can reach: passwords
    /// would cross the network in the clear.
    pub fn parse(listen: &str, host: Option<&str>) -> Result<Self, DeskError> {
        let wrong = |problem| DeskError::Address { address: listen.to_owned(), problem };
        if let Some(path) = listen.strip_prefix("unix:") {
            let host = host.ok_or_else(|| wrong("`[desk] host` must say by which name"))?;
            return Ok(Self::Unix { path: path.into(), host: host.to_owned() });
        }

        let address: SocketAddr = listen.parse().map_err(|_| wrong("it is no address and port"))?;
        if !address.ip().is_loopback() {
            return Err(wrong("others could read along: the desk itself does no TLS"));
        }
        Ok(Self::Loopback { address, host: host.map(str::to_owned) })
    }

    /// As it was configured.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Loopback { address, .. } => address.to_string(),
            Self::Unix { path, .. } => format!("unix:{path}"),
        }
    }
}

/// The names by which the desk is asked for.
#[derive(Debug)]
pub(super) struct Guests {
    hosts: Vec<String>,
    /// Whether a server in front encrypts.
    pub encrypted: bool,
}

impl Guests {
    /// Whoever is on this machine.
    pub fn at(address: SocketAddr, host: Option<&str>) -> Self {
        let port = address.port();
        let names = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}"));
        let hosts = names.into_iter().chain([address.to_string()]).chain(host.map(str::to_owned));
        Self { hosts: hosts.collect(), encrypted: false }
    }

    /// Whoever comes through the server in front.
    pub fn behind(host: &str) -> Self {
        Self { hosts: vec![host.to_owned()], encrypted: true }
    }
}

/// Lets in who asks for this desk by one of its names.
pub(super) async fn known_host(
    State(guests): State<Arc<Guests>>,
    request: Request,
    next: Next,
) -> Response {
    let mut asked = request.headers().get_all(header::HOST).iter();
    let host = asked.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    let known = guests.hosts.iter().any(|known| known.eq_ignore_ascii_case(host));
    if known && asked.next().is_none() {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "unknown host").into_response()
    }
}

/// Listens on a socket that nobody but the group of its folder can use. One that a killed desk left
/// behind is replaced: the journal's lock says that there is no other desk.
pub(super) fn unix(path: &Utf8Path) -> io::Result<UnixListener> {
    match std::fs::symlink_metadata(path) {
        Ok(about) if about.file_type().is_socket() => std::fs::remove_file(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_outside_this_machine_is_let_in_in_the_clear() {
        for address in ["127.0.0.1:8420", "[::1]:0", "127.0.0.2:80"] {
            assert!(Door::parse(address, None).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:8420", "192.168.1.4:80", "[::]:80", "desk:80", "127.0.0.1", ""] {
            assert!(
                matches!(Door::parse(address, None), Err(DeskError::Address { .. })),
                "{address}"
            );
        }
        assert!(Door::parse("unix:/run/desk.sock", None).is_err(), "by which name?");
        assert!(Door::parse("unix:/run/desk.sock", Some("desk.example.org")).is_ok());
    }
}
