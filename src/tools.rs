//! Commands that look at the path, or prepare it; no stage uses them.

pub mod campaign;
pub mod explain;
pub mod figures;
pub mod link_train;
pub mod notice_samples;
pub mod preview;
pub mod queue;
pub mod review;
pub mod sample;
pub mod text_check;
pub mod verify;
