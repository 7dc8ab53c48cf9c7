//! The output of `breachpost sample`, whose truth is known.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use breachpost::base::progress::Progress;
use breachpost::config::{LinkProfile, LinkRules};
use breachpost::field::ids::RowRef;
use breachpost::field::keys::Keys;
use breachpost::field::row::{Exposure, Registrant, Rows};
use breachpost::link::{LinkTerms, Linked, Parameters, group, link};
use camino::Utf8Path;

use crate::{load, truth};

/// Rows with the person behind each exposure row and each list row.
struct World {
    rows: Rows,
    people: BTreeMap<RowRef, u64>,
}

pub fn measure(folder: &Utf8Path, rest: &[&str]) {
    let world = load_world(folder);
    let profile = if rest.contains(&"strict") { LinkProfile::Strict } else { LinkProfile::Default };
    let rules = LinkRules { profile, ..LinkRules::default() };
    let parameters = rest
        .iter()
        .find(|word| Utf8Path::new(word).extension() == Some("toml"))
        .map_or_else(Parameters::built_in, |path| {
            Parameters::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap()
        });

    let terms = LinkTerms { rules: &rules, parameters: &parameters, decisions: &[] };
    let keys = Keys::derive(&[7; 32]);
    let before = truth::peak_memory();
    println!(
        "{} exposures, {} list rows, {before} MiB of rows",
        world.rows.exposures.len(),
        world.people.len() - world.rows.exposures.len()
    );

    let (start, worked) = (Instant::now(), truth::cpu_seconds());
    let linked = link(&world.rows, &terms, &keys, &Progress::hidden()).unwrap();
    let (wall, work) = (start.elapsed().as_secs_f64(), truth::cpu_seconds() - worked);
    println!(
        "link: {wall:.1} s, {work:.1} s of work on all cores, peak {} MiB",
        truth::peak_memory()
    );

    for block in &linked.blocks {
        println!(
            "  {:24} {:9} blocks {:10} pairs, largest {}, {} hot",
            block.rule, block.blocks, block.pairs, block.largest, block.hot_blocks
        );
    }

    quality(&world, &linked, rest.contains(&"show"));
    let groups = group(&world.rows, &terms, &keys, &Progress::hidden()).unwrap();
    let labels = groups
        .iter()
        .zip(&world.rows.exposures)
        .map(|(group, row)| (u64::from(*group), world.people[&row.row]));

    println!(
        "pairs of exposure rows before anything is held: {}",
        truth::Pairwise::of(labels).figures()
    );
}

/// Prints parameters learned from the folder; the truth is not looked at.
pub fn train(folder: &Utf8Path) {
    let world = load_world(folder);
    let learned = breachpost::tools::link_train::train(
        &world.rows,
        &Parameters::built_in(),
        "2025-1",
        1,
        &Keys::derive(&[7; 32]),
    )
    .unwrap();

    println!("{}", learned.parameters.to_toml().unwrap());
}

#[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^52")]
fn quality(world: &World, linked: &Linked<'_>, show: bool) {
    let people: BTreeSet<u64> =
        world.rows.exposures.iter().map(|row| world.people[&row.row]).collect();
    let mut letters: BTreeMap<u64, u64> = BTreeMap::new();
    let mut causes: BTreeMap<String, u64> = BTreeMap::new();
    let (mut mixed, mut misled) = (0_u64, 0_u64);
    for cluster in &linked.clusters {
        let own: BTreeSet<u64> =
            cluster.exposures.iter().map(|row| world.people[&row.row]).collect();
        let listed =
            cluster.participants.iter().chain(&cluster.register).map(|row| world.people[&row.row]);
        let all: BTreeSet<u64> = own.iter().copied().chain(listed).collect();
        mixed += u64::from(own.len() > 1);
        misled += u64::from(all.len() > 1);
        for person in &own {
            *letters.entry(*person).or_default() += 1;
        }
        if all.len() > 1 {
            *causes.entry(cause(world, cluster)).or_default() += 1;
        }
    }

    let surplus: u64 = letters.values().map(|count| count - 1).sum();
    let held: BTreeSet<u64> = linked.set_aside.iter().map(|held| world.people[&held.row]).collect();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    linked
        .set_aside
        .iter()
        .for_each(|held| *reasons.entry(held.reason.to_string()).or_default() += 1);

    let count = people.len() as f64;
    println!(
        "people {}, clusters {}, rows held {}",
        people.len(),
        linked.clusters.len(),
        linked.set_aside.len()
    );

    println!(
        "mixed per million {:.1} (with list rows {:.1})",
        mixed as f64 / count * 1e6,
        misled as f64 / count * 1e6
    );

    println!("surplus letters per person {:.5}", surplus as f64 / count);
    println!("people held {:.3} %   rows by reason {reasons:?}", held.len() as f64 / count * 100.0);
    println!("causes of wrong merges {causes:?}");

    if show {
        let mut evidence: BTreeMap<(String, String), u64> = BTreeMap::new();
        for held in &linked.set_aside {
            *evidence.entry((held.reason.to_string(), held.evidence.clone())).or_default() += 1;
        }
        let mut evidence: Vec<_> = evidence.into_iter().collect();
        evidence.sort_by_key(|known| std::cmp::Reverse(known.1));
        evidence
            .iter()
            .take(45)
            .for_each(|((reason, evidence), count)| println!("  {count:6} {reason} {evidence}"));
        surplus_causes(world, linked, &letters);
    }
}

/// What the rows of a mixed cluster have in common.
fn cause(world: &World, cluster: &breachpost::field::person::Cluster<'_>) -> String {
    let mut rows: Vec<(u64, [String; 6])> =
        cluster.exposures.iter().map(|row| (world.people[&row.row], of_exposure(row))).collect();
    rows.extend(
        cluster
            .participants
            .iter()
            .chain(&cluster.register)
            .map(|row| (world.people[&row.row], of_registrant(row))),
    );

    let other = rows.iter().find(|row| row.0 != rows[0].0).unwrap();
    common(&rows[0].1, &other.1)
}

fn common(one: &[String; 6], other: &[String; 6]) -> String {
    let names = ["bsn", "birth", "given", "initials", "surname", "place"];
    let level = |place: usize| match (
        one[place].is_empty() || other[place].is_empty(),
        one[place] == other[place],
    ) {
        (true, _) => "?",
        (false, true) => "=",
        (false, false) => "/",
    };

    let words: Vec<String> =
        names.iter().enumerate().map(|(place, name)| format!("{name}{}", level(place))).collect();
    words.join(" ")
}

fn of_exposure(row: &Exposure) -> [String; 6] {
    let (name, address) = (row.name(), row.address());
    let given = name.first_names.split(' ').next().unwrap_or("").to_lowercase();
    let bsn = row.bsn.map_or(String::new(), |bsn| bsn.number().to_string());
    let birth = row
        .birth_date
        .map_or(String::new(), |date| format!("{}-{}-{}", date.year(), date.month(), date.day()));
    let place =
        format!("{} {}", address.postcode, address.house_number.split(' ').next().unwrap_or(""));
    [bsn, birth, given, name.initials.to_owned(), name.surname.to_lowercase(), place]
}

fn of_registrant(row: &Registrant) -> [String; 6] {
    let (name, address) = (row.name(), row.address());
    let given = name.first_names.split(' ').next().unwrap_or("").to_lowercase();
    let bsn = row.bsn.map_or(String::new(), |bsn| bsn.number().to_string());
    let birth = row
        .birth_date
        .map_or(String::new(), |date| format!("{}-{}-{}", date.year(), date.month(), date.day()));

    [
        bsn,
        birth,
        given,
        name.initials.to_owned(),
        name.surname.to_lowercase(),
        format!("{} {}", address.postcode, address.house_number),
    ]
}

/// What surplus letters lack: the small cluster's first row beside the person's largest cluster.
fn surplus_causes(world: &World, linked: &Linked<'_>, letters: &BTreeMap<u64, u64>) {
    let mut main: BTreeMap<u64, (usize, [String; 6])> = BTreeMap::new();
    let person =
        |cluster: &breachpost::field::person::Cluster<'_>| world.people[&cluster.exposures[0].row];
    let size = |cluster: &breachpost::field::person::Cluster<'_>| {
        cluster.exposures.len() + 10 * (cluster.participants.len() + cluster.register.len())
    };
    let face = |cluster: &breachpost::field::person::Cluster<'_>| {
        let listed = cluster
            .participants
            .iter()
            .chain(&cluster.register)
            .next()
            .map(|row| of_registrant(row));
        listed.unwrap_or_else(|| of_exposure(cluster.exposures[0]))
    };

    for cluster in linked.clusters.iter().filter(|cluster| letters[&person(cluster)] > 1) {
        let entry = main.entry(person(cluster)).or_insert((0, Default::default()));
        if size(cluster) > entry.0 {
            *entry = (size(cluster), face(cluster));
        }
    }

    let mut causes: BTreeMap<String, u64> = BTreeMap::new();
    for cluster in linked.clusters.iter().filter(|cluster| letters[&person(cluster)] > 1) {
        let known = &main[&person(cluster)];
        if size(cluster) < known.0 {
            *causes.entry(common(&of_exposure(cluster.exposures[0]), &known.1)).or_default() += 1;
        }
    }

    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|known| std::cmp::Reverse(known.1));
    println!("surplus letters, row beside the person's main cluster:");

    causes.iter().take(30).for_each(|(cause, count)| println!("  {count:6} {cause}"));
}

fn load_world(folder: &Utf8Path) -> World {
    let mut truth = BTreeMap::new();
    load::each(&folder.join("truth.csv"), |cell| {
        truth.insert(cell("record_id"), cell("person")[1..].parse::<u64>().unwrap());
    });
    let (mut rows, mut people) = (Rows::default(), BTreeMap::new());
    let mut names: Vec<String> = folder
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_owned())
        .collect();

    names.retain(|name| Utf8Path::new(name).extension() == Some("csv"));
    names.sort();

    for (file, name) in (0..).zip(&names) {
        let mut place = 0;
        load::each(&folder.join(name), |cell| {
            place += 1;
            let row = RowRef { file, row: place };
            if name.starts_with("exposures") {
                if let Some(exposure) = load::exposure(row, cell) {
                    people.insert(row, truth[exposure.record_id()]);
                    rows.exposures.push(exposure);
                }
            } else if name.starts_with("participants") || name.starts_with("register") {
                let registrant = load::registrant(row, cell);
                people.insert(row, registrant.person_ref()[1..].parse().unwrap());
                if name.starts_with('p') {
                    rows.participants.push(registrant);
                } else {
                    rows.register.push(registrant);
                }
            }
        });
    }

    World { rows, people }
}
