//! `breachpost new`: a folder with everything that a campaign needs, from the built-in defaults.

use std::fs;
use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Serialize;

use crate::base::{ExitStatus, Explain, durable};
use crate::compose::notices::NoticeTexts;
use crate::compose::texts::TextFiles;

/// What is written beside the texts, with places for the campaign's name and the day.
const FILES: [(&str, &str); 3] = [
    ("README.md", include_str!("../../templates/campaign/README.md")),
    ("breachpost.toml", include_str!("../../templates/campaign/breachpost.toml")),
    ("facts.toml", include_str!("../../templates/campaign/facts.toml")),
];

/// The longest name of a campaign.
const LONGEST_NAME: usize = 40;

/// A campaign that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewCampaign {
    /// Its folder.
    pub folder: Utf8PathBuf,
    /// Its name in the configuration.
    pub campaign: String,
    /// What was written, below the folder.
    pub files: Vec<String>,
}

/// Why there is no new campaign.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum NewCampaignError {
    /// Something is in the folder, or a file has its name.
    #[error("`{folder}` is there already and is not an empty folder")]
    Taken { folder: Utf8PathBuf },
    /// A file or folder cannot be made.
    #[error("cannot make `{path}`")]
    Make { path: Utf8PathBuf, source: io::Error },
}

impl Explain for NewCampaignError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Taken { .. } => {
                Some("give a folder that is new or empty: nothing is ever overwritten".to_owned())
            }
            Self::Make { .. } => None,
        }
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Taken { .. } => ExitStatus::Usage,
            Self::Make { .. } => ExitStatus::Stopped,
        }
    }
}

/// Makes the folder of a campaign: configuration, facts, texts, an empty inbox, and a page that says
/// what to do next. `today` is written where facts have a date.
///
/// # Errors
/// [`NewCampaignError`]; nothing that was there is changed.
pub fn write(folder: &Utf8Path, today: Date) -> Result<NewCampaign, NewCampaignError> {
    is_free(folder)?;
    let campaign = name_of(folder);
    let filled = |text: &str| {
        text.replace("{{campaign}}", &campaign).replace("{{date}}", &today.to_string())
    };

    for part in ["", "texts", "inbox"] {
        let path = folder.join(part);
        fs::create_dir_all(&path).map_err(|source| NewCampaignError::Make { path, source })?;
    }

    let texts = TextFiles::built_in();
    let texts = texts.named().map(|(name, text)| (format!("texts/{name}"), text.to_owned()));
    let notices = NoticeTexts::built_in();
    let notices = notices.named().map(|(name, text)| (format!("texts/{name}"), text.to_owned()));
    let own = FILES.map(|(name, text)| (name.to_owned(), filled(text)));
    let mut files = Vec::new();
    for (name, text) in own.into_iter().chain(texts).chain(notices) {
        let path = folder.join(&name);
        durable::write(&path, text.as_bytes())
            .map_err(|source| NewCampaignError::Make { path, source })?;
        files.push(name);
    }

    Ok(NewCampaign { folder: folder.to_owned(), campaign, files })
}

/// Whether nothing is there, or an empty folder.
fn is_free(folder: &Utf8Path) -> Result<(), NewCampaignError> {
    let taken = || Err(NewCampaignError::Taken { folder: folder.to_owned() });
    match folder.read_dir_utf8() {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| taken()),
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.is_symlink() => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::NotADirectory | ErrorKind::NotFound) => {
            taken()
        }
        Err(source) => Err(NewCampaignError::Make { path: folder.to_owned(), source }),
    }
}

/// The folder's own name as a campaign's: what may not be in one becomes a hyphen.
fn name_of(folder: &Utf8Path) -> String {
    let whole = camino::absolute_utf8(folder).unwrap_or_else(|_| folder.to_owned());
    let words: Vec<String> = whole
        .file_name()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let name: String = words.join("-").chars().take(LONGEST_NAME).collect();
    let name = name.trim_end_matches('-');

    if name.is_empty() { "campaign".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;
    use crate::facts::Facts;

    const CONFIG: &str = FILES[1].1;

    /// The file with every setting that is commented out set.
    fn everything_set() -> String {
        let set = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with('[') || is_setting(rest) => rest.to_owned(),
            _ => line.to_owned(),
        };
        CONFIG.replace("placeholder = true\n", "").lines().map(|line| set(line) + "\n").collect()
    }

    fn is_setting(line: &str) -> bool {
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
    }

    /// The keys that a table of the configuration may have, as the program itself lists them when
    /// it meets one that it does not know.
    fn known(table: &str) -> BTreeSet<String> {
        let whole = everything_set();
        let marker = format!("[{table}]\n");
        let broken = match table {
            "" => format!("no_such_key = 1\n{whole}"),
            _ => whole.replacen(&marker, &format!("{marker}no_such_key = 1\n"), 1),
        };
        let error = toml::from_str::<Config>(&broken).unwrap_err().message().to_owned();
        assert!(error.contains("no_such_key"), "{table}: {error}");
        let expected = error.split("expected ").nth(1).unwrap_or_default();
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_setting_of_the_program_is_in_the_configuration() {
        let whole = everything_set();
        if let Err(error) = toml::from_str::<Config>(&whole) {
            panic!("{error}");
        }

        let written: toml::Table = whole.parse().unwrap();
        let mut tables = vec![(String::new(), written.clone())];
        let mut seen = 0;
        while let Some((name, table)) = tables.pop() {
            // Maps of whatever columns a list has, and of whatever kinds of provider.
            if ["columns", "empty", "words", "senders", "channels", "channel_of"]
                .iter()
                .any(|map| name.split('.').any(|part| part == *map))
            {
                continue;
            }
            let is_list = name.starts_with("inputs.") && name != "inputs.exposures";
            for key in if is_list { BTreeSet::new() } else { known(&name) } {
                assert!(table.contains_key(&key), "[{name}] has no `{key}`");
                seen += 1;
            }
            for (key, value) in &table {
                if let Some(inner) = value.as_table() {
                    let below = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                    tables.push((below, inner.clone()));
                }
            }
        }
        assert!(seen > 70, "{seen} settings");
    }

    #[test]
    fn facts_are_examples_in_every_table_that_has_a_value() {
        let facts =
            Facts::parse("facts.toml".into(), &FILES[2].1.replace("{{date}}", "2026-01-01"));
        let facts = facts.unwrap();
        let tables = [
            "incident",
            "measures[1]",
            "measures[2]",
            "phones.emergency",
            "phones.fraud",
            "phones.hotline",
            "phones.identity",
            "phones.police",
            "phones.victim_support",
            "publication",
            "senders.own",
        ];
        assert_eq!(facts.placeholders, tables);
    }

    #[test]
    fn a_folder_gives_its_campaign_a_name() {
        for (folder, name) in [
            ("/srv/Lab 2026", "lab-2026"),
            ("lab-2026/", "lab-2026"),
            ("/", "campaign"),
            ("/tmp/__", "campaign"),
        ] {
            assert_eq!(name_of(folder.into()), name);
        }
        assert_eq!(name_of(Utf8Path::new(&"a".repeat(60))).len(), 40);
    }
}
