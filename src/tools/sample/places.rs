//! Invented addresses: real kinds of address, real towns, made-up streets and numbers.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::names::pick;

/// An address in the register's columns.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct InventedHome {
    pub street: String,
    pub house_number: String,
    pub house_letter: String,
    pub house_addition: String,
    pub house_indication: String,
    pub postcode: String,
    pub town: String,
    pub municipality: String,
    pub location_description: String,
    pub foreign: [String; 3],
    pub country: String,
}

/// Town, municipality where it differs, first postcode number.
const TOWNS: &[(&str, &str, u16)] = &[
    ("Amsterdam", "", 1011),
    ("Rotterdam", "", 3011),
    ("'s-Gravenhage", "", 2491),
    ("Utrecht", "", 3511),
    ("Eindhoven", "", 5611),
    ("Groningen", "", 9711),
    ("Tilburg", "", 5011),
    ("Almere", "", 1311),
    ("Breda", "", 4811),
    ("Nijmegen", "", 6511),
    ("Apeldoorn", "", 7311),
    ("Haarlem", "", 2011),
    ("Arnhem", "", 6811),
    ("Zaandam", "Zaanstad", 1501),
    ("Enschede", "", 7511),
    ("Amersfoort", "", 3811),
    ("'s-Hertogenbosch", "", 5211),
    ("Zwolle", "", 8011),
    ("Leiden", "", 2311),
    ("Maastricht", "", 6211),
    ("Dordrecht", "", 3311),
    ("Ede", "", 6711),
    ("Leeuwarden", "", 8911),
    ("Alphen aan den Rijn", "", 2401),
    ("Alkmaar", "", 1811),
    ("Emmen", "", 7811),
    ("Delft", "", 2611),
    ("Deventer", "", 7411),
    ("Helmond", "", 5701),
    ("Hilversum", "", 1211),
    ("IJmuiden", "Velsen", 1971),
    ("IJsselstein", "", 3401),
    ("Assen", "", 9401),
    ("Nieuwerkerk aan den IJssel", "Zuidplas", 2911),
    ("Hendrik-Ido-Ambacht", "", 3341),
    ("Sint Jacobiparochie", "Waadhoeke", 9076),
    ("Westknollendam", "Wormerland", 1525),
    ("Capelle aan den IJssel", "", 2901),
    ("Berg en Terblijt", "Valkenburg aan de Geul", 6325),
];

const STREET_FRONT: &[&str] = &[
    "Dorps",
    "Kerk",
    "School",
    "Molen",
    "Nieuwe",
    "Linden",
    "Eiken",
    "Beuken",
    "Rozen",
    "Tulpen",
    "Merel",
    "Zwaluw",
    "Wilhelmina",
    "Juliana",
    "Beatrix",
    "Emma",
    "Oranje",
    "Haven",
    "Stations",
    "Sport",
    "Parallel",
    "Ooster",
    "Wester",
    "Noorder",
    "Zuider",
    "Burgemeester Jansen",
    "Dr. Kuyper",
    "Prins Hendrik",
    "Raadhuis",
    "Vondel",
    "Rembrandt",
    "Hooge",
    "Lage",
    "Veld",
    "Weide",
];

const STREET_BACK: &[&str] = &[
    "straat", "straat", "straat", "weg", "laan", "laan", "plein", "kade", "hof", "dijk", "pad",
    "singel", "gracht",
];

const POSTCODE_LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXZ";

/// Country as in the lists, then three lines of an address there.
const ABROAD: &[(&str, [&str; 3])] = &[
    ("BE", ["Kerkstraat 12", "2000 Antwerpen", ""]),
    ("DE", ["Lindenstraße 4", "48529 Nordhorn", ""]),
    ("FR", ["8 rue de l'Église", "59000 Lille", ""]),
    ("ES", ["Calle Mayor 21, 3º B", "29601 Marbella", "Málaga"]),
    ("GB", ["14 Station Road", "Norwich", "NR1 1AA"]),
    ("US", ["350 Elm Street, Apt 4", "Grand Rapids MI 49503", ""]),
    ("CW", ["Kaya Flamboyan 7", "Willemstad", ""]),
    ("CA", ["22 Maple Avenue", "Guelph ON N1G 2W1", ""]),
];

/// Draws an ordinary home; about one in six has a letter or an addition.
pub fn home(rng: &mut ChaCha8Rng) -> InventedHome {
    let (town, municipality, first) = TOWNS[rng.random_range(0..TOWNS.len())];
    let municipality = if municipality.is_empty() { town } else { municipality };
    let mut home = InventedHome {
        street: format!("{}{}", pick(rng, STREET_FRONT), pick(rng, STREET_BACK)),
        house_number: rng.random_range(1..=399_u32).to_string(),
        postcode: format!("{}{}", first + rng.random_range(0..25_u16), postcode_letters(rng)),
        town: town.to_owned(),
        municipality: municipality.to_owned(),
        ..InventedHome::default()
    };

    match rng.random_range(0..100) {
        0..5 => home.house_letter.push_str(pick(rng, &["A", "B", "C", "D", "a"])),
        5..13 => home
            .house_addition
            .push_str(pick(rng, &["2", "3", "hs", "I", "II", "III", "bis", "rd", "12"])),
        13..15 => {
            home.house_letter.push_str(pick(rng, &["A", "B", "K"]));
            home.house_addition.push_str(pick(rng, &["1", "2", "bis"]));
        }
        _ => {}
    }

    home
}

/// Draws an address of a rare kind now and then: abroad, PO box, houseboat, opposite or near a
/// number.
pub fn rare(rng: &mut ChaCha8Rng, home: InventedHome) -> InventedHome {
    match rng.random_range(0..1000) {
        0..8 => {
            let (country, lines) = ABROAD[rng.random_range(0..ABROAD.len())];
            InventedHome {
                foreign: lines.map(str::to_owned),
                country: country.to_owned(),
                ..InventedHome::default()
            }
        }
        8..13 => {
            let number = rng.random_range(100..99_999_u32).to_string();
            InventedHome {
                street: "Postbus".to_owned(),
                house_number: number,
                house_letter: String::new(),
                house_addition: String::new(),
                ..home
            }
        }
        13..15 => InventedHome {
            location_description: format!(
                "Woonboot tegenover {} {}",
                home.street, home.house_number
            ),
            municipality: home.municipality,
            ..InventedHome::default()
        },
        15..17 => InventedHome { house_indication: pick(rng, &["to", "by"]).to_owned(), ..home },
        _ => home,
    }
}

fn postcode_letters(rng: &mut ChaCha8Rng) -> String {
    loop {
        let mut letter =
            || char::from(POSTCODE_LETTERS[rng.random_range(0..POSTCODE_LETTERS.len())]);
        let pair: String = [letter(), letter()].iter().collect();
        // Never given out.
        if !["SA", "SD", "SS"].contains(&pair.as_str()) {
            return pair;
        }
    }
}
