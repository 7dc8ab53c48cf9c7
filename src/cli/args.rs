//! What can be asked.

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand};
use jiff::civil::Date;

use crate::contract;
use crate::row::List;

/// Writes to the people whose data were stolen: one letter each, never twice, never to the wrong person.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, after_help = EXIT_CODES)]
pub struct Args {
    /// Configuration file.
    #[arg(long, global = true, value_name = "FILE", default_value = "breachpost.toml")]
    pub config: Utf8PathBuf,
    /// Read the input files from this folder instead of the configured one.
    #[arg(long, global = true, value_name = "DIR")]
    pub inbox: Option<Utf8PathBuf>,
    /// Keep ledger, keys, outbox and papers in this folder instead of the configured one.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<Utf8PathBuf>,
    /// Date of the run and of its letters; today if not given.
    #[arg(long, global = true, value_name = "YYYY-MM-DD")]
    pub date: Option<Date>,
    /// Answer in JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more on standard error; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The process that watches over this run; 0 = nobody does.
    #[arg(long, global = true, hide = true, value_name = "PID")]
    pub watched_by: Option<u32>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all in order, nothing new for a human; 1 done, but rows are newly or too long set \
aside for a human; 2 usage or configuration; 3 stopped, nothing left the building; 4 stopped after part was published: run \
again to continue; 5 done and published, but telling somebody (mail, metrics) failed.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write man pages and shell completions.
    #[command(hide = true)]
    Manual {
        /// Folder; made if it is not there.
        #[arg(long, value_name = "DIR")]
        out: Utf8PathBuf,
    },
    /// Run the nightly batch: read, link, decide, set the letters, publish the package, record it.
    Run {
        /// Go on although this file, which an earlier run read, is gone or has rows that are gone or different; the reason
        /// is recorded. May be given more than once.
        #[arg(long, value_name = "FILE=REASON", value_parser = file_and_reason)]
        accept: Vec<(String, String)>,
        /// The same for every file that the refusal named, with one reason; it is recorded for each of them.
        #[arg(long, value_name = "REASON")]
        accept_inputs: Option<String>,
        /// Go on although there are more new letters than the policy permits in one run.
        #[arg(long)]
        accept_volume: bool,
        /// First put the package of this published job into the outbox again, byte for byte.
        #[arg(long, value_name = "JOB")]
        republish: Option<String>,
    },
    /// Show how the last runs ended. Any machine that watches can ask whether a night was missed.
    Status {
        /// Exit with 1 when no run has ended for this long, for instance `26h`.
        #[arg(long, value_name = "DURATION")]
        max_age: Option<jiff::SignedDuration>,
    },
    /// Plan tonight's job and stop, so that many machines can set its parts (`render`); `run` then finishes it.
    #[command(args_conflicts_with_subcommands = true)]
    Plan {
        /// What to do with a plan that is there.
        #[command(subcommand)]
        plan: Option<PlanCommand>,
        /// As for `run`.
        #[arg(long, value_name = "FILE=REASON", value_parser = file_and_reason)]
        accept: Vec<(String, String)>,
        /// As for `run`.
        #[arg(long, value_name = "REASON")]
        accept_inputs: Option<String>,
        /// As for `run`.
        #[arg(long)]
        accept_volume: bool,
    },
    /// Set the print files of one part of a planned job. Needs the staging folder and no ledger; again does nothing.
    Render {
        /// Part, from 1. If not given: the environment's JOB_COMPLETION_INDEX (from 0) and one.
        #[arg(long, value_name = "N")]
        part: Option<u32>,
        /// Name of the job, where more than one is planned.
        #[arg(long, value_name = "JOB")]
        job: Option<String>,
    },
    /// Do everything but publication and ledger: what would a run do?
    Check {
        /// Dress rehearsal: make the whole package in this folder, which must be empty or new. Every page, the job ticket and the
        /// file names say that it is a rehearsal; it is sealed to a key of yours and recorded nowhere.
        #[arg(long, value_name = "DIR")]
        package: Option<Utf8PathBuf>,
        /// Your age public key (`age1...`) for that package; if not given, a key is made and written beside it.
        #[arg(long, value_name = "KEY", requires = "package")]
        recipient: Vec<String>,
        /// As for `run`; nothing is recorded.
        #[arg(long, value_name = "FILE=REASON", value_parser = file_and_reason)]
        accept: Vec<(String, String)>,
        /// As for `run`; nothing is recorded.
        #[arg(long, value_name = "REASON")]
        accept_inputs: Option<String>,
        /// As for `run`.
        #[arg(long)]
        accept_volume: bool,
    },
    /// Set every letter variant with invented people and lay them side by side in a page.
    Preview {
        /// Folder for the pictures and the page.
        #[arg(long, value_name = "DIR", default_value = "preview")]
        out: Utf8PathBuf,
    },
    /// Set one letter again as an accessible copy (PDF/A-2a, PDF/UA-1).
    Letter {
        /// Letter id, 26 characters.
        id: String,
        /// File to write; `<id>.pdf` in the current folder if not given.
        #[arg(long, value_name = "FILE")]
        out: Option<Utf8PathBuf>,
    },
    /// The figures for the regulator: told, waiting, unreachable, corrected, by day and by group; small numbers are hidden.
    Figures,
    /// Tell which rows, rules, texts and addresses made a letter, or why a row got none and what would change that; or, of two
    /// rows, why they are one person or not.
    Explain {
        /// Letter id or reference, in any capitals and blanks; or a row, as `FILE:ROW` or by its record id.
        id: String,
        /// Another row.
        other: Option<String>,
    },
    /// Look at the lists of the inbox before they count: columns, cells, rows, and what changed. Writes nothing.
    ///
    /// Exit code 0: in order; 1: something a human should look at, a list that would stop a run included.
    Inbox {
        /// Compare with this file of an earlier delivery instead of with what the last run read; may be given more than once.
        #[arg(long, value_name = "FILE")]
        previous: Vec<Utf8PathBuf>,
    },
    /// Show what the lists may hold: every column, whether it is needed, its form, allowed words, an example.
    Contract {
        /// One list only: exposures, participants, register, providers or suppressions.
        #[arg(value_name = "LIST", value_parser = list)]
        list: Option<List>,
        /// As the page docs/inputs.md, all lists.
        #[arg(long, conflicts_with = "list")]
        markdown: bool,
    },
    /// Decide who is who where linking could not.
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Learn linking parameters from the inbox: the BSN says which rows are one person.
    LinkTrain {
        /// File to write; `[link] parameters` names it in the configuration.
        #[arg(long, value_name = "FILE", default_value = "link-parameters.toml")]
        out: Utf8PathBuf,
        /// The same seed and rows give the same file.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// Version that the report of every run names; `trained-S` if not given.
        #[arg(long, value_name = "VERSION")]
        name: Option<String>,
    },
    /// Open a package, count it again and read it again.
    Verify {
        /// Folder of the job in the outbox, or one part.
        package: Utf8PathBuf,
        /// age identity (private key) file of the recipient.
        #[arg(long, value_name = "FILE")]
        identity: Option<Utf8PathBuf>,
        /// Public line of the key that must have signed the package: `keys/package-signing.pub` of the ledger.
        #[arg(long, value_name = "FILE")]
        signer: Option<Utf8PathBuf>,
    },
    /// Make, check, back up or restore the ledger.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Close the campaign: no run writes to anybody any more. Shows what that means, then asks.
    Close {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Destroy everything about people of a closed campaign; totals, hashes, history and a certificate stay. Shows what will
    /// go, then asks. Interrupted, it goes on when it is started again.
    Purge {
        /// Who approved it: name or function, for the certificate.
        #[arg(long, value_name = "NAME")]
        approved_by: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Check the letter texts: both languages, reading ease, forbidden words.
    #[command(subcommand)]
    Texts(TextsCommand),
    /// Write an invented inbox of any size, with the truth beside it.
    Sample {
        /// How many people.
        #[arg(long, value_name = "N")]
        people: u32,
        /// The same seed gives the same files.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// Folder to write; must be empty or new.
        #[arg(long, value_name = "DIR")]
        out: Utf8PathBuf,
    },
}

/// A list by its word.
fn list(word: &str) -> Result<List, String> {
    let known = contract::LISTS.into_iter().find(|list| contract::name(*list) == word);
    known.ok_or_else(|| format!("the lists are {}", contract::LISTS.map(contract::name).join(", ")))
}

/// `FILE=REASON`.
fn file_and_reason(text: &str) -> Result<(String, String), String> {
    let (file, reason) = text.split_once('=').ok_or("write FILE=REASON: the file's name, and why it is accepted")?;
    Ok((file.trim().to_owned(), reason.trim().to_owned()))
}

/// `breachpost plan`.
#[derive(Clone, Debug, Subcommand)]
pub enum PlanCommand {
    /// Give up the job that is planned or sealed and of which nothing is in the outbox: its people were told nothing, and the
    /// next run plans them again. Recorded in the ledger; the job's number is not used again.
    Abandon {
        /// Who gives it up: name or function.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why, in one line without names of people.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `breachpost ledger`.
#[derive(Clone, Debug, Subcommand)]
pub enum LedgerCommand {
    /// Make a new ledger and the campaign's key. Once per campaign.
    Init,
    /// Recompute the audit chain, replay it against the tables, compare it with what was published.
    Check {
        /// A head that somebody kept, from a summary mail, a report or a `job.json`: it must be in the history. May be given
        /// more than once.
        #[arg(long, value_name = "HEAD")]
        anchor: Vec<String>,
    },
    /// Tell the history in words, one line an event, oldest first.
    Log,
    /// Make the sealed backup that each run makes, and hand it over; needs `[backup]` in the configuration.
    Backup,
    /// Put a backup in the place of a ledger that is lost or damaged, and repeat what came after it. Refused where somebody could
    /// be told twice; nothing is touched then.
    Restore {
        /// A sealed backup (`*.backup.age`), or a copy of the ledger from `backups/`.
        file: Utf8PathBuf,
        /// The operator's secret key (age identity), for a sealed backup.
        #[arg(long, value_name = "FILE")]
        identity: Option<Utf8PathBuf>,
        /// A head that somebody kept, best from the newest summary mail: the ledger must know it. May be given more than once.
        #[arg(long, value_name = "HEAD")]
        anchor: Vec<String>,
    },
}

/// `breachpost review`.
#[derive(Clone, Debug, Subcommand)]
pub enum ReviewCommand {
    /// Write the decisions of a file into the ledger: the `review.csv` of a run with `same`, `different` or `undecided`
    /// (takes back) in its column `decision`. All of the file, or nothing. Says what the decisions will do, then asks.
    Apply {
        /// Decisions file.
        file: Utf8PathBuf,
        /// Do not ask, also where people who were told already get a second first letter.
        #[arg(long)]
        yes: bool,
        /// Who decided; the user who starts the program if not given.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Show who has decided, when, and how much.
    List,
}

/// `breachpost texts`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum TextsCommand {
    /// Check the letter texts.
    Check,
}
