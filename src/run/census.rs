//! How it stands with people tonight, for whoever asks about some of them; and a letter to one of
//! them that no job carries. Nothing is written.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::holds::Holds;
use super::letters::Candidates;
use super::providers::Providers;
use super::{Heard, Night, RunError, letterbook, settle};
use crate::compose::texts::TextFacts;
use crate::compose::{self, Texts};
use crate::decide::Circumstances;
use crate::decide::providers::Leave;
use crate::facts::Facts;
use crate::field::address::AddressSource;
use crate::field::draft::Draft;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::notice::Notice;
use crate::field::person::Person;
use crate::field::reason::{Reason, SetAside, Sifted};
use crate::field::row::Rows;
use crate::field::terms::{Audience, Format, Kind, Language};
use crate::link::{self, Parameters};
use crate::record::{self, CaseMark, CaseSight, Guard, Intake, Ledger, Recognised};
use crate::render::Press;

/// How it stands with one person tonight, before their letter is composed.
#[derive(Clone, Debug)]
pub struct PersonStanding {
    /// Who.
    pub person: Pseudonym,
    /// What is decided about them is bound to this.
    pub sight: CaseSight,
    /// Every mark by which they are found again.
    pub anchors: Vec<CaseMark>,
    /// Their rows, of all lists.
    pub rows: Vec<RowRef>,
    /// Why they get no letter, with the evidence; `None`: they get one.
    pub reason: Option<(Reason, String)>,
    /// When a letter is due that only waits for its day.
    pub due: Option<Date>,
    /// The letter that they get.
    pub letter: Option<DueLetter>,
    /// Codes of the providers in their lab records.
    pub providers: BTreeSet<String>,
    /// Their newest sample.
    pub newest_sample: Option<Date>,
    /// The names under which the ledger knows letters that they had.
    pub told_as: BTreeSet<Pseudonym>,
}

/// A letter that somebody would get tonight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueLetter {
    /// First, supplement or correction.
    pub kind: Kind,
    /// To whom it speaks.
    pub audience: Audience,
    /// Where its address comes from.
    pub address: AddressSource,
    /// Its language.
    pub language: Language,
    /// Its size of print.
    pub format: Format,
}

impl DueLetter {
    /// Of a notice.
    #[must_use]
    pub fn of(notice: &Notice<'_>) -> Self {
        Self {
            kind: notice.kind,
            audience: notice.audience,
            address: notice.address_source,
            language: notice.language,
            format: notice.format,
        }
    }
}

/// Everybody of whom `keep` wants to know, in the order of their pseudonyms.
///
/// # Errors
/// [`RunError`] as a run would.
pub fn census(
    night: &Night<'_>,
    (rows, intake, heard): (&Rows, &Intake, &Heard),
    ledger: &Ledger,
    facts: &Facts,
    keep: impl Fn(&Person<'_>, &PersonStanding) -> bool + Sync,
) -> Result<Vec<PersonStanding>, RunError> {
    let candidates = candidates(night, (rows, intake, heard), ledger, facts, None)?;
    let keys = ledger.keys();

    let share = |_, people: &[Person<'_>]| {
        let decided = candidates.notices(people);
        let standing = |person: &Person<'_>| {
            let standing = standing(&candidates, keys, person, &decided);
            keep(person, &standing).then_some(standing)
        };
        Ok(people.iter().filter_map(standing).collect::<Vec<_>>())
    };

    let mut all = Vec::new();
    candidates.in_shares("deciding", share, |share| all.extend(share))?;
    Ok(all)
}

/// How it stands with one of the candidates, about whom `decided` is.
pub(super) fn standing(
    candidates: &Candidates<'_>,
    keys: &crate::field::keys::Keys,
    person: &Person<'_>,
    decided: &Sifted<Notice<'_>>,
) -> PersonStanding {
    let name = person.pseudonym;
    let notice = decided.ready.iter().find(|notice| notice.person == name);
    let aside = decided.set_aside.iter().find(|item| item.person == Some(name));
    let rows = &person.rows;
    let listed = rows.participants.iter().chain(&rows.register).map(|row| row.row);
    let codes = rows.exposures.iter().map(|row| row.provider_code().to_owned());
    let suppressions = candidates.suppressions(rows);
    let named = suppressions.iter().map(|row| row.row);

    PersonStanding {
        person: name,
        sight: record::sight(keys, rows, &suppressions),
        anchors: record::anchors_of(keys, rows),
        rows: rows.exposures.iter().map(|row| row.row).chain(listed).chain(named).collect(),
        reason: match notice {
            Some(_) => None,
            None => aside.map(|item| (item.reason, item.evidence.clone())),
        },
        due: aside.and_then(|item| item.due),
        letter: notice.map(DueLetter::of),
        providers: codes.filter(|code| !code.is_empty()).collect(),
        newest_sample: rows.exposures.iter().filter_map(|row| row.sample_date).max(),
        told_as: person.told.iter().flat_map(|told| told.speaks_for.iter().copied()).collect(),
    }
}

/// Links, recognises, and gathers everything that decides about everybody. `released`: somebody to
/// whom a letter is handed over by hand.
fn candidates<'a>(
    night: &Night<'a>,
    (rows, intake, heard): (&'a Rows, &'a Intake, &'a Heard),
    ledger: &Ledger,
    facts: &Facts,
    released: Option<Pseudonym>,
) -> Result<Candidates<'a>, RunError> {
    let (recognised, _) = recognised(night, (rows, intake), ledger)?;
    let people = recognised.people;
    let circumstances = world(night, (rows, heard), ledger, facts, &people)?;
    let circumstances = match released {
        Some(person) => circumstances.with_released(person),
        None => circumstances,
    };
    let guard = heard.guard(ledger, rows)?;
    let holds = holds(night, ledger, &guard, &people, &circumstances, recognised.incomplete)?;
    Ok(Candidates::new(*night, people, circumstances, holds))
}

/// Who is who, and the rows that are nobody's, because a human has to look at them first.
pub(super) fn recognised<'a>(
    night: &Night<'_>,
    (rows, intake): (&'a Rows, &Intake),
    ledger: &Ledger,
) -> Result<(Recognised<'a>, Vec<SetAside>), RunError> {
    let rules = &night.config.link;
    let parameters = Parameters::of(rules)?;
    let decisions = ledger.decisions()?;
    let terms = link::LinkTerms { rules, parameters: &parameters, decisions: &decisions };
    let mut linked = link::link(rows, &terms, ledger.keys(), night.progress)?;
    let (deliveries, withdrawn) = ledger.deliveries(rows, intake)?;
    let settled = settle::settle(&mut linked.clusters, &deliveries, &withdrawn);

    let mut held = linked.set_aside;
    held.extend(settled.set_aside);
    Ok((ledger.recognise(linked.clusters)?, held))
}

/// What is known of the world around these people, without providers of whom no letter may speak.
pub(super) fn world<'a>(
    night: &Night<'_>,
    (rows, heard): (&'a Rows, &'a Heard),
    ledger: &Ledger,
    facts: &Facts,
    people: &[Person<'a>],
) -> Result<Circumstances<'a>, RunError> {
    let providers = Providers::of(night, ledger, facts)?;
    let unnamed = providers.map(|known| known.unnamed(rows, ledger.keys())).unwrap_or_default();
    let circumstances = heard.circumstances(ledger.keys(), rows, people, &facts.sender_of);
    Ok(circumstances.without(&unnamed))
}

/// What the ledger knows against letters to these people.
pub(super) fn holds(
    night: &Night<'_>,
    ledger: &Ledger,
    guard: &Guard<'_>,
    people: &[Person<'_>],
    circumstances: &Circumstances<'_>,
    incomplete: BTreeSet<Pseudonym>,
) -> Result<Holds, RunError> {
    let remembered = guard.remembered(people, |person| circumstances.judged(person));
    Holds::of(night, ledger, incomplete, remembered)
}

/// One letter to somebody whose address is protected, as an accessible PDF; the error of the inner
/// result says why there is none. It waits for their providers like any letter, and for no wave.
///
/// # Errors
/// [`RunError`] as a run would.
pub fn letter_by_hand(
    night: &Night<'_>,
    lists: (&Rows, &Intake, &Heard),
    ledger: &Ledger,
    person: Pseudonym,
) -> Result<Result<(Draft, Vec<u8>), String>, RunError> {
    let wording = night.wording()?;
    let candidates = candidates(night, lists, ledger, &wording.facts, Some(person))?;
    let why = |reason: Reason| Ok(Err(format!("{reason} {}", reason.text())));
    let Some(somebody) = candidates.find(person) else { return why(Reason::L204) };

    let book = letterbook(night, ledger, &wording, &lists.0.inputs);
    match Providers::order(night, ledger, &candidates, &book, &wording)?.leave(somebody) {
        Leave::Granted => {}
        Leave::From(date) => {
            return Ok(Err(format!("their care provider is told first; from {date}")));
        }
        Leave::Disputed => return why(Reason::D221),
    }

    // Whoever is told by hand counts as told of everything: no row may be left out.
    let mut decided = candidates.notices([somebody]);
    decided.set_aside.retain(|item| item.reason != Reason::D301);
    if let Some(item) = decided.set_aside.first() {
        return why(item.reason);
    }
    let Some(notice) = decided.ready.pop() else { return why(Reason::D301) };
    if !decided.ready.is_empty() {
        return Ok(Err("they would get more than one".to_owned()));
    }

    let texts = Texts::of([TextFacts::of(&notice, &wording.facts)].into(), &book);
    let mut drafts = compose::write(vec![notice], &book, &texts);
    let Some(draft) = drafts.ready.pop() else {
        return why(drafts.set_aside.first().map_or(Reason::C101, |item| item.reason));
    };

    let press = Press::new(texts.bodies(), &night.config.print, night.run_date)?;
    let mut proofed = press.proof(vec![draft])?;
    let Some(proof) = proofed.ready.pop() else {
        return why(proofed.held.first().map_or(Reason::S101, |(_, reason)| *reason));
    };
    let pdf = press.accessible(&proof.draft, &texts.bodies()[&proof.draft.body])?;
    Ok(Ok((proof.draft, pdf)))
}
