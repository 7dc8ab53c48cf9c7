//! The real program and its stages against other people's tools.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod addressing;
mod mail;
mod night;
mod package;
mod program;
mod refusals;
mod tools;
mod tree;
mod who;
