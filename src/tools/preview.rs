//! `breachpost preview`: every letter variant with invented people, Dutch next to English, as PDF
//! and as pictures. What has not changed since the last time is left as it is.

mod page;

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::progress::Progress;
use crate::base::{Explain, FileError, durable, hash, process, workers};
use crate::compose::invented;
use crate::compose::texts::{self, CampaignTexts, Variant};
use crate::config::Print;
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::terms::{Format, Language};
use crate::render::{self, Press, RenderError};

/// Resolution of the pictures: enough to read 11 pt on a screen.
const PIXELS_PER_INCH: f64 = 80.0;

/// What the letters of the folder were made of, so that the next preview can leave them.
const MADE: &str = "made.json";

/// The longest `made.json` that is read, in bytes.
const LONGEST_MADE: u64 = 1 << 24;

/// What is previewed.
#[derive(Clone, Copy, Debug)]
pub struct PreviewOrder<'a> {
    /// The sentences.
    pub texts: &'a CampaignTexts,
    /// What the letters say about the incident.
    pub facts: &'a Facts,
    /// Paper and window.
    pub print: &'a Print,
    /// Date of the letters.
    pub run_date: Date,
    /// Earlier texts: only what is different with them is shown.
    pub since: Option<&'a CampaignTexts>,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PreviewSummary {
    /// Letters that the page shows, each language counted.
    pub variants: usize,
    /// Pages of these letters.
    pub pages: usize,
    /// Letters among them that were set anew; the others were there.
    pub set: usize,
    /// The page that shows them.
    pub index: Utf8PathBuf,
}

/// Why the preview could not be made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum PreviewError {
    /// A letter does not set.
    #[error("cannot set variant `{variant}`")]
    Render { variant: String, source: RenderError },
    /// The bodies do not set.
    #[error(transparent)]
    Press(#[from] RenderError),
    /// The page's template does not render.
    #[error("cannot fill in `index.html`")]
    Page(#[from] tera::Error),
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Explain for PreviewError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Render { source, .. } | Self::Press(source) => source.hint(),
            Self::File(error) => error.hint(),
            Self::Page(_) => None,
        }
    }
}

/// A letter to an invented person.
struct Letter {
    variant: Variant,
    body: Body,
    draft: Draft,
    /// Hash of all that decides how it looks.
    made_of: String,
}

impl Letter {
    /// File name without extension, below the preview's folder: `nl/<variant>`.
    fn name(&self) -> String {
        format!("{}/{}", self.variant.subject.language.word(), self.variant.name)
    }
}

/// A letter as it is in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MadeLetter {
    made_of: String,
    pages: usize,
}

impl MadeLetter {
    /// Whether all its files are there.
    fn is_there(&self, out: &Utf8Path, name: &str) -> bool {
        let pictures = (1..=self.pages).map(|page| picture(name, page));
        pictures.chain([format!("{name}.pdf")]).all(|file| out.join(file).is_file())
    }
}

fn picture(name: &str, page: usize) -> String {
    format!("{name}-{page}.png")
}

/// Writes the variants to `out`: `nl/<variant>.pdf`, `nl/<variant>-1.png`, ..., the same under
/// `en/`, and `index.html`. People are invented and every page says so.
///
/// # Errors
/// [`PreviewError`] when a letter does not set or a file cannot be written.
pub fn write(
    out: &Utf8Path,
    order: &PreviewOrder<'_>,
    progress: &Progress,
) -> Result<PreviewSummary, PreviewError> {
    for language in Language::ALL {
        let path = out.join(language.word());
        fs::create_dir_all(&path).map_err(FileError::at("write", &path))?;
    }

    let letters = letters(order);
    let mut made = made_before(out);
    let is_made = |letter: &&Letter| {
        let before = made.get(&letter.name()).filter(|before| before.made_of == letter.made_of);
        before.is_some_and(|before| before.is_there(out, &letter.name()))
    };
    let new: Vec<&Letter> = letters.iter().filter(|letter| !is_made(letter)).collect();

    let bodies: BTreeMap<String, Body> =
        new.iter().map(|letter| (letter.draft.body.clone(), letter.body.clone())).collect();
    let press = Press::new(&bodies, order.print, order.run_date)?;
    progress.stage("preview", new.len() as u64);
    let set = workers::map(&new, |letter| {
        let pages = set(out, &press, letter)?;
        progress.advance(1);
        Ok((letter.name(), MadeLetter { made_of: letter.made_of.clone(), pages }))
    });
    made.extend(set.into_iter().collect::<Result<Vec<_>, PreviewError>>()?);

    let pages = |letter: &Letter| made.get(&letter.name()).map_or(0, |made| made.pages);
    let summary = PreviewSummary {
        variants: letters.len(),
        pages: letters.iter().map(pages).sum(),
        set: new.len(),
        index: out.join("index.html"),
    };

    let page = page::Page::new(order, &letters, &made).html(&summary)?;
    write_file(&out.join(MADE), &serde_json::to_vec_pretty(&made).unwrap_or_default())?;
    write_file(&summary.index, page.as_bytes())?;
    Ok(summary)
}

/// The letters that are shown: all of them, or those that are different with earlier texts.
fn letters(order: &PreviewOrder<'_>) -> Vec<Letter> {
    let PreviewOrder { texts, facts, print, run_date, since } = *order;
    // What is the same for all of them; a program that cannot be read is one that nothing was made by.
    let common = serde_json::json!([
        render::hashes(),
        process::program_hash().unwrap_or_default(),
        print,
        run_date,
        PIXELS_PER_INCH
    ]);

    let letter = |(number, variant): (usize, Variant)| {
        let body = variant.body(texts, facts, run_date, true);
        let draft = invented::draft(&variant.subject, number / 2, &body);
        let made_of = hash::of_bytes(serde_json::json!([common, draft]).to_string().as_bytes());
        Letter { variant, body, draft, made_of }
    };
    let is_different = |letter: &Letter| {
        since.is_none_or(|since| letter.variant.body(since, facts, run_date, true) != letter.body)
    };

    texts::variants(facts).into_iter().enumerate().map(letter).filter(is_different).collect()
}

/// What an earlier preview left in the folder, by name; nothing when that cannot be read.
fn made_before(out: &Utf8Path) -> BTreeMap<String, MadeLetter> {
    let text = durable::read_text(&out.join(MADE), LONGEST_MADE).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Sets one letter; gives the number of its pages.
fn set(out: &Utf8Path, press: &Press, letter: &Letter) -> Result<usize, PreviewError> {
    let Letter { variant, body, draft, .. } = letter;
    let failed = |source| PreviewError::Render { variant: variant.name.clone(), source };
    let name = letter.name();
    write_file(&out.join(format!("{name}.pdf")), &press.accessible(draft, body).map_err(failed)?)?;

    let pictures = press.png(draft, body, PIXELS_PER_INCH).map_err(failed)?;
    for (page, png) in (1..).zip(&pictures) {
        write_file(&out.join(picture(&name, page)), png)?;
    }

    // A letter that is shorter now.
    for page in pictures.len() + 1.. {
        if fs::remove_file(out.join(picture(&name, page))).is_err() {
            break;
        }
    }

    Ok(pictures.len())
}

/// How letters of one size lie on their paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// Letters that were set.
    pub letters: usize,
    /// Sheets of paper they take, printed on both sides.
    pub sheets: usize,
    /// Page breaks that strand a line, an entry of a list or the end of a letter.
    pub stranded: usize,
}

/// Sets every variant of the preview in both sizes of print and measures its page breaks.
///
/// # Errors
/// [`PreviewError::Press`] when a letter does not set.
pub fn paper(
    texts: &CampaignTexts,
    facts: &Facts,
    print: &Print,
    run_date: Date,
) -> Result<BTreeMap<Format, Paper>, PreviewError> {
    let mut bodies = BTreeMap::new();
    for mut variant in texts::variants(facts) {
        for format in Format::ALL {
            variant.subject.format = *format;
            let body = variant.body(texts, facts, run_date, false);
            bodies.insert(body.key(), body);
        }
    }

    let press = Press::new(&bodies, print, run_date)?;
    let mut found: BTreeMap<Format, Paper> = BTreeMap::new();
    for (key, body) in &bodies {
        let paper = found.entry(body.format).or_default();
        paper.letters += 1;
        paper.sheets += press.sides(key).unwrap_or_default().div_ceil(2);
        paper.stranded += press.stranded(key).unwrap_or_default();
    }

    Ok(found)
}

fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), PreviewError> {
    Ok(durable::write(path, bytes).map_err(FileError::at("write", path))?)
}
