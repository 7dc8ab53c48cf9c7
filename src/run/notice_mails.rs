//! Notices by mail: which of a night's go that way, and how they leave. The night fixes the words of
//! each; `breachpost provider-mail` hands them to the mail server, a few at a time, and writes down what
//! became of each before it goes on.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{RunError, papers};
use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain, FileError, durable, hash};
use crate::compose::notices::{NoticeBook, ProviderNotice};
use crate::config::{Config, ProvidersFirst};
use crate::decide::{self, Circumstances};
use crate::deliver::email::{self, MailError};
use crate::deliver::notice_mail::{self, MailLines};
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::findings::Findings;
use crate::field::ids::{LetterId, Pseudonym};
use crate::field::keys::Keys;
use crate::field::notice_mail::{MailFate, MailToSend, NoticeChannel, NoticeMail};
use crate::field::provider::ProviderHistory;
use crate::package::sign::TWO_SIGN;
use crate::read::{self, ReadError, ReadTerms};
use crate::record::notice_mails::{MailTime, MailsPlanned, MailsTold};
use crate::record::{Access, Home, Ledger, RecordError};
use crate::report::ReportError;

/// The file with the words of a run's mails, beside its report.
const MAILS: &str = "mails.json";

/// The longest such file that is read, in bytes.
const LONGEST: u64 = 1 << 30;

/// Mails over one connection: of so many it may be unknown whether the server has them, when the program
/// is killed. Those become letters.
const BATCH: usize = 50;

/// Names that belong to nobody (RFC 2606): a rehearsal writes to no others.
const NOBODYS: [&str; 4] = [".example", ".test", ".invalid", ".localhost"];

/// How a provider gets its notice tonight: where a mail did not arrive, or there is no address, it is a
/// letter.
pub(super) fn channel(
    settings: &ProvidersFirst,
    notice: &ProviderNotice<'_>,
    history: &ProviderHistory,
) -> NoticeChannel {
    let has_failed = history.notices.iter().any(|notice| notice.by_mail && notice.returned);
    if has_failed || notice.provider.contact_email.is_empty() {
        return NoticeChannel::Letter;
    }
    settings.channel(&notice.provider.code, notice.provider.kind)
}

/// The mails of a night.
#[derive(Default)]
pub(super) struct NoticeMails {
    words: Vec<MailToSend>,
    mails: Vec<NoticeMail>,
    findings: BTreeMap<Findings, u32>,
}

impl NoticeMails {
    /// Adds the mail of a notice.
    ///
    /// # Errors
    /// [`RunError`] when the page of a mail has a fault; it has none.
    pub fn add(
        &mut self,
        book: &NoticeBook<'_>,
        notice: &ProviderNotice<'_>,
        draft: &Draft,
        body: &Body,
    ) -> Result<(), RunError> {
        let [count, about] = book.mail_lines(notice);
        let reference = format!("{}: {}", body.frame.reference_label, draft.reference);
        let salutation = &draft.salutation;
        let lines = MailLines { salutation, count: &count, about: &about, reference: &reference };
        let texts = notice_mail::texts(body, &lines).map_err(ReportError::Page)?;

        self.words.push(MailToSend {
            letter_id: draft.letter_id,
            to: notice.provider.contact_email.clone(),
            subject: texts.subject,
            plain: texts.plain,
            html: texts.html,
        });
        let next = u32::try_from(self.findings.len()).map_err(|_| RunError::Capacity)?;
        self.mails.push(NoticeMail {
            letter_id: draft.letter_id,
            provider: draft.person,
            kind: draft.kind,
            sequence: draft.sequence,
            patients: draft.patients,
            findings: *self.findings.entry(draft.findings.clone()).or_insert(next),
        });
        Ok(())
    }

    fn json(&self) -> Result<Vec<u8>, RunError> {
        Ok(serde_json::to_vec(&self.words).map_err(ReportError::Json)?)
    }

    /// Writes their words to the papers of the run.
    ///
    /// # Errors
    /// [`RunError`] when they cannot be written.
    pub fn write(&self, folder: &Utf8Path) -> Result<(), RunError> {
        if self.words.is_empty() {
            return Ok(());
        }
        let path = folder.join(MAILS);
        Ok(durable::write(&path, &self.json()?).map_err(FileError::at("write", &path))?)
    }

    /// What the ledger is to know of them; `None`: there are none.
    ///
    /// # Errors
    /// [`RunError`] when their words cannot be written down.
    pub fn event(&self, run_id: &str, date: Date) -> Result<Option<MailsPlanned>, RunError> {
        if self.mails.is_empty() {
            return Ok(None);
        }
        let mut findings: Vec<(u32, Findings)> =
            self.findings.iter().map(|(said, place)| (*place, said.clone())).collect();
        findings.sort_unstable();
        Ok(Some(MailsPlanned {
            run_id: run_id.to_owned(),
            date,
            sha256: hash::of_bytes(&self.json()?),
            findings: findings.into_iter().map(|(_, said)| said).collect(),
            mails: self.mails.clone(),
        }))
    }
}

/// Why no mail is sent.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum NoticeMailError {
    /// The configuration sends none.
    #[error("no provider gets its notice by mail")]
    NotConfigured,
    /// The words of a run's mails are not those that were planned.
    #[error("the mails of run {run_id} are not there as they were planned")]
    Changed { run_id: String },
    /// Fewer than two people.
    #[error("fewer than two of the approvers signed this text")]
    Unsigned,
    /// A rehearsal is about nobody.
    #[error(
        "a rehearsal sends mail to addresses that belong to nobody, and {count} may be somebody's"
    )]
    Rehearsal { count: usize },
    /// The settings.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The words cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The providers list.
    #[error(transparent)]
    Inbox(#[from] ReadError),
}

impl Explain for NoticeMailError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotConfigured => "set `channels` or `channel_of` under [providers_first]",
            Self::Changed { .. } => {
                "put `mails.json` back into the papers of that run; without it they become letters when \
                 their time is over"
            }
            Self::Unsigned => TWO_SIGN,
            Self::Rehearsal { .. } => "use addresses that end in `.example`",
            Self::Mail(error) => return error.hint(),
            Self::File(error) => return error.hint(),
            Self::Record(error) => return error.hint(),
            Self::Inbox(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::NotConfigured | Self::Unsigned | Self::Rehearsal { .. } => ExitStatus::Usage,
            Self::Record(error) => error.status(),
            Self::Inbox(error) => error.status(),
            Self::Changed { .. } | Self::Mail(_) | Self::File(_) => ExitStatus::Stopped,
        }
    }
}

/// What sending came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MailsSent {
    /// The text that two people have to sign; nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
    /// Where every mail stands word for word, for those who sign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Utf8PathBuf>,
    /// Mails by what became of them.
    pub fates: BTreeMap<MailFate, u64>,
    /// Mails that were not tried: the server was not there.
    pub untried: u64,
    /// Mails that are not sent: today's providers list has the provider no more, or otherwise.
    pub outdated: u64,
}

/// Hands the mails that wait to the server.
///
/// # Errors
/// [`NoticeMailError`]; what was sent until then is written down.
pub fn send(
    config: &Config,
    today: Date,
    signatures: &[String],
) -> Result<MailsSent, NoticeMailError> {
    let settings = config.providers_first.as_ref().filter(|settings| settings.sends_mail());
    let (Some(settings), Some(mail)) = (settings, &config.mail) else {
        return Err(NoticeMailError::NotConfigured);
    };
    let mut ledger = Ledger::open(&Home::of(config), Access::Write)?;
    ledger.refuse_when_stopped(None)?;
    ledger.anchor()?;
    let unsent = ledger.unsent_mails(MailTime { today, days: settings.after_posting_days })?;
    let mut sent = MailsSent::default();
    if unsent.count() == 0 {
        return Ok(sent);
    }

    let mut signers = Vec::new();
    if config.needs_approval() {
        if signatures.is_empty() {
            for run_id in unsent.by_run.keys() {
                let sha256 = unsent.files.get(run_id).map_or("", String::as_str);
                sent.words.push(as_planned(&config.data_dir, run_id, sha256)?.0);
            }
            sent.unsigned = Some(unsent.text(&config.campaign));
            return Ok(sent);
        }
        let approvers = &config.approval.approvers;
        let signed = unsent.signers(&config.campaign, signatures, approvers);
        signers = signed.ok_or(NoticeMailError::Unsigned)?;
    }

    let mut waiting = Vec::new();
    for (run_id, wanted) in &unsent.by_run {
        let sha256 = unsent.files.get(run_id).map_or("", String::as_str);
        waiting.extend(words(&config.data_dir, run_id, sha256, wanted)?);
    }
    let planned = waiting.len();
    let addresses = addresses(config, ledger.keys(), today)?;
    waiting.retain(|one| {
        let provider = unsent.providers.get(&one.letter_id);
        provider.and_then(|provider| addresses.get(provider)) == Some(&one.to)
    });
    sent.outdated = (planned - waiting.len()) as u64;
    let is_nobodys = |to: &str| NOBODYS.iter().any(|end| to.trim_end_matches('>').ends_with(end));
    let count = waiting.iter().filter(|one| !is_nobodys(&one.to)).count();
    if config.synthetic && count > 0 {
        return Err(NoticeMailError::Rehearsal { count });
    }

    let from = settings.mail_from.as_deref().unwrap_or(&mail.from);
    for batch in waiting.chunks(BATCH) {
        let begin = batch.iter().map(|one| (one.letter_id, MailFate::Sending)).collect();
        let signers = std::mem::take(&mut signers);
        ledger.tell_mails(MailsTold { date: today, fates: begin, signers })?;

        let mut fates = Vec::new();
        let told = |one: &MailToSend, fate| fates.push((one.letter_id, fate));
        email::send_each(mail, from, batch, Timestamp::now(), told)?;
        for (_, fate) in &fates {
            *sent.fates.entry(*fate).or_default() += 1;
        }
        let is_gone = fates.iter().all(|(_, fate)| *fate == MailFate::Deferred);
        fates.retain(|(_, fate)| *fate != MailFate::Sending);
        ledger.tell_mails(MailsTold { date: today, fates, signers: Vec::new() })?;
        // Nobody answers, or nobody is let in: the rest is for the next time.
        if is_gone && batch.len() == BATCH {
            break;
        }
    }
    let tried: u64 = sent.fates.values().sum();
    sent.untried = waiting.len() as u64 - tried;
    Ok(sent)
}

/// Where the providers that can be written to today have their mail, as the list has it by now: since
/// the night one may have closed, or have a different mailbox.
fn addresses(
    config: &Config,
    keys: &Keys,
    today: Date,
) -> Result<BTreeMap<Pseudonym, String>, NoticeMailError> {
    let terms = ReadTerms { synthetic: config.synthetic, run_date: today };
    let rows = read::providers(&config.inbox, &config.inputs, &terms, &Progress::hidden())?;
    let listed = Circumstances::new(&rows, &BTreeMap::new());
    let usable = rows.providers.iter().filter_map(|row| {
        let provider = listed.listed(&row.code).ok()?;
        decide::providers::usable(provider, today).ok()?;
        Some((keys.provider(&provider.code), provider.contact_email.clone()))
    });
    Ok(usable.collect())
}

/// The words of those mails of a run, as they were planned.
fn words(
    data_dir: &Utf8Path,
    run_id: &str,
    sha256: &str,
    wanted: &BTreeSet<LetterId>,
) -> Result<Vec<MailToSend>, NoticeMailError> {
    let changed = || NoticeMailError::Changed { run_id: run_id.to_owned() };
    let (_, text) = as_planned(data_dir, run_id, sha256)?;
    let mut all: Vec<MailToSend> = serde_json::from_str(&text).map_err(|_| changed())?;
    all.retain(|one| wanted.contains(&one.letter_id));
    if all.len() == wanted.len() { Ok(all) } else { Err(changed()) }
}

/// The file with the mails of a run that has this hash, and what it says.
fn as_planned(
    data_dir: &Utf8Path,
    run_id: &str,
    sha256: &str,
) -> Result<(Utf8PathBuf, String), NoticeMailError> {
    let mut found = papers::everywhere(data_dir, MAILS);
    found.sort_by_key(|path| !path.as_str().contains(run_id));
    let mut texts = found.into_iter().filter_map(|path| {
        let text = durable::read_text(&path, LONGEST).ok()?;
        (hash::of_bytes(text.as_bytes()) == sha256).then_some((path, text))
    });
    texts.next().ok_or_else(|| NoticeMailError::Changed { run_id: run_id.to_owned() })
}

/// Takes mails that came back. Those that are known to have come back, or were never taken by the
/// server, change nothing. Gives how many are new, and how many are none of ours.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be written.
pub fn take_bounces(
    ledger: &mut Ledger,
    mails: &[LetterId],
    today: Date,
) -> Result<[u64; 2], RecordError> {
    let known = ledger.mail_states()?;
    let (ours, foreign): (Vec<_>, Vec<_>) = mails.iter().partition(|mail| known.contains_key(mail));
    let is_new = |mail: &LetterId| MailFate::Bounced.follows(known[mail]);
    let fates: Vec<_> = ours
        .into_iter()
        .filter(|mail| is_new(mail))
        .map(|mail| (mail, MailFate::Bounced))
        .collect();
    let new = fates.len() as u64;
    if new > 0 {
        ledger.tell_mails(MailsTold { date: today, fates, signers: Vec::new() })?;
    }
    Ok([new, foreign.len() as u64])
}
