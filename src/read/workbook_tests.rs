//! Workbooks as other programs write them, part by part: what calamine gives and what becomes of
//! it.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::tests::{Inbox, cells, content, csv_text};
use super::*;
use crate::base::Explain;

/// Styles 0 to 4: none, date, duration, a mask with an hour in it, percentage.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="[h]:mm"/><numFmt numFmtId="165" formatCode="0 h"/></numFmts><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="9"/></cellXfs></styleSheet>"#;

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of these sheets (name, rows as XML) and what else is in its book.
fn xlsx_of(sheets: &[(&str, String)], book: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut names = String::new();
    let mut links = String::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    for (number, (name, xml)) in (1..).zip(sheets) {
        write!(names, r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#).unwrap();
        write!(
            links,
            r#"<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        )
        .unwrap();
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(r#"<worksheet xmlns="{main}">{xml}</worksheet>"#),
        ));
    }
    let workbook = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{book}<sheets>{names}</sheets></workbook>"#
    );
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let links = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>"#
    );
    let mut all: Vec<(&str, &str)> = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", root),
        ("xl/workbook.xml", &workbook),
        ("xl/_rels/workbook.xml.rels", &links),
        ("xl/styles.xml", STYLES),
    ];
    all.extend(parts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    all.extend(more);
    zipped(&all)
}

fn reference(row: usize, column: usize) -> String {
    let first = if column < 26 {
        String::new()
    } else {
        char::from(b'A' + u8::try_from(column / 26 - 1).unwrap()).to_string()
    };
    format!("{first}{}{}", char::from(b'A' + u8::try_from(column % 26).unwrap()), row + 1)
}

/// A cell: text, or the XML of one after a `<`, in which `{}` stands for its name.
fn cell(text: &str, row: usize, column: usize) -> String {
    let name = reference(row, column);
    if text.is_empty() {
        return String::new();
    }
    if text.starts_with('<') {
        return text.replace("{}", &name);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(r#"<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

/// Rows of cells as a sheet, the first at the top.
fn sheet(rows: &[Vec<String>]) -> String {
    let row = |(number, row): (usize, &Vec<String>)| {
        let cells: String =
            row.iter().enumerate().map(|(column, text)| cell(text, number, column)).collect();
        format!(r#"<row r="{}">{cells}</row>"#, number + 1)
    };
    format!("<sheetData>{}</sheetData>", rows.iter().enumerate().map(row).collect::<String>())
}

/// A list: its header, and sound rows with some cells replaced.
fn list(columns: &[&str], rows: &[&[(&str, &str)]]) -> Vec<Vec<String>> {
    let header = columns.iter().map(|column| (*column).to_owned()).collect();
    std::iter::once(header).chain(rows.iter().map(|replaced| cells(columns, replaced))).collect()
}

fn xlsx(rows: &[&[(&str, &str)]]) -> Vec<u8> {
    xlsx_of(&[("Blad1", sheet(&list(schema::EXPOSURES, rows)))], "", &[])
}

fn exposures(bytes: &[u8]) -> Inbox {
    Inbox::new().and("exposures.xlsx", bytes)
}

fn problem(bytes: &[u8]) -> (String, String) {
    let error = exposures(bytes).error();
    assert!(matches!(error, ReadError::Workbook { .. }), "{error}");
    let text = error.to_string();
    (text[text.find("not read").unwrap()..].to_owned(), error.hint().unwrap())
}

/// The reason for which the only row is refused; `None`: it is not.
fn reason(column: &str, xml: &str) -> Option<Reason> {
    let rows = exposures(&xlsx(&[&[(column, xml)]])).read().unwrap();
    assert_eq!(rows.exposures.len() + rows.refused.len(), 1);
    let refused = rows.refused.first()?;
    assert!(refused.set_aside.evidence.starts_with(column), "{}", refused.set_aside.evidence);
    Some(refused.set_aside.reason)
}

#[test]
fn a_workbook_of_typed_cells_gives_the_rows_of_the_csv_file() {
    let typed: &[(&str, &str)] = &[
        ("bsn", r#"<c r="{}"><v>999990019</v></c>"#),
        ("birth_date", r#"<c r="{}" s="1"><v>25705</v></c>"#),
        ("sample_date", r#"<c r="{}" t="d"><v>2024-01-31T00:00:00</v></c>"#),
        ("house_number", r#"<c r="{}"><v>12</v></c>"#),
        ("house_addition", r#"<c r="{}"><v>-2</v></c>"#),
        (
            "surname",
            r#"<c r="{}" t="inlineStr"><is><r><t>Voor</t></r><r><rPr><b/></rPr><t>beeld</t></r></is></c>"#,
        ),
        ("town", r#"<c r="{}" t="str"><f>"Voorbeeld"&amp;"stad"</f><v>Voorbeeldstad</v></c>"#),
        ("provider_code", r#"<c r="{}" t="inlineStr"><is><t>01234567</t></is></c>"#),
    ];
    let book = exposures(&xlsx(&[typed, &[("record_id", "R-2")]])).read().unwrap();
    let csv = csv_text(
        schema::EXPOSURES,
        &[cells(schema::EXPOSURES, &[]), cells(schema::EXPOSURES, &[("record_id", "R-2")])],
    );
    assert_eq!(content(&book), content(&Inbox::with(csv).read().unwrap()));
    let first = &book.exposures[0];
    assert_eq!(first.birth_date.unwrap().exact(), Some(jiff::civil::date(1970, 5, 17)));
    assert_eq!(book.inputs[0].file, "exposures.xlsx");
    assert_eq!((book.inputs[0].rows, book.inputs[0].sha256.len()), (2, 64));
    assert!(book.inputs[0].notes.is_empty());
}

#[test]
fn a_cell_of_a_kind_that_its_column_does_not_take_is_held_and_never_turned_into_another_value() {
    let number = |value: &str| format!(r#"<c r="{{}}"><v>{value}</v></c>"#);
    let styled = |style: u8, value: &str| format!(r#"<c r="{{}}" s="{style}"><v>{value}</v></c>"#);
    let table = [
        // A birth date a day too early: the evening before, in a different time zone.
        ("birth_date", styled(1, "25704.958333333336")),
        ("birth_date", styled(1, "60")),
        ("birth_date", styled(1, "0")),
        ("birth_date", styled(2, "25705")),
        ("birth_date", number("25705")),
        ("birth_date", number("19700517")),
        ("birth_date", r#"<c r="{}" t="d"><v>1970-05-16T23:00:00</v></c>"#.to_owned()),
        ("house_number", styled(1, "45000")),
        ("house_number", styled(3, "12")),
        ("house_addition", styled(1, "45000")),
        ("bsn", number("999990019.5")),
        ("house_number", styled(4, "0.12")),
        ("bsn", r#"<c r="{}" t="e"><v>#N/A</v></c>"#.to_owned()),
        ("surname", r#"<c r="{}" t="e"><v>#REF!</v></c>"#.to_owned()),
        ("surname", r#"<c r="{}" t="b"><v>1</v></c>"#.to_owned()),
    ];
    for (column, xml) in table {
        assert_eq!(reason(column, &xml), Some(Reason::R128), "{column} {xml}");
    }
    // And what is none of these.
    for (column, xml) in [
        ("birth_date", styled(1, "25705")),
        ("house_number", number("12")),
        ("surname", r#"<c r="{}" t="inlineStr"><is><t>Voor_x0062_eeld</t></is></c>"#.to_owned()),
        ("house_addition", r#"<c r="{}" s="4"><v>2</v></c>"#.to_owned()),
        ("custody", r#"<c r="{}" t="s"/>"#.to_owned()),
    ] {
        assert_eq!(reason(column, &xml), None, "{column} {xml}");
    }
    // Text is text, with the rules of every other file.
    let text = r#"<c r="{}" t="inlineStr"><is><t>Voor_x000D_beeld</t></is></c>"#;
    assert_eq!(reason("surname", text), Some(Reason::R110));
    assert_eq!(reason("birth_date", "17-05-1970"), Some(Reason::R104));
}

#[test]
fn flags_are_truth_values_or_words() {
    let columns = schema::REGISTRANTS;
    let flag = |xml: &str| {
        let bytes =
            xlsx_of(&[("A", sheet(&list(columns, &[&[("protected_address", xml)]])))], "", &[]);
        let rows = Inbox::with(super::tests::exposures(&[&[]]))
            .and("register.xlsx", bytes)
            .read()
            .unwrap();
        rows.register.first().map(|row| row.protected_address)
    };
    assert_eq!(flag(r#"<c r="{}" t="b"><v>1</v></c>"#), Some(true));
    assert_eq!(flag(r#"<c r="{}" t="b"><f>FALSE()</f><v>0</v></c>"#), Some(false));
    assert_eq!(flag(r#"<c r="{}"><v>1</v></c>"#), Some(true));
    assert_eq!(flag("ja"), Some(true));
    assert_eq!(
        flag(r#"<c r="{}" t="e"><v>#N/A</v></c>"#),
        Some(true),
        "what cannot be read may be a yes"
    );
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let rows = list(schema::EXPOSURES, &[&[("birth_date", r#"<c r="{}" s="1"><v>24243</v></c>"#)]]);
    let bytes = xlsx_of(&[("A", sheet(&rows))], r#"<workbookPr date1904="1"/>"#, &[]);
    let read = exposures(&bytes).read().unwrap();
    assert_eq!(read.exposures[0].birth_date.unwrap().exact(), Some(jiff::civil::date(1970, 5, 17)));
}

#[test]
fn formulas_need_a_value_that_was_calculated_here() {
    let with = |xml: &str, book: &str| {
        xlsx_of(&[("A", sheet(&list(schema::EXPOSURES, &[&[("town", xml)]])))], book, &[])
    };
    let town = reference(1, schema::EXPOSURES.iter().position(|column| *column == "town").unwrap());
    let (words, hint) = problem(&with(r#"<c r="{}"><f>A1</f></c>"#, ""));
    assert!(words.contains(&format!("cell {town} has a formula without a value")), "{words}");
    assert!(hint.contains("save it"), "{hint}");
    let (words, _) = problem(&with(r#"<c r="{}" t="str"><f>[1]Blad1!A1</f><v>x</v></c>"#, ""));
    assert!(
        words.contains(&format!("cell {town} takes its value from another workbook")),
        "{words}"
    );
    // Written by a program that leaves a nought for the spreadsheet program to replace.
    let asks = r#"<calcPr calcId="124519" fullCalcOnLoad="1"/>"#;
    let (words, _) = problem(&with(r#"<c r="{}"><f>A1</f><v>0</v></c>"#, asks));
    assert!(words.contains("never calculated"), "{words}");
    assert!(
        exposures(&with("Voorbeeldstad", asks)).read().is_ok(),
        "without formulas it has nothing to calculate"
    );
    // A formula in a column that is not read is nobody's affair.
    let mut rows = list(schema::EXPOSURES, &[&[]]);
    rows[0].push("note".to_owned());
    rows[1].push(r#"<c r="{}"><f>[1]A!A1</f></c>"#.to_owned());
    assert!(exposures(&xlsx_of(&[("A", sheet(&rows))], "", &[])).read().is_ok());
}

#[test]
fn one_sheet_is_read_or_the_named_one() {
    let good = sheet(&list(schema::EXPOSURES, &[&[]]));
    let other = sheet(&[vec!["notes".to_owned()]]);
    let empty = "<sheetData/>".to_owned();
    assert!(
        exposures(&xlsx_of(&[("A", empty.clone()), ("B", good.clone()), ("C", empty)], "", &[]))
            .read()
            .is_ok()
    );
    let two = xlsx_of(&[("Uitleg", other), ("Lijst &amp; meer", good)], "", &[]);
    let (words, hint) = problem(&two);
    assert!(words.contains("2 sheets") && !words.contains("Uitleg"), "{words}");
    assert!(hint.contains("sheet = "), "{hint}");
    let mut inbox = exposures(&two);
    inbox.formats.exposures.sheet = Some("Lijst & meer".to_owned());
    assert_eq!(inbox.read().unwrap().exposures.len(), 1);
    inbox.formats.exposures.sheet = Some("lijst".to_owned());
    assert!(inbox.error().to_string().contains("no sheet `lijst` among its 2"));
}

#[test]
fn rows_of_nothing_are_no_rows_and_rows_above_the_header_are_skipped_or_named() {
    let mut rows = list(schema::EXPOSURES, &[&[], &[("record_id", "R-2")]]);
    rows.insert(1, vec![String::new(), " ".to_owned()]);
    rows.insert(2, Vec::new());
    rows.push(vec!["  ".to_owned(); 3]);
    let read = exposures(&xlsx_of(&[("A", sheet(&rows))], "", &[])).read().unwrap();
    assert_eq!(read.exposures.iter().map(|row| row.row.row).collect::<Vec<_>>(), [1, 2]);

    rows.insert(0, vec!["Lijst van 1 september".to_owned()]);
    rows.insert(1, Vec::new());
    let mut inbox = exposures(&xlsx_of(&[("A", sheet(&rows))], "", &[]));
    assert!(inbox.error().hint().unwrap().contains("the header is in line 3: set skip_lines = 2"));
    inbox.formats.exposures.skip_lines = 2;
    assert_eq!(inbox.read().unwrap().exposures.len(), 2);
}

#[test]
fn merged_cells_among_the_rows_are_refused_and_what_is_hidden_is_named() {
    let good = sheet(&list(schema::EXPOSURES, &[&[], &[]]));
    let merged = |reference: &str| {
        let xml =
            format!(r#"{good}<mergeCells count="1"><mergeCell ref="{reference}"/></mergeCells>"#);
        xlsx_of(&[("A", xml)], "", &[])
    };
    let (words, _) = problem(&merged("B2:B3"));
    assert!(words.contains("rows 2 to 3 are merged"), "{words}");
    assert!(
        exposures(&merged("A1:A1")).read().is_ok() && exposures(&merged("A9:B12")).read().is_ok()
    );
    let hidden = good.replacen(r#"<row r="2">"#, r#"<row r="2" hidden="1">"#, 1)
        + r#"<autoFilter ref="A1:W3"/>"#;
    let bytes = xlsx_of(
        &[("A", hidden)],
        "",
        &[("xl/vbaProject.bin", "x"), ("xl/externalLinks/externalLink1.xml", "<x/>")],
    );
    let read = exposures(&bytes).read().unwrap();
    assert_eq!(read.exposures.len(), 2, "a hidden row is a row");
    let notes = read.inputs[0].notes.join("; ");
    for word in ["hidden or filtered", "macros", "links"] {
        assert!(notes.contains(word), "{notes}");
    }
}

#[test]
fn what_is_not_a_workbook_or_is_locked_is_named() {
    let compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    let mut locked = compound.clone();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let table: [(Vec<u8>, &str); 7] = [
        (compound, ".xls"),
        (locked, "password"),
        (b"record_id,bsn\n1,2\n".to_vec(), "not a workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "web page"),
        (zipped(&[("a.txt", "x")]), "archive of other files"),
        (zipped(&[("xl/workbook.bin", "x"), ("[Content_Types].xml", "x")]), ".xlsb"),
        (zipped(&[("mimetype", "application/vnd.oasis.opendocument.text")]), "a different kind"),
    ];
    for (bytes, word) in table {
        let (words, hint) = problem(&bytes);
        assert!(words.contains(word), "{words}");
        assert!(!hint.is_empty());
    }
}

#[test]
fn an_empty_sheet_is_an_empty_list() {
    let empty = xlsx_of(&[("A", "<sheetData/>".to_owned())], "", &[]);
    assert!(matches!(exposures(&empty).error(), ReadError::Empty { .. }));
    assert_eq!(
        exposures(&empty).and_sidecar("exposures.xlsx", 0).read().unwrap().inputs[0].rows,
        0
    );
    let header = xlsx_of(&[("A", sheet(&list(schema::EXPOSURES, &[])))], "", &[]);
    assert_eq!(exposures(&header).read().unwrap().inputs[0].rows, 0);
}

#[test]
fn a_sidecar_holds_for_a_workbook() {
    let bytes = xlsx(&[&[]]);
    assert!(exposures(&bytes).and_sidecar("exposures.xlsx", 1).read().is_ok());
    assert!(matches!(
        exposures(&bytes).and_sidecar("exposures.xlsx", 2).error(),
        ReadError::SidecarRows { .. }
    ));
}

#[test]
fn a_damaged_workbook_is_an_error_and_never_a_panic_and_never_quotes() {
    let whole = xlsx(&[&[("surname", "Geheimsen")]]);
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let read = |bytes: Vec<u8>| exposures(&bytes).read();
    for length in (0..whole.len()).step_by(97) {
        assert!(read(whole[..length].to_vec()).is_err(), "{length}");
    }
    let mut refused = 0;
    for bit in (0..whole.len() * 8).step_by(101) {
        let mut copy = whole.clone();
        copy[bit / 8] ^= 1 << (bit % 8);
        if let Err(error) = read(copy) {
            assert!(!format!("{error} {error:?}").contains("Geheimsen"));
            refused += 1;
        }
    }
    std::panic::set_hook(others);
    assert!(refused > 0);
    for xml in [
        "<sheetData><row><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row></sheetData>",
        "<sheetData><row r=\"9\"><c r=\"A9\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>1</v></c></row></sheetData>",
    ] {
        let (words, _) = problem(&xlsx_of(&[("A", xml.to_owned())], "", &[]));
        assert!(words.contains("out of order"), "{words}");
    }
    let newer =
        sheet(&list(schema::EXPOSURES, &[&[("town", r#"<c r="{}" t="e"><v>#SPILL!</v></c>"#)]]));
    assert!(problem(&xlsx_of(&[("A", newer)], "", &[])).0.contains("#SPILL!"));
}

#[test]
fn a_text_longer_than_any_column_takes_is_refused_like_in_a_csv_file() {
    assert_eq!(reason("surname", &"x".repeat(100_000)), Some(Reason::R109));
    assert_eq!(reason("surname", &"é".repeat(5_000)), Some(Reason::R109));
}

fn ods_of(rows: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="Blad1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        ("content.xml", &content),
    ])
}

/// The same for `.ods`: text, or a whole cell after a `<`.
fn ods(rows: &[&[(&str, &str)]]) -> Vec<u8> {
    let cell = |text: &String| match text.as_str() {
        "" => "<table:table-cell/>".to_owned(),
        xml if xml.starts_with('<') => xml.to_owned(),
        text => format!(
            r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#
        ),
    };
    let row = |row: &Vec<String>| {
        format!("<table:table-row>{}</table:table-row>", row.iter().map(cell).collect::<String>())
    };
    let end = r#"<table:table-row table:number-rows-repeated="1048500"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    ods_of(&(list(schema::EXPOSURES, rows).iter().map(row).collect::<String>() + end))
}

#[test]
fn an_ods_file_gives_the_rows_of_the_csv_file() {
    let typed: &[(&str, &str)] = &[
        (
            "bsn",
            r#"<table:table-cell office:value-type="float" office:value="999990019"><text:p>999990019</text:p></table:table-cell>"#,
        ),
        (
            "birth_date",
            r#"<table:table-cell office:value-type="date" office:date-value="1970-05-17"><text:p>17-05-70</text:p></table:table-cell>"#,
        ),
        ("house_number", r#"<table:table-cell office:value-type="float" office:value="12"/>"#),
    ];
    let book =
        Inbox::new().and("exposures.ods", ods(&[typed, &[("record_id", "R-2")]])).read().unwrap();
    let csv = csv_text(
        schema::EXPOSURES,
        &[cells(schema::EXPOSURES, &[]), cells(schema::EXPOSURES, &[("record_id", "R-2")])],
    );
    assert_eq!(content(&book), content(&Inbox::with(csv).read().unwrap()));
    // The kind is what the bytes say.
    assert!(Inbox::new().and("exposures.xlsx", ods(&[&[]])).read().is_ok());
}

#[test]
fn cells_of_an_ods_file_that_say_nothing_or_something_else_are_not_read_as_nothing() {
    let refused = |column: &str, xml: &str| {
        let rows = Inbox::new().and("exposures.ods", ods(&[&[(column, xml)]])).read().unwrap();
        rows.refused.first().map(|row| row.set_aside.reason)
    };
    for (column, xml) in [
        (
            "birth_date",
            r#"<table:table-cell office:value-type="date" office:date-value="1970-05-16T23:00:00"/>"#,
        ),
        ("birth_date", r#"<table:table-cell office:value-type="float" office:value="25705"/>"#),
        ("birth_date", r#"<table:table-cell office:value-type="time" office:time-value="PT12H"/>"#),
        (
            "town",
            r#"<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/B</text:p></table:table-cell>"#,
        ),
    ] {
        assert_eq!(refused(column, xml), Some(Reason::R128), "{xml}");
    }
    for (xml, word) in [
        ("<table:table-cell><text:p>Voorbeeldstad</text:p></table:table-cell>", "does not say"),
        (r#"<table:table-cell table:formula="of:=[.A1]"/>"#, "formula without a value"),
        (
            r#"<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>x</text:p></table:table-cell>"#,
            "merged",
        ),
    ] {
        let (words, hint) = problem(&ods(&[&[("town", xml)]]));
        assert!(words.contains(word), "{words}");
        assert!(!hint.is_empty());
    }
    let blanks = ods_of("<table:table-row> <table:table-cell/> </table:table-row>");
    assert!(problem(&blanks).0.contains("blanks between its cells"));
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked_into_memory() {
    let bomb = ods_of(
        r#"<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/></table:table-row>"#,
    );
    assert!(problem(&bomb).0.contains("more cells"));
    let texts = r#"<sst uniqueCount="999999999999"><si><t>x</t></si></sst>"#;
    let liar = xlsx_of(&[("A", "<sheetData/>".to_owned())], "", &[("xl/sharedStrings.xml", texts)]);
    assert!(problem(&liar).0.contains("declares more"));
}
