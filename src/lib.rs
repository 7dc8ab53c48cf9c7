//! Breachpost writes to the people whose data were stolen: reads who was exposed, finds out who is who, decides who gets
//! which letter, sets the letters and hands the print vendor a sealed package. The modules stand in reading order.

pub mod config;
pub mod facts;

pub mod address;
pub mod cells;
pub mod keys;
pub mod letter;
pub mod person;
pub mod progress;
pub mod reason;
pub mod row;

pub mod read;
