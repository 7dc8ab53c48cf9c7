//! `placeholder = true`: whoever writes a configuration or facts before the real values are known
//! marks them with it.
//!
//! The mark may be in any table. It is taken out of the text before the rest is read, blank for
//! character, so that an error still names its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The key that marks a table.
const MARK: &str = "placeholder";

/// A text without its marks, and the dotted keys of the tables that were marked, in the order of
/// the file's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmarked {
    /// What is left: as long as the text was, line for line.
    pub text: String,
    /// For instance `phones.hotline`; the file itself is `the file`.
    pub placeholders: Vec<String>,
}

/// Takes the marks out. A text that is no TOML comes back as it is: whoever reads it says why.
#[must_use]
pub fn take(text: &str) -> Unmarked {
    let mut marks = Marks { text, bytes: text.as_bytes().to_vec(), found: Vec::new() };
    if let Ok(table) = DeTable::parse(text) {
        marks.table(table.get_ref(), "");
    }
    let Marks { bytes, found, .. } = marks;
    let text = String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
    Unmarked { text, placeholders: found }
}

struct Marks<'t> {
    text: &'t str,
    bytes: Vec<u8>,
    found: Vec<String>,
}

impl Marks<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &str) {
        for (key, value) in table {
            let name = &**key.get_ref();
            match value.get_ref() {
                DeValue::Boolean(marked) if name == MARK => {
                    if *marked {
                        self.found.push(if path.is_empty() {
                            "the file".to_owned()
                        } else {
                            path.to_owned()
                        });
                    }
                    self.blank(key.span().start, value.span().end);
                }
                _ => self.value(
                    value,
                    &if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") },
                ),
            }
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &str) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(table, path),
            DeValue::Array(array) => {
                for (index, value) in array.iter().enumerate() {
                    self.value(value, &format!("{path}[{}]", index + 1));
                }
            }
            _ => {}
        }
    }

    /// Blanks the mark, and inside braces the comma that parted it from its neighbour.
    fn blank(&mut self, from: usize, to: usize) {
        let behind = self.text.get(to..).unwrap_or_default();
        let before = self.text.get(..from).unwrap_or_default();
        let (mut from, mut to) = (from, to);
        if behind.trim_start().starts_with(',') {
            to += behind.len() - behind.trim_start().len() + 1;
        } else if behind.trim_start().starts_with('}') && before.trim_end().ends_with(',') {
            from = before.trim_end().len() - 1;
        }

        let marked = self.bytes.get_mut(from..to).into_iter().flatten();
        marked.filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_every_table_and_leave_the_lines_where_they_are() {
        let text = "a = 1\n[phones.hotline]\nnumber = \"1\"\nplaceholder = true # not yet\n\n[phones.fraud]\nplaceholder = false\n\
                    [[measures]]\nnl = \"x\"\n[[measures]]\nplaceholder = true\n";
        let unmarked = take(text);
        assert_eq!(unmarked.placeholders, ["measures[2]", "phones.hotline"]);
        assert_eq!(unmarked.text.len(), text.len());
        assert_eq!(unmarked.text.lines().count(), text.lines().count());
        assert!(!unmarked.text.contains("placeholder"));

        assert!(
            unmarked.text.contains("number = \"1\"\n") && unmarked.text.contains("# not yet\n")
        );
    }

    #[test]
    fn marks_inside_braces_take_one_comma_with_them() {
        for (text, left) in [
            ("p = { number = \"1\", placeholder = true }", "number"),
            ("p = { placeholder = true, number = \"1\" }", "number"),
            ("p = { a = 1, placeholder = true, b = 2 }", "b"),
            ("p = { placeholder = true }", ""),
        ] {
            let unmarked = take(text);
            assert_eq!(unmarked.placeholders, ["p"], "{text}");
            let table: toml::Table = toml::from_str(&unmarked.text).unwrap();
            let p = table["p"].as_table().unwrap();
            assert!(
                !p.contains_key("placeholder") && (left.is_empty() || p.contains_key(left)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_can_be_marked_as_a_whole_and_a_mark_that_is_no_truth_value_stays() {
        assert_eq!(take("placeholder = true\na = 1\n").placeholders, ["the file"]);
        assert_eq!(take("placeholder = \"yes\"\n").text, "placeholder = \"yes\"\n");
        assert_eq!(take("no toml = = \n").text, "no toml = = \n");
    }
}
