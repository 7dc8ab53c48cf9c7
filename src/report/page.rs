//! `report.html`: the report as one self-contained page.

use serde::Serialize;
use tera::{Context, Tera};

use super::professionals::ProfessionalReport;
use super::providers::ProviderReport;
use super::waves::WaveReport;
use super::{Report, ReportError, load, queue};

/// One bar of a picture: a word, a number, and how wide it is drawn (percent).
#[derive(Serialize)]
struct Bar {
    label: String,
    count: u64,
    percent: f64,
}

/// Sets the page.
///
/// # Errors
/// [`ReportError::Page`] when the template does not render.
pub fn set(report: &Report) -> Result<String, ReportError> {
    let mut tera = Tera::new();
    tera.add_raw_template("report.html", include_str!("../../templates/report/report.html"))
        .map_err(ReportError::Page)?;
    let mut context = Context::new();
    context.insert("report", report);

    // Tera does not keep the order of maps; a page has to.
    context.insert("reasons", &report.reasons.iter().collect::<Vec<_>>());
    context.insert("unproven_rows", &report.unproven_rows.iter().collect::<Vec<_>>());
    context.insert("list_reasons", &report.list_reasons.iter().collect::<Vec<_>>());
    context.insert("changes", &report.changes.iter().map(ToString::to_string).collect::<Vec<_>>());
    context.insert("paper", &paper(report));
    let receipts = report.paper.receipts.iter().map(|(origin, files)| (origin.words(), files));
    context.insert("paper_receipts", &receipts.collect::<Vec<_>>());
    context.insert("paper_alarms", &report.paper.alarms.iter().collect::<Vec<_>>());
    context.insert("due", &report.due.iter().collect::<Vec<_>>());
    context.insert(
        "made_with",
        &report.made_with.as_ref().map_or(Vec::new(), |made| made.shown().collect()),
    );
    context.insert("funnel", &funnel(report));
    context.insert("stages", &stages(report));
    context.insert("load", &report.waves.as_ref().map(load::of));
    context.insert("trend", &queue::picture(&report.queue));
    context.insert("full", &report.waves.as_ref().map(full));
    let providers = report.providers.iter().flat_map(ProviderReport::rows);
    let professionals = report.professionals.iter().flat_map(ProfessionalReport::rows);
    context.insert("care", &providers.chain(professionals).collect::<Vec<_>>());

    let letters = &report.letters;
    context.insert(
        "groups",
        &[
            ("By category", bars(letters.by_category.iter())),
            ("By language", bars(letters.by_language.iter())),
            ("By kind", bars(letters.by_kind.iter())),
        ],
    );

    context.insert("peak_mib", &(report.peak_rss_bytes / 1_048_576));
    context.insert(
        "total_seconds",
        &format!("{:.1}", report.stages.iter().map(|stage| stage.seconds).sum::<f64>()),
    );

    tera.render("report.html", &context).map_err(ReportError::Page)
}

/// From rows to letters: every exposure row is in exactly one bar below the first.
fn funnel(report: &Report) -> Vec<Bar> {
    let rows = &report.rows;
    let steps = [
        ("rows read", rows.total),
        ("lead a letter", rows.letter),
        ("merged into a letter", rows.merged),
        ("already told", rows.told),
        ("waiting for a later wave", rows.waiting),
        ("suppressed", rows.suppressed),
        ("held for a human", rows.review),
        ("rejected", rows.rejected),
    ];

    scaled(steps.iter().map(|(label, count)| ((*label).to_owned(), *count)).collect(), rows.total)
}

/// Where the letters of earlier jobs are: every letter is in one bar.
fn paper(report: &Report) -> Vec<Bar> {
    let states = &report.paper.by_state;
    let counts: Vec<(String, u64)> =
        states.iter().map(|(state, letters)| (state.word().replace('_', " "), *letters)).collect();
    let total = counts.iter().map(|(_, letters)| *letters).sum();
    scaled(counts, total)
}

/// The first day that is full, under each forecast.
fn full(waves: &WaveReport) -> Vec<(&'static str, String)> {
    let forecasts = ["if few people call", "as expected", "if many people call"];
    let day = |day: Option<jiff::civil::Date>| {
        day.map_or_else(|| "never".to_owned(), |day| day.to_string())
    };
    forecasts.into_iter().zip(waves.full_on().map(day)).collect()
}

fn stages(report: &Report) -> Vec<Bar> {
    let millis = |seconds: f64| {
        std::time::Duration::try_from_secs_f64(seconds).map_or(0, |time| time.as_millis())
    };
    let times: Vec<(String, u64)> = report
        .stages
        .iter()
        .map(|stage| (stage.name.clone(), u64::try_from(millis(stage.seconds)).unwrap_or(u64::MAX)))
        .collect();

    let longest = times.iter().map(|(_, time)| *time).max().unwrap_or(0);
    scaled(times, longest)
}

fn bars<'a>(counts: impl Iterator<Item = (&'a String, &'a u64)>) -> Vec<Bar> {
    let counts: Vec<(String, u64)> = counts.map(|(label, count)| (label.clone(), *count)).collect();
    let total = counts.iter().map(|(_, count)| *count).sum();
    scaled(counts, total)
}

#[expect(clippy::cast_precision_loss, reason = "the width of a bar on a page")]
fn scaled(counts: Vec<(String, u64)>, full: u64) -> Vec<Bar> {
    let percent = |count: u64| (count as f64 / full.max(1) as f64 * 1000.0).round() / 10.0;
    counts.into_iter().map(|(label, count)| Bar { label, count, percent: percent(count) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::piece::PieceState;
    use crate::field::row::Rows;
    use crate::report::ReasonCount;
    use crate::report::account::Account;

    #[test]
    fn letters_that_were_mailed_are_shown_by_state() {
        let mut report =
            Report::new("2025-09-15-1", "campaign", true, &[], &Account::open(&Rows::default()));
        report.paper.by_state.insert(PieceState::HandedOver, 3);
        report.paper.by_state.insert(PieceState::Unproven, 1);
        report.paper.alarms.insert("doubled".to_owned(), 2);
        let page = set(&report).unwrap();
        assert!(page.contains("Where the letters are") && page.contains("handed over"));
        assert!(page.contains("width:25.0%") && page.contains("doubled: 2"), "{page}");
    }

    #[test]
    fn reasons_stand_in_the_order_of_their_codes() {
        let mut report =
            Report::new("2025-09-15-1", "campaign", true, &[], &Account::open(&Rows::default()));
        for code in ["S101", "C106", "R101", "D201", "L204", "D101"] {
            let count =
                ReasonCount { rows: 1, state: "review".to_owned(), text: "text".to_owned() };
            report.reasons.insert(code.to_owned(), count);
        }

        report.due.insert("2025-09-29".to_owned(), 3);
        let page = set(&report).unwrap();
        let places: Vec<usize> =
            report.reasons.keys().map(|code| page.find(code.as_str()).unwrap()).collect();
        assert!(places.is_sorted());
        assert!(page.contains("3 rows are due from 2025-09-29"));
        assert!(!page.contains("Where the letters are"), "nothing was mailed");

        assert_eq!(page, set(&report).unwrap());
    }
}
