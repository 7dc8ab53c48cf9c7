//! Progress of long work on a terminal; silent elsewhere.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

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

    /// Begins a stage of `total` items, people or letters; 0 = nobody knows, and only the time so
    /// far is shown.
    pub fn stage(&self, name: &'static str, total: u64) {
        let template = if total == 0 {
            "{msg:<11} {spinner} {elapsed}"
        } else {
            "{msg:<11} [{bar:30}] {human_pos}/{human_len} {speed}"
        };
        self.begin(name, total, template);
    }

    /// Begins a stage of `total` bytes.
    pub fn bytes(&self, name: &'static str, total: u64) {
        self.begin(name, total, "{msg:<11} [{bar:30}] {bytes}/{total_bytes}{left}");
    }

    fn begin(&self, name: &'static str, total: u64, template: &str) {
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar.reset();
        self.bar
            .set_style(style.progress_chars("=> ").with_key("speed", speed).with_key("left", left));
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

/// Items a second, and the time left.
fn speed(state: &ProgressState, text: &mut dyn Write) {
    // Writing into a text does not fail.
    let _ = write!(text, "{:.0}/s", state.per_sec());
    left(state, text);
}

/// The time left, as soon as anything can be said about it.
fn left(state: &ProgressState, text: &mut dyn Write) {
    if state.pos() > 0 {
        let _ = write!(text, ", {:#} left", HumanDuration(state.eta()));
    }
}
