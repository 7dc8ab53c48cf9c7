//! Values that occur nowhere else, and a search for them in whatever form they may have got out.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use memchr::memmem::Finder;
use sha2::{Digest, Sha256};

/// Letters of a window: who sees so many in a row has seen the value.
const WINDOW: usize = 6;

/// One form of one canary.
struct Needle {
    /// Which canary: its place in the list.
    canary: usize,
    encoding: &'static str,
    /// Compared with the lower-case text.
    folded: bool,
    finder: Finder<'static>,
}

/// All forms of a list of canaries.
pub struct Search {
    needles: Vec<Needle>,
}

/// What was found where; the canary by its place in the list.
pub type Found = (usize, &'static str, PathBuf);

impl Search {
    /// Words are also searched in windows of six letters; numbers and dates are not (hashes are
    /// full of digits).
    pub fn new(canaries: &[&str]) -> Self {
        let mut search = Self { needles: Vec::new() };
        for (place, canary) in canaries.iter().enumerate() {
            search.add(place, canary);
        }
        search
    }

    fn add(&mut self, canary: usize, text: &str) {
        let lower = text.to_lowercase();
        let utf16 =
            |bytes: fn(u16) -> [u8; 2]| lower.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        self.push(canary, "plain", false, text.as_bytes());
        self.push(canary, "case-folded", true, lower.as_bytes());
        self.push(canary, "reversed", true, lower.chars().rev().collect::<String>().as_bytes());
        self.push(canary, "hex", true, HEXLOWER.encode(text.as_bytes()).as_bytes());
        self.push(canary, "hex", true, HEXLOWER.encode(lower.as_bytes()).as_bytes());
        self.push(canary, "utf-16le", true, &utf16(u16::to_le_bytes));
        self.push(canary, "utf-16be", true, &utf16(u16::to_be_bytes));
        let mut percent = String::new();
        text.bytes().for_each(|byte| write!(percent, "%{byte:02x}").unwrap());
        self.push(canary, "percent-encoded", true, percent.as_bytes());
        self.push(canary, "sha256", true, HEXLOWER.encode(&Sha256::digest(text)).as_bytes());
        for shift in 0..3 {
            // The first and last characters hang on what stands beside the value.
            let shifted = [&[b'\0'; 2][..shift], text.as_bytes()].concat();
            let encoded = BASE64.encode(&shifted);
            let from = if shift == 0 { 0 } else { shift + 1 };
            self.push(canary, "base64", false, &encoded.as_bytes()[from..shifted.len() * 8 / 6]);
        }
        let letters: Vec<char> = lower.chars().collect();
        if letters.iter().all(|letter| letter.is_alphabetic()) {
            for window in letters.windows(WINDOW) {
                self.push(canary, "window", true, window.iter().collect::<String>().as_bytes());
            }
        }
    }

    fn push(&mut self, canary: usize, encoding: &'static str, folded: bool, bytes: &[u8]) {
        self.needles.push(Needle {
            canary,
            encoding,
            folded,
            finder: Finder::new(bytes).into_owned(),
        });
    }

    /// Ways of writing that are searched.
    pub fn encodings(&self) -> Vec<&'static str> {
        let mut encodings: Vec<_> = self.needles.iter().map(|needle| needle.encoding).collect();
        encodings.sort_unstable();
        encodings.dedup();
        encodings
    }

    /// Every canary in a file, or in its name.
    pub fn find(&self, name: &Path, bytes: &[u8]) -> Vec<Found> {
        let text = [name.as_os_str().as_encoded_bytes(), b"\n", bytes].concat();
        let folded = text.to_ascii_lowercase();
        let hits = self.needles.iter().filter(|needle| {
            let hay = if needle.folded { &folded } else { &text };
            needle.finder.find(hay).is_some()
        });
        hits.map(|needle| (needle.canary, needle.encoding, name.to_owned())).collect()
    }
}

/// Every file below a folder with its bytes.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn every_encoding_is_found() {
    let search = Search::new(&["Zolmbraquit", "999990019"]);
    let name = Path::new("x");
    for (text, encoding) in [
        (&b"mr Zolmbraquit"[..], "plain"),
        (b"mr ZOLMBRAQUIT", "case-folded"),
        (b"tiuqarbmloZ", "reversed"),
        (b"5a6f6c6d62726171756974", "hex"),
        (b"5A6F6C6D62726171756974", "hex"),
        (b"%5a%6F%6c%6d%62%72%61%71%75%69%74", "percent-encoded"),
        (b"xZ\0o\0l\0m\0b\0r\0a\0q\0u\0i\0t\0", "utf-16le"),
        (b"\0Z\0o\0l\0m\0b\0r\0a\0q\0u\0i\0t", "utf-16be"),
        (b"nothing but lmbraqx", "window"),
        (BASE64.encode(b"Zolmbraquit, mr").as_bytes(), "base64"),
        (BASE64.encode(b"a Zolmbraquit").as_bytes(), "base64"),
        (BASE64.encode(b"m Zolmbraquit").as_bytes(), "base64"),
        (BASE64.encode(b"mr. Zolmbraquit").as_bytes(), "base64"),
        (HEXLOWER.encode(&Sha256::digest("999990019")).as_bytes(), "sha256"),
        (b"nr 999990019.", "plain"),
    ] {
        assert!(search.find(name, text).iter().any(|hit| hit.1 == encoding), "{encoding}");
    }
    assert!(search.find(name, b"mr Zolmer and 99999001 people").is_empty());
    assert!(!search.find(Path::new("data/zolmbraquit.csv"), b"").is_empty());
    assert_eq!(search.encodings().len(), 10);
}
