//! The bag's own promises (RFC 8493): every payload file is listed with its checksum, and nothing
//! else is there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};

use data_encoding::HEXLOWER;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::package::archive::Reader;
use crate::tools::verify::{Check, Problems};

const TAG_FILES: [&str; 4] =
    ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"];

/// A file of the bag that was looked at.
struct Looked<'e> {
    entry: &'e str,
    /// In the bag's folder.
    path: &'e str,
    octets: usize,
    sha256: String,
    counted: u64,
    problems: Problems,
}

/// What was found in the payload.
#[derive(Debug, Default)]
pub(super) struct Payload {
    /// Every file, `data/...`.
    pub(super) paths: BTreeSet<String>,
    /// Sum of what was counted in them.
    pub(super) counted: u64,
    octets: usize,
}

/// Reads every file of the archive once and compares the checksums. `look` sees each payload file,
/// several at a time, and counts what is in it.
pub(super) fn check<R: Read + Seek + Send>(
    archive: &mut Reader<R>,
    stem: &str,
    problems: &mut Problems,
    look: impl Fn(&str, &[u8], &mut Problems) -> u64 + Sync,
) -> Payload {
    let mut payload = Payload::default();
    let paths = match archive.paths() {
        Ok(paths) => paths,
        Err(error) => {
            let text = format!("the directory of the archive cannot be read: {error}");
            problems.add(Check::Bag, stem, text);
            return payload;
        }
    };

    let mut data = lists(archive, stem, "manifest-sha256.txt", problems);
    let mut tags = lists(archive, stem, "tagmanifest-sha256.txt", problems);
    let folder = format!("{stem}/");
    let (inside, outside): (Vec<&str>, Vec<&str>) =
        paths.iter().map(String::as_str).partition(|entry| entry.starts_with(&folder));
    for _ in outside {
        problems.add(Check::Bag, stem, "an entry is outside the bag's folder");
    }

    // The next files are opened while these are looked at; no more are in memory.
    let mut chunks = inside.chunks(rayon::current_num_threads());
    let mut open = || chunks.next().map(|some| opened(some, archive));
    let mut ahead = open();
    while let Some(files) = ahead {
        let looking = || {
            let looked = files.into_par_iter().map(|(entry, bytes)| {
                let path = &entry[folder.len()..];
                bytes
                    .map(|bytes| look_at(entry, path, &bytes, &look))
                    .map_err(|error| (entry, error))
            });
            looked.collect::<Vec<_>>()
        };
        let (next, looked) = rayon::join(&mut open, looking);
        for looked in looked {
            match looked {
                Ok(looked) => payload.take(looked, &mut data, &mut tags, problems),
                Err((entry, error)) => {
                    problems.add(Check::Bag, entry, format!("cannot be read: {error}"));
                }
            }
        }
        ahead = next;
    }

    for path in data.keys().chain(tags.keys()) {
        problems.add(Check::Bag, format!("{stem}/{path}"), "is listed and not there");
    }

    let oxum = format!("{}.{}", payload.octets, payload.paths.len());
    labels(archive, stem, &oxum, problems);
    payload
}

/// A file of the bag, or why it cannot be read.
type Opened<'e> = (&'e str, io::Result<Vec<u8>>);

fn opened<'e, R: Read + Seek>(entries: &[&'e str], archive: &mut Reader<R>) -> Vec<Opened<'e>> {
    entries.iter().map(|entry| (*entry, archive.read(entry))).collect()
}

fn look_at<'e>(
    entry: &'e str,
    path: &'e str,
    bytes: &[u8],
    look: impl Fn(&str, &[u8], &mut Problems) -> u64,
) -> Looked<'e> {
    let mut problems = Problems::default();
    let counted = if is_payload(path) { look(path, bytes, &mut problems) } else { 0 };
    let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
    Looked { entry, path, octets: bytes.len(), sha256, counted, problems }
}

fn is_payload(path: &str) -> bool {
    path.starts_with("data/")
}

impl Payload {
    fn take(
        &mut self,
        looked: Looked<'_>,
        data: &mut BTreeMap<String, String>,
        tags: &mut BTreeMap<String, String>,
        problems: &mut Problems,
    ) {
        let Looked { entry, path, octets, sha256, counted, problems: found } = looked;
        problems.append(found);

        let listed = if is_payload(path) {
            self.octets += octets;
            self.counted += counted;
            self.paths.insert(path.to_owned());
            data.remove(path)
        } else {
            let known = TAG_FILES.contains(&path);
            problems.add_unless(known, Check::Bag, entry, "does not belong in a bag");
            if path == "tagmanifest-sha256.txt" {
                return;
            }
            tags.remove(path)
        };

        match listed {
            None => problems.add(Check::Checksum, entry, "has no checksum in the bag"),
            Some(listed) => {
                let text = "does not match the bag's checksum";
                problems.add_unless(sha256 == listed, Check::Checksum, entry, text);
            }
        }
    }
}

fn labels<R: Read + Seek>(
    archive: &mut Reader<R>,
    stem: &str,
    oxum: &str,
    problems: &mut Problems,
) {
    let declaration = text(archive, stem, "bagit.txt");
    let fine =
        declaration.as_deref() == Some("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    problems.add_unless(
        fine,
        Check::Bag,
        format!("{stem}/bagit.txt"),
        "is not the declaration of BagIt 1.0",
    );

    let information = text(archive, stem, "bag-info.txt").unwrap_or_default();
    let said = information.lines().find_map(|line| line.strip_prefix("Payload-Oxum: "));
    let place = format!("{stem}/bag-info.txt");

    problems.add_unless(
        said == Some(oxum),
        Check::Bag,
        place,
        format!("Payload-Oxum is not {oxum}"),
    );
}

/// Path -> checksum of one list.
fn lists<R: Read + Seek>(
    archive: &mut Reader<R>,
    stem: &str,
    file: &str,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let place = format!("{stem}/{file}");
    let Some(text) = text(archive, stem, file) else {
        problems.add(Check::Bag, place, "cannot be read");
        return BTreeMap::new();
    };

    let mut list = BTreeMap::new();
    for line in text.lines() {
        match line.split_once("  ") {
            Some((sha256, path)) => {
                let first = list.insert(path.to_owned(), sha256.to_owned()).is_none();
                problems.add_unless(first, Check::Bag, &place, format!("`{path}` is listed twice"));
            }
            None => problems.add(Check::Bag, &place, "a line is not `<sha256>  <path>`"),
        }
    }

    list
}

fn text<R: Read + Seek>(archive: &mut Reader<R>, stem: &str, file: &str) -> Option<String> {
    String::from_utf8(archive.read(&format!("{stem}/{file}")).ok()?).ok()
}
