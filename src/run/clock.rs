//! How long each stage took.

use std::time::Instant;

use crate::base::process::peak_rss_bytes;
use crate::report::Stage;

/// Collects stage times. The only clock of a run; nothing is decided by it.
#[derive(Debug, Default)]
pub struct Clock {
    stages: Vec<Stage>,
}

impl Clock {
    /// Runs `work` as the stage `name`; `items` counts what went through it.
    ///
    /// # Errors
    /// Whatever `work` returns.
    pub fn time<T, E>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, E>,
        items: impl FnOnce(&T) -> u64,
    ) -> Result<T, E> {
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        let items = items(&result);
        tracing::info!(stage = name, stage.seconds = seconds, stage.items = items, "stage done");
        self.stages.push(Stage {
            name: name.to_owned(),
            seconds,
            items,
            peak_rss_bytes: peak_rss_bytes(),
        });

        Ok(result)
    }

    /// The stages so far, in order.
    #[must_use]
    pub fn stages(self) -> Vec<Stage> {
        self.stages
    }
}
