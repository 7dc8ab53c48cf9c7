//! Four eyes: nothing is printed that two people have not seen and approved.
//!
//! [`proofs`] chooses the letters to look at; [`statement`] says by hash and count what exactly is
//! approved; [`rule`] says who may approve; [`verdict`] says whether what was said of a statement is
//! enough, and checks every signature again; [`act`] writes down what somebody says. `run` holds
//! letters back until the verdict is good; [`emergency`] is about those that one person released.

pub mod act;
mod canonical;
pub mod edits;
pub mod emergency;
pub mod proofs;
pub mod record;
pub mod rule;
pub mod stand_ins;
pub mod statement;
pub mod verdict;
pub mod words;
