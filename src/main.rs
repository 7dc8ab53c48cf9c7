//! The binary: parses, runs, exits. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    breachpost::cli::main()
}
