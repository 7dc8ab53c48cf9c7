//! The dress rehearsal: the whole package of a real configuration with its real lists, marked as a
//! rehearsal on every page, sealed to a key of the operator's, recorded nowhere.

use std::fs;
use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};

use super::clock::Clock;
use super::night::Wording;
use super::plan_files::{Settings, Staging};
use super::{Night, Prepared, RunError, guard, plan, seal};
use crate::base::process::peak_rss_bytes;
use crate::base::{FileError, durable};
use crate::config::Vendor;
use crate::deliver::outbox;
use crate::package::{self, Recipients};
use crate::record::{Access, Home, Job, JobState, Ledger, PartTotals};
use crate::report::{PackageReport, PartReport, Report};

/// Where the parts are made; gone when the rehearsal ends.
const MAKING: &str = ".making";

/// Name of the key file that is made where no key is given.
const IDENTITY: &str = "age-identity.txt";

/// Where a dress rehearsal goes.
#[derive(Clone, Copy, Debug)]
pub struct Dress<'a> {
    /// Empty or new.
    pub out: &'a Utf8Path,
    /// The operator's own keys; none = one is made.
    pub recipients: &'a [String],
}

/// A dress rehearsal.
#[derive(Clone, Debug)]
pub struct Dressed {
    /// What a run would report.
    pub report: Report,
    /// The folder of the job; `None` when there is nobody to write to.
    pub package: Option<Utf8PathBuf>,
    /// The key that was made for it.
    pub identity: Option<Utf8PathBuf>,
}

/// Makes everything that a run would publish in `dress.out`, and touches nothing else.
///
/// # Errors
/// [`RunError`] as a run would; [`RunError::DressFolder`] when the folder cannot be used.
pub fn dress(night: &Night<'_>, dress: &Dress<'_>) -> Result<Dressed, RunError> {
    let config = night.config;
    let out = camino::absolute_utf8(dress.out).map_err(FileError::at("inspect", dress.out))?;
    let dress = &Dress { out: &out, ..*dress };
    guard::configuration(config)?;
    guard::metrics_folder(config)?;
    Recipients::parse(if dress.recipients.is_empty() {
        &config.vendor.recipients
    } else {
        dress.recipients
    })?;

    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    ledger.must_be_open()?;
    guard::dress_keys(config, dress.recipients)?;
    refuse_folder(dress, night)?;

    let wording = night.wording()?;
    let mut clock = Clock::default();

    let received = night.receive(&ledger, None, &mut clock)?;
    let prepared = super::prepare(night, &received, &ledger, &wording, &mut clock)?;

    night.permits(prepared.proofed.len())?;
    let queue = plan::queue(night, &received.rows, &prepared, &ledger)?;
    let mut report = plan::begin_report("check", night, &received, &prepared, &queue);
    report.ledger_head = ledger.head()?.to_string();

    let making = Making::begin(dress.out)?;
    let (recipients, identity) = keys(dress)?;
    let mut package = None;

    if !prepared.proofed.is_empty() {
        let rehearsed =
            Package { night, ledger: &ledger, wording: &wording, making: &making, recipients };
        let made = rehearsed.make(prepared, &mut clock)?;
        package = Some(dress.out.join(&made.job));
        report.package = Some(made);
    }

    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();
    night.progress.finish();

    Ok(Dressed { report, package, identity })
}

/// The folder must hold nothing, and must not be one of the ledger's: what is in there counts.
fn refuse_folder(dress: &Dress<'_>, night: &Night<'_>) -> Result<(), RunError> {
    let refuse = |problem| Err(RunError::DressFolder { path: dress.out.to_owned(), problem });
    let failed = FileError::at("inspect", dress.out);
    match dress.out.read_dir_utf8() {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return refuse("is not empty");
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error).into()),
    }

    // The nearest folder that is there says where the new one would be.
    let there = dress.out.ancestors().find_map(|path| path.canonicalize_utf8().ok());
    let data_dir = night.config.data_dir.canonicalize_utf8().map_err(failed)?;
    if there.is_some_and(|path| path.starts_with(data_dir)) {
        refuse("is inside `data_dir`")
    } else {
        Ok(())
    }
}

/// The operator's keys, or a new one that is written beside the package.
fn keys(dress: &Dress<'_>) -> Result<(Vec<String>, Option<Utf8PathBuf>), RunError> {
    if !dress.recipients.is_empty() {
        return Ok((dress.recipients.to_vec(), None));
    }

    let path = dress.out.join(IDENTITY);
    let (secret, public) = package::seal::new_identity();
    let write = || {
        let mut file = durable::create_new(&path)?;
        file.write_all(secret.as_bytes())?;
        file.sync_all()
    };

    write().map_err(FileError::at("write", &path))?;
    Ok((vec![public], Some(path)))
}

/// The folder in which the parts are made. It holds the letters in the clear, so it goes whatever
/// happens.
struct Making(Staging);

impl Making {
    fn begin(out: &Utf8Path) -> Result<Self, RunError> {
        durable::make_folder(out).map_err(FileError::at("create", out))?;
        let making = Self(Staging::at(out.join(MAKING)));
        making.0.begin()?;
        Ok(making)
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        // Where it cannot be removed, the folder is not empty and the next rehearsal says so.
        let _ = fs::remove_dir_all(self.0.folder());
    }
}

/// What a package is made from.
struct Package<'w, 'o> {
    night: &'w Night<'o>,
    ledger: &'w Ledger,
    wording: &'w Wording,
    making: &'w Making,
    recipients: Vec<String>,
}

impl Package<'_, '_> {
    fn make(self, prepared: Prepared<'_>, clock: &mut Clock) -> Result<PackageReport, RunError> {
        let Self { night, ledger, wording, making: Making(staging), recipients } = self;
        let config = night.config;
        let Prepared { bodies, proofed, letters, press, .. } = prepared;
        let number = ledger.next_job(night.run_date)?;
        let job_name = package::job_name(number, true);
        let places = package::places(&job_name, proofed, &config.print);
        let settings = Settings {
            vendor: Vendor { recipients, ..config.vendor.clone() },
            ..Settings::tonight(night, wording, number, places.parts(), true)
        };

        let mut staged =
            staging.write_all_but_letters(&settings, &bodies, wording, &places.classes())?;
        let mut totals = Vec::new();
        for part in places {
            let part = letters.part(&part)?;
            let sum = |count: fn(&crate::field::place::Place) -> u32| {
                part.letters.iter().map(|one| count(&one.place)).sum()
            };
            let (pages, sheets) = (sum(|place| place.pages), sum(|place| place.sheets));
            totals.push(PartTotals { number: part.number, letters: sum(|_| 1), pages, sheets });
            staged.push(staging.write_part(&part)?);
        }

        let head = ledger.head()?;
        let job = Job {
            job: number,
            job_name,
            run_id: "check".to_owned(),
            run_date: night.run_date,
            state: JobState::Planned,
            staged,
            parts: totals,
            sealed: Vec::new(),
            planned_head: head.clone(),
            sealed_head: None,
            reprint: None,
        };

        let letters = job.parts.iter().map(|part| u64::from(part.letters)).sum();
        night.progress.stage("setting", letters);
        let sealed =
            clock.time("render", || seal::seal(night, &job, Some(&press), staging), |_| letters)?;
        let out = staging.folder().parent().unwrap_or(staging.folder());
        outbox::publish(
            staging.folder(),
            out,
            &job.job_name,
            &sealed,
            &head.hash,
            &ledger.signer(),
        )?;

        let part = |part: &package::Sealed| PartReport {
            file: part.file.clone(),
            sha256: part.sealed_sha256.clone(),
            letters: u64::from(part.letters),
            pages: u64::from(part.pages),
            sheets: u64::from(part.sheets),
        };

        Ok(PackageReport { job: job.job_name, parts: sealed.iter().map(part).collect() })
    }
}
