//! `contract`: what the lists may hold.

use crate::cli::args::Args;
use crate::cli::output;
use crate::field::contract::{self, Page};
use crate::field::row::List;

/// `breachpost contract`.
pub(super) fn show(args: &Args, list: Option<List>, markdown: bool) {
    if args.json {
        output::json(&Page::of(list));
    } else if markdown {
        output::line(contract::markdown().trim_end());
    } else {
        output::line(Page::of(list).to_string().trim_end());
    }
}
