//! The hash chain: every change of the ledger is an event, and each event's hash covers all events
//! before it.

mod again;
mod judged;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::approvals::ApprovalAct;
use super::error::RecordError;
use super::job::{PartTotals, SealedPart, StagedFile, Totals};
use super::notice_mails::{MailsPlanned, MailsTold};
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::made_with::MadeWith;
use crate::field::mode::Mode;
use crate::field::row::List;
use crate::field::subject::LetterSubject;
use crate::receipts::{Origin, ReceiptKind, StopAnswer};
pub(super) use again::{
    FilePassed, ProviderNoted, ReissueOrdered, ReprintPlanned, Scheduled, StopLifted, StopOrdered,
};
pub(super) use judged::CasesJudged;

/// How far the ledger is: the number of its last event and the hash that covers them all.
///
/// Whoever kept a head can prove later that the history up to it was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Number of the last event, from 1.
    pub events: u64,
    /// Lower-case hex SHA-256.
    pub hash: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hash)
    }
}

/// One change of the ledger. What is about people is covered by a hash over the rows, so that a
/// purge never has to break the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    /// The ledger was made.
    Init(Init),
    /// Files were read for the first time, or changes were accepted.
    Inputs(Inputs),
    /// Told people turned out to be one, or one to be two.
    Identities(Identities),
    /// A human decided who is who.
    Decided(Decided),
    /// Rows of the inbox were read for the first time, or are gone.
    RowsRead(RowsRead),
    /// Lists protect people, or no longer do.
    ShieldsSeen(ShieldsSeen),
    /// A human said of lab records whether they were withdrawn.
    RecordsRuled(RecordsRuled),
    /// Humans said something of cases.
    Judged(CasesJudged),
    /// The waves of first letters were fixed.
    Scheduled(Scheduled),
    /// The letters of a job were fixed.
    Planned(Planned),
    /// Letters of an earlier job are to be printed once more.
    Reprint(ReprintPlanned),
    /// Letters are to be written anew.
    Reissue(ReissueOrdered),
    /// The packages of a job were made.
    Sealed(Sealed),
    /// The packages of a job are in the outbox.
    Published(Step),
    /// The papers of the run are in their place.
    Done(Step),
    /// A job was given up before it was published.
    Abandoned(Abandoned),
    /// Humans were told what waits for them.
    Waiting(Waiting),
    /// Humans were told that published packages are not in the outbox any more.
    Gone(Gone),
    /// A package that was gone is in the outbox again.
    Republished(Republished),
    /// A file of the vendor's was taken.
    Receipt(ReceiptTaken),
    /// A file, or a whole job, is a step further on its way to the vendor's SFTP server.
    Passage(FilePassed),
    /// Somebody ordered that letters do not go out.
    Stop(StopOrdered),
    /// Two people lifted a stop.
    Lifted(StopLifted),
    /// Something was noted of a care provider.
    Provider(ProviderNoted),
    /// Notices to care providers are to go by mail.
    MailsPlanned(MailsPlanned),
    /// Something became of such mails.
    MailsTold(MailsTold),
    /// Somebody said something of a statement.
    Approval(ApprovalAct),
    /// The schema became that of a newer program.
    Migrated(Migrated),
    /// No more letters.
    Closed(Over),
    /// What is about people will go.
    Purging(Purging),
    /// It has gone.
    Purged(Over),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Init {
    pub ledger: String,
    pub key_check: String,
    pub campaign: String,
    pub date: Date,
    /// Since version 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inputs {
    pub run_id: String,
    pub date: Date,
    /// Why changed or missing files were accepted: before there was a reason for each file.
    pub accepted: Option<String>,
    /// Why each file was accepted, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
    pub files: Vec<KnownInput>,
}

/// One file of the inbox as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownInput {
    pub file: String,
    pub list: List,
    /// `None`: the file is gone, and that was accepted.
    pub sha256: Option<String>,
    pub rows: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identities {
    pub run_id: String,
    pub date: Date,
    pub merges: u32,
    pub splits: u32,
    /// Over the rows.
    pub sha256: String,
}

/// Decisions about pairs of records, as counts and a hash over the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    pub date: Date,
    /// Who decided.
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub same: u64,
    pub different: u64,
    pub undecided: u64,
    pub sha256: String,
}

/// Rows of files, as counts and a hash over the marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowsRead {
    pub run_id: String,
    /// Lines of the table.
    pub lines: u64,
    pub added: u64,
    pub gone: u64,
    pub sha256: String,
}

/// Whom lists protect, as counts and a hash over the marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShieldsSeen {
    /// Empty: a human said so.
    pub run_id: String,
    /// Who released people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub held: u64,
    pub lifted: u64,
    pub sha256: String,
}

/// What somebody said of lab records, as counts and a hash over the marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordsRuled {
    pub date: Date,
    /// Who said so.
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub withdrawn: u64,
    pub lacking: u64,
    pub undecided: u64,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Planned {
    pub job: JobNumber,
    pub name: String,
    pub run_id: String,
    pub date: Date,
    pub contents: Contents,
    pub parts: Vec<PartTotals>,
    pub staged: Vec<StagedFile>,
    /// What the letters are made with; earlier programs did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// Letters of it that take the place of earlier ones: its place, then job and place of that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reissues: Vec<(u32, JobNumber, u32)>,
    /// Letters of it that are not to people: the place, to what kind of subject, and how many patients
    /// of a provider it counts, or which kinds of data of a professional it names. In order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<(u32, LetterSubject, u64)>,
}

/// What a job added about people, as counts and hashes over the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contents {
    pub new_people: u64,
    pub letters: u64,
    pub letters_sha256: String,
    pub marks: u64,
    pub marks_sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    pub job: JobNumber,
    pub parts: Vec<SealedPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub job: JobNumber,
}

/// Cases for a human, as counts and a hash over the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    pub date: Date,
    pub opened: u64,
    pub overdue: u64,
    pub closed: u64,
    /// Nothing was new, and overdue cases were named again.
    pub reminded: bool,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gone {
    pub date: Date,
    pub jobs: Vec<JobNumber>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Republished {
    pub date: Date,
    pub job: JobNumber,
}

/// A file of the vendor's. What is about single letters is in tables, and here as counts and a
/// hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptTaken {
    pub date: Date,
    pub job: JobNumber,
    pub kind: ReceiptKind,
    pub file: String,
    pub file_sha256: String,
    pub origin: Origin,
    /// Rows of the file.
    pub lines: u64,
    /// Rows of it that name no letter of this ledger.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// Rows that said something new about pieces, and returns; the hash is over both.
    pub pieces: u64,
    pub returned: u64,
    pub sha256: String,
    /// Parts that the vendor has, and whether byte for byte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<(u32, bool)>,
    /// What the vendor answers to a stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<StopAnswer>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Migrated {
    pub from: u32,
    pub to: u32,
    /// What the ledger is for, where it did not say so before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

/// A job that was given up, by whom and why. Its letters were told to nobody; their hash is in the
/// event of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Abandoned {
    pub job: JobNumber,
    pub date: Date,
    pub by: String,
    pub reason: String,
    /// Providers to which it had a notice: how long their patients wait at most counts from there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Pseudonym>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Over {
    pub date: Date,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Purging {
    pub date: Date,
    /// Who approved it.
    pub approved_by: String,
    pub totals: Totals,
    /// Rows about people by table.
    pub rows: BTreeMap<String, u64>,
    /// Paths below the data folder, with their sizes in bytes.
    pub files: Vec<(String, u64)>,
}

/// One line of the history as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub seq: u64,
    pub body: String,
    pub hash: String,
}

impl Entry {
    /// The entry that follows `head` (`None`: the first).
    pub fn next(head: Option<&Head>, event: &Event) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_string(event)?;
        let (seq, before) = head.map_or((1, ""), |head| (head.events + 1, head.hash.as_str()));
        let hash = link(before, seq, &body);
        Ok(Self { seq, body, hash })
    }

    /// Whether this entry comes right after `head`.
    pub fn follows(&self, head: &Head) -> bool {
        self.seq == head.events + 1 && self.hash == link(&head.hash, self.seq, &self.body)
    }

    /// The head after this entry.
    pub fn head(&self) -> Head {
        Head { events: self.seq, hash: self.hash.clone() }
    }
}

/// Recomputes the chain and reads the events.
pub(super) fn verify(entries: &[Entry]) -> Result<Vec<Event>, RecordError> {
    let mut before = "";
    let mut events = Vec::with_capacity(entries.len());
    for (expected, entry) in (1..).zip(entries) {
        if entry.seq != expected || entry.hash != link(before, expected, &entry.body) {
            return Err(RecordError::Chain { seq: expected });
        }
        events.push(
            serde_json::from_str(&entry.body).map_err(|_| RecordError::Chain { seq: expected })?,
        );
        before = &entry.hash;
    }

    Ok(events)
}

/// The hash of an event.
pub(super) fn link(before: &str, seq: u64, body: &str) -> String {
    let mut rows = RowHash::new();
    rows.text(before).number(seq).text(body);
    rows.finish()
}

/// SHA-256 over rows of length-prefixed fields, so that no two different rows give the same bytes.
pub(super) struct RowHash(Sha256);

impl RowHash {
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(number.to_be_bytes());
        self
    }

    pub fn finish(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for job in (1..=5).filter_map(JobNumber::new) {
            let head = entries.last().map(Entry::head);
            entries.push(Entry::next(head.as_ref(), &Event::Done(Step { job })).unwrap());
        }
        entries
    }

    #[test]
    fn an_untouched_history_holds() {
        assert_eq!(verify(&history()).unwrap().len(), 5);
    }

    #[test]
    fn a_changed_event_is_found() {
        let mut entries = history();
        entries[2].body = entries[2].body.replace('3', "7");
        assert!(matches!(verify(&entries), Err(RecordError::Chain { seq: 3 })));
    }

    #[test]
    fn a_changed_event_with_its_own_hash_made_anew_is_found_in_the_next() {
        let mut entries = history();
        let before = entries[1].head();
        entries[2] =
            Entry::next(Some(&before), &Event::Done(Step { job: JobNumber::new(9).unwrap() }))
                .unwrap();
        assert!(matches!(verify(&entries), Err(RecordError::Chain { seq: 4 })));
    }

    #[test]
    fn a_deleted_event_is_found() {
        let mut entries = history();
        entries.remove(1);
        assert!(matches!(verify(&entries), Err(RecordError::Chain { seq: 2 })));
    }

    #[test]
    fn swapped_events_are_found() {
        let mut entries = history();
        entries.swap(1, 2);
        assert!(matches!(verify(&entries), Err(RecordError::Chain { seq: 2 })));
    }
}
