//! The tables as one value, to be compared with what the events say.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Row};

use super::events::count;
use super::inputs::hash_identity;
use super::jobs::{date, kind};
use super::people::{index, mark, mark_kind};
use super::plan::{PlannedLetter, hash_mark};
use super::schema::MODES;
use super::{Sql, Store, at, strange};
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::mode::Mode;
use crate::record::audit::{Contents, RowHash};
use crate::record::error::RecordError;
use crate::record::model::{CampaignRow, CampaignState, LedgerRow, Model};
use crate::record::stops::Stops;

/// Rows about people of one job, as they are read.
struct Tally {
    contents: Contents,
    letters: RowHash,
    marks: RowHash,
}

impl Tally {
    fn new() -> Self {
        Self { contents: Contents::default(), letters: RowHash::new(), marks: RowHash::new() }
    }

    fn finish(self) -> Contents {
        Contents {
            letters_sha256: self.letters.finish(),
            marks_sha256: self.marks.finish(),
            ..self.contents
        }
    }
}

impl Store {
    /// Reads every table.
    pub fn tables(&self) -> Result<Model, RecordError> {
        Ok(Model {
            ledger: Some(self.ledger().map_err(at("read the ledger's name"))?),
            campaign: Some(self.campaign()?),
            mode: self.mode().map_err(at("read the ledger's mode"))?,
            inputs: self.inputs()?,
            identities: self.identity_hashes()?,
            decisions: self.decision_hashes()?,
            cases: self.case_hashes()?,
            rows: self.row_hashes()?,
            shields: self.shield_hashes()?,
            record_rulings: self.record_ruling_hashes()?,
            judgements: self.judgement_hashes()?,
            pieces: self.piece_hashes()?,
            jobs: self.jobs()?,
            contents: self.contents()?,
            mails: crate::record::notice_mails::Mails::default(),
            given_up: BTreeMap::new(),
            gone: BTreeSet::new(),
            receipts: BTreeSet::new(),
            origins: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            passages: BTreeMap::new(),
            approvals: crate::record::approvals::Approvals::default(),
            stops: Stops::default(),
            schedules: Vec::new(),
            reissues: BTreeMap::new(),
            reissued: BTreeMap::new(),
            notices: BTreeMap::new(),
            providers: Vec::new(),
            purged: None,
        })
    }

    fn ledger(&self) -> Sql<LedgerRow> {
        // SQLite's own check passes over a CHECK of the rowid.
        let only = "SELECT id, key_check, created_on FROM ledger WHERE one = 1 AND (SELECT count(*) FROM ledger) = 1";
        self.connection.query_row(only, [], |row| {
            Ok(LedgerRow { id: row.get(0)?, key_check: row.get(1)?, created_on: date(row, 2)? })
        })
    }

    /// What the ledger is for; a ledger of before version 3 does not say.
    fn mode(&self) -> Sql<Option<(Mode, u64)>> {
        if self.version < MODES {
            return Ok(None);
        }

        let only = "SELECT mode, event FROM mode WHERE one = 1 AND (SELECT count(*) FROM mode) = 1";
        let read = |row: &Row<'_>| {
            let word: String = row.get(0)?;
            let mode = Mode::from_word(&word).ok_or_else(|| strange(0, "unknown mode"))?;
            Ok((mode, count(1, row.get(1)?)?))
        };

        self.connection.query_row(only, [], read).optional()
    }

    /// The campaign.
    pub fn campaign(&self) -> Result<CampaignRow, RecordError> {
        let only = "SELECT name, state, opened_on FROM campaign WHERE id = 1 AND (SELECT count(*) FROM campaign) = 1";
        self.connection
            .query_row(only, [], |row| {
                let word: String = row.get(1)?;
                let state =
                    CampaignState::from_word(&word).ok_or_else(|| strange(1, "unknown state"))?;
                Ok(CampaignRow { name: row.get(0)?, state, opened_on: date(row, 2)? })
            })
            .map_err(at("read the campaign"))
    }

    fn identity_hashes(&self) -> Result<BTreeMap<u64, (u64, String)>, RecordError> {
        let mut hashes = BTreeMap::<u64, (u64, RowHash)>::new();
        for (event, kind, person, other) in self.identities()? {
            let (count, rows) = hashes.entry(event).or_insert_with(|| (0, RowHash::new()));
            *count += 1;
            hash_identity(rows, &kind, &person, &other);
        }

        Ok(hashes
            .into_iter()
            .map(|(event, (count, rows))| (event, (count, rows.finish())))
            .collect())
    }

    fn contents(&self) -> Result<BTreeMap<JobNumber, Contents>, RecordError> {
        let people = self.people()?;
        let mut tallies = BTreeMap::<JobNumber, Tally>::new();
        let seen = self.tally_letters(&people, &mut tallies).map_err(at("read letters"))?;
        if seen != people.len() {
            return Err(RecordError::Replay { what: "the list of people".to_owned() });
        }
        self.tally_marks(&people, &mut tallies).map_err(at("read marks"))?;
        Ok(tallies.into_iter().map(|(job, tally)| (job, tally.finish())).collect())
    }

    /// Counts and hashes the letters of each job; returns how many people have one.
    fn tally_letters(
        &self,
        people: &[Pseudonym],
        tallies: &mut BTreeMap<JobNumber, Tally>,
    ) -> Sql<usize> {
        let findings = self.sayings()?;
        let mut has_letter = vec![false; people.len()];
        let mut next = 1_u64;
        let mut said_once = vec![false; findings.len()];
        let mut read = self.connection.prepare(
            "SELECT letter_id, person, kind, sequence, part, seq, reference, sender, findings, pages, sheets, job, id
             FROM letter ORDER BY id",
        )?;

        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            if count(12, row.get(12)?)? != next {
                return Err(strange(12, "letters are not numbered without gaps"));
            }
            next += 1;
            let tally = tallies.entry(row.get(11)?).or_insert_with(Tally::new);
            let (place, person) = person(people, row, 1)?;
            if !std::mem::replace(&mut has_letter[place], true) {
                tally.contents.new_people += 1;
            }
            let said = findings
                .binary_search_by_key(&row.get::<_, i64>(8)?, |(id, _)| *id)
                .map_err(|_| strange(8, "unknown findings"))?;
            said_once[said] = true;
            let letter = PlannedLetter {
                letter_id: row.get_ref(0)?.as_str()?.into(),
                person,
                kind: kind(row, 2)?.word(),
                sequence: row.get(3)?,
                part: row.get(4)?,
                seq: row.get(5)?,
                reference: row.get_ref(6)?.as_str()?,
                sender: row.get_ref(7)?.as_str()?,
                said: &findings[said].1,
                pages: row.get(9)?,
                sheets: row.get(10)?,
            };
            letter.hash(&mut tally.letters);
            tally.contents.letters += 1;
        }

        if said_once.contains(&false) {
            return Err(strange(8, "findings of no letter"));
        }

        Ok(has_letter.into_iter().filter(|has| *has).count())
    }

    /// In the order of their numbers, which have no gaps.
    fn sayings(&self) -> Sql<Vec<(i64, String)>> {
        let sayings: Vec<(i64, String)> = self
            .connection
            .prepare("SELECT id, said FROM findings ORDER BY id")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Sql<_>>()?;
        if (1..).zip(&sayings).any(|(number, (id, _))| number != *id) {
            return Err(strange(0, "findings are not numbered without gaps"));
        }
        Ok(sayings)
    }

    fn tally_marks(
        &self,
        people: &[Pseudonym],
        tallies: &mut BTreeMap<JobNumber, Tally>,
    ) -> Sql<()> {
        let mut read = self
            .connection
            .prepare("SELECT mark, job, person, kind FROM told_mark ORDER BY mark, job")?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let tally = tallies.entry(row.get(1)?).or_insert_with(Tally::new);
            hash_mark(
                &mut tally.marks,
                &mark(row, 0)?,
                mark_kind(row, 3)?,
                person(people, row, 2)?.1,
            );
            tally.contents.marks += 1;
        }

        Ok(())
    }
}

fn person(people: &[Pseudonym], row: &Row<'_>, column: usize) -> Sql<(usize, Pseudonym)> {
    let place = index(row, column)? as usize;
    let person = people.get(place).ok_or_else(|| strange(column, "unknown person"))?;
    Ok((place, *person))
}
