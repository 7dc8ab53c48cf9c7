//! From files to letters with their places: read, link, decide, compose, proof. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::Clock;
use super::desk::{Desk, Holds, Writer};
use super::{Order, RunError, settle};
use crate::compose::texts::TextFacts;
use crate::compose::{self, Letterbook, Texts};
use crate::decide::Circumstances;
use crate::facts::Facts;
use crate::keys::base32_decode;
use crate::letter::{Body, Draft};
use crate::link::{self, Parameters};
use crate::package::Proofed;
use crate::person::{Person, Pseudonym};
use crate::reason::{Reason, SetAside};
use crate::record::{Gone, Identities, Intake, Ledger, ShieldNews};
use crate::render::Press;
use crate::report::LetterCounts;
use crate::report::account::Account;
use crate::report::linking::LinkReport;
use crate::report::waiting::{self, Waiting};
use crate::row::{List, RowRef, Rows};

/// What a run has decided before anything is written.
pub(super) struct Prepared<'a> {
    /// What becomes of every exposure row.
    pub account: Account,
    /// Every row that was set aside, of all lists.
    pub set_aside: Vec<SetAside>,
    /// Rows of other lists that could not be read whole, by code.
    pub list_reasons: BTreeMap<String, u64>,
    /// Rows of other lists that wait for a human, each with its mark.
    pub waiting: Vec<Waiting>,
    /// Rows of participants and register that say died, protected or unknown of people without a lab record.
    pub protecting_nobody: u64,
    /// Lab records, each with a row of a list that says so of a namesake with the same birth date.
    pub namesakes: Vec<(RowRef, RowRef)>,
    /// How people were found.
    pub linking: LinkReport,
    /// Told people of whom no row is among the people of this run.
    pub absent: u64,
    /// Records that people were told about and that are not in the inbox.
    pub gone: Vec<Gone>,
    /// Rows that a newer delivery of their record has superseded, by that one.
    pub followers: BTreeMap<RowRef, Vec<RowRef>>,
    /// For the ledger.
    pub identities: Identities,
    /// For the ledger: whom the lists protect.
    pub shields: ShieldNews,
    /// The texts, by content hash; only those that a letter uses.
    pub bodies: BTreeMap<String, Body>,
    /// Letters by category, language and kind, with their pages.
    pub counts: LetterCounts,
    /// The letters, as far as their places depend on them.
    pub letters: Vec<Proofed>,
    /// Writes them.
    pub writer: Writer<'a>,
    /// Has set every body of the run.
    pub press: Press,
}

/// Takes rows all the way to letters that are known to fit their pages.
///
/// # Errors
/// [`RunError`] of the stage that failed, or `Unbalanced` when a stage lost a row.
pub(super) fn prepare<'a>(
    order: &Order<'a>,
    rows: &'a Rows,
    intake: &Intake,
    ledger: &'a Ledger,
    facts: &'a Facts,
    clock: &mut Clock,
) -> Result<Prepared<'a>, RunError> {
    let config = order.config;
    let mut ended = Ended::of(rows);
    let parameters = Parameters::of(&config.link)?;
    let decisions = ledger.decisions()?;
    let terms = link::Terms { rules: &config.link, parameters: &parameters, decisions: &decisions };
    let mut linked = clock.time(
        "link",
        || link::link(rows, &terms, ledger.keys(), order.progress),
        |linked| linked.clusters.len() as u64,
    )?;
    let linking = LinkReport::new(&rows.inputs, &terms, &linked);
    let mut balance = Balance { rows: rows.exposures.len() as u64 };
    let in_clusters = linked.clusters.iter().map(|cluster| cluster.exposures.len() as u64).sum();
    balance.check("link", in_clusters, linked.set_aside.len() as u64)?;
    let waiting = waiting::of(rows, &linked, ledger.keys());
    ended.set_aside.extend(waiting.iter().map(|waiting| waiting.set_aside.clone()));
    let (protecting_nobody, namesakes) = (linked.protecting_nobody as u64, linked.namesakes);
    ended.add(linked.set_aside);

    let (deliveries, withdrawn) = ledger.deliveries(rows, intake)?;
    let settled = settle::settle(&mut linked.clusters, &deliveries, &withdrawn);
    let in_clusters = linked.clusters.iter().map(|cluster| cluster.exposures.len() as u64).sum();
    let superseded = settled.following();
    balance.check("settle", in_clusters, settled.set_aside.len() as u64 + superseded)?;
    ended.followers = settled.followers;
    ended.add(settled.set_aside);

    order.progress.stage("recognising", 0);
    let recognised =
        clock.time("recognise", || ledger.recognise(linked.clusters), |found| found.people.len() as u64)?;
    let guard = ledger.guard(rows)?;
    let holds = Holds { incomplete: recognised.incomplete, remembered: guard.remembered(&recognised.people) };
    let desk = Desk::new(*order, recognised.people, Circumstances::new(rows, &facts.sender_of), holds);
    let decided = clock.time("decide", || decide(&desk, facts, &mut ended), |decided| decided.notices)?;
    balance.check("decide", decided.rows, decided.set_aside)?;

    let book = Letterbook {
        campaign: &config.campaign,
        keys: ledger.keys(),
        facts,
        inputs: &rows.inputs,
        run_date: order.run_date,
        synthetic: order.is_marked(),
        window: &config.print.window,
    };
    let (texts, press) = clock.time(
        "bodies",
        || {
            order.progress.stage("bodies", 0);
            let texts = Texts::of(decided.texts, &book);
            let press = Press::new(texts.bodies(), &config.print, order.run_date)?;
            Ok::<_, RunError>((texts, press))
        },
        |(_, press)| press.bodies() as u64,
    )?;
    let writer = Writer { desk, book, texts };
    let written = clock.time("compose", || write(&writer, &press, &mut ended), |written| written.counts.total)?;
    balance.check("compose", written.rows, written.uncomposed)?;
    balance.check("proof", ended.in_letters, written.unproofed)?;
    ended.account.close()?;

    let bodies = writer.texts.bodies();
    let bodies = written.bodies.iter().filter_map(|key| Some((key.clone(), bodies.get(key)?.clone()))).collect();
    Ok(Prepared {
        list_reasons: list_reasons(rows),
        waiting,
        protecting_nobody,
        namesakes,
        absent: recognised.absent as u64,
        gone: ledger.gone(intake)?,
        followers: ended.followers,
        shields: guard.news(rows, &ended.set_aside),
        linking,
        identities: recognised.identities,
        account: ended.account,
        set_aside: ended.set_aside,
        bodies,
        counts: written.counts,
        letters: written.letters,
        writer,
        press,
    })
}

/// Rows that have come to their end.
struct Ended {
    account: Account,
    set_aside: Vec<SetAside>,
    /// Superseded rows: they end as the row does that superseded them, and are no case of their own.
    followers: BTreeMap<RowRef, Vec<RowRef>>,
    /// Rows that are in letters.
    in_letters: u64,
}

impl Ended {
    fn of(rows: &Rows) -> Self {
        let refused = rows.refused.iter().filter(|refused| refused.list == List::Exposures);
        let set_aside = refused.map(|refused| refused.set_aside.clone()).collect();
        Self { account: Account::open(rows), set_aside, followers: BTreeMap::new(), in_letters: 0 }
    }

    fn add(&mut self, items: Vec<SetAside>) {
        for item in &items {
            self.account.set_aside(item);
            for row in self.followers.get(&item.row).into_iter().flatten() {
                self.account.set_aside(&SetAside { row: *row, ..item.clone() });
            }
        }
        self.set_aside.extend(items);
    }
}

/// The rows that are still on their way; every stage hands on or sets aside each of them.
struct Balance {
    rows: u64,
}

impl Balance {
    fn check(&mut self, stage: &'static str, handed_on: u64, set_aside: u64) -> Result<(), RunError> {
        let after = handed_on + set_aside;
        if after != self.rows {
            return Err(RunError::Unbalanced { stage, before: self.rows, after });
        }
        self.rows = handed_on;
        Ok(())
    }
}

/// What deciding about everybody came to.
#[derive(Default)]
struct Decided {
    notices: u64,
    /// Rows in notices.
    rows: u64,
    /// Rows that were set aside.
    set_aside: u64,
    /// What the texts of the notices depend on.
    texts: BTreeSet<TextFacts>,
}

fn decide(desk: &Desk<'_>, facts: &Facts, ended: &mut Ended) -> Result<Decided, RunError> {
    let mut all = Decided::default();
    let share = |_, people: &[Person<'_>]| {
        let decided = desk.notices(people);
        let rows: usize = decided.ready.iter().map(|notice| notice.rows.len()).sum();
        let texts: BTreeSet<TextFacts> = decided.ready.iter().map(|notice| TextFacts::of(notice, facts)).collect();
        Ok((decided.ready.len(), rows, texts, decided.set_aside))
    };
    desk.in_shares("deciding", share, |(notices, rows, texts, set_aside)| {
        all.notices += notices as u64;
        all.rows += rows as u64;
        all.set_aside += set_aside.len() as u64;
        all.texts.extend(texts);
        ended.add(set_aside);
    })?;
    Ok(all)
}

/// What writing everybody's letters came to.
#[derive(Default)]
struct Written {
    /// Rows in letters that could be composed.
    rows: u64,
    /// Rows of letters that could not.
    uncomposed: u64,
    /// Rows of letters that cannot be printed.
    unproofed: u64,
    counts: LetterCounts,
    letters: Vec<Proofed>,
    bodies: BTreeSet<String>,
}

/// Letters of one share of the people.
#[derive(Default)]
struct Share {
    rows: u64,
    uncomposed: Vec<SetAside>,
    unproofed: Vec<SetAside>,
    counts: LetterCounts,
    letters: Vec<(Proofed, Pseudonym, Vec<RowRef>)>,
    bodies: BTreeSet<String>,
}

fn write(writer: &Writer<'_>, press: &Press, ended: &mut Ended) -> Result<Written, RunError> {
    let files = Files((0..).zip(writer.book.inputs).map(|(index, input)| (input.file.as_str(), index)).collect());
    let mut all = Written::default();
    let share = |first: usize, people: &[Person<'_>]| {
        let drafts = compose::write(writer.desk.notices(people).ready, &writer.book, &writer.texts);
        let rows = drafts.ready.iter().map(|draft| draft.rows.len() as u64).sum();
        let proofed = press.proof(drafts.ready)?;
        let held = proofed.held.iter().flat_map(|(draft, reason)| files.held(draft, *reason)).collect();
        let mut share = Share { rows, uncomposed: drafts.set_aside, unproofed: held, ..Share::default() };
        for proof in proofed.ready {
            let (person, draft) = (person_of(&proof.draft), proof.draft);
            let place =
                people.binary_search_by_key(&person, |person| person.pseudonym).expect("the draft is of one of them");
            let origin = u32::try_from(first + place).map_err(|_| RunError::Capacity)?;
            share.counts.add(&draft, proof.pages, proof.sheets);
            let rows = files.rows(&draft).collect();
            share.letters.push((Proofed::of(&draft, proof.pages, proof.sheets, origin), person, rows));
            share.bodies.insert(draft.body);
        }
        Ok(share)
    };
    writer.desk.in_shares("composing", share, |share| {
        all.rows += share.rows;
        all.uncomposed += share.uncomposed.len() as u64;
        all.unproofed += share.unproofed.len() as u64;
        all.counts.merge(share.counts);
        all.bodies.extend(share.bodies);
        ended.add(share.uncomposed);
        ended.add(share.unproofed);
        for (letter, person, rows) in share.letters {
            ended.in_letters += rows.len() as u64;
            let id = base32_decode(letter.letter_id()).expect("compose wrote the id");
            let followers = rows.iter().filter_map(|row| ended.followers.get(row)).flatten().copied();
            let rows: Vec<RowRef> = rows.iter().copied().chain(followers).collect();
            ended.account.letter(id, person, rows);
            all.letters.push(letter);
        }
    })?;
    Ok(all)
}

/// Finds rows again by the file names that drafts carry.
struct Files<'a>(BTreeMap<&'a str, u16>);

impl Files<'_> {
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
