//! `<job>.ack.json`: the checksums of what the vendor has.

use jiff::Timestamp;
use serde::Deserialize;

/// What the vendor has of a job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The job, as its folder is named.
    pub job: String,
    /// When it was fetched.
    pub received_at: Option<Timestamp>,
    /// The parts that are there, each once.
    pub parts: Vec<AckPart>,
}

/// One part as the vendor has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AckPart {
    /// Its file, `<job>-p001.zip.age`.
    pub file: String,
    /// SHA-256 of that file, lower-case hex.
    pub sha256: String,
}

pub(super) fn parse(job_name: &str, text: &str) -> Result<Acknowledgement, String> {
    let ack: Acknowledgement = serde_json::from_str(text).map_err(|error| place_of(&error))?;
    if ack.job != job_name {
        return Err("`job` is not the job in the name of the file".to_owned());
    }

    if ack.parts.is_empty() {
        return Err("`parts` is empty".to_owned());
    }

    let mut files: Vec<&str> = ack.parts.iter().map(|part| part.file.as_str()).collect();
    files.sort_unstable();
    if files.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("`parts` names a file twice".to_owned());
    }

    let is_hash = |text: &str| {
        text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if ack.parts.iter().all(|part| is_hash(&part.sha256)) {
        Ok(ack)
    } else {
        Err("a `sha256` is not 64 lower-case hexadecimal digits".to_owned())
    }
}

/// Where a JSON text is wrong; what the library says of it would repeat words of the file.
pub(super) fn place_of(error: &serde_json::Error) -> String {
    format!("is not the JSON that was agreed: line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(part: &str) -> String {
        format!("{{\"job\":\"2500001\",\"parts\":[{part}]}}")
    }

    fn part(file: &str, sha256: &str) -> String {
        format!("{{\"file\":\"{file}\",\"sha256\":\"{sha256}\"}}")
    }

    #[test]
    fn an_acknowledgement_names_its_job_and_each_part_once() {
        let good = part("2500001-p001.zip.age", &"0a".repeat(32));
        assert_eq!(parse("2500001", &text(&good)).unwrap().parts.len(), 1);

        let bad = [
            ("2500002", text(&good)),
            ("2500001", text("")),
            ("2500001", text(&format!("{good},{good}"))),
            ("2500001", text(&part("a", &"0A".repeat(32)))),
            ("2500001", text(&part("a", "00"))),
            ("2500001", text(&good).replace("\"job\"", "\"more\":1,\"job\"")),
            ("2500001", text(&good).replace("\"job\"", "\"job\":\"2500001\",\"job\"")),
            ("2500001", text(&good)[1..].to_owned()),
        ];
        for (job, text) in bad {
            assert!(parse(job, &text).is_err(), "{text}");
        }
    }
}
