"""Where the ledger's memory is in doubt the run refuses and touches nothing, and the schema itself forgets nothing."""

import shutil
import sqlite3
from pathlib import Path

from night import Program, Wrong, copy


def tree(data: Path) -> dict:
    """Bytes, mode and time of every file but those that tell of a refusal: the log, and the outcome of a stopped run."""
    found = {}
    for path in sorted(data.rglob("*")):
        about = path.lstat()
        if path.is_file() and path.parent.name != "logs" and "-stopped-" not in path.parent.name:
            found[str(path)] = (about.st_mode, about.st_mtime_ns, path.read_bytes())
    return found


def refused(program: Program, data: Path, said: str) -> None:
    before = tree(data)
    answer = program.ask(data, "run")
    if answer.code != 3 or said not in answer.err:
        raise Wrong(f"should have stopped with 3 and said `{said}`: {answer.code} {answer.err}")
    if tree(data) != before:
        raise Wrong("a refused run touched files")
    shutil.rmtree(data)


def missing(program: Program, base: Path, data: Path) -> None:
    (copy(base, data) / "ledger.sqlite").unlink()
    refused(program, data, "no ledger")


def empty(program: Program, base: Path, data: Path) -> None:
    """A new ledger in the place of the one that knows who was told."""
    new = data.with_name(data.name + "-new")
    program.must(new, "ledger", "init")
    copy(base, data)
    for name in ("ledger.sqlite", "ledger.anchor", "keys/campaign.key"):
        shutil.copy2(new / name, data / f"{name}.new")
        (data / f"{name}.new").replace(data / name)
    shutil.rmtree(new)
    refused(program, data, "older")


def other_key(program: Program, base: Path, data: Path) -> None:
    key = copy(base, data) / "keys/campaign.key"
    text = key.read_text()
    key.chmod(0o600)
    key.write_text(text.translate(str.maketrans("0123456789", "1234567890")))
    key.chmod(0o400)
    refused(program, data, "key")


def never_twice(_: Program, base: Path, data: Path) -> None:
    """The schema refuses a second letter about the same thing, whatever a program wants."""
    copy(base, data)
    connection = sqlite3.connect(data / "ledger.sqlite")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(letter)")]
    row = dict(zip(columns, connection.execute("SELECT * FROM letter LIMIT 1").fetchone()))
    row |= {"id": 10**9, "letter_id": "a" * 26, "reference": "AAAA AAAA", "seq": 10**6}
    try:
        marks = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO letter ({', '.join(columns)}) VALUES ({marks})", [row[name] for name in columns])
    except sqlite3.IntegrityError as error:
        if "UNIQUE" not in str(error):
            raise Wrong(f"a second letter was refused for another reason: {error}") from error
    else:
        raise Wrong("the schema takes a second letter about the same thing")
    finally:
        connection.close()
    shutil.rmtree(data)


ALL = {"a missing ledger": missing, "an empty ledger": empty, "another key": other_key, "a second letter": never_twice}
