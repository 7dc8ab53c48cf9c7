//! What a file of the inbox is, by its name alone: a list, almost a list, unfinished, or something
//! else.
//!
//! A list that is called by a different name is a list that is not read, and it may hold those who
//! must not be written to. So a name that looks like a list's stops the run, and the words below
//! are there to stop it, never to read a file.

use camino::Utf8Path;

use crate::field::row::List;

use super::schema;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Parquet,
    /// `.xlsx` or `.ods`; which of the two its bytes say.
    Workbook,
}

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A list that is read.
    List(List, Form),
    /// Begins like a list, but ends otherwise.
    Unread(List),
    /// Not called like a list, but almost.
    Almost(List),
    /// Hidden, or the lock of a program that has a file open: nothing is said about it.
    Hidden,
    /// Something else.
    Other,
}

/// Endings of files that hold rows, or may hold such files.
const ROWS: [&str; 20] = [
    "csv", "parquet", "xlsx", "ods", "xls", "xlsm", "xlsb", "fods", "numbers", "tsv", "tab", "txt",
    "dat", "json", "jsonl", "xml", "pq", "sav", "accdb", "mdb",
];

/// Endings of files that are packed or not yet complete. Behind the name of a list they always stop
/// the run: whoever delivered it meant it to count.
const WRAPPED: [&str; 20] = [
    "part",
    "partial",
    "gz",
    "zip",
    "tmp",
    "temp",
    "crdownload",
    "filepart",
    "download",
    "opdownload",
    "xz",
    "bz2",
    "zst",
    "7z",
    "rar",
    "tar",
    "tgz",
    "gpg",
    "pgp",
    "age",
];

/// Words by which senders call our lists, in Dutch and English, beside the names themselves and
/// what is almost like them. Sources: the desks' own folders of hospitals and municipalities are
/// called like this.
const SYNONYMS: [(List, &[&str]); 6] = [
    (
        List::Exposures,
        &[
            "exposure",
            "blootstelling",
            "blootstellingen",
            "blootgesteld",
            "getroffenen",
            "gedupeerden",
            "labrecords",
        ],
    ),
    (
        List::Participants,
        &[
            "participant",
            "participanten",
            "deelnemer",
            "deelnemers",
            "deelneemsters",
            "deelnemerslijst",
            "deelnemersbestand",
            "clientenlijst",
            "screeninglijst",
        ],
    ),
    (
        List::Register,
        &[
            "registers",
            "registry",
            "bevolkingsregister",
            "persoonsregister",
            "brp",
            "gba",
            "basisregistratie",
            "registratie",
        ],
    ),
    (
        List::Providers,
        &[
            "provider",
            "zorgverlener",
            "zorgverleners",
            "zorgaanbieder",
            "zorgaanbieders",
            "aanbieders",
            "zorginstellingen",
            "instellingen",
            "praktijken",
            "huisartsen",
            "huisartsenlijst",
            "ziekenhuizen",
        ],
    ),
    (
        List::Professionals,
        &[
            "professional",
            "zorgprofessionals",
            "professionals",
            "beroepsbeoefenaren",
            "behandelaars",
            "artsen",
        ],
    ),
    (
        List::Suppressions,
        &[
            "suppression",
            "suppress",
            "suppressed",
            "suppressie",
            "suppressies",
            "suppressielijst",
            "onderdrukking",
            "onderdrukkingen",
            "bezwaar",
            "bezwaren",
            "bezwaarlijst",
            "objection",
            "objections",
            "objectors",
            "optout",
            "optouts",
            "uitsluiting",
            "uitsluitingen",
            "uitgesloten",
            "exclusions",
            "exclusion",
            "blokkade",
            "blokkades",
            "blokkeerlijst",
            "blocklist",
            "blacklist",
            "stoplijst",
            "stoplist",
            "overledenen",
            "overleden",
            "deceased",
            "geheimhouding",
            "nietaanschrijven",
            "donotmail",
            "donotcontact",
            "afmeldingen",
            "afmelding",
        ],
    ),
];

/// What the name says.
pub(super) fn recognise(name: &str) -> Name {
    // Lock files first: LibreOffice's begin with a dot, those of Excel with `~$`.
    if name.starts_with('.') || name.starts_with("~$") {
        return Name::Hidden;
    }

    let lower = name.to_lowercase();
    let ending = Utf8Path::new(&lower).extension().unwrap_or_default();
    if let Some(list) =
        schema::LISTS.into_iter().find(|list| lower.starts_with(schema::name(*list)))
    {
        return match ending {
            "csv" => Name::List(list, Form::Csv),
            "parquet" => Name::List(list, Form::Parquet),
            "xlsx" | "ods" => Name::List(list, Form::Workbook),
            _ => Name::Unread(list),
        };
    }

    if ending.is_empty() || ROWS.contains(&ending) || WRAPPED.contains(&ending) {
        almost(&lower).map_or(Name::Other, Name::Almost)
    } else {
        Name::Other
    }
}

/// Whether the file is packed or not yet complete.
pub(super) fn is_wrapped(name: &str) -> bool {
    let lower = name.to_lowercase();
    Utf8Path::new(&lower).extension().is_some_and(|ending| WRAPPED.contains(&ending))
}

/// The list that a name was probably meant for: one of its words is nearly the list's name, or
/// another word for it.
fn almost(lower: &str) -> Option<List> {
    let words: Vec<&str> =
        lower.split(|sign: char| !sign.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    // "opt-out" and "do not mail" are one word, too.
    let pairs = words.windows(2).chain(words.windows(3)).map(<[&str]>::concat);
    let candidates: Vec<String> =
        words.iter().map(|word| (*word).to_owned()).chain(pairs).collect();
    let is = |list: List| candidates.iter().any(|word| is_word_for(word, list));
    schema::LISTS.into_iter().find(|list| is(*list))
}

fn is_word_for(word: &str, list: List) -> bool {
    let name = schema::name(list);
    let synonyms =
        SYNONYMS.iter().filter(|(other, _)| *other == list).flat_map(|(_, words)| *words);
    // A slip of the finger: two signs, but one in the shortest name, which is near other words.
    let slips = if name.len() > 8 { 2 } else { 1 };
    let is_near =
        word.len().abs_diff(name.len()) <= slips && strsim::osa_distance(word, name) <= slips;
    is_near || word.contains(name) || synonyms.into_iter().any(|synonym| word == *synonym)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_almost_a_lists_is_known_with_the_list_it_was_meant_for() {
        for (list, names) in [
            (
                List::Suppressions,
                [
                    "suppression.csv",
                    "Suppressies.csv",
                    "2025-08_suppressions.csv",
                    "supressions.csv",
                    "supperssions.csv",
                    "bezwaren 2025.xlsx",
                    "opt-out.csv",
                    "do_not_mail.ods",
                    "Stoplijst.XLSX",
                    "nieuwe suppressions.csv.gz",
                    "lijst_overledenen.csv",
                    "suppression",
                ]
                .as_slice(),
            ),
            (
                List::Register,
                &[
                    "registre.csv",
                    "regster.csv",
                    "BRP-extract.csv",
                    "uittreksel_register.parquet",
                    "2025register.csv",
                ],
            ),
            (
                List::Participants,
                &[
                    "participant.csv",
                    "Deelnemers_2025.xlsx",
                    "partcipants.csv",
                    "deelnemerslijst.ods",
                ],
            ),
            (
                List::Providers,
                &["provider.csv", "zorgverleners.csv", "provders.parquet", "copy of providers.csv"],
            ),
            (
                List::Exposures,
                &[
                    "exposure_1.csv",
                    "lab-exposures.csv",
                    "exposrues.csv",
                    "blootstellingen.txt",
                    "exposure.zip",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(recognise(name), Name::Almost(list), "{name}");
            }
        }
    }

    #[test]
    fn lists_are_known_by_the_beginning_of_their_names_whatever_the_capitals() {
        assert_eq!(recognise("Register_2025.CSV"), Name::List(List::Register, Form::Csv));
        assert_eq!(recognise("suppressions.xlsx"), Name::List(List::Suppressions, Form::Workbook));
        assert_eq!(recognise("providers-a.Ods"), Name::List(List::Providers, Form::Workbook));
        assert_eq!(recognise("exposures.2.parquet"), Name::List(List::Exposures, Form::Parquet));

        for name in [
            "suppressions.xls",
            "register.csv.gz",
            "exposures-1.csv.part",
            "participants",
            "providers.xlsm",
        ] {
            assert!(matches!(recognise(name), Name::Unread(_)), "{name}");
        }
    }

    #[test]
    fn other_files_and_locks_are_not_taken_for_lists() {
        for name in [
            "truth.csv",
            "README.txt",
            "facts.toml",
            "rekening.pdf",
            "regeling.csv",
            "suppressions-brief.docx",
            "notes.csv",
            "result.csv",
            "provincies.csv",
            "expo.csv",
            "meta.csv",
        ] {
            let expected = if name.starts_with("suppressions") {
                Name::Unread(List::Suppressions)
            } else {
                Name::Other
            };
            assert_eq!(recognise(name), expected, "{name}");
        }

        for name in [
            ".suppression.csv",
            "~$suppressions.xlsx",
            ".~lock.register.ods#",
            ".DS_Store",
            ".exposures.csv.part",
        ] {
            assert_eq!(recognise(name), Name::Hidden, "{name}");
        }
    }
}
