//! Progress of long work on a terminal; silent elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows which stage is running, how much of it is done, at what rate and how long it will take.
///
/// Clones share one bar; any thread may advance it.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Draws on stderr when that is a terminal, else nothing.
    #[must_use]
    pub fn on_stderr() -> Self {
        Self { bar: ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10)) }
    }

    /// Draws nothing.
    #[must_use]
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// Begins a stage of `total` items; 0 = not known beforehand.
    pub fn stage(&self, name: &'static str, total: u64) {
        let template = if total == 0 {
            "{msg:<9} {spinner} {human_pos} in {elapsed}"
        } else {
            "{msg:<9} [{bar:30}] {human_pos}/{human_len} {per_sec}, {eta} left"
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar.reset();
        self.bar.set_style(style.progress_chars("=> "));
        self.bar.set_length(total);
        self.bar.set_message(name);
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    /// `count` more items of the stage are done.
    pub fn advance(&self, count: u64) {
        self.bar.inc(count);
    }

    /// Takes the bar away, so that ordinary output can follow.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
