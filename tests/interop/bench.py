"""The bench: one line of the table is one tool reading one artefact, and what came of it."""

import functools
import importlib.metadata
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

RIGHT, WRONG, REFUSED = "right", "wrong without a word", "refused"
HERE = Path(__file__).parent
LONGEST = 600  # seconds that one tool may take

# Packages that the short form leaves alone, as it does with all of Node's, though they may be here.
LEFT_TO_THE_LONG_FORM = {"cups-filters", "gnumeric", "libreoffice-calc", "opendataloader-pdf", "r-cran-data.table",
                         "r-cran-openxlsx", "r-cran-readr", "spamassassin"}


class Missing(Exception):
    """The tool is not installed here: there is no line to make."""


class Refused(Exception):
    """The tool said that it cannot read what it was given."""


@dataclass(frozen=True)
class Line:
    """One line of the table. `how` tells two ways of using one tool apart; `note` says what to do."""

    artefact: str
    tool: str
    version: str
    how: str
    verdict: str
    note: str

    @property
    def key(self):
        return self.artefact, self.tool, self.how


class Bench:
    """Runs tools and keeps the lines. `tools` is the folder where `install.sh` put Node's packages; `short`: what takes
    long is left out."""

    def __init__(self, tools, work, short=False):
        self.tools, self.work, self.short = Path(tools), Path(work), short
        self.lines, self.missing = [], set()

    def line(self, artefact, tool, truth, read, how="", note=""):
        """`tool` is `python:NAME`, `node:NAME`, `debian:PACKAGE` or `java:JDK`; `read()` gives what it makes of the artefact.

        Equal to `truth`: right. Different: wrong without a word. An exception, or an exit code other than 0: refused.
        """
        try:
            version = self.version(tool)
            seen = read()
        except (Missing, ImportError):
            self.missing.add(tool)
            return
        except Exception as refusal:  # whatever a stranger's library raises, it has refused
            verdict, why = REFUSED, f"{type(refusal).__name__}: {refusal}"
        else:
            verdict, why = (RIGHT, "") if seen == truth else (WRONG, difference(truth, seen))
        name = tool.split(":", 1)[1]
        self.lines.append(Line(artefact, name, version, how, verdict, "" if verdict == RIGHT else note))
        shown = f"{verdict:20} {artefact}, {name} {version} {how}".rstrip()
        print(shown, why[:300].replace("\n", " "), sep="  ", flush=True)

    def version(self, tool):
        """The version of a tool; raises `Missing` where it is not installed."""
        kind, name = tool.split(":", 1)
        if self.short and (kind == "node" or name in LEFT_TO_THE_LONG_FORM):
            raise Missing(name)
        kinds = {"python": python_version, "node": self.node_version, "debian": debian_version, "java": java_version}
        return kinds[kind](name)

    def node_version(self, name):
        manifest = self.tools / "node" / "node_modules" / name / "package.json"
        if not manifest.exists():
            raise Missing(name)
        return json.loads(manifest.read_text())["version"].removeprefix("v")

    def run(self, *command, given=None, env=None, allowed=(0,)):
        """Runs a program and gives its standard output as bytes; any other exit code is a refusal."""
        command = [str(word) for word in command]
        if shutil.which(command[0]) is None:
            raise Missing(command[0])
        done = subprocess.run(command, input=given, capture_output=True, env=env, timeout=LONGEST)
        if done.returncode not in allowed:
            raise Refused(done.stderr.decode(errors="replace")[-300:] or f"exit {done.returncode}")
        return done.stdout

    def node(self, script, *words, given=None):
        """Runs one of our scripts beside Node's packages, in Dutch time; it answers in JSON."""
        self.beside_packages(script)
        env = os.environ | {"TZ": "Europe/Amsterdam"}
        return json.loads(self.run("node", self.tools / "node" / script, *words, given=given, env=env))

    def r(self, *words, given=None):
        """Runs our script of R's packages; gives its standard output."""
        return self.run("Rscript", "--vanilla", HERE / "lists.R", *words, given=given)

    def beside_packages(self, script):
        """Node looks for packages from the place of the script, so the script is put beside them."""
        folder = self.tools / "node"
        if not folder.exists():
            raise Missing("node packages")
        shutil.copy(HERE / "node" / script, folder / script)

    @functools.cache
    def java(self, program, *jars):
        """Compiles a Java program; gives the class path to run it with."""
        classes = self.work / "classes"
        classes.mkdir(exist_ok=True)
        missing = [jar for jar in jars if not Path(jar).exists()]
        if missing or shutil.which("javac") is None:
            raise Missing(program)
        path = ":".join([str(classes), *jars])
        self.run("javac", "-cp", path, "-d", classes, HERE / f"{program}.java")
        return path

    def scratch(self, name):
        """An empty folder for one tool."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def python_version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError as unknown:
        raise Missing(name) from unknown


@functools.cache
def debian_version(package):
    """The version that the makers gave: without Debian's epoch and revision, which change with each security update."""
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    if asked.returncode or not asked.stdout:
        raise Missing(package)
    version = asked.stdout.split(":", 1)[-1]
    return version.rsplit("-", 1)[0].split("+")[0].split("~")[0]


@functools.cache
def java_version(name):
    if shutil.which("javac") is None:
        raise Missing(name)
    asked = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True)
    return asked.stderr.split('"')[1]


def difference(truth, seen):
    """The first place in which two readings differ, for whoever looks at the run; never for the table."""
    if isinstance(truth, dict) and isinstance(seen, dict):
        for key in sorted(truth.keys() | seen.keys(), key=str):
            if truth.get(key) != seen.get(key):
                return f"{key}: {difference(truth.get(key), seen.get(key))}"
    if isinstance(truth, list) and isinstance(seen, list):
        if len(truth) != len(seen):
            return f"{len(seen)} instead of {len(truth)}"
        for place, (one, other) in enumerate(zip(truth, seen)):
            if one != other:
                return f"[{place}] {difference(one, other)}"
    return f"{str(seen)[:100]!r} instead of {str(truth)[:100]!r}"
