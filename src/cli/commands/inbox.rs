//! `inbox`: the lists, before they count.

use camino::Utf8PathBuf;
use jiff::civil::Date;

use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain};
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};
use crate::config::Config;
use crate::field::contract;
use crate::read::look::{
    self, Before, CellsLook, FileLook, FileState, Finding, ListLook, Look, LookOrder,
};
use crate::read::{self, Delivery, ReadTerms};
use crate::record;
use crate::run::lists;

/// `breachpost inbox`.
pub(super) fn look(
    args: &Args,
    config: &Config,
    run_date: Date,
    previous: &[Utf8PathBuf],
) -> Result<ExitStatus, Failure> {
    let progress = Progress::on_stderr();
    let order = LookOrder {
        inbox: &config.inbox,
        formats: &config.inputs,
        terms: ReadTerms { synthetic: config.synthetic, run_date },
        before: if previous.is_empty() { last_run(config) } else { Before::Files(previous) },
        progress: &progress,
    };

    let looked = look::look(&order);
    progress.finish();
    let mut looked = looked.map_err(|error| Failure::of(&error))?;
    if !looked.findings.iter().any(|finding| finding.stops) {
        looked.findings.splice(..0, refusal(config, run_date, &progress));
        progress.finish();
    }

    if args.json {
        output::json(&looked);
    } else {
        show(&looked);
    }

    Ok(if looked.findings.is_empty() { ExitStatus::Done } else { ExitStatus::ForAHuman })
}

/// Why a run would not work on these lists although each file can be read: what is wrong shows when
/// they lie together.
fn refusal(config: &Config, run_date: Date, progress: &Progress) -> Option<Finding> {
    let terms = ReadTerms { synthetic: config.synthetic, run_date };
    let stops = |text: String, hint| Some(Finding { file: None, stops: true, text, hint });
    let rows = match read::read(&config.inbox, &config.inputs, &terms, progress) {
        Ok(rows) => rows,
        Err(error) => return stops(error.to_string(), error.hint()),
    };

    if let Err(error) = read::refuse_damage(&rows, &config.damage) {
        return stops(error.to_string(), error.hint());
    }

    let error = lists::refuse_spoilt(&rows, &config.inputs).err()?;
    stops(error.to_string(), error.hint())
}

/// What the last run read. It needs the campaign's key and that run's papers, and no ledger.
fn last_run(config: &Config) -> Before<'static> {
    let Some((run_id, path)) = read::latest(&config.data_dir) else {
        return Before::None("no run has written down what it read".to_owned());
    };
    let Ok(keys) = record::keys(&config.data_dir) else {
        return Before::None("the campaign's key is missing or cannot be used".to_owned());
    };
    let marker = keys.marker();

    match Delivery::read(&path, marker) {
        Ok(delivery) => Before::Run { run_id, delivery, marker },
        Err(error) => Before::None(format!("`{path}` {error}")),
    }
}

fn show(look: &Look) {
    output::line(format_args!("inbox     {}", look.inbox));
    output::line(format_args!("compared  with {}", look.compared_with));

    for file in &look.files {
        output::line("");
        show_file(file);
    }

    if !look.lists.is_empty() {
        output::line("");
    }

    for list in &look.lists {
        show_list(list);
    }

    if !look.other_files.is_empty() {
        output::line(format_args!("\nnot lists: {}", look.other_files.join(", ")));
    }

    output::line(format_args!("\nto look at: {}", look.findings.len()));

    for finding in &look.findings {
        output::line(format_args!("- {finding}"));
        if let Some(hint) = &finding.hint {
            output::line(format_args!("  hint: {hint}"));
        }
    }
}

fn show_file(file: &FileLook) {
    let state = match file.state {
        FileState::New => ", new",
        FileState::Unchanged => ", as before",
        FileState::Changed => ", changed",
        FileState::Unknown => "",
    };

    output::line(format_args!(
        "{}  ({}, {} bytes{state})",
        file.file,
        contract::name(file.list),
        file.bytes
    ));

    if let Some(problem) = &file.problem {
        output::line(format_args!("  problem   {}", problem.error));
    }

    if let Some(rows) = &file.rows {
        output::line(format_args!(
            "  rows      {} = {} usable + {} refused; {} protect somebody, {} refused ones may, {} join",
            rows.total, rows.usable, rows.refused, rows.protect, rows.may_protect, rows.join
        ));
        for kind in &rows.refused_by {
            output::line(format_args!(
                "            {} {} ({} rows)",
                kind.code, kind.reason, kind.count
            ));
        }
    }

    show_columns(file);

    if let Some(proposal) = &file.proposal {
        output::line("  proposal  for the configuration:");
        for line in proposal.lines() {
            output::line(format_args!("    {line}"));
        }
    }

    if !file.cells.is_empty() {
        output::line(format_args!(
            "  {:<24}{:>8}{:>9}{:>9}",
            "column", "empty", "valid", "damaged"
        ));
    }

    file.cells.iter().for_each(show_cells);
}

fn show_columns(file: &FileLook) {
    let columns = &file.columns;
    output::line(format_args!("  columns   {} found", columns.found.len()));
    let said = [
        ("missing", columns.missing.join(", ")),
        ("not there", columns.absent.join(", ")),
        ("not read", columns.unknown.join(", ")),
    ];

    for (word, names) in said.into_iter().filter(|(_, names)| !names.is_empty()) {
        output::line(format_args!("            {word}: {names}"));
    }

    if columns.unnamed > 0 {
        output::line(format_args!(
            "            the first line has {} cells and may be somebody's data: it is not shown",
            columns.unnamed
        ));
    }
}

fn show_cells(cells: &CellsLook) {
    output::line(format_args!(
        "  {:<24}{:>7.1}%{:>8.1}%{:>8.1}%",
        cells.column,
        cells.empty_share * 100.0,
        cells.valid_share * 100.0,
        cells.damaged_share * 100.0
    ));

    for kind in &cells.kinds {
        let rows: Vec<String> = kind.rows.iter().map(u32::to_string).collect();
        output::line(format_args!(
            "    {} {}: {} cells, rows {}{}",
            kind.code,
            kind.reason,
            kind.count,
            rows.join(", "),
            if kind.count > rows.len() as u64 { " ..." } else { "" }
        ));
    }
}

fn show_list(list: &ListLook) {
    let changes = &list.changes;
    output::line(format_args!(
        "{:<14}{} rows before, {} now: {} the same, {} changed, {} added, {} gone",
        contract::name(list.list),
        changes.rows_before,
        changes.rows_now,
        changes.same,
        changes.changed.count,
        changes.added.count,
        changes.gone.count
    ));
}
