//! The queue while it is being read: opening the ledger of a large campaign takes seconds, and
//! nobody waits for that with a page half sent.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::queue::Worklist;
use crate::config::Config;
use crate::tools::queue::QueueError;

/// The queue that people work off, shared by all of them.
pub type SharedQueue = Arc<Mutex<Worklist>>;

/// What there is to work off.
#[derive(Debug)]
pub enum QueueNow {
    /// These cases.
    Ready(SharedQueue),
    /// No run has left any that can be looked at.
    Nothing,
    /// It is still being read.
    BeingRead,
}

/// The place of the queue: read by one thread when a run has left one.
#[derive(Debug, Default)]
pub struct QueuePlace {
    state: Mutex<State>,
    read: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: Option<SharedQueue>,
    is_being_read: bool,
    /// What stood against reading it, for whoever asks next.
    failed: Option<QueueError>,
}

impl QueuePlace {
    /// The queue of the last run, if it is read within `patience`; a thread reads it where that has
    /// not begun.
    ///
    /// # Errors
    /// [`QueueError`] when papers, key or ledger cannot be read.
    pub fn look(
        self: &Arc<Self>,
        config: &Config,
        patience: Duration,
    ) -> Result<QueueNow, QueueError> {
        let mut state = self.state();
        if let Some(queue) = state.queue.as_ref().filter(|queue| is_current(queue, config)) {
            return Ok(QueueNow::Ready(Arc::clone(queue)));
        }
        if !state.is_being_read {
            if !Worklist::is_there(config) {
                return Ok(QueueNow::Nothing);
            }
            state.is_being_read = true;
            let (place, config) = (Arc::clone(self), config.clone());
            std::thread::spawn(move || place.read(&config));
        }

        let wait = self.read.wait_timeout_while(state, patience, |state| state.is_being_read);
        let (mut state, waited) = wait.unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        Ok(match &state.queue {
            _ if waited.timed_out() => QueueNow::BeingRead,
            Some(queue) => QueueNow::Ready(Arc::clone(queue)),
            None => QueueNow::Nothing,
        })
    }

    fn read(&self, config: &Config) {
        // A panic is said to the log; nobody may wait for it.
        let loaded = std::panic::catch_unwind(|| Worklist::load(config));
        let mut state = self.state();
        state.is_being_read = false;
        match loaded {
            Ok(Ok(queue)) => state.queue = queue.map(|queue| Arc::new(Mutex::new(queue))),
            Ok(Err(error)) => state.failed = Some(error),
            Err(_) => state.queue = None,
        }
        drop(state);
        self.read.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_current(queue: &SharedQueue, config: &Config) -> bool {
    queue.lock().unwrap_or_else(PoisonError::into_inner).is_current(config)
}
