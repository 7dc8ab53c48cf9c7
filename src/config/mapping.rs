//! `[inputs.<list>.columns]` and `[inputs.<list>.words.<column>]`: foreign headers and words,
//! checked at load.

use std::collections::BTreeMap;

use crate::field::contract::{self, CellForm, Need};
use crate::field::row::List;

use super::{InputFormat, Inputs};

/// What is wrong with a mapping: which key, and why. It quotes the configuration and the contract,
/// no file.
pub type MappingProblem = (String, String);

/// Whether every mapped column and word is one of the contract's.
///
/// # Errors
/// The first key that is not, with what it may be.
pub fn check(inputs: &Inputs) -> Result<(), MappingProblem> {
    contract::LISTS.into_iter().try_for_each(|list| {
        let format = inputs.of(list);
        check_columns(list, format)?;
        format.words.iter().try_for_each(|(column, words)| check_words(list, column, words))
    })
}

fn check_columns(list: List, format: &InputFormat) -> Result<(), MappingProblem> {
    let key = format!("inputs.{}.columns", contract::name(list));
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (column, header) in &format.columns {
        if contract::column(list, column).is_none() {
            return Err((key, unknown_column(list, column)));
        }
        if let Some(other) = seen.insert(header, column) {
            return Err((key, format!("would read both `{other}` and `{column}` from one column")));
        }
    }

    Ok(())
}

fn check_words(
    list: List,
    column: &str,
    words: &BTreeMap<String, String>,
) -> Result<(), MappingProblem> {
    let key = format!("inputs.{}.words.{column}", contract::name(list));
    let Some(found) = contract::column(list, column) else {
        return Err((key, unknown_column(list, column)));
    };
    let Some(allowed) = found.form.allowed() else {
        return Err((key, "maps words of a column that is not a closed list of words".to_owned()));
    };

    for (word, ours) in words {
        if word.trim().is_empty() || word.contains(';') {
            return Err((key, "maps an empty word, or one with `;` in it".to_owned()));
        }
        if allowed.contains(&word.as_str()) && word != ours {
            return Err((key, format!("maps `{word}`, which is one of our words already")));
        }
        check_target(found.form, found.need, allowed, ours)
            .map_err(|problem| (key.clone(), problem))?;
    }

    Ok(())
}

/// Whether a word of a file may be read as this. An empty text is "not known": never where the
/// column protects somebody or every row needs a word.
fn check_target(form: CellForm, need: Need, allowed: &[&str], ours: &str) -> Result<(), String> {
    let known = |word: &str| allowed.contains(&word);
    let fits = match form {
        CellForm::Words(_) => ours.is_empty() || ours.split(';').all(known),
        CellForm::Word(_) => known(ours) || (ours.is_empty() && need != Need::Every),
        _ => known(ours),
    };

    if fits {
        return Ok(());
    }

    let found = if ours.is_empty() { "an empty text".to_owned() } else { format!("`{ours}`") };
    Err(format!("maps a word to {found}; it may be one of {}", allowed.join(", ")))
}

fn unknown_column(list: List, column: &str) -> String {
    let names: Vec<&str> = contract::columns(list).iter().map(|column| column.name).collect();
    let nearest = names
        .iter()
        .map(|name| (strsim::normalized_levenshtein(name, column), *name))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|one, other| one.0.total_cmp(&other.0));

    let which = nearest.map_or_else(
        || format!("our column names go on the left: {}", names.join(", ")),
        |(_, name)| format!("our column names go on the left; did you mean `{name}`?"),
    );
    format!("maps `{column}`, which is not a column of this list; {which}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<(), MappingProblem> {
        check(&toml::from_str(text).unwrap())
    }

    #[test]
    fn columns_and_words_of_the_contract_are_mapped() {
        for text in [
            "[exposures.words.status]\nbevestigd = \"confirmed\"\n\"niet uitgesloten\" = \"not_excluded\"",
            "[exposures.words.items]\nnaw = \"name;address\"\nonbekend = \"\"",
            "[register.words.sex]\nVrouw = \"V\"\n\"9\" = \"\"",
            "[register.words.protected_address]\n\"7\" = \"yes\"\n\"0\" = \"0\"",
            "[register]\ndates = \"DD-MM-YYYY\"\n[register.columns]\nbirth_date = \"geboortedatum\"",
        ] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_the_contract_does_not_have_is_refused_with_what_it_has() {
        let table = [
            (
                "[exposures.words.status]\nx = \"confirmd\"",
                "inputs.exposures.words.status",
                "one of confirmed, not_excluded",
            ),
            (
                "[exposures.words.status]\nx = \"\"",
                "inputs.exposures.words.status",
                "an empty text",
            ),
            (
                "[exposures.words.statuss]\nx = \"confirmed\"",
                "inputs.exposures.words.statuss",
                "did you mean `status`?",
            ),
            (
                "[exposures.words.town]\nx = \"y\"",
                "inputs.exposures.words.town",
                "not a closed list",
            ),
            (
                "[exposures.words.custody]\nformer = \"current\"",
                "inputs.exposures.words.custody",
                "already",
            ),
            (
                "[exposures.words.items]\nnaw = \"name;adress\"",
                "inputs.exposures.words.items",
                "one of name, address",
            ),
            ("[exposures.words.items]\n\"a;b\" = \"name\"", "inputs.exposures.words.items", "`;`"),
            (
                "[register.words.protected_address]\nx = \"\"",
                "inputs.register.words.protected_address",
                "one of yes",
            ),
            (
                "[register.columns]\nbirthdate = \"x\"",
                "inputs.register.columns",
                "did you mean `birth_date`?",
            ),
            (
                "[register.columns]\nsex = \"x\"\ntown = \"x\"",
                "inputs.register.columns",
                "from one column",
            ),
        ];

        for (text, key, problem) in table {
            let (found, why) = checked(text).unwrap_err();
            assert_eq!(found, key);
            assert!(why.contains(problem), "{why}");
        }
    }

    #[test]
    fn a_pattern_of_dates_that_nobody_could_read_is_refused_with_those_that_are_read() {
        let error =
            toml::from_str::<Inputs>("[register]\ndates = \"DD-MM-YY\"").unwrap_err().to_string();
        assert!(error.contains("DD-MM-YYYY") && error.contains("MM/DD/YYYY"), "{error}");
    }
}
