//! The papers agree with the program: what an operator, a reviewer or a newcomer reads is what the
//! code has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use breachpost::base::ExitStatus;
use breachpost::field::reason::Reason;

use crate::program::root;
use crate::tools::run;

/// Folders with text that a reader of the repository reads.
const FOLDERS: [&str; 9] =
    [".ci", "benches", "docs", "findings", "locales", "packaging", "src", "templates", "tests"];

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every file below `folder`, as a path from the root of the repository.
fn files(folder: &str) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found
        .iter()
        .map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned())
        .collect()
}

fn ends_in(path: &str, end: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == end)
}

/// The papers: pages in Markdown, at the root and in the folders.
fn papers() -> Vec<String> {
    let at_root = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let below = ["docs", "tests"].into_iter().flat_map(files);
    at_root.chain(below).filter(|path| ends_in(path, "md")).collect()
}

/// The cells of every row of the tables in `page`, without their backticks.
fn rows(page: &str) -> Vec<Vec<String>> {
    let rows = page.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let cells =
        |row: &str| row.split('|').map(|cell| cell.replace('`', "").trim().to_owned()).collect();
    rows.filter(|row| !row.starts_with("---")).map(cells).collect()
}

/// The text between two headings.
fn between<'t>(page: &'t str, from: &str, to: &str) -> &'t str {
    page.split(from).nth(1).unwrap().split(to).next().unwrap()
}

/// The messages of the error types in `source`, without backticks and with `…` for each value.
/// Those that are nothing but values have no words to search for.
fn messages(source: &str) -> BTreeSet<String> {
    let mut messages = BTreeSet::new();
    for rest in source.split("#[error(").skip(1) {
        let Some(literal) = rest.trim_start().strip_prefix('"') else { continue };
        let mut message = String::new();
        let mut signs = literal.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                '"' => break,
                '`' => {}
                // A line that goes on below, or a sign that is written with a backslash.
                '\\' if signs.peek() == Some(&'\n') => {
                    while signs.next_if(|sign| sign.is_whitespace()).is_some() {}
                }
                '\\' => message.extend(signs.next()),
                '{' => {
                    signs.find(|sign| *sign == '}');
                    message.push('…');
                }
                _ => message.push(sign),
            }
        }
        if message.chars().any(char::is_alphabetic) {
            messages.insert(message);
        }
    }
    messages
}

#[test]
fn an_operator_finds_every_error_and_no_other() {
    let page = text("docs/operations.md");
    let listed: BTreeSet<String> = rows(between(&page, "## Messages", "### Other endings"))
        .into_iter()
        .map(|mut row| row.swap_remove(0))
        // Values alone, and several endings of one message, are told in the page's own words.
        .filter(|said| said != "message" && !said.contains(" / ") && !said.starts_with("PATH"))
        .filter(|said| said.chars().any(char::is_alphabetic))
        .collect();
    let sources = files("src").into_iter().filter(|path| ends_in(path, "rs"));
    let sources: Vec<String> = sources.map(|path| text(&path)).collect();
    let mut known: BTreeSet<String> = sources.iter().flat_map(|source| messages(source)).collect();

    // What cannot be done with a file has one line for all, and more where there is more to say.
    let doing = sources.iter().flat_map(|source| source.split("FileError::at(").skip(1));
    let doing = doing.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    known.extend(doing.map(|doing| format!("cannot {doing} …")).filter(|one| listed.contains(one)));
    assert!(known.len() > 150 && known.contains("no ledger at …"), "the sources are read");

    let lines = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let lines: Vec<String> =
            one.difference(other).map(|said| format!("\n  | {said} |")).collect();
        lines.concat()
    };
    assert!(
        listed == known,
        "docs/operations.md has no line for:{}\nand has lines for what the program does not say:{}",
        lines(&known, &listed),
        lines(&listed, &known)
    );
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let page = text("docs/operations.md");
    let table = rows(between(&page, "## Exit codes", "## At three in the morning"));
    let listed: Vec<i32> = table.iter().filter_map(|row| row[0].parse().ok()).collect();
    let known: Vec<i32> =
        (-1..=255).filter(|code| ExitStatus::from_code(*code).is_some()).collect();
    assert_eq!(listed, known);
    for code in known {
        assert!(page.contains(&format!("\n### {code}: ")), "nothing is said of exit code {code}");
    }
}

#[test]
fn the_policy_page_has_every_reason_code_as_it_is() {
    let page = text("docs/policy.md");
    let table = rows(page.split("## Reason codes").nth(1).unwrap());
    let listed: Vec<String> =
        table.iter().filter(|row| row[0] != "code").map(|row| row[..3].join(" | ")).collect();
    let line =
        |reason: &Reason| format!("{} | {} | {}", reason.code(), reason.state(), reason.text());
    let known: Vec<String> = Reason::ALL.iter().map(line).collect();
    for line in &known {
        assert!(listed.contains(line), "docs/policy.md has no line | {line} |");
    }
    assert_eq!(
        listed.len(),
        known.len(),
        "docs/policy.md has lines for codes that the program does not have"
    );
}

#[test]
fn no_comment_names_a_file_that_a_reader_does_not_have() {
    let all: Vec<String> = FOLDERS.into_iter().flat_map(files).collect();
    let here = |name: &str| {
        let at_root = root().join(name).exists();
        at_root
            || all
                .iter()
                .any(|path| path.strip_suffix(name).is_some_and(|before| before.ends_with('/')))
    };
    let sign = |sign: char| sign.is_ascii_alphanumeric() || "._-/".contains(sign);
    let mut seen = 0;
    for path in &all {
        let marker = match path.rsplit('.').next() {
            Some("rs" | "typ") => "//",
            Some("py" | "sh" | "toml") => "#",
            _ => continue,
        };
        for line in text(path).lines() {
            let Some((_, comment)) = line.split_once(marker) else { continue };
            for word in comment.split(|letter| !sign(letter)).map(|word| word.trim_end_matches('.'))
            {
                let is_ours = [".md", ".rs", ".typ"]
                    .iter()
                    .any(|end| word.len() > end.len() && word.ends_with(end));
                if is_ours {
                    assert!(here(word), "{path} names `{word}`");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20, "the comments are read");
}

#[test]
fn every_link_of_the_papers_leads_somewhere() {
    let mut seen = 0;
    for paper in papers() {
        let folder = root().join(&paper).parent().unwrap().to_owned();
        for link in text(&paper).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(folder.join(target).exists(), "{paper} links to `{link}`");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "the links are read");
}

/// What a page has its reader type after `program`: in backticks, or at the start of a line of a
/// block.
fn typed(page: &str, program: &str) -> Vec<String> {
    let quoted = format!("`{program}");
    let mut is_block = false;
    let mut typed = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        }
        let bare = line.strip_prefix(program).filter(|_| is_block);
        for rest in bare.into_iter().chain(line.split(&quoted).skip(1)) {
            let end = rest
                .find(|sign: char| {
                    !sign.is_ascii_lowercase() && !sign.is_ascii_digit() && sign != '-'
                })
                .unwrap_or(rest.len());
            typed.push(rest[..end].to_owned());
        }
    }
    // What begins with an option, `breachpost --config FILE run`, says its command later.
    typed.retain(|word| !word.is_empty() && !word.starts_with('-'));
    typed
}

#[test]
fn commands_and_targets_in_the_papers_exist() {
    let help = run(Command::new(env!("CARGO_BIN_EXE_breachpost")).arg("--help"));
    let commands = between(&help, "Commands:\n", "\n\n");
    let commands: BTreeSet<&str> =
        commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let makefile = text("Makefile");
    let mut seen = 0;
    for paper in papers() {
        let page = text(&paper);
        for command in typed(&page, "breachpost ") {
            assert!(commands.contains(command.as_str()), "{paper} types `breachpost {command}`");
            seen += 1;
        }
        for target in typed(&page, "make ") {
            assert!(makefile.contains(&format!("\n{target}:")), "{paper} types `make {target}`");
            seen += 1;
        }
    }
    assert!(seen > 60, "the commands are read");
}

#[test]
fn the_readme_says_what_it_does_before_the_details() {
    let readme = text("README.md");
    let lines: Vec<&str> = readme.lines().collect();
    let at = |what: &str| lines.iter().position(|line| line.starts_with(what)).unwrap();
    assert!(
        at("make run ") < at("make test ") && at("make test ") < 20,
        "the two commands come first"
    );
    assert!(at("## Details") <= 60, "the details begin in line {}", at("## Details"));
}

#[test]
fn the_glossary_says_where_each_word_is_defined() {
    let page = text("docs/glossary.md");
    let mut terms = BTreeSet::new();
    for row in rows(&page).iter().filter(|row| row[0] != "term") {
        let [term, _, meaning, name, file] = row.as_slice() else { panic!("{row:?}") };
        assert!(terms.insert(term.clone()), "{term} is there twice");
        assert!(!meaning.is_empty(), "{term} says nothing");
        let source = text(&format!("src/{file}"));
        let is_defined = ["struct", "enum", "trait", "type"].iter().any(|kind| {
            source.contains(&format!("{kind} {name}")) || source.contains(&format!("    {name} {{"))
        });
        assert!(name.is_empty() || is_defined, "{file} defines no `{name}`");
    }
    assert!(terms.len() > 60, "the table is read");
}
