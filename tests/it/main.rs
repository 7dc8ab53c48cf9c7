//! The real program and its stages against other people's tools.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod addressing;
mod canaries;
mod changing_lists;
mod closed;
mod copies;
mod edits;
mod faults;
mod figures;
mod leaks;
mod letters;
mod lists;
mod mail;
mod marks;
mod memory;
mod modes;
mod night;
mod nights;
mod older;
mod package;
mod packaging;
mod paper;
mod plain;
mod program;
mod purge;
mod readers;
mod refusals;
mod restore;
mod scale;
mod telling;
mod tools;
mod tree;
mod variants;
mod who;
