//! Every personal field of a fixture holds a value that occurs nowhere else. Whatever a run writes
//! or prints is searched for them, except where personal data belongs: letters, the plan, the
//! manifest's address columns.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::canaries::{Search, files};
use crate::mail::Server;
use crate::program::{Answer, DATE, Night, root};
use crate::tools::run;

/// A value of a personal field.
pub struct Canary {
    pub text: &'static str,
    /// Where the manifest may show it to the vendor.
    addressed: bool,
}

const fn secret(text: &'static str) -> Canary {
    Canary { text, addressed: false }
}

const fn addressed(text: &'static str) -> Canary {
    Canary { text, addressed: true }
}

/// Of everybody in the fixture. Numbers are BSNs of the test range; dates as they may be written.
pub const CANARIES: [Canary; 51] = [
    // Told about: one in the screening list, one with the lab's address alone, one who moved
    // abroad.
    secret("999970008"),
    secret("Qvexolzi"),
    secret("Wumbratje"),
    addressed("Zolmbraquit"),
    addressed("Hruvaxtong"),
    secret("1951-07-23"),
    secret("23-07-1951"),
    secret("23 juli 1951"),
    secret("19510723"),
    secret("Wyzqorlaan"),
    secret("9731XK"),
    secret("9731 XK"),
    secret("Vlixmonder"),
    secret("2019-03-17"),
    addressed("Jofkruwenpad"),
    addressed("9733QZ"),
    addressed("Prulmvexel"),
    secret("Gemzwortel"),
    secret("Fyzkramdotje"),
    addressed("Trovkynsma"),
    secret("1962-11-29"),
    addressed("Blixwurfkade"),
    addressed("9741VX"),
    addressed("Okzenburgum"),
    secret("Plyxmoortje"),
    secret("qzornmail"),
    secret("999970021"),
    addressed("Kwyzdelbrand"),
    addressed("Stolpfixgasse"),
    addressed("Murzwoldau"),
    secret("1944-02-13"),
    // Held or refused: each of these cells is wrong.
    secret("99997ZQKVB"),
    secret("Zorquendate"),
    secret("Kxorvtybarn"),
    secret("QXJVWZKPLM"),
    secret("Zweblandia"),
    secret("Kwartzelpoxi"),
    secret("Wrumbelfing"),
    secret("Pqozthingum"),
    secret("Joxquatrovi"),
    secret("Zvlorpqunde"),
    secret("Nyltvroxham"),
    secret("Skwembrulti"),
    secret("Vjolthkarmx"),
    secret("Ghrolmstwik"),
    // Of people who are not written to, and of why.
    secret("999970082"),
    secret("Dwobnaxtery"),
    secret("Kwalchtqurb"),
    secret("1938-05-19"),
    secret("Yzfermoltan"),
    secret("Xubrindalfo"),
];

/// Ids of rows: they belong in rows.csv, review.csv and the letters' own files.
const ROW_IDS: [&str; 3] = ["RECZQVLKWB", "PRFXWZQJVM", "DATSETQZWX"];

const EXPOSURES: &str = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,house_number,house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,status,published,items,custody\n";
const PEOPLE: &str = "person_ref,bsn,first_names,initials,surname_prefix,surname,title,name_use,partner_surname_prefix,partner_surname,partner_title,partner_ended,sex,birth_date,street,house_number,house_letter,house_addition,house_indication,postcode,town,municipality,location_description,foreign_line_1,foreign_line_2,foreign_line_3,country,language,letter_format,deceased_on,protected_address,whereabouts_unknown\n";

/// A row of the lab with one cell that is wrong; each is another person.
fn wrong(number: u8, change: (&str, &str)) -> String {
    let (letter, year) = (char::from(b'a' + number), 1930 + u16::from(number) * 3);
    let right = format!(
        "{}{number},{},,Skwembrulti{letter},S.,,Vjolthkarmx{letter},{year}-05-19,M,Ghrolmstwik,3,,,3511AB,Utrecht,,gp,,2019-03-17,confirmed,no,name;address,",
        ROW_IDS[0], ROW_IDS[2]
    );
    let wrong = right.replacen(change.0, change.1, 1);
    assert_ne!(right, wrong, "{}", change.0);
    wrong + "\n"
}

/// An inbox of canaries.
pub fn night() -> Night {
    let night = Night::bare();
    let (record, person, dataset) = (ROW_IDS[0], ROW_IDS[1], ROW_IDS[2]);
    let told = [
        format!(
            "{record}01,{dataset},999970008,Qvexolzi Wumbratje,Q.W.,,Zolmbraquit,1951-07-23,V,Wyzqorlaan,48,,,9731XK,Vlixmonder,,screening,,2019-03-17,confirmed,unknown,name;address;birth_date;bsn,"
        ),
        format!(
            "{record}02,{dataset},,Fyzkramdotje,F.,,Trovkynsma,1962-11-29,M,Blixwurfkade,7,,,9741VX,Okzenburgum,,gp,06000777,2019-03-17,confirmed,no,name;address,"
        ),
        format!(
            "{record}03,{dataset},999970021,Xubrindalfo,X.,,Kwyzdelbrand,1944-02-13,M,,,,,,,,hospital,,2019-03-17,not_excluded,no,name,"
        ),
        format!(
            "{record}04,{dataset},999970082,Yzfermoltan,Y.,,Dwobnaxtery,1938-05-19,M,Ghrolmstwik,5,,,3511AB,Utrecht,,gp,,2019-03-17,confirmed,no,name,"
        ),
    ];
    let refused = [
        (",,Skwem", ",99997ZQKVB,Skwem"),
        ("-05-19", "-Zorquendate"),
        (",3,,,", ",Kxorvtybarn,,,"),
        ("3511AB", "QXJVWZKPLM"),
        ("Utrecht,,", "Utrecht,Zweblandia,"),
        (",gp,", ",Kwartzelpoxi,"),
        ("confirmed", "Wrumbelfing"),
        ("name;address", "name;Pqozthingum"),
        ("name;address,", "name;address,Joxquatrovi"),
        ("Vjolthkarmx", "Zvlorpqunde <script>"),
        ("Vjolthkarmx", "Nyltvrox\u{202e}ham"),
        ("Vjolthkarmxl", "\"Nyltvroxham\nnewline\""),
        ("Vjolthkarmx", "Nyltvroxham Ã«Ã©"),
        ("Skwembrulti", "=Skwembrulti()"),
    ];
    let refused = (0..).zip(refused).map(|(number, change)| wrong(number, change));
    let exposures: String = told.iter().map(|row| format!("{row}\n")).chain(refused).collect();
    let people = |rows: &[String]| format!("{PEOPLE}{}", rows.concat());
    let participants = people(&[format!(
        "{person}1,999970008,Qvexolzi Wumbratje,Q.W.,,Zolmbraquit,,V,,Hruvaxtong,,,V,1951-07-23,Jofkruwenpad,61,,,,9733QZ,Prulmvexel,Gemzwortel,,,,,,,,,,\n"
    )]);
    let register = people(&[
        format!(
            "{person}2,999970021,Xubrindalfo,X.,,Kwyzdelbrand,,E,,,,,M,1944-02-13,,,,,,,,,,Stolpfixgasse 12,53111 Murzwoldau,,DE,,,,,\n"
        ),
        format!(
            "{person}3,999970082,Yzfermoltan,Y.,,Dwobnaxtery,,E,,,,,M,1938-05-19,Ghrolmstwik,5,,,,3511AB,Utrecht,Utrecht,,,,,,,,2025-01-01,,\n"
        ),
    ]);
    for (name, text) in [
        ("exposures-1.csv", format!("{EXPOSURES}{exposures}")),
        ("participants-1.csv", participants),
        ("register-1.csv", register),
        ("providers-1.csv", "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email\n06000777,gp,Huisartsenpraktijk Plyxmoortje,2025-08-29,Kade,1,,,3584CX,Utrecht,post@qzornmail.example\n".to_owned()),
        ("suppressions-1.csv", "bsn,person_ref,reason,source,since\n999970082,,objection,Kwalchtqurb,2025-08-01\n".to_owned()),
    ] {
        fs::write(night.inbox().join(name), text).unwrap();
    }
    night
}

/// The sample configuration, with backups that are taken to `shelf` beside the data folder and that
/// the sample's key opens.
pub fn with_backups(night: &Night) -> PathBuf {
    let shelf = night.path().join("shelf");
    fs::create_dir(&shelf).unwrap();
    let key = fs::read_to_string(root().join("sample-data/vendor/age-identity.txt")).unwrap();
    let key = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    night.configured(
        "[vendor]",
        &format!(
            "[backup]\nrecipient = \"{key}\"\ncommand = [\"cp\", \"-t\", \"{}\"]\n\n[vendor]",
            shelf.display()
        ),
    )
}

/// A night later there is one more.
pub fn add_a_person(night: &Night) {
    let row = "SECOND,ds2,,Anna Maria,A.M.,,Aalbers,1970-01-11,V,Nieuwstraat,1,,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name,";
    fs::write(night.inbox().join("exposures-2.csv"), format!("{EXPOSURES}{row}\n")).unwrap();
}

/// Everything that was written or printed, and the search through it.
struct Scan {
    search: Search,
    scanned: BTreeSet<PathBuf>,
    found: Vec<String>,
}

impl Scan {
    fn new(texts: impl IntoIterator<Item = &'static str>) -> Self {
        let texts: Vec<&str> = texts.into_iter().collect();
        Self { search: Search::new(&texts), scanned: BTreeSet::new(), found: Vec::new() }
    }

    fn look(&mut self, name: impl AsRef<Path>, bytes: &[u8]) {
        let name = name.as_ref();
        assert!(self.scanned.insert(name.to_owned()), "{} was looked at before", name.display());
        for (canary, encoding, path) in self.search.find(name, bytes) {
            self.found.push(format!("canary {canary} ({encoding}) in {}", path.display()));
        }
    }
}

/// Where personal data belongs (docs/design.md, "Files out"): the letters' own table, and the plan
/// they are set from.
fn belongs(path: &Path) -> bool {
    let text = path.to_str().unwrap();
    text.ends_with("/letters.parquet") || text.contains("/plan/") || text.contains("/print/")
}

fn is_row_list(path: &Path) -> bool {
    path.ends_with("rows.csv") || path.ends_with("review.csv")
}

/// The manifest without the columns that hold the address.
fn without_addresses(manifest: &[u8]) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(manifest);
    let address =
        ["name_", "street", "house_", "postcode", "town", "country", "foreign_line_", "kix"];
    let kept: Vec<usize> = (0..)
        .zip(reader.headers().unwrap())
        .filter(|(_, name)| {
            !address.iter().any(|prefix| name.starts_with(prefix)) || *name == "kix_skip_reason"
        })
        .map(|(place, _)| place)
        .collect();
    assert!(kept.len() > 8, "the manifest has lost its columns");
    let lines = reader.records().map(|line| {
        kept.iter().map(|place| line.as_ref().unwrap()[*place].to_owned() + ",").collect()
    });
    lines.collect::<Vec<String>>().join("\n").into_bytes()
}

/// Every command that an operator gives, and what it said.
fn answers(night: &Night, config: &Path, package: &str) -> Vec<(String, Answer)> {
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let identity = identity.to_str().unwrap();
    let commands: [&[&str]; 9] = [
        &["run", "-vv"],
        &["check", "-vv"],
        &["check", "--json"],
        &["ledger", "check"],
        &["ledger", "check", "--json"],
        &["verify", package, "--identity", identity],
        &["verify", package, "--identity", identity, "--json", "-vv"],
        &["review", "list", "--json"],
        &["explain", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "-vv"],
    ];
    commands.iter().map(|command| (command.join(" "), night.ask_with(config, command))).collect()
}

/// The parts of a package as the vendor sees them: names, and everything but the pages.
pub fn opened(night: &Night, package: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = night.path().join("opened");
    fs::create_dir(&folder).unwrap();
    for part in fs::read_dir(package).unwrap().map(|entry| entry.unwrap().path()) {
        if part.extension().is_some_and(|end| end == "age") {
            let zip = folder.join("part.zip");
            let identity = root().join("sample-data/vendor/age-identity.txt");
            run(Command::new("age")
                .args(["-d", "-i"])
                .arg(identity)
                .arg("-o")
                .arg(&zip)
                .arg(&part));
            run(Command::new("unzip").args(["-q", "-o"]).arg(&zip).arg("-d").arg(&folder));
            fs::remove_file(zip).unwrap();
        }
    }
    files(&folder).into_iter().collect()
}

#[test]
fn no_canary_is_in_anything_a_run_writes_or_prints() {
    let night = night();
    let server = Server::start("starttls");
    let config = server.config();
    let first = night.ask_with(&config, &["run", "--json", "-vv"]);
    assert_eq!(first.code, 1, "{}", first.stderr);
    let answer: serde_json::Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(answer["report"]["letters"]["total"], 3, "{}", answer["report"]["reasons"]);
    let package = answer["package"].as_str().unwrap().to_owned();
    let mut said = vec![("first run".to_owned(), first)];
    said.extend(answers(&night, &config, &package));
    let mails = server.received();
    assert_eq!(mails.len(), 2);

    let mut scan = Scan::new(CANARIES.iter().map(|canary| canary.text));
    let mut ids = Scan::new(ROW_IDS);
    for (command, answer) in &said {
        for (stream, text) in [("stdout", &answer.stdout), ("stderr", &answer.stderr)] {
            scan.look(format!("{command}: {stream}"), text.as_bytes());
            ids.look(format!("{command}: {stream}"), text.as_bytes());
        }
    }
    for (number, mail) in mails.iter().enumerate() {
        scan.look(format!("mail {number}"), mail.to_string().as_bytes());
        ids.look(format!("mail {number}"), mail.to_string().as_bytes());
    }
    for (path, bytes) in files(&night.data()) {
        let bytes = if belongs(&path) { Vec::new() } else { bytes };
        scan.look(&path, &bytes);
        ids.look(&path, if is_row_list(&path) { b"" } else { &bytes });
    }
    let inside = opened(&night, Path::new(&package));
    let secrets: Vec<&str> =
        CANARIES.iter().filter(|canary| !canary.addressed).map(|canary| canary.text).collect();
    let secrets = Search::new(&secrets);
    for (path, bytes) in &inside {
        let is_manifest = path.ends_with("manifest.csv");
        let shown = if is_manifest { without_addresses(bytes) } else { bytes.clone() };
        let shown = if belongs(path) { Vec::new() } else { shown };
        scan.look(path, &shown);
        ids.look(path, if belongs(path) { b"" } else { bytes });
        if is_manifest {
            assert_eq!(secrets.find(path, bytes), [], "an address column holds something else");
        }
    }
    assert_eq!(scan.found, [] as [&str; 0]);
    assert_eq!(ids.found, [] as [&str; 0]);
    assert!(scan.scanned.len() > 40, "{:?}", scan.scanned);

    // They were all there to be leaked: in the inbox, and those of people who were written to in
    // the plan and the manifest.
    let inbox: Vec<u8> = files(&night.inbox()).into_values().flatten().collect();
    let hits = scan.search.find(Path::new("inbox"), &inbox);
    let written = ["23-07-1951", "23 juli 1951", "19510723", "9731 XK"];
    for (place, canary) in CANARIES.iter().enumerate() {
        assert!(
            written.contains(&canary.text) || hits.iter().any(|hit| hit.0 == place),
            "{} is nowhere",
            canary.text
        );
    }
    let manifest = &inside.iter().find(|(path, _)| path.ends_with("manifest.csv")).unwrap().1;
    let shown = scan.search.find(Path::new("manifest"), manifest);
    for (place, canary) in CANARIES.iter().enumerate().filter(|(_, canary)| canary.addressed) {
        assert!(shown.iter().any(|hit| hit.0 == place), "{} was not written to", canary.text);
    }
    let plan = files(&night.data())
        .into_iter()
        .filter(|(path, _)| path.to_str().unwrap().contains("/plan/"));
    let plan: Vec<u8> = plan.flat_map(|(_, bytes)| bytes).collect();
    assert!(!scan.search.find(Path::new("plan"), &plan).is_empty());
}

#[test]
fn no_canary_is_in_a_backup_that_leaves_the_machine() {
    let night = night();
    let config = with_backups(&night);
    let run = night.ask_with(&config, &["run"]);
    assert_eq!(run.code, 1, "{}", run.stderr);

    let mut scan = Scan::new(CANARIES.iter().map(|canary| canary.text));
    let mut ids = Scan::new(ROW_IDS);
    let shelf = night.path().join("shelf");
    let sealed = files(&shelf);
    assert_eq!(sealed.len(), 1);
    for (path, bytes) in
        opened(&night, &shelf).into_iter().chain(sealed).chain(files(&night.data().join("backups")))
    {
        scan.look(&path, &bytes);
        ids.look(&path, &bytes);
    }
    for name in ["ledger.sqlite", "campaign.key", "backup.json", "redo.sqlite"] {
        assert!(scan.scanned.iter().any(|path| path.ends_with(name)), "{name} is not kept");
    }
    assert_eq!(scan.found, [] as [&str; 0]);
    assert_eq!(ids.found, [] as [&str; 0]);
}

/// Bytes of an exposures file that stop a run, or make it refuse rows, each in its own way.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let row = "RECZQVLKWB1,DATSETQZWX,999970008,Qvexolzi Wumbratje,Q.W.,,Zolmbraquit,1951-07-23,V,Wyzqorlaan,48,,,9731XK,Vlixmonder,,screening,,2019-03-17,confirmed,unknown,name;address,";
    let whole = format!("{EXPOSURES}{row}\n");
    let latin = |text: &str| {
        text.replace("Vlixmonder", "Vlixmonder\u{e9}").chars().map(|sign| sign as u8).collect()
    };
    let utf16 = |text: &str| {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let text = |text: String| text.into_bytes();
    vec![
        ("exposures-no-header.csv", text(format!("{row}\n{row}\n"))),
        (
            "exposures-ragged.csv",
            text(format!("{whole}{row},Zorquendate,extra\nGhrolmstwik,short\n")),
        ),
        ("exposures-quote.csv", text(whole.replace("Wyzqorlaan", "\"Wyzqorlaan"))),
        ("exposures-quote-inside.csv", text(whole.replace("Wyzqorlaan", "Wyz\"qorlaan"))),
        ("exposures-windows.csv", latin(&whole)),
        ("exposures-utf16.csv", utf16(&whole)),
        ("exposures-nul.csv", text(whole.replace("Wyzqorlaan", "Wyzqorlaan\0"))),
        ("exposures-semicolon.csv", text(whole.replace(',', ";"))),
        ("exposures-column-missing.csv", text(whole.replacen("birth_date", "geboren", 1))),
        (
            "exposures-column-twice.csv",
            text(whole.replacen(",custody", ",custody,surname", 1).replace(",\n", ",,x\n")),
        ),
        ("exposures-cut.csv", text(whole[..whole.len() - 60].to_owned())),
        ("exposures-one-long-line.csv", text(whole.replace('\n', ","))),
        ("exposures-huge.csv", text(whole.replace("Zolmbraquit", &"Zolmbraquit".repeat(20_000)))),
        ("exposures-not-parquet.parquet", text(whole.clone())),
        ("exposures-cut.parquet", text(format!("PAR1{whole}PAR1"))),
        ("exposures-text.xlsx", text(whole.clone())),
        ("exposures-cut.ods", text(format!("PK\u{3}\u{4}{whole}"))),
        ("exposures-padded.csv", text(format!("{whole}Zolmbraquit\0\0"))),
        ("exposures-sidecar.csv.meta.toml", text("rows = Zolmbraquit\n".to_owned())),
        (
            "exposures-sidecar.csv.meta.toml",
            text("rows = \"Zolmbraquit\"\nsha256 = \"Qvexolzi\"\n".to_owned()),
        ),
        ("exposures-sidecar.csv.meta.toml", text("rows = 1\nsha256 = \"Qvexolzi\"\n".to_owned())),
        ("exposures-good.csv", text(whole)),
    ]
}

#[test]
fn no_canary_is_in_what_is_said_about_broken_inputs() {
    let mut scan = Scan::new(CANARIES.iter().map(|canary| canary.text).chain(ROW_IDS));
    let mut stopped = 0;
    for (kind, (name, bytes)) in broken().into_iter().enumerate() {
        let night = Night::bare();
        if let Some(list) = name.strip_suffix(".meta.toml") {
            fs::write(night.inbox().join(list), EXPOSURES).unwrap();
        }
        fs::write(night.inbox().join(name), bytes).unwrap();
        for command in [&["run", "-vv"][..], &["check", "--json", "-vv"]] {
            let answer = night.ask(command);
            assert!((0..=3).contains(&answer.code), "{name}: {}", answer.stderr);
            stopped += u32::from(answer.code == 3);
            scan.look(format!("{kind} {command:?} stdout"), answer.stdout.as_bytes());
            scan.look(format!("{kind} {command:?} stderr"), answer.stderr.as_bytes());
        }
        for (path, bytes) in files(&night.data()) {
            let shown = if belongs(&path) || is_row_list(&path) { Vec::new() } else { bytes };
            scan.look(&path, &shown);
        }
    }
    assert_eq!(scan.found, [] as [&str; 0]);
    assert!(stopped > 20, "{stopped} of the commands stopped");
}

#[test]
fn no_canary_is_in_what_is_said_about_wrong_decisions_and_arguments() {
    let night = night();
    night.run();
    let file = night.path().join("decisions.csv");
    let mut scan = Scan::new(CANARIES.iter().map(|canary| canary.text));
    for (number, text) in [
        "file,row,beside,decision\nZolmbraquit,999970008,Wyzqorlaan,Qvexolzi\n",
        "file,row,beside,decision\nexposures-1.csv,1,exposures-1.csv:2,Qvexolzi\n",
        "file,row,beside,decision\nexposures-1.csv,1,exposures-1.csv:3,same\n",
        "file,row,record_id,beside,decision\nexposures-1.csv,1,Zolmbraquit,exposures-1.csv:2,same\n",
        "Zolmbraquit,999970008\nWyzqorlaan,Qvexolzi\n",
        "file,row,beside,decision\n\"Zolmbraquit,999970008\n",
    ]
    .iter()
    .enumerate()
    {
        fs::write(&file, text).unwrap();
        let answer = night.ask(&["review", "apply", file.to_str().unwrap(), "--by", "reviewer", "-vv"]);
        assert!(answer.code >= 2, "{number}: {}", answer.stdout);
        scan.look(format!("decision {number}"), (answer.stdout + &answer.stderr).as_bytes());
    }
    assert_eq!(scan.found, [] as [&str; 0]);
    assert_eq!(DATE, "2025-09-15");
}
