//! The professionals of a night: which of them get a letter, and who waits for the notice to the
//! practice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::letters::Candidates;
use super::night::Wording;
use super::{Night, RunError};
use crate::compose::Letterbook;
use crate::compose::professionals::{ProfessionalBook, ProfessionalFacts, ProfessionalLetter};
use crate::decide::Circumstances;
use crate::decide::professionals::{self, ListedProfessional, ProfessionalDue, ProfessionalRow};
use crate::decide::providers::ProviderOrder;
use crate::facts::FactsError;
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::keys::Keys;
use crate::field::professional::ProfessionalHold;
use crate::field::provider::ToldProvider;
use crate::field::row::Rows;
use crate::field::subject::LetterSubject;
use crate::record::pieces::address_mark;
use crate::record::{CaseMark, Ledger};
use crate::render::{Press, Proof};
use crate::report::professionals::ProfessionalReport;

/// What a night has for the professionals before the press has seen it.
#[derive(Default)]
pub(super) struct ProfessionalNight {
    /// With the practice of each.
    drafts: Vec<(String, Draft)>,
    held: Vec<(Pseudonym, ProfessionalHold)>,
    /// Texts of the letters, by content hash.
    pub bodies: BTreeMap<String, Body>,
    report: Option<ProfessionalReport>,
    /// By what else each is known than by the code.
    marks: BTreeMap<Pseudonym, CaseMark>,
}

/// Letters to professionals that can be printed, and what is said of all of them.
#[derive(Default)]
pub(super) struct ProfessionalsTold {
    pub letters: Vec<Proof>,
    /// Those who get no letter.
    pub held: Vec<(Pseudonym, ProfessionalHold)>,
    pub report: Option<ProfessionalReport>,
    /// By what else those are known who are known by their code.
    pub marks: BTreeMap<Pseudonym, CaseMark>,
}

impl ProfessionalNight {
    /// Writes the letters that are due; none where nobody is told. `superseded`: lab records that no
    /// longer count.
    ///
    /// # Errors
    /// [`RunError`] when rows name professionals and there is no `[professionals]`, when the facts lack what the letters
    /// need, or when the ledger cannot be read.
    pub fn of(
        night: &Night<'_>,
        ledger: &Ledger,
        rows: &Rows,
        superseded: &BTreeMap<RowRef, RowRef>,
        candidates: &Candidates<'_>,
        letters: &Letterbook<'_>,
        wording: &Wording,
    ) -> Result<Self, RunError> {
        let Some(settings) = &night.config.professionals else {
            let is_empty = rows.professionals.is_empty()
                && rows.exposures.iter().all(|record| record.requester.is_none());
            return if is_empty { Ok(Self::default()) } else { Err(RunError::Professionals) };
        };
        let path = wording.facts.file.clone();
        let (Some(facts), Some(texts)) = (&wording.facts.providers, &wording.notices) else {
            return Err(FactsError::NoProviders { path }.into());
        };
        if !wording.facts.senders.contains_key(&settings.sender) {
            let (key, name) = ("professionals.sender".to_owned(), settings.sender.clone());
            return Err(FactsError::Dangling { path, key, name }.into());
        }

        let book = ProfessionalBook { letters: *letters, texts, settings, facts };
        let told = ledger.told_to(LetterSubject::Professional)?;
        let records = rows.exposures.iter().filter(|record| !superseded.contains_key(&record.row));
        let own = rows.professionals.iter().map(ProfessionalRow::from);
        let all = own.chain(professionals::requesters(records));
        let listed = professionals::gather(all, night.run_date);
        let report = ProfessionalReport {
            rows: listed.iter().map(|one| one.rows).sum(),
            professionals: listed.len() as u64,
            ..ProfessionalReport::default()
        };
        let mut made = Self { report: Some(report), ..Self::default() };
        let mut keys = BTreeMap::<ProfessionalFacts, String>::new();
        let mut subjects = Subjects::of(&listed, &told, ledger);
        for one in &listed {
            match subjects.find(one)? {
                Ok(subject) => {
                    let known = (subject, told.get(&subject).map_or(&[][..], Vec::as_slice));
                    made.write(night, one, known, candidates.circumstances(), &book, &mut keys);
                }
                Err(subject) => made.held.push((subject, ProfessionalHold::P122)),
            }
        }
        made.marks = subjects.marks;

        // A frozen plan has no place for letters that it did not have.
        if let Some(frozen) = night.only {
            made.drafts.retain(|(_, draft)| frozen.has(draft));
        }
        Ok(made)
    }

    /// Writes the letter of one of them, known as this subject and by these earlier letters, if one is due.
    fn write(
        &mut self,
        night: &Night<'_>,
        one: &ListedProfessional<'_>,
        (subject, earlier_letters): (Pseudonym, &[ToldProvider]),
        circumstances: &Circumstances<'_>,
        book: &ProfessionalBook<'_>,
        keys: &mut BTreeMap<ProfessionalFacts, String>,
    ) {
        let practice = circumstances.listed(one.provider_code);
        let gap = night.config.policy.min_days_between;
        let due = professionals::due(one, practice, earlier_letters, gap, night.run_date);
        let (kind, sequence, earlier) = match due {
            ProfessionalDue::Letter { kind, sequence, earlier } => (kind, sequence, earlier),
            ProfessionalDue::Held(hold) => return self.held.push((subject, hold)),
            ProfessionalDue::Nothing => {
                self.report.iter_mut().for_each(|report| report.nothing += 1);
                return;
            }
        };
        let Ok(practice) = practice else { return };

        let (code, name, findings) = (one.code, one.name, one.findings);
        let letter =
            ProfessionalLetter { subject, code, name, practice, findings, kind, sequence, earlier };
        let body = keys.entry(book.facts_of(&letter)).or_insert_with_key(|facts| {
            let body = book.body(facts);
            let key = body.key();
            self.bodies.insert(key.clone(), body);
            key
        });
        let Some(draft) = book.draft(&letter, body) else {
            return self.held.push((subject, ProfessionalHold::P124));
        };
        if came_back(&draft, earlier_letters, book.letters.keys) {
            return self.held.push((subject, ProfessionalHold::P126));
        }
        self.drafts.push((one.provider_code.to_owned(), draft));
    }

    /// Sees that the letters fit, and lets those wait whose practice does not have its notice yet.
    ///
    /// # Errors
    /// [`RunError`] when a letter cannot be laid out at all.
    pub fn proof(
        self,
        press: &Press,
        order: &ProviderOrder,
    ) -> Result<ProfessionalsTold, RunError> {
        let Self { drafts, mut held, report, marks, .. } = self;
        let mut waiting = BTreeMap::<Date, u64>::new();
        let mut turns = Vec::with_capacity(drafts.len());
        for (practice, draft) in drafts {
            match order.running(&practice) {
                Some(until) => *waiting.entry(until).or_default() += 1,
                None => turns.push(draft),
            }
        }

        let proofed = press.proof(turns)?;
        let unprintable = proofed.held.iter();
        held.extend(unprintable.map(|(draft, _)| (draft.person, ProfessionalHold::P124)));
        let report = report.map(|mut report| {
            report.letters = proofed.ready.len() as u64;
            report.waiting = waiting;
            for (_, hold) in &held {
                *report.held.entry(*hold).or_default() += 1;
            }
            report
        });
        Ok(ProfessionalsTold { letters: proofed.ready, held, report, marks })
    }
}

impl ProfessionalsTold {
    /// The cases of those who get no letter.
    pub fn cases<'k>(&'k self, keys: &'k Keys) -> impl Iterator<Item = CaseMark> + 'k {
        self.held.iter().map(|(subject, hold)| {
            keys.row_fingerprint(["case", "professional", &subject.to_string(), hold.word()])
        })
    }
}

/// Whom letters are to, as the ledger knows them: by code, or by name and practice where that is how
/// they were written to first. No two of a night are the same.
struct Subjects<'s> {
    told: &'s BTreeMap<Pseudonym, Vec<ToldProvider>>,
    ledger: &'s Ledger,
    /// How many of tonight have this name and practice.
    namesakes: HashMap<(String, &'s str), u32>,
    taken: BTreeSet<Pseudonym>,
    marks: BTreeMap<Pseudonym, CaseMark>,
}

impl<'s> Subjects<'s> {
    fn of(
        listed: &'s [ListedProfessional<'_>],
        told: &'s BTreeMap<Pseudonym, Vec<ToldProvider>>,
        ledger: &'s Ledger,
    ) -> Self {
        let mut namesakes = HashMap::<(String, &str), u32>::new();
        for one in listed {
            *namesakes
                .entry((professionals::plain_name(one.name), one.provider_code))
                .or_default() += 1;
        }
        let (taken, marks) = (BTreeSet::new(), BTreeMap::new());
        Self { told, ledger, namesakes, taken, marks }
    }

    /// `Err`: nobody can say which of several this is.
    fn find(
        &mut self,
        one: &ListedProfessional<'s>,
    ) -> Result<Result<Pseudonym, Pseudonym>, RunError> {
        let keys = self.ledger.keys();
        let name = professionals::plain_name(one.name);
        let by_name = keys.professional("name", &[&name, one.provider_code]);
        let by_code = keys.professional("code", &[one.code]);
        let mark = keys.row_fingerprint(["professional", &name, one.provider_code]);
        let is_only = self.namesakes.get(&(name, one.provider_code)) == Some(&1);
        let told = self.told;
        let is_told = |subject: &Pseudonym| told.contains_key(subject);

        let subject = match one.code {
            // Written to before the code was known; of two with one name nobody knows which.
            _ if is_told(&by_name) && is_only && !is_told(&by_code) => by_name,
            // Written to when the code was known.
            "" => self.ledger.known_by(&mark)?.filter(is_told).unwrap_or(by_name),
            _ => by_code,
        };
        if subject == by_code && is_only && !one.name.is_empty() {
            self.marks.insert(subject, mark);
        }
        Ok(if self.taken.insert(subject) { Ok(subject) } else { Err(by_name) })
    }
}

/// Nothing is sent once more to the address that the last letter came back from.
fn came_back(draft: &Draft, told: &[ToldProvider], keys: &Keys) -> bool {
    told.last().is_some_and(|last| {
        let mark = address_mark(keys, &draft.address_lines, &draft.country_line);
        last.returned && last.returned_from.is_none_or(|from| from == mark)
    })
}
