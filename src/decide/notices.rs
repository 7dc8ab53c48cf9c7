//! From a person whom no rule stops to their letters: which sender writes about what, and what kind
//! of letter it is.

use std::collections::BTreeSet;

use super::case::Case;
use super::findings::{combine, medical_test, reduced, stored};
use super::history::{self, Earlier, Step};
use super::stops::{Stop, empty_list, told_to};
use super::{Sink, whereabouts};
use crate::config::MultiCategory;
use crate::field::address::AddressSource;
use crate::field::findings::{Difference, Findings};
use crate::field::notice::{Identity, Notice};
use crate::field::reason::Reason;
use crate::field::reissue::{Reissue, ReissueReason};
use crate::field::row::{Exposure, Provider, ProviderKind};
use crate::field::terms::{Audience, Category, Format, Kind, Language};

/// The rows that one letter is about.
struct Subject<'c, 'a> {
    sender: &'c str,
    /// The first row, by category precedence, then content order.
    lead: &'a Exposure,
    /// All rows, `lead` first.
    rows: Vec<&'a Exposure>,
}

/// Writes the person's letters and sets aside the rows that get none: rules 14 to 16, and rules 5
/// and 13 once more for what is left of a letter.
pub(super) fn write<'a>(case: &Case<'_, 'a>, sink: &mut Sink<'_, 'a>) {
    let (subjects, without_sender) = subjects(case);
    sink.set_aside(&without_sender, &Stop::new(Reason::D212, "category: no sender profile"));
    let mut kinds = Vec::new();

    for subject in subjects {
        match notice(case, &subject, &kinds) {
            Ok(notice) => {
                kinds.push(notice.kind);
                sink.write(notice);
            }
            Err(stop) => sink.set_aside(&subject.rows, &stop),
        }
    }
}

/// One subject for all categories, signed by the sender of the first; or one for each sender, in
/// category order.
fn subjects<'c, 'a>(case: &Case<'c, 'a>) -> (Vec<Subject<'c, 'a>>, Vec<&'a Exposure>) {
    let (mut subjects, mut without_sender) = (Vec::<Subject<'c, 'a>>::new(), Vec::new());
    for row in case.rows.iter().copied() {
        let Some(sender) = row.category.and_then(|category| case.circumstances.sender(category))
        else {
            without_sender.push(row);
            continue;
        };
        let same = |subject: &&mut Subject<'_, '_>| match case.policy.multi_category {
            MultiCategory::OneLetter => true,
            MultiCategory::PerSender => subject.sender == sender,
        };
        match subjects.iter_mut().find(same) {
            Some(subject) => subject.rows.push(row),
            None => subjects.push(Subject { sender, lead: row, rows: vec![row] }),
        }
    }

    (subjects, without_sender)
}

/// One letter, or why there is none. `kinds` are those of the person's other letters of this run.
fn notice<'a>(
    case: &Case<'_, 'a>,
    subject: &Subject<'_, 'a>,
    kinds: &[Kind],
) -> Result<Notice<'a>, Stop> {
    let all = combine(subject.rows.iter().copied());
    let medical_test = medical_test(&all).filter(|_| case.audience() != Audience::Adult);
    let findings = told_to(case.audience(), all);
    let main = subject.lead.category;
    let identity = case
        .judged
        .name
        .map_or_else(|| whereabouts::identity(&case.person.rows, subject.lead), Identity::Listed);

    // Prisoners come first, so a letter about them has them as its main category.
    let to_institution = main == Some(Category::Prisoner) && case.in_custody();
    let (address_source, address_of) = address(case, to_institution, identity)?;

    if let Some(stop) = empty_list(&findings) {
        return Err(stop);
    }

    let reissue = reissue(case, subject);
    let (kind, difference) = match reissue {
        Some(_) => (Kind::First, None),
        None => next(case, subject, &findings)?,
    };
    let (language, format) = preferences(case, reissue);
    Ok(Notice {
        person: case.person.pseudonym,
        kind,
        sequence: sequence(case, kind, kinds),
        sender: subject.sender.to_owned(),
        findings,
        medical_test,
        stored: stored(subject.rows.iter().copied()),
        difference,
        reissue,
        audience: case.audience(),
        custody: if main == Some(Category::Prisoner) { case.custody.value() } else { None },
        language,
        format,
        identity,
        address_source,
        address_of,
        provider: if to_institution {
            case.institution.value()
        } else {
            named_provider(case, subject)
        },
        rows: subject.rows.iter().map(|row| row.row).collect(),
        record_ids: subject.rows.iter().map(|row| row.record_id().to_owned()).collect(),
        datasets: subject
            .rows
            .iter()
            .map(|row| row.dataset_id())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    })
}

/// A sender that does not write about custody writes to the home address: that somebody is held is
/// not theirs to know.
fn address<'a>(
    case: &Case<'_, 'a>,
    to_institution: bool,
    identity: Identity<'a>,
) -> Result<(AddressSource, Identity<'a>), Stop> {
    match &case.home {
        _ if to_institution => Ok((AddressSource::Institution, identity)),
        Ok(home) => Ok((home.source, home.of)),
        Err(evidence) => Err(Stop::new(Reason::D204, evidence)),
    }
}

/// The first free number among the person's letters of this kind, whoever signs them.
fn sequence(case: &Case<'_, '_>, kind: Kind, kinds: &[Kind]) -> u32 {
    let told = case
        .person
        .told
        .iter()
        .filter(|letter| letter.kind == kind)
        .map(|letter| letter.sequence)
        .max();

    let this_run = kinds.iter().filter(|other| **other == kind).count();
    told.unwrap_or(0)
        + u32::try_from(this_run)
            .expect("a person has at most one letter for each of four categories")
        + 1
}

/// The letter of this subject that is to be written anew: it says everything once more, like a first
/// letter, whatever was told.
fn reissue(case: &Case<'_, '_>, subject: &Subject<'_, '_>) -> Option<Reissue> {
    let one_letter = case.policy.multi_category == MultiCategory::OneLetter;
    let told = case.person.told.iter();
    let own = told.filter(|letter| one_letter || letter.sender == subject.sender);
    own.filter_map(|letter| letter.reissue).max_by_key(|reissue| (reissue.date, reissue.letter_id))
}

/// As recorded, but for what the person asked of this letter.
fn preferences(case: &Case<'_, '_>, reissue: Option<Reissue>) -> (Language, Format) {
    let (language, format) = whereabouts::preferences(&case.person.rows);
    let large = reissue.is_some_and(|reissue| reissue.reason == ReissueReason::LargePrint);
    let asked = reissue.and_then(|reissue| reissue.language);
    (asked.unwrap_or(language), if large { Format::Large } else { format })
}

/// Rules 15 and 16.
fn next(
    case: &Case<'_, '_>,
    subject: &Subject<'_, '_>,
    now: &Findings,
) -> Result<(Kind, Option<Difference>), Stop> {
    let one_letter = case.policy.multi_category == MultiCategory::OneLetter;
    let concerned = history::earlier(&case.person.told, |letter| {
        let about =
            letter.findings.categories.iter().any(|category| now.categories.contains(category));
        one_letter || letter.sender == subject.sender || about
    });

    let Some(Earlier { last, told }) = concerned else {
        return Ok((Kind::First, None));
    };
    let told = told_to(case.audience(), told);
    let still = told_to(case.audience(), still_holding(case, now, &told));

    // A birthday is no news: where the earlier letter gave the reduced list, only the reduced lists
    // are compared.
    let minor_then = case.is_minor_on(last);
    let comparable =
        |findings: &Findings| if minor_then { reduced(findings.clone()) } else { findings.clone() };
    let due = history::due(last, case.policy.min_days_between);

    match history::step(
        &comparable(now),
        &comparable(&still),
        &comparable(&told),
        due,
        case.run_date,
    ) {
        Step::Write(kind) => Ok((kind, Some(Difference { earlier: last, before: told }))),
        Step::Later(due) => {
            Err(Stop { due: Some(due), ..Stop::new(Reason::D302, "last letter: too recent") })
        }
        Step::Nothing => Err(Stop::new(Reason::D301, not_material(now, &told))),
    }
}

/// What holds today of the categories that were told or would be, whether or not the letter may
/// name them. A row whose category is being looked into (D101) may belong to any told category, so
/// nothing told is called wrong because of it.
fn still_holding(case: &Case<'_, '_>, now: &Findings, told: &Findings) -> Findings {
    let meant = |category: &Category| {
        told.categories.contains(category) || now.categories.contains(category)
    };
    let rows = case.rows.iter().filter(|row| row.category.as_ref().is_some_and(meant));
    let mut still = combine(rows.chain(&case.unsorted).copied());
    if !case.unsorted.is_empty() {
        still.categories.extend(&told.categories);
    }
    still
}

/// docs/policy.md names what is material; an item that is newly possible is not among it.
fn not_material(now: &Findings, told: &Findings) -> &'static str {
    let known = told.involved.union(told.possible);
    if now.possible.minus(known).is_empty() {
        ""
    } else {
        "items: newly possible ones are not material"
    }
}

/// The provider that the letter may name: of the main category, in agreement between its rows, of a
/// fitting kind, and confirmed by the run date. The programme has none, and an institution is never
/// named.
fn named_provider<'a>(case: &Case<'_, 'a>, subject: &Subject<'_, 'a>) -> Option<&'a Provider> {
    let kind = match subject.lead.category? {
        Category::Gp => ProviderKind::Gp,
        Category::Hospital => ProviderKind::Hospital,
        Category::Screening | Category::Prisoner => return None,
    };

    let of_main = subject.rows.iter().filter(|row| row.category == subject.lead.category);
    let mut codes = of_main.map(|row| row.provider_code()).filter(|code| !code.is_empty());
    let code = codes.next()?;
    if codes.any(|other| other != code) {
        return None;
    }

    let provider = case.circumstances.provider(code)?;
    let fits = provider.kind == kind || provider.kind == ProviderKind::Clinic;
    let confirmed = provider.confirmed_on.is_some_and(|day| day <= case.run_date);

    (fits && confirmed && !provider.is_gone_on(case.run_date)).then_some(provider)
}
