//! What the ledger knows of care providers: which notices they had and what was noted of them, and
//! the notes themselves, two people's where they change who is named or written to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::audit::{self, Event, ProviderNoted};
use super::error::RecordError;
use super::notice_mails::MailTime;
use super::stops::signers;
use super::{Access, Home, Ledger, inputs};
use crate::base::{ExitStatus, Explain};
use crate::config::Approver;
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::piece::PieceStep;
use crate::field::provider::{ProviderHistory, ProviderWord, ToldProvider};
use crate::field::subject::LetterSubject;
use crate::package::sign::TWO_SIGN;

/// Signatures that are needed where a note changes who is named or written to.
pub(super) const SIGNERS: usize = 2;

/// Something that somebody notes of a provider.
#[derive(Clone, Copy, Debug)]
pub struct ProviderNote<'a> {
    /// AGB code.
    pub code: &'a str,
    /// What.
    pub said: ProviderWord,
    /// Who notes it.
    pub by: &'a str,
    /// How they know, for the ledger.
    pub note: &'a str,
    /// What else is signed and kept; empty for nothing.
    pub about: &'a str,
    /// The day.
    pub date: Date,
}

/// Why nothing is noted.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ProviderNoteError {
    /// It has had no notice.
    #[error("provider `{code}` has had no notice")]
    NoNotice { code: String },
    /// The note does not follow from what was said before.
    #[error("provider `{code}`: `{said}` cannot follow what was noted before")]
    Order { code: String, said: ProviderWord },
    /// Who, or why, is not usable.
    #[error("name or note about the provider {problem}")]
    Words { problem: &'static str },
    /// Fewer than two people.
    #[error("{} of the approvers signed this text, and it takes two", .signers.len())]
    TooFew { signers: Vec<String> },
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Explain for ProviderNoteError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoNotice { .. } => "`breachpost provider CODE` says what is known of it",
            Self::Order { .. } => {
                "`--decided-ours` and `--decided-not-ours` end what `--not-ours` began; there is a list \
                 only of patients that are theirs, and it is received once"
            }
            Self::Words { .. } => {
                "each is one line of 3 to 200 characters, without names of patients in the note"
            }
            Self::TooFew { .. } => TWO_SIGN,
            Self::Record(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Record(error) => error.status(),
            _ => ExitStatus::Usage,
        }
    }
}

/// What was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotedProvider {
    /// What.
    pub said: ProviderWord,
    /// Whose signatures hold; empty: none are needed.
    pub signers: Vec<String>,
}

/// The text that two people sign; `place`: this note among those of the provider, so that no signature
/// holds twice.
fn text(campaign: &str, note: &ProviderNote<'_>, place: usize) -> String {
    let about = match note.about {
        "" => String::new(),
        about => format!("about: {about}\n"),
    };
    format!(
        "breachpost: note of a care provider\ncampaign: {campaign}\nprovider: {}\nnote: {place}\nwhat: {}\nnoted \
         by: {}\nwhy: {}\n{about}",
        note.code, note.said, note.by, note.note
    )
}

/// The text that has to be signed for a note.
///
/// # Errors
/// [`ProviderNoteError`] when it cannot be noted.
pub fn text_for(home: &Home<'_>, note: &ProviderNote<'_>) -> Result<String, ProviderNoteError> {
    let ledger = match Ledger::open(home, Access::Read) {
        // A change that is half made is taken back by a writer.
        Err(RecordError::Interrupted) => Ledger::open(home, Access::Write)?,
        opened => opened?,
    };
    ledger.can_note(note)?;
    Ok(text(home.campaign, note, ledger.place_of(note)?))
}

/// Whose signatures hold over a note that can be noted.
///
/// # Errors
/// [`ProviderNoteError`] when it cannot be, or they are too few.
pub fn signed(
    home: &Home<'_>,
    note: &ProviderNote<'_>,
    signatures: &[String],
    approvers: &[Approver],
) -> Result<Vec<String>, ProviderNoteError> {
    let signers = signers(&text_for(home, note)?, signatures, approvers);
    if signers.len() < SIGNERS { Err(ProviderNoteError::TooFew { signers }) } else { Ok(signers) }
}

/// Notes something of a provider, where two approvers have signed it if it needs to be signed.
///
/// # Errors
/// [`ProviderNoteError`]; nothing is noted then.
pub fn note(
    home: &Home<'_>,
    note: &ProviderNote<'_>,
    signatures: &[String],
    approvers: &[Approver],
) -> Result<NotedProvider, ProviderNoteError> {
    let mut ledger = Ledger::open(home, Access::Write)?;
    ledger.anchor()?;
    ledger.can_note(note)?;
    let signers = if note.said.needs_approval() {
        signers(&text(home.campaign, note, ledger.place_of(note)?), signatures, approvers)
    } else {
        Vec::new()
    };
    if note.said.needs_approval() && signers.len() < SIGNERS {
        return Err(ProviderNoteError::TooFew { signers });
    }

    let event = ProviderNoted {
        date: note.date,
        provider: ledger.keys().provider(note.code),
        said: note.said,
        by: note.by.to_owned(),
        note: match note.about {
            "" => note.note.to_owned(),
            about => format!("{} ({about})", note.note),
        },
        signers: signers.clone(),
    };
    ledger.write(|store| store.about_providers(&Event::Provider(event)))?;
    Ok(NotedProvider { said: note.said, signers })
}

impl Ledger {
    /// Every provider that had a notice or of which something was noted, by pseudonym. `mails`: until
    /// when a mail may wait for its server.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn providers(
        &self,
        mails: Option<MailTime>,
    ) -> Result<BTreeMap<Pseudonym, ProviderHistory>, RecordError> {
        let mut told = self.told_to(LetterSubject::Provider)?;
        self.add_mails(&mut told, mails)?;
        let mut providers = BTreeMap::<Pseudonym, ProviderHistory>::new();
        for (provider, notices) in told {
            providers.entry(provider).or_default().notices = notices;
        }
        for (provider, on) in &self.model()?.given_up {
            providers.entry(*provider).or_default().given_up_on = Some(*on);
        }
        for noted in &self.model()?.providers {
            let known = providers.entry(noted.provider).or_default();
            match noted.said {
                ProviderWord::Acknowledged => {
                    known.acknowledged_on = known.acknowledged_on.or(Some(noted.date));
                }
                ProviderWord::ListMade => {
                    known.lists += 1;
                    known.has_list = false;
                }
                ProviderWord::ListReceived => known.has_list = true,
                said => known.ruling = Some(said),
            }
        }
        Ok(providers)
    }

    /// The letters to everybody of a kind of subject, oldest first. Of professionals `patients` is the
    /// kinds of data, as [`ProfessionalFindings::bits`](crate::field::professional::ProfessionalFindings).
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn told_to(
        &self,
        subject: LetterSubject,
    ) -> Result<BTreeMap<Pseudonym, Vec<ToldProvider>>, RecordError> {
        let model = self.model()?;
        let given_up = self.store.given_up();
        let notices: BTreeMap<(JobNumber, u32), u64> =
            model.told_notices(subject).filter(|((job, _), _)| Some(*job) != given_up).collect();

        let posted = self.posted(&notices)?;
        let returned: Vec<_> = self.store.returned()?;
        let back: BTreeMap<_, _> =
            returned.iter().map(|(_, row)| ((row.job, row.seq), row.address)).collect();

        let mut told = BTreeMap::<Pseudonym, Vec<ToldProvider>>::new();
        for (place, letter) in self.store.notices_at(notices.keys().copied())? {
            let is_back = back.contains_key(&place);
            told.entry(letter.person).or_default().push(ToldProvider {
                on: letter.date,
                kind: letter.kind,
                sequence: letter.sequence,
                findings: letter.findings,
                patients: notices[&place],
                posted_on: posted.get(&place).copied().filter(|_| !is_back),
                returned: is_back,
                returned_from: back.get(&place).copied().flatten(),
                by_mail: false,
            });
        }
        Ok(told)
    }

    /// To whom a job has letters of that kind, sorted.
    pub(super) fn told_of(
        &self,
        job: JobNumber,
        subject: LetterSubject,
    ) -> Result<Vec<Pseudonym>, RecordError> {
        let model = self.model()?;
        let places = model.told_notices(subject).map(|(place, _)| place);
        let places: Vec<_> = places.filter(|(own, _)| *own == job).collect();
        let letters = self.store.notices_at(places.into_iter())?;
        let told: BTreeSet<Pseudonym> = letters.into_iter().map(|(_, one)| one.person).collect();
        Ok(told.into_iter().collect())
    }

    /// Who was told last and is known by this mark.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn known_by(&self, mark: &[u8; 16]) -> Result<Option<Pseudonym>, RecordError> {
        self.store.known_by(mark)
    }

    /// The earliest day on which a copy of each of these letters was posted, as far as the vendor
    /// says so.
    fn posted(
        &self,
        notices: &BTreeMap<(JobNumber, u32), u64>,
    ) -> Result<BTreeMap<(JobNumber, u32), Date>, RecordError> {
        let mut posted = BTreeMap::<(JobNumber, u32), Date>::new();
        let jobs: BTreeSet<JobNumber> = notices.keys().map(|(job, _)| *job).collect();
        // A file that gives no times says no more than that it was so when it was taken.
        let events = audit::verify(&self.store.entries()?)?;
        let taken: BTreeMap<u64, Date> = (1..)
            .zip(&events)
            .filter_map(|(event, what)| match what {
                Event::Receipt(taken) => Some((event, taken.date)),
                _ => None,
            })
            .collect();

        for job in jobs {
            self.store.for_each_piece(Some(job), |event, row| {
                let place = (row.job, row.seq);
                let is_posted = row.step == PieceStep::Posted && notices.contains_key(&place);
                let on = row.times.posted.and_then(day).or_else(|| taken.get(&event).copied());
                if let Some(on) = on.filter(|_| is_posted) {
                    let first = posted.entry(place).or_insert(on);
                    *first = on.min(*first);
                }
            })?;
        }
        Ok(posted)
    }

    /// Its place among the notes of the provider, from 1.
    fn place_of(&self, note: &ProviderNote<'_>) -> Result<usize, RecordError> {
        let provider = self.keys().provider(note.code);
        let model = self.model()?;
        Ok(model.providers.iter().filter(|noted| noted.provider == provider).count() + 1)
    }

    /// Whether a note can be written down.
    fn can_note(&self, note: &ProviderNote<'_>) -> Result<(), ProviderNoteError> {
        for line in [note.by, note.note] {
            inputs::check_line(line).map_err(|problem| ProviderNoteError::Words { problem })?;
        }

        let code = note.code.to_owned();
        let known =
            self.providers(None)?.remove(&self.keys().provider(note.code)).unwrap_or_default();
        if known.notices.is_empty() {
            return Err(ProviderNoteError::NoNotice { code });
        }
        let follows = match note.said {
            ProviderWord::Acknowledged => known.acknowledged_on.is_none(),
            ProviderWord::NotOurs => {
                known.ruling.is_none_or(|last| last == ProviderWord::DecidedOurs)
            }
            ProviderWord::DecidedOurs | ProviderWord::DecidedNotOurs => known.is_disputed(),
            // Nobody hears of patients that are not theirs.
            ProviderWord::ListMade => !known.is_unnamed(),
            ProviderWord::ListReceived => known.lists > 0 && !known.has_list,
        };
        if follows { Ok(()) } else { Err(ProviderNoteError::Order { code, said: note.said }) }
    }
}

/// The day of a time, as the fold over pieces counts days.
fn day(seconds: i64) -> Option<Date> {
    Some(Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date())
}
