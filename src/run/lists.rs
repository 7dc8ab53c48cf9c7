//! What may happen to a list from night to night, and lists that no run should work on.

use std::collections::BTreeMap;

use super::RunError;
use crate::config::Inputs;
use crate::deliver::summary::shown;
use crate::field::reason::Reason;
use crate::field::row::{List, Rows};
use crate::record::{InputChange, ListTerms, list_word};

/// What the configuration says of a list.
pub fn terms(inputs: &Inputs, list: List) -> ListTerms {
    ListTerms {
        replace: inputs.may_replace(list),
        min_rows_percent: inputs.of(list).min_rows_percent,
    }
}

/// Refuses a list of which more rows cannot be used than can be called bad rows.
///
/// # Errors
/// [`RunError::Spoilt`] with the reasons.
pub fn refuse_spoilt(rows: &Rows, inputs: &Inputs) -> Result<(), RunError> {
    let mut all = BTreeMap::<List, u64>::new();
    rows.inputs
        .iter()
        .for_each(|input| *all.entry(input.list).or_default() += u64::from(input.rows));
    let mut refused = BTreeMap::<List, BTreeMap<Reason, u64>>::new();
    for row in rows.refused.iter().filter(|row| !row.used) {
        *refused.entry(row.list).or_default().entry(row.set_aside.reason).or_default() += 1;
    }

    for (list, reasons) in refused {
        let (bad, total) =
            (reasons.values().sum::<u64>(), all.get(&list).copied().unwrap_or_default());
        let limits = inputs.of(list);
        if bad > limits.max_refused_rows
            && bad * 100 > total * u64::from(limits.max_refused_percent)
        {
            let reason =
                |(reason, count): (Reason, u64)| format!("{reason} {count} ({})", reason.text());
            let mut reasons: Vec<_> = reasons.into_iter().collect();
            reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
            let reasons = reasons.into_iter().map(reason).collect();
            return Err(RunError::Spoilt {
                list: list_word(list),
                refused: bad,
                rows: total,
                reasons,
            });
        }
    }

    Ok(())
}

/// Rows of other lists than the exposures that could not be used, by code.
pub(super) fn reasons(rows: &Rows) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for refused in rows.refused.iter().filter(|refused| refused.list != List::Exposures) {
        *reasons.entry(refused.set_aside.reason.code().to_owned()).or_default() += 1;
    }
    reasons
}

/// One line of the mail: small counts are hidden there.
pub(super) fn in_mail(change: &InputChange) -> String {
    let bare = InputChange { rows: None, ..change.clone() };
    change.rows.map_or_else(
        || bare.to_string(),
        |rows| {
            let (more, fewer, changed) = (shown(rows.more), shown(rows.fewer), shown(rows.changed));
            format!("{bare} ({more} rows more, {fewer} fewer, {changed} changed)")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::ids::RowRef;
    use crate::field::reason::SetAside;
    use crate::field::row::{Input, Refused};

    fn rows(bad: u32, total: u32) -> Rows {
        let input = Input {
            file: "register.csv".into(),
            list: List::Register,
            sha256: String::new(),
            rows: total,
            unread_columns: Vec::new(),
            notes: Vec::new(),
        };

        let refused = |row| Refused {
            list: List::Register,
            set_aside: SetAside::new(RowRef { file: 0, row }, Reason::R106),
            record_id: String::new(),
            dataset_id: String::new(),
            bsn: None,
            digits: None,
            person_ref: String::new(),
            open: crate::field::row::Open::default(),
            remains: Vec::new(),
            used: false,
            content: String::new(),
        };

        Rows { inputs: vec![input], refused: (1..=bad).map(refused).collect(), ..Rows::default() }
    }

    #[test]
    fn more_than_twenty_and_more_than_half_refused_rows_stop_the_run() {
        let inputs = Inputs::default();
        for (bad, total, stops) in
            [(20, 20, false), (21, 42, false), (21, 41, true), (22, 1000, false)]
        {
            assert_eq!(
                refuse_spoilt(&rows(bad, total), &inputs).is_err(),
                stops,
                "{bad} of {total}"
            );
        }

        let stopped = refuse_spoilt(&rows(30, 30), &inputs).unwrap_err();
        let (said, mailed) = stopped.without_counts().unwrap();
        assert!(
            said.contains("30 of 30 rows of the register list") && said.contains("R106 30"),
            "{said}"
        );

        assert_eq!(mailed, "too many rows of the register list cannot be used");
    }
}
