"""`receipts`, `stop`, its lifting, `reprint`, `reissue` and `review decide` are killed at each of their calls, started again, and
must end as if nothing had happened."""

import csv
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

from calls import Point, hit, points, trace
from night import LIFTING, SECOND_NIGHT, Program, Wrong, copy, decrypted, digest, tables


def receipts(base: Path, work: Path) -> Path:
    """What a vendor says of the first night's job: one piece in five spoilt."""
    connection = sqlite3.connect(base / "ledger.sqlite")
    [(number, name)] = connection.execute("SELECT job, name FROM job").fetchall()
    letters = connection.execute("SELECT seq, letter_id FROM letter WHERE job = ? ORDER BY seq", (number,)).fetchall()
    connection.close()
    file = work / f"{name}.production.csv"
    with file.open("w", newline="") as out:
        table = csv.writer(out)
        table.writerow(("seq", "letter_id", "status", "tray"))
        table.writerows((seq, letter, "spoilt" if seq % 5 == 0 else "posted", "T-1") for seq, letter in letters)
    return file


class Way(tuple):
    """A kill: the data folder, its point, the words of the command, and what has to come of it. Printed without the latter."""

    def __str__(self) -> str:
        return f"{self[1]} in `{self[2][0]}`" if len(self) > 2 and isinstance(self[2], tuple) else str(self[0])


# What has been done is refused when it is asked for again, and of a decision with who made it.
AGAIN = {"reprint": 2, "reissue": 2, "review": 3}
WHY = {"review": "was decided on"}


def lift(program: Program, stopped: Path) -> tuple[str, ...]:
    """The command with which two people lift the only stop there is."""

    def said(*words: str) -> str:
        command = program.command(stopped, SECOND_NIGHT, *words)
        return subprocess.run(command, env=program.env, cwd=program.work, capture_output=True, text=True, check=True).stdout

    [stop] = json.loads(said("stop", "--json"))["stops"]
    words = ("stop", "--lift", str(stop["event"]), "--reason", "every envelope was opened")
    text, signed = said(*words), []
    for name in LIFTING:
        command = ("ssh-keygen", "-q", "-Y", "sign", "-n", "breachpost-approval", "-f", str(program.work / f"key-{name}"))
        signature = program.work / f"{name}-lift.sig"
        signature.write_text(subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout)
        signed += ["--signed", str(signature)]
    return (*words, *signed)


def commands(program: Program, base: Path) -> dict[str, tuple[Path, tuple[str, ...]]]:
    """Each command with the data folder that it is given in."""
    work = program.work
    job = next(folder.name for folder in (base / "outbox").iterdir() if folder.is_dir())
    said = str(receipts(base, work))
    spoilt = copy(base, work / "spoilt")
    program.must(spoilt, "receipts", said)
    connection = sqlite3.connect(base / "ledger.sqlite")
    [(letter,)] = connection.execute("SELECT letter_id FROM letter WHERE seq = 1").fetchall()
    connection.close()
    who = ("--by", "operations")
    stopped = copy(base, work / "stopped")
    program.must(stopped, "stop", "--job", job, *who, "--reason", "a drill")
    [papers] = (base / "runs").iterdir()
    with (papers / "cases.csv").open(newline="") as lines:
        held = {"minor", "provider", "address", "name"}
        case = next(line["case"] for line in csv.DictReader(lines) if line["kind"] in held)
    return {
        "receipts": (base, ("receipts", said)),
        "stop": (base, ("stop", "--job", job, *who, "--reason", "a drill")),
        "stop --lift": (stopped, lift(program, stopped)),
        "reprint": (spoilt, ("reprint", "--job", job, *who, "--reason", "a drill")),
        "review decide": (base, ("review", "decide", case, "held", *who, "--reason", "a drill")),
        "reissue": (base, ("reissue", letter, "--reason", "large_print", *who, "--note", "a drill")),
    }


def content(path: Path) -> str:
    """What is in a file of the outbox, without what the salt of encryption changes."""
    if path.suffix == ".age":
        return digest(decrypted(path))
    salted = path.suffix == ".done" or ".SHA256SUMS" in path.name
    return "" if salted else digest(path.read_bytes())


def ended(program: Program, data: Path) -> dict:
    """Everything that such a command leaves behind."""
    answer = program.ask(data, "ledger", "check")
    if answer.code != 0:
        raise Wrong(f"`ledger check` ended with {answer.code}: {answer.err}")
    outbox = {
        str(path.relative_to(data)): content(path) for path in sorted((data / "outbox").rglob("*")) if path.is_file()
    }
    left = [path.name for path in data.rglob("*") if path.name.endswith((".part", ".new", "-journal"))]
    if left:
        raise Wrong(f"left behind: {', '.join(left)}")
    return {"ledger": tables(data / "ledger.sqlite"), "outbox": outbox}


def undisturbed(program: Program, base: Path, data: Path, words: tuple[str, ...]) -> tuple[dict, list[Point]]:
    copy(base, data)
    answer, events = trace(program, data, *words)
    if answer.code != 0:
        raise Wrong(f"`{words[0]}` ended with {answer.code}: {answer.err}")
    wanted = ended(program, data)
    answer = program.ask(data, *words)
    if answer.code != AGAIN.get(words[0], 0) or ended(program, data) != wanted:
        raise Wrong(f"`{words[0]}` a second time changes something: {answer.err}")
    return wanted, points(events, data)


def killed(program: Program, base: Path, data: Path, point: Point, words: tuple[str, ...], wanted: dict) -> bool:
    """Kills at the point, then starts again; false where the point was not reached."""
    copy(base, data)
    answer, reached = hit(program, data, point, "signal=KILL", *words)
    if reached and answer.code not in (-9, 137):
        raise Wrong(f"the killed command ended with {answer.code}")
    if words[0] == "stop" and not reached:
        shutil.rmtree(data)
        return False
    answer = program.ask(data, *words)
    if answer.code not in (0, AGAIN.get(words[0], 0)) or answer.code and WHY.get(words[0], "") not in answer.err:
        raise Wrong(f"`{words[0]}` after a kill ended with {answer.code}: {answer.err}")
    if ended(program, data) != wanted:
        raise Wrong(f"`{words[0]}` after a kill ends differently")
    shutil.rmtree(data)
    return reached


def holds(program: Program, base: Path, data: Path) -> None:
    """From the instant that the stop file is there nothing leaves, though the ledger does not know of the stop."""
    elsewhere = copy(base, data.with_name(data.name + "-elsewhere"))
    program.must(elsewhere, "stop", "--all", "--by", "operations", "--reason", "a drill")
    copy(base, data)
    shutil.copy(elsewhere / "outbox/STOP", data / "outbox/STOP")
    before = sorted(path.name for path in (data / "outbox").iterdir())
    answer = program.ask(data, "run")
    if answer.code != 3 or "was stopped" not in answer.err:
        raise Wrong(f"a run with an older ledger ended with {answer.code}: {answer.err}")
    if sorted(path.name for path in (data / "outbox").iterdir()) != before:
        raise Wrong("something left though everything was stopped")
