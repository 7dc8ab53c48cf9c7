//! Whom somebody asks about: by the reference of a letter, a BSN, or name and birth date. Typed,
//! never in a command line or an address.

use std::fmt;

use super::QueueError;
use crate::base::bsn::Bsn;
use crate::field::ids::Pseudonym;
use crate::field::partial_date::PartialDate;
use crate::field::person::Person;

/// What a caller says of themselves. Personal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonQuery {
    /// The reference of a letter, or its id.
    pub reference: Option<String>,
    /// BSN.
    pub bsn: Option<Bsn>,
    /// Surname without prefix; with a birth date only.
    pub surname: Option<String>,
    /// Birth date; with a surname only.
    pub birth_date: Option<PartialDate>,
}

/// Nothing of it is printed by accident.
impl fmt::Debug for PersonQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonQuery")
    }
}

impl PersonQuery {
    /// Reads lines of `field = value`; blank lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// [`QueueError::Typed`] names the line, and not what is in it.
    pub fn parse(text: &str) -> Result<Self, QueueError> {
        let mut query = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let wrong = |problem| QueueError::Typed { line: number, problem };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (field, value) = line.split_once('=').ok_or_else(|| wrong("has no `=`"))?;
            query.add(field.trim(), value.trim()).map_err(wrong)?;
        }

        let by_name = query.surname.is_some() && query.birth_date.is_some();
        if query.reference.is_none() && query.bsn.is_none() && !by_name {
            return Err(QueueError::Who { found: 0 });
        }
        Ok(query)
    }

    fn add(&mut self, field: &str, value: &str) -> Result<(), &'static str> {
        match field {
            "reference" => self.reference = Some(value.to_owned()),
            "bsn" => {
                let number = value.parse().map_err(|_| "has no BSN")?;
                self.bsn = Some(Bsn::new(number).map_err(|_| "has no BSN")?);
            }
            "surname" => self.surname = Some(value.to_lowercase()),
            "birth_date" => {
                let day: jiff::civil::Date =
                    value.parse().map_err(|_| "has no date as YYYY-MM-DD")?;
                self.birth_date = PartialDate::of(day);
            }
            _ => return Err("has a field that nobody is found by"),
        }
        Ok(())
    }

    /// Whether this is the person. `told`: to whom the letter of the reference went.
    pub(super) fn is(&self, person: &Person<'_>, told: Option<Pseudonym>) -> bool {
        let rows = &person.rows;
        let listed = || rows.participants.iter().chain(&rows.register);
        if self.reference.is_some() {
            let speaks_for = person.told.iter().flat_map(|told| &told.speaks_for);
            return told.is_some_and(|told| {
                person.pseudonym == told || speaks_for.clone().any(|name| *name == told)
            });
        }

        if let Some(bsn) = self.bsn {
            let lab = rows.exposures.iter().filter_map(|row| row.bsn);
            return lab.chain(listed().filter_map(|row| row.bsn)).any(|own| own == bsn);
        }

        let fits = |surname: &str, born: Option<PartialDate>| {
            self.surname.as_deref() == Some(surname.to_lowercase().as_str())
                && born == self.birth_date
        };
        rows.exposures.iter().any(|row| fits(row.name().surname, row.birth_date))
            || listed().any(|row| fits(row.name().surname, row.birth_date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_somebody_asks_about_is_said_in_full_or_refused_without_the_value() {
        assert!(PersonQuery::parse("reference = ABCD-1234").unwrap().reference.is_some());
        let named = PersonQuery::parse("# caller\nsurname = Vries\n\nbirth_date = 1980-05-05\n");
        assert_eq!(named.unwrap().surname.as_deref(), Some("vries"));

        for wrong in ["", "surname = Geheim", "bsn = geheim", "geheim", "colour = geheim"] {
            let error = PersonQuery::parse(wrong).unwrap_err();
            assert!(!error.to_string().contains("eheim"), "{wrong}");
        }
    }
}
