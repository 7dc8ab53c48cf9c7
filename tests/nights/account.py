"""The independent account: who was told what, who waits, who is missing. Written from docs/design.md and
docs/policy.md; it knows nothing of the program."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from people import Person, Record

MIN_DAYS_BETWEEN = 14
OVERDUE_DAYS = 14
REMINDER_DAYS = 7
LEVELS = {"shared_only": 0, "not_excluded": 1, "confirmed": 2}
DIED, OBJECTION, PROTECTED, UNKNOWN = "D201", "D202", "D203", "D204"
REMEMBERED, WITHDRAWN, ALL_WITHDRAWN, GONE, HELD_BY_GONE = "D215", "D216", "D217", "L218", "L209"
TOLD, TOO_EARLY = "D301", "D302"
STATES = {DIED: "suppressed", OBJECTION: "suppressed", WITHDRAWN: "suppressed", TOLD: "told", TOO_EARLY: "told"}


@dataclass(frozen=True)
class Facts:
    """What one person's records say together."""

    items: frozenset[tuple[str, int]]
    status: int
    published: bool

    @classmethod
    def of(cls, records: list[Record]) -> "Facts":
        levels: dict[str, int] = {}
        for record in records:
            for item in record.items:
                levels[item] = max(levels.get(item, 0), LEVELS[record.status])
        status = max(LEVELS[record.status] for record in records)
        return cls(frozenset(levels.items()), status, any(record.published == "yes" for record in records))

    def since(self, told: "Facts") -> str | None:
        """The kind of letter that this calls for where `told` is what the last letter said."""
        before, now = dict(told.items), dict(self.items)
        less = any(now.get(item, -1) < level for item, level in before.items()) or self.status < told.status
        if less or (told.published and not self.published):
            return "correction"
        more = any(level == 2 and before.get(item, -1) < 2 for item, level in now.items())
        return "supplement" if more or self.status > told.status or self.published > told.published else None


@dataclass
class Told:
    """What somebody was told last, and about which records."""

    facts: Facts
    on: date
    records: set[str]
    kinds: list[str]


@dataclass
class Night:
    """What the account expects of one night."""

    rows: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    letters: dict[Person, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    all_withdrawn: set[str] = field(default_factory=set)
    news: bool = False


class Account:
    """Remembers what has happened; asked once a night."""

    def __init__(self) -> None:
        self.told: dict[Person, Told] = {}
        self.first_read: dict[tuple[str, Record], int] = {}
        self.remembered: set[Person] = set()
        self.withdrawn: set[str] = set()
        self.lacking: set[str] = set()
        self.owner: dict[str, Person] = {}
        self.cases: dict[object, tuple[date, bool]] = {}
        self.named: date | None = None
        self.night = 0

    def expect(self, today: date, files: dict[str, list[Record]], protected: dict[Person, str]) -> Night:
        """What tonight has to end as; nothing is remembered before [`settle`]."""
        night, newest = Night(), self.newest(files)
        of_person: dict[Person, list[Record]] = defaultdict(list)
        for record in newest.values():
            of_person[record.person].append(record)

        night.gone = {
            record for told in self.told.values() for record in told.records
            if record not in newest and record not in self.withdrawn | self.lacking
        }
        fates: dict[str, tuple[str, str]] = {}
        for person, records in of_person.items():
            self._decide(night, fates, today, person, records, protected.get(person))
        for person, told in self.told.items():
            if person not in protected and person not in self.remembered and told.records <= self.withdrawn:
                night.all_withdrawn |= told.records

        led = set()
        for file, records in files.items():
            for number, record in enumerate(records, 1):
                fate = fates[record.id] if record.readable else ("rejected", "R104")
                if fate[0] == "letter" and (record != newest[record.id] or record.person in led):
                    fate = ("merged", "")
                elif fate[0] == "letter":
                    led.add(record.person)
                night.rows[file, number] = fate
        night.news = self._news(today, self._held(night, files))
        return night

    def newest(self, files: dict[str, list[Record]]) -> dict[str, Record]:
        """The delivery that counts of each record: the one that was read first by the latest run, then the later date in
        the name."""
        best: dict[str, tuple[tuple[int, str], Record]] = {}
        for file, records in files.items():
            for record in records:
                rank = (self.first_read.get((file, record), self.night + 1), file)
                if record.id not in best or rank > best[record.id][0]:
                    best[record.id] = (rank, record)
        return {record: delivery for record, (_, delivery) in best.items()}

    def _decide(self, night, fates, today, person, records, protection) -> None:
        live = [record for record in records if record.id not in self.withdrawn and record.readable]
        for record in records:
            if record.id in self.withdrawn:
                fates[record.id] = ("suppressed", WITHDRAWN)
        if not live:
            return
        kind, code = self._outcome(night, today, person, live, protection)
        if kind:
            night.letters[person] = kind
        for record in live:
            fates[record.id] = ("letter", "") if kind else (STATES.get(code, "review"), code)

    def _outcome(self, night, today, person, live, protection) -> tuple[str | None, str]:
        if protection:
            return None, protection
        told = self.told.get(person)
        if told is None:
            return (None, REMEMBERED) if person in self.remembered else ("first", "")
        kind = Facts.of(live).since(told.facts)
        if kind is None:
            return None, TOLD
        # Of whom there is nothing new to tell, nothing is held.
        if person in self.remembered:
            return None, REMEMBERED
        if not self.may_hear(person, today):
            return None, TOO_EARLY
        if kind == "correction" and told.records & night.gone:
            return None, HELD_BY_GONE
        return kind, ""

    def may_hear(self, person: Person, today: date) -> bool:
        """Whether the last letter is old enough for another one."""
        return today - self.told[person].on >= timedelta(days=MIN_DAYS_BETWEEN)

    def _held(self, night: Night, files: dict[str, list[Record]]) -> set[object]:
        held: set[object] = {("gone", record) for record in night.gone}
        held |= {("withdrawn", record) for record in night.all_withdrawn}
        held |= {
            files[file][number - 1]
            for (file, number), (state, _) in night.rows.items() if state in ("review", "rejected")
        }
        return held

    def _news(self, today: date, held: set[object]) -> bool:
        """Whether a human has to hear of something tonight; what has to be remembered of it is kept for [`settle`]."""
        new = held - self.cases.keys()
        cases = {case: self.cases.get(case, (today, False)) for case in held}
        overdue = timedelta(days=OVERDUE_DAYS)
        late = {case for case, (since, _) in cases.items() if case not in new and today - since >= overdue}
        newly = {case for case in late if not cases[case][1]}
        again = bool(late) and not newly and (self.named is None or today - self.named >= timedelta(REMINDER_DAYS))
        self._next = (
            {case: (since, said or case in newly) for case, (since, said) in cases.items()},
            today if newly or again else self.named,
        )
        return bool(new or newly or again)

    def settle(self, today: date, night: Night, files: dict[str, list[Record]], protected: dict[Person, str]) -> None:
        """The night is over: what was expected has happened."""
        self.night += 1
        for file, records in files.items():
            for record in records:
                self.first_read.setdefault((file, record), self.night)
                self.owner[record.id] = record.person
        self.remembered |= protected.keys()
        self.cases, self.named = self._next
        newest = self.newest(files)
        for person, kind in night.letters.items():
            records = [record for record in newest.values() if record.person is person]
            records = [record for record in records if record.id not in self.withdrawn]
            before = self.told[person].kinds if person in self.told else []
            told = Told(Facts.of(records), today, {record.id for record in records}, [*before, kind])
            self.told[person] = told

    def release(self, person: Person) -> None:
        """A human said that nothing protects this person any more."""
        self.remembered.discard(person)
