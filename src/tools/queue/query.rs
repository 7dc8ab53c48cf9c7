//! Whom somebody asks about: by the reference of a letter, a BSN, or name and birth date. Typed,
//! never in a command line or an address.

use std::fmt;

use jiff::civil::Date;

use super::QueueError;
use crate::base::bsn::Bsn;
use crate::field::ids::Pseudonym;
use crate::field::names::PersonName;
use crate::field::partial_date::PartialDate;
use crate::field::person::Person;
use crate::field::row::Exposure;
use crate::link;
use crate::record::{self, Ledger};
use crate::run::{Everybody, PersonStanding};

/// What a caller says of themselves. Personal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonQuery {
    /// The reference of a letter, or its id.
    pub reference: Option<String>,
    /// BSN.
    pub bsn: Option<Bsn>,
    /// Surname, folded; with a birth date only.
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
                let digits: String =
                    value.chars().filter(|sign| !matches!(sign, ' ' | '.' | '-')).collect();
                let number = digits.parse().map_err(|_| "has no BSN")?;
                self.bsn = Some(Bsn::new(number).map_err(|_| "has no BSN")?);
            }
            "surname" => self.surname = Some(link::fold(value)),
            "birth_date" => {
                let day = day(value).ok_or("has no date as YYYY-MM-DD or DD-MM-YYYY")?;
                self.birth_date = PartialDate::of(day);
            }
            _ => return Err("has a field that nobody is found by"),
        }
        Ok(())
    }

    /// How it stands with everybody who is meant: with the people of tonight, and where there is
    /// none of them, with whoever is held before anybody knows who is who.
    pub(super) fn among<'a>(
        &self,
        everybody: &Everybody<'a>,
        ledger: &Ledger,
        standings: impl FnOnce(&[Person<'a>]) -> Vec<PersonStanding>,
    ) -> Result<Vec<PersonStanding>, QueueError> {
        let letter =
            self.reference.as_deref().map(|name| ledger.letter(name)).transpose()?.flatten();
        let told = letter.and_then(|letter| letter.person.parse().ok());
        let found = standings(&everybody.find(|person| self.is(person, told)));
        if !found.is_empty() {
            return Ok(found);
        }

        // Nobody knows yet whom the letter went to: they go by the name that their record gives.
        let keys = ledger.keys();
        let is_told =
            |row: &Exposure| told.is_some_and(|told| record::name_of_row(keys, row) == told);
        Ok(everybody.held(keys, |row| self.is_row(row) || is_told(row)))
    }

    /// Whether this is the person. `told`: to whom the letter of the reference went.
    fn is(&self, person: &Person<'_>, told: Option<Pseudonym>) -> bool {
        let rows = &person.rows;
        let listed = || rows.participants.iter().chain(&rows.register);
        if self.reference.is_some() {
            let speaks_for = person.told.iter().flat_map(|told| &told.speaks_for);
            return told.is_some_and(|told| {
                person.pseudonym == told || speaks_for.clone().any(|name| *name == told)
            });
        }

        if let Some(bsn) = self.bsn {
            let by_list = || listed().any(|row| row.bsn == Some(bsn));
            return rows.exposures.iter().any(|row| self.is_row(row)) || by_list();
        }
        rows.exposures.iter().any(|row| self.is_row(row))
            || listed().any(|row| self.is_named(&row.name(), row.birth_date))
    }

    /// Whether a lab record is of somebody who is meant.
    fn is_row(&self, row: &Exposure) -> bool {
        if self.reference.is_some() {
            return false;
        }
        match self.bsn {
            Some(bsn) => row.bsn == Some(bsn),
            None => self.is_named(&row.name(), row.birth_date),
        }
    }

    /// Whether somebody with this name would call themselves so: with the prefix or without, by their
    /// own name, their partner's or both.
    fn is_named(&self, name: &PersonName<'_>, born: Option<PartialDate>) -> bool {
        // The day first: it says of nearly everybody that it is not they.
        if self.birth_date.is_none() || born != self.birth_date {
            return false;
        }
        let Some(said) = &self.surname else { return false };
        let own = [name.surname_prefix, name.surname];
        let partner = name.partner.map(|partner| [partner.surname_prefix, partner.surname]);
        let ways = |[prefix, surname]: [&str; 2]| {
            [link::fold(surname), link::fold(&format!("{prefix} {surname}"))]
        };
        let own = ways(own);
        let partner = partner.map(ways).unwrap_or_default();
        let both = own.iter().flat_map(|own| {
            partner
                .iter()
                .flat_map(move |other| [format!("{own} {other}"), format!("{other} {own}")])
        });
        let mut all = own.iter().chain(&partner).cloned().chain(both);
        !said.is_empty() && all.any(|way| way == *said)
    }
}

/// A day as people write it.
fn day(text: &str) -> Option<Date> {
    let dutch = Date::strptime("%d-%m-%Y", text);
    text.parse().or(dutch).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::names::PartnerName;

    #[test]
    fn a_surname_is_known_with_its_prefix_or_without_and_by_the_partners() {
        let partner =
            PartnerName { surname_prefix: "de", surname: "Groot", title: None, former: false };
        let name = PersonName {
            surname_prefix: "van der",
            surname: "Dijk",
            partner: Some(partner),
            ..PersonName::default()
        };
        let day = PartialDate::of(jiff::civil::date(1980, 6, 5));
        let is = |said: &str| {
            let query = PersonQuery::parse(&format!("surname = {said}\nbirth_date = 1980-06-05"));
            query.unwrap().is_named(&name, day)
        };
        for said in
            ["Dijk", "van der Dyk", "de groot", "Groot-van der Dijk", "van der Dijk - Groot"]
        {
            assert!(is(said), "{said}");
        }
        assert!(!is("Groen") && !is("van der"));
    }

    #[test]
    fn whom_somebody_asks_about_is_said_in_full_or_refused_without_the_value() {
        assert!(PersonQuery::parse("reference = ABCD-1234").unwrap().reference.is_some());
        let named = PersonQuery::parse("# caller\nsurname = Vries\n\nbirth_date = 1980-05-05\n");
        assert_eq!(named.unwrap().surname.as_deref(), Some("vries"));

        let dotted = PersonQuery::parse("bsn = 9123.45.603").unwrap();
        assert_eq!(dotted.bsn, PersonQuery::parse("bsn = 912345603").unwrap().bsn);
        let either =
            |day: &str| PersonQuery::parse(&format!("surname = X\nbirth_date = {day}")).unwrap();
        assert_eq!(either("05-06-1980").birth_date, either("1980-06-05").birth_date);

        for wrong in ["", "surname = Geheim", "bsn = geheim", "geheim", "colour = geheim"] {
            let error = PersonQuery::parse(wrong).unwrap_err();
            assert!(!error.to_string().contains("eheim"), "{wrong}");
        }
    }
}
