//! The real program and its stages against other people's tools.

mod mail;
mod package;
mod tools;
