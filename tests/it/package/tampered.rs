//! Whatever is changed in a shipment is caught: pages, rows, names, tickets, files, the outbox.

use breachpost::package::archive::ArchiveWriter;

use super::*;

fn checks(verdict: &PackageVerdict) -> Vec<Check> {
    let mut checks: Vec<Check> = verdict.problems.iter().map(|problem| problem.check).collect();
    checks.sort_unstable();
    checks.dedup();
    checks
}

#[test]
fn a_rebuilt_bag_without_a_change_is_sound() {
    let site = Site::publish();
    assert_eq!(site.tampered(|_| ()).problems, []);
}

#[test]
fn a_dropped_a_doubled_and_a_swapped_page_are_caught() {
    let site = Site::publish();
    assert!(checks(&site.tampered(|bag| bag.pages("1-3,5-z"))).contains(&Check::Pages), "dropped");
    assert!(
        checks(&site.tampered(|bag| bag.pages("1-3,3,4-z"))).contains(&Check::Pages),
        "doubled"
    );
    assert!(
        checks(&site.tampered(|bag| bag.pages("1-2,2,4-z"))).contains(&Check::Text),
        "doubled over another"
    );
    assert_eq!(
        checks(&site.tampered(|bag| bag.pages("3,2,1,4-z"))),
        [Check::Text],
        "two fronts swapped"
    );
    assert_eq!(
        checks(&site.tampered(|bag| bag.pages("1,4,3,2,5-z"))),
        [Check::Text],
        "two backs swapped"
    );
}

#[test]
fn a_dropped_a_doubled_and_a_swapped_row_are_caught() {
    let site = Site::publish();
    let dropped = site.tampered(|bag| bag.rows(|rows| drop(rows.remove(2))));
    assert!(
        [Check::Sequence, Check::Count].iter().all(|check| checks(&dropped).contains(check)),
        "{dropped:?}"
    );
    let last = site.tampered(|bag| bag.rows(|rows| drop(rows.pop())));
    assert!(checks(&last).contains(&Check::Count), "{last:?}");
    let doubled = site.tampered(|bag| bag.rows(|rows| rows.insert(2, rows[1].clone())));
    assert!(checks(&doubled).contains(&Check::Sequence), "{doubled:?}");
    let swapped = site.tampered(|bag| bag.rows(|rows| rows.swap(1, 2)));
    assert!(checks(&swapped).contains(&Check::Sequence), "{swapped:?}");
}

#[test]
fn two_names_that_change_places_are_caught() {
    let site = Site::publish();
    let verdict = site.tampered(|bag| {
        bag.rows(|rows| {
            let cells = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
            let (mut one, mut other) = (cells(&rows[1]), cells(&rows[2]));
            std::mem::swap(&mut one[10], &mut other[10]);
            (rows[1], rows[2]) = (one.join(","), other.join(","));
        });
    });
    assert_eq!(checks(&verdict), [Check::Text]);
}

#[test]
fn a_dutch_address_in_parts_and_in_lines_is_caught() {
    let site = Site::publish();
    let both =
        site.tampered(|bag| bag.rows(|rows| rows[1] = rows[1].replacen(",NL,", ",NL,Kade 1", 1)));
    assert!(checks(&both).contains(&Check::Cell), "{both:?}");
}

#[test]
fn what_must_not_be_in_a_manifest_is_caught() {
    let site = Site::publish();
    let with = |name: &str| {
        site.tampered(|bag| bag.rows(|rows| rows[1] = rows[1].replacen("Mevrouw", name, 1)))
    };
    assert!(checks(&with("999990019")).contains(&Check::Leak));
    assert!(checks(&with("31-12-1950")).contains(&Check::Leak));
    assert!(checks(&with("=1+1")).contains(&Check::Cell));
    assert!(checks(&with(&"x".repeat(40))).contains(&Check::Cell));
    let ticket = site.tampered(|bag| {
        let job = bag.file("job.json");
        *job = String::from_utf8(job.clone())
            .unwrap()
            .replacen('{', "{\"diagnosis\": 1,", 1)
            .into_bytes();
    });
    assert_eq!(checks(&ticket), [Check::Leak]);
    // The values themselves are not repeated.
    assert!(!format!("{:?}", with("999990019")).contains("999990019"));
}

#[test]
fn a_ticket_that_counts_otherwise_is_caught() {
    let site = Site::publish();
    let verdict = site.tampered(|bag| {
        let job = bag.file("job.json");
        *job = String::from_utf8(job.clone())
            .unwrap()
            .replacen("\"letters\": 7", "\"letters\": 8", 1)
            .into_bytes();
    });
    assert_eq!(checks(&verdict), [Check::Count]);
}

#[test]
fn files_that_come_go_or_change_are_caught() {
    let site = Site::publish();
    let gone = site.tampered(|bag| bag.payload.retain(|(path, _)| !path.ends_with("b002.pdf")));
    assert!(checks(&gone).contains(&Check::Pages));
    let more = site.tampered(|bag| {
        bag.payload.push(("print/2600001-p001-b099.pdf".to_owned(), pdf(&[vec![]])));
    });
    assert!(checks(&more).contains(&Check::Pages));

    // The bag's lists stay as they were.
    let plain = site.open(0);
    let mut archive = Reader::open(fs::File::open(&plain).unwrap()).unwrap();
    let mut changed = ArchiveWriter::new(Vec::new());
    for path in archive.paths().unwrap() {
        let mut bytes = archive.read(&path).unwrap();
        if path.ends_with("README.txt") {
            bytes[0] ^= 1;
        }
        changed.store(&path, &bytes).unwrap();
    }
    fs::write(&plain, changed.finish().unwrap()).unwrap();
    assert_eq!(checks(&verify(&plain, None).unwrap()), [Check::Checksum]);
}

#[test]
fn a_changed_outbox_is_caught() {
    let site = Site::publish();
    let folder = site.folder();
    let second = folder.join(&site.sealed[1].file);

    fs::write(folder.join("notes.txt"), "x").unwrap();
    assert_eq!(checks(&site.verify()), [Check::Files]);
    fs::remove_file(folder.join("notes.txt")).unwrap();

    let done = fs::read_to_string(folder.join("2600001.done")).unwrap();
    fs::write(folder.join("2600001.done"), done.replace("\"letters\":12", "\"letters\":13"))
        .unwrap();
    assert_eq!(checks(&site.verify()), [Check::Count]);
    fs::remove_file(folder.join("2600001.done")).unwrap();
    assert_eq!(checks(&site.verify()), [Check::Files]);
    fs::write(folder.join("2600001.done"), &done).unwrap();

    fs::rename(&second, site.data.join("aside")).unwrap();
    assert!(checks(&site.verify()).contains(&Check::Files));
    fs::rename(site.data.join("aside"), &second).unwrap();

    let mut bytes = fs::read(&second).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&second, bytes).unwrap();
    let verdict = site.verify();
    assert!(
        checks(&verdict).contains(&Check::Checksum) && checks(&verdict).contains(&Check::Bag),
        "{verdict:?}"
    );
}
