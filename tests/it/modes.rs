//! Rehearsal and real never mix, values that cannot work end at load, and a plan can be given up:
//! through the whole program.

mod mixing;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Answer, DATE, Night, Seen, root, see, see_memory};

const HEADER: &str = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,\
                      house_number,house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,\
                      status,published,items,custody";

/// Age keys whose private halves nobody kept: the operator's.
const OWN: &str = "age1ly2qznafc5fawzdl5fwt9w0xrhv9qgq38kqwfhyn9amuvhtwnu4qdpx6el";
/// The vendor's.
const KEY: &str = "age14dr2glhgk2rrvc6nf4euuprgpus8yr40wz43dqmzvg5s3lcm0ahst5xy39";

/// A campaign with configuration and facts of its own.
struct Campaign(tempfile::TempDir);

impl Campaign {
    /// `real`: with a key and facts that are not the sample's.
    fn new(real: bool) -> Self {
        let campaign = Self(tempfile::tempdir().unwrap());
        let sample =
            |name: &str| fs::read_to_string(root().join("sample-data").join(name)).unwrap();
        let (mut config, mut facts) =
            (sample("breachpost.toml").replace("../data", "data"), sample("facts.toml"));
        if real {
            let key = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";
            // The lists of these tests have just been written.
            config = config.replace(
                "synthetic = true",
                "synthetic = false\napproval.required = false\ninputs.settle_seconds = 0",
            );
            config = config.replace(key, KEY);
            config = config.replace("Drukkerij De Proef", "Drukkerij Elders");
            facts = facts
                .replace("088-000 00 00", "088-111 22 33")
                .replace("Postbus 1234", "Postbus 4321");
            facts = facts.replace("van den Voorbeeld", "de Directeur");
        }
        fs::create_dir(campaign.path("inbox")).unwrap();
        fs::write(campaign.path("breachpost.toml"), config).unwrap();
        fs::write(campaign.path("facts.toml"), facts).unwrap();
        campaign
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Invented people with these BSNs.
    fn deliver(&self, name: &str, bsns: &[&str]) {
        let row = |(number, bsn): (usize, &&str)| {
            let letter = char::from(b'a' + u8::try_from(number % 26).unwrap());
            format!(
                "{name}-{number},ds1,{bsn},Naam{letter}{letter}a,N.,,Verzonnen{letter}{letter}us,1961-02-{:02},V,\
                 Bedachtlaan,{},,,3511AB,Utrecht,,screening,,2023-05-01,confirmed,unknown,name;address,",
                number % 28 + 1,
                number + 1
            )
        };
        let rows: Vec<String> = bsns.iter().enumerate().map(row).collect();
        fs::write(self.path("inbox").join(name), format!("{HEADER}\n{}\n", rows.join("\n")))
            .unwrap();
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    fn ask(&self, command: &[&str]) -> Answer {
        let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"));
        program.args(["--date", DATE, "--config"]).arg(self.path("breachpost.toml")).args(command);
        program.output().unwrap().into()
    }

    fn done(&self, command: &[&str]) -> String {
        let answer = self.ask(command);
        assert!(answer.code <= 1, "{command:?}: {}", answer.stderr);
        answer.stdout
    }

    /// The data folder; without what tells that a run was refused, which only `run` and `plan` may
    /// leave.
    fn seen_by(&self, command: &[&str]) -> Option<Vec<Seen>> {
        let is_a_night =
            command[0] == "run" || (command[0] == "plan" && command.get(1) != Some(&"abandon"));
        let look = if is_a_night { see_memory } else { see };
        self.path("data").exists().then(|| look(&self.path("data")))
    }

    /// Expects a refusal with this code and these words, and that nothing was touched.
    fn refused(&self, commands: &[&[&str]], code: i32, texts: &[&str]) {
        for command in commands {
            let before = self.seen_by(command);
            let answer = self.ask(command);
            assert_eq!(answer.code, code, "{command:?}: {}{}", answer.stdout, answer.stderr);
            for text in texts {
                assert!(
                    answer.stderr.contains(text),
                    "{command:?}: `{text}` is not said: {}",
                    answer.stderr
                );
            }
            assert!(before == self.seen_by(command), "{command:?} touched something");
        }
    }
}

const WORK: [&[&str]; 3] = [&["run"], &["plan"], &["check"]];

/// Numbers of nine digits from `first` on that pass the 11-test.
fn sound(first: u32, count: usize) -> Vec<String> {
    let passes = |number: &String| {
        let digits: Vec<i64> = number.bytes().map(|digit| i64::from(digit - b'0')).collect();
        let sum: i64 = (2..=9).rev().zip(&digits).map(|(weight, digit)| weight * digit).sum();
        (sum - digits[8]) % 11 == 0
    };
    (first..).map(|number| format!("{number:09}")).filter(passes).take(count).collect()
}

/// BSNs of the test range.
fn test_bsns(count: usize) -> Vec<String> {
    sound(999_800_000, count)
}

#[test]
fn a_ledger_serves_one_mode_for_good() {
    let campaign = Campaign::new(false);
    campaign.deliver("exposures-1.csv", &["", ""]);
    campaign.done(&["ledger", "init"]);
    let said = campaign.done(&["run"]);
    assert!(
        said.contains("2 rows without BSN") && said.contains("2 in `exposures-1.csv`"),
        "{said}"
    );
    assert!(campaign.done(&["ledger", "check"]).contains("rehearsal"));

    let real = Campaign::new(true);
    fs::remove_dir_all(real.path("inbox")).unwrap();
    for part in ["inbox", "data"] {
        let copied = Command::new("cp")
            .arg("-a")
            .arg(campaign.path(part))
            .arg(real.path(""))
            .status()
            .unwrap();
        assert!(copied.success());
    }
    let commands: [&[&str]; 7] = [
        &["run"],
        &["plan"],
        &["check"],
        &["ledger", "check"],
        &["close", "--yes"],
        &["review", "list"],
        &["plan", "abandon", "--by", "operations", "--reason", "the other mode"],
    ];
    real.refused(
        &commands,
        2,
        &["is for rehearsals and the configuration is for real letters", "hint: "],
    );

    // The keys folder alone says so too.
    for name in ["ledger.sqlite", "ledger.anchor", "keys/campaign.key"] {
        fs::remove_file(real.path("data").join(name)).unwrap();
    }
    for name in ["outbox", "runs", "logs", "backups"] {
        fs::remove_dir_all(real.path("data").join(name)).unwrap();
    }
    real.refused(&[&["ledger", "init"]], 2, &["keys/mode", "is for rehearsals"]);
}

#[test]
fn the_sample_and_placeholders_are_refused_in_a_real_run() {
    let key = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";
    for (file, from, to, named) in [
        ("breachpost.toml", KEY, key, "vendor.recipients"),
        (
            "breachpost.toml",
            "[vendor]\n",
            "[vendor]\nplaceholder = true\n",
            "`vendor` is marked as a placeholder",
        ),
        ("facts.toml", "088-111 22 33", "088 000 0000", "phones.hotline.number"),
        ("facts.toml", "[\"Postbus 4321\"", "[\"Postbus 1234\"", "senders.bvo.address"),
        ("facts.toml", "M. de Directeur", "M. van den Voorbeeld", "senders.bvo.signatory"),
        ("facts.toml", "[phones.fraud]\n", "[phones.fraud]\nplaceholder = true\n", "phones.fraud"),
    ] {
        let campaign = Campaign::new(true);
        campaign.deliver("exposures-1.csv", &["", ""]);
        campaign.done(&["ledger", "init"]);
        campaign.done(&["check"]);
        campaign.edit(file, from, to);
        campaign.refused(&WORK, 2, &[named, file, "hint: "]);
    }
}

#[test]
fn a_rehearsal_may_have_the_vendors_key_and_real_facts_and_placeholders() {
    let campaign = Campaign::new(true);
    campaign.edit("breachpost.toml", "synthetic = false", "synthetic = true");
    campaign.edit("facts.toml", "[phones.fraud]\n", "[phones.fraud]\nplaceholder = true\n");
    let bsns = test_bsns(3);
    campaign.deliver("exposures-1.csv", &bsns.iter().map(String::as_str).collect::<Vec<_>>());
    campaign.done(&["ledger", "init"]);
    let said = campaign.done(&["run"]);
    assert!(said.contains("rehearsal-2500001") && !said.contains("without BSN"), "{said}");
}

#[test]
fn real_people_stop_a_rehearsal_and_many_invented_ones_a_real_run() {
    // A number of eight digits that was padded proves nothing; its row is set aside.
    let (padded, foreign) = (&sound(12_000_000, 1)[0], &sound(800_000_000, 1)[0]);
    let rehearsal = Campaign::new(false);
    rehearsal.deliver("exposures-1.csv", &[padded, ""]);
    rehearsal.done(&["ledger", "init"]);
    assert!(rehearsal.done(&["check"]).contains(
        "1 letter + 0 merged + 0 told + 0 waiting + 0 suppressed + 0 review + 1 rejected"
    ));
    // No number that begins with 8 was ever given out: it is somebody's by its form alone.
    rehearsal.deliver("exposures-2.csv", &[foreign]);
    rehearsal.refused(
        &[&["run"], &["plan"], &["check"]],
        3,
        &["outside the test range", "`exposures-2.csv` row 1"],
    );

    let real = Campaign::new(true);
    let bsns = test_bsns(21);
    let bsns: Vec<&str> = bsns.iter().map(String::as_str).collect();
    real.deliver("exposures-1.csv", &bsns[..20]);
    real.deliver("exposures-2.csv", &[""]);
    real.done(&["ledger", "init"]);
    let said = real.done(&["check"]);
    assert!(
        said.contains(
            "0 letter + 0 merged + 0 told + 0 waiting + 0 suppressed + 1 review + 20 rejected"
        ),
        "{said}"
    );
    // Somebody else than the people of the rejected rows.
    real.edit("inbox/exposures-2.csv", "1961-02-01", "1972-03-04");
    real.edit("inbox/exposures-2.csv", "Verzonnenaaus", "Elderszus");
    let said = real.done(&["check"]);
    assert!(
        said.contains(
            "1 letter + 0 merged + 0 told + 0 waiting + 0 suppressed + 0 review + 20 rejected"
        ),
        "{said}"
    );
    real.deliver("exposures-1.csv", &bsns);
    real.refused(&WORK, 3, &["21 rows have a BSN of the test range", "hint: "]);
}

#[test]
fn values_that_cannot_work_end_at_load() {
    let campaign = Campaign::new(false);
    campaign.deliver("exposures-1.csv", &["", ""]);
    campaign.done(&["ledger", "init"]);
    let keep = |name: &str| fs::read_to_string(campaign.path(name)).unwrap();
    let (config, facts) = (keep("breachpost.toml"), keep("facts.toml"));
    for (file, from, to, named) in [
        ("breachpost.toml", "posting_days = [1, 3]", "posting_days = [20250916]", "posting_days"),
        (
            "breachpost.toml",
            "posting_days = [1, 3]",
            "posting_days = [1, 20250916]",
            "vendor.posting_days",
        ),
        (
            "breachpost.toml",
            "retention_days = 90",
            "retention_days = 20251231",
            "vendor.retention_days",
        ),
        ("breachpost.toml", "age1sstkt9p7", "age1sstkt9p8", "vendor.recipients"),
        ("breachpost.toml", "sheet_mark = \"own\"", "window = { fold = 1e6 }", "print.window.fold"),
        ("breachpost.toml", "ontvangst, 0800-0000", "ontvangst\\n0800-0000", "vendor.contact"),
        ("breachpost.toml", "facts = \"facts.toml\"", "facts = \"/dev/zero\"", "/dev/zero"),
        (
            "breachpost.toml",
            "facts = \"facts.toml\"",
            "facts = \"facts.toml\"\nanchor_file = \"data/x\"",
            "anchor_file",
        ),
        ("facts.toml", "[\"Postbus 1234\"", "[\"Postbus\\n1234\"", "senders.bvo.address"),
        ("facts.toml", "until = \"2025-07-06\"", "until = \"2025-06-06\"", "incident.until"),
    ] {
        campaign.edit(file, from, to);
        campaign.refused(&WORK, 2, &[named]);
        fs::write(campaign.path("breachpost.toml"), &config).unwrap();
        fs::write(campaign.path("facts.toml"), &facts).unwrap();
    }
    let pipe = campaign.path("inbox/exposures-1.csv.meta.toml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    campaign.refused(&WORK, 2, &["exposures-1.csv.meta.toml", "not a regular file"]);
    fs::remove_file(pipe).unwrap();
    campaign.done(&["run"]);
}

#[test]
fn a_plan_that_was_given_up_told_nobody() {
    let campaign = Campaign::new(false);
    campaign.deliver("exposures-1.csv", &["", ""]);
    campaign.done(&["ledger", "init"]);
    campaign.refused(
        &[&["plan", "abandon", "--by", "operations", "--reason", "nothing is planned"]],
        2,
        &["no unfinished"],
    );
    campaign.done(&["plan"]);
    campaign.refused(
        &[&["plan", "abandon", "--by", "x", "--reason", "too short a name"]],
        2,
        &["is too short"],
    );

    // What is in the outbox is out.
    let outbox = campaign.path("data/outbox/rehearsal-2500001");
    fs::create_dir(&outbox).unwrap();
    let abandon: [&[&str]; 1] =
        [&["plan", "abandon", "--by", "operations", "--reason", "wrong texts"]];
    campaign.refused(&abandon, 3, &["ledger is older than"]);
    fs::remove_dir(&outbox).unwrap();

    assert!(campaign.done(abandon[0]).contains("2 letters that nobody received"));
    assert_eq!(fs::read_dir(campaign.path("data/staging")).unwrap().count(), 0);
    assert!(campaign.done(&["ledger", "check"]).contains("0 to 0 people"));
    let said = campaign.done(&["run"]);
    assert!(said.contains("2 letter + ") && said.contains("rehearsal-2500002"), "{said}");
    assert!(campaign.done(&["run"]).contains("2 told"));
    campaign.refused(&abandon, 2, &["no unfinished job"]);
}

/// What is done to the folder of a campaign.
type Act = fn(&Path);

#[test]
fn an_older_ledger_and_anchor_are_noticed_when_the_outbox_is_empty() {
    let campaign = Campaign::new(false);
    campaign.edit(
        "breachpost.toml",
        "facts = \"facts.toml\"",
        "facts = \"facts.toml\"\nanchor_file = \"anchor.json\"",
    );
    campaign.deliver("exposures-1.csv", &["", ""]);
    campaign.done(&["ledger", "init"]);
    let old = ["ledger.sqlite", "ledger.anchor"]
        .map(|name| (name, fs::read(campaign.path("data").join(name)).unwrap()));
    campaign.done(&["run"]);
    let data = |name: &str| campaign.path("data").join(name);
    for (name, bytes) in &old {
        fs::write(data(name), bytes).unwrap();
    }
    fs::remove_dir_all(data("outbox/rehearsal-2500001")).unwrap();
    let proofs: [(&str, Act); 3] = [
        ("anchor.json", |campaign| fs::remove_file(campaign.join("anchor.json")).unwrap()),
        ("report.json", |campaign| empty(&campaign.join("data/runs"))),
        (".jsonl", |campaign| empty(&campaign.join("data/logs"))),
    ];
    for (named, take_away) in &proofs {
        campaign.refused(&WORK, 3, &["ledger is older than", named, "told twice"]);
        take_away(&campaign.path(""));
    }
}

fn empty(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
    Command::new("mkdir").args(["-m", "700"]).arg(folder).status().unwrap();
}

#[test]
fn a_dress_rehearsal_makes_the_package_and_counts_for_nothing() {
    let campaign = Campaign::new(true);
    campaign.deliver("exposures-1.csv", &["", "", ""]);
    campaign.done(&["ledger", "init"]);
    let ledger = fs::read(campaign.path("data/ledger.sqlite")).unwrap();
    let out = campaign.path("dress");
    let said = campaign.done(&["check", "--package", out.to_str().unwrap()]);
    assert!(
        said.contains("rehearsal-2500001: a rehearsal") && said.contains("nothing was recorded"),
        "{said}"
    );
    assert!(ledger == fs::read(campaign.path("data/ledger.sqlite")).unwrap());
    for folder in ["outbox", "staging", "runs", "backups"] {
        assert_eq!(
            fs::read_dir(campaign.path("data").join(folder)).unwrap().count(),
            0,
            "{folder}"
        );
    }
    let (package, identity) = (out.join("rehearsal-2500001"), out.join("age-identity.txt"));
    let verified = campaign.done(&[
        "verify",
        package.to_str().unwrap(),
        "--identity",
        identity.to_str().unwrap(),
    ]);
    assert!(verified.contains("3 on 3 sheets") && verified.contains("sound"), "{verified}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "nothing else is left in the folder");

    campaign.refused(&[&["check", "--package", out.to_str().unwrap()]], 2, &["is not empty"]);
    let inside = campaign.path("data/dress");
    campaign.refused(
        &[&["check", "--package", inside.to_str().unwrap()]],
        2,
        &["inside `data_dir`"],
    );
    let own = campaign.path("own");
    let sealed_to = |key| ["check", "--package", own.to_str().unwrap(), "--recipient", key];
    campaign.refused(&[&sealed_to(KEY)], 2, &["is the vendor's", "a key of your own"]);
    let sample = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";
    campaign.refused(&[&sealed_to(sample)], 2, &["is the key of the sample"]);
    campaign.done(&sealed_to(OWN));
    assert!(!own.join("age-identity.txt").exists());
    assert!(campaign.done(&["run"]).contains("3 letter + "));
}

#[test]
fn far_more_letters_than_expected_need_a_word() {
    let night = Night::new(5);
    let config = night.configured("[policy]\n", "[policy]\nmax_letters_per_run = 2\n");
    let answer = night.ask_with(&config, &["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("--accept-volume"), "{}", answer.stderr);
    assert!(night.ask_with(&config, &["run", "--accept-volume"]).code <= 1);
}
