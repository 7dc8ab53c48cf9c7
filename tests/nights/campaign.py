"""A campaign that is played: the inbox as it changes, and after each night the account beside the program's papers."""

import json
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import account
from account import Account
from people import HEADERS, Crowd, Person, Record
from program import IDENTITY, Answer, MailServer, Program, Wrong, letters, manifest, table

FIRST_NIGHT = date(2025, 9, 15)
FILLERS = 14


class Campaign:
    """One campaign of one seed."""

    def __init__(self, binary: Path, work: Path, seed: int):
        self.rng = random.Random(seed)
        self.crowd, self.account = Crowd(self.rng), Account()
        self.mail = MailServer(work / "mail")
        self.program = Program(binary, work, self.mail)
        self.today, self.files, self.said = FIRST_NIGHT, {}, {}
        self.suppressed: dict[Person, str] = {}
        # People on the lists without an exposure: nobody may ever hear of them.
        self.strangers = [self.crowd.person(category) for category in ("screening", "gp") for _ in range(FILLERS)]
        self.on_list: list[Person] = []
        self.seen_runs: set[str] = set()
        self.pseudonyms: dict[Person, str] = {}
        self.touched: set[Person] = set()
        self.owed = 0
        self.jobs: set[str] = set()
        self.letter_ids: set[str] = set()
        answer = self.program.ask(self.date, "ledger", "init")
        if answer.code != 0:
            raise Wrong(f"`ledger init` ended with {answer.code}: {answer.err}")

    @property
    def date(self) -> str:
        return self.today.isoformat()

    # The inbox.

    def newcomers(self, count: int, category: str | None = None, listed: bool | None = None) -> list[Record]:
        """People nobody has heard of, each with one record; most are on a list."""
        records = []
        for _ in range(count):
            person = self.crowd.person(category)
            if listed or (listed is None and self.rng.random() < 0.8):
                self.on_list.append(person)
            items = ("name", "address", *self.rng.sample(("sex", "birth_date", "bsn"), self.rng.randrange(0, 3)))
            records.append(Record(f"CD-{person.number:06}", person, items=items))
        return records

    def deliver(self, name: str, records: list[Record]) -> None:
        self.files[name] = records

    def write(self) -> None:
        """Writes the inbox as it is tonight."""
        for path in self.program.inbox.iterdir():
            path.unlink()
        listed = {
            name: [
                person.listed(**self.said.get(person, {}))
                for person in [*self.strangers, *self.on_list] if person.list == name
            ]
            for name in ("participants", "register")
        }
        lists = {
            **{name: [record.row() for record in records] for name, records in self.files.items()},
            **{f"{name}.csv": rows for name, rows in listed.items()},
            "providers.csv": ["01234567,gp,Huisartsenpraktijk De Proef,2025-09-01,Proefstraat,1,,,3511AB,Utrecht,"],
            "suppressions.csv": [
                *(f"{person.bsn},,objection,desk,2025-09-01" for person in self.strangers[:9]),
                *(f"{person.bsn},,{reason},desk,2025-09-01" for person, reason in self.suppressed.items()),
            ],
        }
        for name, rows in lists.items():
            header = next(header for beginning, header in HEADERS.items() if name.startswith(beginning))
            (self.program.inbox / name).write_text("\n".join([header, *rows, ""]))

    def protected(self) -> dict[Person, str]:
        """Whom a list protects tonight, and with which code."""
        codes = {"died": account.DIED, "protected": account.PROTECTED, "unknown": account.UNKNOWN}
        found = {
            person: codes[word]
            for person in [*self.on_list] for word, value in self.said.get(person, {}).items() if value not in ("", "no")
        }
        return {**{person: account.OBJECTION for person in self.suppressed}, **found}

    # The night.

    def night(self, *words: str, mail_down: bool = False, after: str | None = None) -> None:
        """Runs, and holds the program against the account. `after`: the first start tonight was killed, or had no room."""
        self.write()
        expected = self.account.expect(self.today, self.files, self.protected())
        if after == "kill":
            code = self.program.killed(self.date, self.rng)
            if code not in (-9, 0, 1):
                raise Wrong(f"a run that was killed ended with {code}")
        elif after == "disk":
            answer = self.program.cramped(self.date, self.rng.randrange(0, 48))
            if answer.code not in (3, 4):
                raise Wrong(f"a run without room ended with {answer.code}: {answer.err}")
        mails = self.mail.count()
        self.program.mail_is(up=not mail_down)
        answer = self.program.run(self.date, *words)
        self.program.mail_is(up=True)
        self.check_code(answer, expected.news, mail_down, after)
        self.check_mail(mails, mail_down)
        self.check_rows(expected, disturbed=after is not None)
        self.check_letters(expected)
        self.check_queue(expected)
        self.account.settle(self.today, expected, self.files, self.protected())
        self.check_ledger()

    def check_code(self, answer: Answer, news: bool, mail_down: bool, after: str | None) -> None:
        permitted = {5} if mail_down else {1} if news else {0}
        if after == "kill" and news:
            # Killed when everything was over but the last word, the night has told already.
            permitted = {0, 1}
        if answer.code not in permitted:
            raise Wrong(f"the run ended with {answer.code}, and the account says {permitted}: {answer.out}{answer.err}")

    def check_mail(self, before: int, down: bool) -> None:
        more = self.mail.count() - before
        wanted = 0 if down else 1 + self.owed
        self.owed = self.owed + 1 if down else 0
        # What a night that was killed or had no room owes comes on top.
        if more < wanted or (down and more):
            raise Wrong(f"{more} mails came, and {wanted} should have")

    def check_rows(self, expected: account.Night, disturbed: bool) -> None:
        """Conservation, and every row's fate."""
        run = self.program.runs()[-1]
        lines = table(run / "rows.csv")
        found = {(line["file"], int(line["row"])): line for line in lines if line["file"].startswith("exposures")}
        if len(found) != len(lines) or found.keys() != expected.rows.keys():
            raise Wrong(f"rows.csv has {len(lines)} rows, and the inbox {len(expected.rows)}")
        records = {(file, number): record for file, rows in self.files.items() for number, record in enumerate(rows, 1)}
        for place, (state, code) in expected.rows.items():
            line, record = found[place], records[place]
            said = (line["state"], line["code"])
            again = disturbed and state in ("letter", "merged") and said == ("told", account.TOLD)
            leads = {state, said[0]} == {"letter", "merged"}
            if said != (state, code) and not again and not (leads and self.leads_once(found, records, record.person)):
                raise Wrong(f"{record.id} in {place} ended as {said}, and the account says {(state, code)}")
            if record.person in self.account.told and line["person"]:
                known = self.pseudonyms.setdefault(record.person, line["person"])
                if known != line["person"]:
                    raise Wrong(f"the person of {record.id} has another pseudonym than before")
        report = json.loads((run / "report.json").read_text())
        states = Counter(line["state"] for line in lines)
        rows = {state: count for state, count in report["rows"].items() if state != "total"}
        if report["rows"]["total"] != len(lines) or any(states[state] != count for state, count in rows.items()):
            raise Wrong(f"the report counts {report['rows']}, and rows.csv has {dict(states)}")

    @staticmethod
    def leads_once(found: dict, records: dict, person: Person) -> bool:
        states = [found[place]["state"] for place, record in records.items() if record.person is person]
        return states.count("letter") == 1

    def check_letters(self, expected: account.Night) -> None:
        """Who got which letter tonight: the papers of tonight's runs, and the packages as the vendor opens them."""
        owners = {record.id: record.person for records in self.files.values() for record in records}
        got: Counter = Counter()
        ids: set[str] = set()
        for run in self.program.runs():
            if run.name not in self.seen_runs:
                self.seen_runs.add(run.name)
                for letter in letters(run):
                    people = {owners[record] for record in letter["record_ids"]}
                    if len(people) != 1:
                        raise Wrong("a letter is about rows of several people")
                    if letter["letter_id"] not in ids:
                        got[people.pop(), letter["kind"]] += 1
                    ids.add(letter["letter_id"])
        wanted = Counter(expected.letters.items())
        if got != wanted:
            short = lambda counted: sorted((person.number, kind, count) for (person, kind), count in counted.items())
            raise Wrong(f"letters too many {short(got - wanted)}, letters missing {short(wanted - got)}")
        out = [line["letter_id"] for job in sorted((self.program.data / "outbox").iterdir()) if job.name not in self.jobs
               for line in manifest(job)]
        self.jobs |= {job.name for job in (self.program.data / "outbox").iterdir()}
        if sorted(out) != sorted(ids) or self.letter_ids & ids:
            raise Wrong(f"{len(out)} letters are in tonight's packages, and the papers have {len(ids)}")
        self.letter_ids |= ids

    def check_queue(self, expected: account.Night) -> None:
        """Who waits for a human, and who is missing."""
        run = self.program.runs()[-1]
        review = table(run / "review.csv") if (run / "review.csv").exists() else []
        for code, wanted in ((account.GONE, expected.gone), (account.ALL_WITHDRAWN, expected.all_withdrawn)):
            listed = {line["record_id"] for line in review if line["code"] == code}
            if listed != wanted:
                raise Wrong(f"{code} lists {sorted(listed)}, and the account says {sorted(wanted)}")
        waits = {place for place, (state, _) in expected.rows.items() if state == "review"}
        listed = {(line["file"], int(line["row"])) for line in review if line["row"]}
        if not waits <= listed:
            raise Wrong(f"review.csv lacks {sorted(waits - listed)}")

    def check_ledger(self) -> None:
        answer = self.program.ask(self.date, "ledger", "check", "--json")
        if answer.code != 0:
            raise Wrong(f"`ledger check` ended with {answer.code}: {answer.err}")
        totals = json.loads(answer.out)["totals"]
        told = self.account.told.values()
        wanted = {"letters": sum(len(person.kinds) for person in told), "people": len(told)}
        if any(totals[name] != count for name, count in wanted.items()):
            raise Wrong(f"the ledger has {totals}, and the account {wanted}")

    def refused(self, said: str, *words: str) -> None:
        """Tonight's run has to refuse, say this, and touch nothing."""
        self.write()
        before = self.program.memory()
        answer = self.program.ask(self.date, "run", *words)
        if answer.code != 3 or said not in answer.err:
            raise Wrong(f"should have stopped with 3 and said `{said}`: {answer.code} {answer.err}")
        if self.program.memory() != before:
            raise Wrong(f"a run that refused ({said}) touched something")

    def restore(self, backups: set[Path]) -> None:
        """The ledger is lost; the newest of these backups comes back, and with it what was told after it."""
        for name in ("ledger.sqlite", "ledger.anchor"):
            (self.program.data / name).unlink()
        head = json.loads((self.program.runs()[-1] / "report.json").read_text())["ledger_head"]
        newest = max(backups, key=lambda path: path.stat().st_mtime_ns)
        words = ("restore", str(newest), "--identity", str(IDENTITY), "--anchor", head)
        answer = self.program.ask(self.date, "ledger", *words)
        if answer.code != 0:
            raise Wrong(f"`ledger restore` ended with {answer.code}: {answer.err}")

    def decide(self, code: str, word: str, records: set[str]) -> None:
        """A human fills in `decision` of the lines of these records, in the newest review.csv."""
        run = self.program.runs()[-1]
        lines = table(run / "review.csv")
        picked = [line for line in lines if line["code"] == code and line["record_id"] in records]
        if not picked:
            raise Wrong(f"review.csv has no line {code} for {sorted(records)}")
        heads = list(lines[0])
        rows = [",".join(heads)]
        for line in picked:
            cells = {**line, "decision": word}
            rows.append(",".join('"' + cells[head].replace('"', '""') + '"' for head in heads))
        self.apply("\n".join([*rows, ""]))

    def apply(self, text: str) -> None:
        file = self.program.work / "decisions.csv"
        file.write_text(text)
        answer = self.program.ask(self.date, "review", "apply", str(file), "--by", "A. Tester", "--yes")
        if answer.code != 0:
            raise Wrong(f"`review apply` ended with {answer.code}: {answer.err}")

    def later(self, days: int = 1) -> None:
        self.today += timedelta(days=days)

    def stop(self) -> None:
        self.mail.stop()
