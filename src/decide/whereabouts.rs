//! Whose name and which address a letter carries, and in which language and size (docs/policy.md,
//! "Address").

use crate::config::{Hold, Policy};
use crate::field::address::{Address, AddressSource};
use crate::field::ids::RowRef;
use crate::field::names::PersonName;
use crate::field::notice::Identity;
use crate::field::person::Cluster;
use crate::field::row::{Exposure, Registrant};
use crate::field::terms::{Format, Language};
use crate::field::words::name;

/// The row whose address is printed, and the list it is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home<'a> {
    pub of: Identity<'a>,
    pub source: AddressSource,
}

impl<'a> Home<'a> {
    /// Where a human says that somebody lives.
    pub(super) fn decided(row: &'a Registrant) -> Self {
        Self { of: Identity::Listed(row), source: AddressSource::Decision }
    }
}

/// Whether lines can be made of it at all; the finer checks are those of `compose`.
///
/// Dutch: a street with a number, or a location description; and a postcode, town or municipality.
/// Foreign: its lines; a lab row, which has none, needs street and town.
pub(super) fn printable(address: &Address<'_>) -> bool {
    if address.foreign_lines.iter().any(|line| !line.is_empty()) {
        return true;
    }

    // A number typed into the street's cell is still a number; a foreign one may be written
    // anywhere in it.
    let numbered = !address.house_number.is_empty()
        || !address.country.is_empty()
        || address.street.chars().any(|letter| letter.is_ascii_digit());

    let place =
        [address.postcode, address.town, address.municipality].iter().any(|text| !text.is_empty());
    place && (!address.street.is_empty() && numbered || !address.location_description.is_empty())
}

/// The address: participants, then register; that of the lab only for somebody in neither list, and
/// only if the policy lets it. The error says why there is none.
pub(super) fn home<'a>(cluster: &Cluster<'a>, policy: &Policy) -> Result<Home<'a>, &'static str> {
    let with_address =
        |rows: &[&'a Registrant]| rows.iter().copied().find(|row| printable(&row.address()));
    let listed = |row, source| Home { of: Identity::Listed(row), source };
    if let Some(row) = with_address(&cluster.participants) {
        return Ok(listed(row, AddressSource::Participants));
    }

    if let Some(row) = with_address(&cluster.register) {
        return Ok(listed(row, AddressSource::Register));
    }

    let Some(row) = newest_with_address(cluster) else {
        return Err("address: missing");
    };
    let in_a_list = !cluster.participants.is_empty() || !cluster.register.is_empty();
    if in_a_list || policy.address_from_lab == Hold::Hold {
        return Err("address: lab only");
    }

    Ok(Home { of: Identity::Lab(row), source: AddressSource::Exposure })
}

/// The lab row of the newest sample, the first in content order where several are of one day.
fn newest_with_address<'a>(cluster: &Cluster<'a>) -> Option<&'a Exposure> {
    let rows = cluster.exposures.iter().copied().filter(|row| printable(&row.address()));
    rows.rev().max_by_key(|row| row.sample_date)
}

/// The rows that give another place than the one chosen and are as good: of the same list, or lab
/// rows of the same day. Which of the two is out of date cannot be told, so neither is printed.
pub(super) fn rivals(cluster: &Cluster<'_>, home: &Home<'_>) -> Vec<RowRef> {
    let elsewhere =
        |chosen: &Address<'_>, other: &Address<'_>| printable(other) && !same_place(chosen, other);
    match home.of {
        // Whatever the lists say: a human has looked at them.
        _ if home.source == AddressSource::Decision => Vec::new(),
        Identity::Listed(chosen) => {
            let list = match home.source {
                AddressSource::Participants => &cluster.participants,
                _ => &cluster.register,
            };
            let rows = list.iter().filter(|row| elsewhere(&chosen.address(), &row.address()));
            rows.map(|row| row.row).collect()
        }
        Identity::Lab(chosen) => {
            let same_day =
                cluster.exposures.iter().filter(|row| row.sample_date == chosen.sample_date);
            let rows = same_day.filter(|row| elsewhere(&chosen.address(), &row.address()));
            rows.map(|row| row.row).collect()
        }
    }
}

/// Postcode and number are enough where both rows have a postcode; else everything but the town's
/// spelling counts.
fn same_place(one: &Address<'_>, other: &Address<'_>) -> bool {
    let number = |address: &Address<'_>| {
        let parts = [address.house_number, address.house_letter, address.house_addition];
        let signs = parts.into_iter().flat_map(str::chars).filter(|sign| sign.is_alphanumeric());
        signs.flat_map(char::to_uppercase).collect::<String>()
    };

    if number(one) != number(other) || one.house_indication != other.house_indication {
        return false;
    }

    if !one.postcode.is_empty() && !other.postcode.is_empty() {
        return one.postcode == other.postcode;
    }

    (one.street, one.location_description, one.foreign_lines, one.country)
        == (other.street, other.location_description, other.foreign_lines, other.country)
}

/// Whose name is printed: participants, then register, then the lab row with the most complete
/// name. A row without any name is passed over while another has one. `lead` is one of the lab
/// rows.
pub(super) fn identity<'a>(cluster: &Cluster<'a>, lead: &'a Exposure) -> Identity<'a> {
    let listed = || cluster.participants.iter().chain(&cluster.register).copied();
    let named = listed().find(|row| has_name(&row.name()));
    let lab = cluster.exposures.iter().copied().rev().max_by_key(|row| completeness(&row.name()));
    named
        .map(Identity::Listed)
        .or_else(|| lab.filter(|row| has_name(&row.name())).map(Identity::Lab))
        .or_else(|| listed().next().map(Identity::Listed))
        .unwrap_or(Identity::Lab(lab.unwrap_or(lead)))
}

/// BRP: a surname of `.` is unknown; so is one of other signs alone.
fn known(name: &str) -> bool {
    name::has_letters(name)
}

fn has_name(name: &PersonName<'_>) -> bool {
    known(name.surname)
        || known(name.first_names)
        || name.partner.is_some_and(|partner| known(partner.surname))
}

/// A surname, one that is not a title or filler, first names, initials, particle: in this order of
/// weight.
fn completeness(name: &PersonName<'_>) -> [bool; 5] {
    let sound = name::surname(name.surname_prefix, name.surname).is_ok();
    let rest =
        [known(name.first_names), !name.initials.is_empty(), !name.surname_prefix.is_empty()];
    [known(name.surname), sound, rest[0], rest[1], rest[2]]
}

/// The recorded preference, participants before register; else Dutch and standard. Never from name
/// or birthplace.
pub(super) fn preferences(cluster: &Cluster<'_>) -> (Language, Format) {
    let listed = || cluster.participants.iter().chain(&cluster.register);
    let language = listed().find_map(|row| row.language).unwrap_or(Language::Nl);
    let format = listed().find_map(|row| row.letter_format).unwrap_or(Format::Standard);
    (language, format)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Retype as _, date, exposure, participant, register};
    use super::*;

    fn cluster<'a>(
        lab: &[&'a Exposure],
        members: &[&'a Registrant],
        others: &[&'a Registrant],
    ) -> Cluster<'a> {
        Cluster {
            exposures: lab.to_vec(),
            participants: members.to_vec(),
            register: others.to_vec(),
        }
    }

    fn homeless(row: Registrant) -> Registrant {
        ["street", "house_number", "postcode", "town"]
            .iter()
            .fold(row, |row, column| row.with(column, ""))
    }

    #[test]
    fn participants_then_register_then_lab() {
        let (lab, member, other) = (exposure(1), participant(1), register(1));
        let policy = Policy::default();
        let source = |cluster: &Cluster<'_>| home(cluster, &policy).map(|home| home.source);
        assert_eq!(
            source(&cluster(&[&lab], &[&member], &[&other])),
            Ok(AddressSource::Participants)
        );

        assert_eq!(
            source(&cluster(&[&lab], &[&homeless(member.clone())], &[&other])),
            Ok(AddressSource::Register)
        );

        assert_eq!(source(&cluster(&[&lab], &[], &[])), Ok(AddressSource::Exposure));
        assert_eq!(source(&cluster(&[&lab], &[&homeless(member)], &[])), Err("address: lab only"));
        let hold = Policy { address_from_lab: Hold::Hold, ..Policy::default() };
        assert_eq!(home(&cluster(&[&lab], &[], &[]), &hold).err(), Some("address: lab only"));
        let nowhere = lab.with("street", "");

        assert_eq!(source(&cluster(&[&nowhere], &[], &[])), Err("address: missing"));
    }

    #[test]
    fn what_can_be_printed() {
        let dutch = Address {
            street: "Kerkstraat",
            house_number: "1",
            postcode: "9999ZZ",
            ..Address::default()
        };

        assert!(printable(&dutch));
        assert!(printable(&Address { postcode: "", municipality: "Utrecht", ..dutch }));
        assert!(!printable(&Address { postcode: "", ..dutch }));
        assert!(!printable(&Address { house_number: "", ..dutch }));
        assert!(!printable(&Address { street: "", ..dutch }));
        assert!(printable(&Address { house_number: "", street: "Kerkstraat 12 bis", ..dutch }));
        assert!(printable(&Address {
            street: "",
            location_description: "Woonboot De Hoop",
            ..dutch
        }));

        assert!(printable(&Address {
            foreign_lines: ["Rue Haute 1", "", ""],
            country: "BE",
            ..Address::default()
        }));

        assert!(printable(&Address {
            street: "Plaza Mayor",
            town: "Burgos",
            country: "ES",
            ..Address::default()
        }));

        assert!(!printable(&Address { country: "ES", town: "Burgos", ..Address::default() }));
    }

    #[test]
    fn the_newest_lab_address_is_used() {
        let old = Exposure { sample_date: Some(date("2020-01-01")), ..exposure(1) }
            .with("house_number", "1");
        let new = Exposure { sample_date: Some(date("2024-01-01")), ..exposure(2) }
            .with("house_number", "2");
        let rows = cluster(&[&old, &new], &[], &[]);
        let chosen = home(&rows, &Policy::default()).unwrap();
        assert!(matches!(chosen.of, Identity::Lab(row) if row.row == new.row));
        assert!(rivals(&rows, &chosen).is_empty());
    }

    #[test]
    fn two_places_of_one_rank_are_rivals() {
        let (one, other) = (participant(1), participant(2).with("house_number", "77"));
        let rows = cluster(&[], &[&one, &other], &[]);
        assert_eq!(rivals(&rows, &home(&rows, &Policy::default()).unwrap()), [other.row]);
        let (first, second) = (exposure(1), exposure(2).with("postcode", "1234AB"));
        let rows = cluster(&[&first, &second], &[], &[]);

        assert_eq!(rivals(&rows, &home(&rows, &Policy::default()).unwrap()), [second.row]);
        // The same place, written differently.
        let respelt = participant(2)
            .with("street", "KERKSTR.")
            .with("house_number", "")
            .with("house_letter", "12");

        let one = one.with("house_number", "12");
        let rows = cluster(&[], &[&one, &respelt], &[]);
        assert!(rivals(&rows, &home(&rows, &Policy::default()).unwrap()).is_empty());
    }

    #[test]
    fn the_name_comes_from_the_best_row_that_has_one() {
        let nameless = participant(1).with("surname", ".").with("first_names", "");
        let other = register(1);
        let initials = exposure(1).with("first_names", "");
        let full = exposure(2);
        let whose = |cluster: &Cluster<'_>| match identity(cluster, cluster.exposures[0]) {
            Identity::Listed(row) => row.row,
            Identity::Lab(row) => row.row,
        };

        assert_eq!(whose(&cluster(&[&initials, &full], &[&nameless], &[&other])), other.row);
        assert_eq!(whose(&cluster(&[&initials, &full], &[&nameless], &[])), full.row);
        assert_eq!(whose(&cluster(&[&initials, &full], &[], &[])), full.row);
        let unnamed = exposure(3).with("surname", "").with("first_names", "");
        assert_eq!(whose(&cluster(&[&unnamed], &[&nameless], &[])), nameless.row);

        assert_eq!(whose(&cluster(&[&unnamed], &[], &[])), unnamed.row);
    }

    #[test]
    fn recorded_preferences_else_dutch_and_standard() {
        let english = Registrant { language: Some(Language::En), ..register(1) };
        let large = Registrant { letter_format: Some(Format::Large), ..participant(1) };
        assert_eq!(
            preferences(&cluster(&[], &[&large], &[&english])),
            (Language::En, Format::Large)
        );
        assert_eq!(preferences(&cluster(&[], &[], &[])), (Language::Nl, Format::Standard));
    }
}
