//! The house: no arrow points upwards, a foreign crate is named where it belongs, one noun is one
//! thing, and bodies have air.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// The floors of the house, from the ground up: a module names only those before it, so no two can
/// lean on each other.
const FLOORS: [&str; 20] = [
    "base",
    "field",
    "config",
    "facts",
    "read",
    "link",
    "decide",
    "compose",
    "render",
    "package",
    "deliver",
    "receipts",
    "record",
    "report",
    "approval",
    "run",
    "tools",
    "vendor_sim",
    "desk",
    "cli",
];

/// Where a foreign crate may be named.
const HOMES: [(&str, &[&str]); 15] = [
    ("polars", &["link/frames.rs", "read/parquet_file.rs", "report/letters.rs"]),
    ("typst", &["render/world.rs", "render/world/"]),
    ("zip", &["package/archive.rs", "read/workbook/parts.rs"]),
    ("calamine", &["read/workbook/book.rs"]),
    ("age", &["package/seal.rs"]),
    ("lettre", &["deliver/email.rs", "deliver/email/many.rs"]),
    ("rusqlite", &["record/store.rs", "record/store/"]),
    ("ssh_key", &["package/sign.rs"]),
    ("openssh_sftp_client", &["deliver/sftp.rs"]),
    ("axum", &["desk/web"]),
    ("tower_http", &["desk/web.rs"]),
    ("argon2", &["desk/users.rs"]),
    ("tokio_rustls", &["desk/web/encrypted.rs"]),
    ("toml_edit", &["desk/manuscript.rs"]),
    ("seccompiler", &["base/confine.rs"]),
];

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 70;

/// A body of so many lines has paragraphs.
const LONG_BODY: usize = 15;

/// A source file: where it is below `src/`, and its code without inline tests.
struct Source {
    below: String,
    text: String,
    code: String,
}

impl Source {
    /// The floor that the file belongs to.
    fn floor(&self) -> &str {
        self.below.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// Whether the whole file is compiled for tests alone.
    fn is_test(&self) -> bool {
        self.below.contains("test")
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }

    files.sort();
    files
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let source = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        Source { below: path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned(), text, code }
    };

    files(&src).into_iter().map(source).collect()
}

/// Sources of the program itself.
fn program() -> Vec<Source> {
    let mut sources = sources();
    sources.retain(|source| !source.is_test());
    assert!(sources.len() > 200, "the sources are read");
    sources
}

/// Modules that a file declares, in order.
fn declared(file: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("src").join(file)).unwrap();
    let modules =
        text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    modules.filter_map(|rest| Some(rest.strip_suffix(';')?.to_owned())).collect()
}

/// Names behind each `prefix` in a text, groups in braces included.
fn named(text: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in text.split(prefix).skip(1) {
        let group = rest.strip_prefix('{').and_then(|rest| rest.split_once("};"));
        let parts: Vec<&str> = group.map_or_else(|| vec![rest], |(group, _)| split(group));
        let word = |part: &str| -> String {
            part.trim().chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect()
        };
        names.extend(parts.into_iter().map(word).filter(|name| !name.is_empty()));
    }
    names
}

/// The members of a group of imports.
fn split(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (place, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&group[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }

    members.push(&group[start..]);
    members
}

#[test]
fn every_module_has_its_floor_and_no_arrow_points_upwards() {
    let listed: BTreeSet<String> = FLOORS.iter().map(|floor| (*floor).to_owned()).collect();
    assert_eq!(
        declared("lib.rs").into_iter().collect::<BTreeSet<_>>(),
        listed,
        "a module without a floor"
    );

    let mut upwards = Vec::new();
    for source in program().iter().filter(|source| !["lib", "main"].contains(&source.floor())) {
        let own = FLOORS.iter().position(|floor| *floor == source.floor()).unwrap();
        for name in named(&source.code, "crate::") {
            if FLOORS[own + 1..].contains(&name.as_str()) {
                upwards.push(format!("{} names `{name}`", source.below));
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn the_words_of_the_field_use_only_those_above_them() {
    let order = declared("field.rs");
    let mut upwards = Vec::new();
    for source in program().iter().filter(|source| source.below.starts_with("field/")) {
        let own = source
            .below
            .trim_start_matches("field/")
            .split('/')
            .next()
            .unwrap()
            .trim_end_matches(".rs");
        let own = order.iter().position(|module| module == own).unwrap();
        for name in named(&source.code, "crate::field::") {
            if order[own + 1..].contains(&name) {
                upwards.push(format!("{} names `{name}`", source.below));
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn decide_knows_rows_people_and_letters_and_no_other_stage() {
    for source in program().iter().filter(|source| source.floor() == "decide") {
        for name in named(&source.code, "crate::") {
            let known = ["base", "field", "config", "decide"].contains(&name.as_str());
            assert!(known, "{} names `{name}`", source.below);
        }
    }
}

#[test]
fn the_simulated_vendor_knows_a_package_as_a_vendor_does() {
    for source in program().iter().filter(|source| source.floor() == "vendor_sim") {
        for name in named(&source.code, "crate::") {
            assert!(
                ["base", "vendor_sim"].contains(&name.as_str()),
                "{} names `{name}`",
                source.below
            );
        }
    }
}

#[test]
fn a_foreign_crate_is_named_where_it_belongs() {
    for source in program() {
        for (name, places) in HOMES {
            // `decide` has a module `age` of its own.
            let path = if name == "age" { "use age::".to_owned() } else { format!(" {name}::") };
            let named = source.code.contains(&path);
            let at_home = places.iter().any(|place| source.below.starts_with(place));
            assert!(!named || at_home, "{} names `{name}`", source.below);
        }
    }
}

#[test]
fn one_public_noun_is_one_thing() {
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in program() {
        let lines = source.code.lines().map(str::trim_start);
        for line in lines {
            let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub type "];
            let Some(rest) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else {
                continue;
            };
            let name: String = rest.chars().take_while(|sign| sign.is_alphanumeric()).collect();

            // The macros of vocabularies name theirs `$name`.
            if name.is_empty() {
                continue;
            }
            homes.entry(name).or_default().insert(source.below.clone());
        }
    }

    assert!(homes.len() > 200, "the types are read");
    let homonyms: Vec<_> = homes.iter().filter(|(_, homes)| homes.len() > 1).collect();
    assert!(homonyms.is_empty(), "{homonyms:#?}");
}

#[test]
fn files_functions_and_lines_are_short() {
    let mut long = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            long.push(format!("{}: {lines} lines", source.below));
        }
        if !source.is_test() {
            let functions =
                bodies(&source.code).into_iter().filter(|body| body.len() > LONGEST_FUNCTION);
            long.extend(
                functions
                    .map(|body| format!("{}: {} lines in a function", source.below, body.len())),
            );
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn bodies_have_paragraphs() {
    let sources = program();
    let bodies: Vec<Vec<&str>> = sources.iter().flat_map(|source| bodies(&source.code)).collect();
    let long: Vec<_> = bodies.iter().filter(|body| body.len() >= LONG_BODY).collect();
    assert!(long.len() > 300, "the bodies are read");

    let solid = long.iter().filter(|body| body.iter().all(|line| !line.trim().is_empty())).count();
    assert!(
        solid * 100 < long.len() * 40,
        "{solid} of {} long bodies are one solid block",
        long.len()
    );
}

/// The bodies of all functions of a formatted text: the lines between the brace that opens one and
/// the one that closes it.
fn bodies(code: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = code.lines().collect();
    let mut bodies = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim_start().split(' ');
        let is_function = words
            .take_while(|word| !word.contains('(') || word.starts_with("pub("))
            .any(|w| w == "fn");
        if !is_function || line.trim_start().starts_with("//") {
            continue;
        }
        let Some(head) = lines[start..].iter().position(|line| line.ends_with(['{', '}', ';']))
        else {
            continue;
        };
        if !lines[start + head].ends_with('{') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let first = start + head + 1;
        if let Some(length) = lines[first..].iter().position(|line| *line == close) {
            bodies.push(lines[first..first + length].to_vec());
        }
    }
    bodies
}

#[test]
fn the_readme_names_targets_that_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let targets: Vec<&str> = readme
        .split("make ")
        .skip(1)
        .filter_map(|rest| rest.split([' ', '`', '\n']).next())
        .collect();
    assert!(targets.contains(&"run") && targets.contains(&"test"));
    for target in ["run", "test"] {
        assert!(makefile.contains(&format!("\n{target}:")), "no target `{target}`");
    }
}
