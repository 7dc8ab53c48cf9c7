"""The thirty nights: what happens on each. The seed chooses to whom."""

from dataclasses import replace

import account
from campaign import Campaign
from people import ITEMS, Record
from program import Wrong

STORY = []
SHORT = []


def story(short: bool = False):
    """The next night of the story; `short`: also of the short form."""

    def add(play):
        STORY.append(play)
        if short:
            SHORT.append(play)
        return play

    return add


def settled(c: Campaign) -> list[Record]:
    """Records of people who were told, have nothing pending, and whom nothing protects: one record each."""
    busy = {*c.account.remembered, *c.protected(), *c.touched}
    newest = c.account.newest(c.files).values()
    return [
        record for record in newest
        if record.person in c.account.told and record.person not in busy and record.readable
        and record.id not in c.account.withdrawn
    ]


def pick(c: Campaign, due: bool = False) -> Record:
    """Somebody of those, for something to happen to; nothing else happens to them afterwards by chance. `due`: may hear
    of it tonight."""
    known = [record for record in settled(c) if not due or c.account.may_hear(record.person, c.today)]
    record = c.rng.choice(known)
    c.touched.add(record.person)
    return record


def more(c: Campaign, record: Record) -> Record:
    """The record says more than before."""
    return replace(record, items=(*record.items, c.rng.choice([item for item in ITEMS if item not in record.items])))


def less(c: Campaign, record: Record) -> Record:
    """The record says less than before."""
    return replace(record, status=c.rng.choice(("not_excluded", "shared_only")), items=("name",))


def late(c: Campaign) -> None:
    """Newcomers of an ordinary night, in a file of that night."""
    c.deliver(f"exposures-{c.date}.csv", c.newcomers(c.rng.randrange(1, 4)))


@story(short=True)
def the_first_night(c: Campaign) -> None:
    records = c.newcomers(9) + c.newcomers(3, category="gp", listed=True)
    records += c.newcomers(2, category="screening", listed=True)
    c.shielded, died, unknown, participant, objects = (record.person for record in records[9:])
    c.said |= {c.shielded: {"protected": "yes"}, died: {"died": "2025-01-01"}, unknown: {"unknown": "yes"}}
    c.said[participant] = {"protected": "yes"}
    c.suppressed[objects] = "objection"
    c.participant, c.objects = participant, objects
    c.deliver("exposures-2025-09-15.csv", records)
    c.night()


@story(short=True)
def the_same_inbox_changes_no_byte(c: Campaign) -> None:
    kept = lambda: {
        path: value for path, value in c.program.memory().items()
        if "/runs/" not in path and "/backups/" not in path and not path.endswith(".prom")
    }
    before = kept()
    c.night()
    if kept() != before:
        raise Wrong("a night without news changed something")


@story(short=True)
def corrected_too_early_and_a_register_without_yesterdays_protected_person(c: Campaign) -> None:
    c.on_list.remove(c.shielded)
    c.said.pop(c.shielded)
    c.early = pick(c)
    c.deliver("exposures-2025-09-17.csv", [less(c, c.early), *c.newcomers(2)])
    c.night()


@story()
def a_late_file_with_an_old_date(c: Campaign) -> None:
    record = pick(c)
    c.deliver("exposures-2025-08-01.csv", [more(c, record), *c.newcomers(3)])
    c.night()


@story(short=True)
def a_mail_server_that_is_down(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", c.newcomers(2))
    c.night(mail_down=True)


@story(short=True)
def the_mail_server_is_up_again(c: Campaign) -> None:
    late(c)
    c.night()


@story(short=True)
def a_lost_file_that_is_found_again(c: Campaign) -> None:
    lost = c.files.pop("exposures-2025-09-17.csv")
    c.refused("exposures-2025-09-17.csv")
    c.files["exposures-2025-09-17.csv"] = lost
    late(c)
    c.night()


@story()
def a_full_disk(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", c.newcomers(3))
    c.night(after="disk")


@story(short=True)
def a_kill(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", c.newcomers(4))
    c.night(after="kill")


@story()
def somebody_who_was_told_dies(c: Campaign) -> None:
    record = c.rng.choice([record for record in settled(c) if record.person in c.on_list])
    c.touched.add(record.person)
    c.said[record.person] = {"died": c.date}
    late(c)
    c.night()


@story()
def the_dead_and_the_shielded_are_not_in_the_extract(c: Campaign) -> None:
    dead = next(person for person, said in c.said.items() if said.get("died") and person in c.account.told)
    c.on_list.remove(dead)
    c.said.pop(dead)
    c.dead = next(record for records in c.files.values() for record in records if record.person is dead)
    # An empty cell says nothing.
    c.said[c.participant] = {}
    c.night()


@story()
def an_explicit_no_ends_a_protection(c: Campaign) -> None:
    c.said[c.participant] = {"protected": "no"}
    c.account.release(c.participant)
    c.night()


@story()
def a_suppression_that_is_gone_needs_a_word(c: Campaign) -> None:
    c.suppressed.pop(c.objects)
    c.refused("suppressions.csv")
    late(c)
    c.night("--accept", "suppressions.csv=cleaned up by the desk")


@story()
def an_unreadable_row(c: Campaign) -> None:
    (c.unreadable,) = c.newcomers(1)
    c.deliver(f"exposures-{c.date}.csv", [replace(c.unreadable, readable=False), *c.newcomers(1)])
    c.night()


@story()
def the_early_correction_is_due(c: Campaign) -> None:
    c.today = max(c.today, c.account.told[c.early.person].on + account.timedelta(account.MIN_DAYS_BETWEEN))
    late(c)
    c.night()
    if c.account.told[c.early.person].kinds != ["first", "correction"]:
        raise AssertionError("the story is about a correction that waited")


SHORT.append(the_early_correction_is_due)


@story(short=True)
def supplements_and_corrections(c: Campaign) -> None:
    supplemented, corrected, published = pick(c, due=True), pick(c, due=True), pick(c, due=True)
    rows = [more(c, supplemented), less(c, corrected), replace(published, published="yes")]
    c.deliver(f"exposures-{c.date}-news.csv", rows)
    c.night()


@story()
def a_record_that_is_withdrawn_while_it_is_there(c: Campaign) -> None:
    file, number, record = next(
        (file, number, record) for file, records in c.files.items() for number, record in enumerate(records, 1)
        if record in settled(c)
    )
    c.touched.add(record.person)
    c.apply(f"file,row,beside,decision\n{file},{number},,withdrawn\n")
    c.account.withdrawn.add(record.id)
    late(c)
    c.night()


@story(short=True)
def a_restore(c: Campaign) -> None:
    """The ledger of before last night's letters is put back: it is refused. A backup of then is restored, and knows them."""
    c.deliver(f"exposures-{c.date}.csv", c.newcomers(2))
    ledger = [c.program.data / name for name in ("ledger.sqlite", "ledger.anchor")]
    old, backups = [path.read_bytes() for path in ledger], c.program.backups()
    c.night()
    c.later()
    today = [path.read_bytes() for path in ledger]
    for path, data in zip(ledger, old):
        path.write_bytes(data)
    c.refused("older than")
    if c.program.restores:
        c.restore(backups)
    else:
        for path, data in zip(ledger, today):
            path.write_bytes(data)
    c.night()


@story()
def two_records_of_one_person_and_one_is_withdrawn(c: Campaign) -> None:
    """First the second record, the same as the first; the withdrawal then changes nothing that was told."""
    (first,) = c.newcomers(1)
    second = replace(first, id=f"{first.id}-B")
    c.pair = second
    c.deliver(f"exposures-{c.date}.csv", [first, second])
    c.touched.add(first.person)
    c.night()


@story()
def a_told_record_is_not_delivered_any_more(c: Campaign) -> None:
    file, c.lacking = next(
        (file, record) for file, records in c.files.items() for record in records if record in settled(c)
    )
    c.touched.add(c.lacking.person)
    c.files[file] = [record for record in c.files[file] if record.id != c.lacking.id]
    c.refused(f"{file}=REASON")
    c.night("--accept", f"{file}=sent again by the lab")


@story()
def a_human_says_that_the_delivery_lacks_it(c: Campaign) -> None:
    c.decide(account.GONE, "lacking", {c.lacking.id})
    c.account.lacking.add(c.lacking.id)
    c.night()


@story()
def a_human_releases_somebody(c: Campaign) -> None:
    record = next(record.id for records in c.files.values() for record in records if record.person is c.shielded)
    c.decide(account.REMEMBERED, "released", {record})
    c.account.release(c.shielded)
    c.night()


@story()
def the_unreadable_row_is_delivered_again(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", [c.unreadable])
    c.night()


@story()
def a_kill_on_a_night_of_corrections(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", [more(c, pick(c, due=True)), less(c, pick(c, due=True)), *c.newcomers(3)])
    c.night(after="kill")


@story()
def the_register_is_replaced_and_shrinks_too_much(c: Campaign) -> None:
    listed = c.on_list
    c.on_list = [person for person in listed if person in c.said]
    kept, c.strangers = c.strangers, c.strangers[:9]
    c.refused("rows")
    c.on_list, c.strangers = listed, kept
    late(c)
    c.night()


@story()
def a_kill_after_a_kill(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", c.newcomers(5))
    c.write()
    c.program.killed(c.date, c.rng)
    c.night(after="kill")


@story()
def one_of_two_records_is_withdrawn(c: Campaign) -> None:
    file = next(file for file, records in c.files.items() if c.pair in records)
    c.apply(f"file,row,beside,decision\n{file},{c.files[file].index(c.pair) + 1},,withdrawn\n")
    c.account.withdrawn.add(c.pair.id)
    c.night()


@story()
def another_full_disk(c: Campaign) -> None:
    c.deliver(f"exposures-{c.date}.csv", [*c.newcomers(2), more(c, pick(c, due=True))])
    c.night(after="disk")


@story()
def news_about_the_dead_two_weeks_later(c: Campaign) -> None:
    c.later(15)
    # The dead would be told what is new, had the program forgotten them.
    c.deliver(f"exposures-{c.date}.csv", [more(c, c.dead)])
    c.night()


@story(short=True)
def the_end(c: Campaign) -> None:
    """Closed, then purged: nobody is written to any more, and nobody can be found any more."""
    for words in (("close", "--yes"), ("purge", "--approved-by", "privacy officer", "--yes")):
        answer = c.program.ask(c.date, *words)
        if answer.code != 0:
            raise Wrong(f"`{words[0]}` ended with {answer.code}: {answer.err}")
    answer = c.program.run(c.date)
    if answer.code not in (2, 3):
        raise Wrong(f"a run after the purge ended with {answer.code}")
    marks = [mark for person in c.crowd.made for mark in (person.bsn, person.surname)]
    marks += [*c.account.owner, *c.letter_ids, *c.pseudonyms.values()]
    marks = [mark.encode() for mark in marks]
    for path in c.program.data.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        if any(mark in data for mark in marks):
            raise Wrong(f"{path.relative_to(c.program.data)} still knows somebody after the purge")
