//! A job's folder: which files there are, their checksums, the marker file, and the sums over all
//! parts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8Path;
use rayon::prelude::*;
use serde::Deserialize;

use crate::base::{FileError, durable};
use crate::package::archive::Reader;
use crate::package::sign::{self, signature_file};
use crate::package::{part_in_name, part_name, seal};
use crate::tools::verify::part::{self, Whole};
use crate::tools::verify::{
    Check, Counted, PackageVerdict, PageText, Problems, VerifyError, VerifyKeys,
};

/// `<job>.done` as the vendor reads it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    job: String,
    parts: u64,
    letters: u64,
    sheets: u64,
    sha256: String,
    ledger_head: String,
}

pub(super) fn verify(
    package: &Utf8Path,
    keys: VerifyKeys<'_>,
    page_text: Option<PageText<'_>>,
) -> Result<PackageVerdict, VerifyError> {
    let metadata = fs::metadata(package).map_err(FileError::at("read", package))?;
    let name = package.file_name().unwrap_or_default();
    let mut inspection = Inspection {
        whole: Whole::new(page_text),
        problems: Problems::default(),
        keys,
        parts: 0,
        signed_by: None,
    };

    let job = if metadata.is_dir() {
        inspection.folder(package)?;
        name.to_owned()
    } else {
        let stem = part_in_name(name).or_else(|| name.strip_suffix(".zip"));
        let stem = stem.ok_or_else(|| VerifyError::NoPackage { path: package.to_owned() })?;
        inspection.part(package, stem)?;
        stem.rsplit_once("-p").map_or(stem, |(job, _)| job).to_owned()
    };

    let Inspection { mut whole, mut problems, parts, signed_by, .. } = inspection;
    whole.finish(&mut problems);
    Ok(PackageVerdict {
        job,
        opened: whole.opened(),
        read: whole.opened() && page_text.is_some(),
        parts,
        letters: whole.counted.letters,
        pages: whole.counted.pages,
        sheets: whole.counted.sheets,
        signed_by,
        problems: problems.list,
        more_problems: problems.more,
    })
}

struct Inspection<'a> {
    whole: Whole<'a>,
    problems: Problems,
    keys: VerifyKeys<'a>,
    parts: u32,
    signed_by: Option<String>,
}

impl Inspection<'_> {
    fn folder(&mut self, folder: &Utf8Path) -> Result<(), VerifyError> {
        let job = folder.file_name().unwrap_or_default();
        let files = files(folder)?;
        let (marker, sums) = (format!("{job}.done"), format!("{job}.SHA256SUMS"));
        if !files.contains(&marker) && !files.contains(&sums) {
            return Err(VerifyError::NoPackage { path: folder.to_owned() });
        }

        let parts: BTreeSet<&str> =
            files.iter().map(String::as_str).filter(|file| is_part(file)).collect();
        let signature = signature_file(job);
        let announcement = format!("{job}.announcement.json");
        let ours = [&marker, &sums, &signature, &announcement];
        let order = |file: &str| {
            let rest = file.strip_prefix(job).unwrap_or_default();
            rest.starts_with(".stop-") || rest.starts_with(".resume-")
        };
        let is_ours =
            |file: &String| ours.contains(&file) || parts.contains(file.as_str()) || order(file);
        for file in files.iter().filter(|file| !is_ours(file)) {
            self.problems.add(Check::Files, file, "does not belong in a job's folder");
        }

        for (number, file) in (1..).zip(&parts) {
            let name = part_name(job, number);
            let expected = if Utf8Path::new(file).extension() == Some("gpg") {
                format!("{name}.zip.gpg")
            } else {
                format!("{name}.zip.age")
            };
            let text =
                format!("expected `{expected}` here: a part is missing or has a different name");
            self.problems.add_unless(**file == expected, Check::Files, *file, text);
        }

        self.checksums(folder, &sums, &parts)?;
        self.signature(folder, &sums, Some(signature).filter(|file| files.contains(file)))?;
        let marker = self.marker(folder, job, &marker, &sums)?;

        for file in &parts {
            self.part(&folder.join(file), part_in_name(file).unwrap_or(file))?;
        }

        if let Some(marker) = marker {
            self.totals(job, &marker, parts.len() as u64);
        }

        Ok(())
    }

    fn checksums(
        &mut self,
        folder: &Utf8Path,
        sums: &str,
        parts: &BTreeSet<&str>,
    ) -> Result<(), VerifyError> {
        let Some(text) = self.text(folder, sums)? else { return Ok(()) };
        let mut listed = BTreeMap::new();
        for line in text.lines() {
            match line.split_once("  ") {
                Some((sha256, file)) if sha256.len() == 64 => {
                    let first = listed.insert(file, sha256).is_none();
                    self.problems.add_unless(
                        first,
                        Check::Checksum,
                        sums,
                        format!("`{file}` is listed twice"),
                    );
                }
                _ => self.problems.add(Check::Checksum, sums, "a line is not `<sha256>  <file>`"),
            }
        }

        let fingerprint = |file: &&str| {
            let path = folder.join(file);
            durable::fingerprint(&path).map_err(FileError::at("read", &path))
        };
        let found = parts.par_iter().map(fingerprint).collect::<Result<Vec<_>, _>>()?;

        for (file, (found, _)) in parts.iter().zip(found) {
            let Some(expected) = listed.remove(file) else {
                self.problems.add(Check::Checksum, sums, format!("`{file}` is not listed"));
                continue;
            };
            self.problems.add_unless(
                found == expected,
                Check::Checksum,
                *file,
                "does not match the checksum in the list",
            );
        }

        for file in listed.keys() {
            self.problems.add(Check::Files, *file, format!("is listed in `{sums}` and not there"));
        }

        Ok(())
    }

    /// Whether the list of checksums is signed, and by whom it must be.
    fn signature(
        &mut self,
        folder: &Utf8Path,
        sums: &str,
        signature: Option<String>,
    ) -> Result<(), VerifyError> {
        let read = |path: &Utf8Path| {
            let bytes = fs::read(path).map_err(FileError::at("read", path))?;
            Ok::<_, FileError>(String::from_utf8_lossy(&bytes).into_owned())
        };

        let wanted = self.keys.signer.map(read).transpose()?;
        let Some(file) = signature else {
            // A package of an earlier program is not signed.
            let text = format!("`{sums}` is not signed");
            self.problems.add_unless(wanted.is_none(), Check::Signature, sums, text);
            return Ok(());
        };

        let Ok(list) = fs::read(folder.join(sums)) else { return Ok(()) };
        match sign::check(&read(&folder.join(&file))?, &list, wanted.as_deref()) {
            Ok(key) => self.signed_by = Some(key),
            Err(error) => self.problems.add(Check::Signature, file, error.to_string()),
        }

        Ok(())
    }

    fn marker(
        &mut self,
        folder: &Utf8Path,
        job: &str,
        file: &str,
        sums: &str,
    ) -> Result<Option<Marker>, VerifyError> {
        let Some(text) = self.text(folder, file)? else { return Ok(None) };
        let Ok(marker) = serde_json::from_str::<Marker>(&text) else {
            self.problems.add(
                Check::Files,
                file,
                "is not the JSON object that marks the end of a publication",
            );
            return Ok(None);
        };

        self.problems.add_unless(marker.job == job, Check::Files, file, "names a different job");
        self.problems.add_unless(
            !marker.ledger_head.is_empty(),
            Check::Files,
            file,
            "has no ledger chain head",
        );

        if let Ok((found, _)) = durable::fingerprint(&folder.join(sums)) {
            let text = format!("does not match `{file}`");
            self.problems.add_unless(found == marker.sha256, Check::Checksum, sums, text);
        }

        Ok(Some(marker))
    }

    fn totals(&mut self, job: &str, marker: &Marker, parts: u64) {
        let file = format!("{job}.done");
        let mut compare = |what: &str, said: u64, found: u64| {
            let text = format!("says {said} {what}, {found} were found");
            self.problems.add_unless(said == found, Check::Count, &file, text);
        };

        compare("parts", marker.parts, parts);

        if self.whole.opened() {
            let Counted { letters, sheets, .. } = self.whole.counted;
            compare("letters", marker.letters, letters);
            compare("sheets", marker.sheets, sheets);
        }
    }

    /// A small text file of the folder; a missing one is a problem.
    fn text(&mut self, folder: &Utf8Path, file: &str) -> Result<Option<String>, VerifyError> {
        match fs::read_to_string(folder.join(file)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.problems.add(
                    Check::Files,
                    file,
                    "is missing: the job is not, or not completely, published",
                );
                Ok(None)
            }
            Err(error) => Err(FileError::at("read", &folder.join(file))(error).into()),
        }
    }

    fn part(&mut self, path: &Utf8Path, stem: &str) -> Result<(), VerifyError> {
        self.parts += 1;
        self.published(path)?;

        if path.extension().is_some_and(is_sealed) {
            let Some(identity) = self.keys.identity else { return Ok(()) };
            let plain = seal::open(path, identity)?;
            self.inspect(Reader::open(plain), stem);
        } else {
            let file = durable::open(path).map_err(FileError::at("read", path))?;
            self.inspect(Reader::open(std::io::BufReader::new(file)), stem);
        }

        Ok(())
    }

    /// Whether a file is byte for byte what was published.
    fn published(&mut self, path: &Utf8Path) -> Result<(), VerifyError> {
        let Some(published) = self.keys.published else { return Ok(()) };
        let file = path.file_name().unwrap_or_default();
        let (found, _) = durable::fingerprint(path).map_err(FileError::at("read", path))?;

        let text = match published.get(file) {
            Some(sha256) if *sha256 == found => return Ok(()),
            Some(_) => "is not byte for byte what was published",
            None => "is no file that the ledger knows as published",
        };
        self.problems.add(Check::Checksum, file, text);

        Ok(())
    }

    fn inspect<R: std::io::Read + std::io::Seek + Send>(
        &mut self,
        archive: std::io::Result<Reader<R>>,
        stem: &str,
    ) {
        match archive {
            Ok(mut archive) => {
                part::inspect(&mut archive, stem, &mut self.whole, &mut self.problems);
            }
            Err(error) => {
                self.problems.add(Check::Bag, stem, format!("the archive cannot be read: {error}"));
            }
        }
    }
}

/// Sealed parts end in `.age`, in these letters: another spelling is a stray file.
/// Whether a part whose name ends so has to be opened before it can be read.
fn is_sealed(extension: &str) -> bool {
    ["age", "gpg"].contains(&extension)
}

fn is_part(file: &str) -> bool {
    Utf8Path::new(file).extension().is_some_and(is_sealed)
}

fn files(folder: &Utf8Path) -> Result<BTreeSet<String>, VerifyError> {
    let failed = FileError::at("read", folder);
    let entries = folder.read_dir_utf8().map_err(failed)?;
    entries.map(|entry| Ok(entry.map_err(failed)?.file_name().to_owned())).collect()
}
