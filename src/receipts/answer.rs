//! `<job>.stopped.json`: what the vendor answers to a stop order, part by part.

use serde::{Deserialize, Serialize};

use super::ack::place_of;

/// The answer to the stop orders of a job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopAnswers {
    /// The job, as its folder is named.
    pub job: String,
    /// Its parts that were asked about, each once.
    pub parts: Vec<StopAnswer>,
}

/// The answer for one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopAnswer {
    /// Number of the part, from 1.
    pub part: u32,
    /// What became of the stop.
    pub answer: StopVerdict,
    /// Pieces that were destroyed.
    #[serde(default)]
    pub destroyed: u32,
    /// Pieces that had been posted.
    #[serde(default)]
    pub posted: u32,
}

/// What became of a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopVerdict {
    /// Nothing more of the part goes out; what is on paper is kept.
    Stopped,
    /// All of it had been posted.
    TooLate,
    /// What had not been posted is destroyed.
    Destroyed,
}

impl StopVerdict {
    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::TooLate => "too_late",
            Self::Destroyed => "destroyed",
        }
    }
}

pub(super) fn parse(job_name: &str, text: &str) -> Result<StopAnswers, String> {
    let answers: StopAnswers = serde_json::from_str(text).map_err(|error| place_of(&error))?;
    if answers.job != job_name {
        return Err("`job` is not the job in the name of the file".to_owned());
    }

    let mut parts: Vec<u32> = answers.parts.iter().map(|answer| answer.part).collect();
    parts.sort_unstable();
    if parts.is_empty() || parts.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("`parts` is empty or names a part twice".to_owned());
    }

    let is_odd = |answer: &StopAnswer| match answer.answer {
        StopVerdict::Stopped | StopVerdict::TooLate => answer.destroyed > 0,
        StopVerdict::Destroyed => answer.destroyed == 0,
    };
    if answers.parts.iter().any(is_odd) {
        return Err("`destroyed` is a number above 0 with the answer `destroyed` alone".to_owned());
    }

    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_what_was_destroyed() {
        let text = |answer: &str| format!("{{\"job\":\"2500001\",\"parts\":[{answer}]}}");
        let good = "{\"part\":1,\"answer\":\"destroyed\",\"destroyed\":3,\"posted\":1}";
        let parsed = parse("2500001", &text(good)).unwrap();
        assert_eq!(parsed.parts[0].answer, StopVerdict::Destroyed);
        assert!(
            parse("2500001", &text("{\"part\":1,\"answer\":\"too_late\",\"posted\":9}")).is_ok()
        );

        for bad in [
            "",
            "{\"part\":1,\"answer\":\"destroyed\"}",
            "{\"part\":1,\"answer\":\"stopped\",\"destroyed\":2}",
            "{\"part\":1,\"answer\":\"maybe\"}",
            "{\"part\":-1,\"answer\":\"stopped\"}",
            &format!("{good},{good}"),
        ] {
            assert!(parse("2500001", &text(bad)).is_err(), "{bad}");
        }
    }
}
