//! What changes while a plan waits: what it is made with, who may be written to, and the date.

use std::fs;

use serde_json::Value;

use super::Campaign;
use crate::program::{DATE, collect};

/// A row of the lab's list, as its columns and cells.
fn lab_row(campaign: &Campaign, file: &str, row: usize) -> Vec<(String, String)> {
    let path = campaign.night.inbox().join(file);
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let cells = reader.records().nth(row - 1).unwrap().unwrap();
    headers.into_iter().zip(cells.iter().map(str::to_owned)).collect()
}

/// Somebody of the plan who has a number, as place in the job and number.
fn somebody(campaign: &Campaign) -> (u64, String) {
    let found = campaign.letters().into_iter().find_map(|letter| {
        let row = &letter["draft"]["rows"][0];
        let number = usize::try_from(row[1].as_u64().unwrap()).unwrap();
        let cells = lab_row(campaign, row[0].as_str().unwrap(), number);
        let bsn = cells.into_iter().find(|(name, _)| name == "bsn").unwrap().1;
        (bsn.len() == 9).then(|| (letter["place"]["seq"].as_u64().unwrap(), bsn))
    });
    found.expect("somebody with a number")
}

/// A further list with somebody who is like one of the plan, but for number, name and date of birth.
fn somebody_new(campaign: &Campaign) {
    let file = "exposures-2025-08-06.csv";
    let like = campaign.letters().into_iter().find_map(|letter| {
        let (draft, row) = (&letter["draft"], &letter["draft"]["rows"][0]);
        // The letter says what this row says, and nothing else.
        let is_alone = draft["rows"].as_array().is_some_and(|rows| rows.len() == 1);
        let is_plain =
            draft["findings"]["categories"][0] == "screening" && row[0] == file && is_alone;
        let number = usize::try_from(row[1].as_u64().unwrap()).unwrap();
        let cells = is_plain.then(|| lab_row(campaign, file, number))?;
        let is_there = |name| cells.iter().any(|(column, cell)| column == name && !cell.is_empty());
        let whole = ["street", "house_number", "postcode", "town"].into_iter().all(is_there);
        whole.then_some(cells)
    });
    let cells = like.expect("a letter of which the laboratory has the address").into_iter();
    let cells = cells.map(|(name, cell)| {
        let cell = match name.as_str() {
            "record_id" => "new-1".to_owned(),
            "bsn" => String::new(),
            "surname" => "Verzonnenman".to_owned(),
            "first_names" => "Willemijntje".to_owned(),
            "initials" => "W.".to_owned(),
            "birth_date" => "1971-03-04".to_owned(),
            _ => cell,
        };
        (name, cell)
    });
    let (headers, row): (Vec<String>, Vec<String>) = cells.unzip();

    let path = campaign.night.inbox().join("exposures-new.csv");
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(&headers).unwrap();
    writer.write_record(&row).unwrap();
    writer.flush().unwrap();
}

/// From tonight on this person objects.
fn objects(campaign: &Campaign, bsn: &str) {
    let text =
        format!("bsn,person_ref,reason,source,since\n{bsn},,objection,telephone,2025-09-15\n");
    fs::write(campaign.night.inbox().join("suppressions-new.csv"), text).unwrap();
}

#[test]
fn one_changed_byte_of_what_letters_are_made_with_holds_them_back() {
    let campaign = Campaign::new(5, "");
    campaign.waits(DATE);
    campaign.adopt();
    campaign.both(DATE);

    let facts = campaign.night.path().join("facts.toml");
    for (path, from, to, what) in [
        (&facts, "# ", "#  ", "facts"),
        (&campaign.config, "min_days_between = 14", "min_days_between = 15", "settings.policy"),
        (&campaign.config, "letters_per_file = 500", "letters_per_file = 501", "settings.print"),
        (&campaign.config, "posting_days = [1, 3]", "posting_days = [1, 4]", "settings.vendor"),
        (
            &campaign.config,
            "required = true",
            "required = true\nmax_plan_age_days = 8",
            "settings.approval",
        ),
        (
            &campaign.config,
            "[approval]",
            "[link]\nprofile = \"strict\"\n[approval]",
            "settings.linking",
        ),
        (&campaign.config, "[approval]", "[damage]\nrows = 21\n[approval]", "settings.damage"),
        (
            &campaign.config,
            "[approval]",
            "[inputs]\nexposures.skip_lines = 1\n[approval]",
            "settings.inputs",
        ),
    ] {
        let before = fs::read_to_string(path).unwrap();
        assert!(before.contains(from), "{from}");
        fs::write(path, before.replacen(from, to, 1)).unwrap();
        let waits = campaign.waits(DATE);
        let said = format!("changed since the statement was made: {what}");
        assert!(waits.stdout.contains(&said), "{}", waits.stdout);
        assert!(campaign.out().is_empty());
        fs::write(path, before).unwrap();
    }

    // Not even with approval switched off does it leave.
    let text = fs::read_to_string(&campaign.config).unwrap();
    let (anna, _) = text.split_once("name = \"Anna\"").unwrap();
    assert!(anna.contains("required = true"));
    fs::write(&campaign.config, text.replace("name = \"Anna\"", "name = \"Annabel\"")).unwrap();
    let waits = campaign.waits(DATE);
    assert!(waits.stdout.contains("the approval of Anna does not count"), "{}", waits.stdout);
    fs::write(&campaign.config, text).unwrap();

    let plan = campaign.staging().join("plan/p001.jsonl");
    let bytes = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, bytes.replacen("\"seq\":1", "\"seq\":2", 1)).unwrap();
    let stopped = campaign.ask(&["run"]);
    assert_eq!(stopped.code, 3, "{}", stopped.stdout);
    assert!(stopped.stderr.contains("is not what was planned"), "{}", stopped.stderr);
    fs::write(&plan, bytes).unwrap();

    campaign.publishes(DATE);
    assert_eq!(campaign.out().len(), 1);
}

#[test]
fn newer_lists_do_not_void_an_approval_and_their_people_wait_for_the_next_plan() {
    let campaign = Campaign::new(40, "");
    campaign.waits(DATE);
    campaign.adopt();
    campaign.both(DATE);
    let planned = campaign.letters().len();

    somebody_new(&campaign);
    let answer = campaign.on("2025-09-16", &["run", "--json"]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(answer["resumed"], "2025-09-15-1");
    assert_eq!(campaign.out().len(), 1);
    let runs = campaign.night.data().join("runs/2025-09-15-1/plan/p001.jsonl");
    assert_eq!(fs::read_to_string(runs).unwrap().lines().count(), planned, "frozen");
    assert!(answer["waiting"]["job"].is_string(), "the new ones wait: {answer}");
}

#[test]
fn whoever_is_protected_by_now_is_left_out_and_the_approvals_carry_over() {
    let campaign = Campaign::new(40, "max_left_out_percent = 10");
    campaign.waits(DATE);
    campaign.adopt();
    campaign.both(DATE);
    let before = campaign.letters();
    let (seq, bsn) = somebody(&campaign);
    objects(&campaign, &bsn);
    let strict = campaign.copy();

    campaign.publishes("2025-09-16");
    let job = campaign.out().pop().expect("a package");
    assert!(job.ends_with("2500002"), "planned again under a new number: {job}");
    let plan = fs::read_to_string(campaign.night.data().join("runs/2025-09-15-2/plan/p001.jsonl"));
    let after: Vec<Value> =
        plan.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let drafts = |letters: &[Value]| -> Vec<Value> {
        let mut drafts: Vec<Value> = letters.iter().map(|one| one["draft"].clone()).collect();
        drafts.sort_by_key(|draft| draft["letter_id"].to_string());
        drafts
    };
    let left: Vec<Value> =
        before.iter().filter(|one| one["place"]["seq"] != seq).cloned().collect();
    assert_eq!(drafts(&after), drafts(&left), "everybody else, word for word");

    let paper = campaign.night.data().join(format!("approvals/{job}.approval.json"));
    let verified = campaign.ask(&["approval", "verify", paper.to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    assert!(verified.stdout.contains("of which 1 letter is left out"), "{}", verified.stdout);

    // With a new plan under a different rule the approvals are void anyway; here the same rule
    // finds too many: all of them.
    let exposures = strict.night.inbox().join("exposures-2025-08-06.csv");
    let exposures = fs::read_to_string(exposures).unwrap();
    let everybody: String = exposures
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(2).filter(|bsn| bsn.len() == 9))
        .flat_map(|bsn| [bsn, ",,objection,telephone,2025-09-15\n"])
        .collect();
    let list = strict.night.inbox().join("suppressions-new.csv");
    fs::write(list, format!("bsn,person_ref,reason,source,since\n{everybody}")).unwrap();
    let waits = strict.waits("2025-09-16");
    assert!(waits.stdout.contains("missing: somebody of privacy"), "{}", waits.stdout);
    assert!(strict.out().is_empty());
    let log = strict.ask(&["ledger", "log"]).stdout;
    assert!(log.contains("are to people who are protected or held by now"), "{log}");
}

#[test]
fn a_plan_that_waits_for_too_long_is_given_up_and_made_again() {
    let campaign = Campaign::new(5, "max_plan_age_days = 2");
    campaign.waits(DATE);
    let first = campaign.statement();
    campaign.waits("2025-09-17");
    assert_eq!(campaign.statement(), first);
    campaign.waits("2025-09-18");
    let second = campaign.statement();
    assert_ne!(second, first);
    assert!(second.contains("\"run_date\":\"2025-09-18\""), "{second}");
    let log = campaign.ask(&["ledger", "log"]).stdout;
    assert!(log.contains("nobody approved it in 2 days"), "{log}");
}

#[test]
fn a_standing_approval_covers_a_small_night_and_says_what_is_left_of_it() {
    let terms =
        "[approval.standing]\nletters_a_night = 30\nletters_in_all = 40\nuntil = \"2025-10-15\"";
    let campaign = Campaign::new(60, terms);
    campaign.waits(DATE);
    let words = campaign.ask(&["approval", "statement", "--words"]).stdout;
    assert!(words.contains("THE APPROVAL ALSO COVERS later plans until 2025-10-15"), "{words}");
    campaign.adopt();
    campaign.both(DATE);
    let exposures = campaign.night.inbox().join("exposures-new.csv");
    somebody_new(&campaign);
    let later = campaign.night.path().join("later.csv");
    fs::rename(&exposures, &later).unwrap();
    campaign.publishes(DATE);
    fs::rename(&later, &exposures).unwrap();

    let done = campaign.publishes("2025-09-20");
    assert!(done["package"].is_string(), "{done}");
    let said = done["report"]["approval"]["said"].to_string();
    assert!(said.contains("which covers 39 letters more"), "{said}");

    let mut files = Vec::new();
    collect(&campaign.night.data().join("approvals"), &mut files);
    assert_eq!(files.len(), 4, "two statements, two papers");
}
