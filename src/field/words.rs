//! Words in a cell instead of what belongs there: "GEHEIM" for a street, "Mevr." in a surname, a
//! day that programs write for nothing. What they are is data, with source and reason, in
//! `locales/no-*.toml`.

pub mod address;
pub mod dates;
mod fold;
pub mod name;
mod phrases;

pub use fold::fold;
