//! A person's rows combined into what is told (docs/policy.md, "How a person's rows are combined").

use crate::field::findings::Findings;
use crate::field::row::Exposure;
use crate::field::terms::{Item, Items, Published, Status};

/// What the rows say together: an item is involved if a confirmed row has it, else possible if a
/// not-excluded row has it; the strongest status; published `yes` over `unknown` over `no`;
/// categories in precedence order.
///
/// Of no rows: no category, the weakest status, not published, no items.
pub(super) fn combine<'a>(rows: impl IntoIterator<Item = &'a Exposure>) -> Findings {
    let mut all = Findings {
        categories: Vec::new(),
        status: Status::SharedOnly,
        published: Published::No,
        involved: Items::NONE,
        possible: Items::NONE,
    };

    for row in rows {
        all.categories.extend(row.category);
        all.status = all.status.max(row.status);
        all.published = all.published.max(row.published);
        match row.status {
            Status::Confirmed => all.involved = all.involved.union(row.items),
            Status::NotExcluded => all.possible = all.possible.union(row.items),
            Status::SharedOnly => {}
        }
    }

    all.possible = all.possible.minus(all.involved);
    all.categories.sort_unstable();
    all.categories.dedup();

    all
}

/// Kinds of data of rows that were only in the hacked computers.
pub(super) fn stored<'a>(rows: impl IntoIterator<Item = &'a Exposure>) -> Items {
    let only_shared = rows.into_iter().filter(|row| row.status == Status::SharedOnly);
    only_shared.fold(Items::NONE, |items, row| items.union(row.items))
}

/// Several letters that hold beside each other, as one.
pub(super) fn union(one: Findings, other: &Findings) -> Findings {
    let mut all = one;
    all.categories.extend(&other.categories);
    all.categories.sort_unstable();
    all.categories.dedup();
    all.status = all.status.max(other.status);
    all.published = all.published.max(other.published);
    all.involved = all.involved.union(other.involved);
    all.possible = all.possible.union(other.possible).minus(all.involved);
    all
}

/// The list for somebody under 16 or their parents: what was examined and what came out are not
/// named, because a letter that lies on the kitchen table can give away a test that the young
/// person kept private (docs/letters.md, "Under 16").
pub(super) fn reduced(findings: Findings) -> Findings {
    Findings {
        involved: findings.involved.minus(PRIVATE),
        possible: findings.possible.minus(PRIVATE),
        ..findings
    }
}

/// What was examined and what came out.
const PRIVATE: Items = Items::NONE.with(Item::ExamType).with(Item::Result);

/// How sure it is that what the reduced list does not name was stolen; `None` when it was not in
/// the data.
pub(super) fn medical_test(findings: &Findings) -> Option<Status> {
    let lists = [(findings.involved, Status::Confirmed), (findings.possible, Status::NotExcluded)];
    lists.into_iter().find(|(items, _)| items.minus(PRIVATE) != *items).map(|(_, status)| status)
}

/// Whether a letter with these findings would say "stolen" and list nothing (docs/policy.md, rule
/// 13).
pub(super) fn says_nothing(findings: &Findings) -> bool {
    findings.status == Status::Confirmed
        && findings.involved.is_empty()
        && findings.possible.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{exposure, items};
    use super::*;
    use crate::field::terms::Category;

    fn row(category: Category, status: Status, published: Published, kinds: &str) -> Exposure {
        Exposure { category: Some(category), status, published, items: items(kinds), ..exposure(1) }
    }

    #[test]
    fn an_item_is_involved_before_it_is_possible() {
        let rows = [
            row(Category::Screening, Status::NotExcluded, Published::No, "name bsn phone"),
            row(Category::Gp, Status::Confirmed, Published::Unknown, "name address"),
            row(Category::Prisoner, Status::SharedOnly, Published::No, "insurer"),
        ];

        let all = combine(&rows);
        assert_eq!(all.categories, [Category::Prisoner, Category::Gp, Category::Screening]);
        assert_eq!((all.status, all.published), (Status::Confirmed, Published::Unknown));
        assert_eq!(all.involved, items("name address"));
        assert_eq!(all.possible, items("bsn phone"));

        assert_eq!(combine(rows.iter().rev()), all);
    }

    #[test]
    fn seen_on_the_internet_wins_over_unknown_and_unknown_over_not_seen() {
        let seen = |published| row(Category::Gp, Status::Confirmed, published, "name");
        let combined = |one, other| combine(&[seen(one), seen(other)]).published;
        assert_eq!(combined(Published::No, Published::Unknown), Published::Unknown);
        assert_eq!(combined(Published::Yes, Published::Unknown), Published::Yes);
        assert_eq!(combined(Published::No, Published::No), Published::No);
    }

    #[test]
    fn the_reduced_list_names_no_test() {
        let all = reduced(combine(&[row(
            Category::Gp,
            Status::Confirmed,
            Published::No,
            "name exam_type result",
        )]));

        assert_eq!(all.involved, items("name"));
        assert!(says_nothing(&reduced(combine(&[row(
            Category::Gp,
            Status::Confirmed,
            Published::No,
            "result"
        )]))));

        let sure = |status, kinds| {
            medical_test(&combine(&[row(Category::Gp, status, Published::No, kinds)]))
        };
        assert_eq!(sure(Status::Confirmed, "name exam_type"), Some(Status::Confirmed));
        assert_eq!(sure(Status::NotExcluded, "name result"), Some(Status::NotExcluded));

        assert_eq!(sure(Status::Confirmed, "name bsn"), None);
    }

    #[test]
    fn letters_that_hold_beside_each_other_add_up() {
        let one = combine(&[row(Category::Gp, Status::NotExcluded, Published::No, "name bsn")]);
        let other =
            combine(&[row(Category::Screening, Status::Confirmed, Published::Unknown, "name")]);
        let both = union(one.clone(), &other);
        assert_eq!(both, union(other, &one));
        assert_eq!((both.involved, both.possible), (items("name"), items("bsn")));
    }
}
