//! What can be asked.

mod again;
mod approval;
mod provider;
mod queue;

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand};
use jiff::civil::Date;

use crate::desk::users::Role;
use crate::field::contract;
use crate::field::piece::PieceState;
use crate::field::row::List;

pub use again::{ReissueArgs, ReprintArgs, StopArgs, TransferArgs};
pub use approval::{ApprovalCommand, ApproveArgs};
pub use provider::ProviderArgs;
pub use queue::{PersonCommand, QueueCommand, ReleaseArgs, ReviewCommand, RuleArgs};

/// Writes one letter to each person whose data were stolen: never twice, never to the wrong person.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, after_help = EXIT_CODES)]
pub struct Args {
    /// Configuration file.
    #[arg(long, global = true, value_name = "FILE", default_value = "breachpost.toml")]
    pub config: Utf8PathBuf,
    /// Read the input files from this folder instead of the configured one.
    #[arg(long, global = true, value_name = "DIR")]
    pub inbox: Option<Utf8PathBuf>,
    /// Keep the ledger, keys, outbox and papers in this folder instead of the configured one.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<Utf8PathBuf>,
    /// Date of the run and of its letters [default: today].
    #[arg(long, global = true, value_name = "YYYY-MM-DD")]
    pub date: Option<Date>,
    /// Answer in JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more to standard error; repeat for debug output.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Process id of the program that watches over this run; 0 = none.
    #[arg(long, global = true, hide = true, value_name = "PID")]
    pub watched_by: Option<u32>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all in order, nothing new for a human; 1 done, but rows are newly or too long set \
aside for a human, or the job waits for approval; 2 usage or configuration; 3 stopped, nothing left the building; 4 stopped after part was published: run \
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
    /// Make the folder of a campaign: configuration, facts, texts, an empty inbox, and a page that
    /// says what to do next. Never overwrites anything.
    New {
        /// New or empty; its name becomes the campaign's.
        #[arg(value_name = "DIR")]
        folder: Utf8PathBuf,
    },
    /// Run the nightly batch: read, link, decide, set the letters, publish the package, record it.
    Run {
        /// Continue even though this file, which an earlier run read, is missing or has rows that
        /// are gone or different. The reason is recorded. May be given more than once.
        #[arg(long, value_name = "FILE=REASON", value_parser = file_and_reason)]
        accept: Vec<(String, String)>,
        /// Continue even though input files from an earlier run are missing or have changed; the
        /// reason is recorded for each of them.
        #[arg(long, value_name = "REASON")]
        accept_inputs: Option<String>,
        /// Continue even though there are more new letters than the policy permits in one run.
        #[arg(long)]
        accept_volume: bool,
        /// First put the package of this published job back into the outbox, byte for byte.
        #[arg(long, value_name = "JOB")]
        republish: Option<String>,
    },
    /// Show how the last runs ended, whether a night was missed, and where the letters are.
    Status {
        /// Also name the letters in this state: planned, handed_over, accepted, printed, inserted,
        /// posted, returned, spoilt, stopped, destroyed or unproven.
        #[arg(long, value_name = "STATE", value_parser = state)]
        state: Option<PieceState>,
        /// Exit with 1 if no run has ended for this long, for example `26h`.
        #[arg(long, value_name = "DURATION")]
        max_age: Option<jiff::SignedDuration>,
    },
    /// Plan tonight's job and stop, so that many machines can set its parts with `render`; `run`
    /// then finishes it.
    #[command(args_conflicts_with_subcommands = true)]
    Plan {
        /// What to do with an existing plan.
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
    /// Set the print files of one part of a planned job. Needs the staging folder but no ledger; a
    /// part that is already set is left alone.
    Render {
        /// Number of the part, counted from 1 [default: JOB_COMPLETION_INDEX from the environment,
        /// plus 1].
        #[arg(long, value_name = "N")]
        part: Option<u32>,
        /// Name of the job, if more than one is planned.
        #[arg(long, value_name = "JOB")]
        job: Option<String>,
    },
    /// Dry run: do everything except publish and record.
    Check {
        /// Dress rehearsal: make the whole package in this folder, which must be empty or new.
        /// Every page, the job ticket and the file names are marked as a rehearsal; it is sealed to
        /// a key of yours and not recorded anywhere.
        #[arg(long, value_name = "DIR")]
        package: Option<Utf8PathBuf>,
        /// Your age public key (`age1...`) for that package; if not given, a key is created and
        /// written beside it.
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
        /// Show what today's decisions change, and nothing else.
        #[arg(long, conflicts_with = "package")]
        decisions: bool,
    },
    /// Set every letter variant with invented people, and show them side by side on one page. What
    /// has not changed since the last time is not set again.
    Preview {
        /// Folder for the pictures and the page.
        #[arg(long, value_name = "DIR", default_value = "preview")]
        out: Utf8PathBuf,
        /// Show only what is different with these earlier texts: a folder of texts, the folder of a
        /// campaign, or the hash of texts that letters were sent with.
        #[arg(long, value_name = "DIR|HASH")]
        changed_since: Option<String>,
    },
    /// Set one letter again as an accessible copy (PDF/A-2a, PDF/UA-1).
    Letter {
        /// Letter id, 26 characters; with `--release` the number of a case.
        id: String,
        /// File to write [default: `<id>.pdf` in the current folder].
        #[arg(long, value_name = "FILE")]
        out: Option<Utf8PathBuf>,
        #[command(flatten)]
        release: ReleaseArgs,
    },
    /// Show the figures for the regulator: told, waiting, unreachable, corrected, by day and by
    /// group. Small numbers are hidden.
    Figures,
    /// Explain which rows, rules, texts and addresses made a letter, or why a row got none and what
    /// would change that; or why two rows are, or are not, one person.
    Explain {
        /// Letter id or reference, ignoring capitals and blanks; or a row, as `FILE:ROW` or by its
        /// record id.
        id: String,
        /// A second row.
        other: Option<String>,
    },
    /// Look at the lists of the inbox before they count: columns, cells, rows, and what changed.
    /// Writes nothing.
    ///
    /// Exit code 0: in order; 1: there is something for a human to look at, including a list that
    /// would stop a run.
    Inbox {
        /// Compare with this file from an earlier delivery instead of with what the last run read.
        /// May be given more than once.
        #[arg(long, value_name = "FILE")]
        previous: Vec<Utf8PathBuf>,
    },
    /// Show what the lists may contain: every column, whether it is needed, its form, allowed
    /// words, an example.
    Contract {
        /// Only this list: exposures, participants, register, providers, suppressions or
        /// professionals.
        #[arg(value_name = "LIST", value_parser = list)]
        list: Option<List>,
        /// All lists, in the form of docs/inputs.md.
        #[arg(long, conflicts_with = "list")]
        markdown: bool,
    },
    /// Decide who is who, where linking could not.
    #[command(subcommand)]
    Review(ReviewCommand),
    /// One person who calls: how it stands, what they tell us, what is held about them.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Learn linking parameters from the inbox, using the BSN to tell which rows are one person.
    LinkTrain {
        /// File to write; `[link] parameters` names it in the configuration.
        #[arg(long, value_name = "FILE", default_value = "link-parameters.toml")]
        out: Utf8PathBuf,
        /// Seed: the same seed and rows give the same file.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// Version to show in the report of every run [default: `trained-S`].
        #[arg(long, value_name = "VERSION")]
        name: Option<String>,
    },
    /// Open a package, recount it and read it back.
    Verify {
        /// Folder of the job in the outbox, or a single part.
        package: Utf8PathBuf,
        /// age identity (private key) file of the recipient.
        #[arg(long, value_name = "FILE")]
        identity: Option<Utf8PathBuf>,
        /// Public line of the key that must have signed the package: `keys/package-signing.pub` of
        /// the ledger.
        #[arg(long, value_name = "FILE")]
        signer: Option<Utf8PathBuf>,
        /// Hold every part against the ledger of the configured campaign: it is byte for byte what was
        /// published. Nothing less proves a copy that somebody else could have altered.
        #[arg(long)]
        published: bool,
    },
    /// Hand over by SFTP what is in the outbox and has not arrived yet, as `[transfer]` says. What is
    /// cut off goes on when it is started again; nothing is sent twice.
    ///
    /// Exit code 0: all handed over; 1: of a job in the outbox only a human knows whether the vendor
    /// has it; 3: stopped, nothing was handed over; 4: stopped after files were.
    Transfer(TransferArgs),
    /// Take what the vendor sends back: `<job>.ack.json`, `<job>.production.csv`,
    /// `<job>.returns.csv`, `<job>.stopped.json`. Each file is taken whole or not at all; one that
    /// was taken before changes nothing.
    ///
    /// Exit code 0: taken; 1: taken, and something in it cannot be right; 3: a file was refused.
    Receipts {
        /// Files [default: all receipts in the folders that `[receipts] folder` and
        /// `server_folder` name].
        #[arg(value_name = "FILE")]
        files: Vec<Utf8PathBuf>,
    },
    /// Simulate a print vendor, for tests and rehearsals: open a package with `age` and `unzip`,
    /// and write what a vendor would send back, mistakes included. Or check a vendor's own files.
    VendorSim {
        /// Folder of the job in the outbox.
        #[arg(required_unless_present = "check", requires_all = ["identity", "out"])]
        package: Option<Utf8PathBuf>,
        /// age identity (private key) file of the vendor.
        #[arg(long, value_name = "FILE")]
        identity: Option<Utf8PathBuf>,
        /// Folder to write to.
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
        /// Seed: the same seed does the same.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// The vendor has heard of a stop of the whole job, as late as the seed has it.
        #[arg(long)]
        stopped: bool,
        /// Instead, check that these files are as agreed, as `receipts` would read them. Needs
        /// neither ledger nor package.
        #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["package", "identity", "out", "stopped"])]
        check: Vec<Utf8PathBuf>,
    },
    /// Stop letters: what has not left does not leave, and for what has left a signed order to the
    /// vendor is put into the outbox. Without a scope: show what is stopped.
    Stop(StopArgs),
    /// Print spoilt letters once more: the same pages under the same id, in a job of their own. A few
    /// of a job each night prints by itself.
    Reprint(ReprintArgs),
    /// Have letters written anew by the next run: a new letter in the place of an earlier one, with its
    /// reason in the first line. Where address or words change, two approvers sign; without
    /// `--signed` the text that they sign is printed.
    Reissue(ReissueArgs),
    /// What the help desk may say of a care provider: whether it is affected, how many of its
    /// patients, how far its notice is, who waits. Or note what it says; where that changes who is
    /// named or written to, two approvers sign: without `--signed` the text that they sign is
    /// printed.
    Provider(ProviderArgs),
    /// Hand the notices to care providers that go by mail to the mail server. Where letters need
    /// approval two approvers sign: without `--signed` the text that they sign is printed.
    ProviderMail {
        /// Signature of the text by an approver. Given twice or more.
        #[arg(long, value_name = "FILE")]
        signed: Vec<Utf8PathBuf>,
    },
    /// Say of the letters that wait that they may be printed; or that they may not, that an
    /// approval no longer holds, or that an edit is yours. Kept in the ledger.
    Approve(ApproveArgs),
    /// Look at what has to be approved, or prove who approved what.
    #[command(subcommand)]
    Approval(ApprovalCommand),
    /// Write the letters that have to be looked at before the job is approved, as they will be
    /// printed, with a page that says what each is there for. They hold personal data.
    Proofs {
        /// Folder; made if it is not there.
        #[arg(long, value_name = "DIR")]
        out: Utf8PathBuf,
    },
    /// Create, check, back up or restore the ledger.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Close the campaign: no run writes to anyone after this. Shows what that means, then asks.
    Close {
        /// Do not ask for confirmation.
        #[arg(long)]
        yes: bool,
    },
    /// Destroy everything about people in a closed campaign. Totals, hashes, history and a
    /// certificate are kept. Shows what will be deleted, then asks. If it is interrupted, start it
    /// again and it continues.
    Purge {
        /// Who approved it (name or function), for the certificate.
        #[arg(long, value_name = "NAME")]
        approved_by: String,
        /// Do not ask for confirmation.
        #[arg(long)]
        yes: bool,
    },
    /// Open the desk: a page in the browser for those who write the letters. It runs until it is
    /// stopped (Ctrl-C), also while a night is at work.
    Desk {
        /// A loopback address with its port, or `unix:` and the path of a socket [default: `[desk]
        /// listen` of the configuration].
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
    },
    /// Say who may use the desk.
    #[command(subcommand)]
    User(UserCommand),
    /// Check the letter texts: both languages, readability, forbidden words.
    #[command(subcommand)]
    Texts(TextsCommand),
    /// Write an invented inbox of any size, with the truth beside it.
    Sample {
        /// Number of people.
        #[arg(long, value_name = "N")]
        people: u32,
        /// Number of care providers [default: two per thousand people].
        #[arg(long, value_name = "N")]
        providers: Option<u32>,
        /// Number of professionals, in a list of their own.
        #[arg(long, value_name = "N", default_value_t = 0)]
        professionals: u32,
        /// Seed: the same seed gives the same files.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// Folder to write to; must be empty or new.
        #[arg(long, value_name = "DIR")]
        out: Utf8PathBuf,
    },
}

/// A state of a piece by its word.
fn state(word: &str) -> Result<PieceState, String> {
    word.parse().map_err(|()| {
        let words: Vec<&str> = PieceState::ALL.iter().map(|state| state.word()).collect();
        format!("the states are {}", words.join(", "))
    })
}

/// A list by its word.
fn list(word: &str) -> Result<List, String> {
    let known = contract::LISTS.into_iter().find(|list| contract::name(*list) == word);
    known.ok_or_else(|| format!("the lists are {}", contract::LISTS.map(contract::name).join(", ")))
}

/// `FILE=REASON`.
fn file_and_reason(text: &str) -> Result<(String, String), String> {
    let (file, reason) =
        text.split_once('=').ok_or("write FILE=REASON: the file's name, and why it is accepted")?;
    Ok((file.trim().to_owned(), reason.trim().to_owned()))
}

/// `breachpost plan`.
#[derive(Clone, Debug, Subcommand)]
pub enum PlanCommand {
    /// Give up a planned or sealed job of which nothing is in the outbox. Nobody in it was told
    /// anything, and the next run plans these people again. Recorded in the ledger; the job number
    /// is not used again.
    Abandon {
        /// Who gives it up (name or function).
        #[arg(long, value_name = "NAME")]
        by: String,
        /// The reason, in one line without names of people.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `breachpost ledger`.
#[derive(Clone, Debug, Subcommand)]
pub enum LedgerCommand {
    /// Create a new ledger and the campaign's key. Once per campaign.
    Init,
    /// Recompute the chain of events, replay it against the tables, and compare it with what was
    /// published.
    Check {
        /// A ledger head that you kept, from a summary mail, a report or a `job.json`: it must be
        /// in the history. May be given more than once.
        #[arg(long, value_name = "HEAD")]
        anchor: Vec<String>,
    },
    /// Show the history in words, one line per event, oldest first.
    Log,
    /// Make the same sealed backup as each run, and hand it over. Needs `[backup]` in the
    /// configuration.
    Backup,
    /// Replace a lost or damaged ledger with a backup, and repeat what came after it. Refused,
    /// without touching anything, if somebody could be told twice.
    Restore {
        /// A sealed backup (`*.backup.age`), or a copy of the ledger from `backups/`.
        file: Utf8PathBuf,
        /// The operator's secret key (age identity), for a sealed backup.
        #[arg(long, value_name = "FILE")]
        identity: Option<Utf8PathBuf>,
        /// A ledger head that you kept, preferably from the newest summary mail: the ledger must
        /// contain it. May be given more than once.
        #[arg(long, value_name = "HEAD")]
        anchor: Vec<String>,
    },
}

/// `breachpost user`.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Add somebody. Asks for the password, or reads it as a line of standard input.
    Add {
        /// The name by which they log in and are shown.
        name: String,
        /// What they do: writers and communications change texts, everybody looks and comments.
        #[arg(long)]
        role: Role,
    },
}

/// `breachpost texts`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum TextsCommand {
    /// Check the letter texts.
    Check,
}
