"""The built program as a black box: its answers, its papers, and its packages opened with other people's tools."""

import csv
import hashlib
import json
import os
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = ROOT / "sample-data/vendor/age-identity.txt"


class Wrong(Exception):
    """The program and the account disagree."""


@dataclass(frozen=True)
class Answer:
    """What the program said."""

    code: int
    out: str
    err: str


class MailServer:
    """A real mail server on loopback that keeps what it gets."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self.folder = folder
        server = [sys.executable, str(ROOT / "tests/smtp_server.py"), "starttls", str(folder)]
        self.process = subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def count(self) -> int:
        return sum(path.stem.isdigit() for path in self.folder.glob("*.json"))

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)


class Program:
    """The program with the configuration, the inbox and the data folder of one campaign."""

    def __init__(self, binary: Path, work: Path, mail: MailServer):
        self.binary, self.work, self.mail = binary, work, mail
        self.inbox, self.data, self.config = work / "inbox", work / "data", work / "breachpost.toml"
        self.inbox.mkdir()
        self.seconds = 1.0
        text = (ROOT / "sample-data/breachpost.toml").read_text()
        for pattern, value in {
            r"^inbox = .*": f'inbox = "{self.inbox}"',
            r"^data_dir = .*": f'data_dir = "{self.data}"',
            r"^facts = .*": f'facts = "{ROOT}/sample-data/facts.toml"',
            r"^facts_max_age_days = .*": "facts_max_age_days = 99",
            r"^letters_per_file = .*": "letters_per_file = 4",
            r"^letters_per_part = .*": "letters_per_part = 8",
        }.items():
            text, count = re.subn(pattern, value, text, flags=re.M)
            if count != 1:
                raise Wrong(f"the sample configuration has no line `{pattern}`")
        self.settings, self.shelf = text, work / "shelf"
        self.restores = restores(binary)
        if self.restores:
            # Where backups go that leave the machine.
            self.shelf.mkdir()
            recipient = re.search(r"age1[0-9a-z]+", text).group()
            self.settings += f'\n[backup]\nrecipient = "{recipient}"\ncommand = ["cp", "-t", "{self.shelf}"]\n'
        self.mail_is(up=True)

    def mail_is(self, up: bool) -> None:
        """Lets the mail server be there, or nobody listen on its port."""
        port = self.mail.port if up else free_port()
        self.config.write_text(
            f'{self.settings}\n[mail]\nhost = "localhost"\nport = {port}\nsecurity = "starttls"\n'
            f'from = "breachpost@example.org"\nto = ["operations@example.org"]\n'
            f'ca_file = "{self.mail.folder}/ca.pem"\ntimeout_seconds = 5\n'
        )

    def command(self, today: str, *words: str) -> list[str]:
        return [str(self.binary), "--config", str(self.config), "--date", today, *words]

    def ask(self, today: str, *words: str) -> Answer:
        done = subprocess.run(self.command(today, *words), capture_output=True, text=True, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def run(self, today: str, *words: str) -> Answer:
        begun = time.monotonic()
        answer = self.ask(today, "run", *words)
        self.seconds = time.monotonic() - begun
        return answer

    def killed(self, today: str, rng: random.Random) -> int:
        """Runs and kills it at a random moment; its exit code, which is negative where it was killed indeed."""
        process = subprocess.Popen(self.command(today, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return process.wait(timeout=self.seconds * rng.uniform(0.1, 0.95))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            return process.wait()

    def cramped(self, today: str, kib: int) -> Answer:
        """Runs on a filesystem of its own that has `kib` free, or, where none can be mounted, with files that may not
        grow beyond that."""
        disk = self.work / "disk"
        disk.mkdir(exist_ok=True)
        # Parts have second names: what has two of them takes room once.
        sizes = {about.st_ino: about.st_size for about in map(Path.lstat, self.data.rglob("*"))}
        used = sum((size + 4095) // 4096 * 4 for size in sizes.values())
        run = shlex.join([*self.command(today, "run"), "--data-dir", str(disk)])
        script = (
            f"mount -t tmpfs -o size={used + kib}k,mode=0700 none '{disk}' && cp -a '{self.data}/.' '{disk}/' || exit 99; "
            f"{run}; code=$?; rm -rf '{self.work}/after'; cp -a '{disk}' '{self.work}/after'; exit $code"
        )
        done = subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False
        )
        after = self.work / "after"
        if done.returncode != 99 and after.exists():
            shutil.rmtree(self.data)
            after.rename(self.data)
            return Answer(done.returncode, done.stdout, done.stderr)
        script = f"trap '' XFSZ; ulimit -f {kib}; exec {shlex.join(self.command(today, 'run'))}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def memory(self) -> dict[str, str]:
        """Hashes of everything that a refusal leaves alone: all but the log and the word that it refused."""
        spared = lambda path: path.parent.name == "logs" or "-stopped-" in path.parent.name
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.data.rglob("*")) if path.is_file() and not spared(path)
        }

    def backups(self) -> set[Path]:
        """Backups that left the machine."""
        return set(self.shelf.iterdir()) if self.restores else set()

    def runs(self) -> list[Path]:
        """Folders of runs that left papers, the newest last."""
        return sorted((path.parent for path in self.data.glob("runs/*/rows.csv")), key=lambda run: run.name)


def restores(binary: Path) -> bool:
    """Whether the program can restore a ledger."""
    help_of = subprocess.run([str(binary), "ledger", "--help"], capture_output=True, text=True, check=True).stdout
    return re.search(r"^  restore\b", help_of, re.M) is not None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def letters(run: Path) -> list[dict]:
    path = run / "letters.parquet"
    return pyarrow.parquet.read_table(path).to_pylist() if path.exists() else []


def manifest(job: Path) -> list[dict[str, str]]:
    """The lines of a published job, as the vendor reads them; every page that they name is there."""
    if not (job / f"{job.name}.done").exists():
        raise Wrong(f"{job.name} is in the outbox and has no .done")
    lines = []
    for part in sorted(job.glob("*.age")):
        plain = subprocess.run(["age", "-d", "-i", IDENTITY, part], check=True, capture_output=True).stdout
        with zipfile.ZipFile(BytesIO(plain)) as bag:
            names = {name.split("/data/", 1)[1]: name for name in bag.namelist() if "/data/" in name}
            listed = list(csv.DictReader(bag.read(names["manifest.csv"]).decode().splitlines()))
            for file in {line["print_file"] for line in listed}:
                said = sum(int(line["page_count"]) for line in listed if line["print_file"] == file)
                if pages(bag.read(names[file])) != said:
                    raise Wrong(f"{file} does not have the pages of its manifest")
        lines += listed
    return lines


def pages(pdf: bytes) -> int:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return int(subprocess.run(["qpdf", "--show-npages", file.name], check=True, capture_output=True).stdout)
