//! A campaign is a folder: `breachpost new` makes it, its texts are edited in an editor and hold from
//! the next command on, and letters that were sent keep the words that they were sent with.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{Answer, DATE, root, see, see_memory};
use crate::tools::run;

const HEADER: &str = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,\
                      house_number,house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,\
                      status,published,items,custody";

/// The sample's key: what is sealed to it can be opened here.
const KEY: &str = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";

/// A sentence of every first letter about the screening, and what it is changed to.
const OLD: &str = "We vinden het heel erg dat dit u is overkomen.";
const NEW: &str = "Het spijt ons zeer dat dit u is overkomen.";
const NEWER: &str = "We begrijpen goed dat u hiervan schrikt.";

/// The folder of a campaign.
struct Folder(tempfile::TempDir);

impl Folder {
    /// As `breachpost new` makes it.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let made = program(&["--date", DATE, "new", folder.path("").to_str().unwrap()]);
        assert_eq!((made.code, made.stderr.as_str()), (0, ""));
        folder
    }

    /// A rehearsal that can run: the vendor's key is there, and two people are.
    fn rehearsal() -> Self {
        let folder = Self::new();
        folder.edit("breachpost.toml", "# synthetic = false", "synthetic = true");
        folder.edit("breachpost.toml", "recipients = []", &format!("recipients = [\"{KEY}\"]"));
        folder.deliver("exposures-1.csv", 1);
        assert_eq!(folder.ask(&["ledger", "init"]).code, 0);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// What somebody does in an editor.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    /// A list with one invented person.
    fn deliver(&self, name: &str, number: u32) {
        let row = format!(
            "r{number},ds1,,Verzonnen,V.,,Bedacht{},1961-02-0{number},V,Bedachtlaan,{number},,,3511AB,Utrecht,,screening,,\
             2023-05-01,confirmed,unknown,name;address,",
            ["a", "ema", "olo", "uri"][number as usize]
        );
        fs::write(self.path("inbox").join(name), format!("{HEADER}\n{row}\n")).unwrap();
    }

    fn ask(&self, words: &[&str]) -> Answer {
        let config = self.path("breachpost.toml");
        let words = ["--date", DATE, "--config", config.to_str().unwrap()]
            .into_iter()
            .chain(words.iter().copied());
        program(&words.collect::<Vec<_>>())
    }

    fn done(&self, words: &[&str]) -> Answer {
        let answer = self.ask(words);
        assert!(answer.code <= 1, "{words:?}: {}{}", answer.stdout, answer.stderr);
        answer
    }

    /// The report of a run that must end well, and the id of its only letter.
    fn night(&self) -> (Value, String) {
        let done: Value = serde_json::from_str(&self.done(&["run", "--json"]).stdout).unwrap();
        let report = &done["report"];
        let run_id = report["run_id"].as_str().unwrap();
        let rows = self.read(&format!("data/runs/{run_id}/rows.csv"));
        let letter = rows.lines().find(|line| line.contains(",letter,")).unwrap();
        (report.clone(), letter.rsplit(',').next().unwrap().to_owned())
    }

    /// The words of a letter that is set again.
    fn words_of(&self, id: &str) -> (String, String) {
        let pdf = self.path("copy.pdf");
        // Nothing is written over.
        let _ = fs::remove_file(&pdf);
        let said = self.done(&["letter", id, "--out", pdf.to_str().unwrap()]).stderr;
        let text = run(Command::new("pdftotext").arg("-layout").arg(&pdf).arg("-"));
        (text.split_whitespace().collect::<Vec<_>>().join(" "), said)
    }

    /// Expects every command to end so, with these words, and with the data folder as it was.
    fn refused(&self, commands: &[&[&str]], code: i32, said: &[&str]) {
        for command in commands {
            let see = if command[0] == "run" || command[0] == "plan" { see_memory } else { see };
            let look = |data: &Path| data.exists().then(|| see(data));
            let before = look(&self.path("data"));
            let answer = self.ask(command);
            assert_eq!(answer.code, code, "{command:?}: {}{}", answer.stdout, answer.stderr);
            for words in said {
                assert!(answer.stderr.contains(words), "{command:?}: {words}: {}", answer.stderr);
            }
            assert!(before == look(&self.path("data")), "{command:?} touched something");
        }
    }
}

fn program(words: &[&str]) -> Answer {
    Command::new(env!("CARGO_BIN_EXE_breachpost")).args(words).output().unwrap().into()
}

/// `sha256sum nl.toml en.toml limits.toml | sha256sum`, by the machine's own program.
fn hash_of_texts(folder: &Path) -> String {
    let script = "sha256sum nl.toml en.toml limits.toml | sha256sum | cut -c1-64";
    run(Command::new("sh").args(["-c", script]).current_dir(folder)).trim().to_owned()
}

#[test]
fn a_new_campaign_has_everything_and_replaces_nothing() {
    let folder = Folder::new();
    for name in ["nl.toml", "en.toml", "limits.toml"] {
        let built_in = fs::read_to_string(root().join("locales").join(name)).unwrap();
        assert_eq!(folder.read(&format!("texts/{name}")), built_in);
    }
    assert!(folder.path("inbox").is_dir() && folder.read("README.md").contains("three steps"));

    fs::write(folder.path("texts/nl.toml"), "mine").unwrap();
    let before = see(folder.0.path());
    let again = program(&["new", folder.path("").to_str().unwrap()]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    assert!(again.stderr.contains("is there already") && again.stderr.contains("hint: "));
    let file = program(&["new", folder.path("README.md").to_str().unwrap()]);
    assert_eq!(file.code, 2, "{}", file.stderr);
    assert!(before == see(folder.0.path()), "something was replaced");
}

#[test]
fn a_new_campaign_checks_its_texts_and_lists_what_a_run_needs() {
    let folder = Folder::new();
    let checked = folder.ask(&["texts", "check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);

    let missing = [
        "`vendor.recipients` has no key in `",
        "`vendor` is marked as a placeholder in `",
        "`incident` is marked as a placeholder in `",
        "`phones.hotline` is marked",
        "`senders.own` is marked",
        "breachpost.toml`",
        "facts.toml`",
        "hint: set the real value",
    ];
    folder.refused(&[&["run"], &["plan"], &["check"]], 2, &missing);

    // What is set is not listed any more; the facts alone are reason enough.
    assert_eq!(folder.ask(&["ledger", "init"]).code, 0);
    folder.edit("breachpost.toml", "placeholder = true\n", "");
    folder.edit(
        "breachpost.toml",
        "recipients = []",
        "recipients = [\"age14dr2glhgk2rrvc6nf4euuprgpus8yr40wz43dqmzvg5s3lcm0ahst5xy39\"]",
    );
    let answer = folder.ask(&["check"]);
    assert_eq!(answer.code, 2);
    assert!(!answer.stderr.contains("`vendor"), "{}", answer.stderr);
    assert!(answer.stderr.contains("`measures[1]` is marked"), "{}", answer.stderr);
}

#[test]
fn edited_texts_hold_from_the_next_run_on_and_sent_letters_keep_theirs() {
    let folder = Folder::rehearsal();
    folder.edit("texts/nl.toml", OLD, NEW);
    let first_texts = hash_of_texts(&folder.path("texts"));
    let (report, first) = folder.night();
    assert_eq!(report["made_with"]["texts"], first_texts.as_str());
    let job = report["package"]["job"].as_str().unwrap();
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let package = folder.path("data/outbox").join(job);
    folder.done(&["verify", package.to_str().unwrap(), "--identity", identity.to_str().unwrap()]);
    assert_eq!(ticket(&package, &identity)["made_with"], report["made_with"]);
    assert!(folder.words_of(&first).0.contains(NEW));
    let facts = run(Command::new("sha256sum").arg(folder.path("facts.toml")));
    assert_eq!(report["made_with"]["facts"], facts[..64]);
    let own = run(Command::new("sha256sum").arg(env!("CARGO_BIN_EXE_breachpost")));
    assert_eq!(report["made_with"]["program"], own[..64]);

    // Somebody edits the texts again, and the next night writes to somebody else.
    folder.edit("texts/nl.toml", NEW, NEWER);
    let second_texts = hash_of_texts(&folder.path("texts"));
    folder.deliver("exposures-2.csv", 2);
    let (_, second) = folder.night();
    assert!(folder.words_of(&second).0.contains(NEWER));

    // The first letter is what it was.
    let (words, said) = folder.words_of(&first);
    assert!(words.contains(NEW) && !words.contains(NEWER) && !words.contains(OLD), "{words}");
    assert!(said.contains("the texts have changed since"), "{said}");
    let explained = folder.done(&["explain", &first]).stdout;
    let kept = folder.path("data/texts").join(&first_texts);
    assert!(explained.contains(&format!("{first_texts}  (changed since)")), "{explained}");
    assert!(explained.contains(kept.to_str().unwrap()), "{explained}");
    assert_eq!(hash_of_texts(&kept), first_texts);
    let explained = folder.done(&["explain", &second]).stdout;
    assert!(
        explained.contains(&second_texts) && !explained.contains("changed since"),
        "{explained}"
    );

    // The history knows both, and is whole.
    let known = fs::read(folder.path("data/ledger.sqlite")).unwrap();
    let is_known = |hash: &str| known.windows(64).any(|part| part == hash.as_bytes());
    assert!(is_known(&first_texts) && is_known(&second_texts));
    folder.done(&["ledger", "check"]);

    // Texts that somebody changed where they are kept are not called those of the letter.
    fs::write(kept.join("nl.toml"), "x = 1\n").unwrap();
    let explained = folder.done(&["explain", &first]).stdout;
    assert!(explained.contains("nowhere"), "{explained}");

    // Without the papers of its run there are no words to set again.
    let runs = folder.path("data/runs").join(report["run_id"].as_str().unwrap());
    fs::rename(&runs, folder.path("away")).unwrap();
    for command in ["letter", "explain"] {
        let answer = folder.ask(&[command, &first]);
        assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
        assert!(answer.stderr.contains("no longer exists"), "{}", answer.stderr);
        assert!(answer.stderr.contains("cannot be set again"), "{}", answer.stderr);
    }
}

/// `job.json` of the first part.
fn ticket(package: &Path, identity: &Path) -> Value {
    let sealed = fs::read_dir(package).unwrap().map(|entry| entry.unwrap().path());
    let sealed = sealed.filter(|path| path.to_str().unwrap().ends_with(".zip.age")).min().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("part.zip");
    run(Command::new("age").args(["-d", "-i"]).arg(identity).arg("-o").arg(&zip).arg(&sealed));
    let text = run(Command::new("unzip").arg("-p").arg(&zip).arg("*/data/job.json"));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_planned_job_keeps_its_texts_whatever_becomes_of_the_folder() {
    let folder = Folder::rehearsal();
    folder.edit("texts/nl.toml", OLD, NEW);
    let planned: Value = serde_json::from_str(&folder.done(&["plan", "--json"]).stdout).unwrap();
    folder.edit("texts/nl.toml", NEW, NEWER);
    let done: Value = serde_json::from_str(&folder.done(&["run", "--json"]).stdout).unwrap();
    assert_eq!(done["report"]["letters"]["total"], 0, "everybody was in the planned job");

    let finished = folder.path("data/outbox").join(planned["job"].as_str().unwrap());
    assert!(finished.is_dir());
    let runs = fs::read_dir(folder.path("data/runs")).unwrap().map(|entry| entry.unwrap().path());
    let bodies: Vec<String> =
        runs.filter_map(|run| fs::read_to_string(run.join("plan/bodies.json")).ok()).collect();
    assert!(bodies.len() == 1 && bodies[0].contains(NEW) && !bodies[0].contains(NEWER));
}

#[test]
fn texts_that_cannot_be_read_stop_every_command_with_file_key_and_what_to_do() {
    let folder = Folder::rehearsal();
    let (_, id) = folder.night();
    folder.deliver("exposures-2.csv", 2);
    let out = folder.path("out");
    let commands: [&[&str]; 7] = [
        &["run"],
        &["plan"],
        &["check"],
        &["preview", "--out", out.to_str().unwrap()],
        &["texts", "check"],
        &["letter", &id, "--out", out.to_str().unwrap()],
        &["explain", &id],
    ];

    let missing = "name = \"naam\"\n";
    for (file, from, to, said) in [
        ("nl.toml", missing, "", &["`items.name` is missing", "hint: add `items.name`"][..]),
        (
            "nl.toml",
            OLD,
            "We {frauud}.",
            &["`sign.adult` has the slot `{frauud}`", "hint: its slots"],
        ),
        (
            "en.toml",
            "Page {page} of {pages}",
            "Page {page} of {pages} {phone}",
            &["`frame.page_label`", "`{phone}`", "hint: "],
        ),
        (
            "en.toml",
            "[items]",
            "[items",
            &["en.toml` are not valid", "line ", "hint: correct the line"],
        ),
        ("limits.toml", "steps = 6", "staps = 6", &["`letter.staps`", "hint: "]),
    ] {
        let kept = folder.read(&format!("texts/{file}"));
        folder.edit(&format!("texts/{file}"), from, to);
        let path = folder.path("texts").join(file);
        folder.refused(&commands, 2, said);
        folder.refused(&commands, 2, &[path.to_str().unwrap()]);
        fs::write(&path, kept).unwrap();
    }

    let (texts, away) = (folder.path("texts"), folder.path("away"));
    fs::write(texts.join("nl.toml"), b"a = \"\xff\"\n").unwrap();
    folder.refused(&commands, 2, &["cannot read texts", "nl.toml", "UTF-8", "hint: "]);
    fs::rename(&texts, &away).unwrap();
    folder.refused(&commands, 2, &["cannot read texts", "nl.toml", "hint: `[texts] folder`"]);
    assert!(!out.exists(), "something was made");

    // What a gate finds is no reason to stop, but for who asks.
    fs::rename(&away, &texts).unwrap();
    fs::copy(root().join("locales/nl.toml"), texts.join("nl.toml")).unwrap();
    folder.edit("texts/nl.toml", OLD, "Wij vinden dat derhalve erg \u{65e5}.");
    let found = folder.ask(&["texts", "check"]);
    assert_eq!(found.code, 1, "{}", found.stderr);
    assert!(
        found.stdout.contains("`derhalve`") && found.stdout.contains("(U+65E5)"),
        "{}",
        found.stdout
    );
    let stopped = folder.ask(&["run"]);
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    assert!(stopped.stderr.contains("texts check"), "{}", stopped.stderr);
}

#[test]
fn a_preview_shows_what_changed_and_sets_nothing_twice() {
    let folder = Folder::new();
    let earlier = folder.path("earlier");
    run(Command::new("cp").arg("-a").arg(folder.path("texts")).arg(&earlier));
    let out = folder.path("out");
    let preview = |since: &Path| -> Value {
        let words = ["preview", "--json", "--out", out.to_str().unwrap(), "--changed-since"];
        let words: Vec<&str> = words.into_iter().chain([since.to_str().unwrap()]).collect();
        serde_json::from_str(&folder.done(&words).stdout).unwrap()
    };
    let made = preview(&earlier);
    assert_eq!((&made["variants"], &made["set"]), (&0.into(), &0.into()), "nothing has changed");
    assert!(
        fs::read_to_string(out.join("index.html")).unwrap().contains("every letter is as it was")
    );

    // A sentence of large print: a few letters, in one language.
    let large = "Deze brief heeft grote letters. Liever laten voorlezen? Bel {phone}.";
    let changed = "Deze brief heeft grote letters. Liever laten voorlezen? Bel dan {phone}.";
    folder.edit("texts/nl.toml", large, changed);
    let made = preview(&earlier);
    let letters = made["variants"].as_u64().unwrap();
    assert!((1..40).contains(&letters) && made["set"] == made["variants"], "{made}");
    let files = |end: &str| -> BTreeSet<String> {
        let names = fs::read_dir(out.join("nl")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(end)).collect()
    };
    assert_eq!(files(".pdf").len() as u64, letters);
    assert!(files(".pdf").iter().all(|name| name.contains("_large_")), "{:?}", files(".pdf"));
    assert_eq!(fs::read_dir(out.join("en")).unwrap().count(), 0);

    // By category, in words, with what has changed.
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    for words in [
        "Huisarts",
        "GP",
        "grote letters",
        "zeker gestolen",
        "frame.large_print.large.adult",
        "Bel dan",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains(">gp_confirmed"), "a variant's name is shown");

    // Again: the letters are there. One that somebody deleted comes back.
    let again = preview(&folder.path("earlier"));
    assert_eq!((&again["variants"], &again["set"]), (&made["variants"], &0.into()));
    fs::remove_file(out.join("nl").join(files(".pdf").first().unwrap())).unwrap();
    assert_eq!(preview(&earlier)["set"], 1);

    // A folder that is a campaign's; no folder and no hash.
    assert_eq!(preview(folder.0.path())["variants"], 0);
    let unknown = folder.ask(&["preview", "--changed-since", "0123456789"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("no texts with this hash are kept"), "{}", unknown.stderr);
}
