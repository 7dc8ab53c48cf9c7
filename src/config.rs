//! `breachpost.toml`: everything that can be set, with its default. Unknown keys are errors with
//! their line.

mod approval;
mod backup;
pub mod check;
mod damage;
mod desk;
mod inputs;
pub mod keys;
pub mod mapping;
mod providers;
mod receipts;
pub mod telling;
mod texts;
mod transfer;
mod waves;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::base::{FileError, durable};
use crate::field::mode::Mode;
use crate::field::placeholder;

pub use approval::{ApprovalSettings, Approver, StandingTerms};
pub use backup::Backup;
pub use damage::DamageLimits;
pub use desk::{DeskSettings, DeskTls};
pub use inputs::{InputFormat, Inputs, TextEncoding};
pub use providers::{ProfessionalSettings, ProvidersFirst};
pub use receipts::ReceiptSettings;
pub use telling::{MetricsSettings, ReviewSettings};
pub use texts::TextSettings;
pub use transfer::TransferSettings;
pub use waves::{Forecast, SMALLEST_WAVE, WaveSettings};

/// The longest configuration, facts or parameters file that is read, in bytes.
pub const LONGEST_FILE: u64 = 1 << 20;

/// The whole configuration, paths resolved against the folder of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// One incident; the ledger key is (person, campaign, kind, sequence). `[a-z0-9-]`, at most 40
    /// characters.
    pub campaign: String,
    /// A rehearsal: invented people alone, with BSNs of the test range, and all output marked.
    /// `ledger init` makes a ledger for rehearsals or for real letters, for good.
    #[serde(default)]
    pub synthetic: bool,
    /// Folder with the input files.
    pub inbox: Utf8PathBuf,
    /// Folder for everything the program writes.
    pub data_dir: Utf8PathBuf,
    /// `facts.toml`.
    pub facts: Utf8PathBuf,
    /// One more anchor, a file outside `data_dir`, on a different disk or share: each change writes
    /// the ledger's head there, and a ledger that does not know what it says is refused as an older
    /// copy. Absent = none.
    #[serde(default)]
    pub anchor_file: Option<Utf8PathBuf>,
    /// How the files of each list are written.
    #[serde(default)]
    pub inputs: Inputs,
    /// How much of a list may be unreadable.
    #[serde(default)]
    pub damage: DamageLimits,
    /// Where the texts of the letters are; absent = the built-in ones.
    #[serde(default)]
    pub texts: Option<TextSettings>,
    /// Who is the same person.
    #[serde(default)]
    pub link: LinkRules,
    /// Who gets which letter.
    #[serde(default)]
    pub policy: Policy,
    /// Paper, files and window.
    #[serde(default)]
    pub print: Print,
    /// Who prints.
    pub vendor: Vendor,
    /// Summary mail; absent = no mail is sent and the report says so.
    pub mail: Option<Mail>,
    /// Sealed backups; absent = none are made.
    pub backup: Option<Backup>,
    /// The file that was read.
    #[serde(skip)]
    pub file: Utf8PathBuf,
    /// Tables that are marked `placeholder = true`: a real run refuses them.
    #[serde(skip)]
    pub placeholders: Vec<String>,
    /// Figures of each run for Prometheus; absent = none are written.
    pub metrics: Option<MetricsSettings>,
    /// How long rows may wait for a human.
    #[serde(default)]
    pub review: ReviewSettings,
    /// What the vendor sends back.
    #[serde(default)]
    pub receipts: ReceiptSettings,
    /// The vendor's SFTP server; absent = the vendor fetches from the outbox.
    pub transfer: Option<TransferSettings>,
    /// Whose signatures count where two people are needed.
    #[serde(default)]
    pub approval: ApprovalSettings,
    /// First letters in waves; absent = everybody who can be told is told tonight.
    pub waves: Option<WaveSettings>,
    /// Providers are told before their patients are; absent = nobody waits for a provider.
    pub providers_first: Option<ProvidersFirst>,
    /// Professionals are told of their own data; absent = there is no such list.
    pub professionals: Option<ProfessionalSettings>,
    /// Where people reach the desk.
    #[serde(default)]
    pub desk: DeskSettings,
}

/// `[link]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkRules {
    /// `default` errs to two letters; `strict` joins nothing without BSN or full given name.
    pub profile: LinkProfile,
    /// A person of more exposure rows than this goes to review.
    pub max_cluster_rows: usize,
    /// What the score has learned, as `breachpost link-train` writes it; absent = what the program
    /// carries.
    pub parameters: Option<Utf8PathBuf>,
}

impl Default for LinkRules {
    fn default() -> Self {
        Self { profile: LinkProfile::Default, max_cluster_rows: 60, parameters: None }
    }
}

/// How careful linking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkProfile {
    /// Errs to two letters.
    Default,
    /// Joins nothing without BSN or full given name on both sides.
    Strict,
}

/// `[policy]`: the settings behind the decision table (docs/policy.md).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Days that must lie between two letters to one person.
    pub min_days_between: i64,
    /// 12 to 15 years: hold, or write to the young person.
    pub minors_12_15: Hold,
    /// An address that only the lab has: write, or hold.
    pub address_from_lab: Hold,
    /// One letter for all categories, or one per sender.
    pub multi_category: MultiCategory,
    /// A telephone number in facts.toml checked longer ago than this blocks the run.
    pub facts_max_age_days: i64,
    /// More new letters than this in one run need `--accept-volume`.
    pub max_letters_per_run: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_days_between: 14,
            minors_12_15: Hold::Hold,
            address_from_lab: Hold::Write,
            multi_category: MultiCategory::OneLetter,
            facts_max_age_days: 30,
            max_letters_per_run: 25_000,
        }
    }
}

/// Write anyway, or hold for a human.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// Write.
    Write,
    /// Hold.
    Hold,
}

/// People in several categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MultiCategory {
    /// One sender for all categories, one letter.
    OneLetter,
    /// One letter per sender profile, each naming only its own categories.
    PerSender,
}

/// `[print]`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Print {
    /// Letters in one print file.
    pub letters_per_file: u32,
    /// Letters in one part (zip); at most 25,000.
    pub letters_per_part: u32,
    /// Two-sided: every letter starts on a fresh sheet.
    pub duplex: bool,
    /// Sheet code: our own Data Matrix, or the zone left free.
    pub sheet_mark: SheetMark,
    /// Whether each page of a print file says where the sheet is trimmed: at its edges.
    pub trim_box: bool,
    /// Whether a print file has a title: its own name without extension, which tells nothing.
    pub title: bool,
    /// The printing condition that a print file names; absent = none.
    pub output_intent: Option<OutputIntent>,
    /// Envelope and window.
    pub window: Window,
}

impl Default for Print {
    fn default() -> Self {
        Self {
            letters_per_file: 2_500,
            letters_per_part: 25_000,
            duplex: true,
            sheet_mark: SheetMark::Own,
            trim_box: false,
            title: false,
            output_intent: None,
            window: Window::default(),
        }
    }
}

/// Who prints the code by which the inserter checks a sheet (docs/print.md, "Sheet mark").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SheetMark {
    /// One Data Matrix per sheet.
    Own,
    /// The vendor prints its own code; the zone stays empty.
    Reserve,
}

/// A printing condition by its name in the registry of the International Color Consortium. Letters
/// are pure black: naming one changes no ink, it lets a vendor's preflight pass that asks for a
/// name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum OutputIntent {
    /// Coated paper, ISO 12647-2:2004.
    #[serde(rename = "FOGRA39")]
    Fogra39,
    /// Uncoated white paper, ISO 12647-2:2004.
    #[serde(rename = "FOGRA47")]
    Fogra47,
    /// Coated paper, ISO 12647-2:2013.
    #[serde(rename = "FOGRA51")]
    Fogra51,
    /// Uncoated paper, ISO 12647-2:2013.
    #[serde(rename = "FOGRA52")]
    Fogra52,
}

impl OutputIntent {
    /// As the registry spells it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fogra39 => "FOGRA39",
            Self::Fogra47 => "FOGRA47",
            Self::Fogra51 => "FOGRA51",
            Self::Fogra52 => "FOGRA52",
        }
    }
}

/// Envelope, window and fold, in millimetres. Default: DL 110 x 220, window 90 x 45, 20 from the
/// left and 15 from the bottom (DIN 680), A4 folded to 105 (docs/print.md).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Window {
    /// Envelope width.
    pub envelope_width: f64,
    /// Envelope height.
    pub envelope_height: f64,
    /// Left edge of the window from the left edge of the envelope.
    pub left: f64,
    /// Bottom edge of the window from the bottom edge of the envelope.
    pub bottom: f64,
    /// Window width.
    pub width: f64,
    /// Window height.
    pub height: f64,
    /// Height of the folded sheet.
    pub fold: f64,
    /// Safety margin.
    pub margin: f64,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            envelope_width: 220.0,
            envelope_height: 110.0,
            left: 20.0,
            bottom: 15.0,
            width: 90.0,
            height: 45.0,
            fold: 105.0,
            margin: 2.0,
        }
    }
}

/// `[vendor]`: who prints, and what the job ticket says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// age public keys (`age1...`), or files with an OpenPGP public key each (`vendor.asc`); every
    /// part is encrypted to all of them. A run needs one.
    pub recipients: Vec<String>,
    /// Contact desk for questions about a package.
    pub contact: String,
    /// Service code agreed with the vendor.
    #[serde(default = "defaults::service")]
    pub service: String,
    /// What happens to undeliverable mail: `none`, `digital`, `physical`.
    #[serde(default = "defaults::return_option")]
    pub return_option: String,
    /// Days from the run date to the earliest and the latest posting date.
    #[serde(default = "defaults::posting_days")]
    pub posting_days: [i64; 2],
    /// Days after which the vendor destroys the package.
    #[serde(default = "defaults::retention_days")]
    pub retention_days: i64,
}

mod defaults {
    pub fn service() -> String {
        "STD".to_owned()
    }
    pub fn return_option() -> String {
        "digital".to_owned()
    }
    pub const fn posting_days() -> [i64; 2] {
        [1, 3]
    }
    pub const fn retention_days() -> i64 {
        90
    }
}

/// `[mail]`: the summary mail after a run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Server name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub security: MailSecurity,
    /// Sender address.
    pub from: String,
    /// Recipients of what is said of runs; nobody else hears of those.
    pub to: Vec<String>,
    /// User name for the server.
    pub user: Option<String>,
    /// File with the password, mode 0400 or 0600.
    pub password_file: Option<Utf8PathBuf>,
    /// PEM file with the authority that signed the server's certificate; absent = those of the
    /// system.
    pub ca_file: Option<Utf8PathBuf>,
    /// Name by which the server is greeted (EHLO); absent = the machine's, if it is a full one,
    /// else `[127.0.0.1]`.
    pub helo: Option<String>,
    /// Seconds for the whole talk with the server, whatever it answers; 1 to 600.
    #[serde(default = "Mail::default_timeout")]
    pub timeout_seconds: u64,
}

impl Mail {
    const fn default_timeout() -> u64 {
        30
    }
}

/// Protection of the mail connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Plain connection that must be upgraded before anything is sent.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// No protection; only to a loopback address.
    Plain,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not valid: syntax, unknown key, wrong type. The source names line and column.
    #[error("configuration `{path}` is not valid")]
    Parse { path: Utf8PathBuf, source: Box<toml::de::Error> },
    /// It is not valid, and has a secret key in it: whoever has read the file has that.
    #[error(
        "`{path}` holds a SECRET key: it is exposed to everybody who can read the configuration"
    )]
    Secret { path: Utf8PathBuf },
    /// A value is out of range.
    #[error("configuration `{path}`: `{key}` {problem}")]
    Value { path: Utf8PathBuf, key: &'static str, problem: String },
    /// A value that is only for rehearsals is in the configuration of a real campaign.
    #[error("configuration `{path}`: `{key}` {problem}, and this is not a rehearsal")]
    Rehearsal { path: Utf8PathBuf, key: String, problem: &'static str },
    /// A column or word of `[inputs]` is none of the contract's.
    #[error("configuration `{path}`: `{key}` {problem}")]
    Mapping {
        path: Utf8PathBuf,
        key: String,
        /// What is wrong with it, and what it may be.
        problem: String,
    },
}

impl Config {
    /// Reads and checks `path`; relative paths in it start at its folder.
    ///
    /// # Errors
    /// [`ConfigError`] when the file cannot be read, is not valid, or holds a value out of range.
    pub fn load(path: &Utf8Path) -> Result<Self, ConfigError> {
        let text = durable::read_text(path, LONGEST_FILE)
            .map_err(FileError::at("read configuration", path))?;
        let unmarked = placeholder::take(&text);
        let mut config: Self = toml::from_str(&unmarked.text).map_err(|source| {
            let path = path.to_owned();
            // What is not valid is shown, and this must not be.
            if keys::has_secret(&text) {
                return ConfigError::Secret { path };
            }
            ConfigError::Parse { path, source: Box::new(source) }
        })?;
        let wrong = |(key, problem)| ConfigError::Value { path: path.to_owned(), key, problem };
        check::check(&config).map_err(wrong)?;

        let unmapped =
            |(key, problem)| ConfigError::Mapping { path: path.to_owned(), key, problem };
        mapping::check(&config.inputs).map_err(unmapped)?;

        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        let resolve = |path: &mut Utf8PathBuf| *path = folder.join(&*path);
        resolve(&mut config.inbox);
        resolve(&mut config.data_dir);
        resolve(&mut config.facts);
        config.texts.iter_mut().map(|texts| &mut texts.folder).for_each(resolve);
        config.link.parameters.iter_mut().for_each(resolve);
        keys::take_in(&mut config.vendor.recipients, folder, path)?;
        config.anchor_file.iter_mut().for_each(resolve);
        config.receipts.folder.iter_mut().for_each(resolve);
        if let Some(tls) = &mut config.desk.tls {
            resolve(&mut tls.certificate);
            resolve(&mut tls.key);
        }
        config.transfer.iter_mut().flat_map(TransferSettings::files).for_each(resolve);

        if let Some(mail) = &mut config.mail {
            mail.password_file.iter_mut().for_each(resolve);
            mail.ca_file.iter_mut().for_each(resolve);
        }

        if let Some(metrics) = &mut config.metrics {
            resolve(&mut metrics.file);
        }

        if config.anchor_file.as_ref().is_some_and(|anchor| anchor.starts_with(&config.data_dir)) {
            return Err(wrong(("anchor_file", "must be outside of `data_dir`".to_owned())));
        }

        (config.file, config.placeholders) = (path.to_owned(), unmarked.placeholders);
        Ok(config)
    }

    /// Whether letters leave only when people have approved them.
    #[must_use]
    pub fn needs_approval(&self) -> bool {
        self.approval.required.unwrap_or(!self.synthetic)
    }

    /// What letters of this configuration are for.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        Mode::of_synthetic(self.synthetic)
    }
}
