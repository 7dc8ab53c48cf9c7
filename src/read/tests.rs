use camino::Utf8PathBuf;
use jiff::civil::date;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::base::Explain;
use crate::config::TextEncoding;
use crate::field::names::Sex;
use crate::field::reason::Reason;
use crate::field::terms::{Category, Custody, Published, Status};

const VALID: &str = "999990019";

/// A folder with lists, and the settings they are read under.
pub(super) struct Inbox {
    _guard: tempfile::TempDir,
    path: Utf8PathBuf,
    pub(super) formats: Inputs,
    pub(super) synthetic: bool,
}

impl Inbox {
    pub(super) fn new() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        Self { _guard: guard, path, formats: Inputs::default(), synthetic: true }
    }

    pub(super) fn with(content: impl AsRef<[u8]>) -> Self {
        Self::new().and("exposures.csv", content)
    }

    pub(super) fn and(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path.join(name), content).unwrap();
        self
    }

    pub(super) fn and_sidecar(self, name: &str, rows: usize) -> Self {
        let bytes = std::fs::read(self.path.join(name)).unwrap();
        let sha256 = data_encoding::HEXUPPER.encode(&Sha256::digest(bytes));
        self.and(
            &format!("{name}.meta.toml"),
            format!("rows = {rows}\nsha256 = \"{sha256}\"\nsender = \"lab\"\n"),
        )
    }

    pub(super) fn read(&self) -> Result<Rows, ReadError> {
        let terms = ReadTerms { synthetic: self.synthetic, run_date: date(2025, 9, 1) };
        read(&self.path, &self.formats, &terms, &Progress::hidden())
    }

    pub(super) fn error(&self) -> ReadError {
        self.read().unwrap_err()
    }
}

/// The cells of a sound row, some of them replaced.
pub(super) fn cells(columns: &[&str], replaced: &[(&str, &str)]) -> Vec<String> {
    let sound = |column: &str| match column {
        "record_id" => "R-1",
        "dataset_id" => "D1",
        "person_ref" => "P-1",
        "bsn" => VALID,
        "first_names" => "Anna Maria",
        "initials" => "A.M.",
        "surname_prefix" => "van der",
        "surname" => "Voorbeeld",
        "birth_date" => "1970-05-17",
        "sex" => "V",
        "street" => "Voorbeeldstraat",
        "house_number" => "12",
        "house_addition" => "-2",
        "postcode" => "1234AB",
        "town" => "Voorbeeldstad",
        "category" => "screening",
        "provider_code" => "01234567",
        "sample_date" => "2024-01-31",
        "status" => "confirmed",
        "published" => "no",
        "items" => "name;bsn",
        "kind" => "gp",
        "display_name" => "Huisartsenpraktijk Voorbeeld",
        "confirmed_on" => "2025-08-01",
        "contact_email" => "praktijk@example.org",
        "reason" => "objection",
        "source" => "helpdesk",
        "since" => "2025-08-02",
        _ => "",
    };
    assert!(replaced.iter().all(|(column, _)| columns.contains(column)));
    let cell = |column: &&str| {
        replaced.iter().find(|(name, _)| name == column).map_or(sound(column), |(_, cell)| cell)
    };
    columns.iter().map(|column| cell(column).to_owned()).collect()
}

pub(super) fn csv_text(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

pub(super) fn exposures(rows: &[&[(&str, &str)]]) -> String {
    let rows: Vec<_> = rows.iter().map(|replaced| cells(schema::EXPOSURES, replaced)).collect();
    csv_text(schema::EXPOSURES, &rows)
}

fn many(count: usize) -> String {
    let ids: Vec<String> = (1..=count).map(|number| format!("R-{number}")).collect();
    let rows: Vec<_> =
        ids.iter().map(|id| cells(schema::EXPOSURES, &[("record_id", id)])).collect();
    csv_text(schema::EXPOSURES, &rows)
}

/// Everything of the exposures that can be compared.
pub(super) fn content(rows: &Rows) -> Vec<String> {
    let good = rows.exposures.iter().map(|row| {
        let cells: Vec<&str> = row.cells.iter().collect();
        let bsn = row.bsn.map(crate::base::bsn::Bsn::number);
        format!(
            "{:?} {cells:?} {bsn:?} {:?} {:?} {:?}",
            row.row, row.category, row.items, row.status
        )
    });
    let refused = rows.refused.iter().map(|row| format!("{:?}", row.set_aside));
    good.chain(refused).collect()
}

#[test]
fn a_sound_row_arrives_with_every_value() {
    let inbox = Inbox::with(exposures(&[&[
        ("custody", "former"),
        ("sex", "F"),
        ("published", ""),
        ("category", "gp"),
    ]]));
    let rows = inbox.read().unwrap();
    let row = &rows.exposures[0];
    assert_eq!(row.row, crate::field::ids::RowRef { file: 0, row: 1 });
    assert_eq!((row.record_id(), row.dataset_id(), row.provider_code()), ("R-1", "D1", "01234567"));
    assert_eq!((row.name().surname_prefix, row.name().surname), ("van der", "Voorbeeld"));
    assert_eq!((row.address().postcode, row.address().house_addition), ("1234AB", "-2"));
    assert_eq!(row.bsn.unwrap().number().to_string(), VALID);
    assert_eq!(
        (row.sex, row.category, row.status),
        (Some(Sex::V), Some(Category::Gp), Status::Confirmed)
    );
    assert_eq!((row.published, row.custody), (Published::Unknown, Some(Custody::Former)));
    assert_eq!(row.sample_date, Some(date(2024, 1, 31)));
    let input = &rows.inputs[0];
    assert_eq!(
        (input.file.as_str(), input.list, input.rows),
        ("exposures.csv", List::Exposures, 1)
    );
    assert_eq!(input.sha256.len(), 64);
    assert!(rows.refused.is_empty());
}

#[test]
fn every_list_is_read() {
    let registrant = [
        ("name_use", "V"),
        ("partner_surname", "Partner"),
        ("partner_ended", "2010-00-00"),
        ("title", "JV"),
        ("house_indication", "to"),
        ("language", "en"),
        ("letter_format", "large"),
        ("protected_address", "ja"),
    ];
    let list = |columns: &[&str], replaced: &[(&str, &str)]| {
        csv_text(columns, &[cells(columns, replaced)])
    };
    let inbox = Inbox::with(exposures(&[&[]]))
        .and("participants-1.csv", list(schema::REGISTRANTS, &registrant))
        .and(
            "register.csv",
            list(
                schema::REGISTRANTS,
                &[("deceased_on", "2024-11-00"), ("country", "België"), ("postcode", "B-1000")],
            ),
        )
        .and("providers.csv", list(schema::PROVIDERS, &[]))
        .and("suppressions.csv", list(schema::SUPPRESSIONS, &[("bsn", "")]));
    let rows = inbox.read().unwrap();
    let participant = &rows.participants[0];
    assert!(participant.protected_address && participant.name().partner.unwrap().former);
    assert_eq!(participant.person_ref(), "P-1");
    assert_eq!(rows.register[0].address().postcode, "B-1000");
    assert_eq!(rows.register[0].deceased_on.unwrap().month(), 11);
    assert_eq!(rows.providers[0].confirmed_on, Some(date(2025, 8, 1)));
    assert_eq!(rows.providers[0].contact_email, "praktijk@example.org");
    assert_eq!(rows.suppressions[0].person_ref, "P-1");
    let files: Vec<u16> = vec![
        rows.exposures[0].row.file,
        participant.row.file,
        rows.register[0].row.file,
        rows.providers[0].row.file,
        rows.suppressions[0].row.file,
    ];
    assert_eq!(files, [0, 1, 2, 3, 4]);
    assert!(rows.refused.is_empty());
}

#[test]
fn every_reason_of_reading_is_given_for_what_it_says() {
    let long = "x".repeat(1_000_000);
    let table: [(&str, &str, Reason); 43] = [
        ("bsn", "999990018", Reason::R101),
        ("bsn", "123456782", Reason::R102),
        ("birth_date", "17-05-1970", Reason::R104),
        ("sample_date", "45123", Reason::R126),
        ("birth_date", "1970-05-17T00:00:00", Reason::R127),
        ("bsn", "1.00E+09", Reason::R119),
        ("bsn", "999990019.0", Reason::R120),
        ("house_addition", "2.0", Reason::R120),
        ("house_number", "2-jan", Reason::R121),
        ("postcode", "#REF!", Reason::R122),
        ("surname", "#NAAM?", Reason::R122),
        ("street", "#N/B", Reason::R122),
        ("provider_code", "'01234567", Reason::R123),
        ("street", "Caf?straat", Reason::R125),
        ("town", "Ren&eacute;stad", Reason::R125),
        ("surname", "Ren&eacute;e", Reason::R125),
        ("birth_date", "2025-09-02", Reason::R105),
        ("postcode", "1234SS", Reason::R106),
        ("status", "stolen", Reason::R107),
        ("status", "", Reason::R107),
        ("sex", "W", Reason::R107),
        ("items", "name;hiv", Reason::R107),
        ("published", "maybe", Reason::R107),
        ("custody", "yes", Reason::R107),
        ("provider_code", "123456", Reason::R108),
        ("provider_code", "1234567", Reason::R124),
        ("surname", long.as_str(), Reason::R109),
        (
            "record_id",
            "x1234567890123456789012345678901234567890123456789012345678901234",
            Reason::R109,
        ),
        ("surname", "Voor\nbeeld", Reason::R110),
        ("street", "Straat\u{85}", Reason::R110),
        ("surname", "Voor\u{202E}beeld", Reason::R111),
        ("surname", "RenÃ©e", Reason::R112),
        ("surname", "JosŽ", Reason::R129),
        ("record_id", VALID, Reason::R130),
        ("dataset_id", VALID, Reason::R130),
        ("record_id", "", Reason::R114),
        ("record_id", "onbekend", Reason::R114),
        ("surname", "Vo\u{43E}rbeeld", Reason::R116),
        ("initials", "\u{410}.", Reason::R116),
        ("surname", "#read(\"/etc/passwd\")", Reason::R117),
        ("first_names", "BEL 0900", Reason::R117),
        ("surname", "=cmd|' /C calc'!A0", Reason::R118),
        ("town", "@SUM(A1)", Reason::R118),
    ];
    let mut seen: Vec<Reason> = Vec::new();
    for (column, value, reason) in table {
        let rows = Inbox::with(exposures(&[&[(column, value)], &[]])).read().unwrap();
        assert_eq!((rows.exposures.len(), rows.refused.len()), (1, 1), "{column} {reason}");
        let refused = &rows.refused[0];
        assert_eq!(refused.set_aside.reason, reason, "{column}");
        assert!(
            refused.set_aside.evidence.starts_with(&format!("{column}: {reason}")),
            "{}",
            refused.set_aside.evidence
        );
        assert_eq!(refused.set_aside.row.row, 1);
        seen.push(reason);
    }
    let mut real = Inbox::with(exposures(&[&[]]));
    real.synthetic = false;
    real.formats.settle_seconds = Some(0);
    let rows = real.read().unwrap();
    assert_eq!(rows.refused[0].set_aside.reason, Reason::R103);
    let ragged = Inbox::with(format!("{}R-9,too,short\n", exposures(&[&[]]))).read().unwrap();
    assert_eq!(ragged.refused[0].set_aside.reason, Reason::R113);
    // R128 has tests of its own: only a workbook can have it.
    seen.extend([Reason::R103, Reason::R113, Reason::R128]);
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|reason| reason.code().starts_with('R') && !seen.contains(reason))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_refused_row_keeps_what_could_be_read_and_names_every_faulty_column() {
    let text = exposures(&[&[("items", "hiv"), ("surname", "Jansen2"), ("postcode", "12")]]);
    let rows = Inbox::with(text).read().unwrap();
    let refused = &rows.refused[0];
    assert_eq!(refused.record_id, "R-1");
    assert_eq!(refused.bsn.unwrap().number().to_string(), VALID);
    assert_eq!(refused.set_aside.reason, Reason::R117);
    let evidence = "surname: R117; postcode: R106; items: R107 (one of name, address, ";
    assert!(refused.set_aside.evidence.starts_with(evidence), "{}", refused.set_aside.evidence);
    assert!(!refused.set_aside.evidence.contains("hiv"));
}

#[test]
fn an_unknown_category_is_no_fault_of_the_row() {
    let rows =
        Inbox::with(exposures(&[&[("category", "dentist")], &[("category", "")]])).read().unwrap();
    assert_eq!(rows.exposures.iter().map(|row| row.category).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn line_ends_byte_order_marks_column_order_and_quotes_change_nothing() {
    let text = exposures(&[
        &[("surname", "Ëxample")],
        &[("surname", "O'Voorbeeld"), ("bsn", "1")],
        &[("street", "A, B")],
    ]);
    let expected = content(&Inbox::with(&text).read().unwrap());
    assert_eq!(expected.len(), 3);
    let mut quoted =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    let mut reversed = csv::Writer::from_writer(Vec::new());
    for record in
        csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records()
    {
        let record = record.unwrap();
        quoted.write_record(&record).unwrap();
        reversed.write_record(record.iter().rev()).unwrap();
    }
    let variants = [
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replacen('\n', "\r\n", 2).into_bytes(),
        text.trim_end().as_bytes().to_vec(),
        format!("\n{text}\n\n").into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        quoted.into_inner().unwrap(),
        reversed.into_inner().unwrap(),
        text.replace('Ë', "E\u{308}").into_bytes(),
    ];
    for variant in variants {
        assert_eq!(
            content(&Inbox::with(&variant).read().unwrap()),
            expected,
            "{}",
            String::from_utf8_lossy(&variant)
        );
    }
    let two_marks = Inbox::with(format!("\u{feff}\u{feff}{text}")).error();
    assert!(matches!(two_marks, ReadError::MissingColumn { .. }));
}

#[test]
fn windows_1252_gives_the_same_rows_as_utf_8_when_it_is_configured_and_an_error_when_not() {
    let text = exposures(&[&[("surname", "Müller"), ("town", "’s-Gravenmade")]]);
    let expected = content(&Inbox::with(&text).read().unwrap());
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let mut inbox = Inbox::with(&bytes);
    assert!(inbox.error().to_string().contains("is not valid UTF-8 at byte"));
    inbox.formats.exposures.encoding = TextEncoding::Windows1252;
    assert_eq!(content(&inbox.read().unwrap()), expected);
    // The other way round nobody is written to under a wrong name.
    let mut wrong = Inbox::with(&text);
    wrong.formats.exposures.encoding = TextEncoding::Windows1252;
    assert_eq!(wrong.read().unwrap().refused[0].set_aside.reason, Reason::R112);
}

#[test]
fn delimiters_are_configured_and_never_guessed() {
    let text = exposures(&[&[("items", "name")]]);
    for (delimiter, word) in [(';', "\";\""), ('\t', "\"\\t\"")] {
        let other = text.replace(',', &delimiter.to_string());
        let mut inbox = Inbox::with(&other);
        let error = inbox.error();
        assert!(error.to_string().contains("is not the header of the exposures list"));
        let hint = error.hint().unwrap();
        assert!(
            hint.contains(&format!("set delimiter = {word} under [inputs.exposures]")),
            "{hint}"
        );
        inbox.formats.exposures.delimiter = delimiter;
        assert_eq!(content(&inbox.read().unwrap()), content(&Inbox::with(&text).read().unwrap()));
    }
    assert!(Inbox::with(text.replace(',', "|")).error().hint().unwrap().contains("`|`"));
}

#[test]
fn a_header_that_holds_a_value_is_not_blamed_on_the_delimiter() {
    let text = exposures(&[&[]]);
    for strange in ["999990019", "x@\u{1b}[31m"] {
        let with = text.replacen("bsn", &format!("{strange},bsn"), 1);
        let hint = Inbox::with(with).error().hint().unwrap();
        assert!(hint.contains("not like a column's name"), "{hint}");
        assert!(
            !hint.contains("delimiter") && !hint.contains("skip_lines") && !hint.contains(strange),
            "{hint}"
        );
    }
}

#[test]
fn a_missing_or_doubled_column_stops_the_run() {
    let text = exposures(&[&[]]);
    let error = Inbox::with(text.replacen("birth_date", "geb_datum", 1)).error();
    assert!(error.to_string().starts_with("column `birth_date` is missing from the header of `"));
    assert_eq!(
        error.hint().unwrap(),
        "the file has `geb_datum`; map it under [inputs.exposures.columns]"
    );
    for header in ["BSN", "bsn ", "bsn\u{a0}"] {
        assert!(matches!(
            Inbox::with(text.replacen("bsn", header, 1)).error(),
            ReadError::MissingColumn { .. }
        ));
    }
    assert!(matches!(
        Inbox::with(text.replacen("dataset_id", "BSN", 1)).error(),
        ReadError::DuplicateColumn { .. }
    ));
    for column in schema::needed(List::Exposures) {
        let without: Vec<&str> =
            schema::EXPOSURES.iter().copied().filter(|other| *other != column).collect();
        let text = csv_text(&without, &[cells(&without, &[])]);
        let error = Inbox::with(text).error();
        assert!(error.to_string().starts_with(&format!("column `{column}` is missing")), "{error}");
    }
}

#[test]
fn a_header_is_mapped_by_the_configuration() {
    let mut inbox = Inbox::with(exposures(&[&[]]).replacen("birth_date", "geb_datum", 1));
    inbox.formats.exposures.columns.insert("birth_date".to_owned(), "geb_datum".to_owned());
    assert!(inbox.read().unwrap().exposures[0].birth_date.is_some());
}

#[test]
fn columns_that_the_contract_does_not_name_are_named_and_never_kept() {
    const CANARY: &str = "CANARY-7f3a-positive";
    let mut columns = schema::EXPOSURES.to_vec();
    columns.insert(5, "test_result");
    let mut row = cells(&columns, &[("surname", "Jansen2")]);
    row[5] = format!("{CANARY}, \"quoted\"\nand more");
    let mut good = row.clone();
    good[7] = "Jansen".to_owned();
    let rows = Inbox::with(csv_text(&columns, &[row, good])).read().unwrap();
    assert_eq!(rows.inputs[0].unread_columns, ["test_result"]);
    assert_eq!((rows.exposures.len(), rows.refused.len()), (1, 1));
    let kept: String = rows.exposures[0].cells.iter().collect();
    assert!(!format!("{kept}{rows:?}").contains("CANARY"));
}

#[test]
fn an_unbalanced_quote_stops_the_run_and_says_where() {
    let text = many(100).replacen("R-50,D1", "\"R-50,D1", 1);
    let error = Inbox::with(text).error();
    assert!(error.to_string().starts_with("unbalanced quote in `"), "{error}");
    assert!(error.to_string().ends_with("in the cell that begins in row 50"), "{error}");
    assert!(matches!(
        Inbox::with("\"record_id").error(),
        ReadError::Quote { place: FilePlace::Header, .. }
    ));
}

#[test]
fn every_quote_of_a_quoted_file_that_is_removed_is_noticed() {
    let mut writer =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(schema::EXPOSURES).unwrap();
    for id in ["R-1", "R-2"] {
        writer
            .write_record(cells(schema::EXPOSURES, &[("record_id", id), ("country", "NL")]))
            .unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let header = text.find('\n').unwrap();
    let clean = content(&Inbox::with(&text).read().unwrap());
    let quotes: Vec<usize> =
        text.match_indices('"').map(|(place, _)| place).filter(|place| *place > header).collect();
    for place in quotes {
        let mut damaged = text.clone();
        damaged.remove(place);
        match Inbox::with(&damaged).read() {
            Err(error) => {
                assert!(matches!(error, ReadError::Quote { .. } | ReadError::Truncated { .. }))
            }
            // The opening quote of a cell: what is left is a cell that ends in a quote, and no such
            // cell is accepted.
            Ok(rows) => {
                assert_ne!(content(&rows), clean);
                let without_category =
                    rows.exposures.iter().filter(|row| row.category.is_none()).count();
                assert_eq!(rows.refused.len() + without_category, 1, "{damaged}");
            }
        }
    }
}

#[test]
fn with_a_sidecar_a_cut_at_every_byte_is_noticed() {
    let text = exposures(&[&[("surname", "Ëxample")], &[("street", "A, \"B\"")]]);
    let whole = Inbox::with(&text).and_sidecar("exposures.csv", 2);
    assert_eq!(whole.read().unwrap().exposures.len(), 2);
    for length in 0..text.len() {
        std::fs::write(whole.path.join("exposures.csv"), &text.as_bytes()[..length]).unwrap();
        assert!(matches!(whole.error(), ReadError::SidecarHash { .. }), "{length}");
    }
}

#[test]
fn without_a_sidecar_a_cut_row_is_noticed_as_long_as_a_cell_is_missing() {
    let text = exposures(&[&[], &[]]);
    let last_row = text.trim_end().rfind('\n').unwrap() + 1;
    let last_cell = text.rfind(',').unwrap();
    for length in last_row + 1..=last_cell {
        assert!(
            matches!(Inbox::with(&text[..length]).error(), ReadError::Truncated { .. }),
            "{length}"
        );
    }
    assert_eq!(Inbox::with(&text[..last_row]).read().unwrap().exposures.len(), 1);
}

#[test]
fn a_sidecar_with_another_number_of_rows_or_without_sense_stops_the_run() {
    let inbox = Inbox::with(exposures(&[&[]])).and_sidecar("exposures.csv", 2);
    assert!(inbox.error().to_string().ends_with("has 1 rows, but its sidecar says 2"));
    let inbox = inbox.and("exposures.csv.meta.toml", "rows = \"many\"");
    assert!(matches!(inbox.error(), ReadError::Sidecar { .. }));
    let inbox = inbox.and("exposures.csv.meta.toml", "rows = 1");
    assert!(matches!(inbox.error(), ReadError::Sidecar { .. }));
}

#[test]
fn nothing_new_is_told_from_empty_by_accident() {
    assert_eq!(Inbox::with(exposures(&[])).read().unwrap().inputs[0].rows, 0);
    for nothing in ["", "\n\n", "\u{feff}"] {
        assert!(matches!(Inbox::with(nothing).error(), ReadError::Empty { .. }));
        let announced = Inbox::with(nothing).and_sidecar("exposures.csv", 0);
        assert_eq!(announced.read().unwrap().inputs[0].rows, 0);
        assert!(matches!(
            Inbox::with(nothing).and_sidecar("exposures.csv", 3).error(),
            ReadError::SidecarRows { .. }
        ));
    }
    assert!(matches!(Inbox::new().and("register.csv", "").error(), ReadError::NoExposures { .. }));
}

#[test]
fn one_ragged_row_is_a_bad_row_and_many_are_a_bad_file() {
    let ragged = |count: usize, of: usize| {
        let mut text = many(of - count);
        text.push_str(&"R-0,too,short\n".repeat(count));
        Inbox::with(text).read()
    };
    assert_eq!(ragged(1, 10).unwrap().refused[0].set_aside.reason, Reason::R113);
    assert_eq!(ragged(2, 2000).unwrap().refused.len(), 2);
    let error = ragged(2, 1999).unwrap_err();
    assert!(
        matches!(error, ReadError::Ragged { ragged: 2, rows: 1999, first: 1998, .. }),
        "{error}"
    );
}

#[test]
fn a_ragged_row_of_a_list_still_tells_whose_it_is() {
    let mut short = cells(schema::REGISTRANTS, &[]);
    short.pop();
    let good = csv_text(schema::REGISTRANTS, &[cells(schema::REGISTRANTS, &[])]);
    let inbox =
        Inbox::with(exposures(&[&[]])).and("register.csv", format!("{good}{}\n", short.join(",")));
    let rows = inbox.read().unwrap();
    assert_eq!(rows.refused[0].bsn.unwrap().number().to_string(), VALID);
    assert!(rows.refused[0].set_aside.evidence.contains("31 cells, the header has 32"));
}

#[test]
fn a_suppression_of_nobody_stops_the_run() {
    let with = |replaced: &[(&str, &str)]| {
        let list = csv_text(
            schema::SUPPRESSIONS,
            &[cells(schema::SUPPRESSIONS, &[]), cells(schema::SUPPRESSIONS, replaced)],
        );
        Inbox::with(exposures(&[&[]])).and("suppressions.csv", list).read()
    };
    for nobody in [
        [("bsn", ""), ("person_ref", "")],
        [("bsn", "123"), ("person_ref", "")],
        [("bsn", "123456782"), ("person_ref", "a b")],
    ] {
        let error = with(&nobody).unwrap_err();
        assert!(matches!(error, ReadError::Suppression { row: 2, .. }), "{error}");
    }
    let held = with(&[("bsn", "123")]).unwrap();
    assert_eq!((held.refused[0].person_ref.as_str(), held.refused[0].bsn), ("P-1", None));
    let held = with(&[("person_ref", ""), ("reason", "because")]).unwrap();
    assert!(held.refused[0].bsn.is_some());
}

#[test]
fn an_id_that_holds_the_rows_bsn_is_not_kept_and_the_row_protects_all_the_same() {
    let ids = [VALID, "R-999990019-1", "9999.90.019", "R_999-990-019"];
    for id in ids {
        let row = &Inbox::with(exposures(&[&[("record_id", id)]])).read().unwrap().refused[0];
        assert_eq!((row.set_aside.reason, row.record_id.as_str()), (Reason::R130, ""), "{id}");
        assert!(!format!("{row:?}").contains(id) && row.bsn.is_some(), "{row:?}");

        // A person's number with full stops is damage of a different kind.
        let reason = if id.contains('.') { Reason::R120 } else { Reason::R130 };
        let listed = |list: &str, columns: &[&str]| {
            let text = csv_text(columns, &[cells(columns, &[("person_ref", id)])]);
            Inbox::with(exposures(&[&[]])).and(list, text).read().unwrap()
        };
        let rows = listed("participants.csv", schema::REGISTRANTS);
        assert!(rows.participants.is_empty() && rows.refused[0].bsn.is_some());
        assert_eq!(
            (rows.refused[0].set_aside.reason, rows.refused[0].person_ref.as_str()),
            (reason, "")
        );
        let rows = listed("suppressions.csv", schema::SUPPRESSIONS);
        assert!(
            rows.refused[0].used && rows.suppressions[0].bsn.is_some(),
            "it suppresses by the BSN"
        );
        assert_eq!(
            (rows.refused[0].set_aside.reason, rows.suppressions[0].person_ref.as_str()),
            (reason, "")
        );
    }
    let others = ["999990020", "2025-09-15-0019", "R-99999001", "999990a019"];
    for id in others {
        assert!(
            Inbox::with(exposures(&[&[("record_id", id)]])).read().unwrap().refused.is_empty(),
            "{id}"
        );
    }
    // A number that lost its zero, or that is none.
    for (id, bsn) in
        [("R-12345678", "012345678"), ("R-012345678", "12345678"), ("999990018", "999990018")]
    {
        let replaced: &[(&str, &str)] = &[("record_id", id), ("bsn", bsn)];
        let row = &Inbox::with(exposures(&[replaced])).read().unwrap().refused[0];
        assert_eq!((row.set_aside.reason, row.record_id.as_str()), (Reason::R130, ""), "{id}");
    }
}

#[test]
fn providers_that_contradict_each_other_are_not_named() {
    let read = |rows: &[&[(&str, &str)]]| {
        let rows: Vec<_> = rows.iter().map(|replaced| cells(schema::PROVIDERS, replaced)).collect();
        let inbox =
            Inbox::with(exposures(&[&[]])).and("providers.csv", csv_text(schema::PROVIDERS, &rows));
        inbox.read().unwrap().providers
    };
    assert!(read(&[&[], &[]]).iter().all(|provider| provider.confirmed_on.is_some()));
    let renamed = read(&[&[], &[("display_name", "Praktijk Elders")]]);
    assert!(
        renamed.iter().all(|provider| provider.confirmed_on.is_none()
            && provider.address().town == "Voorbeeldstad")
    );
    let moved = read(&[&[], &[("town", "Elders")], &[("provider_code", "07654321")]]);
    assert!(
        moved[..2]
            .iter()
            .all(|provider| provider.confirmed_on.is_none() && provider.address().town.is_empty())
    );
    assert!(moved[2].confirmed_on.is_some());
}

#[test]
fn postcodes_are_dutch_where_the_address_is() {
    for (country, good) in
        [("", 0), ("NL", 0), ("nederland", 0), ("6030", 0), ("België", 1), ("DE", 1), ("5010", 1)]
    {
        let rows = Inbox::with(exposures(&[&[("country", country), ("postcode", "B-1000")]]))
            .read()
            .unwrap();
        assert_eq!(rows.exposures.len(), good, "{country}");
    }
}

#[test]
fn rows_keep_their_numbers_in_files_of_many_pieces() {
    let count = 30_000;
    let rows = Inbox::with(many(count)).read().unwrap();
    assert_eq!(rows.exposures.len(), count);
    for (index, row) in rows.exposures.iter().enumerate() {
        assert_eq!(row.row.row as usize, index + 1);
        assert_eq!(row.record_id(), format!("R-{}", index + 1));
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    // Files of the kernel say that they have no bytes and then give some, as a file does that grows
    // meanwhile.
    let guard = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(guard.path().join("grows")).unwrap();
    std::fs::write(&path, "x".repeat(100)).unwrap();
    assert!(snapshot::bytes(&path).is_ok());
    assert!(matches!(snapshot::bytes("/proc/self/status".into()), Err(ReadError::Changed { .. })));
}

#[test]
fn no_error_and_no_debug_text_shows_a_value() {
    let text = exposures(&[&[("surname", "Geheim2"), ("bsn", "12345678")]]);
    for damaged in [
        text.clone(),
        text.replacen("birth_date", "geboren", 1),
        text[text.find('\n').unwrap() + 1..].to_owned(),
        text.replace(',', ";"),
        format!("{text}Geheim2,x\nGeheim2,y\n"),
        format!("{text}\"Geheim2"),
        format!("{text}Geheim2"),
    ] {
        let shown = match Inbox::with(&damaged).read() {
            Ok(rows) => format!("{rows:?}"),
            Err(error) => format!("{error} {error:?} {:?}", error.hint()),
        };
        for secret in ["Geheim", "12345678", "Voorbeeld", "1970"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), parquet in any::<bool>()) {
        let mut content = if parquet { b"PAR1".to_vec() } else { exposures(&[]).into_bytes() };
        content.extend(bytes);
        let name = if parquet { "exposures.parquet" } else { "exposures.csv" };
        let _ = Inbox::new().and(name, content).read();
    }

    #[test]
    fn every_data_row_is_good_or_refused(
        rows in prop::collection::vec(prop::collection::vec("[a-zA-Z0-9é;.\"\n -]{0,9}", 23..=23), 0..20),
        sound in 0_usize..5,
    ) {
        let mut all: Vec<Vec<String>> = rows;
        all.extend((0..sound).map(|_| cells(schema::EXPOSURES, &[])));
        let read = Inbox::with(csv_text(schema::EXPOSURES, &all)).read().unwrap();
        prop_assert_eq!(read.inputs[0].rows as usize, all.len());
        prop_assert_eq!(read.exposures.len() + read.refused.len(), all.len());
        prop_assert!(read.exposures.len() >= sound);
        let mut numbers: Vec<u32> = read.exposures.iter().map(|row| row.row.row)
            .chain(read.refused.iter().map(|row| row.set_aside.row.row)).collect();
        numbers.sort_unstable();
        prop_assert!(numbers.iter().copied().eq(1..=read.inputs[0].rows));
    }

    #[test]
    fn no_cell_makes_a_row_vanish(column in 0_usize..23, cell in any::<String>()) {
        let column = schema::EXPOSURES[column];
        let read = Inbox::with(exposures(&[&[(column, cell.as_str())], &[]])).read().unwrap();
        prop_assert_eq!(read.exposures.len() + read.refused.len(), 2);
    }
}
