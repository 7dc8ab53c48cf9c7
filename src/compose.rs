//! Notices become drafts: who is addressed how, and which text the letter has.

pub mod texts;
