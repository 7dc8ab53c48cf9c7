"""What a night must not let through: what the fonts cannot print, a value in a log, a receipt about somebody else."""

import csv
import json
import shutil
from pathlib import Path

from night import SECOND_NIGHT, Program, Wrong, copy
from vendor import receipts

# Latin, and yet none of the letters' fonts has its last letter.
NO_GLYPH = "Kadeplein Ɀ"


def run_with_papers(program: Program, base: Path, data: Path) -> dict:
    """The report of the second night."""
    copy(base, data)
    before = {path.name for path in (data / "runs").iterdir()}
    program.must(data, "run")
    [papers] = [path for path in (data / "runs").iterdir() if path.name not in before]
    return json.loads((papers / "report.json").read_text())


def logs(program: Program, base: Path, data: Path) -> str:
    """No line of a log holds a value of the inbox, or a name as it is printed."""
    run_with_papers(program, base, data)
    text = "".join(path.read_text() for path in (data / "logs").iterdir())
    if len(text.splitlines()) < 3 or SECOND_NIGHT not in "".join(path.name for path in (data / "logs").iterdir()):
        raise Wrong("the night wrote no log")
    said = [value for value in program.personal if value.casefold() in text.casefold()]
    shutil.rmtree(data)
    if said:
        raise Wrong(f"the log holds {len(said)} values of people")
    return f"{len(program.personal)} values"


def glyphs(program: Program, base: Path, data: Path) -> str:
    """Whose address cannot be printed is held for a human."""
    calm = run_with_papers(program, base, data)
    shutil.rmtree(data)
    listed = program.inbox / "participants.csv"
    kept = {path: path.read_bytes() for path in (listed, listed.with_name(listed.name + ".meta.toml"))}
    with listed.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["street"] = NO_GLYPH
    try:
        # What says how many rows the list has, and their hash.
        listed.with_name(listed.name + ".meta.toml").unlink()
        with listed.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows(rows)
        found = run_with_papers(program, base, data)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    shutil.rmtree(data)
    held, before = (report["reasons"].get("S101", {"rows": 0})["rows"] for report in (found, calm))
    if before or not held:
        raise Wrong(f"{held} rows are held because they cannot be printed, and {before} of the usual night")
    return f"{held} held"


def foreign(program: Program, base: Path, data: Path) -> str:
    """A file of the vendor's with a letter that is not the job's is refused whole."""
    said = receipts(base, program.work)
    lines = list(csv.reader(said.open(newline="")))
    column = lines[0].index("letter_id")
    lines[2][column] = "a" * len(lines[2][column])
    with said.open("w", newline="") as out:
        csv.writer(out).writerows(lines)
    copy(base, data)
    before = (data / "ledger.sqlite").read_bytes()
    answer = program.ask(data, "receipts", str(said))
    same = (data / "ledger.sqlite").read_bytes() == before
    shutil.rmtree(data)
    said.unlink()
    if answer.code != 3 or not same:
        raise Wrong(f"a receipt about a letter that is not the job's ended with {answer.code}: {answer.err}")
    return "refused"


def merged(program: Program, base: Path, data: Path) -> str:
    """Several rows of one person end in one letter, and the account of the rows has all of them."""
    calm = run_with_papers(program, base, data)["rows"]
    shutil.rmtree(data)
    last = max(program.inbox.glob("exposures-2*.csv"))
    with last.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    again = program.inbox / "exposures-again.csv"
    try:
        with again.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows({**row, "record_id": f"AGAIN-{place}"} for place, row in enumerate(rows))
        found = run_with_papers(program, base, data)["rows"]
    finally:
        again.unlink()
    shutil.rmtree(data)
    ended = sum(count for state, count in found.items() if state != "total")
    if found["merged"] <= calm["merged"] or ended != found["total"]:
        raise Wrong(f"the same people have {found}, and had {calm}")
    return f"{found['merged']} merged"


ALL = {"rows that are merged": merged, "logs without values": logs, "lines without a glyph": glyphs, "a receipt of another's": foreign}
