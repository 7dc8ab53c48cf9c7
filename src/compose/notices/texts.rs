//! The sentences of the letters to providers: `notices-nl.toml` and `notices-en.toml`, from the
//! campaign's own folder or as they came with the program.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::professional_words::ProfessionalWords;
use crate::base::{ExitStatus, Explain, FileError, durable, hash};
use crate::compose::texts::locale::tables;
use crate::compose::texts::slots::{Dated, Plain, SlotName, SlottedLine};
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::row::ProviderKind;
use crate::field::terms::{Language, Status};

/// The longest file of texts that is read, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

/// The names of the two files in a folder of texts: Dutch, English.
pub const NOTICE_FILES: [&str; 2] = ["notices-nl.toml", "notices-en.toml"];

/// What the sentences to providers may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeSlot {
    /// The laboratory.
    Laboratory,
    /// Between which days the break-in was.
    Period,
    /// When the sender heard of it.
    Reported,
    /// The line that patients call.
    Phone,
    /// When somebody answers it.
    Hours,
    /// Where to write about privacy.
    Privacy,
    /// The line that providers call.
    ProviderPhone,
    /// When somebody answers it.
    ProviderHours,
    /// Working days after the posting.
    ReadyDays,
    /// The day from which patients no longer wait.
    Cap,
    /// Whom it is about.
    Whose,
}

impl NoticeSlot {
    /// All of them, with their names.
    pub const ALL_NAMES: &'static [(&'static str, Self)] = <Self as SlotName>::ALL;
}

impl SlotName for NoticeSlot {
    const ALL: &'static [(&'static str, Self)] = &[
        ("laboratory", Self::Laboratory),
        ("period", Self::Period),
        ("reported", Self::Reported),
        ("phone", Self::Phone),
        ("hours", Self::Hours),
        ("privacy", Self::Privacy),
        ("provider_phone", Self::ProviderPhone),
        ("provider_hours", Self::ProviderHours),
        ("ready_days", Self::ReadyDays),
        ("cap", Self::Cap),
        ("whose", Self::Whose),
    ];
    const EACH_ONCE: bool = false;

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, slot)| *slot)
    }
}

/// Gives a closed list of slots that each sentence names once.
macro_rules! each_once {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal),+ })+) => {
        $($(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $(#[doc = $word] $variant),+ }

        impl SlotName for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];
            const EACH_ONCE: bool = true;

            fn named(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant),)+ _ => None }
            }
        })+
    };
}

each_once! {
    /// A number of people.
    NumberSlot { Count = "count" }
    /// The month of all tests.
    MonthSlot { From = "from" }
    /// The months of the first and the last test.
    MonthsSlot { From = "from", Until = "until" }
    /// The title of the patients' letter.
    TitleSlot { Title = "title" }
}

/// Sentences to providers.
pub type NoticeLine = SlottedLine<NoticeSlot>;

/// One for each kind of provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByKind<T> {
    gp: T,
    hospital: T,
    custodial: T,
    clinic: T,
}

impl<T> ByKind<T> {
    /// The one for that kind.
    pub const fn of(&self, kind: ProviderKind) -> &T {
        match kind {
            ProviderKind::Gp => &self.gp,
            ProviderKind::Hospital => &self.hospital,
            ProviderKind::Custodial => &self.custodial,
            ProviderKind::Clinic => &self.clinic,
        }
    }
}

tables! {
    /// A whole file.
    NoticeLocale {
        salutation: ByKind<Plain>,
        attention: ByKind<Plain>,
        whose: ByKind<Plain>,
        heading: NoticeHeadings,
        news: NoticeNews,
        key: NoticeKey,
        count: NoticeCount,
        data: NoticeData,
        what: NoticeStory,
        when: NoticeWhen,
        desk: NoticeDesk,
        roles: NoticeRoles,
        ask: NoticeAsk,
        contact: NoticeContact,
        enclosed: NoticeEnclosed,
        mail: MailNotice,
        professional: ProfessionalWords,
        unaffected: NoticeUnaffected,
    }
    /// Headings.
    NoticeHeadings { patients: NoticeTitles, detainees: NoticeTitles }
    /// Headings about the same people.
    NoticeTitles { confirmed: Plain, not_excluded: Plain, shared_only: Plain, later: Plain }
    /// NEWS.
    NoticeNews { later: Dated }
    /// KEY.
    NoticeKey { confirmed: NoticeLine, not_excluded: NoticeLine, shared_only: NoticeLine }
    /// COUNT.
    NoticeCount {
        heading: Plain,
        lead: Plain,
        after: Plain,
        one_patient: Plain,
        patients: SlottedLine<NumberSlot>,
        one_detainee: Plain,
        detainees: SlottedLine<NumberSlot>,
        one_month: SlottedLine<MonthSlot>,
        months: SlottedLine<MonthsSlot>,
        no_month: Plain,
    }
    /// DATA.
    NoticeData {
        heading: Plain,
        stolen: Plain,
        maybe: Plain,
        stored: Plain,
        unknown: Plain,
        seen: Plain,
        each: Plain,
    }
    /// WHAT.
    NoticeStory { heading: Plain, story: NoticeLine }
    /// WHEN.
    NoticeWhen { heading: Plain, first: NoticeLine, later: Plain, some_told: Plain }
    /// DESK.
    NoticeDesk {
        heading: Plain,
        real: NoticeLine,
        mine: Plain,
        no_letter: NoticeLine,
        what_now: Plain,
        health: ByKind<Plain>,
    }
    /// ROLES.
    NoticeRoles { heading: Plain }
    /// ASK.
    NoticeAsk {
        heading: Plain,
        tell: Plain,
        ready: NoticeLine,
        not_ours: Plain,
        careful: Plain,
    }
    /// CONTACT.
    NoticeContact { reach_us: NoticeLine }
    /// What a mail says that a letter does not.
    MailNotice {
        about: NoticeLine,
        under: SlottedLine<NumberSlot>,
        between: SlottedLine<MonthsSlot>,
        over: SlottedLine<NumberSlot>,
    }
    /// What is said to a provider that no record names.
    NoticeUnaffected { heading: Plain, what: NoticeLine, later: Plain, patients: NoticeLine }
    /// ENCLOSED.
    NoticeEnclosed { heading: Plain, lead: Plain, title: SlottedLine<TitleSlot>, end: Plain }
}

impl NoticeKey {
    /// The one for that status.
    pub const fn of(&self, status: Status) -> &NoticeLine {
        match status {
            Status::Confirmed => &self.confirmed,
            Status::NotExcluded => &self.not_excluded,
            Status::SharedOnly => &self.shared_only,
        }
    }
}

impl NoticeHeadings {
    /// The heading of a letter.
    pub const fn of(&self, kind: ProviderKind, status: Status, later: bool) -> &Plain {
        let titles = match kind {
            ProviderKind::Custodial => &self.detainees,
            _ => &self.patients,
        };
        match status {
            _ if later => &titles.later,
            Status::Confirmed => &titles.confirmed,
            Status::NotExcluded => &titles.not_excluded,
            Status::SharedOnly => &titles.shared_only,
        }
    }
}

/// The sentences to providers in both languages. Whoever has a value of this has read them whole.
#[derive(Clone, Debug)]
pub struct NoticeTexts {
    files: [String; 2],
    hash: String,
    /// Dutch, English.
    locales: Box<[NoticeLocale; 2]>,
}

impl NoticeTexts {
    /// Those that came with the program.
    ///
    /// # Panics
    /// Never: a test reads the same files.
    #[must_use]
    pub fn built_in() -> Self {
        let files = [
            include_str!("../../../locales/notices-nl.toml").to_owned(),
            include_str!("../../../locales/notices-en.toml").to_owned(),
        ];
        Self::parse("locales".into(), files).expect("the files are part of the program")
    }

    /// Those of the campaign's `[texts] folder`, or the built-in ones where there is none.
    ///
    /// # Errors
    /// [`NoticeTextsError`] with the file and what to do: a folder that an earlier program made has
    /// no such files.
    pub fn of(folder: Option<&Utf8Path>) -> Result<Self, NoticeTextsError> {
        let Some(folder) = folder else { return Ok(Self::built_in()) };
        let read = |name: &str| {
            let path = folder.join(name);
            match durable::read_text(&path, LONGEST_FILE) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    Err(NoticeTextsError::Missing { path })
                }
                read => Ok(read.map_err(FileError::at("read texts", &path))?),
            }
        };
        let [dutch, english] = NOTICE_FILES;
        Self::parse(folder, [read(dutch)?, read(english)?])
    }

    fn parse(folder: &Utf8Path, files: [String; 2]) -> Result<Self, NoticeTextsError> {
        let locale = |place: usize| {
            toml::from_str::<NoticeLocale>(&files[place]).map_err(|source| {
                NoticeTextsError::Parse {
                    path: folder.join(NOTICE_FILES[place]),
                    source: Box::new(source),
                }
            })
        };
        let locales = Box::new([locale(0)?, locale(1)?]);
        let named = NOTICE_FILES.iter().zip(&files);
        let hash = hash::of_files(named.map(|(name, text)| (*name, text.as_bytes())));
        Ok(Self { files, hash, locales })
    }

    /// The built-in sentences with this one changed.
    #[cfg(test)]
    #[must_use]
    pub fn with(&self, from: &str, to: &str) -> Self {
        let files = self.files.clone().map(|file| file.replace(from, to));
        Self::parse("locales".into(), files).unwrap()
    }

    /// Name and text of each file.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        NOTICE_FILES.into_iter().zip(self.files.iter().map(String::as_str))
    }

    /// The hash of the two files (lower-case hex SHA-256): what
    /// `sha256sum notices-nl.toml notices-en.toml | sha256sum` prints in their folder.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The sentences of one language.
    pub(in crate::compose) const fn locale(&self, language: Language) -> &NoticeLocale {
        match language {
            Language::Nl => &self.locales[0],
            Language::En => &self.locales[1],
        }
    }
}

/// Why the letters to providers cannot be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum NoticeTextsError {
    /// A folder of texts without them.
    #[error("`[providers_first]` needs the texts `{path}`, and the folder of texts has none")]
    Missing { path: Utf8PathBuf },
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A key is missing, unknown, or has a slot that it cannot have; the source names the line.
    #[error("texts `{path}` are not valid")]
    Parse { path: Utf8PathBuf, source: Box<toml::de::Error> },
}

impl Explain for NoticeTextsError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing { .. } => {
                "an earlier program made the folder: `breachpost new DIR` writes notices-nl.toml and \
                 notices-en.toml, copy both and edit them"
                    .to_owned()
            }
            Self::File(_) => "`[texts] folder` names a folder that can be read".to_owned(),
            Self::Parse { .. } => {
                "compare the key with the same key in the built-in file, which `breachpost new` writes"
                    .to_owned()
            }
        })
    }

    fn status(&self) -> ExitStatus {
        ExitStatus::Usage
    }
}

/// Puts the line that providers call into the letterhead, in place of the one that patients call.
pub(in crate::compose) fn own_line(body: &mut Body, facts: &Facts, sender: &str, phone: &str) {
    let of_patients = facts.senders.get(sender).map(|sender| facts.number(&sender.phone));
    let Some(of_patients) = of_patients.filter(|number| !number.is_empty()) else { return };
    for line in &mut body.frame.sender_lines {
        *line = line.replace(of_patients, facts.number(phone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_texts_are_read_and_both_languages_have_the_same_slots() {
        let texts = NoticeTexts::built_in();
        let [nl, en] = &texts.files;
        let slots = |text: &str| -> Vec<(String, Vec<String>)> {
            let lines = text.lines().filter(|line| line.contains(" = "));
            let slots = |line: &str| {
                let mut found: Vec<String> = line
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                    .collect();
                found.sort_unstable();
                found
            };
            lines.map(|line| (line.split(" = ").next().unwrap().to_owned(), slots(line))).collect()
        };
        assert_eq!(slots(nl), slots(en));
        assert!(slots(nl).len() > 60);
    }

    #[test]
    fn a_folder_without_them_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let error = NoticeTexts::of(Some(folder)).unwrap_err();
        assert!(matches!(error, NoticeTextsError::Missing { .. }), "{error}");
        assert!(error.hint().unwrap().contains("breachpost new"));
        assert_eq!(error.status(), ExitStatus::Usage);
    }

    #[test]
    fn a_strange_slot_or_a_missing_key_is_refused() {
        for (from, to) in [("{cap}", "{kap}"), ("careful = ", "careless = ")] {
            let mut files = NoticeTexts::built_in().files;
            assert!(files[0].contains(from), "{from}");
            files[0] = files[0].replacen(from, to, 1);
            let error = NoticeTexts::parse("texts".into(), files).unwrap_err();
            assert!(matches!(error, NoticeTextsError::Parse { .. }), "{error}");
        }
    }
}
