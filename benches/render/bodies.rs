//! How many bodies a sample has, by what they differ, and what memory setting them takes.

use std::collections::{BTreeMap, BTreeSet};

use breachpost::field::draft::Draft;
use breachpost::render::Press;
use camino::Utf8Path;

use crate::clock::{resident_mib, time};
use crate::letters::{RUN_DATE, campaign, composed};

/// Prints the figures.
pub fn measure(inbox: &Utf8Path) {
    let (config, facts) = campaign();
    let found = composed(inbox, &config, &facts);
    let drafts = &found.drafts.ready;
    println!("{} letters, {} bodies", drafts.len(), found.bodies.len());
    let differ = |name: &str, by: fn(&Draft) -> String| {
        let values: BTreeSet<String> = drafts.iter().map(by).collect();
        println!("  {name}: {} values", values.len());
    };

    differ("categories", |draft| format!("{:?}", draft.findings.categories));
    differ("kinds of data", |draft| {
        format!("{:?}{:?}", draft.findings.involved, draft.findings.possible)
    });
    differ("status", |draft| draft.findings.status.to_string());
    differ("published", |draft| draft.findings.published.to_string());
    differ("audience", |draft| format!("{:?}", draft.audience));
    differ("custody", |draft| format!("{:?}", draft.custody));
    differ("language and size", |draft| format!("{} {}", draft.language, draft.format));
    differ("provider named", |draft| (!draft.provider_display.is_empty()).to_string());
    differ("kind", |draft| draft.kind.to_string());

    let blocks: BTreeSet<_> = found
        .bodies
        .values()
        .flat_map(|body| body.blocks.iter().map(|block| (body.format, block)))
        .collect();

    println!("  distinct blocks of text: {}", blocks.len());
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    for draft in drafts {
        *times.entry(&draft.body).or_default() += 1;
    }

    println!("  bodies that occur once: {}", times.values().filter(|count| **count == 1).count());

    println!("resident before setting: {} MiB", resident_mib());

    for count in [1_000, 5_000, 20_000, usize::MAX] {
        let some: BTreeMap<_, _> = found
            .bodies
            .iter()
            .take(count)
            .map(|(key, body)| (key.clone(), body.clone()))
            .collect();
        let (press, spent) = time(|| Press::new(&some, &config.print, RUN_DATE).unwrap());
        println!(
            "{} bodies set in {:.2} s, {:.0} us of CPU each; resident {} MiB",
            press.bodies(),
            spent.wall.as_secs_f64(),
            spent.cpu.as_secs_f64() * 1e6 / some.len() as f64,
            resident_mib()
        );
        if count >= found.bodies.len() {
            break;
        }
    }
}
