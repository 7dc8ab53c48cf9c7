//! The manifest as the vendor reads it, row by row.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tools::verify::leaks::{date_like_a_birth_date, number_like_a_bsn};
use crate::tools::verify::{Check, Problems};

/// The header, as agreed with the vendor.
const HEADER: &str = "job_id,seq,letter_id,print_file,first_page,page_count,sheet_count,doc_sha256,class,insert_mask,\
                      name_1,name_2,name_3,street,house_number,house_letter,house_addition,postcode,town,country_iso2,\
                      foreign_line_1,foreign_line_2,foreign_line_3,country_name_en,kix,kix_skip_reason,zone,handling";

/// One row, all text.
#[derive(Debug, Deserialize)]
struct Row<'r> {
    job_id: &'r str,
    seq: &'r str,
    letter_id: &'r str,
    print_file: &'r str,
    first_page: &'r str,
    page_count: &'r str,
    sheet_count: &'r str,
    doc_sha256: &'r str,
    class: &'r str,
    insert_mask: &'r str,
    name_1: &'r str,
    name_2: &'r str,
    name_3: &'r str,
    street: &'r str,
    house_number: &'r str,
    house_letter: &'r str,
    house_addition: &'r str,
    postcode: &'r str,
    town: &'r str,
    country_iso2: &'r str,
    foreign_line_1: &'r str,
    foreign_line_2: &'r str,
    foreign_line_3: &'r str,
    country_name_en: &'r str,
    kix: &'r str,
    kix_skip_reason: &'r str,
    zone: &'r str,
    handling: &'r str,
}

/// 26 characters.
pub(super) type LetterId = [u8; 26];

/// Print files by name.
pub(super) type Files = BTreeMap<String, PrintFile>;

/// What the rows say about one print file.
#[derive(Debug, Default)]
pub(super) struct PrintFile {
    pub(super) class: String,
    pub(super) letters: u64,
    pub(super) pages: u64,
    pub(super) sheets: u64,
    /// Kept only when the pages are to be read.
    pub(super) rows: Vec<Printed>,
}

/// What must be on a letter's pages.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) letter_id: String,
    /// Job and place in the print order, as the sheet code has them.
    pub(super) job_and_seq: String,
    pub(super) sheets: u64,
    pub(super) first_page: u64,
    pub(super) pages: u64,
    /// What its bars say; empty: it has none.
    pub(super) kix: String,
    /// Column and text.
    pub(super) lines: Vec<(&'static str, String)>,
}

/// How the rows of one part are read.
pub(super) struct Rows<'a> {
    /// The job's number, when the ticket could be read.
    pub(super) job: Option<&'a str>,
    /// Letters of an earlier job: their numbers have gaps.
    pub(super) reprint: bool,
    /// Two pages a sheet.
    pub(super) duplex: bool,
    /// The part's name.
    pub(super) stem: &'a str,
    /// Whether to keep what must be on the pages.
    pub(super) keep_text: bool,
}

/// The row before, within one print file.
struct Before {
    file: String,
    next_page: u64,
    key: [String; 2],
    one_class: [String; 3],
}

impl Rows<'_> {
    /// Checks every row and sums them by print file. `last_seq` and `letter_ids` go on from the
    /// part before.
    pub(super) fn read(
        &self,
        bytes: &[u8],
        last_seq: &mut Option<u64>,
        letter_ids: &mut Vec<LetterId>,
        problems: &mut Problems,
    ) -> Files {
        let mut files = Files::new();
        let file = format!("{}/data/manifest.csv", self.stem);
        let head = format!("{HEADER}\r\n");
        if !bytes.starts_with(head.as_bytes()) {
            problems.add(
                Check::Cell,
                &file,
                "does not begin with the header row that was agreed, ended by CRLF",
            );
            return files;
        }

        let mut table = csv::ReaderBuilder::new().from_reader(bytes);
        let Ok(header) = table.headers().cloned() else { return files };
        let mut record = csv::StringRecord::new();
        let mut before: Option<Before> = None;
        for line in 2_u64.. {
            let place = format!("{file}, line {line}");
            match table.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(_) => {
                    problems.add(
                        Check::Cell,
                        place,
                        "cannot be read: not UTF-8, or a different number of cells",
                    );
                    break;
                }
            }
            let Ok(row) = record.deserialize::<Row<'_>>(Some(&header)) else {
                problems.add(Check::Cell, place, "cannot be read");
                break;
            };
            let mut checked = Checked { row: &row, place: &place, problems: &mut *problems };
            checked.cells(self.job);
            checked.address();
            checked.leaks();
            checked.order(self.stem, self.reprint, last_seq);
            let numbers = checked.numbers(self.duplex);
            before = Some(checked.range(before, numbers, &files));
            letter_ids.push(id(row.letter_id));
            self.sum(&row, numbers, &mut files);
        }

        files
    }

    fn sum(&self, row: &Row<'_>, [first_page, pages, sheets]: [u64; 3], files: &mut Files) {
        let file = files.entry(row.print_file.to_owned()).or_default();
        row.class.clone_into(&mut file.class);
        file.letters += 1;
        file.pages += pages;
        file.sheets += sheets;

        if self.keep_text {
            file.rows.push(Printed {
                letter_id: row.letter_id.to_owned(),
                job_and_seq: format!("{}{}", row.job_id, row.seq),
                sheets,
                first_page,
                pages,
                kix: row.kix.to_owned(),
                lines: row.lines(),
            });
        }
    }
}

impl Row<'_> {
    /// What the row says is printed; the street is left out, its number is set by the register's
    /// spacing rules.
    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("name_1", self.name_1.to_owned()),
            ("name_2", self.name_2.to_owned()),
            ("name_3", self.name_3.to_owned()),
            ("postcode", self.postcode.to_owned()),
            ("town", self.town.to_owned()),
            ("foreign_line_1", self.foreign_line_1.to_owned()),
            ("foreign_line_2", self.foreign_line_2.to_owned()),
            ("foreign_line_3", self.foreign_line_3.to_owned()),
            ("country_name_en", self.country_name_en.to_owned()),
        ];

        lines.retain(|(_, text)| !text.is_empty());
        lines
    }

    /// Cells with words, and how long they may be.
    const fn words(&self) -> [(&'static str, &str, usize); 12] {
        [
            ("name_1", self.name_1, 40),
            ("name_2", self.name_2, 40),
            ("name_3", self.name_3, 40),
            ("street", self.street, 40),
            ("house_number", self.house_number, 5),
            ("house_letter", self.house_letter, 1),
            ("house_addition", self.house_addition, 40),
            ("town", self.town, 40),
            ("foreign_line_1", self.foreign_line_1, 50),
            ("foreign_line_2", self.foreign_line_2, 50),
            ("foreign_line_3", self.foreign_line_3, 50),
            ("country_name_en", self.country_name_en, 50),
        ]
    }
}

/// A row under examination.
struct Checked<'c, 'r> {
    row: &'c Row<'r>,
    place: &'c str,
    problems: &'c mut Problems,
}

impl Checked<'_, '_> {
    fn expect(&mut self, fine: bool, check: Check, text: &str) {
        self.problems.add_unless(fine, check, self.place, text);
    }

    fn cells(&mut self, job: Option<&str>) {
        let row = self.row;
        self.expect(digits(row.job_id, 7), Check::Cell, "`job_id` is not seven digits");
        self.expect(
            job.is_none_or(|job| job == row.job_id),
            Check::Cell,
            "`job_id` is not that of the ticket",
        );

        let id = row.letter_id.len() == 26
            && row.letter_id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        self.expect(id, Check::Cell, "`letter_id` is not 26 characters of a-z and 2-7");
        let hash = row.doc_sha256.len() == 64
            && row.doc_sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        self.expect(hash, Check::Cell, "`doc_sha256` is not a SHA-256");
        let class = row.class.split_at_checked(1).is_some_and(|(letter, number)| {
            letter.bytes().all(|byte| byte.is_ascii_uppercase()) && number == row.sheet_count
        });

        self.expect(class, Check::Cell, "`class` is not a letter and the sheets of the letter");
        self.expect(digits(row.insert_mask, 1), Check::Cell, "`insert_mask` is not one digit");
        let handling = ["STD", "HOLD", "REG"].contains(&row.handling);
        self.expect(handling, Check::Cell, "`handling` is not a known code");
        self.expect(!row.name_1.is_empty(), Check::Cell, "`name_1` is empty");

        for (column, text, longest) in row.words() {
            self.word(column, text, longest);
        }
    }

    fn word(&mut self, column: &str, text: &str, longest: usize) {
        let short = text.chars().count() <= longest;
        self.expect(short, Check::Cell, &format!("`{column}` is longer than {longest} characters"));
        let printable = !text.chars().any(char::is_control);
        self.expect(printable, Check::Cell, &format!("`{column}` holds a control character"));
        let harmless = !text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);

        self.expect(
            harmless,
            Check::Cell,
            &format!("`{column}` begins like a spreadsheet formula"),
        );

        let trimmed = text.trim() == text;
        self.expect(trimmed, Check::Cell, &format!("`{column}` begins or ends with a space"));
    }

    fn address(&mut self) {
        let row = self.row;
        let domestic = row.zone == "DOM";
        self.expect(
            ["DOM", "EUR", "WLD"].contains(&row.zone),
            Check::Cell,
            "`zone` is not a known code",
        );

        self.expect(
            domestic == (row.country_iso2 == "NL"),
            Check::Cell,
            "`zone` and `country_iso2` contradict each other",
        );

        self.expect(
            domestic == row.country_name_en.is_empty(),
            Check::Cell,
            "`country_name_en` contradicts `zone`",
        );

        let postcode = row.postcode.is_empty() || postcode(row.postcode);
        self.expect(postcode, Check::Cell, "`postcode` is not four digits and two letters");

        if domestic {
            // The register of non-residents has lines as they are for the Netherlands, too (BRP
            // code 6030).
            let in_parts = [row.street, row.house_number, row.postcode, row.town].concat();
            let place = if row.foreign_line_1.is_empty() {
                !row.town.is_empty()
            } else {
                in_parts.is_empty()
            };
            self.expect(
                place,
                Check::Cell,
                "a Dutch address needs a town, or lines as they are and nothing else",
            );
        } else {
            self.expect(
                !row.foreign_line_1.is_empty(),
                Check::Cell,
                "a foreign address needs a line",
            );
        }

        let one = row.kix.is_empty() != row.kix_skip_reason.is_empty();
        self.expect(one, Check::Cell, "`kix` or `kix_skip_reason`: exactly one is needed");
        let reason =
            ["", "FOREIGN", "NO_POSTCODE", "BY_ADDRESS", "TOO_WIDE"].contains(&row.kix_skip_reason);
        self.expect(reason, Check::Cell, "`kix_skip_reason` is not a known code");
        let bars = row.kix.is_empty() || row.kix == kix(row);

        self.expect(bars, Check::Cell, "`kix` is not that of the address");
    }

    fn leaks(&mut self) {
        for (column, text, _) in self.row.words() {
            let text_of = |what: &str| format!("`{column}` holds something like a {what}");
            self.expect(!number_like_a_bsn(text), Check::Leak, &text_of("BSN"));
            self.expect(!date_like_a_birth_date(text), Check::Leak, &text_of("birth date"));
        }
    }

    fn order(&mut self, stem: &str, reprint: bool, last_seq: &mut Option<u64>) {
        let row = self.row;
        let seq: Option<u64> = digits(row.seq, 7).then(|| row.seq.parse().ok()).flatten();
        let Some(seq) = seq else {
            self.expect(false, Check::Sequence, "`seq` is not seven digits");
            return;
        };

        // The first part begins at 1; a later part seen alone may begin anywhere.
        let expected =
            last_seq.map_or_else(|| stem.ends_with("-p001").then_some(1), |last| Some(last + 1));
        if reprint {
            let fine = last_seq.is_none_or(|last| seq > last);
            self.expect(fine, Check::Sequence, "`seq` is not higher than that of the row before");
        } else {
            let fine = expected.is_none_or(|expected| expected == seq);
            self.expect(fine, Check::Sequence, "`seq` is not one more than that of the row before");
        }
        *last_seq = Some(seq);
        let name = row
            .print_file
            .strip_prefix(&format!("print/{stem}-b"))
            .and_then(|name| name.strip_suffix(".pdf"));

        let fine = name.is_some_and(|number| {
            number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        self.expect(fine, Check::Sequence, "`print_file` is not a file of this part");
    }

    /// First page, pages, sheets; zero where there is no number.
    fn numbers(&mut self, duplex: bool) -> [u64; 3] {
        let row = self.row;
        let number = |text: &str| text.parse::<u32>().map_or(0, u64::from);
        let numbers = [row.first_page, row.page_count, row.sheet_count].map(number);
        let [_, pages, sheets] = numbers;
        self.expect(
            numbers.iter().all(|number| *number > 0),
            Check::Cell,
            "pages and sheets are not whole numbers from 1",
        );

        let per_sheet = if duplex { 2 } else { 1 };
        let fine = pages == sheets * per_sheet;
        self.expect(
            fine,
            Check::Sequence,
            "`page_count` does not fill its sheets: the next letter would begin on a back",
        );

        numbers
    }

    /// Whether the row goes on where the row before ended.
    fn range(
        &mut self,
        before: Option<Before>,
        [first_page, pages, _]: [u64; 3],
        files: &Files,
    ) -> Before {
        let row = self.row;
        let key = [row.postcode.to_owned(), row.letter_id.to_owned()];
        let one_class = [row.class.to_owned(), row.zone.to_owned(), row.sheet_count.to_owned()];
        if let Some(before) = before.filter(|before| before.file == row.print_file) {
            let fine = first_page == before.next_page;
            self.expect(fine, Check::Sequence, "`first_page` does not follow the letter before");
            self.expect(
                before.one_class == one_class,
                Check::Sequence,
                "two classes share a print file",
            );
            let sorted = row.zone != "DOM" || before.key < key;
            self.expect(sorted, Check::Sequence, "is not in the order of postcode and letter id");
        } else {
            self.expect(
                first_page == 1,
                Check::Sequence,
                "`first_page` of a new print file is not 1",
            );
            let new = !files.contains_key(row.print_file);
            self.expect(new, Check::Sequence, "a print file occurs again after a different one");
        }

        Before {
            file: row.print_file.to_owned(),
            next_page: first_page.saturating_add(pages),
            key,
            one_class,
        }
    }
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn postcode(text: &str) -> bool {
    text.split_at_checked(4).is_some_and(|(number, letters)| {
        digits(number, 4)
            && !number.starts_with('0')
            && letters.len() == 2
            && letters.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

/// Postcode and number, then X and the suffix if there is one (docs/print.md, "KIX").
fn kix(row: &Row<'_>) -> String {
    let suffix: String = [row.house_letter, row.house_addition]
        .concat()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let number = row.house_number.trim_start_matches('0');
    let cross = if suffix.is_empty() { "" } else { "X" };
    format!("{}{number}{cross}{suffix}", row.postcode)
}

/// A letter id in a fixed length, so that three million of them are small to keep and to sort.
fn id(text: &str) -> LetterId {
    std::array::from_fn(|place| text.as_bytes().get(place).copied().unwrap_or(0))
}
