//! What became of a row in the last run, and what would change it.

use std::fmt;

use camino::Utf8Path;
use serde::Serialize;

use crate::field::reason::{Reason, RowState};
use crate::report::ReportError;
use crate::report::papers::WAITING;
use crate::report::shelf::{self, RowLine, Shelved};

/// What the last run made of an exposure row. Places, codes and agreement; no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowFate {
    /// The run.
    pub run_id: String,
    /// `file:row`; empty: the record is no longer in any file.
    pub row: String,
    /// Its record id.
    pub record_id: String,
    /// What it ended as.
    pub state: String,
    /// Why, unless it became a letter.
    pub code: String,
    /// The reason in words.
    pub reason: String,
    /// What a human was shown: evidence and rows beside it.
    pub evidence: Vec<String>,
    /// The wave that it waits for, and its date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// What humans decided about the person, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<String>,
    /// What would change it.
    pub change: &'static str,
    /// Keyed pseudonym of the person, where linking knows.
    pub person: String,
    /// The letter that it is in.
    pub letter_id: String,
}

/// The rows of the last run that `name` names: one by `FILE:ROW`, or all with this record id. An id
/// that no row has is looked for in any capitals and blanks. Of the other lists only rows that wait
/// for a human are known, and of records that stand in no file any more those about which somebody
/// was told. Nothing when there was no run, or no such row.
///
/// # Errors
/// [`ReportError`] when the run's papers cannot be read.
pub fn of(data_dir: &Utf8Path, name: &str) -> Result<Vec<RowFate>, ReportError> {
    let Some(run) = shelf::runs(data_dir).pop() else { return Ok(Vec::new()) };
    let found = named(name, run.lines("rows.csv")?)?;
    let shown: Vec<RowLine> = run.lines("review.csv")?.collect::<Result<_, _>>()?;
    let found =
        if found.is_empty() { held(named(name, shown.iter().cloned().map(Ok))?) } else { found };
    let mut fates: Vec<RowFate> = found.iter().map(|line| fate(&run, line, &shown)).collect();
    if fates.iter().any(|fate| fate.code == Reason::D303.code()) {
        name_waves(&run, &mut fates)?;
    }
    Ok(fates)
}

/// Says of rows that wait for a wave which one it is.
fn name_waves(run: &Shelved, fates: &mut [RowFate]) -> Result<(), ReportError> {
    for line in run.lines(WAITING)? {
        let line = line?;
        let row = place(&line);
        for fate in fates.iter_mut().filter(|fate| fate.row == row) {
            fate.wave = Some(format!("{} on {}", line["wave"], line["due"]));
        }
    }
    Ok(())
}

/// The lines with this place or record id; where there are none, those that have it in other
/// capitals and blanks.
fn named(
    name: &str,
    lines: impl Iterator<Item = Result<RowLine, ReportError>>,
) -> Result<Vec<RowLine>, ReportError> {
    let (mut exact, mut near) = (Vec::new(), Vec::new());
    for line in lines {
        let line = line?;
        let names = [place(&line), line["record_id"].clone()];
        if names.iter().any(|own| !own.is_empty() && own == name) {
            exact.push(line);
        } else if names.iter().any(|own| !own.is_empty() && plain(own) == plain(name)) {
            near.push(line);
        }
    }

    Ok(if exact.is_empty() { near } else { exact })
}

/// Where the row is; empty: no longer in any file.
fn place(line: &RowLine) -> String {
    if line["file"].is_empty() {
        String::new()
    } else {
        format!("{}:{}", line["file"], line["row"])
    }
}

/// Lines of `review.csv` as those of `rows.csv`: one for each row and reason.
fn held(mut lines: Vec<RowLine>) -> Vec<RowLine> {
    let same = |line: &RowLine| ["file", "row", "record_id", "code"].map(|cell| line[cell].clone());
    lines.dedup_by_key(|line| same(line));

    for line in &mut lines {
        let reason = Reason::ALL.iter().find(|reason| reason.code() == line["code"]);
        line.insert(
            "state".to_owned(),
            reason.map_or_else(String::new, |reason| reason.state().to_string()),
        );
    }

    lines
}

fn plain(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn fate(run: &Shelved, line: &RowLine, shown: &[RowLine]) -> RowFate {
    let cell = |name: &str| line.get(name).cloned().unwrap_or_default();
    let reason = Reason::ALL.iter().find(|reason| reason.code() == line["code"]);
    let is_same = |other: &&RowLine| {
        ["file", "row", "record_id"].iter().all(|cell| other[*cell] == line[*cell])
    };
    let of_row = shown.iter().filter(is_same);
    let evidence = of_row.map(|other| {
        let beside = if other["beside"].is_empty() {
            String::new()
        } else {
            format!(" beside {}", other["beside"])
        };
        format!("{}{beside}", other["evidence"])
    });

    RowFate {
        run_id: run.run_id(),
        row: place(line),
        record_id: cell("record_id"),
        state: cell("state"),
        code: cell("code"),
        reason: reason.map_or("", |reason| reason.text()).to_owned(),
        evidence: evidence.filter(|text| !text.is_empty()).collect(),
        wave: None,
        decided: Vec::new(),
        change: reason.map_or(WRITTEN, |reason| change(*reason)),
        person: cell("person"),
        letter_id: cell("letter_id"),
    }
}

const WRITTEN: &str = "nothing: the person gets a letter";

/// What would change what becomes of a row with this reason.
fn change(reason: Reason) -> &'static str {
    match reason {
        Reason::R101 | Reason::R102 => {
            "the lab delivers the row again with the right BSN, or with none"
        }
        Reason::R103 => {
            "nothing: test data and real data never mix; the lab delivers the row with the person's own BSN"
        }
        Reason::L201 | Reason::L202 | Reason::L203 => {
            "the owner of the file corrects the BSN or the person's data; or a human decides with `review apply` where \
             the numbers permit it"
        }
        Reason::L207 | Reason::L210 | Reason::L212 => {
            "the row that could not be read is delivered again, whole; `review.csv` names it"
        }
        Reason::L208 | Reason::L216 | Reason::L217 => {
            "the lab delivers this record once more, right, in a newer file"
        }
        Reason::L209 => "the rows that the person was told about are there and readable again",
        Reason::L218 => "a human says of the record `withdrawn` or `lacking` with `review apply`",
        Reason::D217 => {
            "a human tells the person by other means, then records `told` with `review apply`"
        }
        Reason::L204 | Reason::L205 | Reason::L206 => {
            "a human says `same` or `different` with `review apply`"
        }
        Reason::D201 | Reason::D202 | Reason::D216 => {
            "nothing, as long as the list says so; if the list is wrong, its sender corrects it"
        }
        Reason::D203 => {
            "the list's sender lifts the protection; until then the letter can only be sent by hand"
        }
        Reason::D215 => {
            "a row of the person says otherwise, or a human releases the person with `review apply`"
        }
        Reason::D218 => {
            "a list says that the person has died; or a later line of a returns.csv gives a different reason"
        }
        Reason::D219 => {
            "a list delivers a different address; or a later line of a returns.csv gives a different reason"
        }
        Reason::D220 => {
            "the letter is printed again (`breachpost reprint`) or written anew (`breachpost reissue`)"
        }
        Reason::D204 => "participants or register deliver an address that can be written to",
        Reason::D206 => "a list delivers the birth date",
        Reason::D207 => "the policy for 12 to 15 years old is set in the configuration",
        Reason::D210 => "the institution is added to the providers list",
        Reason::D212 => "the facts get a sender profile for the category",
        Reason::D301 => "something material is new: a new kind of data or a higher status",
        Reason::D309 => "time: the next plan has it",
        Reason::D302 => "time: the letter is due when enough days have passed since the last one",
        Reason::D221 => "two people note what was decided (`breachpost provider CODE`)",
        Reason::D303 => {
            "time: the letter is planned on the night of its wave, or when its provider was told"
        }
        other => match (other.code().as_bytes().first(), other.state()) {
            (Some(b'R'), RowState::Rejected | RowState::Review) => {
                "the file is corrected and delivered again"
            }
            (Some(b'C'), _) => {
                "the sender of the list delivers the name or address in a form that can be printed"
            }
            (Some(b'S'), _) => {
                "the letter's text or the address is changed so that the page can be set"
            }
            (Some(b'L'), _) => "a human decides with `review apply`",
            _ => "the lists or the lab's rows are made to agree, and delivered again",
        },
    }
}

impl fmt::Display for RowFate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = if self.row.is_empty() { "in no file any more:" } else { &self.row };
        writeln!(f, "row       {row} {}", self.record_id)?;
        writeln!(f, "run       {}", self.run_id)?;
        write!(f, "state     {}", self.state)?;

        if !self.code.is_empty() {
            write!(f, "\nwhy       {} {}", self.code, self.reason)?;
        }

        for evidence in &self.evidence {
            write!(f, "\nevidence  {evidence}")?;
        }

        if let Some(wave) = &self.wave {
            write!(f, "\nwave      {wave}")?;
        }

        for said in &self.decided {
            write!(f, "\ndecided   {said}")?;
        }

        write!(f, "\nchange    {}", self.change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_would_change_it_and_nothing_of_a_letter() {
        for reason in Reason::ALL {
            assert!(change(*reason).len() > 20 && change(*reason) != WRITTEN, "{reason}");
        }
    }
}
