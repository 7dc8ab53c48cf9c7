//! How often two people who did not know each other's answer say the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::record::Judgements;

/// The agreement of two opinions about cases of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The kind.
    pub kind: CaseKind,
    /// Cases that two people answered blind.
    pub pairs: u64,
    /// Those with the same answer.
    pub same: u64,
    /// Cohen's kappa: 1 where all agree, 0 where no more agree than by chance; `None` where chance
    /// alone would make all agree.
    pub kappa: Option<f64>,
}

/// The agreement by kind; kinds that nobody was asked about twice are left out.
#[must_use]
pub fn agreement(judgements: &Judgements) -> Vec<Agreement> {
    let mut pairs: BTreeMap<CaseKind, Vec<(CaseAnswer, CaseAnswer)>> = BTreeMap::new();
    for case in judgements.cases() {
        pairs.entry(case.kind).or_default().extend(case.blind_pairs());
    }
    let asked = pairs.into_iter().filter(|(_, pairs)| !pairs.is_empty());
    asked.map(|(kind, pairs)| of(kind, &pairs)).collect()
}

/// Cohen (1960): (observed - expected) / (1 - expected), where the expected share is that of two
/// people who give each answer as often as these two, and do not look.
#[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^52")]
fn of(kind: CaseKind, pairs: &[(CaseAnswer, CaseAnswer)]) -> Agreement {
    let all = pairs.len() as f64;
    let same = pairs.iter().filter(|(first, second)| first == second).count();
    let observed = same as f64 / all;
    let expected: f64 = CaseAnswer::ALL
        .iter()
        .map(|answer| {
            let first = pairs.iter().filter(|(first, _)| first == answer).count() as f64;
            let second = pairs.iter().filter(|(_, second)| second == answer).count() as f64;
            first / all * (second / all)
        })
        .sum();

    let kappa = (expected < 1.0).then(|| (observed - expected) / (1.0 - expected));
    Agreement { kind, pairs: pairs.len() as u64, same: same as u64, kappa }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseAnswer::{Different, Same};

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // 20 same-same, 5 same-different, 10 different-same, 15 different-different: 0.4.
        let mut pairs = vec![(Same, Same); 20];
        pairs.extend(vec![(Same, Different); 5]);
        pairs.extend(vec![(Different, Same); 10]);
        pairs.extend(vec![(Different, Different); 15]);
        let found = of(CaseKind::Linking, &pairs);
        assert_eq!((found.pairs, found.same), (50, 35));
        assert!((found.kappa.unwrap() - 0.4).abs() < 1e-9);

        assert_eq!(of(CaseKind::Linking, &[(Same, Same); 3]).kappa, None);
        let never = of(CaseKind::Linking, &[(Same, Different), (Different, Same)]);
        assert!((never.kappa.unwrap() + 1.0).abs() < 1e-9);
    }
}
