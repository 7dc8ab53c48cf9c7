//! The form of a sentence as a browser sends it, and what can be made of it.

use crate::desk::manuscript::Rewrite;
use crate::desk::pages::texts::Chunk;
use crate::field::terms::Language;

/// What somebody sent from the form.
#[derive(Clone, Debug, Default)]
pub struct SentenceForm {
    fields: Vec<(String, String)>,
}

/// One language of a form that no sentence can be made of.
#[derive(Clone, Debug)]
pub(super) struct Unfinished {
    pub language: Language,
    /// What whoever edits started from.
    pub base: String,
    pub chunks: Vec<Chunk>,
    /// The fact that is to be added at the end.
    pub added: String,
}

/// Why a form cannot be made into a sentence: a key of the desk's words.
pub(super) type FormFault = &'static str;

impl SentenceForm {
    /// Takes the fields of the form.
    #[must_use]
    pub const fn of(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// What the form makes of the sentence in each language; a language that it does not have is
    /// left alone.
    pub(super) fn rewrites(&self) -> Result<Vec<Rewrite>, FormFault> {
        let mut rewrites = Vec::new();
        for language in [Language::Nl, Language::En] {
            let Some(base) = self.field(&format!("base_{language}")) else { continue };
            let new = self.sentence(language)?;
            rewrites.push(Rewrite { language, base: base.to_owned(), new });
        }
        Ok(rewrites)
    }

    /// The form as it was sent, for whoever goes on with it.
    pub(super) fn unfinished(&self) -> Vec<Unfinished> {
        let side = |language: Language| {
            let base = self.field(&format!("base_{language}"))?;
            let chunk = |words: &str, slot: &str| Chunk {
                words: words.to_owned(),
                slot: slot.to_owned(),
                label: slot.to_owned(),
            };
            let mut chunks = Vec::new();
            for place in 0.. {
                let Some(words) = self.field(&format!("{language}_{place}")) else { break };
                chunks.push(chunk(words, ""));
                let slot = self.field(&format!("{language}_slot_{place}"));
                chunks.extend(slot.map(|slot| chunk("", slot)));
            }
            let added = self.field(&format!("{language}_add")).unwrap_or_default().to_owned();
            Some(Unfinished { language, base: base.to_owned(), chunks, added })
        };
        [Language::Nl, Language::En].into_iter().filter_map(side).collect()
    }

    /// Words and slots in turn: `nl_0`, `nl_slot_0`, `nl_1`, ..., and one more slot at the end.
    fn sentence(&self, language: Language) -> Result<String, FormFault> {
        let mut text = String::new();
        for place in 0.. {
            let Some(words) = self.field(&format!("{language}_{place}")) else { break };
            if words.contains(['{', '}']) {
                return Err("brace");
            }
            if words.trim_end_matches(['\r', '\n']).contains(['\r', '\n']) {
                return Err("two_lines");
            }
            text.push_str(words.trim_end_matches(['\r', '\n']));
            push_slot(&mut text, self.field(&format!("{language}_slot_{place}")))?;
        }

        push_slot(&mut text, self.field(&format!("{language}_add")))?;
        Ok(text)
    }
}

/// A slot comes from a closed list; whoever sends a different one did not use the form.
fn push_slot(text: &mut String, slot: Option<&str>) -> Result<(), FormFault> {
    let Some(slot) = slot.filter(|slot| !slot.is_empty()) else { return Ok(()) };
    if !slot.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'_') {
        return Err("brace");
    }
    text.push('{');
    text.push_str(slot);
    text.push('}');
    Ok(())
}
