//! The providers of a night: which of them get a notice, and whose letters wait for one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::letters::{Candidates, Written};
use super::night::Wording;
use super::notice_mails::{self, NoticeMails};
use super::professionals::{ProfessionalNight, ProfessionalsTold};
use super::{Night, RunError};
use crate::compose::Letterbook;
use crate::compose::notices::{self, NoticeBook, ProviderNotice};
use crate::config::ProvidersFirst;
use crate::decide::providers::{self, AffectedBy, NoticeDue, ProviderClock, ProviderOrder};
use crate::facts::{Facts, FactsError};
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::ids::Pseudonym;
use crate::field::keys::Keys;
use crate::field::notice_mail::NoticeChannel;
use crate::field::provider::{NoticeHold, ProviderHistory};
use crate::field::row::Rows;
use crate::record::notice_mails::MailTime;
use crate::record::pieces::address_mark;
use crate::record::{Held, Ledger};
use crate::render::{Press, Proof};
use crate::report::providers::{ProviderLine, ProviderReport, ProviderState};

/// What the ledger knows of the providers, where they are told first.
pub(super) struct Providers<'a> {
    settings: &'a ProvidersFirst,
    tonight: Date,
    known: BTreeMap<Pseudonym, ProviderHistory>,
    unheard: ProviderHistory,
}

/// One provider, on its way through the night.
struct Concerned {
    line: ProviderLine,
    is_due: bool,
    is_disputed: bool,
}

/// What a night has for its providers before the press has seen it.
#[derive(Default)]
pub(super) struct ProviderNight {
    concerned: BTreeMap<String, Concerned>,
    clocks: BTreeMap<String, (ProvidersFirst, ProviderHistory)>,
    drafts: Vec<(String, Draft)>,
    professionals: ProfessionalNight,
    mails: NoticeMails,
    /// Texts of the notices and of the letters to professionals, by content hash.
    pub bodies: BTreeMap<String, Body>,
}

/// Notices that can be printed, the order of the night, and what is said of every provider.
#[derive(Default)]
pub(super) struct ProvidersTold {
    /// In the order of the codes; letters to professionals behind them.
    pub notices: Vec<Proof>,
    /// Whose letters wait.
    pub order: ProviderOrder,
    /// By code.
    pub lines: BTreeMap<String, ProviderLine>,
    /// The professionals.
    pub professionals: ProfessionalsTold,
    /// Notices by mail.
    pub mails: NoticeMails,
}

impl<'a> Providers<'a> {
    /// `None`: nobody waits for a provider.
    ///
    /// # Errors
    /// [`RunError`] when the ledger cannot be read, or the facts lack what the letters need.
    pub fn of(night: &Night<'a>, ledger: &Ledger, facts: &Facts) -> Result<Option<Self>, RunError> {
        let Some(settings) = &night.config.providers_first else { return Ok(None) };
        complete(settings, facts)?;
        Ok(Some(Self {
            settings,
            tonight: night.run_date,
            known: ledger.providers(Some(MailTime {
                today: night.run_date,
                days: settings.after_posting_days,
            }))?,
            unheard: ProviderHistory::default(),
        }))
    }

    /// The providers of the list that no letter may name.
    pub fn unnamed<'r>(&self, rows: &'r Rows, keys: &Keys) -> BTreeSet<&'r str> {
        let any = self.known.values().any(ProviderHistory::is_unnamed);
        let codes = rows.providers.iter().filter(|_| any).map(|provider| provider.code.as_str());
        codes.filter(|code| self.of_code(code, keys).is_unnamed()).collect()
    }

    /// Which providers the letters of tonight wait for, where somebody asks about one of them.
    ///
    /// # Errors
    /// [`RunError`] as a night would.
    pub fn order(
        night: &Night<'a>,
        ledger: &Ledger,
        candidates: &Candidates<'_>,
        book: &Letterbook<'_>,
        wording: &Wording,
    ) -> Result<ProviderOrder, RunError> {
        let Some(own) = Self::of(night, ledger, &wording.facts)? else {
            return Ok(ProviderOrder::default());
        };
        let mut made = own.write(night, candidates, book, wording)?;
        let bodies = std::mem::take(&mut made.bodies);
        let press = Press::new(&bodies, &night.config.print, night.run_date)?;
        Ok(made.proof(&press, night.run_date)?.order)
    }

    fn of_code(&self, code: &str, keys: &Keys) -> &ProviderHistory {
        self.known.get(&keys.provider(code)).unwrap_or(&self.unheard)
    }

    /// Counts the patients of every provider, and writes the notices that are due.
    ///
    /// # Errors
    /// None of its own.
    fn write(
        &self,
        night: &Night<'_>,
        candidates: &Candidates<'_>,
        book: &Letterbook<'_>,
        wording: &Wording,
    ) -> Result<ProviderNight, RunError> {
        let mut affected = AffectedBy::new();
        candidates.in_shares(
            "providers",
            |_, people| Ok(providers::affected(people)),
            |share| providers::add_all(&mut affected, share),
        )?;

        let mut made = ProviderNight::default();
        let mut due = Vec::new();
        for (code, affected) in affected {
            let history = self.of_code(code, book.keys);
            let listed = candidates.circumstances().listed(code);
            let gap = night.config.policy.min_days_between;
            let decided = providers::due(listed, &affected, history, gap, self.tonight);

            let is_due = matches!(decided, NoticeDue::Notice { .. });
            let line = ProviderLine {
                patients: affected.patients,
                notices: history.notices.len() as u64,
                hold: match decided {
                    NoticeDue::Held(hold) => Some(hold),
                    NoticeDue::Notice { .. } | NoticeDue::Nothing => None,
                },
                ..ProviderLine::of(history, listed.ok())
            };
            if let (NoticeDue::Notice { kind, sequence, earlier }, Ok(provider)) = (decided, listed)
            {
                let cap = providers::cap(self.settings, history, self.tonight);
                let until = (cap > self.tonight).then_some(cap);
                due.push(ProviderNotice { provider, affected, kind, sequence, earlier, until });
            }
            let is_disputed = history.is_disputed();
            made.concerned.insert(code.to_owned(), Concerned { line, is_due, is_disputed });
            made.clocks.insert(code.to_owned(), (self.settings.clone(), history.clone()));
        }

        let parts = wording.notices.as_ref().zip(wording.facts.providers.as_ref());
        let letters = *book;
        let notice_book = parts.map(|(texts, facts)| NoticeBook {
            letters,
            texts,
            settings: self.settings,
            facts,
        });
        if let Some(book) = &notice_book {
            let written = notices::write(&due, book);
            made.drafts = written.drafts;
            made.bodies = written.bodies;
            for (code, hold) in &written.held {
                made.hold(code, *hold);
            }
        }
        made.hold_returned(&self.known, book.keys);
        // A frozen plan has no place for notices that it did not have; whoever waits for one waits.
        if let Some(frozen) = night.only {
            made.drafts.retain(|(_, draft)| frozen.has(draft));
        } else if let Some(book) = notice_book {
            self.send_by_mail(&mut made, &due, &book)?;
        }
        Ok(made)
    }
}

impl Providers<'_> {
    /// Takes the notices that go by mail from those that are written on paper.
    fn send_by_mail(
        &self,
        made: &mut ProviderNight,
        due: &[ProviderNotice<'_>],
        book: &NoticeBook<'_>,
    ) -> Result<(), RunError> {
        let by_code: BTreeMap<&str, &ProviderNotice<'_>> =
            due.iter().map(|notice| (notice.provider.code.as_str(), notice)).collect();
        for (code, draft) in std::mem::take(&mut made.drafts) {
            let Some(notice) = by_code.get(code.as_str()) else { continue };
            let history = self.of_code(&code, book.letters.keys);
            let channel = notice_mails::channel(self.settings, notice, history);
            if let Some(body) =
                made.bodies.get(&draft.body).filter(|_| channel != NoticeChannel::Letter)
            {
                made.mails.add(book, notice, &draft, body)?;
            }
            match made.concerned.get_mut(&code) {
                Some(concerned) if channel == NoticeChannel::Mail => {
                    concerned.line.is_planned = true;
                }
                _ => made.drafts.push((code, draft)),
            }
        }
        Ok(())
    }
}

/// Without these no notice can be written.
fn complete(settings: &ProvidersFirst, facts: &Facts) -> Result<(), RunError> {
    if facts.providers.is_none() {
        return Err(FactsError::NoProviders { path: facts.file.clone() }.into());
    }
    for (kind, sender) in &settings.senders {
        if !facts.senders.contains_key(sender) {
            return Err(FactsError::Dangling {
                path: facts.file.clone(),
                key: format!("providers_first.senders.{kind}"),
                name: sender.clone(),
            }
            .into());
        }
    }
    Ok(())
}

impl ProviderNight {
    /// What the night has for the providers; nothing where they are not told first.
    ///
    /// # Errors
    /// None of its own.
    pub fn of(
        providers: Option<&Providers<'_>>,
        night: &Night<'_>,
        candidates: &Candidates<'_>,
        book: &Letterbook<'_>,
        wording: &Wording,
    ) -> Result<Self, RunError> {
        let Some(providers) = providers else { return Ok(Self::default()) };
        providers.write(night, candidates, book, wording)
    }

    /// With letters to professionals.
    pub fn with(mut self, mut professionals: ProfessionalNight) -> Self {
        self.bodies.append(&mut professionals.bodies);
        Self { professionals, ..self }
    }

    /// A notice that cannot be printed: nobody waits for it.
    fn hold(&mut self, code: &str, hold: NoticeHold) {
        if let Some(concerned) = self.concerned.get_mut(code) {
            concerned.line.hold = Some(hold);
            concerned.is_due = false;
        }
    }

    /// Nothing is sent once more to the address that the last notice came back from.
    fn hold_returned(&mut self, known: &BTreeMap<Pseudonym, ProviderHistory>, keys: &Keys) {
        let came_back = |(_, draft): &mut (String, Draft)| {
            let last = known.get(&draft.person).and_then(|history| history.notices.last());
            last.filter(|last| !last.by_mail).is_some_and(|last| {
                let mark = address_mark(keys, &draft.address_lines, &draft.country_line);
                last.returned && last.returned_from.is_none_or(|from| from == mark)
            })
        };
        let held: Vec<(String, Draft)> = self.drafts.extract_if(.., came_back).collect();
        for (code, _) in &held {
            self.hold(code, NoticeHold::P107);
        }
    }

    /// Sees that the notices fit, and makes the order of the night.
    ///
    /// # Errors
    /// [`RunError`] when a notice cannot be laid out at all.
    pub fn proof(mut self, press: &Press, tonight: Date) -> Result<ProvidersTold, RunError> {
        let (codes, drafts): (Vec<String>, Vec<Draft>) =
            std::mem::take(&mut self.drafts).into_iter().unzip();
        let by_subject: BTreeMap<Pseudonym, String> =
            drafts.iter().map(|draft| draft.person).zip(codes).collect();
        let proofed = press.proof(drafts)?;
        for (draft, _) in &proofed.held {
            self.hold(&by_subject[&draft.person], NoticeHold::P106);
        }
        for proof in &proofed.ready {
            if let Some(concerned) = self.concerned.get_mut(&by_subject[&proof.draft.person]) {
                concerned.line.is_planned = true;
            }
        }

        let mut told = ProvidersTold { notices: proofed.ready, ..ProvidersTold::default() };
        for (code, Concerned { mut line, is_due, is_disputed }) in self.concerned {
            let (settings, history) = &self.clocks[&code];
            let clock = providers::clock(settings, history, is_due, tonight);
            told.order.note(&code, clock, is_disputed);
            line.state = match clock {
                _ if is_disputed => ProviderState::Disputed,
                ProviderClock::Running { .. } => ProviderState::Running,
                ProviderClock::Informed => ProviderState::Informed,
                ProviderClock::Overdue => ProviderState::Overdue,
                ProviderClock::NoNotice if line.hold.is_some() => ProviderState::Held,
                ProviderClock::NoNotice => ProviderState::NotTheirs,
            };
            line.until = match clock {
                ProviderClock::Running { until } if !is_disputed => Some(until),
                _ => None,
            };
            told.lines.insert(code, line);
        }

        told.mails = self.mails;
        told.professionals = self.professionals.proof(press, &told.order)?;
        told.notices.append(&mut told.professionals.letters);
        Ok(told)
    }
}

impl ProvidersTold {
    /// The cases that providers and professionals without a letter are, for somebody to settle. What the
    /// list says for good is told of once.
    pub fn add_cases(&self, held: &mut Held, keys: &Keys) {
        for (code, line) in &self.lines {
            let Some(reason) = line.hold else { continue };
            let mark = keys.row_fingerprint(["case", "provider", code, reason.word()]);
            let cases = match reason {
                NoticeHold::P104 | NoticeHold::P105 => &mut held.once,
                _ => &mut held.due,
            };
            cases.insert(mark);
        }
        held.due.extend(self.professionals.cases(keys));
    }

    /// How far each provider is, and all of them in numbers.
    pub fn report(&self, written: &Written) -> (BTreeMap<String, ProviderLine>, ProviderReport) {
        let mut lines = self.lines.clone();
        for (code, line) in &mut lines {
            line.waiting = written.of_provider.get(code).copied().unwrap_or_default();
        }
        let report = ProviderReport::of(&lines, written.for_providers.clone(), written.disputed);
        (lines, report)
    }
}
