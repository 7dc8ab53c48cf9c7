//! `vendor-sim`: a simulated vendor works off a package; or files are looked at as we would take
//! them.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Serialize;

use crate::base::plain::count;
use crate::base::{ExitStatus, durable};
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};
use crate::config::ReceiptSettings;
use crate::receipts;
use crate::vendor_sim::{self, FetchedJob, Truth};

/// What is asked of the vendor.
pub(super) struct Order<'a> {
    pub package: &'a Utf8Path,
    pub identity: &'a Utf8Path,
    pub out: &'a Utf8Path,
    pub seed: u64,
    pub stopped: bool,
}

/// `vendor-sim --json`.
#[derive(Serialize)]
struct Answer {
    job: String,
    #[serde(flatten)]
    truth: Truth,
    /// In the order in which they are sent.
    files: Vec<SentFile>,
}

#[derive(Serialize)]
struct SentFile {
    file: String,
    /// Letters are mixed up in it: it has to be refused.
    mixed: bool,
}

/// Works off a package and writes what the vendor sends.
pub(super) fn work(args: &Args, order: &Order<'_>, made_on: Date) -> Result<ExitStatus, Failure> {
    let failed = |error: &std::io::Error| Failure {
        status: ExitStatus::Usage,
        causes: vec![format!("cannot use the folder `{}`", order.out), error.to_string()],
        hint: Some("name a folder that is new or empty".to_owned()),
    };
    fs::create_dir_all(order.out).map_err(|error| failed(&error))?;
    let house = tempfile::tempdir_in(order.out).map_err(|error| failed(&error))?;
    let place = Utf8Path::from_path(house.path()).unwrap_or(order.out);

    let fetched = FetchedJob::fetch(order.package, order.identity, place)
        .map_err(|error| Failure::of(&error))?;
    let shift = vendor_sim::work(&fetched, order.seed, made_on, order.stopped);
    for sent in &shift.sent {
        durable::write(&order.out.join(&sent.name), &sent.bytes).map_err(|error| failed(&error))?;
    }

    let file = |sent: &vendor_sim::Sent| SentFile { file: sent.name.clone(), mixed: sent.is_mixed };
    let answer = Answer {
        job: fetched.job.clone(),
        truth: shift.truth(),
        files: shift.sent.iter().map(file).collect(),
    };
    if args.json {
        output::json(&answer);
    } else {
        show(&answer);
    }
    Ok(ExitStatus::Done)
}

fn show(answer: &Answer) {
    let truth = &answer.truth;
    output::line(format_args!(
        "vendor    {}: {} = {} posted + {} returned + {} spoilt + {} destroyed + {} lost",
        answer.job,
        count(truth.pieces, "piece", "pieces"),
        truth.posted,
        truth.returned,
        truth.spoilt,
        truth.destroyed,
        truth.lost
    ));
    for sent in &answer.files {
        let mixed = if sent.mixed { "  (letters are mixed up in it)" } else { "" };
        output::line(format_args!("sends     {}{mixed}", sent.file));
    }
}

/// Looks at files as `receipts` does before it asks the ledger: names, columns, forms.
pub(super) fn check(args: &Args, files: &[Utf8PathBuf]) -> ExitStatus {
    #[derive(Serialize)]
    struct Looked {
        file: String,
        rows: usize,
        problem: Option<String>,
    }

    let mut looked = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_owned();
        let read = receipts::read(path, &ReceiptSettings::default());
        match read {
            Ok(file) => {
                let rows = file.content.lines();
                looked.push(Looked { file: name, rows, problem: None });
            }
            Err(error) => {
                let failure = Failure::of(&error);
                if !args.json {
                    output::failure(&failure);
                }
                let problem = Some(failure.causes.join(": "));
                looked.push(Looked { file: name, rows: 0, problem });
            }
        }
    }

    if args.json {
        output::json(&looked);
    } else {
        for file in looked.iter().filter(|file| file.problem.is_none()) {
            let rows = count(file.rows as u64, "row", "rows");
            output::line(format_args!("good      {}: {rows}", file.file));
        }
    }
    let is_good = looked.iter().all(|file| file.problem.is_none());
    if is_good { ExitStatus::Done } else { ExitStatus::Stopped }
}
