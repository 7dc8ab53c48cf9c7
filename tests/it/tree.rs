//! The tree is the data's path: no arrow points backwards, and a foreign crate is named where it belongs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// Stages in the order of the path; each may use what stands before it.
const PATH: [&str; 8] = ["read", "link", "decide", "compose", "render", "package", "deliver", "record"];

/// Words of the field: they import no stage.
const WORDS: [&str; 17] = [
    "address",
    "cells",
    "config",
    "contract",
    "defect",
    "digits",
    "durable",
    "facts",
    "hash",
    "keys",
    "letter",
    "mode",
    "person",
    "placeholder",
    "reason",
    "row",
    "words",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module below `src/` that a file belongs to.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    below.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// Code without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let is_test = path.components().any(|part| part.as_os_str().to_str().unwrap().contains("test"));
    if is_test { String::new() } else { text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned() }
}

/// Modules of this crate that each module names.
fn imports() -> BTreeMap<String, Vec<(String, PathBuf)>> {
    let mut imports: BTreeMap<String, Vec<(String, PathBuf)>> = BTreeMap::new();
    for path in sources(&root().join("src")) {
        for part in code(&path).split("crate::").skip(1) {
            let name: String = part.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
            imports.entry(module(&path)).or_default().push((name, path.clone()));
        }
    }
    imports
}

#[test]
fn no_arrow_points_backwards() {
    let imports = imports();
    for (place, stage) in PATH.iter().enumerate() {
        for (name, path) in imports.get(*stage).into_iter().flatten() {
            let later = PATH[place + 1..].contains(&name.as_str());
            assert!(!later, "{} names the later stage `{name}`", path.display());
            assert!(!["run", "cli", "report"].contains(&name.as_str()), "{} names `{name}`", path.display());
        }
    }
}

#[test]
fn decide_and_the_words_import_no_stage() {
    let imports = imports();
    for module in WORDS.iter().chain(&["decide"]) {
        for (name, path) in imports.get(*module).into_iter().flatten() {
            assert!(name == module || !PATH.contains(&name.as_str()), "{} names `{name}`", path.display());
        }
    }
}

#[test]
fn a_foreign_crate_is_named_where_it_belongs() {
    let homes: [(&str, &[&str]); 8] = [
        ("polars", &["link/frames.rs", "read/parquet_file.rs", "report/letters.rs"]),
        ("typst", &["render/world.rs"]),
        ("zip", &["package/archive.rs", "read/workbook/parts.rs"]),
        ("calamine", &["read/workbook/book.rs"]),
        ("age", &["package/seal.rs"]),
        ("lettre", &["deliver/email.rs"]),
        ("rusqlite", &["record/store.rs", "record/store/"]),
        ("ssh_key", &["package/sign.rs"]),
    ];
    for path in sources(&root().join("src")) {
        let below = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap();
        let text = code(&path);
        for (name, places) in homes {
            // `decide` has a module `age` of its own.
            let path = if name == "age" { "use age::".to_owned() } else { format!(" {name}::") };
            let named = text.contains(&path);
            assert!(!named || places.iter().any(|place| below.starts_with(place)), "{below} names `{name}`");
        }
    }
}

#[test]
fn the_readme_names_targets_that_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let targets: Vec<&str> =
        readme.split("make ").skip(1).filter_map(|rest| rest.split([' ', '`', '\n']).next()).collect();
    assert!(targets.contains(&"run") && targets.contains(&"test"));
    for target in ["run", "test"] {
        assert!(makefile.contains(&format!("\n{target}:")), "no target `{target}`");
    }
}
