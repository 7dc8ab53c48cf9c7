//! What others made, altered or too large, against the built program: it is refused and named,
//! quickly, with an exit code that is documented. Every limit is lowered for the test, and the file
//! is one step beyond it: nothing here is dangerous to any program.

mod altered;
pub(crate) mod fleet;
mod mail;

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use breachpost::package::archive::{ArchiveWriter, Reader};
use breachpost::package::bag::{self, Label};
use breachpost::package::seal;
use camino::Utf8Path;

use crate::program::{Answer, Night, root};
use altered::PrintFile;

/// Where `HOSTILE_SECONDS` says so (`make hostile-test`), no answer takes longer.
fn check_time(started: Instant) {
    if let Ok(seconds) = std::env::var("HOSTILE_SECONDS") {
        assert!(started.elapsed() < Duration::from_secs(seconds.parse().unwrap()));
    }
}

/// Asks, and looks how it ends: with one of the program's own codes, in time.
pub(crate) fn asked(process: &mut Command) -> Answer {
    let started = Instant::now();
    let output = process.output().unwrap();
    check_time(started);
    assert_eq!(output.status.signal(), None, "{process:?}");
    let answer = Answer::from(output);
    assert!((0..=5).contains(&answer.code), "{}: {process:?} {}", answer.code, answer.stderr);
    answer
}

pub(crate) fn program(night: &Night, words: &[&str]) -> Command {
    let words = night.words(words);
    let mut process = Command::new(&words[0]);
    process.args(&words[1..]);
    process
}

/// Path in the payload and bytes of every file of a sealed part.
fn opened(sealed: &str, name: &str) -> Vec<(String, Vec<u8>)> {
    let key = root().join("sample-data/vendor/age-identity.txt");
    let key = Utf8Path::from_path(&key).unwrap();
    let mut archive = Reader::open(seal::open(sealed.into(), key).unwrap()).unwrap();
    let folder = format!("{name}/data/");
    let paths = archive.paths().unwrap();
    let inside = paths.iter().filter_map(|path| path.strip_prefix(&folder));
    let inside: Vec<String> = inside.map(str::to_owned).collect();
    let files = inside.into_iter().map(|path| {
        let bytes = archive.read(&format!("{folder}{path}")).unwrap();
        (path, bytes)
    });
    files.collect()
}

/// A part of a package, opened and taken apart.
pub(crate) struct Part {
    night: Night,
    name: String,
    sealed: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Part {
    pub(crate) fn new() -> Self {
        let night = Night::new(5);
        let package = night.run()["package"].as_str().unwrap().to_owned();
        let name = "rehearsal-2500001-p001".to_owned();
        let sealed = format!("{package}/{name}.zip.age");
        let files = opened(&sealed, &name);
        Self { night, name, sealed, files }
    }

    /// Everything of the part with one file changed, as a plain archive that is whole in itself.
    pub(crate) fn with(&self, path: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) -> PathBuf {
        let zip = self.night.path().join(format!("{}.zip", self.name));
        let label = Label {
            job: "rehearsal-2500001",
            part: 1,
            parts: 1,
            date: jiff::civil::date(2025, 9, 15),
        };
        let mut archive = ArchiveWriter::new(fs::File::create(&zip).unwrap());
        let mut bag = bag::Bag::begin(&mut archive, &self.name).unwrap();
        let mut change = Some(change);
        for (name, bytes) in &self.files {
            let changed = if name == path { change.take() } else { None };
            let bytes = changed.map_or_else(|| bytes.clone(), |change| change(bytes));
            bag.add(name, &bytes).unwrap();
        }
        bag.finish(&label).unwrap();
        archive.finish().unwrap();
        assert!(change.is_none(), "there is no `{path}`");
        zip
    }

    pub(crate) fn print_file(&self) -> &str {
        &self.files.iter().find(|(name, _)| name.starts_with("print/")).unwrap().0
    }

    fn verified(&self, package: &Path) -> Answer {
        asked(&mut program(&self.night, &["verify", package.to_str().unwrap()]))
    }
}

#[test]
fn alterations_of_a_print_file_are_named() {
    let part = Part::new();
    let name = part.print_file().to_owned();
    let sound = part.verified(&part.with(&name, <[u8]>::to_vec));
    assert!(sound.code == 0 && sound.stdout.ends_with("\nsound\n"), "{}", sound.stdout);
    // Taken apart and put together again it is what it was.
    let again = part.verified(&part.with(&name, |pdf| PrintFile::of(pdf).bytes()));
    assert!(again.code == 0, "{}", again.stdout);

    for (what, said, alter) in altered::WAYS {
        let answer = part.verified(&part.with(&name, alter));
        assert_eq!(answer.code, 3, "{what}: {}", answer.stdout);
        let line = answer.stdout.lines().find(|line| line.contains(&name) && line.contains(said));
        assert!(line.is_some(), "{what} should be told with `{said}`: {}", answer.stdout);
        assert!(answer.stdout.ends_with("NOT sound\n"), "{what}");
    }
}

#[test]
fn files_beside_the_print_files_and_bytes_around_the_archive_are_named() {
    let part = Part::new();
    for (path, said) in [
        ("schema/job.schema.json", "is not as this program packs it"),
        ("README.txt", "is not as this program packs it"),
        ("receipts/2500001.ack.json", "is not as this program packs it"),
    ] {
        let zip = part.with(path, |bytes| [bytes, b"\n"].concat());
        let answer = part.verified(&zip);
        assert!(answer.code == 3 && answer.stdout.contains(said), "{path}: {}", answer.stdout);
        assert!(answer.stdout.contains(path), "{}", answer.stdout);
    }

    let sample = part.files.iter().find(|(name, _)| name.starts_with("samples/")).unwrap();
    let zip =
        part.with(&sample.0, |pdf| PrintFile::of(pdf).with_key("/Type /Page\n", "/Rotate 90"));
    let answer = part.verified(&zip);
    assert!(answer.code == 3 && answer.stdout.contains(&sample.0), "{}", answer.stdout);

    let zip = part.with("README.txt", <[u8]>::to_vec);
    let bytes = fs::read(&zip).unwrap();
    for stray in [[b"x", bytes.as_slice()].concat(), [bytes.as_slice(), b"x"].concat()] {
        fs::write(&zip, stray).unwrap();
        let answer = part.verified(&zip);
        assert_eq!(answer.code, 3, "{}", answer.stdout);
        assert!(answer.stdout.contains("problem   rehearsal-2500001-p001"), "{}", answer.stdout);
    }
}

/// The hash of a letter in the manifest is of what the sender has; only its ledger can tell.
#[test]
fn only_the_ledger_proves_a_copy_in_which_a_hash_of_a_letter_was_altered() {
    let part = Part::new();
    let held = |zip: &Path, expected: i32| {
        let words = ["verify", "--published", zip.to_str().unwrap()];
        let answer = asked(&mut program(&part.night, &words));
        assert_eq!(answer.code, expected, "{}{}", answer.stdout, answer.stderr);
        answer.stdout
    };
    let zip = part.night.path().join(format!("{}.zip", part.name));
    let key = root().join("sample-data/vendor/age-identity.txt");
    let key = Utf8Path::from_path(&key).unwrap();
    let mut plain = seal::open(part.sealed.as_str().into(), key).unwrap();
    std::io::copy(&mut plain, &mut fs::File::create(&zip).unwrap()).unwrap();
    assert!(held(&zip, 0).ends_with("\nsound\n"));
    assert!(held(Path::new(&part.sealed).parent().unwrap(), 0).ends_with("\nsound\n"));

    let altered = part.with("manifest.csv", |manifest| {
        let text = String::from_utf8(manifest.to_vec()).unwrap();
        let row = text.lines().nth(1).unwrap();
        let hash = row.split(',').nth(7).unwrap();
        text.replace(hash, &"0".repeat(64)).into_bytes()
    });
    assert!(part.verified(&altered).code == 0, "in itself it is sound");
    assert!(held(&altered, 3).contains("is not byte for byte what was published"));

    let other = part.night.path().join("rehearsal-2500009-p001.zip");
    fs::rename(altered, &other).unwrap();
    assert!(held(&other, 3).contains("is no file that the ledger knows as published"));
}

#[test]
fn what_the_vendor_or_the_mail_server_sends_is_refused_when_it_is_too_long() {
    let night = Night::new(5);
    night.run();
    let before = night.memory();
    for name in ["bounces.csv", "rehearsal-2500001.production.csv", "rehearsal-2500001.ack.json"] {
        let file = night.path().join(name);
        for (bytes, said) in [(1 << 20, ""), ((1 << 20) + 1, "longer than 1048576 bytes")] {
            fs::write(&file, vec![b' '; bytes]).unwrap();
            let words = ["receipts", file.to_str().unwrap()];
            let answer = asked(program(&night, &words).env("BREACHPOST_LIMITS", "1,60"));
            assert_eq!(answer.code, 3, "{name}: {}", answer.stderr);
            assert!(answer.stderr.contains(name) && answer.stderr.contains(said));
        }
    }
    assert!(night.memory() == before, "nothing was recorded");
}

/// A harmless list in the format that is decoded in a process of its own.
fn parquet(night: &Night) {
    let list = root().join("tests/data/exact-types.parquet");
    fs::copy(list, night.inbox().join("suppressions-2.parquet")).unwrap();
}

#[test]
fn a_decoder_that_takes_more_than_it_may_stops_the_run_with_the_name_of_the_file() {
    let night = Night::new(5);
    parquet(&night);
    let fits = asked(&mut program(&night, &["check"]));
    assert!(fits.code <= 1, "{}", fits.stderr);

    // The smallest memory with which a process does anything is above this.
    let before = night.memory();
    let answer = asked(program(&night, &["run"]).env("BREACHPOST_LIMITS", "1,60"));
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("suppressions-2.parquet` cannot be decoded: its decoder failed, or"),
        "{}",
        answer.stderr
    );
    assert!(night.memory() == before, "nothing was published or recorded");

    let again = asked(&mut program(&night, &["run"]));
    assert!(again.code <= 1, "{}", again.stderr);
}

#[test]
fn a_verification_that_takes_more_than_it_may_says_what_it_was_looking_at() {
    let part = Part::new();
    let zip = part.with("README.txt", <[u8]>::to_vec);
    let words = ["verify", zip.to_str().unwrap()];
    let answer = asked(program(&part.night, &words).env("BREACHPOST_LIMITS", "1,60"));
    assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
    assert!(
        answer.stderr.contains("is not a sound package: its reader failed"),
        "{}",
        answer.stderr
    );
}

/// A night with so much address space, and the night after it without a limit.
fn with_little_memory(evening: &Night, kib: u64, letters: &str) -> i32 {
    let night = evening.copy();
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("ulimit -v {kib}; exec \"$@\""), "bash"]);
    shell.args(night.words(&["run"]));
    let started = Instant::now();
    let output = shell.output().unwrap();
    check_time(started);
    let code = output.status.code();
    // Where there is no room for the program itself, the system ends it before its first line.
    let began = code.is_some_and(|code| code <= 5);

    let after = asked(&mut program(&night, &["run"]));
    assert!(after.code <= 1, "{kib} KiB: {}", after.stderr);
    let ledger = asked(&mut program(&night, &["ledger", "check"]));
    assert_eq!(ledger.code, 0, "{kib} KiB: {}", ledger.stderr);
    assert_eq!(told(&ledger), letters, "{kib} KiB");
    if began { code.unwrap() } else { -1 }
}

/// How many people were told what, as the ledger says.
fn told(ledger: &Answer) -> String {
    let line = ledger.stdout.lines().find(|line| line.starts_with("letters")).unwrap();
    line.split(", in ").next().unwrap().to_owned()
}

/// Kibibytes of address space: from too little to start to more than a night takes.
fn steps(count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |step| 150_000 + step * 1_850_000 / (count - 1))
}

fn little_memory(count: u64) {
    let evening = Night::new(5);
    parquet(&evening);
    let calm = evening.copy();
    calm.run();
    let letters = told(&calm.ask(&["ledger", "check"]));
    assert!(letters.contains(" first"), "{letters}");
    let codes: Vec<i32> =
        steps(count).map(|kib| with_little_memory(&evening, kib, &letters)).collect();
    assert!(codes.iter().all(|code| [-1, 0, 1, 3, 4].contains(code)), "{codes:?}");
    assert!(codes.last().is_some_and(|code| *code <= 1 && *code >= 0), "{codes:?}");
    assert!(codes.iter().any(|code| *code < 0 || *code > 1), "no limit was ever met: {codes:?}");
}

#[test]
fn a_night_with_little_memory_ends_with_a_code_and_the_next_one_finishes_it() {
    little_memory(4);
}

#[test]
#[ignore = "fifty nights, minutes"]
fn fifty_nights_with_little_memory_end_with_a_code() {
    little_memory(50);
}
