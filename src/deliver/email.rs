//! The summary mail: text and HTML over an encrypted connection. This file and `many`, below it, are
//! the only ones that name the lettre crate.

mod many;

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant, SystemTime};

use camino::Utf8PathBuf;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, SmtpConnection, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::base::{Explain, FileError, process};
use crate::config::{Mail, MailSecurity, telling};
use crate::deliver::mail_texts::MailTexts;
use crate::deliver::summary::RunSummary;
use crate::deliver::{password, relay};

pub use many::send_each;

/// The mail's id, without angle brackets. One run has one id, so a mail that was sent twice can be
/// recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId(pub String);

/// Why the summary mail was not sent. The letters are not affected.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum MailError {
    /// `from` or an entry of `to` is not a mail address.
    #[error("`mail.{key}` is not a mail address")]
    Address { key: &'static str },
    /// Nobody to write to.
    #[error("`mail.to` is empty")]
    NoRecipient,
    /// A file of the configuration cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The password file is not private.
    #[error("`{path}` {problem}")]
    Password { path: Utf8PathBuf, problem: &'static str },
    /// Only one of user and password is given.
    #[error("`mail.user` and `mail.password_file` must be set together")]
    HalfLogin,
    /// A password would travel in the clear.
    #[error("`mail.security` is `plain`, so no password is sent")]
    PasswordInTheClear,
    /// Unprotected mail would leave the machine.
    #[error("`mail.security` is `plain` and `mail.host` is not a loopback address")]
    PlainBeyondLoopback,
    /// The certificate of the authority is not a certificate.
    #[error("`{path}` contains no certificate")]
    Authority { path: Utf8PathBuf, source: smtp::Error },
    /// Encryption cannot be set up.
    #[error("cannot set up encryption")]
    Encryption(#[source] smtp::Error),
    /// A template has a fault.
    #[error("cannot fill in the mail's templates")]
    Template(#[from] tera::Error),
    /// A line break or control character would come into a header.
    #[error("`{field}` contains a control character and cannot be used in a mail header")]
    Header {
        /// Which field of the summary.
        field: &'static str,
    },
    /// The message cannot be put together.
    #[error("cannot assemble the mail")]
    Message(#[from] lettre::error::Error),
    /// The server was not reached.
    #[error("cannot connect to the mail server `{host}`")]
    Connect { host: String, source: io::Error },
    /// The server refused, broke off, or took too long.
    #[error("cannot send the mail through `{host}`")]
    Send { host: String, source: smtp::Error },
    /// The library failed at what the server said.
    #[error("the mail library failed at what `{host}` said")]
    Library { host: String },
}

impl MailError {
    /// Whether the same mail would fail again for the same reason: the server has said no for good.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Send { source, .. } if source.is_permanent())
    }
}

impl Explain for MailError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Password { path, .. } => return Some(format!("chmod 0400 {path}")),
            Self::PlainBeyondLoopback | Self::PasswordInTheClear => "use `starttls` or `tls`",
            Self::Send { source, .. } if source.is_tls() || is_certificate(source) => {
                "the server's certificate must be signed by `mail.ca_file`, or by an authority of the system without it"
            }
            Self::Send { source, .. } if source.is_client() => {
                "the server does not offer what `mail` asks for"
            }
            Self::Send { source, .. } if source.is_permanent() => {
                "the server does not take mail from us or to this address"
            }
            Self::Connect { .. } | Self::Send { .. } | Self::Library { .. } => {
                "the next run sends it again; the numbers are in the run's report"
            }
            _ => return None,
        };

        Some(hint.to_owned())
    }
}

/// Whether an error quotes what a mail server answered.
#[must_use]
pub fn is_answer(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<lettre::transport::smtp::Error>()
}

/// Whether a connection broke off because of the server's certificate: rustls reports that as
/// invalid data.
fn is_certificate(error: &smtp::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
        {
            return true;
        }
        cause = error.source();
    }

    false
}

/// A mail that at least one of its recipients has.
#[derive(Debug)]
pub struct Posted {
    /// Its id.
    pub id: MessageId,
    /// Who does not have it, and why.
    pub failed: Vec<(String, MailError)>,
}

/// Sends the summary of a run to these of the configured recipients, at this instant. One mailbox
/// that is refused does not keep the mail from the others.
///
/// STARTTLS is required where it is configured: a server that does not offer it gets nothing. The
/// whole talk ends after `timeout_seconds`, whatever the server says. The mail's id and boundary
/// come from the run, so that a mail that was sent twice can be recognised.
///
/// # Errors
/// [`MailError`] when nobody got it; the server may have it nonetheless when the line broke after
/// the last byte.
pub fn send(
    mail: &Mail,
    summary: &RunSummary,
    at: Timestamp,
    to: &[String],
) -> Result<Posted, MailError> {
    hand_over(mail, message(mail, summary, at)?, to)
}

/// Sends a mail that is not about a run to all configured recipients, as [`send`] does. `about` is
/// what its id comes from: the same words, the same id.
///
/// # Errors
/// As [`send`].
pub fn tell(
    mail: &Mail,
    texts: MailTexts,
    about: &str,
    at: Timestamp,
) -> Result<Posted, MailError> {
    hand_over(mail, assemble(mail, texts, about, at)?, &mail.to)
}

/// Whatever a server says, the letters are out: a library that fails at it fails this mail alone.
fn hand_over(
    mail: &Mail,
    message: (Message, MessageId),
    to: &[String],
) -> Result<Posted, MailError> {
    let failed = |_| Err(MailError::Library { host: mail.host.clone() });
    process::caught(|| talk_over(mail, message, to)).unwrap_or_else(failed)
}

fn talk_over(
    mail: &Mail,
    (message, id): (Message, MessageId),
    to: &[String],
) -> Result<Posted, MailError> {
    let login = login(mail)?;
    let tls = tls(mail)?;
    let mut recipients = Vec::with_capacity(to.len());
    for name in to {
        let mailbox: Mailbox = name.parse().map_err(|_| MailError::Address { key: "to" })?;
        recipients.push((name, mailbox.email));
    }

    let talk = Talk { mail, tls: tls.as_ref(), login: login.as_ref() };
    let mut failed = Vec::new();
    let failure = |source| MailError::Send { host: mail.host.clone(), source };
    let mut connection = talk.begin()?;
    let sent = post(&mut connection, &message, &recipients, |to, error| {
        failed.push((to.to_owned(), failure(error)));
    });

    if let Err(error) = sent {
        connection.abort();
        return Err(failure(error));
    }

    // The mail is accepted: how the server says goodbye changes nothing.
    let _ = connection.quit();

    if failed.len() < to.len() {
        return Ok(Posted { id, failed });
    }

    Err(failed.into_iter().next().map_or(MailError::NoRecipient, |(_, error)| error))
}

/// Everything about a talk with the server but what is said.
struct Talk<'a> {
    mail: &'a Mail,
    tls: Option<&'a TlsParameters>,
    login: Option<&'a Credentials>,
}

impl Talk<'_> {
    /// Connects, encrypts and logs in.
    fn begin(&self) -> Result<SmtpConnection, MailError> {
        self.begin_until(Instant::now() + Duration::from_secs(self.mail.timeout_seconds))
    }

    /// The same for a talk that ends at `end`.
    fn begin_until(&self, end: Instant) -> Result<SmtpConnection, MailError> {
        let mail = self.mail;
        let time = Duration::from_secs(mail.timeout_seconds);
        let here = relay::open(&mail.host, mail.port, end)
            .map_err(|source| MailError::Connect { host: mail.host.clone(), source })?;
        let name = greeting(mail);
        let talk = || -> Result<SmtpConnection, smtp::Error> {
            let from_the_first_byte = self.tls.filter(|_| mail.security == MailSecurity::Tls);
            let mut connection =
                SmtpConnection::connect(here, Some(time), &name, from_the_first_byte, None)?;
            if let Some(tls) = self.tls.filter(|_| mail.security == MailSecurity::Starttls) {
                connection.starttls(tls, &name)?;
            }
            if let Some(login) = self.login {
                connection.auth(DEFAULT_MECHANISMS, login)?;
            }
            Ok(connection)
        };

        talk().map_err(|source| MailError::Send { host: mail.host.clone(), source })
    }
}

/// Hands the mail over to every recipient that the server takes; `refused` hears of the others. No
/// mail is sent when nobody is left.
fn post(
    connection: &mut SmtpConnection,
    message: &Message,
    to: &[(&String, Address)],
    mut refused: impl FnMut(&str, smtp::Error),
) -> Result<(), smtp::Error> {
    let bytes = message.formatted();
    let mut parameters = Vec::new();
    let offers = |extension| connection.server_info().supports_feature(extension);
    if !to.iter().all(|(_, to)| to.to_string().is_ascii()) && offers(Extension::SmtpUtfEight) {
        parameters.push(MailParameter::SmtpUtfEight);
    }

    if !bytes.is_ascii() && offers(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }

    connection.command(MailFrom::new(message.envelope().from().cloned(), parameters))?;

    let mut taken = false;
    for (name, address) in to {
        match connection.command(Rcpt::new(address.clone(), Vec::new())) {
            Ok(_) => taken = true,
            // Only an answer of the server is about this mailbox alone.
            Err(error) if error.status().is_some() => refused(name.as_str(), error),
            Err(error) => return Err(error),
        }
    }

    if taken {
        connection.command(Data)?;
        connection.message(&bytes)?;
    }

    Ok(())
}

fn message(
    mail: &Mail,
    summary: &RunSummary,
    at: Timestamp,
) -> Result<(Message, MessageId), MailError> {
    for (field, text) in
        [("campaign", &summary.campaign), ("run_id", &summary.run_id), ("job", &summary.job)]
    {
        if text.chars().any(char::is_control) {
            return Err(MailError::Header { field });
        }
    }

    assemble(mail, summary.texts()?, &format!("{}\n{}", summary.campaign, summary.run_id), at)
}

/// Puts a mail together.
fn assemble(
    mail: &Mail,
    texts: MailTexts,
    about: &str,
    at: Timestamp,
) -> Result<(Message, MessageId), MailError> {
    let from: Mailbox = mail.from.parse().map_err(|_| MailError::Address { key: "from" })?;
    let token = HEXLOWER.encode(&Sha256::digest(about)[..16]);
    let id = MessageId(format!("{token}@{}", from.email.domain()));
    let mut builder: MessageBuilder = Message::builder()
        .from(from)
        .date(SystemTime::from(at))
        .message_id(Some(format!("<{}>", id.0)))
        .header(AutoSubmitted);

    if mail.to.is_empty() {
        return Err(MailError::NoRecipient);
    }

    for to in &mail.to {
        builder = builder.to(to.parse().map_err(|_| MailError::Address { key: "to" })?);
    }

    let MailTexts { subject, plain, html } = texts;
    let parts = MultiPart::alternative()
        .boundary(format!("breachpost-{token}"))
        .singlepart(SinglePart::plain(plain))
        .singlepart(SinglePart::html(html));

    Ok((builder.subject(subject).multipart(parts)?, id))
}

/// The name by which we greet: the configured one, else the machine's if it has a domain. RFC 5321,
/// 4.1.4 has the address where there is no such name.
fn greeting(mail: &Mail) -> ClientId {
    let machine =
        || fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let name = mail.helo.clone().or_else(|| machine().filter(|name| name.contains('.')));
    match name.filter(|name| telling::is_host_name(name)) {
        Some(name) => ClientId::Domain(name),
        None => ClientId::Ipv4(Ipv4Addr::LOCALHOST),
    }
}

/// `None`: the talk is not encrypted, which is only permitted with this machine.
fn tls(mail: &Mail) -> Result<Option<TlsParameters>, MailError> {
    if mail.security != MailSecurity::Plain {
        return encryption(mail).map(Some);
    }
    if matches!(mail.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
        return Ok(None);
    }
    Err(MailError::PlainBeyondLoopback)
}

fn login(mail: &Mail) -> Result<Option<Credentials>, MailError> {
    match (&mail.user, &mail.password_file) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) if mail.security == MailSecurity::Plain => {
            Err(MailError::PasswordInTheClear)
        }
        (Some(user), Some(file)) => {
            let password: SecretString = password::read(file)?;
            Ok(Some(Credentials::new(user.clone(), password.expose_secret().to_owned())))
        }
        _ => Err(MailError::HalfLogin),
    }
}

fn encryption(mail: &Mail) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.ca_file {
        let pem = fs::read(path).map_err(FileError::at("read", path))?;
        let authority = Certificate::from_pem(&pem)
            .map_err(|source| MailError::Authority { path: path.clone(), source })?;
        // Whoever names an authority trusts that one, not the whole system's list as well.
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }

    builder.build_rustls().map_err(MailError::Encryption)
}

/// RFC 3834: keeps holiday replies away.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::summary::tests::summary;

    fn mail() -> Mail {
        Mail {
            host: "127.0.0.1".to_owned(),
            port: 25,
            security: MailSecurity::Plain,
            from: "Breachpost <breachpost@example.org>".to_owned(),
            to: vec!["operations@example.org".to_owned()],
            user: None,
            password_file: None,
            ca_file: None,
            helo: None,
            timeout_seconds: 5,
        }
    }

    fn now() -> Timestamp {
        "2025-09-02T01:02:03Z".parse().unwrap()
    }

    #[test]
    fn the_server_is_greeted_by_the_configured_name() {
        let named = Mail { helo: Some("batch.example.org".to_owned()), ..mail() };
        assert_eq!(greeting(&named), ClientId::Domain("batch.example.org".to_owned()));
        let broken = Mail { helo: Some("x\r\nRSET".to_owned()), ..mail() };
        assert_eq!(greeting(&broken), ClientId::Ipv4(Ipv4Addr::LOCALHOST));
    }

    #[test]
    fn the_same_run_at_the_same_instant_makes_the_same_bytes() {
        let (one, id) = message(&mail(), &summary(), now()).unwrap();
        let (other, _) = message(&mail(), &summary(), now()).unwrap();
        assert_eq!(one.formatted(), other.formatted());
        let text = String::from_utf8(one.formatted()).unwrap();
        assert!(text.contains(&format!("Message-ID: <{}>\r\n", id.0)), "{text}");
        assert!(text.contains("Date: Tue, 02 Sep 2025 01:02:03 "), "{text}");
        assert!(id.0.ends_with("@example.org"));
    }

    #[test]
    fn a_line_break_never_reaches_a_header() {
        let summary = RunSummary { run_id: "1\r\nBcc: x@example.net".to_owned(), ..summary() };
        assert!(matches!(
            message(&mail(), &summary, now()),
            Err(MailError::Header { field: "run_id" })
        ));

        let mail = Mail { to: vec!["a@example.org\r\nBcc: x@example.net".to_owned()], ..mail() };
        assert!(matches!(
            message(&mail, &self::summary(), now()),
            Err(MailError::Address { key: "to" })
        ));
    }

    #[test]
    fn plain_is_for_loopback_only_and_never_with_a_password() {
        let far = Mail { host: "mail.example.org".to_owned(), ..mail() };
        assert!(matches!(tls(&far), Err(MailError::PlainBeyondLoopback)));
        let login =
            Mail { user: Some("u".to_owned()), password_file: Some("/nowhere".into()), ..mail() };
        assert!(matches!(super::login(&login), Err(MailError::PasswordInTheClear)));
        let half = Mail { user: Some("u".to_owned()), ..mail() };
        assert!(matches!(super::login(&half), Err(MailError::HalfLogin)));
    }
}
