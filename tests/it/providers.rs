//! Providers before patients, through the whole program: who waits for whom, what a notice says and
//! what it never says, what the help desk sees, and what two people decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use breachpost::vendor_sim::FetchedJob;
use camino::Utf8Path;
use serde_json::Value;

use crate::paper;
use crate::program::{Answer, Night, root};

const GP: &str = "01000001";
const HOSPITAL: &str = "06000001";
const UNCONFIRMED: &str = "01000003";
const UNLISTED: &str = "01000004";
const CLOSED: &str = "01000005";

/// A campaign that tells providers first.
struct First {
    night: Night,
    config: PathBuf,
}

/// Lab records: number, codes of the providers in them.
const PATIENTS: [(&str, &[&str]); 8] = [
    ("Aalwijk", &[GP]),
    ("Boschhoven", &[GP]),
    ("Cramersteen", &[GP, HOSPITAL]),
    ("Dijkbrugge", &[HOSPITAL]),
    ("Elzlaar", &[UNCONFIRMED]),
    ("Froondonk", &[UNLISTED]),
    ("Groenveld", &[CLOSED]),
    ("Hulsthorst", &[""]),
];

impl First {
    fn new(table: &str) -> Self {
        let night = Night::bare();
        let sample = root().join("sample-data/inbox/exposures-special.csv");
        let header = fs::read_to_string(sample).unwrap().lines().next().unwrap().to_owned();
        let mut rows = vec![header];
        for (number, (surname, codes)) in PATIENTS.iter().enumerate() {
            for (record, code) in codes.iter().enumerate() {
                rows.push(format!(
                    "F{number}-{record},ds9,,Anna Maria,A.M.,,{surname},{}-0{}-11,V,Nieuwstraat,{},,,3511AB,Utrecht,,gp,{code},2022-02-02,confirmed,no,name;address;phone,",
                    1940 + 7 * number, number + 1, number * 7 + 1
                ));
            }
        }
        fs::write(night.inbox().join("exposures-1.csv"), rows.join("\n") + "\n").unwrap();

        let list = format!(
            "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email,closed_on,merged_into\n\
             {GP},gp,Huisartsenpraktijk Het Plein,2025-08-30,Plein,2,,,3511AB,Utrecht,,,\n\
             {HOSPITAL},hospital,Ziekenhuis De Linde,2025-08-29,Lindelaan,1,,,3584CX,Utrecht,,,\n\
             {UNCONFIRMED},gp,Praktijk De Brug,,Brugstraat,3,,,3511AB,Utrecht,,,\n\
             {CLOSED},gp,Praktijk De Poort,2025-08-29,Poortstraat,4,,,3511AB,Utrecht,,2024-12-31,\n"
        );
        fs::write(night.inbox().join("providers.csv"), list).unwrap();
        let config = night.configured("[vendor]", &[table, "\n[vendor]"].concat());
        Self { night, config }
    }

    fn ask(&self, date: &str, command: &[&str]) -> Answer {
        self.night.answer(&self.config, date, command)
    }

    fn run(&self, date: &str) -> Value {
        let answer = self.ask(date, &["run", "--json"]);
        assert!(answer.code <= 1, "{}{}", answer.stdout, answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    fn provider(&self, date: &str, code: &str) -> Value {
        let answer = self.ask(date, &["provider", code, "--json"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    /// The vendor reports every letter of the only unreported job as posted.
    fn posts(&self, date: &str, job: &str) {
        let house = tempfile::tempdir().unwrap();
        let package = self.night.data().join("outbox").join(job);
        let identity = root().join("sample-data/vendor/age-identity.txt");
        let [package, identity, house] = [package.as_path(), &identity, house.path()]
            .map(|path| Utf8Path::from_path(path).unwrap());
        let fetched = FetchedJob::fetch(package, identity, house).unwrap();
        let rows = fetched
            .pieces
            .iter()
            .map(|piece| format!("{},{},posted\n", piece.seq, piece.letter_id));
        let text = rows.fold("seq,letter_id,status\n".to_owned(), |text, row| text + &row);
        let file = self.night.path().join(format!("{}.production.csv", fetched.job));
        fs::write(&file, text).unwrap();
        let answer = self.ask(date, &["receipts", file.to_str().unwrap()]);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    }
}

/// State and code of each record.
fn fates(answer: &Value) -> BTreeMap<String, (String, String)> {
    let path = Path::new(answer["papers"].as_str().unwrap()).join("rows.csv");
    let mut csv = csv::Reader::from_path(path).unwrap();
    let rows = csv.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
    rows.map(|row| (row["record_id"].clone(), (row["state"].clone(), row["code"].clone())))
        .collect()
}

/// Records in that state.
fn in_state(answer: &Value, state: &str) -> BTreeSet<String> {
    let all = fates(answer).into_iter();
    all.filter(|(_, (own, _))| own == state).map(|(id, _)| id).collect()
}

/// Whose rows they are: either of a person's two may lead the letter.
fn people(rows: &BTreeSet<String>) -> BTreeSet<String> {
    rows.iter().map(|id| id.split_once('-').unwrap().0.to_owned()).collect()
}

fn ids(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn job(answer: &Value) -> String {
    let package = answer["package"].as_str().unwrap();
    Path::new(package).file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn patients_follow_their_providers_and_nobody_is_lost() {
    let first = First::new("[providers_first]\n");

    // 15 September 2025 is a Monday. Whoever has a provider that can be told waits for it.
    let one = first.run("2025-09-15");
    assert_eq!(in_state(&one, "letter"), ids(&["F4-0", "F5-0", "F6-0", "F7-0"]));
    assert_eq!(in_state(&one, "waiting"), ids(&["F0-0", "F1-0", "F2-0", "F2-1", "F3-0"]));
    assert!(fates(&one).values().filter(|fate| fate.0 == "waiting").all(|fate| fate.1 == "D303"));
    let letters = &one["report"]["letters"];
    assert_eq!(
        (letters["total"].as_u64(), letters["by_category"]["provider"].as_u64()),
        (Some(6), Some(2))
    );
    let report = &one["report"]["providers"];
    assert_eq!(report["notices"], 2);
    assert_eq!(report["by_state"], serde_json::json!({"running": 2, "held": 3}));
    assert_eq!(report["held"], serde_json::json!({"P101": 1, "P103": 1, "P104": 1}));
    assert_eq!(report["waiting"], serde_json::json!({"2025-09-24": 4}));

    let shown = first.provider("2025-09-15", GP);
    assert_eq!(
        (&shown["affected"], &shown["patients"], &shown["waiting"]),
        (&true.into(), &3.into(), &3.into())
    );
    assert_eq!(first.provider("2025-09-15", "01999999")["affected"], false);

    // The same night again: nobody is told twice.
    let again = first.run("2025-09-16");
    assert_eq!(again["report"]["letters"]["total"], 0);
    assert_eq!(in_state(&again, "waiting").len(), 5);

    // The hospital says that it is ready; its patient who has a practice as well still waits.
    let ready =
        ["provider", HOSPITAL, "--acknowledged", "--by", "Anna", "--note", "called at noon"];
    let answer = first.ask("2025-09-16", &ready);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let two = first.run("2025-09-17");
    assert_eq!(in_state(&two, "letter"), ids(&["F3-0"]));

    // The notices were posted on Wednesday: on Monday their time is over.
    first.posts("2025-09-17", &job(&one));
    assert_eq!(in_state(&first.run("2025-09-19"), "letter"), ids(&[]));
    let three = first.run("2025-09-22");
    assert_eq!(people(&in_state(&three, "letter")), ids(&["F0", "F1", "F2"]));
    assert_eq!(three["report"]["providers"]["by_state"]["informed"], 2);
    assert_eq!(in_state(&first.run("2025-09-23"), "waiting"), ids(&[]));

    let check = first.ask("2025-09-23", &["ledger", "check"]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let log = first.ask("2025-09-23", &["ledger", "log"]);
    assert!(log.stdout.contains("has its notice: called at noon"), "{}", log.stdout);
}

#[test]
fn after_seven_working_days_patients_are_told_all_the_same() {
    let first = First::new("[providers_first]\n");
    first.run("2025-09-15");
    assert_eq!(in_state(&first.run("2025-09-23"), "letter"), ids(&[]));
    let capped = first.run("2025-09-24");
    assert_eq!(in_state(&capped, "letter").len(), 4);
    assert_eq!(capped["report"]["providers"]["by_state"]["overdue"], 2);
}

#[test]
fn without_the_table_nobody_waits_and_no_provider_is_written_to() {
    let first = First::new("");
    let one = first.run("2025-09-15");
    assert_eq!(in_state(&one, "waiting"), ids(&[]));
    assert_eq!(one["report"]["letters"]["total"], 8);
    assert!(one["report"]["providers"].is_null());
    assert!(!Path::new(one["papers"].as_str().unwrap()).join("providers.json").exists());
}

#[test]
fn a_notice_names_no_patient_and_says_how_many_there_are() {
    let first = First::new("[providers_first]\n");
    let one = first.run("2025-09-15");
    let package = PathBuf::from(one["package"].as_str().unwrap());
    let into = tempfile::tempdir().unwrap();
    let mut notices = 0;
    for bag in paper::unpack(&package, into.path()) {
        for letter in paper::letters(&bag).values() {
            let text = format!("{} {}", letter.text(), letter.personal.join(" "));
            if !text.contains("T.a.v.") {
                continue;
            }
            notices += 1;
            for (surname, _) in PATIENTS {
                assert!(!text.contains(surname), "a notice names a patient");
            }
            for value in ["Nieuwstraat", "A.M.", "F0-", "1940", GP, HOSPITAL] {
                assert!(!text.contains(value), "{value}: {text}");
            }
            let is_gp = text.contains("Huisartsenpraktijk Het Plein");
            let number = if is_gp { "3 patiënten" } else { "2 patiënten" };
            // Of so few the months would be those of one.
            assert!(text.contains(number) && !text.contains("onderzoek in februari"), "{text}");
            assert!(text.contains("Vanaf 24 september 2025 wachten wij niet langer"), "{text}");
        }
    }
    assert_eq!(notices, 2);

    // Somebody else's reader of the papers.
    let papers = Path::new(one["papers"].as_str().unwrap());
    let listed = fs::read(papers.join("letters.parquet")).unwrap();
    let has = |word: &[u8]| listed.windows(word.len()).any(|window| window == word);
    assert!(has(b"subject"));
    let providers = fs::read_to_string(papers.join("providers.json")).unwrap();
    for (surname, _) in PATIENTS {
        assert!(!providers.contains(surname));
    }
}

/// A key pair, and its public line.
pub fn key(folder: &Path, name: &str) -> String {
    let file = folder.join(name);
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(&file)
        .status();
    assert!(made.unwrap().success());
    fs::read_to_string(folder.join(format!("{name}.pub"))).unwrap().trim().to_owned()
}

/// Signs a text as an approver does.
pub fn sign(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(format!("{name}.txt"));
    fs::write(&file, text).unwrap();
    let done = std::process::Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "breachpost-approval", "-f"])
        .arg(folder.join(name))
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let signature = format!("{}.sig", file.display());
    fs::write(&signature, done.stdout).unwrap();
    signature
}

#[test]
fn a_dispute_holds_the_patients_until_two_people_decide() {
    let keys = tempfile::tempdir().unwrap();
    let (anna, bart) = (key(keys.path(), "anna"), key(keys.path(), "bart"));
    let table = format!(
        "[providers_first]\n\n[[approval.approvers]]\nname = \"Anna\"\nrole = \"communications\"\nkey = \"{anna}\"\n\n\
         [[approval.approvers]]\nname = \"Bart\"\nrole = \"privacy\"\nkey = \"{bart}\"\n"
    );
    let first = First::new(&table);
    first.run("2025-09-15");

    let note = |flag: &'static str| {
        ["provider", GP, flag, "--by", "Anna", "--note", "letter of the practice"]
    };
    let said = |date: &str, flag: &'static str| {
        let text = first.ask(date, &note(flag));
        assert_eq!(text.code, 0, "{}", text.stderr);
        let signed: Vec<String> =
            ["anna", "bart"].iter().map(|name| sign(keys.path(), name, &text.stdout)).collect();
        let one = [&note(flag)[..], &["--signed", &signed[0]]].concat();
        assert_eq!(first.ask(date, &one).code, 2, "one signature is not enough");
        let both = [&one[..], &["--signed", &signed[1]]].concat();
        let answer = first.ask(date, &both);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    };

    assert_eq!(first.ask("2025-09-16", &note("--decided-ours")).code, 2, "nothing to decide yet");
    said("2025-09-16", "--not-ours");
    let held = first.run("2025-09-24");
    assert_eq!(in_state(&held, "review"), ids(&["F0-0", "F1-0", "F2-0", "F2-1"]));
    assert!(fates(&held).values().filter(|fate| fate.0 == "review").all(|fate| fate.1 == "D221"));
    assert_eq!(in_state(&held, "letter"), ids(&["F3-0"]));
    assert_eq!(first.provider("2025-09-24", GP)["state"], "disputed");

    said("2025-09-25", "--decided-not-ours");
    let free = first.run("2025-09-25");
    assert_eq!(people(&in_state(&free, "letter")), ids(&["F0", "F1", "F2"]));
    let package = PathBuf::from(free["package"].as_str().unwrap());
    let into = tempfile::tempdir().unwrap();
    for bag in paper::unpack(&package, into.path()) {
        for letter in paper::letters(&bag).values() {
            assert!(
                !letter.personal.join(" ").contains("Het Plein"),
                "a letter names the practice"
            );
        }
    }
}

#[test]
fn a_folder_of_texts_that_an_earlier_program_made_is_refused_only_where_it_matters() {
    let first = First::new("");
    let folder = first.night.path().join("texts");
    fs::create_dir(&folder).unwrap();
    for name in ["nl.toml", "en.toml", "limits.toml"] {
        fs::copy(root().join("locales").join(name), folder.join(name)).unwrap();
    }
    let texts = format!("[texts]\nfolder = \"{}\"\n", folder.display());
    let config = fs::read_to_string(&first.config).unwrap();
    fs::write(&first.config, config.replace("[policy]", &format!("{texts}\n[policy]"))).unwrap();
    assert!(first.ask("2025-09-15", &["check"]).code <= 1);

    let config = fs::read_to_string(&first.config).unwrap();
    fs::write(&first.config, config + "\n[providers_first]\n").unwrap();
    let refused = first.ask("2025-09-15", &["run"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("notices-nl.toml") && refused.stderr.contains("breachpost new"),
        "{}",
        refused.stderr
    );
}
