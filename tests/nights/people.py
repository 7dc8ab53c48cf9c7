"""Invented people, the lab's records about them, and the lists they are on: the truth that the account starts from.

Every person has a BSN of their own (test range), so that nobody has to guess who is who.
"""

import random
from dataclasses import dataclass, field

EXPOSURES = (
    "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,house_number,"
    "house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,status,published,items,custody"
)
LISTED = (
    "person_ref,bsn,first_names,initials,surname_prefix,surname,title,name_use,partner_surname_prefix,partner_surname,"
    "partner_title,partner_ended,sex,birth_date,street,house_number,house_letter,house_addition,house_indication,"
    "postcode,town,municipality,location_description,foreign_line_1,foreign_line_2,foreign_line_3,country,language,"
    "letter_format,deceased_on,protected_address,whereabouts_unknown"
)
PROVIDERS = (
    "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,"
    "contact_email"
)
SUPPRESSIONS = "bsn,person_ref,reason,source,since"
HEADERS = {
    "exposures": EXPOSURES,
    "participants": LISTED,
    "register": LISTED,
    "providers": PROVIDERS,
    "suppressions": SUPPRESSIONS,
}
ITEMS = ("sex", "birth_date", "phone", "email", "bsn", "insurer")
FIRST = ("Anna", "Berend", "Carla", "Dirk", "Els", "Frits", "Greta", "Hugo", "Ingrid", "Joris", "Karin", "Lucas")
SYLLABLES = ("bra", "dol", "kem", "lus", "mor", "nig", "pel", "rus", "stam", "tink", "vor", "wes", "zand", "gaf", "hil")


@dataclass(eq=False)
class Person:
    """Somebody who does not exist."""

    number: int
    bsn: str
    first: str
    surname: str
    born: str
    street: str
    house: int
    postcode: str
    category: str

    @property
    def list(self) -> str:
        return "participants" if self.category == "screening" else "register"

    def listed(self, died: str = "", protected: str = "", unknown: str = "") -> str:
        """The row of the participants list or the register; it says what it is told to."""
        cells = dict.fromkeys(LISTED.split(","), "")
        cells |= self._who() | {
            "person_ref": f"P{self.number:05}",
            "name_use": "E",
            "municipality": "Utrecht",
            "deceased_on": died,
            "protected_address": protected,
            "whereabouts_unknown": unknown,
        }
        return ",".join(cells.values())

    def _who(self) -> dict[str, str]:
        return {
            "bsn": self.bsn,
            "first_names": self.first,
            "initials": f"{self.first[0]}.",
            "surname": self.surname,
            "birth_date": self.born,
            "sex": "V",
            "street": self.street,
            "house_number": str(self.house),
            "postcode": self.postcode,
            "town": "Utrecht",
        }


@dataclass(frozen=True)
class Record:
    """What one delivery says in one row."""

    id: str
    person: Person
    status: str = "confirmed"
    published: str = "unknown"
    items: tuple[str, ...] = ("name", "address")
    readable: bool = True

    def row(self) -> str:
        cells = dict.fromkeys(EXPOSURES.split(","), "")
        cells |= self.person._who() | {
            "record_id": self.id,
            "dataset_id": "ds1",
            "category": self.person.category,
            "sample_date": "2023-05-01" if self.readable else "2023-05-41",
            "status": self.status,
            "published": self.published,
            "items": ";".join(self.items),
        }
        return ",".join(cells.values())


@dataclass
class Crowd:
    """Makes people who have nothing in common."""

    rng: random.Random
    made: list[Person] = field(default_factory=list)
    _bsn: int = 900_100_000

    def person(self, category: str | None = None) -> Person:
        number = len(self.made) + 1
        taken = {person.surname for person in self.made}
        surname = next(name for name in iter(self._surname, None) if name not in taken)
        born = f"{1940 + number % 48}-{number % 12 + 1:02}-{(number * 7) % 28 + 1:02}"
        letters = "BCGHKLMNPRTVWXZ"
        postcode = f"35{11 + number % 60}{letters[number % 15]}{letters[number * 4 % 15]}"
        street = f"{self._surname()}straat"
        category = category or self.rng.choice(("screening", "gp", "hospital"))
        person = Person(number, self._number(), self.rng.choice(FIRST), surname, born, street, number, postcode, category)
        self.made.append(person)
        return person

    def _surname(self) -> str:
        return "".join(self.rng.sample(SYLLABLES, 4)).capitalize()

    def _number(self) -> str:
        """The next number of the test range that passes the 11-test, some way on."""
        while True:
            self._bsn += self.rng.randrange(1, 400)
            digits = [int(digit) for digit in str(self._bsn)]
            weighted = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits))
            if (weighted - digits[8]) % 11 == 0:
                return str(self._bsn)
