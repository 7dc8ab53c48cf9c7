"""A call of a run fails: the program says so, publishes nothing half, and the next night is complete."""

import csv
import shutil
from pathlib import Path

from calls import Point, hit
from night import Program, Wrong, compare, copy, half_way

ERRORS = ("ENOSPC", "EIO", "EACCES")
PERSONAL = ("first_names", "surname", "street", "bsn", "birth_date", "postcode", "town")


def personal(inbox: Path) -> set[str]:
    """Values of the inbox that no message may hold."""
    values = set()
    for file in [*inbox.glob("exposures*.csv"), *inbox.glob("participants*.csv")]:
        for row in csv.DictReader(file.open(encoding="utf-8")):
            values.update(row[column] for column in PERSONAL if len(row.get(column) or "") > 4)
    return values


def failed(program: Program, base: Path, data: Path, point: Point, error: str, onwards: bool, wanted: dict) -> bool:
    """False where the point was not reached."""
    copy(base, data)
    answer, reached = hit(program, data, point, f"error={error}", "run", onwards=onwards)
    if reached:
        judge(program, data, answer, wanted)
        half_way(data)
        program.must(data, "run")
        compare(program, data, wanted)
    shutil.rmtree(data)
    return reached


def judge(program: Program, data: Path, answer, wanted: dict) -> None:
    """The exit code is one of the contract and tells the truth about what left the building."""
    if answer.code not in (0, 1, 3, 4, 5):
        raise Wrong(f"ended with {answer.code}: {answer.err}")
    out = [part for job in wanted["jobs"] for part in (data / "outbox" / job).glob("*.age")]
    new = [part for part in out if part.name.split("-p")[0] not in old_jobs(program)]
    if answer.code in (0, 1, 5):
        compare(program, data, wanted)
    if answer.code in (0, 1):
        pass
    elif "error:" not in answer.err:
        raise Wrong("stopped without saying why")
    if (answer.code == 3) == bool(new) and answer.code in (3, 4):
        raise Wrong(f"ended with {answer.code} and {len(new)} parts are in the outbox")
    said = [value for value in program.personal if value in answer.err]
    if said:
        raise Wrong("the message holds personal data")


def old_jobs(program: Program) -> set[str]:
    return {folder.name for folder in (program.work / "base/outbox").iterdir()}
