//! `breachpost sample`: an invented inbox of any size, with the truth beside it. The same number
//! and seed give the same bytes.

mod files;
mod lab;
mod names;
mod places;
mod population;

use camino::{Utf8Path, Utf8PathBuf};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::base::progress::Progress;
use crate::base::{Explain, FileError};
use files::Files;
use lab::Codes;
use population::Population;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SampleSummary {
    /// Folder.
    pub out: Utf8PathBuf,
    /// Invented people with at least one exposure row.
    pub people: u64,
    /// Exposure rows.
    pub exposures: u64,
    /// Rows of the participants list, some of them without an exposure.
    pub participants: u64,
    /// Rows of the register.
    pub register: u64,
    /// Care providers.
    pub providers: u64,
    /// Suppressions.
    pub suppressions: u64,
    /// Rows of the professionals list.
    #[serde(skip_serializing_if = "is_none")]
    pub professionals: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_none(rows: &u64) -> bool {
    *rows == 0
}

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum SampleError {
    /// The folder holds something already.
    #[error("`{out}` is not empty")]
    NotEmpty { out: Utf8PathBuf },
    /// More people than there are test numbers.
    #[error(
        "{people} people are more than there are numbers in the test range (at most 8,500,000)"
    )]
    TooMany {
        /// How many were asked for.
        people: u32,
    },
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// A CSV file cannot be written.
    #[error("cannot write `{file}`")]
    Csv { file: String, source: csv::Error },
}

impl Explain for SampleError {
    fn hint(&self) -> Option<String> {
        matches!(self, Self::NotEmpty { .. })
            .then(|| "give a folder that is empty or does not exist yet".to_owned())
    }
}

/// How much is invented.
#[derive(Clone, Copy, Debug)]
pub struct SampleSize {
    /// People, about.
    pub people: u32,
    /// Care providers; `None`: two per thousand people.
    pub providers: Option<u32>,
    /// Professionals.
    pub professionals: u32,
}

/// Writes an inbox of this size to `out`: exposures (two files), participants,
/// register, providers, suppressions, and professionals if there are any, each with its sidecar, and `truth.csv` (`record_id, person`).
///
/// # Errors
/// [`SampleError`] when the folder is not empty or a file cannot be written.
pub fn write(
    out: &Utf8Path,
    SampleSize { people, providers: wanted, professionals }: SampleSize,
    seed: u64,
    progress: &Progress,
) -> Result<SampleSummary, SampleError> {
    if people > 8_500_000 {
        return Err(SampleError::TooMany { people });
    }

    let mut files = Files::create(out)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let wanted = wanted.unwrap_or(people / 500).max(6);
    let codes = providers(&mut rng, wanted, &mut files)?;
    let mut population = Population::new(ChaCha8Rng::seed_from_u64(seed ^ 0x5eed));
    let mut stranger = None;
    let mut left = people;

    progress.stage("inventing", u64::from(people));

    while left > 0 {
        let mut household = population.household();
        household.truncate(left as usize);
        for human in &household {
            for record in lab::records(&mut rng, human, &codes, stranger) {
                files.exposure(human, record)?;
            }
            files.listed(human)?;
            stranger = Some(human.bsn);
        }
        let count = u32::try_from(household.len()).expect("a household is small");
        left -= count;
        progress.advance(u64::from(count));
        // Participants whose tests went elsewhere: on the list, not exposed, not written to.
        if rng.random_bool(0.08) {
            population.household().iter().try_for_each(|human| files.listed(human))?;
        }
    }

    // From numbers of their own: the rest is the same with and without them.
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xca5e);
    for number in 0..professionals {
        files.professional(&mut rng, number, &codes)?;
    }

    progress.finish();
    files.finish(out, people)
}

/// So many practices, hospitals, clinics, and at least one institution.
fn providers(rng: &mut ChaCha8Rng, wanted: u32, files: &mut Files) -> Result<Codes, SampleError> {
    let mut codes = Codes { gp: Vec::new(), hospital: Vec::new(), custodial: Vec::new() };
    for number in 0..wanted {
        let (kind, prefix, table) = match number % 20 {
            0 => ("custodial", 41, &mut codes.custodial),
            1..5 => ("hospital", 6, &mut codes.hospital),
            5 => ("clinic", 22, &mut codes.gp),
            _ => ("gp", 1, &mut codes.gp),
        };
        let code = format!("{prefix:02}{:06}", 10_000 + number);
        files.provider(rng, &code, kind)?;
        table.push(code);
    }

    if codes.gp.is_empty() {
        codes.gp.push("01999999".to_owned());
    }

    Ok(codes)
}
