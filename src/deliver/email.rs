//! The summary mail: text and HTML over an encrypted connection. The only file that names the lettre crate.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use data_encoding::HEXLOWER;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::config::{Mail, MailSecurity};
use crate::deliver::summary::{Summary, Texts};
use crate::durable;

/// The largest password file that is read, in bytes.
const LONGEST_PASSWORD: u64 = 1024;

/// The mail's id, without angle brackets. One run has one id, so a mail that was sent twice can be recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId(pub String);

/// Why the summary mail was not sent. The letters are not affected.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// `from` or an entry of `to` is no mail address.
    #[error("`mail.{key}` is not a mail address")]
    Address {
        /// Which key.
        key: &'static str,
    },
    /// Nobody to write to.
    #[error("`mail.to` is empty")]
    NoRecipient,
    /// A file of the configuration cannot be read.
    #[error("reading `{path}`")]
    Read {
        /// Which file.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The password file is not private.
    #[error("`{path}` {problem}")]
    Password {
        /// Which file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Only one of user and password is given.
    #[error("`mail.user` and `mail.password_file` belong together, one of them is missing")]
    HalfLogin,
    /// A password would travel in the clear.
    #[error("`mail.security` is `plain`, so no password is sent")]
    PasswordInTheClear,
    /// Unprotected mail would leave the machine.
    #[error("`mail.security` is `plain` and `mail.host` is not a loopback address")]
    PlainBeyondLoopback,
    /// The certificate of the authority is no certificate.
    #[error("`{path}` holds no certificate")]
    Authority {
        /// Which file.
        path: Utf8PathBuf,
        /// Why.
        source: lettre::transport::smtp::Error,
    },
    /// Encryption cannot be set up.
    #[error("setting up encryption")]
    Encryption(#[source] lettre::transport::smtp::Error),
    /// A template has a fault.
    #[error("filling the mail's templates")]
    Template(#[from] tera::Error),
    /// A line break or control character would come into a header.
    #[error("`{field}` holds a control character and cannot stand in a mail header")]
    Header {
        /// Which field of the summary.
        field: &'static str,
    },
    /// The message cannot be put together.
    #[error("putting the mail together")]
    Message(#[from] lettre::error::Error),
    /// The server was not reached, refused, or broke off.
    #[error("sending the mail through `{host}`")]
    Send {
        /// Which server.
        host: String,
        /// Why.
        source: lettre::transport::smtp::Error,
    },
}

impl MailError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Password { path, .. } => return Some(format!("chmod 0400 {path}")),
            Self::PlainBeyondLoopback | Self::PasswordInTheClear => "use `starttls` or `tls`",
            Self::Send { source, .. } if source.is_tls() || is_certificate(source) => {
                "the server's certificate must be signed by `mail.ca_file`, or by an authority of the system without it"
            }
            Self::Send { source, .. } if source.is_client() => "the server does not offer what `mail` asks for",
            Self::Send { source, .. } if source.is_transient() || source.is_timeout() => {
                "the server may take it later; the numbers are in the run's report"
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

/// Whether a connection broke off because of the server's certificate: rustls reports that as invalid data.
fn is_certificate(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Sends the summary of a run to the configured recipients.
///
/// STARTTLS is required where it is configured: a server that does not offer it gets nothing. The mail's id, date and
/// boundary come from the run, so the same run makes the same bytes.
///
/// # Errors
/// [`MailError`]; the server may have the mail nonetheless when the line broke after the last byte.
pub fn send(mail: &Mail, summary: &Summary) -> Result<MessageId, MailError> {
    let (message, id) = message(mail, summary)?;
    let transport = transport(mail)?;
    match transport.send(&message) {
        Ok(_) => Ok(id),
        Err(source) => Err(MailError::Send { host: mail.host.clone(), source }),
    }
}

fn message(mail: &Mail, summary: &Summary) -> Result<(Message, MessageId), MailError> {
    for (field, text) in [("campaign", &summary.campaign), ("run_id", &summary.run_id), ("job", &summary.job)] {
        if text.chars().any(char::is_control) {
            return Err(MailError::Header { field });
        }
    }
    let from: Mailbox = mail.from.parse().map_err(|_| MailError::Address { key: "from" })?;
    let token = HEXLOWER.encode(&Sha256::digest(format!("{}\n{}", summary.campaign, summary.run_id))[..16]);
    let id = MessageId(format!("{token}@{}", from.email.domain()));
    let mut builder: MessageBuilder = Message::builder()
        .from(from)
        .date(morning(summary.run_date))
        .message_id(Some(format!("<{}>", id.0)))
        .header(AutoSubmitted);
    if mail.to.is_empty() {
        return Err(MailError::NoRecipient);
    }
    for to in &mail.to {
        builder = builder.to(to.parse().map_err(|_| MailError::Address { key: "to" })?);
    }
    let Texts { subject, plain, html } = summary.texts()?;
    let parts = MultiPart::alternative()
        .boundary(format!("breachpost-{token}"))
        .singlepart(SinglePart::plain(plain))
        .singlepart(SinglePart::html(html));
    Ok((builder.subject(subject).multipart(parts)?, id))
}

/// Six o'clock UTC of the run's date: the date is an input of the run, the clock is not.
fn morning(date: Date) -> SystemTime {
    let time = date.at(6, 0, 0, 0).to_zoned(TimeZone::UTC).map(|time| SystemTime::from(time.timestamp()));
    time.unwrap_or(SystemTime::UNIX_EPOCH).max(SystemTime::UNIX_EPOCH)
}

fn transport(mail: &Mail) -> Result<SmtpTransport, MailError> {
    let tls = match mail.security {
        MailSecurity::Starttls => Tls::Required(encryption(mail)?),
        MailSecurity::Tls => Tls::Wrapper(encryption(mail)?),
        MailSecurity::Plain => {
            if !matches!(mail.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
                return Err(MailError::PlainBeyondLoopback);
            }
            Tls::None
        }
    };
    let mut builder = SmtpTransport::builder_dangerous(&mail.host)
        .port(mail.port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(mail.timeout_seconds)));
    match (&mail.user, &mail.password_file) {
        (None, None) => {}
        (Some(_), Some(_)) if mail.security == MailSecurity::Plain => return Err(MailError::PasswordInTheClear),
        (Some(user), Some(file)) => {
            let password = password(file)?;
            builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        _ => return Err(MailError::HalfLogin),
    }
    Ok(builder.build())
}

fn encryption(mail: &Mail) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.ca_file {
        let pem = fs::read(path).map_err(|source| MailError::Read { path: path.clone(), source })?;
        let authority =
            Certificate::from_pem(&pem).map_err(|source| MailError::Authority { path: path.clone(), source })?;
        // Whoever names an authority trusts that one, not the whole system's list as well.
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build_rustls().map_err(MailError::Encryption)
}

/// A password from a file that only we can read (mode 0400 or 0600). One newline at the end is not part of it.
fn password(path: &Utf8Path) -> Result<SecretString, MailError> {
    let unreadable = |source| MailError::Read { path: path.to_owned(), source };
    let wrong = |problem| MailError::Password { path: path.to_owned(), problem };
    let file = durable::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(wrong("is not a file"));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(wrong("can be read by other users"));
    }
    if metadata.len() > LONGEST_PASSWORD {
        return Err(wrong("is too long for a password"));
    }
    let mut text = String::new();
    file.take(LONGEST_PASSWORD).read_to_string(&mut text).map_err(unreadable)?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        return Err(wrong("is empty"));
    }
    Ok(SecretString::from(password))
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
    use std::os::unix::fs::PermissionsExt;

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
            timeout_seconds: 5,
        }
    }

    #[test]
    fn the_same_run_makes_the_same_bytes() {
        let (one, id) = message(&mail(), &summary()).unwrap();
        let (other, _) = message(&mail(), &summary()).unwrap();
        assert_eq!(one.formatted(), other.formatted());
        let text = String::from_utf8(one.formatted()).unwrap();
        assert!(text.contains(&format!("Message-ID: <{}>\r\n", id.0)), "{text}");
        assert!(text.contains("Date: Mon, 01 Sep 2025 06:00:00 "), "{text}");
        assert!(id.0.ends_with("@example.org"));
    }

    #[test]
    fn a_line_break_never_reaches_a_header() {
        let summary = Summary { run_id: "1\r\nBcc: x@example.net".to_owned(), ..summary() };
        assert!(matches!(message(&mail(), &summary), Err(MailError::Header { field: "run_id" })));
        let mail = Mail { to: vec!["a@example.org\r\nBcc: x@example.net".to_owned()], ..mail() };
        assert!(matches!(message(&mail, &self::summary()), Err(MailError::Address { key: "to" })));
    }

    #[test]
    fn plain_is_for_loopback_only_and_never_with_a_password() {
        let far = Mail { host: "mail.example.org".to_owned(), ..mail() };
        assert!(matches!(transport(&far), Err(MailError::PlainBeyondLoopback)));
        let login = Mail { user: Some("u".to_owned()), password_file: Some("/nowhere".into()), ..mail() };
        assert!(matches!(transport(&login), Err(MailError::PasswordInTheClear)));
        let half = Mail { user: Some("u".to_owned()), ..mail() };
        assert!(matches!(transport(&half), Err(MailError::HalfLogin)));
    }

    #[test]
    fn a_password_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("password")).unwrap();
        fs::write(&path, "geheim\n").unwrap();
        for (mode, fine) in [(0o400, true), (0o600, true), (0o640, false), (0o604, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let result = password(&path);
            assert_eq!(result.is_ok(), fine, "{mode:o}");
            match result {
                Ok(password) => assert_eq!(password.expose_secret(), "geheim"),
                Err(error) => assert!(!format!("{error} {error:?}").contains("geheim")),
            }
        }
    }
}
