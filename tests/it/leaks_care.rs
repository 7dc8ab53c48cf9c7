//! Canaries where providers are told first and professionals as well: no value of a patient is in a
//! notice, a mail, or a letter to a professional, none of a professional in the others, and nothing of
//! any of them where it does not belong, nor anywhere after a purge.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::canaries::{Search, files};
use crate::mail::Server;
use crate::paper;
use crate::program::{Answer, Night};

/// Of the patients: names, birth dates, addresses, numbers, what their records are.
const OF_PATIENTS: [&str; 13] = [
    "Qvexolzi",
    "Zolmbraquit",
    "1951-07-23",
    "23 juli 1951",
    "Wyzqorlaan",
    "9731XK",
    "9731 XK",
    "Vlixmonder",
    "Fyzkramdotje",
    "Trovkynsma",
    "999970008",
    "RECZQVLKWB",
    "DATSETQZWX",
];
/// Of the professionals.
const OF_PROFESSIONALS: [&str; 5] =
    ["Kwalchtqurb", "84970011", "Yzfermoltan", "84970022", "PRODSETZKQ"];
/// Of the providers: their codes, and where a mail goes.
const OF_PROVIDERS: [&str; 5] = ["06970777", "06970888", "06970999", "qzornmail", "xubrinpost"];
/// Of the providers and the professionals, where a letter to them is addressed.
const ADDRESSED: [&str; 5] =
    ["Plyxmoortje", "Hruvaxtong", "Jofkruwenpad", "Prulmvexel", "Kwalchtqurb"];

const PURGE: [&str; 5] = ["purge", "--approved-by", "privacy officer", "--yes", "--json"];

/// A campaign of canaries, whose providers hear by letter, by mail and both ways.
struct Canaries {
    night: Night,
    config: PathBuf,
    server: Server,
    /// Everything that was printed.
    said: Vec<(String, String)>,
}

impl Canaries {
    fn new() -> Self {
        let (night, server) = (Night::bare(), Server::start("many"));
        let exposures = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,house_number,house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,status,published,items,custody,professional_code,professional_name,professional_items\n\
            RECZQVLKWB1,DATSETQZWX,999970008,Qvexolzi,Q.,,Zolmbraquit,1951-07-23,V,Wyzqorlaan,48,,,9731XK,Vlixmonder,,gp,06970777,2019-03-17,confirmed,no,name;address;bsn,,84970011,Y. Yzfermoltan,name;signature\n\
            RECZQVLKWB2,DATSETQZWX,,Fyzkramdotje,F.,,Trovkynsma,1962-11-29,M,Wyzqorlaan,7,,,9731XK,Vlixmonder,,gp,06970888,2019-03-17,confirmed,no,name;address,,,,\n\
            RECZQVLKWB3,DATSETQZWX,,Fyzkramdotje,F.,,Trovkynsma,1933-11-29,M,Wyzqorlaan,9,,,9731XK,Vlixmonder,,gp,06970999,2019-03-17,confirmed,no,name;address,,,,\n";
        let providers = "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email,closed_on,merged_into\n\
            06970777,gp,Praktijk Plyxmoortje,2025-08-29,Jofkruwenpad,1,,,3584CX,Prulmvexel,,,\n\
            06970888,gp,Praktijk Hruvaxtong,2025-08-29,Jofkruwenpad,2,,,3584CX,Prulmvexel,good@qzornmail.example,,\n\
            06970999,gp,Praktijk Hruvaxtong,2025-08-29,Jofkruwenpad,3,,,3584CX,Prulmvexel,bounces@xubrinpost.example,,\n";
        let professionals = "professional_code,name,provider_code,dataset_id,status,items,left_on\n\
            84970022,A. Kwalchtqurb,06970888,PRODSETZKQ,confirmed,name;code,\n";
        for (name, text) in [
            ("exposures-1.csv", exposures),
            ("providers.csv", providers),
            ("professionals.csv", professionals),
        ] {
            fs::write(night.inbox().join(name), text).unwrap();
        }

        let mail = format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"b@example.org\"\nto = [\"o@example.org\"]\n\n\
             [providers_first]\nchannel_of = {{ 06970888 = \"both\", 06970999 = \"mail\" }}\n\n\
             [professionals]\nsender = \"bvo\"\n\n[vendor]",
            server.port()
        );
        let config = night.configured("[vendor]", &mail);
        Self { night, config, server, said: Vec::new() }
    }

    fn ask(&mut self, date: &str, command: &[&str]) -> Answer {
        let answer = self.night.answer(&self.config, date, command);
        self.said.push((command.join(" "), format!("{}{}", answer.stdout, answer.stderr)));
        answer
    }

    /// The letters of a night, as they are read on paper.
    fn run(&mut self, date: &str) -> Vec<String> {
        let answer = self.ask(date, &["run", "--json", "-vv"]);
        assert!(answer.code <= 1, "{}{}", answer.stdout, answer.stderr);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let into = tempfile::tempdir().unwrap();
        let package = Path::new(answer["package"].as_str().unwrap());
        let bags = paper::unpack(package, into.path());
        bags.iter()
            .flat_map(|bag| {
                manifest(&bag.join("data/manifest.csv"));
                paper::letters(bag).into_values()
            })
            .map(|letter| format!("{} {}", letter.text(), letter.personal.join(" ")))
            .collect()
    }

    /// The mails to providers.
    fn mails(&self) -> Vec<String> {
        let received = self.server.received().into_iter();
        let to = |mail: &Value| mail["to"][0].as_str().unwrap().to_owned();
        received.filter(|mail| to(mail) != "o@example.org").map(|mail| mail.to_string()).collect()
    }
}

/// The vendor reads whom a letter goes to, and no code of theirs.
fn manifest(path: &Path) {
    let text = fs::read(path).unwrap();
    let secrets = OF_PROVIDERS.iter().chain(&["84970011", "84970022", "PRODSETZKQ"]);
    assert_eq!(found(secrets.copied(), path, &text), [""; 0]);
}

/// Which of these are somewhere, and where.
fn found<'c>(canaries: impl Iterator<Item = &'c str>, name: &Path, bytes: &[u8]) -> Vec<String> {
    let canaries: Vec<&str> = canaries.collect();
    let hits = Search::new(&canaries).find(name, bytes);
    hits.iter()
        .map(|hit| format!("{} ({}) in {}", canaries[hit.0], hit.1, name.display()))
        .collect()
}

/// None of these is in any of the letters or mails.
fn none_in(texts: &[&String], canaries: &(impl Iterator<Item = &'static str> + Clone)) {
    assert!(!texts.is_empty());
    for text in texts {
        let found = found(canaries.clone(), Path::new("letter"), text.as_bytes());
        assert!(found.is_empty(), "{found:?}: {text}");
    }
}

/// Notices, letters to professionals, letters to patients.
fn sorted(letters: &[String]) -> [Vec<&String>; 3] {
    let is_notice = |letter: &&String| letter.contains("Geachte huisarts");
    let is_professional = |letter: &&String| letter.contains("Persoonlijk en vertrouwelijk");
    let (notices, others): (Vec<_>, Vec<_>) = letters.iter().partition(is_notice);
    let (professionals, patients) = others.into_iter().partition(is_professional);
    [notices, professionals, patients]
}

/// Everything up to the letters to patients: notices, mails, one that came back, the help desk.
fn played() -> (Canaries, Vec<String>) {
    let mut own = Canaries::new();
    let mut letters = own.run("2025-09-15");
    assert_eq!(own.ask("2025-09-15", &["provider-mail", "--json", "-vv"]).code, 0);
    let mails = own.server.received();
    let bounced = mails.iter().find(|mail| mail["to"][0] == "bounces@xubrinpost.example").unwrap();
    let file = own.night.path().join("bounces.csv");
    let id = bounced["headers"]["message-id"].as_str().unwrap();
    fs::write(&file, format!("message_id\n{id}\n")).unwrap();
    let file = file.to_str().unwrap().to_owned();
    assert_eq!(own.ask("2025-09-16", &["receipts", &file, "-vv"]).code, 0);

    letters.extend(own.run("2025-09-16"));
    letters.extend(own.run("2025-09-25"));
    for command in [
        &["ledger", "check", "--json"][..],
        &["ledger", "log"],
        &["status"],
        &["check", "--json", "-vv"],
    ] {
        own.ask("2025-09-25", command);
    }
    (own, letters)
}

#[test]
fn no_letter_or_mail_has_a_value_of_somebody_else() {
    let (own, letters) = played();
    let [notices, professionals, patients] = sorted(&letters);
    assert_eq!((notices.len(), professionals.len(), patients.len()), (3, 2, 3), "{letters:?}");
    let mails = own.mails();
    assert_eq!(mails.len(), 2);

    let people = OF_PATIENTS.iter().chain(&OF_PROFESSIONALS).copied();
    none_in(&notices, &people);
    none_in(&mails.iter().collect::<Vec<_>>(), &people);
    none_in(&professionals, &OF_PATIENTS.into_iter());
    none_in(&patients, &OF_PROFESSIONALS.into_iter());
    // Each says what is its own: there was something to be found.
    assert!(professionals.iter().any(|letter| letter.contains("Yzfermoltan")));
    assert!(professionals.iter().any(|letter| letter.contains("Kwalchtqurb")));
    assert!(patients.iter().any(|letter| letter.contains("Zolmbraquit")));
    assert!(notices.iter().all(|letter| letter.contains("Jofkruwenpad")));

    // Nothing that is printed, logged or reported has a value of anybody; an answer may name the code
    // that was asked for, and nobody asked here.
    let all = || OF_PATIENTS.iter().chain(&OF_PROFESSIONALS).chain(&ADDRESSED).copied();
    for (command, said) in &own.said {
        let secret = all().chain(["qzornmail", "xubrinpost"]);
        assert_eq!(found(secret, Path::new(command), said.as_bytes()), [""; 0]);
    }
    for (path, bytes) in files(&own.night.data()) {
        let text = path.to_str().unwrap();
        // The letters' own files, and lists of rows by their ids.
        let belongs = ["/letters.parquet", "/rows.csv", "/review.csv"];
        if belongs.iter().any(|end| text.ends_with(end)) || text.contains("/plan/") {
            continue;
        }
        let mail =
            ["qzornmail", "xubrinpost"].into_iter().filter(|_| !text.ends_with("/mails.json"));
        assert_eq!(found(all().chain(mail), &path, &bytes), [""; 0]);
    }
}

#[test]
fn a_purge_leaves_nothing_of_providers_and_professionals() {
    let (mut own, _) = played();
    let everything = || {
        let all = OF_PATIENTS.iter().chain(&OF_PROFESSIONALS).chain(&OF_PROVIDERS);
        all.chain(&ADDRESSED).copied()
    };
    let left = |own: &Canaries| -> Vec<String> {
        let files = files(&own.night.data()).into_iter();
        files.flat_map(|(path, bytes)| found(everything(), &path, &bytes)).collect()
    };
    assert!(left(&own).len() > 20, "they were never there");
    let ids = letter_ids(&own);
    assert!(ids.len() >= 8, "{ids:?}");

    assert_eq!(own.ask("2025-09-26", &["close", "--yes"]).code, 0);
    let purged = own.ask("2025-09-26", &PURGE);
    assert_eq!(purged.code, 0, "{}", purged.stderr);
    assert_eq!(left(&own), [""; 0]);
    let certificate: Value = serde_json::from_str(&purged.stdout).unwrap();
    assert!(certificate["files"].to_string().contains("mails.json"));
    assert!(certificate["files"].to_string().contains("providers.json"));
    assert_eq!(certificate["patients_lists"], 0);

    // The history keeps the ids of mails to organisations and of nobody else.
    let ledger = fs::read(own.night.data().join("ledger.sqlite")).unwrap();
    let kept = ids
        .iter()
        .filter(|id| !found(std::iter::once(id.as_str()), Path::new(""), &ledger).is_empty());
    assert_eq!(kept.count(), 1, "the notice that went both ways");
    assert_eq!(own.ask("2025-09-26", &["ledger", "check"]).code, 0);
}

/// The ids of all letters, as the manifests had them.
fn letter_ids(own: &Canaries) -> Vec<String> {
    let mut ids = Vec::new();
    for package in fs::read_dir(own.night.data().join("outbox")).unwrap() {
        let package = package.unwrap().path();
        let into = tempfile::tempdir().unwrap();
        for bag in paper::unpack(&package, into.path()) {
            ids.extend(paper::letters(&bag).into_keys());
        }
    }
    ids
}
