//! `[review]`, `[metrics]` and parts of `[mail]`: how humans and machines hear of a run.

use camino::Utf8PathBuf;
use serde::Deserialize;

use super::Config;
use crate::field::judgement::CaseKind;

/// `[review]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewSettings {
    /// Days after which a case that still waits for a human is overdue; 1 to 365.
    pub overdue_days: i64,
    /// Of so many of a hundred decisions somebody else is asked as well, blind; 0 to 100.
    pub second_opinion_percent: u8,
    /// Kinds of case of which every decision is asked twice.
    pub second_opinion_kinds: Vec<CaseKind>,
    /// Whether `review export` writes the values of rows.
    pub values: bool,
}

impl Default for ReviewSettings {
    fn default() -> Self {
        Self {
            overdue_days: 14,
            second_opinion_percent: 2,
            second_opinion_kinds: Vec::new(),
            values: false,
        }
    }
}

/// `[metrics]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Text file for Prometheus' `node_exporter`, written anew after each run; other users may read
    /// it. Its folder must be there; its name ends in `.prom`.
    pub file: Utf8PathBuf,
}

/// What is wrong with these settings: which key, and what.
pub(super) fn check(config: &Config) -> Result<(), (&'static str, String)> {
    if !(1..=365).contains(&config.review.overdue_days) {
        return Err(("review.overdue_days", "must be 1 to 365".to_owned()));
    }

    if config.review.second_opinion_percent > 100 {
        return Err(("review.second_opinion_percent", "must be 0 to 100".to_owned()));
    }

    if config.metrics.as_ref().is_some_and(|metrics| metrics.file.extension() != Some("prom")) {
        return Err((
            "metrics.file",
            "must end in `.prom`: the exporter reads no other files".to_owned(),
        ));
    }

    let Some(mail) = &config.mail else { return Ok(()) };

    if !(1..=600).contains(&mail.timeout_seconds) {
        return Err(("mail.timeout_seconds", "must be 1 to 600".to_owned()));
    }

    if mail.helo.as_ref().is_some_and(|name| !is_host_name(name)) {
        return Err(("mail.helo", "must be a host name: letters, digits, `-` and `.`".to_owned()));
    }

    Ok(())
}

/// RFC 5321, 2.3.5: labels of letters, digits and hyphens.
#[must_use]
pub fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_has_labels_and_nothing_else() {
        for good in ["mail.example.org", "localhost", "a-1.b"] {
            assert!(is_host_name(good), "{good}");
        }
        for bad in
            ["", ".", "a..b", "-a", "a-", "a b", "a\r\nMAIL FROM:<x>", "[127.0.0.1]", "\u{e9}.nl"]
        {
            assert!(!is_host_name(bad), "{bad}");
        }
        assert!(!is_host_name(&"a".repeat(64)));
    }
}
