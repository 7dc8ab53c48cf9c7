//! What a person's addresses say instead of a place: secret, gone, died
//! ([`crate::field::words::address`]).

use super::whereabouts::{Home, printable};
use crate::field::ids::RowRef;
use crate::field::notice::Identity;
use crate::field::person::Cluster;
use crate::field::words::address::{Remark, remark};

/// Remarks in the addresses of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Remarks {
    died: Vec<RowRef>,
    hidden: Vec<RowRef>,
    nowhere: Vec<RowRef>,
}

impl Remarks {
    /// Collects what counts.
    ///
    /// A row of participants or register counts whatever it says, like the flags beside it. What
    /// the lab's rows say of a death counts as well: a letter to somebody who has died is the worse
    /// mistake. That the lab knows no address, or a secret one, counts only where its address would
    /// be used, and only if no newer sample has a plain one.
    pub(super) fn of(cluster: &Cluster<'_>, home: Result<&Home<'_>, &'static str>) -> Self {
        let mut remarks = Self::default();
        for row in cluster.participants.iter().chain(&cluster.register) {
            remarks.note(remark(&row.address()).map(|(remark, _)| remark), row.row);
        }

        let listed = !cluster.participants.is_empty() || !cluster.register.is_empty();
        let newest_plain = cluster
            .exposures
            .iter()
            .filter(|row| printable(&row.address()) && remark(&row.address()).is_none());

        let newest_plain = newest_plain.map(|row| row.sample_date).max();
        for row in &cluster.exposures {
            let Some((remark, _)) = remark(&row.address()) else { continue };
            let chosen = matches!(home.map(|home| home.of), Ok(Identity::Lab(chosen)) if chosen.row == row.row);
            let outdated =
                newest_plain.is_some_and(|plain| plain.is_some() && plain > row.sample_date);
            if remark == Remark::Died || (!listed && (chosen || !outdated)) {
                remarks.note(Some(remark), row.row);
            }
        }

        remarks
    }

    fn note(&mut self, remark: Option<Remark>, row: RowRef) {
        match remark {
            Some(Remark::Died) => self.died.push(row),
            Some(Remark::Hidden) => self.hidden.push(row),
            Some(Remark::Nowhere) => self.nowhere.push(row),
            None => {}
        }
    }

    /// Rows that say so, none if no row does.
    pub(super) fn rows(&self, remark: Remark) -> Option<Vec<RowRef>> {
        let rows = match remark {
            Remark::Died => &self.died,
            Remark::Hidden => &self.hidden,
            Remark::Nowhere => &self.nowhere,
        };
        (!rows.is_empty()).then(|| rows.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Retype as _, date, exposure, participant, register};
    use super::super::whereabouts;
    use super::*;
    use crate::config::Policy;
    use crate::field::row::{Exposure, Registrant};

    fn said(lab: &[Exposure], members: &[Registrant], others: &[Registrant]) -> Remarks {
        let cluster = Cluster {
            exposures: lab.iter().collect(),
            participants: members.iter().collect(),
            register: others.iter().collect(),
        };
        let home = whereabouts::home(&cluster, &Policy::default());
        Remarks::of(&cluster, home.as_ref().map_err(|why| *why))
    }

    #[test]
    fn what_a_list_says_counts_in_every_row() {
        let row = participant(1).with("street", "Geheim adres");
        assert_eq!(said(&[exposure(1)], std::slice::from_ref(&row), &[]).hidden, [row.row]);
        let row = register(1).with("town", "RNI");
        assert_eq!(
            said(&[exposure(1)], &[participant(1)], std::slice::from_ref(&row)).nowhere,
            [row.row]
        );
        assert_eq!(said(&[exposure(1)], &[participant(1)], &[register(1)]), Remarks::default());
    }

    #[test]
    fn what_the_lab_says_counts_where_its_address_would_be_used() {
        let row = exposure(1).with("street", "VOW");
        assert_eq!(said(std::slice::from_ref(&row), &[], &[]).nowhere, [row.row]);
        assert_eq!(said(&[row], &[participant(1)], &[]), Remarks::default());
        let dead = exposure(1).with("house_addition", "overleden");
        assert_eq!(said(std::slice::from_ref(&dead), &[participant(1)], &[]).died, [dead.row]);
    }

    #[test]
    fn an_older_remark_yields_to_a_newer_address_and_a_newer_one_does_not() {
        let on = |number, day| Exposure { sample_date: Some(date(day)), ..exposure(number) };
        let (old, new) = (on(1, "2019-01-01").with("street", "Dakloos"), on(2, "2024-01-01"));
        assert_eq!(said(&[old, new], &[], &[]), Remarks::default());
        let (old, new) = (on(1, "2019-01-01"), on(2, "2024-01-01").with("street", "Geheim"));
        assert_eq!(said(&[old, new.clone()], &[], &[]).hidden, [new.row]);

        let undated = Exposure { sample_date: None, ..exposure(3) }.with("street", "Geheim");
        assert_eq!(
            said(&[undated.clone(), Exposure { sample_date: None, ..exposure(4) }], &[], &[])
                .hidden,
            [undated.row]
        );
    }
}
