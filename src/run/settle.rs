//! Rows that do not count beside others of the same record: superseded, ambiguous and withdrawn
//! ones leave their people.

use std::collections::{BTreeMap, BTreeSet};

use crate::field::ids::RowRef;
use crate::field::person::Cluster;
use crate::field::reason::{Reason, SetAside};
use crate::field::row::Exposure;
use crate::record::Deliveries;

/// What was taken out of the clusters.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Rows that end as the row that superseded them does.
    pub followers: BTreeMap<RowRef, Vec<RowRef>>,
    /// Rows that end here.
    pub set_aside: Vec<SetAside>,
}

impl Settled {
    /// Rows that follow another one.
    pub fn following(&self) -> u64 {
        self.followers.values().map(|rows| rows.len() as u64).sum()
    }
}

/// Takes rows that do not count out of their clusters, and clusters that have no rows left.
pub(super) fn settle(
    clusters: &mut Vec<Cluster<'_>>,
    deliveries: &Deliveries,
    withdrawn: &BTreeSet<RowRef>,
) -> Settled {
    let mut settled = Settled::default();
    if deliveries.is_empty() && withdrawn.is_empty() {
        return settled;
    }

    for cluster in clusters.iter_mut() {
        let present: BTreeSet<RowRef> = cluster.exposures.iter().map(|row| row.row).collect();
        cluster.exposures.retain(|row| keep(row, &present, deliveries, withdrawn, &mut settled));
    }

    clusters.retain(|cluster| !cluster.exposures.is_empty());
    settled
}

/// Exposure rows in clusters.
pub(super) fn rows_of(clusters: &[Cluster<'_>]) -> u64 {
    clusters.iter().map(|cluster| cluster.exposures.len() as u64).sum()
}

fn keep(
    row: &Exposure,
    present: &BTreeSet<RowRef>,
    deliveries: &Deliveries,
    withdrawn: &BTreeSet<RowRef>,
    settled: &mut Settled,
) -> bool {
    let row = row.row;
    if withdrawn.contains(&row) {
        settled.set_aside.push(SetAside::new(row, Reason::D216));
        return false;
    }

    if let Some(other) = deliveries.ambiguous.get(&row) {
        let evidence =
            "two deliveries of one record: read first in one run, or the older one came again"
                .to_owned();
        settled.set_aside.push(SetAside {
            beside: vec![*other],
            evidence,
            ..SetAside::new(row, Reason::L217)
        });
        return false;
    }

    match deliveries.superseded.get(&row) {
        None => true,
        Some(newest) if present.contains(newest) => {
            settled.followers.entry(*newest).or_default().push(row);
            false
        }
        Some(newest) => {
            let evidence = "the newest delivery: held, or not readable".to_owned();
            settled.set_aside.push(SetAside {
                beside: vec![*newest],
                evidence,
                ..SetAside::new(row, Reason::L216)
            });
            false
        }
    }
}
