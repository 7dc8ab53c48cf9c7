"""The sample's package, opened, and what the tools must find in it, told by Python's standard library alone."""

import csv
import hashlib
import shutil
import socket
import subprocess
import tempfile
import zipfile
from functools import cached_property
from pathlib import Path

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[2]
DATE = "2025-09-15"
IDENTITY = ROOT / "sample-data/vendor/age-identity.txt"


class Keep:
    """A mail server on loopback that keeps every mail as it came."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope.content)
        return "250 OK"


class Sample:
    """A night of the built program on an inbox, in a data folder of its own."""

    def __init__(self, binary, work, inbox=ROOT / "sample-data/inbox"):
        self.binary, self.work, self.inbox = Path(binary).resolve(), Path(work), Path(inbox)
        self.data = self.work / "data"
        self.mails = []

    def night(self, mail=False):
        """Plays the night; afterwards everything below can be asked for."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        config = ROOT / "sample-data/breachpost.toml"
        self.ask(config, "ledger", "init")
        shutil.copytree(self.data, self.work / "new")
        if not mail:
            self.ask(config, "run", allowed=(0, 1))
            return self

        keep, port = Keep(), free_port()
        server = Controller(keep, hostname="127.0.0.1", port=port)
        server.start()
        try:
            self.ask(self.with_mail(config, port), "run", allowed=(0, 1))
        finally:
            server.stop()
        self.mails = keep.mails
        return self

    def with_mail(self, config, port):
        """The sample's configuration with a mail server. It is in a folder of its own, so its paths are made absolute."""
        text = config.read_text().replace('facts = "', f'facts = "{config.parent}/')
        text += f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n'
        text += 'from = "breachpost@example.org"\nto = ["operations@example.org"]\nhelo = "batch.example.org"\n'
        written = self.work / "breachpost.toml"
        written.write_text(text)
        return written

    def ask(self, config, *words, allowed=(0,)):
        command = [self.binary, "--config", config, "--date", DATE, "--data-dir", self.data, "--inbox", self.inbox, *words]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode not in allowed:
            raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def sealed_to(self, key):
        """The first part, for a vendor with this OpenPGP key: the same night, with the same keys, once more."""
        config = ROOT / "sample-data/breachpost.toml"
        text = config.read_text().replace('facts = "', f'facts = "{config.parent}/')
        lines = [f'recipients = ["{key}"]' if line.startswith("recipients = ") else line for line in text.splitlines()]
        written = self.work / "openpgp.toml"
        written.write_text("\n".join(lines))
        twin = Sample(self.binary, self.work, self.inbox)
        twin.data = self.work / "new"
        twin.ask(written, "run", allowed=(0, 1))
        return min(twin.outbox.glob("*.zip.gpg"))

    def letter(self, letter_id):
        """A letter as an accessible copy."""
        copy = self.work / f"{letter_id}.pdf"
        if not copy.exists():
            self.ask(ROOT / "sample-data/breachpost.toml", "letter", letter_id, "--out", copy)
        return copy

    @cached_property
    def run(self):
        return next((self.data / "runs").iterdir())

    @cached_property
    def outbox(self):
        return next((self.data / "outbox").iterdir())

    @property
    def job(self):
        return self.outbox.name

    @cached_property
    def sealed(self):
        return self.outbox / f"{self.job}-p001.zip.age"

    @cached_property
    def part(self):
        """The part as a zip."""
        part = self.work / "part.zip"
        subprocess.run(["age", "-d", "-i", str(IDENTITY), "-o", str(part), str(self.sealed)], check=True)
        return part

    @cached_property
    def bag(self):
        """The part, unpacked."""
        with zipfile.ZipFile(self.part) as archive:
            archive.extractall(self.work)
        return self.work / f"{self.job}-p001"

    @cached_property
    def files(self):
        """Every file of the part with its hash, by the bag's own lists; the lists themselves are hashed here."""
        listed = {}
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            listed[name] = hashed(self.bag / name)
            listed.update(reversed(line.split(None, 1)) for line in (self.bag / name).read_text().splitlines())
        return {f"{self.bag.name}/{name}": value for name, value in listed.items()}

    @cached_property
    def manifest(self):
        """The manifest as rows of text."""
        with open(self.bag / "data/manifest.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def print_files(self):
        """Print files with their rows of the manifest, shortest first."""
        files = {}
        for row in self.manifest:
            files.setdefault(self.bag / "data" / row["print_file"], []).append(row)
        return sorted(files.items(), key=lambda item: len(item[1]))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def hashed(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes_below(folder):
    """Every file below a folder with its hash."""
    folder = Path(folder)
    return {str(path.relative_to(folder)): hashed(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def people(binary, count, seed):
    """An invented inbox; temporary, so that no list stays behind."""
    folder = Path(tempfile.mkdtemp(prefix="interop-inbox-"))
    subprocess.run([str(binary), "sample", "--people", str(count), "--seed", str(seed), "--out", str(folder)],
                   check=True, capture_output=True)
    (folder / "truth.csv").unlink()
    return folder
