//! The files of the texts as people edit them: one sentence at a time, comments and order kept.
//! Nobody's words are lost: who saves on an old version of a sentence gets all three to look at.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use toml_edit::{DocumentMut, Item, Value};

use crate::base::{FileError, durable, hash};
use crate::compose::texts::{CampaignTexts, TEXT_FILES, TextFiles, TextsError};
use crate::desk::journal::{Act, Journal, JournalError};
use crate::field::terms::Language;

/// The texts of the campaign, and the desk's own copy of them as it saw them last.
#[derive(Debug)]
pub struct Manuscript {
    /// `None`: the built-in texts hold, which nobody can change.
    folder: Option<Utf8PathBuf>,
    seen: Utf8PathBuf,
    known: Option<Arc<CampaignTexts>>,
}

/// What somebody made of a sentence in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Which language.
    pub language: Language,
    /// The sentence that they started from.
    pub base: String,
    /// What they made of it.
    pub new: String,
}

/// Two people changed one sentence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Conflict {
    /// In which language.
    pub language: Language,
    /// The sentence that whoever saves started from.
    pub base: String,
    /// What it is now.
    pub theirs: String,
    /// What whoever saves made of it.
    pub mine: String,
}

/// What came of saving.
#[derive(Debug)]
pub enum Saved {
    /// The sentence is in the file; how many languages changed.
    Yes(usize),
    /// Somebody else was first; nothing was written.
    Conflict(Vec<Conflict>),
    /// The letters could not be written with it; nothing was written.
    Refused(TextsError),
    /// The two languages do not name the same facts; nothing was written.
    Slots([Vec<String>; 2]),
}

/// Why the texts cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum ManuscriptError {
    /// They cannot be read, or no letter can be written from them.
    #[error(transparent)]
    Texts(#[from] TextsError),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A file of texts cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file was written, another one not, and the first could not be put back.
    #[error("`{path}` has the new sentence, and the other language has not")]
    Half {
        /// The file that was written.
        path: Utf8PathBuf,
        /// Why the other one was not.
        source: FileError,
    },
    /// There is no folder of texts.
    #[error("the built-in texts cannot be changed")]
    BuiltIn,
}

impl Manuscript {
    /// The texts in `folder`, with the desk's copy of them in `seen`.
    #[must_use]
    pub const fn of(folder: Option<Utf8PathBuf>, seen: Utf8PathBuf) -> Self {
        Self { folder, seen, known: None }
    }

    /// Whether there are files to change.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.folder.is_some()
    }

    /// The texts as they are on disk now. What somebody changed there since the desk last looked
    /// goes into the journal.
    ///
    /// # Errors
    /// [`ManuscriptError`] when no letter can be written from them.
    pub fn read(&mut self, journal: &mut Journal) -> Result<Arc<CampaignTexts>, ManuscriptError> {
        let files = match &self.folder {
            Some(folder) => TextFiles::read(folder)?,
            None => TextFiles::built_in(),
        };
        if let Some(known) = self.known.as_ref().filter(|known| *known.files() == files) {
            return Ok(Arc::clone(known));
        }

        let texts = Arc::new(match &self.folder {
            Some(folder) => CampaignTexts::parse(folder, files)?,
            None => CampaignTexts::built_in(),
        });
        self.note_changes(&texts, journal)?;
        self.known = Some(Arc::clone(&texts));

        Ok(texts)
    }

    /// Puts what somebody wrote into the files.
    ///
    /// # Errors
    /// [`ManuscriptError`] when something cannot be read or written.
    pub fn save(
        &mut self,
        key: &str,
        rewrites: &[Rewrite],
        by: &str,
        journal: &mut Journal,
    ) -> Result<Saved, ManuscriptError> {
        let folder = self.folder.clone().ok_or(ManuscriptError::BuiltIn)?;
        let texts = self.read(journal)?;
        let mut changed = Vec::new();
        let mut conflicts = Vec::new();
        for rewrite in rewrites.iter().filter(|rewrite| rewrite.new != rewrite.base) {
            let now = sentence(&texts, rewrite.language, key).unwrap_or_default();
            if now == rewrite.new {
                continue;
            }
            if now == rewrite.base {
                changed.push(rewrite);
            } else {
                conflicts.push(Conflict {
                    language: rewrite.language,
                    base: rewrite.base.clone(),
                    theirs: now.to_owned(),
                    mine: rewrite.new.clone(),
                });
            }
        }

        if !conflicts.is_empty() {
            return Ok(Saved::Conflict(conflicts));
        }

        let mut files = texts.files().clone();
        for rewrite in &changed {
            let file = match rewrite.language {
                Language::Nl => &mut files.nl,
                Language::En => &mut files.en,
            };
            *file = replaced(file, key, &rewrite.new);
        }
        let new = match CampaignTexts::parse(&folder, files) {
            Ok(new) => new,
            Err(error) => return Ok(Saved::Refused(error)),
        };
        let slots = [Language::Nl, Language::En]
            .map(|language| slots(sentence(&new, language, key).unwrap_or_default()));
        if slots[0] != slots[1] {
            return Ok(Saved::Slots(slots));
        }

        let languages: Vec<Language> = changed.iter().map(|rewrite| rewrite.language).collect();
        Self::write_all(&folder, &languages, &new, &texts)?;
        let edits = changed.iter();
        let edits =
            edits.map(|rewrite| edit(rewrite.language, key, &rewrite.base, &rewrite.new)).collect();
        if let Err(error) = journal.add_all(by, edits) {
            Self::write_all(&folder, &languages, &texts, &new)?;
            return Err(error.into());
        }

        self.keep(new.files())?;
        self.known = Some(Arc::new(new));

        Ok(Saved::Yes(changed.len()))
    }

    /// Writes the files of these languages, all or none of them: `before` is what they say now.
    fn write_all(
        folder: &Utf8Path,
        languages: &[Language],
        new: &CampaignTexts,
        before: &CampaignTexts,
    ) -> Result<(), ManuscriptError> {
        for (done, language) in languages.iter().enumerate() {
            let Err(source) = Self::write(folder, *language, new) else { continue };
            for written in &languages[..done] {
                if Self::write(folder, *written, before).is_err() {
                    let path = folder.join(file_of(*written, before).0);
                    return Err(ManuscriptError::Half { path, source });
                }
            }
            return Err(source.into());
        }

        Ok(())
    }

    /// The texts as they were at that moment: now, with every change since taken back.
    #[must_use]
    pub fn at(
        &self,
        now: &Arc<CampaignTexts>,
        moment: Timestamp,
        journal: &Journal,
    ) -> Arc<CampaignTexts> {
        let mut files = now.files().clone();
        for language in [Language::Nl, Language::En] {
            for sentence in now.sentences(language) {
                let Some(was) = journal.at(moment, language, &sentence.key) else { continue };
                let file = match language {
                    Language::Nl => &mut files.nl,
                    Language::En => &mut files.en,
                };
                *file = replaced(file, &sentence.key, was);
            }
        }

        // What the journal has could be read when it was written.
        CampaignTexts::parse(Utf8Path::new("texts"), files)
            .map_or_else(|_| Arc::clone(now), Arc::new)
    }

    /// Writes one file the way it was: others of the team may read it.
    fn write(
        folder: &Utf8Path,
        language: Language,
        texts: &CampaignTexts,
    ) -> Result<(), FileError> {
        let (name, text) = file_of(language, texts);
        let path = folder.join(name);
        let mode = std::fs::metadata(&path).map_err(FileError::at("read", &path))?;
        let mode = mode.permissions().mode() & 0o777;
        durable::write_with_mode(&path, text.as_bytes(), mode)
            .map_err(FileError::at("write", &path))
    }

    /// Compares with what the desk saw last, in this life or the one before.
    fn note_changes(
        &self,
        texts: &CampaignTexts,
        journal: &mut Journal,
    ) -> Result<(), ManuscriptError> {
        let Ok(files) = TextFiles::read(&self.seen) else { return self.keep(texts.files()) };
        if files == *texts.files() {
            return Ok(());
        }

        if let Ok(before) = CampaignTexts::parse(&self.seen, files) {
            let edits = [Language::Nl, Language::En].into_iter().flat_map(|language| {
                let changed = differences(&before, texts, language).into_iter();
                changed.map(move |(key, [before, after])| edit(language, &key, &before, &after))
            });
            journal.add_all("", edits.collect())?;
        }

        self.keep(texts.files())
    }

    fn keep(&self, files: &TextFiles) -> Result<(), ManuscriptError> {
        durable::make_folder(&self.seen).map_err(FileError::at("create", &self.seen))?;
        for (name, text) in files.named() {
            let path = self.seen.join(name);
            durable::write(&path, text.as_bytes()).map_err(FileError::at("write", &path))?;
        }
        Ok(())
    }
}

/// The file of a language: its name, and what it says.
fn file_of(language: Language, texts: &CampaignTexts) -> (&'static str, &str) {
    match language {
        Language::Nl => (TEXT_FILES[0], &texts.files().nl),
        Language::En => (TEXT_FILES[1], &texts.files().en),
    }
}

fn edit(language: Language, key: &str, before: &str, after: &str) -> Act {
    let [key, before, after] = [key, before, after].map(str::to_owned);
    Act::Edit { language, key, before, after }
}

/// The sentence of that key.
#[must_use]
pub fn sentence<'a>(texts: &'a CampaignTexts, language: Language, key: &str) -> Option<&'a str> {
    let sentences = texts.sentences(language);
    let place = sentences.binary_search_by(|sentence| sentence.key.as_str().cmp(key)).ok()?;
    Some(&sentences[place].text)
}

/// Sentences that differ, by key: before and after.
#[must_use]
pub fn differences(
    before: &CampaignTexts,
    after: &CampaignTexts,
    language: Language,
) -> BTreeMap<String, [String; 2]> {
    let after = after.sentences(language).iter();
    let pairs = after.filter_map(|sentence| {
        let was = self::sentence(before, language, &sentence.key)?;
        let pair = [was.to_owned(), sentence.text.clone()];
        (was != sentence.text).then(|| (sentence.key.clone(), pair))
    });
    pairs.collect()
}

/// The file with one sentence replaced; the rest of it stays byte for byte.
fn replaced(file: &str, key: &str, new: &str) -> String {
    let Ok(mut document) = file.parse::<DocumentMut>() else { return file.to_owned() };
    let mut item: &mut Item = document.as_item_mut();
    for name in key.split('.') {
        let Some(below) = item.get_mut(name) else { return file.to_owned() };
        item = below;
    }

    if let Some(value) = item.as_value_mut() {
        let around = value.decor().clone();
        *value = Value::from(new);
        *value.decor_mut() = around;
    }
    document.to_string()
}

/// The keys in the order of the file, which is that of the letter; those that it does not have are
/// not in the list.
#[must_use]
pub fn order(file: &str) -> Vec<String> {
    fn walk(above: &str, item: &Item, keys: &mut Vec<String>) {
        let Some(table) = item.as_table_like() else {
            keys.push(above.to_owned());
            return;
        };
        for (name, item) in table.iter() {
            let key = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
            walk(&key, item, keys);
        }
    }

    let mut keys = Vec::new();
    if let Ok(document) = file.parse::<DocumentMut>() {
        walk("", document.as_item(), &mut keys);
    }
    keys
}

/// Names of the slots in a sentence, sorted.
#[must_use]
pub fn slots(text: &str) -> Vec<String> {
    let braced = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let mut names: Vec<String> = braced.map(|(name, _)| name.to_owned()).collect();
    names.sort_unstable();
    names
}

/// The hash of everything that a picture of a letter depends on, short.
#[must_use]
pub fn version(parts: &[&str]) -> String {
    hash::of_bytes(parts.join("\n").as_bytes()).chars().take(16).collect()
}

#[cfg(test)]
mod tests;
