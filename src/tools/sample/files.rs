//! The files of an invented inbox, written row by row.

use std::fs::File;
use std::io::BufWriter;

use camino::{Utf8Path, Utf8PathBuf};
use csv::Writer;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::lab::{Codes, HEADER, Record};
use super::population::{Human, ListedIn};
use super::{SampleError, SampleSummary, names, places};
use crate::base::{FileError, durable};
use crate::field::contract;
use crate::field::row::List;

const LISTED: [&str; 32] = contract::names(contract::columns(List::Register));
const PROVIDERS: [&str; 13] = contract::names(contract::columns(List::Providers));
const PROFESSIONALS: [&str; 7] = contract::names(contract::columns(List::Professionals));
const SUPPRESSIONS: [&str; 5] = contract::names(contract::columns(List::Suppressions));

/// One file, its row count, and the bytes that went through it.
struct Csv {
    name: &'static str,
    writer: Writer<BufWriter<File>>,
    rows: u64,
}

impl Csv {
    fn create(out: &Utf8Path, name: &'static str, header: &[&str]) -> Result<Self, SampleError> {
        let file = File::create(out.join(name)).map_err(|source| write_error(name, source))?;
        let mut writer = Writer::from_writer(BufWriter::new(file));
        writer
            .write_record(header)
            .map_err(|source| SampleError::Csv { file: name.to_owned(), source })?;
        Ok(Self { name, writer, rows: 0 })
    }

    fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), SampleError> {
        self.rows += 1;
        self.writer
            .write_record(cells)
            .map_err(|source| SampleError::Csv { file: self.name.to_owned(), source })
    }

    /// Closes the file and writes its sidecar with row count and hash.
    fn finish(mut self, out: &Utf8Path) -> Result<u64, SampleError> {
        self.writer.flush().map_err(|source| write_error(self.name, source))?;
        let (sha256, _) = durable::fingerprint(&out.join(self.name))
            .map_err(|source| write_error(self.name, source))?;
        let sidecar = format!("rows = {}\nsha256 = \"{sha256}\"\n", self.rows);
        let name = format!("{}.meta.toml", self.name);
        std::fs::write(out.join(&name), sidecar).map_err(|source| write_error(&name, source))?;
        Ok(self.rows)
    }
}

fn write_error(file: &str, source: std::io::Error) -> SampleError {
    FileError::at("write", file.into())(source).into()
}

/// All files of the inbox.
pub struct Files {
    exposures: [Csv; 2],
    participants: Csv,
    register: Csv,
    providers: Csv,
    suppressions: Csv,
    professionals: Option<Csv>,
    truth: Csv,
    records: u64,
    out: Utf8PathBuf,
}

impl Files {
    pub fn create(out: &Utf8Path) -> Result<Self, SampleError> {
        std::fs::create_dir_all(out).map_err(|source| write_error(out.as_str(), source))?;
        let mut entries =
            std::fs::read_dir(out).map_err(|source| write_error(out.as_str(), source))?;
        if entries.next().is_some() {
            return Err(SampleError::NotEmpty { out: out.to_owned() });
        }

        Ok(Self {
            exposures: [
                Csv::create(out, "exposures-2025-08-06.csv", &HEADER)?,
                Csv::create(out, "exposures-2025-08-25.csv", &HEADER)?,
            ],
            participants: Csv::create(out, "participants.csv", &LISTED)?,
            register: Csv::create(out, "register.csv", &LISTED)?,
            providers: Csv::create(out, "providers.csv", &PROVIDERS)?,
            suppressions: Csv::create(out, "suppressions.csv", &SUPPRESSIONS)?,
            professionals: None,
            truth: Csv::create(out, "truth.csv", &["record_id", "person"])?,
            records: 0,
            out: out.to_owned(),
        })
    }

    /// One lab record: into the file of its dataset, and into the truth.
    pub fn exposure(&mut self, human: &Human, mut record: Record) -> Result<(), SampleError> {
        self.records += 1;
        record[0] = format!("CD-{:08}", self.records);
        let file = usize::from(record[1] == "ds2");
        self.exposures[file].push(record.iter().map(String::as_str))?;
        self.truth.push([record[0].as_str(), &format!("P{:08}", human.number)])
    }

    /// The person's row in the list that knows them, and an objection now and then.
    pub fn listed(&mut self, human: &Human) -> Result<(), SampleError> {
        let (list, letter) = match human.list {
            ListedIn::Participants => (&mut self.participants, 'S'),
            ListedIn::Register => (&mut self.register, 'R'),
            ListedIn::Nowhere => return Ok(()),
        };

        let person_ref = format!("{letter}{:08}", human.number);
        list.push(row(human, &person_ref).iter().map(String::as_str))?;

        if human.number % 450 == 7 {
            let bsn = human.bsn.number().to_string();
            self.suppressions.push([bsn.as_str(), "", "objection", "hotline", "2025-08-20"])?;
        }

        if human.number % 900 == 11 {
            self.suppressions.push([
                "",
                person_ref.as_str(),
                "deceased",
                "municipality",
                "2025-08-28",
            ])?;
        }

        Ok(())
    }

    /// One care provider with an invented name and address.
    pub fn provider(
        &mut self,
        rng: &mut ChaCha8Rng,
        code: &str,
        kind: &str,
    ) -> Result<(), SampleError> {
        let home = places::home(rng);
        let name = match kind {
            "hospital" => format!("Ziekenhuis {}", home.municipality),
            "custodial" => format!("Penitentiaire Inrichting {}", home.municipality),
            "clinic" => format!("Kliniek {}", home.street),
            _ => format!("Huisartsenpraktijk {}", names::surname(rng).name),
        };

        let confirmed = if rng.random_bool(0.8) { "2025-08-29" } else { "" };
        let email = format!("contact-{code}@zorg.example");
        self.providers.push([
            code,
            kind,
            &name,
            confirmed,
            &home.street,
            &home.house_number,
            &home.house_letter,
            &home.house_addition,
            &home.postcode,
            &home.town,
            &email,
            "",
            "",
        ])
    }

    /// One professional at one of the practices and hospitals, in one or two rows; now and then without
    /// a code, or gone.
    pub fn professional(
        &mut self,
        rng: &mut ChaCha8Rng,
        number: u32,
        codes: &Codes,
    ) -> Result<(), SampleError> {
        let list = match &mut self.professionals {
            Some(list) => list,
            none => none.insert(Csv::create(&self.out, "professionals.csv", &PROFESSIONALS)?),
        };
        let code = format!("84{number:06}");
        let initial = char::from(b'A' + rng.random_range(0..26));
        let name = format!("{initial}. {}", names::surname(rng).name);
        let table = if rng.random_bool(0.3) { &codes.hospital } else { &codes.gp };
        let practice = table.get(rng.random_range(0..table.len().max(1))).unwrap_or(&codes.gp[0]);
        let left = if rng.random_bool(0.01) { "2025-06-30" } else { "" };
        let code = if rng.random_bool(0.05) { "" } else { code.as_str() };

        for (dataset, status) in [("ds1", "confirmed"), ("ds2", "not_excluded")] {
            if dataset == "ds1" || rng.random_bool(0.3) {
                let phone = if rng.random_bool(0.5) { ";phone" } else { "" };
                let signature = if rng.random_bool(0.2) { ";signature" } else { "" };
                let items = format!("name;code;practice{phone}{signature}");
                list.push([code, &name, practice, dataset, status, &items, left])?;
            }
        }
        Ok(())
    }

    /// Closes all files and counts them.
    pub fn finish(self, out: &Utf8Path, people: u32) -> Result<SampleSummary, SampleError> {
        let [first, second] = self.exposures;
        let mut truth = self.truth;
        truth.writer.flush().map_err(|source| write_error("truth.csv", source))?;

        Ok(SampleSummary {
            out: out.to_owned(),
            people: u64::from(people),
            exposures: first.finish(out)? + second.finish(out)?,
            participants: self.participants.finish(out)?,
            register: self.register.finish(out)?,
            providers: self.providers.finish(out)?,
            suppressions: self.suppressions.finish(out)?,
            professionals: self.professionals.map_or(Ok(0), |list| list.finish(out))?,
        })
    }
}

fn row(human: &Human, person_ref: &str) -> [String; 32] {
    let partner = human.partner.as_ref();
    let home = &human.home;
    let flag = |set: bool| if set { "true" } else { "" }.to_owned();

    [
        person_ref.to_owned(),
        human.bsn.number().to_string(),
        human.first_names.clone(),
        names::initials(&human.first_names),
        human.surname.prefix.clone(),
        human.surname.name.clone(),
        human.title.to_owned(),
        human.name_use.to_owned(),
        partner.map_or_else(String::new, |partner| partner.prefix.clone()),
        partner.map_or_else(String::new, |partner| partner.name.clone()),
        String::new(),
        human.partner_ended.clone(),
        human.sex.to_owned(),
        human.birth_date.to_string(),
        home.street.clone(),
        home.house_number.clone(),
        home.house_letter.clone(),
        home.house_addition.clone(),
        home.house_indication.clone(),
        home.postcode.clone(),
        home.town.clone(),
        home.municipality.clone(),
        home.location_description.clone(),
        home.foreign[0].clone(),
        home.foreign[1].clone(),
        home.foreign[2].clone(),
        home.country.clone(),
        human.language.to_owned(),
        human.letter_format.to_owned(),
        human.deceased_on.map_or_else(String::new, |date| date.to_string()),
        flag(human.protected),
        flag(human.whereabouts_unknown),
    ]
}
