//! Where letters were mailed to: looked up in the plan of their run, and told as keyed marks.

use std::collections::{BTreeMap, BTreeSet};

use super::plan_files::Staging;
use crate::config::Config;
use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::receipts::{ReceiptContent, ReceiptFile};
use crate::record::pieces::address_mark;
use crate::record::{Ledger, RecordError};

/// Marks of the addresses that the letters of a returns.csv were mailed to. A plan that is gone
/// leaves its letters out.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read.
pub fn addresses(
    config: &Config,
    ledger: &Ledger,
    file: &ReceiptFile,
) -> Result<BTreeMap<LetterId, [u8; 16]>, RecordError> {
    let ReceiptContent::Returns(rows) = &file.content else { return Ok(BTreeMap::new()) };

    let mut wanted = BTreeMap::<(JobNumber, u32), BTreeSet<LetterId>>::new();
    for row in rows {
        if let Some(letter) = ledger.letter(&row.letter_id.to_string())? {
            wanted.entry((letter.job, letter.part)).or_default().insert(row.letter_id);
        }
    }

    let jobs = ledger.jobs()?;
    let mut marks = BTreeMap::new();
    for ((number, part), letters) in wanted {
        let Some(job) = jobs.iter().find(|job| job.job == number) else { continue };
        let kept = Staging::kept(&config.data_dir, &job.run_id);
        let planned = match kept.read_part(part, &job.staged) {
            Ok(planned) => planned,
            Err(error) => {
                let job = &job.job_name;
                tracing::warn!(job, part, error = %error, "addresses are not known any more");
                continue;
            }
        };

        for planned in planned.letters.iter().filter(|one| letters.contains(&one.draft.letter_id)) {
            let draft = &planned.draft;
            let mark = address_mark(ledger.keys(), &draft.address_lines, &draft.country_line);
            marks.insert(draft.letter_id, mark);
        }
    }
    Ok(marks)
}
