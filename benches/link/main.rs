//! Measures linking against a truth: speed, memory, people mixed up, surplus letters, people held
//! for a human.
//!
//!     cargo bench --profile release --bench link -- sample DIR [strict]     output of `breachpost
//!     sample` cargo bench --profile release --bench link -- febrl DIR               the FEBRL sets
//!     with their truth
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures and stops at the first surprise"
)]

mod febrl;
mod load;
mod sample;
mod truth;

use camino::Utf8PathBuf;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["sample", folder, rest @ ..] => sample::measure(&Utf8PathBuf::from(*folder), rest),
        ["train", folder] => sample::train(&Utf8PathBuf::from(*folder)),
        ["train-febrl", folder] => febrl::train(&Utf8PathBuf::from(*folder)),
        ["febrl", folder, rest @ ..] => febrl::measure(&Utf8PathBuf::from(*folder), rest),
        _ => println!("usage: link sample DIR [strict] | link febrl DIR"),
    }
}
