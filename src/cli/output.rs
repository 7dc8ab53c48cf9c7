//! The only place that prints: answers on standard output, failures on standard error.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::ExitStatus;
use crate::base::{Explain, plain};
use crate::deliver::email;

/// Why an answer could not be printed, once it could not.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// Why a command did not do what was asked.
pub struct Failure {
    /// The exit code.
    pub status: ExitStatus,
    /// What went wrong and what caused it, outermost first.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure from an error and everything behind it. A cause that only repeats the one before
    /// is left out; what a mail server answered is cleaned.
    pub fn new(status: ExitStatus, error: &dyn std::error::Error, hint: Option<String>) -> Self {
        let mut causes = vec![error.to_string()];
        let mut source = error.source();
        let mut strange = false;
        while let Some(cause) = source {
            strange |= email::is_answer(cause);
            let text = if strange { plain::quoted(&cause.to_string()) } else { cause.to_string() };
            if causes.last() != Some(&text) {
                causes.push(text);
            }
            source = cause.source();
        }

        Self { status, causes, hint }
    }

    /// A failure from an error that knows how a command ends with it, and what to do.
    pub fn of(error: &impl Explain) -> Self {
        Self::new(error.status(), error, error.hint())
    }

    /// A defect of the program, at this place in its source.
    pub fn defect(status: ExitStatus, place: &str) -> Self {
        let hint = "this is a defect in the program: run again, and if it happens again, send the log to whoever maintains it";
        Self {
            status,
            causes: vec![format!("internal error at {place}")],
            hint: Some(hint.to_owned()),
        }
    }

    /// The failure for another program.
    pub fn answer(&self) -> impl Serialize {
        Answer {
            exit_code: self.status.code(),
            outcome: "stopped",
            error: self.causes.first().map_or("", String::as_str),
            causes: self.causes.get(1..).unwrap_or_default(),
            hint: self.hint.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    exit_code: u8,
    outcome: &'static str,
    error: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
}

/// Prints a failure: the error, its causes, the hint.
pub fn failure(failure: &Failure) {
    let mut stderr = std::io::stderr().lock();
    for (place, cause) in failure.causes.iter().enumerate() {
        let word = if place == 0 { "error" } else { "  cause" };
        // When standard error is gone there is nobody left to tell.
        let _ =
            writeln!(stderr, "{word}: {}", plain::shown(cause.trim_end()).replace('\n', "\n  "));
    }

    if let Some(hint) = &failure.hint {
        let _ = writeln!(stderr, "hint: {}", plain::shown(hint));
    }
}

/// Prints what will happen, or what goes wrong beside the answer.
pub fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", plain::shown(&text.to_string()));
}

/// Prints one line of an answer.
pub fn line(text: impl Display) {
    answer(&plain::shown(&text.to_string()));
}

/// Prints an answer for another program.
pub fn json(answer_of: &impl Serialize) {
    match serde_json::to_string_pretty(answer_of) {
        Ok(text) => answer(&plain::shown_json(&text)),
        Err(error) => failure(&Failure::new(ExitStatus::Stopped, &error, None)),
    }
}

/// A reader who has seen enough (`| head`) is not an error; a full disk is: see [`lost`].
fn answer(text: &str) {
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = writeln!(stdout, "{text}").and_then(|()| stdout.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        LOST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// The failure of a command whose answer, or a part of it, could not be printed; to be asked once,
/// at the end.
pub fn lost(status: ExitStatus) -> Option<Failure> {
    let error = LOST.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    Some(Failure {
        status,
        causes: vec![
            "the answer could not be printed on standard output".to_owned(),
            error.to_string(),
        ],
        hint: Some("make room where standard output goes; what the command did is done".to_owned()),
    })
}
