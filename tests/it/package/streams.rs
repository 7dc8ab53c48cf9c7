//! A part is read front to back, from a pipe, by what vendors read with: readers that never see the
//! directory at the end, and those that do.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use breachpost::package::archive::{ArchiveWriter, Reader};
use camino::Utf8Path;
use sha2::{Digest, Sha256};

use super::Site;
use crate::program::root;
use crate::tools::{python, run};

fn script(name: &str) -> PathBuf {
    root().join("tests/zip_readers").join(name)
}

/// Lines of SHA-256 and path, sorted.
fn sorted(lines: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn line(bytes: &[u8], path: &str) -> String {
    format!("{}  {path}", data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// What our own reader finds by the directory at the end.
fn expected(zip: &Utf8Path) -> Vec<String> {
    let mut reader = Reader::open(File::open(zip).unwrap()).unwrap();
    let paths = reader.paths().unwrap();
    let lines: Vec<String> =
        paths.iter().map(|path| line(&reader.read(path).unwrap(), path)).collect();
    sorted(&lines.join("\n"))
}

/// What a reader finds that gets the archive on its standard input.
fn piped(command: &mut Command, zip: &Utf8Path) -> Vec<String> {
    sorted(&run(command.stdin(Stdio::from(File::open(zip).unwrap()))))
}

/// What a tool has unpacked into a folder.
fn unpacked(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    crate::program::collect(folder, &mut files);
    let lines: Vec<String> = files
        .iter()
        .map(|(path, bytes)| line(bytes, path.strip_prefix(folder).unwrap().to_str().unwrap()))
        .collect();
    sorted(&lines.join("\n"))
}

/// Everybody who reads from a stream, and what each has found.
fn readers(zip: &Utf8Path) -> Vec<(&'static str, Vec<String>)> {
    let node = root().join("target/node");
    let folder = tempfile::tempdir().unwrap();
    let mut bsdtar = Command::new("bsdtar");
    piped(bsdtar.args(["-x", "-f", "-", "-C"]).arg(folder.path()), zip);
    vec![
        (
            "java.util.zip.ZipInputStream",
            piped(Command::new("java").arg(script("Streams.java")), zip),
        ),
        ("stream-unzip", piped(Command::new(python()).arg(script("streams.py")), zip)),
        ("unzipper", piped(Command::new("node").arg(script("streams.cjs")).arg(node), zip)),
        ("bsdtar", unpacked(folder.path())),
    ]
}

#[test]
fn a_part_is_read_from_a_stream() {
    let site = Site::publish();
    let zip = site.open(0);
    let expected = expected(&zip);
    assert!(expected.len() > 10, "{expected:?}");
    for (reader, found) in readers(&zip) {
        assert_eq!(found, expected, "{reader}");
    }

    let mut funzip = Command::new("funzip");
    let first = run(funzip.stdin(Stdio::from(File::open(&zip).unwrap())));
    assert!(first.starts_with("BagIt-Version"), "funzip reads the first entry: {first}");
}

#[test]
fn tools_that_need_the_whole_file_read_it_too() {
    let site = Site::publish();
    let zip = site.open(0);
    let expected = expected(&zip);
    for command in [&["unzip", "-q", "-d"][..], &["7z", "x", "-bso0"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut tool = Command::new(command[0]);
        match command[0] {
            "7z" => {
                tool.args(&command[1..]).arg(format!("-o{}", folder.path().display())).arg(&zip)
            }
            _ => tool.args(&command[1..]).arg(folder.path()).arg(&zip),
        };
        run(&mut tool);
        assert_eq!(unpacked(folder.path()), expected, "{}", command[0]);
    }
}

/// The four bytes with which a data descriptor begins may stand in a PDF: some readers of a stream
/// look for them where the header does not say how long an entry is.
#[test]
fn bytes_that_look_like_zip_inside_a_file_cut_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let zip = Utf8Path::from_path(folder.path()).unwrap().join("part.zip");
    let mut archive = ArchiveWriter::new(File::create(&zip).unwrap());
    let mut content = vec![7_u8; 100_000];
    for (place, mark) in [&b"PK\x07\x08"[..], b"PK\x03\x04", b"PK\x01\x02"].iter().enumerate() {
        content[10_000 * (place + 1)..][..4].copy_from_slice(mark);
    }
    archive.store("bag/print.pdf", &content).unwrap();
    archive.store("bag/empty.txt", b"").unwrap();
    archive.store("bag/last.txt", b"last").unwrap();
    archive.finish().unwrap();

    let expected = expected(&zip);
    assert_eq!(expected.len(), 3);
    for (reader, found) in readers(&zip) {
        assert_eq!(found, expected, "{reader}");
    }
}
