//! The kinds of data in words: kinds only, never values.

use super::locale::ItemWords;
use super::slots::Plain;
use super::subject::TextFacts;
use crate::field::terms::{Audience, Category, Item, Items};

/// The items as list entries, in their fixed order.
pub fn listed(words: &ItemWords, subject: &TextFacts, items: Items) -> Vec<String> {
    items.iter().map(|item| wording(words, subject, item).words()).collect()
}

/// docs/letters.md: what was examined and who asked for it are worded by category; in a letter
/// about several categories the neutral wording holds for all of them.
fn wording<'a>(words: &'a ItemWords, subject: &TextFacts, item: Item) -> &'a Plain {
    let only = match subject.findings.categories.as_slice() {
        [category] => Some(*category),
        _ => None,
    };

    match item {
        Item::Name => &words.name,
        Item::Address => &words.address,
        Item::BirthDate => &words.birth_date,
        Item::Sex => &words.sex,
        Item::Bsn => &words.bsn,
        Item::Phone => &words.phone,
        Item::Email => &words.email,
        Item::ExamType | Item::Result if subject.audience != Audience::Adult => &words.medical_test,
        Item::ExamType => match only {
            Some(Category::Screening) => &words.exam_type_screening,
            Some(Category::Prisoner) => &words.exam_type_prisoner,
            Some(Category::Hospital | Category::Gp) | None => &words.exam_type,
        },
        Item::Result => &words.result,
        Item::Requester if only == Some(Category::Screening) => &words.requester_screening,
        Item::Requester => &words.requester,
        Item::Insurer => &words.insurer,
    }
}
