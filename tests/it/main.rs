//! The real program and its stages against other people's tools.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod addressing;
mod copies;
mod faults;
mod letters;
mod mail;
mod marks;
mod night;
mod package;
mod paper;
mod program;
mod refusals;
mod tools;
mod tree;
mod variants;
