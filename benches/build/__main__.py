"""Measures a clean build and prints its figures for docs/benchmarks.md.

    python3 benches/build --work target/bench-build

Builds the program in a folder of its own, from nothing, then what `make test` needs beyond it. Prints units, processor
time, wall time and the dearest crates. With `--revision REV` another revision is built after it in the same way, and the
ratios are printed.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEAREST = 10


@dataclass(frozen=True)
class Built:
    """What a build took, in seconds."""

    wall: float
    cpu: float
    units: int
    crates: list[tuple[str, float]]


def children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def build(tree: Path, target: Path, command: list[str]) -> Built:
    """Runs cargo in `tree`; `crates` has the seconds of each crate's units, the dearest first."""
    start, before = time.monotonic(), children()
    run = subprocess.run([*command, "--release", "--locked", "--timings", "--target-dir", str(target)], cwd=tree)
    if run.returncode != 0:
        sys.exit(f"error: `{' '.join(command)}` failed in {tree}")
    wall, cpu = time.monotonic() - start, children() - before
    page = (target / "cargo-timings" / "cargo-timing.html").read_text()
    units = json.loads(re.search(r"const UNIT_DATA = (\[.*?\]);\n", page, re.DOTALL)[1])
    seconds = Counter()
    for unit in units:
        seconds[unit["name"]] += unit["duration"]
    return Built(wall, cpu, len(units), seconds.most_common(DEAREST))


def both(tree: Path, work: Path, name: str) -> list[Built]:
    """The program from nothing, then its tests."""
    target = work / name
    shutil.rmtree(target, ignore_errors=True)
    built = [build(tree, target, ["cargo", "build"]), build(tree, target, ["cargo", "test", "--no-run"])]
    shutil.rmtree(target)
    return built


def show(name: str, built: list[Built]) -> None:
    for what, figures in zip(["clean build", "test build after it"], built):
        print(f"{name}: {what}: {figures.units} units, {figures.cpu:.0f} s of processor time, {figures.wall:.0f} s")
    print(f"{name}: the dearest crates, seconds of their units (of a build with {os.cpu_count()} cores)")
    for crate, seconds in built[0].crates:
        print(f"    {crate:28} {seconds:6.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the builds; needs 10 GB")
    parser.add_argument("--revision", help="also build this revision, and print the ratios to it")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)

    own = both(ROOT, work, "own")
    show("this tree", own)
    if arguments.revision is None:
        return
    tree = work / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["git", "worktree", "add", "--detach", str(tree), arguments.revision], cwd=ROOT, check=True)
    try:
        other = both(tree, work, "other")
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
    show(arguments.revision, other)
    for what, ours, theirs in zip(["clean build", "test build after it"], own, other):
        print(f"{what}: {ours.cpu / theirs.cpu:.2f} of its processor time, {ours.wall / theirs.wall:.2f} of its time")


if __name__ == "__main__":
    main()
