//! Measures the render stage: one Typst document per letter against bodies that are set once, same
//! people, same run.
//!
//!     cargo bench --profile release --bench render -- DIR [whole]    output of `breachpost sample`
//!     cargo bench --profile release --bench render -- bodies DIR     how many bodies there are,
//!     and their memory
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints its figures and stops at the first surprise"
)]

mod bodies;
mod clock;
mod letters;
mod stage;

use camino::Utf8PathBuf;

/// Letters that are set as documents of their own, for the comparison.
const WHOLE: usize = 1_000;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bodies", folder] => bodies::measure(&Utf8PathBuf::from(*folder)),
        [folder, rest @ ..] => {
            let whole = rest.first().and_then(|count| count.parse().ok()).unwrap_or(WHOLE);
            stage::measure(&Utf8PathBuf::from(*folder), whole);
        }
        _ => println!("usage: render DIR [whole] | render bodies DIR"),
    }
}
