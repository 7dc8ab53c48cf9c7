//! Print files: set, and read back before anybody else sees them.

use std::collections::BTreeMap;

use super::RunError;
use crate::base::defect::{self, Defect};
use crate::config::Print;
use crate::field::body::Body;
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::package::PartPlan;
use crate::render::Press;
use crate::render::readback::Proofreader;

/// Sets the print files of a job and holds them against what was decided.
pub(super) struct Setter<'a> {
    job: JobNumber,
    reader: Proofreader<'a>,
}

impl<'a> Setter<'a> {
    /// The print files of the job have these bodies and are on this paper.
    pub fn new(job: JobNumber, bodies: &'a BTreeMap<String, Body>, print: &'a Print) -> Self {
        Self { job, reader: Proofreader::new(job, bodies, print) }
    }

    /// Sets a print file and reads it back: what is returned is what was decided.
    pub fn set(&self, press: &Press, letters: &[Planned]) -> Result<Vec<u8>, RunError> {
        self.set_unless_read(press, letters, |_| false)
    }

    /// The same; it is not read back again where `is_read` says that the same bytes were.
    pub fn set_unless_read(
        &self,
        press: &Press,
        letters: &[Planned],
        is_read: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Vec<u8>, RunError> {
        let letters: Vec<&Planned> = letters.iter().collect();
        let pdf = if defect::is(Defect::AddressesSwapped) {
            press.set(self.job, &swapped(&letters).iter().collect::<Vec<_>>())?
        } else {
            press.set(self.job, &letters)?
        };
        if !is_read(&pdf) {
            self.reader.compare(&pdf, &letters)?;
        }
        Ok(pdf)
    }
}

/// The letters of each print file of a part, in print order.
pub(super) fn by_print_file(part: &PartPlan) -> Vec<&[Planned]> {
    part.letters.chunk_by(|one, next| one.place.print_file == next.place.print_file).collect()
}

/// What [`Defect::AddressesSwapped`] sets: names and addresses of the first two letters change
/// places.
fn swapped(letters: &[&Planned]) -> Vec<Planned> {
    let mut letters: Vec<Planned> = letters.iter().copied().cloned().collect();
    if let [one, other, ..] = &mut letters[..] {
        std::mem::swap(&mut one.draft.name_lines, &mut other.draft.name_lines);
        std::mem::swap(&mut one.draft.address_lines, &mut other.draft.address_lines);
    }
    letters
}
