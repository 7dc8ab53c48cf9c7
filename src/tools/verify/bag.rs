//! The bag's own promises (RFC 8493): every payload file is listed with its checksum, and nothing
//! else is there.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::package::archive::Reader;
use crate::tools::verify::{Check, Problems};

const TAG_FILES: [&str; 4] =
    ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"];

/// Reads every file of the archive once, compares the checksums, and hands each payload file to
/// `each`.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Reader<R>,
    stem: &str,
    problems: &mut Problems,
    mut each: impl FnMut(&str, &[u8], &mut Problems),
) {
    let paths = match archive.paths() {
        Ok(paths) => paths,
        Err(error) => {
            problems.add(
                Check::Bag,
                stem,
                format!("the directory of the archive cannot be read: {error}"),
            );
            return;
        }
    };

    let mut payload = lists(archive, stem, "manifest-sha256.txt", problems);
    let mut tags = lists(archive, stem, "tagmanifest-sha256.txt", problems);
    let (mut octets, mut files) = (0, 0);
    let folder = format!("{stem}/");
    for entry in &paths {
        let Some(path) = entry.strip_prefix(&folder) else {
            problems.add(Check::Bag, stem, "an entry is outside the bag's folder");
            continue;
        };
        let bytes = match archive.read(entry) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.add(Check::Bag, entry, format!("cannot be read: {error}"));
                continue;
            }
        };
        let listed = if path.starts_with("data/") {
            octets += bytes.len();
            files += 1;
            each(path, &bytes, problems);
            payload.remove(path)
        } else {
            problems.add_unless(
                TAG_FILES.contains(&path),
                Check::Bag,
                entry,
                "does not belong in a bag",
            );
            if path == "tagmanifest-sha256.txt" {
                continue;
            }
            tags.remove(path)
        };
        match listed {
            None => problems.add(Check::Checksum, entry, "has no checksum in the bag"),
            Some(sha256) => {
                let fine = sha256 == HEXLOWER.encode(&Sha256::digest(&bytes));
                problems.add_unless(
                    fine,
                    Check::Checksum,
                    entry,
                    "does not match the bag's checksum",
                );
            }
        }
    }

    for path in payload.keys().chain(tags.keys()) {
        problems.add(Check::Bag, format!("{stem}/{path}"), "is listed and not there");
    }

    labels(archive, stem, &format!("{octets}.{files}"), problems);
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
