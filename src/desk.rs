//! The desk: the people who write the letters edit texts, look at letters and talk about both, in a
//! browser. Nothing here reads a list: everybody on these pages is invented.
//!
//! [`web`] speaks HTTP; `pages` says what is on each page; the rest is what they are made from. A
//! page for another role (approvals, the review queue) is a file in each of the two.

pub mod authors;
pub mod choice;
pub mod compare;
pub mod contrast;
pub mod dossier;
pub mod drawings;
pub mod edition;
pub mod invented;
pub mod journal;
pub mod manuscript;
pub mod pages;
pub mod proposals;
pub mod queue;
pub mod reach;
pub mod reading;
pub mod sessions;
pub mod users;
pub mod web;
pub mod words;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use camino::Utf8PathBuf;
use jiff::civil::Date;

use crate::approval::act::ApprovalError;
use crate::base::{Explain, FileError, data_dir, durable};
use crate::config::{Config, LONGEST_FILE};
use crate::facts::{Facts, FactsError};
use crate::run::RunError;
use crate::tools::queue::{QueueError, Standby};
use drawings::Drawings;
use edition::Edition;
use invented::Typed;
use journal::{Journal, JournalError};
use manuscript::{Manuscript, ManuscriptError};
use pages::approval::Looking;
use pages::changes::Comparing;
use proposals::Proposals;
use reading::QueuePlace;
use sessions::Sessions;
use users::UsersError;
use words::Words;

/// How long texts are as they are before every letter there can be is looked at.
const CALM: std::time::Duration = std::time::Duration::from_secs(2);

/// A campaign that people work on.
#[derive(Debug)]
pub struct Desk {
    config: Config,
    run_date: Date,
    words: Words,
    tera: tera::Tera,
    drawings: Drawings,
    sessions: Mutex<Sessions<Private>>,
    /// One password at a time is checked: that takes memory and a core.
    checking: Mutex<()>,
    work: Mutex<Work>,
    /// The comparison that somebody asked for last.
    comparing: Mutex<Option<Arc<Comparing>>>,
    /// The proofs that somebody looked at last.
    looking: Mutex<Option<Arc<Looking>>>,
    /// The cases that people work off.
    queue: Arc<QueuePlace>,
    /// What somebody asks for and others have to say yes to.
    proposals: Mutex<Proposals>,
    /// Everybody, for whoever answers the telephone.
    standby: OnceLock<Standby>,
    /// Whether their answers are on the way into the ledger.
    taking: Arc<AtomicBool>,
    /// The day on which the desk was opened.
    opened: Date,
}

/// What one log-in has for itself.
#[derive(Debug, Default)]
pub struct Private {
    /// The invented person whose letters it looks at; nobody in particular at first.
    typed: Option<Typed>,
}

/// What one person at a time changes.
#[derive(Debug)]
struct Work {
    manuscript: Manuscript,
    journal: Journal,
    edition: Option<Arc<Edition>>,
    /// The facts and the text that they were read from.
    facts: Option<(String, Arc<Facts>)>,
}

/// Why the desk cannot work, or not now.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum DeskError {
    /// What waits for approval.
    #[error(transparent)]
    Approval(#[from] Box<ApprovalError>),
    /// The letters that wait.
    #[error(transparent)]
    Run(#[from] Box<RunError>),
    /// The texts or the journal.
    #[error(transparent)]
    Manuscript(#[from] ManuscriptError),
    /// The cases that wait.
    #[error(transparent)]
    Queue(#[from] Box<QueueError>),
    /// The facts.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The users file.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// Nobody could log in.
    #[error("nobody may use the desk: `{path}` has no users")]
    Nobody { path: Utf8PathBuf },
    /// A folder or file of the desk.
    #[error(transparent)]
    File(#[from] FileError),
    /// The address is not one that the desk may be reached at.
    #[error("the desk cannot be reached at `{address}`: {problem}")]
    Address { address: String, problem: &'static str },
    /// What the desk should encrypt with cannot be used.
    #[error("the desk cannot use `{path}`: {problem}")]
    Certificate { path: Utf8PathBuf, problem: &'static str },
    /// The address cannot be used.
    #[error("cannot listen at `{address}`")]
    Listen { address: String, source: std::io::Error },
}

impl From<JournalError> for DeskError {
    fn from(error: JournalError) -> Self {
        ManuscriptError::from(error).into()
    }
}

impl Explain for DeskError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Approval(error) => error.hint(),
            Self::Run(error) => error.hint(),
            Self::Queue(error) => error.hint(),
            Self::Manuscript(ManuscriptError::Texts(error)) => error.hint(),
            Self::Manuscript(ManuscriptError::Journal(error)) => error.hint(),
            Self::File(error)
            | Self::Manuscript(ManuscriptError::File(error))
            | Self::Facts(FactsError::File(error)) => error.hint(),
            Self::Users(error) => error.hint(),
            Self::Nobody { .. } => {
                Some("add somebody with `breachpost user add NAME --role writer`".to_owned())
            }
            Self::Address { .. } => Some(
                "use a loopback address such as `127.0.0.1:8420`, `[desk.tls]` with a certificate \
                 and a key, or `unix:/run/desk.sock` behind a server that does TLS"
                    .to_owned(),
            ),
            Self::Certificate { .. } => Some(
                "`[desk.tls]` needs a certificate in PEM and its own key, which nobody but the \
                 desk's user may read"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    fn status(&self) -> crate::base::ExitStatus {
        use crate::base::ExitStatus::{Stopped, Usage};
        match self {
            Self::Manuscript(ManuscriptError::Texts(_))
            | Self::Facts(_)
            | Self::Nobody { .. }
            | Self::Certificate { .. }
            | Self::Address { .. } => Usage,
            Self::Users(error) => error.status(),
            Self::Approval(error) => error.status(),
            Self::Run(error) => error.status(),
            Self::Queue(error) => error.status(),
            Self::Manuscript(_) | Self::File(_) | Self::Listen { .. } => Stopped,
        }
    }
}

impl Desk {
    /// Opens the desk of a campaign: its journal, its users, and its folder if it has none yet.
    ///
    /// # Errors
    /// [`DeskError`] when it is in use, something in it is damaged, or nobody could log in.
    pub fn open(config: Config, run_date: Date) -> Result<Self, DeskError> {
        let folder = data_dir::desk(&config.data_dir);
        durable::make_folder(&config.data_dir)
            .and_then(|()| durable::make_folder(&folder))
            .map_err(FileError::at("create", &folder))?;

        let path = users_file(&config);
        let users = users::Users::load(&path)?;
        if users.is_empty() {
            return Err(DeskError::Nobody { path });
        }

        let journal = Journal::open(&folder.join("journal.jsonl"))?;
        let texts = config.texts_folder().map(camino::Utf8Path::to_owned);
        let manuscript = Manuscript::of(texts, folder.join("seen"));

        let desk = Self {
            words: Words::built_in(),
            tera: pages::templates().expect("the templates are part of the program and tested"),
            drawings: Drawings::new(config.print, run_date),
            sessions: Mutex::default(),
            checking: Mutex::default(),
            work: Mutex::new(Work { manuscript, journal, edition: None, facts: None }),
            comparing: Mutex::default(),
            looking: Mutex::default(),
            queue: Arc::default(),
            proposals: Mutex::default(),
            standby: OnceLock::new(),
            taking: Arc::default(),
            opened: jiff::Zoned::now().date(),
            config,
            run_date,
        };
        desk.read_ahead(&users);
        Ok(desk)
    }

    /// Texts and facts as they are now.
    ///
    /// # Errors
    /// [`DeskError`] when no letter can be written from them.
    pub fn edition(&self) -> Result<Arc<Edition>, DeskError> {
        let work = &mut *self.work();
        let texts = work.manuscript.read(&mut work.journal)?;
        let facts = work.facts(&self.config)?;
        let same = |edition: &&Arc<Edition>| {
            Arc::ptr_eq(&edition.texts, &texts) && Arc::ptr_eq(&edition.facts, &facts)
        };
        if let Some(edition) = work.edition.as_ref().filter(same) {
            return Ok(Arc::clone(edition));
        }

        let print = serde_json::to_string(&self.config.print).unwrap_or_default();
        let date = self.run_date.to_string();
        let program = env!("CARGO_PKG_VERSION");
        let said = work.facts.as_ref().map_or("", |(text, _)| text.as_str());
        let version = manuscript::version(&[texts.hash(), said, &print, &date, program]);

        let before = work.edition.as_deref();
        let edition = Arc::new(Edition::new(texts, facts, version, self.run_date, before));
        work.edition = Some(Arc::clone(&edition));

        let new = Arc::clone(&edition);
        std::thread::spawn(move || {
            new.find_conditions();
            // Whoever has just saved waits for a page, and may save again: then the desk no longer
            // holds this edition.
            std::thread::sleep(CALM);
            if Arc::strong_count(&new) > 1 {
                new.look_at_all();
            }
        });
        Ok(edition)
    }

    /// Checks a password when no other one is being checked.
    fn one_at_a_time<T>(&self, check: impl FnOnce() -> T) -> T {
        let _alone = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
        check()
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn comparing(&self) -> MutexGuard<'_, Option<Arc<Comparing>>> {
        self.comparing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn proposals(&self) -> MutexGuard<'_, Proposals> {
        self.proposals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions<Private>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work {
    /// The facts as they are on disk; the same value as long as the file says the same.
    fn facts(&mut self, config: &Config) -> Result<Arc<Facts>, FactsError> {
        let path = &config.facts;
        let text =
            durable::read_text(path, LONGEST_FILE).map_err(FileError::at("read facts", path))?;
        if let Some((_, facts)) = self.facts.as_ref().filter(|(known, _)| *known == text) {
            return Ok(Arc::clone(facts));
        }

        let facts = Arc::new(Facts::parse(path, &text)?);
        self.facts = Some((text, Arc::clone(&facts)));
        Ok(facts)
    }
}

/// Where the users of a campaign's desk are.
#[must_use]
pub fn users_file(config: &Config) -> Utf8PathBuf {
    data_dir::desk(&config.data_dir).join("users.toml")
}
