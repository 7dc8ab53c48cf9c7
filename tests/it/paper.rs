//! From the package that a run published to the words on the paper, as somebody else's programs
//! find them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::root;
use crate::tools::run;

/// One letter on paper.
pub struct Printed {
    /// Lines of the text, without what stands on every page.
    pub body: Vec<String>,
    /// Lines that are this person's own: name, address, salutation, provider.
    pub personal: Vec<String>,
}

impl Printed {
    /// The text as one line.
    pub fn text(&self) -> String {
        self.body.join(" ")
    }
}

/// Opens every part of `package` below `into`; the folders of the bags.
pub fn unpack(package: &Path, into: &Path) -> Vec<PathBuf> {
    let mut parts: Vec<PathBuf> =
        fs::read_dir(package).unwrap().map(|entry| entry.unwrap().path()).collect();
    parts.retain(|path| path.extension().is_some_and(|end| end == "age"));
    parts.sort();
    for part in parts {
        let zip = into.join("part.zip");
        let identity = root().join("sample-data/vendor/age-identity.txt");
        run(Command::new("age").args(["-d", "-i"]).arg(identity).arg("-o").arg(&zip).arg(part));
        run(Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(into));
        fs::remove_file(zip).unwrap();
    }
    fs::read_dir(into).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The letters of a bag by their id.
pub fn letters(bag: &Path) -> BTreeMap<String, Printed> {
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut letters = BTreeMap::new();
    let mut manifest = csv::Reader::from_path(bag.join("data/manifest.csv")).unwrap();
    for line in manifest.deserialize::<BTreeMap<String, String>>() {
        let line = line.unwrap();
        let file = line["print_file"].clone();
        let pages =
            pages.entry(file).or_insert_with_key(|file| pages_of(&bag.join("data").join(file)));
        let first: usize = line["first_page"].parse().unwrap();
        let count: usize = line["page_count"].parse().unwrap();
        letters.insert(line["letter_id"].clone(), printed(&pages[first - 1..first - 1 + count]));
    }
    letters
}

/// The text of each page in the order in which it is written into the file.
fn pages_of(pdf: &Path) -> Vec<String> {
    let text = run(Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-"));
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}

/// The body comes first on each page and ends with its foot; what is the person's own follows.
fn printed(pages: &[String]) -> Printed {
    let mut letter = Printed { body: Vec::new(), personal: Vec::new() };
    for page in pages {
        let mut foot = false;
        for line in page.lines().filter(|line| !line.is_empty()) {
            let is_foot = ["Pagina ", "Page "].iter().any(|label| {
                let number = line.rsplit_once(label).map(|(_, number)| number);
                number.is_some_and(|number| number.starts_with(|sign: char| sign.is_ascii_digit()))
            });
            let is_rehearsal = line.starts_with("PROEFDRUK") || line.starts_with("REHEARSAL");
            if is_foot {
                foot = true;
            } else if foot {
                letter.personal.push(line.to_owned());
            } else if !is_rehearsal {
                letter.body.push(line.to_owned());
            }
        }
        assert!(foot || page.lines().count() < 2, "a page without a foot:\n{page}");
    }
    letter
}
