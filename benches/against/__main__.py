"""Measures this program against an earlier revision of it, in turns, and prints a table for docs/benchmarks.md.

    python3 benches/against --revision REV --binary target/release/breachpost --work target/bench-against --people 200000

Builds REV in a worktree, with a target folder that is kept. Both programs get the same invented lists, each with its own
sample's configuration. A round is: a first mailing, `verify` of its package with the key, a night with 1,000 new rows, a
first mailing of 20,000 people, and `preview`; the programs take turns, and who begins changes from round to round. Whole
processes are measured, with everything they start. Figures are medians over the rounds.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATE, NEXT = "2025-09-15", "2025-09-16"
NEW_ROWS = 1_000
SMALL = 20_000

FIRST, SMALL_FIRST, NIGHT, VERIFY, PREVIEW = (
    "first mailing", "first mailing, 20,000 people", "a night of 1,000 new rows", "`verify` with the key", "`preview`")
# What may be compared with the revision, and how much of its figure is wanted (None: only looked at).
TARGETS = {
    FIRST: {"wall": 0.45, "cpu": 0.50, "peak": 0.65},
    SMALL_FIRST: {"wall": 0.40, "cpu": None, "peak": None},
    NIGHT: {"wall": 0.50, "cpu": None, "peak": 0.75},
    VERIFY: {"wall": 0.35, "cpu": None, "peak": 1.00},
    PREVIEW: {"wall": None, "cpu": 0.35, "peak": None},
}


@dataclass(frozen=True)
class Spent:
    """What a process and those it started took: seconds, seconds of processor time, bytes."""

    wall: float
    cpu: float
    peak: float


def spend(command: list, allowed: tuple[int, ...] = (0,)) -> Spent:
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall, code = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
    if code not in allowed:
        sys.exit(f"error: `{' '.join(map(str, command))}` ended with {code}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


class Side:
    """One of the two programs, with a sample campaign of its own."""

    def __init__(self, binary: Path, tree: Path, work: Path):
        self.binary, self.tree, self.work = binary, tree, work
        self.config = work / "campaign/breachpost.toml"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(tree / "sample-data", self.config.parent, ignore=shutil.ignore_patterns("inbox"))
        text = self.config.read_text()
        # The print files of a real campaign, and no limit on its size.
        text = re.sub(r"^letters_per_file = .*\n", "", text, flags=re.MULTILINE)
        self.config.write_text(text.replace("[policy]\n", "[policy]\nmax_letters_per_run = 10000000\n"))
        self.data = work / "data"

    def command(self, inbox: Path, date: str, *words) -> list:
        places = ["--config", self.config, "--inbox", inbox, "--data-dir", self.data, "--date", date]
        return [self.binary, *places, *words]

    def first(self, inbox: Path) -> Spent:
        shutil.rmtree(self.data, ignore_errors=True)
        spend(self.command(inbox, DATE, "ledger", "init"))
        return spend(self.command(inbox, DATE, "run"), (0, 1))

    def night(self, inbox: Path) -> Spent:
        return spend(self.command(inbox, NEXT, "run"), (0, 1))

    def verify(self) -> Spent:
        package = next((self.data / "outbox").iterdir())
        return spend([self.binary, "verify", package, "--identity", self.config.parent / "vendor/age-identity.txt"])

    def preview(self) -> Spent:
        out = self.work / "preview"
        shutil.rmtree(out, ignore_errors=True)
        return spend([self.binary, "--config", self.config, "--date", DATE, "preview", "--out", out])


def lists(binary: Path, people: int, folder: Path) -> tuple[Path, Path]:
    """Invented lists for a first night, and the same with the last rows of the last delivery for a second one."""
    first, second = folder / "first", folder / "second"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    spend([binary, "sample", "--people", people, "--seed", 5, "--out", first])
    (first / "truth.csv").unlink()
    last = sorted(first.glob("exposures*.csv"))[-1]
    (first / f"{last.name}.meta.toml").unlink(missing_ok=True)
    rows = last.read_bytes().splitlines(keepends=True)
    last.write_bytes(b"".join(rows[:-NEW_ROWS]))

    second.mkdir()
    for path in first.iterdir():
        os.link(path, second / path.name)
    (second / f"exposures-{NEXT}.csv").write_bytes(b"".join([rows[0], *rows[-NEW_ROWS:]]))
    return first, second


def built(revision: str, work: Path) -> tuple[Path, Path]:
    """The revision's program and its tree."""
    tree, target = work / "tree", work / "target"
    if not tree.exists():
        subprocess.run(["git", "-C", ROOT, "worktree", "prune"], check=True)
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--detach", tree, revision], check=True)
    subprocess.run(["git", "-C", tree, "checkout", "--quiet", "--detach", revision], check=True)
    subprocess.run(["cargo", "build", "--release", "--locked", "--target-dir", target], cwd=tree, check=True)
    return target / "release/breachpost", tree


def rounds(count: int, sides: list[Side], big: tuple[Path, Path], small: tuple[Path, Path]):
    """What each side took for each of `TARGETS`, round by round."""
    took = {what: ([], []) for what in TARGETS}
    for number in range(count):
        for at in ([0, 1] if number % 2 == 0 else [1, 0]):
            side = sides[at]
            took[FIRST][at].append(side.first(big[0]))
            took[VERIFY][at].append(side.verify())
            took[NIGHT][at].append(side.night(big[1]))
            took[SMALL_FIRST][at].append(side.first(small[0]))
            took[PREVIEW][at].append(side.preview())
        print(f"round {number + 1} of {count}; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return took


def table(took) -> str:
    """Medians of both and their ratio, a line for each figure."""
    shown = {"wall": lambda value: f"{value:.1f} s", "cpu": lambda value: f"{value:.1f} s",
             "peak": lambda value: f"{value / 2**20:,.0f} MiB"}
    names = {"wall": "wall", "cpu": "processor time", "peak": "peak memory"}
    lines = ["| | | before | now | ratio | wanted |", "|---|---|---:|---:|---:|---:|"]
    for what, wanted in TARGETS.items():
        for figure, most in wanted.items():
            before, now = (statistics.median(getattr(spent, figure) for spent in side) for side in took[what])
            lines.append(f"| {what} | {names[figure]} | {shown[figure](before)} | {shown[figure](now)} | {now / before:.2f} | "
                         f"{f'{most:.2f}' if most else ''} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--revision", required=True, help="what is compared with")
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    work = asked.work.resolve()

    earlier, tree = built(asked.revision, work)
    big = lists(earlier, asked.people, work / "lists")
    small = lists(earlier, SMALL, work / "lists-small")
    sides = [Side(earlier, tree, work / "before"), Side(asked.binary.resolve(), ROOT, work / "now")]
    took = rounds(asked.rounds, sides, big, small)

    print(f"{asked.people:,} people, {asked.revision} and now, medians of {asked.rounds} in turns, "
          f"{len(os.sched_getaffinity(0))} cores.\n\n{table(took)}")


if __name__ == "__main__":
    main()
