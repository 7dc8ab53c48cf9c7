//! The connection is cut at every request, before the server hears it and before we hear its answer.
//! The next transfer ends as if nothing had happened, and nothing arrives twice.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::server::Setup;
use super::{Vendor, ends};
use crate::program::root;
use breachpost::base::hash;

/// Cuts one transfer at a request, and transfers again; false when it was over before that.
fn cut(request: usize, when: &str) -> bool {
    let vendor = Vendor::new(Setup::Disturbed);
    vendor.server.cut(request, when);
    let first = vendor.transfer();
    if first.code == 0 {
        return false;
    }
    assert!([3, 4].contains(&first.code), "cut at {request}, {when}: {}", first.stderr);
    assert!(!first.stderr.contains("internal error"), "{}", first.stderr);

    let named = |line: &str| line.strip_prefix("rename ").map(str::to_owned);
    let before: Vec<String> = vendor.server.talk().iter().filter_map(|line| named(line)).collect();
    vendor.arrives();
    let after: Vec<String> = vendor.server.talk().iter().filter_map(|line| named(line)).collect();
    assert_eq!(vendor.ask(&["ledger", "check"]).code, 0);

    // A name is given again only where the server had not heard of it.
    let again = before.iter().filter(|name| after.contains(name)).count();
    let heard = usize::from(when == "request");
    assert!(again <= heard, "cut at {request}, {when}: {before:?} and {after:?}");
    let all: BTreeSet<&String> = before.iter().chain(&after).collect();
    assert_eq!(all.len(), 5, "cut at {request}, {when}");
    true
}

#[test]
fn a_transfer_that_is_cut_off_ends_like_one_that_is_not() {
    for (request, when) in
        [(1, "answer"), (9, "request"), (12, "request"), (13, "answer"), (31, "answer")]
    {
        assert!(cut(request, when), "request {request} is never asked");
    }
}

#[test]
#[ignore = "a quarter of an hour: make transfer-test"]
fn a_transfer_that_is_cut_at_any_request_ends_like_one_that_is_not() {
    for when in ["request", "answer"] {
        let requests = (1..1000).take_while(|request| cut(*request, when)).count();
        assert!((40..999).contains(&requests), "{requests} requests were cut");
    }
}

/// A transfer of which the answer to the last renaming was lost; the vendor has taken all away since.
fn lost() -> Vendor {
    let vendor = Vendor::new(Setup::Disturbed);
    let calm = Vendor::new(Setup::Disturbed);
    calm.arrives();
    let last = calm.server.talk().iter().rposition(|line| line.starts_with("rename ")).unwrap();

    vendor.server.cut(last + 1, "answer");
    ends(&vendor.transfer(), 4, "was lost");
    assert_eq!(vendor.server.names(), vendor.names());
    for name in vendor.server.names() {
        fs::rename(vendor.server.inbox().join(&name), vendor.server.path(&name)).unwrap();
    }
    vendor
}

#[test]
fn what_may_have_arrived_is_not_sent_again_until_the_vendor_says_so() {
    let vendor = lost();
    let done = vendor.file(".done");
    for _ in 0..2 {
        ends(&vendor.transfer(), 4, "nobody knows whether the vendor has");
        assert!(vendor.server.names().is_empty());
    }

    // The vendor's acknowledgement settles it.
    let part = vendor.file("-p001.zip.age");
    let bytes = fs::read(vendor.server.path(&part)).unwrap();
    let ack = acknowledgement(&vendor, &part, &hash::of_bytes(&bytes));
    let path = vendor.night.path().join(vendor.file(".ack.json"));
    fs::write(&path, ack.to_string()).unwrap();
    let taken = vendor.ask(&["receipts", path.to_str().unwrap()]);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let settled = vendor.transfer();
    assert_eq!(settled.code, 0, "{}", settled.stderr);
    assert!(vendor.server.names().is_empty());

    // Or somebody there looks, and does not have it.
    let vendor = lost();
    let words = ["--by", "operations", "--reason", "the vendor has looked"];
    let missing = [&["transfer", "--missing", &done][..], &words].concat();
    assert_eq!(vendor.ask(&missing).code, 0);
    let sent = vendor.transfer();
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    assert_eq!(vendor.server.names(), [done.as_str()]);
    let never = [&["transfer", "--missing", "2599999.done"][..], &words].concat();
    ends(&vendor.ask(&never), 2, "was never sent");
}

/// What a vendor says of the only part of a job, in the form of the example in the package.
fn acknowledgement(vendor: &Vendor, part: &str, sha256: &str) -> Value {
    let example = root().join("templates/package/receipts/2500001.ack.json");
    let mut ack: Value = serde_json::from_str(&fs::read_to_string(example).unwrap()).unwrap();
    ack["job"] = json!(vendor.job());
    let first = &mut ack["parts"].as_array_mut().unwrap()[0];
    first["file"] = json!(part);
    first["sha256"] = json!(sha256);
    ack
}
