//! Bodies that were read in one print file and come again in the next, byte for byte.
//!
//! What a stream means depends on its own bytes and on what the file's faces say about the codes in
//! it. So a body is known again by the hash of its streams, and only where this file's faces give
//! the same texts and widths for all its codes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::render::readback::{FORM, ReadbackError, Reader};

/// Codes that a form shows, by the name of the face in its resources.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes {
    faces: Vec<(Vec<u8>, Vec<u16>)>,
    /// Place in `faces`.
    current: usize,
}

impl Codes {
    pub fn face(&mut self, name: &[u8]) {
        let known = self.faces.iter().position(|(known, _)| known == name);
        self.current = known.unwrap_or(self.faces.len());
        if known.is_none() {
            self.faces.push((name.to_vec(), Vec::new()));
        }
    }

    pub fn add(&mut self, code: u16) {
        if let Some((_, codes)) = self.faces.get_mut(self.current) {
            codes.push(code);
        }
    }

    fn packed(&self) -> Used {
        let once = |codes: &[u16]| codes.iter().copied().collect::<BTreeSet<_>>();
        self.faces
            .iter()
            .map(|(name, codes)| (name.as_slice().into(), once(codes).into_iter().collect()))
            .collect()
    }
}

/// Face names and codes.
type Used = Box<[(Box<[u8]>, Box<[u16]>)]>;

/// A body that has been read, and what was found.
struct Known<T> {
    /// For each page.
    used: Box<[Used]>,
    /// What the faces said about these codes.
    faces: [u8; 32],
    found: Arc<T>,
}

/// The bodies of a job as far as they have been read, for all threads.
pub(super) struct Shelf<T>(Mutex<HashMap<[u8; 32], Arc<Known<T>>>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// What the streams of a body are, without a look into them.
pub(super) fn streams(
    reader: &Reader,
    key: &str,
    forms: &[i32],
) -> Result<[u8; 32], ReadbackError> {
    let mut hash = Sha256::new_with_prefix(key);
    for number in forms {
        let drawn = reader.forms.get(number).ok_or(FORM)?;
        let data = drawn.stream.raw_data();
        hash.update(format!(";{:?};{};{};", drawn.stream.filters(), drawn.height, data.len()));
        hash.update(&data);
    }
    Ok(hash.finalize().into())
}

impl<T> Shelf<T> {
    /// What was found in the body with these streams, if it means the same in this file.
    pub fn find(
        &self,
        streams: &[u8; 32],
        reader: &mut Reader,
        forms: &[i32],
    ) -> Result<Option<Arc<T>>, ReadbackError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(streams).cloned();
        let Some(known) = known else { return Ok(None) };
        let same = faces(reader, forms, &known.used)? == known.faces;
        Ok(same.then(|| Arc::clone(&known.found)))
    }

    /// Keeps what was found in a body.
    pub fn keep(
        &self,
        streams: [u8; 32],
        reader: &mut Reader,
        forms: &[i32],
        found: &Arc<T>,
    ) -> Result<(), ReadbackError> {
        let used = forms
            .iter()
            .map(|&number| Ok(reader.form(number)?.codes.packed()))
            .collect::<Result<Box<[_]>, _>>()?;
        let known = Known { faces: faces(reader, forms, &used)?, used, found: Arc::clone(found) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(streams, Arc::new(known));
        Ok(())
    }
}

/// What this file's faces say about the codes of a body.
fn faces(reader: &mut Reader, forms: &[i32], used: &[Used]) -> Result<[u8; 32], ReadbackError> {
    let mut hash = Sha256::new();
    for (number, used) in forms.iter().zip(used) {
        for (name, codes) in used {
            let resources = reader.forms.get(number).ok_or(FORM)?.resources.clone();
            let font = reader.font(&resources, name)?;
            for &code in codes {
                hash.update(code.to_be_bytes());
                hash.update(font.width(code).to_bits().to_be_bytes());
                hash.update(font.text(code).unwrap_or_default());
                hash.update([0]);
            }
        }
    }

    Ok(hash.finalize().into())
}
