//! The person that linking makes of rows.

use crate::field::findings::Told;
use crate::field::ids::Pseudonym;
use crate::field::row::{Exposure, Registrant};

/// The rows that linking says are one human being.
#[derive(Clone, Debug)]
pub struct Cluster<'a> {
    /// At least one row, in content order (the same whatever the order of files and rows).
    pub exposures: Vec<&'a Exposure>,
    /// Rows of the participants list, in content order; usually none or one.
    pub participants: Vec<&'a Registrant>,
    /// Rows of the register, in content order; usually none or one.
    pub register: Vec<&'a Registrant>,
}

/// A cluster of rows that are one human being, with what the ledger remembers of them.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// Stable from run to run.
    pub pseudonym: Pseudonym,
    /// Their rows.
    pub rows: Cluster<'a>,
    /// Letters this person had, oldest first.
    pub told: Vec<Told>,
}
