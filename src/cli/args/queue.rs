//! The commands about cases that wait for a human, and about one person.

use camino::Utf8PathBuf;
use clap::Subcommand;
use jiff::civil::Date;

use crate::field::judgement::CaseAnswer;
use crate::field::reason::Reason;
use crate::tools::queue::CallKind;

/// `breachpost review`.
#[derive(Clone, Debug, Subcommand)]
pub enum ReviewCommand {
    /// Record the decisions in a file: the `review.csv` of a run with `same`, `different` or
    /// `undecided` (takes a decision back) in its column `decision`. Applies the whole file or
    /// nothing. Shows what the decisions will do, then asks.
    Apply {
        /// Decisions file.
        file: Utf8PathBuf,
        /// Do not ask for confirmation, even if people who were already told get a second first
        /// letter.
        #[arg(long)]
        yes: bool,
        /// Who decided [default: the user who starts the program].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Show who made how many decisions, and when; with `--open` the cases of the last run that
    /// wait for one.
    List {
        /// Show what waits.
        #[arg(long)]
        open: bool,
    },
    /// Show a case with its rows as they were delivered, values included, where they differ, and what
    /// can be answered: also the rows for `decide CASE same --row FILE:ROW`, where several could be
    /// the person.
    Show {
        /// Its number in the last run (`review list --open`).
        case: u32,
    },
    /// Decide a case with one of the answers that `review show` names. The cells of `corrected`
    /// follow on standard input, as `field = value`.
    Decide {
        /// Its number in the last run (`review list --open`).
        case: u32,
        /// What is so.
        decision: String,
        /// Decide about this row of the case alone; with `same`, where several could be the person,
        /// the one that is.
        #[arg(long, value_name = "FILE:ROW")]
        row: Option<String>,
        /// Who decided [default: the user who starts the program].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Why; kept in the ledger. No names of people.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Where a correction is known from. No names of people.
        #[arg(long, value_name = "TEXT")]
        source: Option<String>,
        /// The run whose case was shown: refused where there is a newer one, which counts anew.
        #[arg(long, value_name = "RUN")]
        run: Option<String>,
        /// Do not ask for confirmation, even if people who were already told get a second first
        /// letter.
        #[arg(long)]
        yes: bool,
    },
    #[command(flatten)]
    Queue(QueueCommand),
}

/// More of `breachpost review`.
#[derive(Clone, Debug, Subcommand)]
pub enum QueueCommand {
    /// Decide many cases alike, as they are now: `all D207 of this provider: parents`. Shows how many
    /// that are; `--yes` decides them. More than 50 take two approvers, who sign the text that is
    /// shown.
    Rule(RuleArgs),
    /// Take back what an event decided (`ledger log` has their numbers): a rule, or one case.
    Undo {
        /// Number of the event.
        event: u64,
        /// Who takes it back [default: the user who starts the program].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Write the open cases as a table for a spreadsheet, with the values of their rows. Only where
    /// `[review] values = true`. `review apply` takes it back.
    Export {
        /// File to write; never overwrites anything.
        file: Utf8PathBuf,
    },
}

/// `breachpost review rule`.
#[derive(Clone, Debug, clap::Args)]
pub struct RuleArgs {
    /// What is so of all of them: parents, young_person, or held.
    #[arg(value_parser = answer)]
    pub answer: CaseAnswer,
    /// Held for this reason [default: who would get a letter].
    #[arg(long, value_name = "CODE", value_parser = reason)]
    pub code: Option<Reason>,
    /// With a record of this provider.
    #[arg(long, value_name = "AGB")]
    pub provider: Option<String>,
    /// Written to at an address that only the lab has.
    #[arg(long)]
    pub lab_only: bool,
    /// Whose newest sample is older than this day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub sampled_before: Option<Date>,
    /// Who decides [default: the user who starts the program].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why; kept in the ledger. No names of people.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Signature of the text by an approver. Given twice or more.
    #[arg(long, value_name = "FILE")]
    pub signed: Vec<Utf8PathBuf>,
    /// Decide them; without it they are only counted.
    #[arg(long)]
    pub yes: bool,
}

/// `breachpost person`. Whom it is about is typed, or comes on standard input: lines of
/// `reference = ...`, `bsn = ...`, or `surname = ...` and `birth_date = YYYY-MM-DD`.
#[derive(Clone, Debug, Subcommand)]
pub enum PersonCommand {
    /// Written to or not, when, and what happens next; nothing about health.
    Show,
    /// Everything that is held about one person, as JSON: for the person who asks for it.
    Export {
        /// File to write, readable for you alone [default: standard output]. Never overwrites
        /// anything.
        #[arg(long, value_name = "FILE")]
        out: Option<Utf8PathBuf>,
    },
    /// Write down what somebody told us: it holds from now on. A new address follows on standard
    /// input, as `street = ...` and so on.
    Call {
        /// objection, death, or new-address.
        #[arg(value_parser = call)]
        what: CallKind,
        /// Who called, without names: `the person`, `their partner`.
        #[arg(long, value_name = "TEXT")]
        source: String,
        /// It takes back what was told before.
        #[arg(long)]
        takes_back: bool,
        /// Who writes it down [default: the user who starts the program].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Why it is believed; kept in the ledger. No names of people.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `breachpost letter CASE --release`.
#[derive(Clone, Debug, clap::Args)]
pub struct ReleaseArgs {
    /// The letter of a case whose address is protected (its number in `review list --open`), to be
    /// handed over by hand. Two approvers have to sign; without `--signed` the text that they sign
    /// is printed.
    #[arg(long, requires_all = ["channel", "reason"])]
    pub release: bool,
    /// How it is handed over, without names or addresses.
    #[arg(long, value_name = "TEXT", requires = "release")]
    pub channel: Option<String>,
    /// Who orders it [default: the user who starts the program].
    #[arg(long, value_name = "NAME", requires = "release")]
    pub by: Option<String>,
    /// Why; kept in the ledger. No names of people.
    #[arg(long, value_name = "TEXT", requires = "release")]
    pub reason: Option<String>,
    /// Signature of the text by an approver. Given twice or more.
    #[arg(long, value_name = "FILE", requires = "release")]
    pub signed: Vec<Utf8PathBuf>,
}

fn answer(word: &str) -> Result<CaseAnswer, String> {
    CaseAnswer::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = CaseAnswer::ALL.iter().map(|answer| answer.word()).collect();
        format!("one of {}", words.join(", "))
    })
}

fn reason(code: &str) -> Result<Reason, String> {
    let found = Reason::ALL.iter().find(|reason| reason.code() == code);
    found.copied().ok_or_else(|| "no such code; docs/policy.md has them all".to_owned())
}

fn call(word: &str) -> Result<CallKind, String> {
    match word {
        "objection" => Ok(CallKind::Objection),
        "death" => Ok(CallKind::Death),
        "new-address" => Ok(CallKind::NewAddress),
        _ => Err("one of objection, death, new-address".to_owned()),
    }
}
