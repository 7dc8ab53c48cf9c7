//! The comparison.

use std::collections::BTreeMap;

use breachpost::base::workers;
use breachpost::field::body::Body;
use breachpost::field::job_number::JobNumber;
use breachpost::field::place::Planned;
use breachpost::render::Press;
use breachpost::render::readback::Proofreader;
use camino::Utf8Path;
use rayon::prelude::*;

use crate::clock::{Spent, time};
use crate::letters::{RUN_DATE, campaign, composed, planned, two_pages, used};

const JOB: JobNumber = JobNumber::new(2_500_001).unwrap();
/// Both ways take turns, so that a busy machine is busy for both.
const ROUNDS: usize = 4;

/// What one way of setting letters took.
#[derive(Default)]
struct Way {
    letters: usize,
    spent: Spent,
    bytes: usize,
}

impl Way {
    fn add(&mut self, letters: usize, spent: Spent, bytes: usize) {
        self.letters += letters;
        self.spent += spent;
        self.bytes += bytes;
    }

    fn per_second(&self) -> f64 {
        self.letters as f64 / self.spent.wall.as_secs_f64()
    }

    fn print(&self, name: &str) {
        let cpu = self.spent.cpu.as_secs_f64();
        println!(
            "{name:<44} {:>8.0} letters/s {:>8.0} per core {:>7.1} us CPU {:>7} bytes  ({} letters)",
            self.per_second(),
            self.letters as f64 / cpu,
            cpu * 1e6 / self.letters as f64,
            self.bytes / self.letters.max(1),
            self.letters,
        );
    }
}

/// Letters of two pages with bars and sheet mark, one document each and by the press.
pub fn measure(inbox: &Utf8Path, whole: usize) {
    let (config, facts) = campaign();
    let found = composed(inbox, &config, &facts);
    let drafts = two_pages(found.drafts.ready);
    let bodies = used(&drafts, found.bodies);
    let (press, laid) = time(|| Press::new(&bodies, &config.print, RUN_DATE).unwrap());
    let letters: Vec<Planned> = planned(&press, drafts, &config)
        .into_iter()
        .filter(|letter| letter.place.pages == 2)
        .collect();

    let files = files(&letters);
    println!(
        "{} letters of two pages in {} print files; {} bodies set in {:.2} s, {:.0} us of CPU and {:.2} layouts each",
        letters.len(),
        files.len(),
        bodies.len(),
        laid.wall.as_secs_f64(),
        laid.cpu.as_secs_f64() * 1e6 / bodies.len() as f64,
        press.layouts() as f64 / bodies.len() as f64
    );

    let before = press.layouts();

    let reader = Proofreader::new(JOB, &bodies, &config.print);
    let (mut stock, mut ours, mut read) = (Way::default(), Way::default(), Way::default());
    let windows = alone(&letters, whole);
    for round in 0..ROUNDS {
        let some: Vec<&Planned> =
            windows.iter().skip(round).step_by(ROUNDS).flatten().copied().collect();
        let (bytes, spent) = time(|| one_document_each(&press, &some, &bodies));
        stock.add(some.len(), spent, bytes);
        let some: Vec<&[&Planned]> =
            files.iter().skip(round).step_by(ROUNDS).map(Vec::as_slice).collect();
        let count = some.iter().map(|file| file.len()).sum();
        let (pdfs, spent) = time(|| by_press(&press, &some));
        ours.add(count, spent, pdfs.iter().map(Vec::len).sum());
        let ((), spent) = time(|| read_back(&reader, &some, &pdfs));
        read.add(count, spent, 0);
    }

    println!(
        "a document of its own takes {:.2} layouts",
        (press.layouts() - before) as f64 / stock.letters as f64
    );

    report(&stock, &ours, &read, laid);
}

fn report(stock: &Way, ours: &Way, read: &Way, laid: Spent) {
    let way = |spent| Way { letters: ours.letters, spent, bytes: ours.bytes };
    let rows = [
        ("(b) setting alone", ours.spent, None),
        ("(b) setting, bodies included", ours.spent + laid, Some(18.0)),
        ("(b) setting and read-back", ours.spent + read.spent, None),
        ("(b) setting and read-back, bodies included", ours.spent + read.spent + laid, Some(12.0)),
    ];

    stock.print("(a) one Typst document per letter");

    for (name, spent, _) in rows {
        way(spent).print(name);
    }

    for (name, spent, wanted) in rows {
        let ratio = way(spent).per_second() / stock.per_second();
        let cpu = stock.spent.cpu.as_secs_f64()
            / stock.letters as f64
            / (spent.cpu.as_secs_f64() / ours.letters as f64);
        let verdict = wanted.map_or_else(String::new, |wanted| {
            format!("  at least {wanted}: {}", if ratio >= wanted { "PASS" } else { "FAIL" })
        });
        println!("{name:<44} {ratio:>6.1} times (a), {cpu:.1} by CPU{verdict}");
    }
}

fn one_document_each(
    press: &Press,
    letters: &[&Planned],
    bodies: &BTreeMap<String, Body>,
) -> usize {
    let one = |letter: &&Planned| {
        press.whole_document(&letter.draft, &bodies[&letter.draft.body]).unwrap().len()
    };
    workers::map(letters, one).into_iter().sum()
}

fn by_press(press: &Press, files: &[&[&Planned]]) -> Vec<Vec<u8>> {
    files.par_iter().map(|letters| press.set(JOB, letters).unwrap()).collect()
}

fn read_back(reader: &Proofreader<'_>, files: &[&[&Planned]], pdfs: &[Vec<u8>]) {
    files.par_iter().zip(pdfs).for_each(|(letters, pdf)| reader.compare(pdf, letters).unwrap());
}

/// About `count` letters in the order that suits one document each best: by body, so that Typst
/// finds the last letter's text again; stretches from the whole, so that frequent and rare bodies
/// have their share.
fn alone(letters: &[Planned], count: usize) -> Vec<Vec<&Planned>> {
    const STRETCHES: usize = 20;
    let mut sorted: Vec<&Planned> = letters.iter().collect();
    sorted.sort_by_key(|letter| &letter.draft.body);
    let length = (count / STRETCHES).max(1);
    sorted
        .chunks((letters.len() / STRETCHES).max(1))
        .map(|part| part[..length.min(part.len())].to_vec())
        .collect()
}

fn files(letters: &[Planned]) -> Vec<Vec<&Planned>> {
    letters
        .chunk_by(|one, next| one.place.print_file == next.place.print_file)
        .map(|file| file.iter().collect())
        .collect()
}
