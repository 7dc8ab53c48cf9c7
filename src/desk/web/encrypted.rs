//! TLS at the desk's own door (rustls): whoever is not on this machine comes in encrypted.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use secrecy::zeroize::Zeroizing;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::base::{FileError, durable};
use crate::config::DeskTls;
use crate::desk::DeskError;

/// How long somebody may take until it is clear how both sides encrypt.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most people who are at that at a time; whoever has been longest makes room for the next.
const MOST: usize = 100;

/// Longest certificate and key that are read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Takes people in one after another, each as soon as both sides encrypt: one who says nothing
/// keeps nobody else waiting.
pub(super) struct EncryptedListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    greeting: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
    /// The same, whoever came first in front; those who are through may be among them.
    order: VecDeque<AbortHandle>,
}

impl EncryptedListener {
    /// At this door, with this certificate.
    ///
    /// # Errors
    /// [`DeskError`] when the certificate or key cannot be used.
    pub fn new(listener: TcpListener, tls: &DeskTls) -> Result<Self, DeskError> {
        let acceptor = Arc::new(server(tls)?).into();
        Ok(Self { listener, acceptor, greeting: JoinSet::new(), order: VecDeque::new() })
    }

    fn greet(&mut self, (stream, from): (TcpStream, SocketAddr)) {
        let greeted = tokio::time::timeout(PATIENCE, self.acceptor.accept(stream));
        let greeted = self.greeting.spawn(async move { Some((greeted.await.ok()?.ok()?, from)) });

        self.order.retain(|greeting| !greeting.is_finished());
        self.order.push_back(greeted);
        if self.order.len() > MOST
            && let Some(longest) = self.order.pop_front()
        {
            longest.abort();
        }
    }
}

impl Listener for EncryptedListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                Some(greeted) = self.greeting.join_next() => {
                    if let Ok(Some(greeted)) = greeted {
                        return greeted;
                    }
                }
                came = Listener::accept(&mut self.listener) => self.greet(came),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// What the desk encrypts with: TLS 1.2 and 1.3, no certificates of visitors.
fn server(tls: &DeskTls) -> Result<ServerConfig, DeskError> {
    let certificates = certificates(tls)?;
    let key = key(tls)?;
    let no_use = |error| DeskError::Certificate {
        path: tls.certificate.clone(),
        problem: match error {
            tokio_rustls::rustls::Error::InconsistentKeys(_) => "the key is not its own",
            _ => "it cannot be used with this key",
        },
    };

    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(no_use)
}

fn certificates(tls: &DeskTls) -> Result<Vec<CertificateDer<'static>>, DeskError> {
    let path = &tls.certificate;
    let wrong = |problem| DeskError::Certificate { path: path.clone(), problem };
    let text =
        durable::read_text(path, LONGEST).map_err(FileError::at("read the certificate", path))?;

    let found: Result<Vec<_>, pem::Error> =
        CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(wrong("there is no certificate in it")),
        Err(_) => Err(wrong("it is no PEM")),
    }
}

/// The private key, which nobody but its owner may read.
fn key(tls: &DeskTls) -> Result<PrivateKeyDer<'static>, DeskError> {
    let path = &tls.key;
    let wrong = |problem| DeskError::Certificate { path: path.clone(), problem };
    let about = fs::metadata(path).map_err(FileError::at("read the key", path))?;
    if about.mode() & 0o077 != 0 {
        return Err(wrong("it can be read or changed by other users"));
    }

    let text = durable::read_text(path, LONGEST).map_err(FileError::at("read the key", path))?;
    let text = Zeroizing::new(text);
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| wrong("there is no key in it"))
}
