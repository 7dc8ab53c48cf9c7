//! Invented people's names: common Dutch ones by weight, rarer ones put together, some from
//! elsewhere with diacritics.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A surname with its particle.
#[derive(Clone, PartialEq, Eq)]
pub struct InventedSurname {
    /// `van der`, or empty.
    pub prefix: String,
    /// The name itself.
    pub name: String,
}

/// Common surnames with how often they are drawn, relative to each other.
const COMMON: &[(&str, &str, u32)] = &[
    ("de", "Jong", 84),
    ("", "Jansen", 74),
    ("de", "Vries", 71),
    ("van de", "Berg", 58),
    ("van den", "Berg", 30),
    ("van der", "Berg", 20),
    ("van", "Dijk", 56),
    ("", "Bakker", 55),
    ("", "Janssen", 54),
    ("", "Visser", 50),
    ("", "Smit", 43),
    ("", "Meijer", 40),
    ("", "Meyer", 9),
    ("de", "Boer", 39),
    ("", "Mulder", 36),
    ("de", "Groot", 36),
    ("", "Bos", 36),
    ("", "Vos", 31),
    ("", "Peters", 30),
    ("", "Hendriks", 30),
    ("van", "Leeuwen", 28),
    ("", "Dekker", 28),
    ("", "Brouwer", 26),
    ("de", "Wit", 24),
    ("", "Dijkstra", 24),
    ("", "Smits", 23),
    ("de", "Graaf", 21),
    ("van der", "Meer", 20),
    ("", "Kok", 20),
    ("", "Jacobs", 19),
    ("van der", "Linden", 19),
    ("de", "Haan", 19),
    ("", "Vermeulen", 18),
    ("van den", "Heuvel", 18),
    ("van de", "Veen", 17),
    ("van den", "Broek", 17),
    ("de", "Bruijn", 16),
    ("de", "Bruin", 14),
    ("", "Schouten", 16),
    ("", "van Beek", 0),
    ("van", "Beek", 16),
    ("", "Willems", 15),
    ("van", "Vliet", 15),
    ("van de", "Ven", 14),
    ("", "Hoekstra", 14),
    ("", "Maas", 14),
    ("", "Verhoeven", 14),
    ("", "Koster", 13),
    ("van", "Dam", 13),
    ("van de", "Wal", 12),
    ("", "Prins", 12),
    ("", "Blom", 12),
    ("", "Huisman", 12),
    ("", "Peeters", 12),
    ("de", "Jonge", 12),
    ("", "Kuipers", 11),
    ("", "Kuijpers", 7),
    ("van", "Veen", 11),
    ("", "Kuiper", 11),
    ("", "Veenstra", 11),
    ("", "Post", 11),
    ("", "Kramer", 11),
    ("van den", "Brink", 10),
    ("", "Scholten", 10),
    ("van", "Wijk", 10),
    ("", "Postma", 10),
    ("", "Martens", 9),
    ("", "Vink", 9),
    ("de", "Ruiter", 9),
    ("", "Timmermans", 9),
    ("", "Groen", 9),
    ("", "Gerritsen", 9),
    ("", "Bosch", 9),
    ("van der", "Veen", 9),
    ("van", "Loon", 9),
    ("", "Verbeek", 8),
    ("de", "Lange", 8),
    ("", "Willemsen", 8),
    ("", "Bosma", 7),
    ("'t", "Hart", 6),
    ("in 't", "Veld", 4),
    ("", "Molenaar", 8),
    ("ten", "Brink", 4),
    ("ter", "Horst", 4),
    ("op den", "Kamp", 2),
    ("", "Yılmaz", 8),
    ("", "Kaya", 5),
    ("", "Demir", 4),
    ("el", "Amrani", 4),
    ("", "Öztürk", 4),
    ("", "Şahin", 4),
    ("", "Çelik", 3),
    ("", "Nguyễn", 0),
    ("", "Nowak", 4),
    ("", "Wiśniewski", 2),
    ("", "Kowalczyk", 2),
    ("", "Łukasik", 1),
    ("", "Żółtowski", 1),
    ("", "Müller", 3),
    ("", "Schröder", 2),
    ("", "Šimić", 1),
    ("", "Dvořák", 1),
    ("", "Sørensen", 1),
    ("", "Gonçalves", 2),
    ("", "Peña", 1),
    ("", "Böhm", 1),
    ("", "Ali", 4),
    ("", "Singh", 4),
    ("", "Mohamed", 3),
    ("d'", "Hondt", 1),
    ("", "Brontë", 1),
    ("de l'", "Écluse", 1),
];

/// First halves of rarer surnames.
const FRONT: &[&str] = &[
    "Achter", "Beuken", "Boven", "Bruggen", "Damme", "Diepen", "Does", "Eiken", "Elzen", "Gelder",
    "Goed", "Groene", "Haver", "Hazen", "Heem", "Hof", "Hooge", "Hulst", "Kempen", "Kerk",
    "Klaver", "Koren", "Lange", "Linden", "Meer", "Middel", "Molen", "Nieuwen", "Noorder", "Oever",
    "Ooster", "Oude", "Polder", "Roden", "Rozen", "Schapen", "Steen", "Stroom", "Terp", "Uiter",
    "Veld", "Vogel", "Voor", "Water", "Weide", "Wester", "Wilgen", "Winter", "Witten", "Zand",
    "Zomer", "Zuider", "Zwanen", "Zilver",
];

/// Second halves of rarer surnames.
const BACK: &[&str] = &[
    "baan", "beek", "berg", "boer", "bos", "brink", "broek", "dijk", "drift", "gaard", "haar",
    "ham", "hof", "horst", "huis", "huizen", "kamp", "koop", "kwartier", "laan", "laar", "land",
    "man", "meijer", "mans", "oord", "poort", "rade", "sma", "staal", "stede", "stra", "veen",
    "veld", "voort", "waard", "weg", "wijk", "woude", "zand",
];

const PARTICLES: &[&str] =
    &["", "", "", "", "", "van", "van", "van de", "van den", "van der", "de", "ter", "ten"];

const WOMEN: &[&str] = &[
    "Maria",
    "Johanna",
    "Anna",
    "Cornelia",
    "Wilhelmina",
    "Elisabeth",
    "Catharina",
    "Hendrika",
    "Margaretha",
    "Petronella",
    "Sandra",
    "Monique",
    "Petra",
    "Ingrid",
    "Esther",
    "Linda",
    "Marloes",
    "Femke",
    "Sanne",
    "Lotte",
    "Anouk",
    "Iris",
    "Eva",
    "Julia",
    "Emma",
    "Sophie",
    "Fleur",
    "Noor",
    "Tess",
    "Saar",
    "Fatima",
    "Aïcha",
    "Naima",
    "Zeynep",
    "Elif",
    "Ayşe",
    "Renée",
    "Zoë",
    "Chloë",
    "Noëlle",
    "Agnieszka",
    "Małgorzata",
    "Katarzyna",
    "Mei",
    "Priya",
    "Anne-Fleur",
    "Marie-José",
    "Annelies",
    "Truus",
    "Greetje",
    "Jeanette",
    "Bianca",
    "Wendy",
    "Mirjam",
    "Saskia",
    "Astrid",
    "Yvonne",
    "Karin",
    "Ilse",
    "Nienke",
    "Maaike",
    "Hanneke",
    "Gerda",
    "Tineke",
    "Corrie",
    "Wietske",
    "Froukje",
    "Jildou",
    "Thea",
    "Phaedra",
    "IJda",
];

const MEN: &[&str] = &[
    "Johannes",
    "Jan",
    "Cornelis",
    "Hendrik",
    "Willem",
    "Pieter",
    "Gerrit",
    "Jacobus",
    "Petrus",
    "Antonius",
    "Peter",
    "Erik",
    "Marcel",
    "Ronald",
    "Martijn",
    "Jeroen",
    "Bas",
    "Tim",
    "Daan",
    "Sem",
    "Lucas",
    "Levi",
    "Finn",
    "Bram",
    "Thijs",
    "Ruben",
    "Mohamed",
    "Mehmet",
    "Youssef",
    "Ibrahim",
    "Ömer",
    "Piotr",
    "Łukasz",
    "André",
    "René",
    "François",
    "Raúl",
    "Jörg",
    "Wei",
    "Arjun",
    "Jan-Willem",
    "Karel",
    "Sjoerd",
    "Wytze",
    "Douwe",
    "Theo",
    "Philip",
    "Christiaan",
    "IJsbrand",
    "Kees",
    "Henk",
    "Joop",
    "Rob",
    "Frank",
    "Edwin",
    "Dennis",
    "Patrick",
    "Stefan",
    "Niels",
    "Koen",
    "Maarten",
    "Gijs",
    "Teun",
    "Lars",
];

/// Draws a surname.
pub fn surname(rng: &mut ChaCha8Rng) -> InventedSurname {
    if rng.random_bool(0.45) {
        let total: u32 = COMMON.iter().map(|(_, _, weight)| weight).sum();
        let mut point = rng.random_range(0..total);
        for (prefix, name, weight) in COMMON {
            if point < *weight {
                return InventedSurname { prefix: (*prefix).to_owned(), name: (*name).to_owned() };
            }
            point -= weight;
        }
    }

    let name = format!("{}{}", pick(rng, FRONT), pick(rng, BACK));
    InventedSurname { prefix: pick(rng, PARTICLES).to_owned(), name }
}

/// Draws one to three first names.
pub fn first_names(rng: &mut ChaCha8Rng, woman: bool) -> String {
    let table = if woman { WOMEN } else { MEN };
    let count = [1, 1, 1, 2, 2, 3][rng.random_range(0..6)];
    let mut names: Vec<&str> = Vec::new();
    while names.len() < count {
        let name = pick(rng, table);
        if !names.contains(&name) {
            names.push(name);
        }
    }

    names.join(" ")
}

/// First letters with full stops: "Jan Willem" gives "J.W.".
pub fn initials(first_names: &str) -> String {
    first_names
        .split(' ')
        .filter_map(|name| name.chars().next())
        .flat_map(|letter| [letter, '.'])
        .collect()
}

/// One of a table.
pub fn pick<'a>(rng: &mut ChaCha8Rng, table: &[&'a str]) -> &'a str {
    table[rng.random_range(0..table.len())]
}
