"""A data folder in which a night can be disturbed, and all that must be true of it when the night is over.

The program is a black box here: what is compared are its files, read with other people's tools (sqlite3, age, zipfile).
"""

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = ROOT / "sample-data/vendor/age-identity.txt"
FIRST_NIGHT, SECOND_NIGHT = "2025-09-12", "2025-09-29"
# One thread, so that a run makes the same calls in the same order each time.
CALM = {**os.environ, "RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
CLOCKS = ("stages", "peak_rss_bytes", "mail")
# Who may lift a stop.
LIFTING = ("Eva", "Fred")
IN_USE = "another run is using"


class Wrong(Exception):
    """Something that must never be so."""


@dataclass(frozen=True)
class Answer:
    """What the program said."""

    code: int
    err: str


class Program:
    """The built program on one inbox."""

    def __init__(self, binary: Path, work: Path, defect: str | None = None):
        self.binary, self.work = binary, work
        self.inbox, self.config = work / "inbox", work / "breachpost.toml"
        self.env = {**CALM, "BREACHPOST_DEFECT": defect} if defect else CALM

    def command(self, data: Path, date: str, *words: str) -> list[str]:
        # The run itself, without the process that watches over it: what is killed here is all there is.
        alone = ("--watched-by", "0")
        return [str(self.binary), *alone, "--config", str(self.config), "--date", date, "--data-dir", str(data), *words]

    def ask(self, data: Path, *words: str, date: str = SECOND_NIGHT, before: tuple[str, ...] = ()) -> Answer:
        command = [*before, *self.command(data, date, *words)]
        done = subprocess.run(command, env=self.env, cwd=self.work, capture_output=True, text=True, check=False)
        return Answer(done.returncode, done.stderr)

    def must(self, data: Path, *words: str, date: str = SECOND_NIGHT) -> None:
        answer = self.ask(data, *words, date=date)
        if answer.code not in (0, 1):
            raise Wrong(f"`{' '.join(words)}` ended with {answer.code}: {answer.err}")


def prepare(binary: Path, work: Path, defect: str | None = None) -> tuple[Program, Path]:
    """The evening before: an inbox, and a data folder in which the first night is over and the second has news for
    people who were told and people who were not. Two parts, several print files."""
    program = Program(binary, work, defect)
    inbox, base = program.inbox, work / "base"
    made = [str(binary), "sample", "--people", "24", "--seed", "3", "--out", str(inbox)]
    subprocess.run(made, check=True, capture_output=True)
    (inbox / "truth.csv").unlink()
    text = (ROOT / "sample-data/breachpost.toml").read_text()
    for pattern, value in {
        r"^inbox = .*": f'inbox = "{inbox}"',
        r"^facts = .*": f'facts = "{ROOT}/sample-data/facts.toml"',
        r"^letters_per_file = .*": "letters_per_file = 3",
        r"^letters_per_part = .*": "letters_per_part = 6",
    }.items():
        text, count = re.subn(pattern, value, text, flags=re.M)
        if count != 1:
            raise Wrong(f"the sample configuration has no line `{pattern}`")
    # Every night is the night of a wave: its schedule is written down with the plan. Two people may lift a stop.
    program.config.write_text(text + "\n[waves]\nlines = 4\nhours = 8.0\n" + "".join(map(approver, LIFTING, (work, work))))

    exposures = sorted(inbox.glob("exposures*.csv"))
    late = [*inbox.glob(exposures[-1].name + "*")]
    for file in late:
        file.rename(work / file.name)
    program.must(base, "ledger", "init", date=FIRST_NIGHT)
    program.must(base, "run", date=FIRST_NIGHT)
    for file in late:
        (work / file.name).rename(inbox / file.name)
    return program, base


def approver(name: str, work: Path) -> str:
    """Somebody with a key, as the configuration has them."""
    key = work / f"key-{name}"
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)), check=True)
    public = key.with_name(key.name + ".pub").read_text().strip()
    return f'\n[[approval.approvers]]\nname = "{name}"\nkey = "{public}"\n'


def copy(base: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(base, to)
    to.chmod(0o700)
    return to


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tables(ledger: Path) -> dict:
    """Every row of every table, without what the salt of encryption changes: hashes of sealed files, and the chain."""
    connection = sqlite3.connect(ledger)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found = {}
    for name in names:
        cursor = connection.execute(f'SELECT * FROM "{name}"')
        columns = [column for column, *_ in cursor.description]
        rows = [dict(zip(columns, row)) for row in cursor]
        for row in rows:
            if name == "audit":
                row.pop("hash")
                row["body"] = re.sub(r'"sealed_sha256":"[0-9a-f]{64}"', "", row["body"])
            row.pop("sealed_sha256", None)
        found[name] = sorted(repr(sorted(row.items())) for row in rows)
    connection.close()
    return found


def sealed(ledger: Path) -> dict[str, tuple[str, str]]:
    """File name -> hashes (plain, sealed) of every part that the ledger has as sealed."""
    connection = sqlite3.connect(ledger)
    rows = connection.execute("SELECT file, plain_sha256, sealed_sha256 FROM part WHERE file IS NOT NULL").fetchall()
    connection.close()
    return {file: (plain, cipher) for file, plain, cipher in rows}


def decrypted(part: Path) -> bytes:
    return subprocess.run(["age", "-d", "-i", IDENTITY, part], check=True, capture_output=True).stdout


def published(folder: Path, known: dict[str, tuple[str, str]]) -> dict[str, str]:
    """A finished job as the vendor sees it: name of each part -> hash of the plain archive."""
    job = folder.name
    done = json.loads((folder / f"{job}.done").read_text())
    sums = (folder / f"{job}.SHA256SUMS").read_bytes()
    if done["sha256"] != digest(sums):
        raise Wrong(f"{job}.done is not about {job}.SHA256SUMS")
    listed = dict(reversed(line.split("  ")) for line in sums.decode().splitlines())
    parts = sorted(path.name for path in folder.glob("*.age"))
    if parts != sorted(listed) or len(parts) != done["parts"]:
        raise Wrong(f"{job} has {parts}, and the sums list {sorted(listed)}")
    if {path.name for path in folder.iterdir()} != {*parts, f"{job}.done", f"{job}.SHA256SUMS", f"{job}.SHA256SUMS.sig"}:
        raise Wrong(f"{job} has files that nobody listed")
    plain, letters = {}, 0
    for part in parts:
        if digest((folder / part).read_bytes()) != listed[part]:
            raise Wrong(f"{part} is not what the sums say")
        archive = decrypted(folder / part)
        plain[part] = digest(archive)
        if known.get(part) != (plain[part], listed[part]):
            raise Wrong(f"{part} is not what the ledger has as sealed")
        letters += manifest_lines(archive, part)
    if letters != done["letters"]:
        raise Wrong(f"{job}: {letters} lines in the manifests, {done['letters']} in .done")
    return plain


def manifest_lines(archive: bytes, part: str) -> int:
    """Letters of a part; every print file that they name is there."""
    with zipfile.ZipFile(BytesIO(archive)) as bag:
        names = {name.split("/data/", 1)[1]: name for name in bag.namelist() if "/data/" in name}
        lines = list(csv.DictReader(bag.read(names["manifest.csv"]).decode().splitlines()))
    if {line["print_file"] for line in lines} != {name for name in names if name.startswith("print/")}:
        raise Wrong(f"{part} does not have the print files of its manifest")
    return len(lines)


def papers(run: Path) -> dict[str, str]:
    """Name -> hash of every paper of a run; of the report what is not a clock."""
    found = {}
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        name = str(path.relative_to(run))
        if name == "outcome.json" or name.startswith("sealed/"):
            # When it ran, and second names of what is in the outbox.
            continue
        if name == "report.json":
            report = json.loads(path.read_text())
            for part in (report.get("package") or {}).get("parts", []):
                part.pop("sha256")
            report = {key: value for key, value in report.items() if key not in (*CLOCKS, "ledger_head")}
            found[name] = digest(json.dumps(report, sort_keys=True).encode())
        elif name != "report.html":
            found[name] = digest(path.read_bytes())
    return found


def settled(data: Path) -> dict:
    """The whole outcome of a night that is over, for comparison with another. Raises [`Wrong`] where it cannot be right
    whatever it is compared with."""
    known = sealed(data / "ledger.sqlite")
    jobs = {folder.name: published(folder, known) for folder in sorted((data / "outbox").iterdir())}
    runs = {}
    for run in sorted((data / "runs").iterdir()):
        if "-stopped-" in run.name or "-waiting-" in run.name:
            if [path.name for path in run.iterdir()] not in (["outcome.json"], []):
                raise Wrong(f"{run.name} holds more than an outcome")
            continue
        report = json.loads((run / "report.json").read_text())
        # A run after the one that was disturbed finds nobody new to write to.
        if report["letters"]["total"] > 0:
            runs[run.name] = papers(run)
    left = [str(path.relative_to(data)) for path in sorted(data.rglob("*")) if is_left_over(path, data)]
    if left:
        raise Wrong(f"left behind: {', '.join(left)}")
    open_to_others = [str(path.relative_to(data)) for path in data.rglob("*") if path.stat().st_mode & 0o077]
    if open_to_others:
        raise Wrong(f"others may read {', '.join(open_to_others)}")
    return {"jobs": jobs, "runs": runs, "ledger": tables(data / "ledger.sqlite")}


def is_left_over(path: Path, data: Path) -> bool:
    if path.parent == data / "staging":
        return True
    return path.name.endswith((".part", ".new", "-journal"))


def compare(program: Program, data: Path, wanted: dict) -> None:
    """The night is over as if nothing had happened, and the program itself thinks so too."""
    found = settled(data)
    for what, value in wanted.items():
        if found[what] != value:
            differs = [key for key in {*value, *found[what]} if value.get(key) != found[what].get(key)]
            raise Wrong(f"{what} differ from an undisturbed night: {', '.join(sorted(differs))}")
    answer = program.ask(data, "ledger", "check")
    if answer.code != 0:
        raise Wrong(f"`ledger check` ended with {answer.code}: {answer.err}")


def half_way(data: Path) -> dict[str, tuple[str, str]]:
    """What must hold at the instant of a crash. Gives the parts that the ledger has as sealed."""
    ledger = copy_of_ledger(data)
    known = sealed(ledger)
    states = dict(sqlite3.connect(ledger).execute("SELECT name, state FROM job").fetchall())
    shutil.rmtree(ledger.parent)
    for folder in (data / "outbox").iterdir():
        for part in folder.glob("*.age"):
            if part.name not in known or digest(part.read_bytes()) != known[part.name][1]:
                raise Wrong(f"{part.name} is in the outbox and is not what the ledger has as sealed")
        if (folder / f"{folder.name}.done").exists():
            published(folder, known)
    for job, state in states.items():
        if state in ("published", "done") and not (data / "outbox" / job / f"{job}.done").exists():
            raise Wrong(f"{job} is recorded as {state} and has no .done")
    return known


def copy_of_ledger(data: Path) -> Path:
    """The ledger with its journal, apart, so that reading it rolls nothing back in the real one."""
    folder = data.with_name(data.name + "-ledger")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in data.glob("ledger.sqlite*"):
        shutil.copy(file, folder / file.name)
    return folder / "ledger.sqlite"
