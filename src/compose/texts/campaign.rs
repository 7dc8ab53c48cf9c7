//! The texts of a campaign: the sentences of both languages and the limits of their gates, from the
//! campaign's own folder or as they came with the program. A value that is passed along: nothing
//! in the program knows which texts hold but by being given them.

use camino::{Utf8Path, Utf8PathBuf};

use super::faults::{self, FileFault, TextFault};
use super::limits::Limits;
use super::locale::Locale;
use crate::base::{ExitStatus, Explain, FileError, durable, hash};
use crate::field::terms::Language;

/// The longest file of texts that is read, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

/// The names of the three files in a folder of texts: Dutch, English, limits.
pub const TEXT_FILES: [&str; 3] = ["nl.toml", "en.toml", "limits.toml"];

/// The three files of texts, as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFiles {
    /// `nl.toml`.
    pub nl: String,
    /// `en.toml`.
    pub en: String,
    /// `limits.toml`.
    pub limits: String,
}

impl TextFiles {
    /// Those that came with the program: `locales/`.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            nl: include_str!("../../../locales/nl.toml").to_owned(),
            en: include_str!("../../../locales/en.toml").to_owned(),
            limits: include_str!("../../../locales/limits.toml").to_owned(),
        }
    }

    /// Reads the three files of a folder.
    ///
    /// # Errors
    /// [`TextsError::File`] for the first that cannot be read.
    pub fn read(folder: &Utf8Path) -> Result<Self, TextsError> {
        let read = |name: &str| {
            let path = folder.join(name);
            durable::read_text(&path, LONGEST_FILE).map_err(FileError::at("read texts", &path))
        };
        let [nl, en, limits] = TEXT_FILES;
        Ok(Self { nl: read(nl)?, en: read(en)?, limits: read(limits)? })
    }

    /// Name and text of each file, in the order of [`TEXT_FILES`].
    #[must_use]
    pub fn named(&self) -> [(&'static str, &str); 3] {
        let [nl, en, limits] = TEXT_FILES;
        [(nl, &self.nl), (en, &self.en), (limits, &self.limits)]
    }

    /// The hash of the three files (lower-case hex SHA-256): what
    /// `sha256sum nl.toml en.toml limits.toml | sha256sum` prints in their folder.
    #[must_use]
    pub fn hash(&self) -> String {
        hash::of_files(self.named().map(|(name, text)| (name, text.as_bytes())))
    }
}

/// One sentence of a locale file, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Dotted: `heading.first.confirmed.adult`.
    pub key: String,
    /// With its slots in braces.
    pub text: String,
}

/// The texts that letters are written from. Whoever has a value of this has read them whole: every
/// key is there, no other is, and every sentence has slots that it may have.
#[derive(Clone, Debug)]
pub struct CampaignTexts {
    files: TextFiles,
    hash: String,
    /// How the three files are named in messages.
    names: [String; 3],
    /// Dutch, English.
    locales: [Box<Locale>; 2],
    sentences: [Vec<Sentence>; 2],
    limits: Limits,
}

impl CampaignTexts {
    /// The texts that came with the program.
    ///
    /// # Panics
    /// Never: a test reads the same files.
    #[must_use]
    pub fn built_in() -> Self {
        let names = TEXT_FILES.map(|name| format!("locales/{name}"));
        Self::new(TextFiles::built_in(), names)
            .expect("the files are part of the program and a test reads them")
    }

    /// The texts of `folder`, or the built-in ones where there is none: what `[texts] folder` of the
    /// configuration says.
    ///
    /// # Errors
    /// [`TextsError`] with file, key and what to do.
    pub fn of(folder: Option<&Utf8Path>) -> Result<Self, TextsError> {
        folder.map_or_else(|| Ok(Self::built_in()), Self::load)
    }

    /// Reads the texts of a folder.
    ///
    /// # Errors
    /// [`TextsError`] with file, key and what to do.
    pub fn load(folder: &Utf8Path) -> Result<Self, TextsError> {
        Self::parse(folder, TextFiles::read(folder)?)
    }

    /// Makes texts of files that are not on the disk, or not yet; `folder` is only named in
    /// messages.
    ///
    /// # Errors
    /// As [`CampaignTexts::load`], without reading.
    pub fn parse(folder: &Utf8Path, files: TextFiles) -> Result<Self, TextsError> {
        Self::new(files, TEXT_FILES.map(|name| folder.join(name).into_string()))
    }

    fn new(files: TextFiles, names: [String; 3]) -> Result<Self, TextsError> {
        let wrong = |file: usize| {
            let path = Utf8PathBuf::from(&names[file]);
            move |fault: FileFault| match fault {
                FileFault::Syntax(source) => TextsError::Syntax { path, source },
                FileFault::Keys(faults) => TextsError::Faults { path, faults },
            }
        };

        let (nl, dutch) = faults::locale(&files.nl).map_err(wrong(0))?;
        let (en, english) = faults::locale(&files.en).map_err(wrong(1))?;
        let limits = faults::limits(&files.limits).map_err(wrong(2))?;

        Ok(Self {
            hash: files.hash(),
            locales: [nl, en],
            sentences: [dutch, english],
            files,
            names,
            limits,
        })
    }

    /// The files, as they are written.
    #[must_use]
    pub const fn files(&self) -> &TextFiles {
        &self.files
    }

    /// The hash of the three files; see [`TextFiles::hash`].
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The file of one language, as messages name it: `locales/nl.toml` for the built-in texts.
    #[must_use]
    pub fn file(&self, language: Language) -> &str {
        &self.names[place(language)]
    }

    /// The sentences of one language, in order of key.
    #[must_use]
    pub fn sentences(&self, language: Language) -> &[Sentence] {
        &self.sentences[place(language)]
    }

    /// What the text gates allow.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The sentences of one language, to write with.
    pub(super) fn locale(&self, language: Language) -> &Locale {
        &self.locales[place(language)]
    }
}

const fn place(language: Language) -> usize {
    match language {
        Language::Nl => 0,
        Language::En => 1,
    }
}

/// Why texts cannot be used. A command that needs them ends with 2.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum TextsError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is no TOML; the source names line and column.
    #[error("texts `{path}` are not valid")]
    Syntax { path: Utf8PathBuf, source: Box<toml::de::Error> },
    /// Keys or sentences that the letters cannot be written from.
    #[error("texts `{path}`: {}", listed(faults))]
    Faults {
        path: Utf8PathBuf,
        /// At least one.
        faults: Vec<TextFault>,
    },
}

/// The first few, so that a file of a different kind does not fill the screen.
fn listed(faults: &[TextFault]) -> String {
    const MOST: usize = 5;
    let mut said: Vec<String> = faults.iter().take(MOST).map(ToString::to_string).collect();
    if faults.len() > MOST {
        said.push(format!("and {} more", faults.len() - MOST));
    }
    said.join("; ")
}

impl Explain for TextsError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(_) => {
                "`[texts] folder` names a folder with nl.toml, en.toml and limits.toml; `breachpost new` writes one"
                    .to_owned()
            }
            Self::Syntax { .. } => {
                "correct the line: a key, `=`, and the sentence in quotation marks".to_owned()
            }
            Self::Faults { faults, .. } => faults.first()?.advice.clone(),
        })
    }

    fn status(&self) -> ExitStatus {
        ExitStatus::Usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(change: impl Fn(&mut TextFiles)) -> Result<CampaignTexts, TextsError> {
        let mut files = TextFiles::built_in();
        change(&mut files);
        CampaignTexts::parse("texts".into(), files)
    }

    fn replaced(from: &str, to: &str) -> TextsError {
        let changed = |files: &mut TextFiles| {
            assert!(files.nl.contains(from), "{from}");
            files.nl = files.nl.replacen(from, to, 1);
        };
        parse(changed).unwrap_err()
    }

    #[test]
    fn the_built_in_texts_are_read_and_have_one_hash_wherever_they_are() {
        let built_in = CampaignTexts::built_in();
        let parsed = parse(|_| ()).unwrap();
        assert_eq!(built_in.hash(), parsed.hash());
        assert_eq!(built_in.file(Language::En), "locales/en.toml");
        assert_eq!(parsed.file(Language::Nl), "texts/nl.toml");
        assert!(parsed.sentences(Language::Nl).len() > 300);

        for change in [
            |files: &mut TextFiles| files.nl.push('\n'),
            |files: &mut TextFiles| files.en.push('\n'),
            |files: &mut TextFiles| files.limits.push('\n'),
        ] {
            assert_ne!(parse(change).unwrap().hash(), built_in.hash());
        }
    }

    #[test]
    fn what_an_editor_of_another_system_adds_is_no_fault() {
        let windows =
            parse(|files| files.nl = format!("\u{feff}{}", files.nl.replace('\n', "\r\n")));
        assert!(windows.is_ok(), "{:?}", windows.err());
    }

    #[test]
    fn what_is_wrong_is_named_by_file_and_key_with_what_to_do() {
        for (from, to, said, advice) in [
            ("name = \"naam\"\n", "", "`items.name` is missing", "add"),
            (
                "name = \"naam\"",
                "name = \"naam\"\nnaam = \"naam\"",
                "`items.naam` is not a key of the letters",
                "take it out",
            ),
            ("{fraud}", "{frauud}", "has the slot `{frauud}`", "`{fraud}`"),
            (
                "Op {earlier} schreven",
                "Op {phone} schreven",
                "has the slot `{phone}`",
                "`{earlier}`",
            ),
            (
                "Op {earlier} schreven",
                "Eerder schreven",
                "has the slot `{earlier}` 0 times",
                "once",
            ),
            (
                "{page} van {pages}",
                "{page}",
                "`frame.page_label` has the slot `{pages}` 0 times",
                "",
            ),
            ("name = \"naam\"", "name = \"\"", "`items.name` is empty", "write"),
            ("name = \"naam\"", "name = \"na\\nam\"", "`items.name` has a line end", "one line"),
            ("name = \"naam\"", "name = 3", "`items.name` is not a text", "quotation marks"),
            ("name = \"naam\"", "name = \"naam}\"", "`items.name` has a brace", "slot"),
        ] {
            let error = replaced(from, to);
            let hint = error.hint().unwrap();
            let text = error.to_string();
            assert!(text.starts_with("texts `texts/nl.toml`: ") && text.contains(said), "{text}");
            assert!(hint.contains(advice), "{text}: {hint}");
            assert_eq!(error.status(), ExitStatus::Usage);
        }
    }

    #[test]
    fn a_file_that_is_no_toml_is_named_with_its_line() {
        let error = replaced("name = \"naam\"", "name = \"naam");
        let TextsError::Syntax { path, source } = &error else { panic!("{error}") };
        assert!(path == "texts/nl.toml" && source.to_string().contains("line"), "{source}");
    }

    #[test]
    fn limits_that_let_everything_through_or_nothing_are_refused() {
        for (from, to, key) in [
            ("words = 730", "words = 0", "letter.words"),
            ("readability = 75.0", "readability = nan", "nl.readability"),
            ("passive_share = 0.10", "passive_share = 10.0", "letter.passive_share"),
            ("steps = 6\n", "", "letter"),
            ("steps = 6", "steps = 6\nstaps = 6", "letter.staps"),
            ("steps = 6", "steps = \"six\"", "letter.steps"),
        ] {
            let error = parse(|files| files.limits = files.limits.replacen(from, to, 1));
            let error = error.unwrap_err().to_string();
            assert!(error.starts_with(&format!("texts `texts/limits.toml`: `{key}` ")), "{error}");
        }
    }

    #[test]
    fn many_faults_are_counted() {
        let error = parse(|files| files.en = "[items]\nname = \"name\"\n".to_owned()).unwrap_err();
        assert!(error.to_string().ends_with(" more"), "{error}");
    }
}
