//! What the program speaks of: rows, people, letters, reasons. The words between the stages, one
//! thing a file, each using only those above it.

pub mod address;
pub mod cells;
pub mod digits;
pub mod made_with;
pub mod mode;
pub mod placeholder;
pub mod role;

pub mod ids;
pub mod job_number;
pub mod names;
pub mod partial_date;
pub mod terms;

pub mod reissue;
pub mod subject;

pub mod shared;

pub mod findings;
pub mod keys;
pub mod professional;
pub mod provider;

pub mod reason;

pub mod row;

pub mod judgement;

pub mod contract;
pub mod words;

pub mod notice;
pub mod notice_mail;
pub mod person;

pub mod body;
pub mod draft;
pub mod piece;
pub mod place;
pub mod schedule;
