//! From files to a plan: read, link, decide, compose, proof. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::Clock;
use super::{Order, RunError};
use crate::compose::{self, Letterbook};
use crate::decide::{self, Circumstances};
use crate::facts::Facts;
use crate::letter::{Body, Draft, Kind, Notice};
use crate::link::{self, Parameters};
use crate::person::Pseudonym;
use crate::reason::{Reason, SetAside, Sifted};
use crate::record::{Identities, Ledger};
use crate::render::Press;
use crate::report::account::Account;
use crate::report::linking::LinkReport;
use crate::row::{List, RowRef, Rows};

/// What a run has decided before anything is written.
pub struct Prepared {
    /// What becomes of every exposure row.
    pub account: Account,
    /// Every row that was set aside, of all lists.
    pub set_aside: Vec<SetAside>,
    /// Rows of other lists that could not be used, by code.
    pub list_reasons: BTreeMap<String, u64>,
    /// How people were found.
    pub linking: LinkReport,
    /// Told people of whom no row is among the people of this run.
    pub absent: u64,
    /// For the ledger.
    pub identities: Identities,
    /// The texts, by content hash; only those that a letter uses.
    pub bodies: BTreeMap<String, Body>,
    /// Letters with their pages and sheets.
    pub letters: Vec<(Draft, u32, u32)>,
    /// Has set every body of the run.
    pub press: Press,
}

/// Takes rows all the way to letters that are known to fit their pages.
///
/// # Errors
/// [`RunError`] of the stage that failed, or `Unbalanced` when a stage lost a row.
pub fn prepare(
    order: &Order<'_>,
    rows: &Rows,
    ledger: &Ledger,
    facts: &Facts,
    clock: &mut Clock,
) -> Result<Prepared, RunError> {
    let config = order.config;
    let mut account = Account::open(rows);
    let mut set_aside: Vec<SetAside> = rows.refused.iter().map(|refused| refused.set_aside.clone()).collect();
    let mut end = |items: Vec<SetAside>| {
        for item in &items {
            account.set_aside(item);
        }
        set_aside.extend(items);
    };

    let parameters = Parameters::of(&config.link)?;
    let decisions = ledger.decisions()?;
    let terms = link::Terms { rules: &config.link, parameters: &parameters, decisions: &decisions };
    let linked = clock.time(
        "link",
        || link::link(rows, &terms, ledger.keys(), order.progress),
        |linked| linked.clusters.len() as u64,
    )?;
    let linking = LinkReport::new(&rows.inputs, &terms, &linked);
    let mut balance = Balance { rows: rows.exposures.len() as u64 };
    let in_clusters = linked.clusters.iter().map(|cluster| cluster.exposures.len() as u64).sum();
    balance.check("link", in_clusters, linked.set_aside.len())?;
    end(linked.set_aside);

    let recognised =
        clock.time("recognise", || ledger.recognise(linked.clusters), |found| found.people.len() as u64)?;
    let people = recognised.people;

    let circumstances = Circumstances::new(rows, &facts.sender_of);
    let decided = clock.time(
        "decide",
        || Ok::<_, RunError>(decide::decide(people, &circumstances, &config.policy, order.run_date)),
        |decided| decided.ready.len() as u64,
    )?;
    let (notices, premature): (Vec<_>, Vec<_>) = decided
        .ready
        .into_iter()
        .partition(|notice| notice.kind != Kind::Correction || !recognised.incomplete.contains(&notice.person));
    let mut decided = Sifted { ready: notices, set_aside: decided.set_aside };
    decided.set_aside.extend(premature.iter().flat_map(hold_correction));
    let in_notices = decided.ready.iter().map(|notice| notice.rows.len() as u64).sum();
    balance.check("decide", in_notices, decided.set_aside.len())?;
    end(decided.set_aside);

    let book = Letterbook {
        campaign: &config.campaign,
        keys: ledger.keys(),
        facts,
        inputs: &rows.inputs,
        run_date: order.run_date,
        synthetic: config.synthetic,
        window: &config.print.window,
    };
    let composed = clock.time(
        "compose",
        || Ok::<_, RunError>(compose::compose(decided.ready, &book)),
        |composed| composed.drafts.ready.len() as u64,
    )?;
    let in_drafts = composed.drafts.ready.iter().map(|draft| draft.rows.len() as u64).sum();
    balance.check("compose", in_drafts, composed.drafts.set_aside.len())?;
    end(composed.drafts.set_aside);

    let files = Files::of(rows);
    let bodies = composed.bodies;
    let press =
        clock.time("bodies", || Press::new(&bodies, &config.print, order.run_date), |press| press.bodies() as u64)?;
    let proofed = clock.time("proof", || press.proof(composed.drafts.ready), |proofed| proofed.ready.len() as u64)?;
    let held: Vec<SetAside> = proofed.held.iter().flat_map(|(draft, reason)| files.held(draft, *reason)).collect();
    let in_letters = proofed.ready.iter().map(|proof| proof.draft.rows.len() as u64).sum();
    balance.check("proof", in_letters, held.len())?;
    end(held);

    for proof in &proofed.ready {
        let person = person_of(&proof.draft);
        account.letter(&proof.draft.letter_id, person, files.rows(&proof.draft));
    }
    account.close()?;
    let letters: Vec<_> = proofed.ready.into_iter().map(|proof| (proof.draft, proof.pages, proof.sheets)).collect();
    let used: BTreeSet<&str> = letters.iter().map(|(draft, ..)| draft.body.as_str()).collect();
    let bodies = bodies.into_iter().filter(|(key, _)| used.contains(key.as_str())).collect();
    let list_reasons = list_reasons(rows);
    Ok(Prepared {
        absent: recognised.absent as u64,
        account,
        set_aside,
        list_reasons,
        linking,
        identities: recognised.identities,
        bodies,
        letters,
        press,
    })
}

/// A row that the person was told about is not there today: it is in doubt, and nothing it said is known to be wrong.
fn hold_correction(notice: &Notice<'_>) -> Vec<SetAside> {
    let person = Some(notice.person);
    notice.rows.iter().map(|row| SetAside { person, ..SetAside::new(*row, Reason::L209) }).collect()
}

/// The rows that are still on their way; every stage hands on or sets aside each of them.
struct Balance {
    rows: u64,
}

impl Balance {
    fn check(&mut self, stage: &'static str, handed_on: u64, set_aside: usize) -> Result<(), RunError> {
        let after = handed_on + set_aside as u64;
        if after != self.rows {
            return Err(RunError::Unbalanced { stage, before: self.rows, after });
        }
        self.rows = handed_on;
        Ok(())
    }
}

/// Finds rows again by the file names that drafts carry.
struct Files<'a>(BTreeMap<&'a str, u16>);

impl<'a> Files<'a> {
    fn of(rows: &'a Rows) -> Self {
        Self((0..).zip(&rows.inputs).map(|(index, input)| (input.file.as_str(), index)).collect())
    }

    fn rows(&self, draft: &Draft) -> impl Iterator<Item = RowRef> {
        draft.rows.iter().filter_map(|(file, row)| Some(RowRef { file: *self.0.get(file.as_str())?, row: *row }))
    }

    fn held(&self, draft: &Draft, reason: Reason) -> Vec<SetAside> {
        let person = Some(person_of(draft));
        self.rows(draft).map(|row| SetAside { person, ..SetAside::new(row, reason) }).collect()
    }
}

fn person_of(draft: &Draft) -> Pseudonym {
    draft.person.parse().expect("compose wrote the pseudonym")
}

fn list_reasons(rows: &Rows) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for refused in rows.refused.iter().filter(|refused| refused.list != List::Exposures) {
        *reasons.entry(refused.set_aside.reason.code().to_owned()).or_default() += 1;
    }
    reasons
}
