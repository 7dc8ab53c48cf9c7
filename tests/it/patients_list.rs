//! The list of a provider's patients: it has exactly those whom the lab's records give it, it is sealed to
//! the provider's key, two people sign for it, and nothing of it stays behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::openpgp::Ring;
use crate::program::{Answer, Night, collect, root};
use crate::providers::{key, sign};
use crate::tools::run;

const GP: &str = "01000001";
const OTHER: &str = "01000002";
const DAY: &str = "2025-09-16";

/// Surname, number, provider, and what a list says of the person.
const PEOPLE: [(&str, &str, &str, &str); 7] = [
    ("Aalwijkse", "999990019", GP, "listed"),
    ("Boschhovense", "999990020", GP, "protected"),
    ("Cramersteense", "999990032", GP, "dead"),
    ("Dijkbrugse", "999990044", GP, "objects"),
    ("Elzlaarse", "999990056", OTHER, "listed"),
    ("Froondonkse", "999990068", GP, "unknown"),
    ("Groenveldse", "99999008", GP, "unreadable"),
];

struct Asked {
    night: Night,
    config: PathBuf,
    keys: tempfile::TempDir,
}

/// A number of the test range that begins so and passes the 11-test.
fn bsn(begin: &str) -> String {
    let digits: Vec<u32> = begin[..8].chars().map(|sign| sign.to_digit(10).unwrap()).collect();
    let sum: u32 = digits.iter().zip((2..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    format!("{}{}", &begin[..8], sum % 11)
}

impl Asked {
    fn new() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let approvers = ["anna", "bart"].map(|name| {
            let line = key(keys.path(), name);
            format!(
                "[[approval.approvers]]\nname = \"{name}\"\nrole = \"privacy\"\nkey = \"{line}\"\n"
            )
        });
        let night = Night::bare();
        let sample = root().join("sample-data/inbox");
        let header = |name: &str| {
            let text = fs::read_to_string(sample.join(name)).unwrap();
            text.lines().next().unwrap().to_owned()
        };
        let mut rows = vec![header("exposures-special.csv")];
        let (mut register, mut suppressed) =
            (Vec::new(), vec!["bsn,person_ref,reason,source,since".to_owned()]);
        let columns = header("register.csv");
        for (number, (surname, begin, provider, said)) in PEOPLE.iter().enumerate() {
            let bsn = bsn(&format!("{begin}0"));
            let status = if *said == "unreadable" { "perhaps" } else { "confirmed" };
            for record in 0..2 {
                rows.push(format!(
                    "F{number}-{record},ds9,{bsn},Anna Maria,A.M.,,{surname},{}-03-11,V,Nieuwstraat,{number}1,,,3511AB,Utrecht,,gp,{provider},2022-02-02,{status},no,name;address;result,",
                    1950 + number
                ));
            }
            let cells: BTreeMap<&str, String> = BTreeMap::from([
                ("person_ref", format!("R{number}")),
                ("bsn", bsn.clone()),
                ("first_names", "Anna Maria".to_owned()),
                ("initials", "A.M.".to_owned()),
                ("surname", (*surname).to_owned()),
                ("sex", "V".to_owned()),
                ("birth_date", format!("{}-03-11", 1950 + number)),
                ("street", "Nieuwstraat".to_owned()),
                ("house_number", format!("{number}1")),
                ("postcode", "3511AB".to_owned()),
                ("town", "Utrecht".to_owned()),
                ("deceased_on", if *said == "dead" { "2025-01-02" } else { "" }.to_owned()),
                ("protected_address", if *said == "protected" { "true" } else { "" }.to_owned()),
            ]);
            if *said != "unknown" {
                let row = columns.split(',').map(|name| cells.get(name).map_or("", String::as_str));
                register.push(row.collect::<Vec<_>>().join(","));
            }
            if *said == "objects" {
                suppressed.push(format!("{bsn},,objection,hotline,2025-08-20"));
            }
        }
        register.insert(0, columns);
        let list = format!(
            "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email,closed_on,merged_into\n\
             {GP},gp,Praktijk Het Plein,2025-08-30,Plein,2,,,3511AB,Utrecht,,,\n\
             {OTHER},gp,Praktijk De Linde,2025-08-30,Plein,3,,,3511AB,Utrecht,,,\n"
        );
        for (name, text) in [
            ("exposures-1.csv", rows.join("\n")),
            ("register.csv", register.join("\n")),
            ("suppressions.csv", suppressed.join("\n")),
            ("providers.csv", list),
        ] {
            fs::write(night.inbox().join(name), text + "\n").unwrap();
        }
        let table = format!("[providers_first]\n\n{}\n[vendor]", approvers.concat());
        let config = night.configured("[vendor]", &table);
        Self { night, config, keys }
    }

    fn ask(&self, command: &[&str]) -> Answer {
        self.night.answer(&self.config, DAY, command)
    }

    fn out(&self) -> PathBuf {
        self.night.path().join("list.age")
    }

    fn list<'a>(&self, key: &'a str, out: &'a str, signed: &'a [String]) -> Answer {
        let mut command = vec![
            "provider",
            GP,
            "--patients",
            out,
            "--key",
            key,
            "--by",
            "Anna",
            "--note",
            "asked by telephone",
        ];
        command.extend(signed.iter().flat_map(|file| ["--signed", file.as_str()]));
        self.ask(&command)
    }
}

#[test]
fn the_list_has_exactly_the_patients_and_only_what_is_needed() {
    let asked = Asked::new();
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let text = fs::read_to_string(&identity).unwrap();
    let public = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    let key = asked.night.path().join("practice.pub");
    fs::write(&key, format!("{public}\n")).unwrap();
    let (key, out) = (key.to_str().unwrap().to_owned(), asked.out().to_str().unwrap().to_owned());

    assert_eq!(asked.list(&key, &out, &[]).code, 2, "it has had no notice yet");
    assert!(asked.ask(&["run"]).code <= 1);
    let text = asked.list(&key, &out, &[]);
    assert!(
        text.code == 0 && text.stdout.contains("until 2025-10-16"),
        "{}{}",
        text.stdout,
        text.stderr
    );
    let signed: Vec<String> =
        ["anna", "bart"].iter().map(|name| sign(asked.keys.path(), name, &text.stdout)).collect();
    assert_eq!(asked.list(&key, &out, &signed[..1]).code, 2, "one signature is not enough");
    assert!(!asked.out().exists());
    let inside = asked.night.data().join("list.age").to_str().unwrap().to_owned();
    assert_eq!(asked.list(&key, &inside, &signed).code, 2, "never where it would be handed over");
    let made = asked.list(&key, &out, &signed);
    assert_eq!(made.code, 0, "{}{}", made.stdout, made.stderr);

    let sealed = fs::read(asked.out()).unwrap();
    assert!(!sealed.windows(6).any(|bytes| bytes == b"Aalwij"), "it is sealed");
    let open =
        Command::new("age").arg("-d").arg("-i").arg(&identity).arg(asked.out()).output().unwrap();
    assert!(open.status.success());
    let table = String::from_utf8(open.stdout).unwrap();

    // Both ways: everybody who is named by a record of theirs, and nobody else.
    let mut csv = csv::Reader::from_reader(table.as_bytes());
    let lines: Vec<BTreeMap<String, String>> = csv.deserialize().map(Result::unwrap).collect();
    let on_list: BTreeSet<&str> = lines.iter().map(|line| line["surname"].as_str()).collect();
    let readable = PEOPLE.iter().filter(|(_, _, code, said)| *code == GP && *said != "unreadable");
    let wanted: BTreeSet<&str> = readable.map(|(surname, ..)| *surname).collect();
    assert_eq!(on_list, wanted);
    assert_eq!(lines.len(), wanted.len(), "each once, however many records");
    assert!(made.stdout.contains("2 records that cannot be read"), "{}", made.stdout);

    let said: BTreeMap<&str, &str> =
        PEOPLE.iter().map(|(surname, _, _, said)| (*surname, *said)).collect();
    for line in &lines {
        let said = said[line["surname"].as_str()];
        let is_told = said == "listed";
        assert_eq!(line["street"].is_empty(), !is_told, "{said}");
        assert_eq!(line["town"].is_empty(), !is_told, "{said}");
        assert_eq!(line["address_left_out"] == "yes", !is_told, "{said}");
        assert_eq!(line["deceased"] == "yes", said == "dead", "{said}");
        assert_eq!(line["destroy_by"], "2025-10-16");
    }
    let columns = "surname,initials,birth_date,street,town,address_left_out,deceased,destroy_by";
    assert_eq!(table.lines().next().unwrap(), columns);

    // The request and the receipt are in the ledger; nothing of the list is in the data folder.
    let received = ["provider", GP, "--list-received", "--by", "Anna", "--note", "called back"];
    assert_eq!(asked.ask(&received).code, 0);
    assert_eq!(asked.ask(&received).code, 2, "once");
    let log = asked.ask(&["ledger", "log"]).stdout;
    assert!(log.contains("asked for the list") && log.contains("has the list"), "{log}");
    assert!(log.contains("until 2025-10-16") && log.contains("signed by anna and bart"), "{log}");
    let mut files = Vec::new();
    collect(&asked.night.data(), &mut files);
    let hidden = sealed[sealed.len() - 40..].to_vec();
    for (path, bytes) in files {
        assert!(!bytes.windows(40).any(|part| part == hidden), "{}", path.display());
    }
    for said in [&text_of(&made), &log] {
        assert!(PEOPLE.iter().all(|(surname, ..)| !said.contains(surname)), "{said}");
    }
    assert_eq!(asked.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn stock_gpg_opens_a_list_that_is_sealed_to_an_openpgp_key() {
    let (asked, ring) = (Asked::new(), Ring::new());
    assert!(asked.ask(&["run"]).code <= 1);
    let key = ring.rsa("practice").to_str().unwrap().to_owned();
    let out = asked.out().to_str().unwrap().to_owned();
    let text = asked.list(&key, &out, &[]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    let signed: Vec<String> =
        ["anna", "bart"].iter().map(|name| sign(asked.keys.path(), name, &text.stdout)).collect();
    let made = asked.list(&key, &out, &signed);
    assert_eq!(made.code, 0, "{}{}", made.stdout, made.stderr);

    let opened = ring.path("list.csv");
    run(ring.gpg().arg("--output").arg(&opened).arg("--decrypt").arg(asked.out()));
    let mut csv = csv::Reader::from_path(&opened).unwrap();
    let lines: Vec<BTreeMap<String, String>> = csv.deserialize().map(Result::unwrap).collect();
    let on_list: BTreeSet<&str> = lines.iter().map(|line| line["surname"].as_str()).collect();
    let theirs = PEOPLE.iter().filter(|(_, _, code, said)| *code == GP && *said != "unreadable");
    assert_eq!(on_list, theirs.map(|(surname, ..)| *surname).collect());
}

fn text_of(answer: &Answer) -> String {
    format!("{}{}", answer.stdout, answer.stderr)
}
