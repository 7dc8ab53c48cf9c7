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

use crate::config::{DeskSettings, DeskTls};
use crate::desk::DeskError;

/// Where people come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// At an address of this machine, encrypted.
    Tls {
        /// Address and port.
        address: SocketAddr,
        /// The name in the certificate, by which browsers ask.
        host: String,
        /// What it is encrypted with.
        tls: DeskTls,
    },
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
    /// Where people come in by these settings.
    ///
    /// # Errors
    /// [`DeskError::Address`] for an address that others than this machine can reach, where nothing
    /// is encrypted: passwords would cross the network in the clear.
    pub fn of(settings: &DeskSettings) -> Result<Self, DeskError> {
        let listen = &settings.listen;
        let wrong = |problem| DeskError::Address { address: listen.clone(), problem };
        let host = settings.host.clone();
        if let Some(path) = listen.strip_prefix("unix:") {
            if path.is_empty() {
                return Err(wrong("`unix:` needs the path of a socket"));
            }
            let host = host.ok_or_else(|| wrong("`[desk] host` must say by which name"))?;
            return match settings.tls {
                None => Ok(Self::Unix { path: path.into(), host }),
                Some(_) => Err(wrong("the server in front of a socket does TLS, not the desk")),
            };
        }

        let address: SocketAddr = listen.parse().map_err(|_| wrong("it is no address and port"))?;
        match (&settings.tls, host) {
            (Some(tls), Some(host)) => Ok(Self::Tls { address, host, tls: tls.clone() }),
            (Some(_), None) => Err(wrong("`[desk] host` must say the name in the certificate")),
            (None, _) if !address.ip().is_loopback() => {
                Err(wrong("others could read along: there is no `[desk.tls]`"))
            }
            (None, host) => Ok(Self::Loopback { address, host }),
        }
    }

    /// As it was configured.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Loopback { address, .. } | Self::Tls { address, .. } => address.to_string(),
            Self::Unix { path, .. } => format!("unix:{path}"),
        }
    }
}

/// The names by which the desk is asked for.
#[derive(Debug)]
pub(super) struct Guests {
    hosts: Vec<String>,
    /// Whether what they send is encrypted on its way.
    pub encrypted: bool,
    /// Whether they come through a server in front, which alone knows that.
    pub behind: bool,
}

impl Guests {
    /// Whoever is on this machine.
    pub fn at(address: SocketAddr, host: Option<&str>) -> Self {
        let port = address.port();
        let names = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}"));
        let hosts = names.into_iter().chain([address.to_string()]).chain(host.map(str::to_owned));
        Self { hosts: hosts.collect(), encrypted: false, behind: false }
    }

    /// Whoever comes through the server in front.
    pub fn behind(host: &str) -> Self {
        Self { hosts: vec![host.to_owned()], encrypted: true, behind: true }
    }

    /// Whoever comes to this port by the name in the certificate.
    pub fn encrypted_at(address: SocketAddr, host: &str) -> Self {
        let port = address.port();
        let hosts = vec![host.to_owned(), format!("{host}:{port}")];
        Self { hosts, encrypted: true, behind: false }
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

    fn door(listen: &str, host: Option<&str>, encrypted: bool) -> Result<Door, DeskError> {
        let tls = DeskTls { certificate: "desk.pem".into(), key: "desk.key".into() };
        Door::of(&DeskSettings {
            listen: listen.to_owned(),
            host: host.map(str::to_owned),
            tls: encrypted.then_some(tls),
        })
    }

    #[test]
    fn nobody_outside_this_machine_is_let_in_in_the_clear() {
        let name = Some("desk.example.org");
        for address in ["127.0.0.1:8420", "[::1]:0", "127.0.0.2:80"] {
            assert!(door(address, None, false).is_ok(), "{address}");
            assert!(door(address, name, true).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:8420", "192.168.1.4:80", "[::]:80"] {
            assert!(door(address, name, false).is_err(), "{address}");
            assert!(door(address, name, true).is_ok(), "{address}");
            assert!(door(address, None, true).is_err(), "{address}: by which name?");
        }
        for address in ["desk:80", "127.0.0.1", ""] {
            assert!(door(address, name, true).is_err(), "{address}");
        }
        assert!(door("unix:", name, false).is_err());
        assert!(door("unix:/run/desk.sock", None, false).is_err(), "by which name?");
        assert!(door("unix:/run/desk.sock", name, true).is_err());
        assert!(door("unix:/run/desk.sock", name, false).is_ok());
    }
}
