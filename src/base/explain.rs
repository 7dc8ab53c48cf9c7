//! Errors that say what to do about them.

use super::ExitStatus;

/// An error that a command may end with.
pub trait Explain: std::error::Error {
    /// What to do about it, where there is something to do.
    fn hint(&self) -> Option<String> {
        None
    }

    /// How a command ends that fails with it: mostly, nothing has left the building.
    fn status(&self) -> ExitStatus {
        ExitStatus::Stopped
    }
}
