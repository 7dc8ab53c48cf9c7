//! Breachpost writes to the people whose data were stolen: reads who was exposed, finds out who is
//! who, decides who gets which letter, sets the letters and hands the print vendor a sealed
//! package. The modules are in reading order.

pub mod cli;
pub mod config;
pub mod facts;
pub mod run;

pub mod read;

pub mod link;

pub mod decide;

pub mod compose;

pub mod render;

pub mod package;

pub mod deliver;

pub mod receipts;

pub mod record;

pub mod report;

pub mod approval;

pub mod tools;

pub mod vendor_sim;

pub mod desk;

pub mod field;

pub mod base;

/// Laying out letters makes and drops millions of small things; this allocator does it in three
/// quarters of the time of glibc's and keeps less.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
