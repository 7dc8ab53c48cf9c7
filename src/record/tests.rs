//! The ledger as a run uses it.

mod again;
mod decides;
mod edits;
pub(super) mod fixture;
mod forgets_nothing;
mod gives_up;
mod is_migrated;
mod is_purged;
mod judges;
mod knows_people;
mod lists_change;
mod notices_changes;
#[path = "../../fuzz/ledger.rs"]
mod operations;
mod refuses;
mod scale;
mod waits;
