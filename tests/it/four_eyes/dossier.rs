//! The dossier: one PDF/A with everything about an approval and nothing about people.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Campaign;
use crate::program::DATE;
use crate::tools::run;

fn text_of(pdf: &Path) -> String {
    run(Command::new("pdftotext").arg("-layout").arg(pdf).arg("-"))
}

/// Every value of the plan that is somebody's and long enough to be found by itself.
fn values(campaign: &Campaign, letters: &[serde_json::Value]) -> Vec<String> {
    let mut values = Vec::new();
    for letter in letters {
        let draft = &letter["draft"];
        let lines = ["name_lines", "address_lines"];
        let lines = lines.into_iter().flat_map(|key| draft[key].as_array().unwrap());
        values.extend(lines.map(|line| line.as_str().unwrap().to_owned()));
        let single = ["reference", "salutation", "letter_id", "person"];
        values.extend(single.iter().map(|key| draft[*key].as_str().unwrap().to_owned()));
        values.extend(draft["record_ids"].as_array().unwrap().iter().map(|id| {
            let id = id.as_str().unwrap();
            format!(" {id} ")
        }));
    }
    assert!(!campaign.out().is_empty() || !values.is_empty());
    // A post box may be the sender's own.
    values.retain(|value| value.trim().chars().count() > 4 && !value.starts_with("Postbus"));
    values
}

#[test]
fn a_dossier_has_statement_proofs_and_approvals_in_one_file_and_nobody_in_it() {
    let campaign = Campaign::new(20, "");
    campaign.waits(DATE);
    campaign.adopt();
    let refused = ["approve", "--by", "Dirk", "--refuse", "page two is wrong"];
    let letters = campaign.letters();
    assert_eq!(campaign.approve(DATE, "Anna").code, 0);
    assert_eq!(campaign.ask(&refused).code, 0);

    let statement = campaign.statement();
    let pdf = campaign.night.path().join("dossier.pdf");
    let write = |more: &[&str]| {
        let command = ["approval", "dossier", "--out", pdf.to_str().unwrap()];
        let answer = campaign.ask(&[&command[..], more].concat());
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        (fs::read(&pdf).unwrap(), text_of(&pdf))
    };
    let (bytes, text) = write(&[]);
    assert_eq!(write(&[]).0, bytes, "the same dossier has the same bytes");

    // PDF/A-2u by its own account, nothing encrypted, nothing outside the file.
    let has = |word: &str| memchr::memmem::find(&bytes, word.as_bytes()).is_some();
    assert!(has("pdfaid:part>2<") && has("pdfaid:conformance>U<"));
    assert!(has("/OutputIntents") && !has("/Encrypt") && !has("/JavaScript"));
    assert!(has("/FontFile"), "faces are embedded");

    for said in [
        "Approval of job rehearsal-2500001",
        "Anna (communications) approved it with an SSH signature",
        "refused it: page two is wrong",
        "answers for an edit of the facts",
        "longest name",
        "nothing was approved before",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let joined: String = text.split_whitespace().collect();
    let exact: String = statement.split_whitespace().collect();
    let pieces = exact.as_bytes().chunks(60).map(|piece| std::str::from_utf8(piece).unwrap());
    let (there, torn): (Vec<_>, Vec<_>) = pieces.partition(|piece| joined.contains(piece));
    // Where a page turns, its foot stands in between.
    assert!(torn.len() <= text.matches('\u{c}').count() && there.len() > 20, "{torn:?}");

    // Letters are there, with stand-ins.
    assert!(text.contains("Xxxx") && text.contains("9999 XX"), "{text}");
    for value in values(&campaign, &letters) {
        assert!(!text.contains(&value) && !has(&value), "{value}");
    }

    // After publication it is made from the plan that is kept; after a purge there is none.
    let abandon = ["plan", "abandon", "--by", "operations", "--reason", "it was refused"];
    assert_eq!(campaign.ask(&abandon).code, 0);
    campaign.waits(DATE);
    campaign.both(DATE);
    campaign.publishes(DATE);
    let (_, text) = write(&["--job", "rehearsal-2500002"]);
    assert!(text.contains("Bart (privacy) approved it"), "{text}");
    let unknown = ["approval", "dossier", "--job", "2500009", "--out", pdf.to_str().unwrap()];
    assert_eq!(campaign.ask(&unknown).code, 2);
}
