//! The contract to read: as text, as JSON, and as docs/inputs.md.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::{Column, DateForm, LISTS, Need, about, columns, name};
use crate::field::row::List;

/// What `breachpost contract` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// The lists that were asked for.
    pub lists: Vec<ListPage>,
    /// What `dates` of a list may be.
    pub dates: Vec<&'static str>,
}

/// One list.
#[derive(Clone, Debug, Serialize)]
pub struct ListPage {
    /// Its word.
    pub list: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its columns, in contract order.
    pub columns: Vec<ColumnPage>,
}

/// One column.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnPage {
    /// Its header.
    pub name: &'static str,
    /// Whether it may be missing.
    pub need: Need,
    /// What a cell holds.
    pub form: String,
    /// The words that a cell may hold, where they are a closed list.
    pub words: Option<&'static [&'static str]>,
    /// An invented cell.
    pub example: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Other names that `breachpost inbox` recognises.
    pub synonyms: &'static [&'static str],
}

impl Page {
    /// The contract of one list, or of all.
    #[must_use]
    pub fn of(list: Option<List>) -> Self {
        let lists =
            LISTS.into_iter().filter(|one| list.is_none_or(|list| list == *one)).map(|list| {
                ListPage {
                    list: name(list),
                    about: about(list),
                    columns: columns(list).iter().map(ColumnPage::of).collect(),
                }
            });
        Self { lists: lists.collect(), dates: DateForm::ALL.map(DateForm::pattern).to_vec() }
    }
}

impl ColumnPage {
    fn of(column: &Column) -> Self {
        Self {
            name: column.name,
            need: column.need,
            form: column.form.words(),
            words: column.form.allowed(),
            example: column.example,
            meaning: column.meaning,
            synonyms: column.synonyms,
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for list in &self.lists {
            writeln!(f, "{}: {}", list.list, list.about)?;
            for column in &list.columns {
                writeln!(f, "  {:<24}{:<16}{}", column.name, column.need.words(), column.meaning)?;
                writeln!(f, "  {:<24}{:<16}{}; e.g. {}", "", "", column.form, column.example)?;
                if let Some(words) = column.words {
                    writeln!(f, "  {:<24}{:<16}words: {}", "", "", words.join(" "))?;
                }
            }
            writeln!(f)?;
        }

        writeln!(f, "Other headers, words and dates are mapped in the configuration:")?;
        write!(f, "{}", mapping(self.lists.first().map_or("register", |list| list.list)))
    }
}

/// An example of every kind of mapping for a list.
fn mapping(list: &str) -> String {
    let (column, word, ours) = match list {
        "exposures" | "professionals" => ("status", "bevestigd", "confirmed"),
        "providers" => ("kind", "huisarts", "gp"),
        "suppressions" => ("reason", "overleden", "deceased"),
        _ => ("sex", "vrouw", "V"),
    };

    let header = match list {
        "providers" | "professionals" => "provider_code = \"AGB-code\"",
        "suppressions" => "bsn = \"burgerservicenummer\"",
        _ => "birth_date = \"geboortedatum\"",
    };

    format!(
        "[inputs.{list}]\ndates = \"DD-MM-YYYY\"\n\n[inputs.{list}.columns]\n{header}\n\n[inputs.{list}.words.{column}]\n\
         {word} = \"{ours}\"\n"
    )
}

const INTRODUCTION: &str = "\
# Input files

`breachpost contract --markdown` writes this page from the same table that reading uses; a test keeps the two equal.
`breachpost contract LIST` shows one list, `--json` gives it to a program, `breachpost inbox` looks at files before they count.

Files are UTF-8 CSV with a header, or a workbook (`.xlsx`, `.ods`) or Parquet with the same column names, and are recognised
by the beginning of their names: `exposures*`, `participants*`, `register*`, `providers*`, `suppressions*`,
`professionals*`. Columns are found by name, in any order. An empty cell means \"not known\". Columns that are not named here are never read.

Whether a column may be missing:

- **in every row**: a row without it cannot be used;
- **column**: the header must be there, cells may be empty;
- **may be missing**: a site that never has it leaves it out. A header that looks like a misspelling of it still stops the
  run, so that nothing is lost.
";

const WORKBOOKS: &str = "
## Workbooks

The sheet that is read is the only one with something in it, or the one that `sheet` under `[inputs.<list>]` names. Cells are
taken by their kind, whatever they show: a date is a date, a BSN may be a number, a provider code must be a text. Hidden rows
and columns are read like others, and the report says that they are there. Instead of guessing, the program refuses

- a password; `.xls`, `.xlsb` and `.fods`; a web page that is called `.xlsx`;
- merged cells among the rows, since they do not say whose value it is;
- formulas without a value, from another workbook, or that were never calculated: open and save it in the spreadsheet program;
- in `.ods`, a text with a line break or a tab in it (`text:line-break`, `text:tab`, as Gnumeric writes them), which would join
  two words to one, and cells that do not say whether they hold a text, a number or a date: save it as `.xlsx`;
- in `.ods`, blanks between the cells, as SheetJS writes them: save it as `.xlsx`.

A single cell that its column cannot take (an error, a date with a time, a number where a date is expected) sets its row aside
with R128. [interop.md](interop.md) has the programs whose lists were read.
";

/// docs/inputs.md.
#[must_use]
pub fn markdown() -> String {
    let page = Page::of(None);
    let mut text = INTRODUCTION.to_owned();
    for list in page.lists.iter().filter(|list| list.list != name(List::Register)) {
        let also = if list.list == name(List::Participants) { " and register" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n## {}{also}\n\n{}", list.list, list.about);
        if !also.is_empty() {
            let _ = writeln!(text, "{}", about(List::Register));
        }
        let _ = writeln!(
            text,
            "\n| column | needed | form | words | example | meaning |\n|---|---|---|---|---|---|"
        );
        for column in &list.columns {
            let words =
                column.words.map_or_else(String::new, |words| format!("`{}`", words.join("` `")));
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {words} | `{}` | {} |",
                column.name,
                column.need.words(),
                column.form,
                column.example,
                column.meaning
            );
        }
    }

    text.push_str(WORKBOOKS);

    let _ = write!(
        text,
        "\n## Other headers, words and dates\n\nThe configuration maps the headers and words of a site to ours; the mapping is checked \
         when it is loaded.\n\n```toml\n{}```\n\nIn `columns` our name is on the left of `=`, the header of the file on the right. In `words` \
         the word of the file\nis on the left, ours on the right; capitals count. Words of `items` are mapped one by one. An empty \
         text on the\nright means \"not known\"; it is accepted where a cell may be empty and protects nobody.\n\n`dates` is one of `{}`. \
         `YYYY-MM-DD` is always\nread as well. `00` is an unknown month or day, in every pattern.\n",
        mapping("exposures"),
        page.dates.join("`, `")
    );

    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_is_the_contract() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/inputs.md");
        let written = std::fs::read_to_string(path).unwrap();
        assert!(
            written == markdown(),
            "write it anew: breachpost contract --markdown > docs/inputs.md"
        );
    }

    #[test]
    fn one_list_or_all_are_shown() {
        assert_eq!(Page::of(None).lists.len(), 6);
        let page = Page::of(Some(List::Register));
        assert_eq!((page.lists.len(), page.lists[0].list), (1, "register"));
        assert!(page.to_string().contains("deceased_on"));
    }

    #[test]
    fn the_examples_of_mappings_are_valid() {
        for list in LISTS {
            let inputs: crate::config::Inputs =
                toml::from_str(&mapping(name(list)).replace("[inputs.", "[")).unwrap();
            assert!(crate::config::mapping::check(&inputs).is_ok(), "{}", name(list));
        }
    }
}
