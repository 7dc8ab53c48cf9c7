//! Many mails to different people over one connection, each with an answer of its own: what a server
//! says of one changes nothing for the next.

use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp;
use lettre::transport::smtp::client::SmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::{Address, Message};

use super::{AutoSubmitted, MailError, Talk, login, tls};
use crate::config::Mail;
use crate::field::notice_mail::{MailFate, MailToSend};

/// Connections that may break before the rest waits for the next time.
const MOST_LOST: u32 = 5;

/// Sends these mails in order over one connection, or a few where it breaks. Of each `told` hears what became of it: accepted,
/// refused, deferred, or still `Sending` where the line broke after the last byte. A server that is
/// not there, or breaks off, leaves the rest deferred.
///
/// # Errors
/// [`MailError`] of the settings; then nothing was sent.
pub fn send_each(
    mail: &Mail,
    from: &str,
    letters: &[MailToSend],
    at: Timestamp,
    mut told: impl FnMut(&MailToSend, MailFate),
) -> Result<(), MailError> {
    let from: Mailbox = from.parse().map_err(|_| MailError::Address { key: "from" })?;
    let (login, tls) = (login(mail)?, tls(mail)?);
    let talk = Talk { mail, tls: tls.as_ref(), login: login.as_ref() };
    // Each mail has the time that one mail has.
    let time = Duration::from_secs(mail.timeout_seconds);
    let mails = u32::try_from(letters.len().max(1)).unwrap_or(u32::MAX);

    let end = Instant::now() + time * mails;
    let mut connection = talk.begin_until(end).ok();
    let mut lost = 0;
    for letter in letters {
        let to = letter.to.parse::<Mailbox>().ok();
        let message = to.and_then(|to| Some((assemble(&from, &to, letter, at).ok()?, to.email)));
        let Some((message, to)) = message else {
            told(letter, MailFate::Refused);
            continue;
        };

        let fate = match &mut connection {
            Some(open) => {
                let (fate, is_lost) = post(open, &message, to);
                if is_lost {
                    open.abort();
                    lost += 1;
                    connection = talk.begin_until(end).ok().filter(|_| lost <= MOST_LOST);
                }
                fate
            }
            None => MailFate::Deferred,
        };
        told(letter, fate);
    }

    if let Some(mut open) = connection {
        // Everything was answered: how the server says goodbye changes nothing.
        let _ = open.quit();
    }
    Ok(())
}

/// What became of one mail, and whether the connection is of no more use.
fn post(connection: &mut SmtpConnection, message: &Message, to: Address) -> (MailFate, bool) {
    let begin = |connection: &mut SmtpConnection| -> Result<(), smtp::Error> {
        connection.command(MailFrom::new(message.envelope().from().cloned(), Vec::new()))?;
        connection.command(Rcpt::new(to, Vec::new()))?;
        connection.command(Data).map(drop)
    };
    let (error, has_sent) = match begin(connection) {
        Err(error) => (error, false),
        Ok(()) => match connection.message(&message.formatted()) {
            Ok(_) => return (MailFate::Accepted, false),
            Err(error) => (error, true),
        },
    };

    // Only an answer of the server is about this mail alone.
    if error.status().is_some() {
        let fate = if error.is_permanent() { MailFate::Refused } else { MailFate::Deferred };
        return (fate, connection.command(Rset).is_err());
    }
    // The server may have it, and its answer was lost.
    (if has_sent { MailFate::Sending } else { MailFate::Deferred }, true)
}

fn assemble(
    from: &Mailbox,
    to: &Mailbox,
    letter: &MailToSend,
    at: Timestamp,
) -> Result<Message, lettre::error::Error> {
    // Every server takes plain ASCII.
    let part = |kind, text: &String| {
        let encoding = ContentTransferEncoding::QuotedPrintable;
        SinglePart::builder().header(kind).header(encoding).body(text.clone())
    };
    let parts = MultiPart::alternative()
        .boundary(format!("breachpost-{}", letter.letter_id))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.plain))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    Message::builder()
        .from(from.clone())
        .to(to.clone())
        .date(SystemTime::from(at))
        .message_id(Some(format!("<{}@{}>", letter.letter_id, from.email.domain())))
        .header(AutoSubmitted)
        .subject(letter.subject.clone())
        .multipart(parts)
}
