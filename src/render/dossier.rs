//! The dossier of an approval: pages of a template of their own, then the proofs as letters, in one
//! file for the archive.

use serde::{Deserialize, Serialize};

use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::render::input::DateParts;

/// Input of `templates/dossier.typ`. Nothing about anybody who is written to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierPages {
    /// Heading, and title of the file.
    pub title: String,
    /// The date of the letters.
    pub date: DateParts,
    /// That everybody is invented; empty in a real campaign.
    pub rehearsal: String,
    /// What is said before the proofs.
    pub chapters: Vec<DossierChapter>,
    /// The proofs, in the order of their letters.
    pub proofs: Vec<DossierProof>,
}

/// Some lines under a heading.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierChapter {
    /// The heading.
    pub heading: String,
    /// One paragraph each.
    pub lines: Vec<String>,
    /// Bytes rather than words: set small.
    pub exact: bool,
}

/// A proof in the list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierProof {
    /// Its number.
    pub number: u32,
    /// Its first side among those of all proofs, from 1.
    pub side: usize,
    /// What it is there for.
    pub why: String,
}

/// A letter of a dossier.
#[derive(Clone, Copy, Debug)]
pub struct DossierLetter<'l> {
    /// With stand-ins for everything that is somebody's.
    pub draft: &'l Draft,
    /// Its text.
    pub body: &'l Body,
}
