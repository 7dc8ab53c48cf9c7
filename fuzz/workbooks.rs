//! Damaged workbooks: the bytes of the archive, and the XML in it, which damage of the archive alone
//! would never reach.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::lists::{exposures, try_file, try_file_of};
use super::mutate::Mutator;

const WORDS: [&str; 14] = [
    "r=\"A1\"",
    "r=\"XFD1048576\"",
    "t=\"inlineStr\"",
    "t=\"s\"",
    "t=\"b\"",
    "t=\"e\"",
    "s=\"1\"",
    "<v>1</v>",
    "<f>A1</f>",
    "<row>",
    "</c>",
    "&amp;",
    "45000.5",
    "<is><t>x</t></is>",
];

/// Everything of a workbook but its sheet.
const PARTS: [(&str, &str); 4] = [
    ("[Content_Types].xml", "<Types/>"),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

fn workbook(sheet: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let parts = PARTS.iter().map(|(name, text)| (*name, text.as_bytes()));
    for (name, bytes) in parts.chain([("xl/worksheets/sheet1.xml", sheet)]) {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A list of exposures as a sheet: every cell a text of its own.
fn sheet() -> Vec<u8> {
    let mut xml = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#.to_owned();
    let list = exposures();
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_reader(list.as_slice());
    for record in table.records() {
        xml += "<row>";
        for cell in &record.unwrap() {
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
            xml.extend(["<c t=\"inlineStr\"><is><t>", &cell, "</t></is></c>\n"]);
        }
        xml += "</row>";
    }
    (xml + "</sheetData></worksheet>").into_bytes()
}

#[test]
fn a_damaged_sheet_is_read_whole_or_refused() {
    let seed = sheet();
    try_file_of("sheet", "exposures.xlsx", &[], 150, |number| {
        workbook(&Mutator::of(number).damage(&seed, &WORDS, &seed))
    });
}

#[test]
fn a_damaged_workbook_is_read_whole_or_refused() {
    try_file("workbook", "exposures.xlsx", &workbook(&sheet()), &[], 150);
}
