"""Measures whole runs, from raw files to a sealed package and a recorded ledger, and prints tables for docs/benchmarks.md.

    python benches/run --binary target/release/breachpost --work target/bench-run 20000 200000

For each number of people: a sample, a first night (everybody gets a letter), a second night (nobody does), and polars'
own time for the same files. Everything is removed again.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATE = "2025-09-15"
POLARS = """
import sys, time, polars
best = []
for _ in range(3):
    start = time.perf_counter()
    for path in sys.argv[1:]:
        polars.read_csv(path, infer_schema=False)
    best.append(time.perf_counter() - start)
print(min(best))
"""


@dataclass(frozen=True)
class Spent:
    """What a process took."""

    wall: float
    cpu: float
    peak: int


def spend(command: list[str], allowed: tuple[int, ...] = (0,)) -> Spent:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall, code = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
    if code not in allowed:
        sys.exit(f"{' '.join(command)} ended with {code}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Campaign:
    """An inbox, a data folder and a configuration of their own."""

    def __init__(self, binary: Path, work: Path, people: int):
        self.binary, self.work, self.people = binary, work, people
        self.inbox, self.data, self.config = work / "inbox", work / "data", work / "breachpost.toml"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        text = (ROOT / "sample-data/breachpost.toml").read_text()
        # The print files of a real campaign, and no limit on its size.
        text = re.sub(r"^letters_per_file = .*\n", "", text, flags=re.M)
        text = text.replace("[policy]\n", "[policy]\nmax_letters_per_run = 10000000\n")
        text = text.replace('"facts.toml"', json.dumps(str(ROOT / "sample-data/facts.toml")))
        self.config.write_text(text)

    def command(self, *words: str) -> list[str]:
        places = ["--config", self.config, "--inbox", self.inbox, "--data-dir", self.data]
        return [str(word) for word in (self.binary, *places, "--date", DATE, *words)]

    def sample(self) -> Spent:
        made = [str(self.binary), "sample", "--people", str(self.people), "--seed", "5", "--out", str(self.inbox)]
        spent = spend(made)
        (self.inbox / "truth.csv").unlink()
        spend(self.command("ledger", "init"))
        return spent

    def night(self) -> tuple[Spent, dict]:
        spent = spend(self.command("run"), (0, 1))
        reports = sorted((self.data / "runs").glob("*/report.json"), key=lambda path: path.stat().st_mtime)
        return spent, json.loads(reports[-1].read_text())

    def polars(self) -> float:
        files = [str(path) for path in sorted(self.inbox.glob("*.csv"))]
        return float(subprocess.run([sys.executable, "-c", POLARS, *files], check=True, capture_output=True).stdout)


def mib(count: float) -> str:
    return f"{count / 2**20:,.0f} MiB"


def measure(binary: Path, work: Path, people: int) -> dict:
    campaign = Campaign(binary, work, people)
    made = campaign.sample()
    polars = campaign.polars()
    first, report = campaign.night()
    letters = report["letters"]["total"]
    stages = {stage["name"]: stage for stage in report["stages"]}
    took = {name: stage["seconds"] for name, stage in stages.items()}
    package, ledger = size(campaign.data / "outbox"), (campaign.data / "ledger.sqlite").stat().st_size
    second, again = campaign.night()
    if letters == 0 or again["letters"]["total"] != 0:
        sys.exit("the second night wrote to somebody")
    shutil.rmtree(work)
    cores = len(os.sched_getaffinity(0))
    set_time = took["bodies"] + took["render"]
    print(f"\n### {people:,} people\n")
    print(f"{report['rows']['total']:,} exposure rows, {letters:,} letters, {report['bodies']:,} bodies, "
          f"{len(report['package']['parts'])} parts\n")
    print("| stage | seconds | us a letter | memory so far |\n|---|---|---|---|")
    for name, stage in stages.items():
        seconds = stage["seconds"]
        print(f"| {name} | {seconds:.2f} | {seconds / letters * 1e6:.1f} | {mib(stage['peak_rss_bytes'])} |")
    print(f"| **whole run** | **{first.wall:.2f}** | **{first.wall / letters * 1e6:.1f}** | **{mib(first.peak)}** |\n")
    lines = {
        "letters a second": f"{letters / first.wall:,.0f}, {letters / first.cpu:,.0f} a second of one core "
                            f"({first.cpu / first.wall:.2f} of {cores} cores busy)",
        "whole run to setting (bodies and render)": f"{first.wall / set_time:.2f} (at most 1.6)",
        "reading to polars' own time": f"{took['read'] / polars:.2f} (at most 4): {took['read']:.2f} s to {polars:.2f} s",
        "ledger (record, seal) of the run": f"{(took['record'] + took['seal']) / first.wall:.1%} (under 10 %)",
        "sealed package": f"{package / letters:,.0f} bytes a letter, {mib(package)}",
        "ledger": f"{ledger / letters:,.0f} bytes a letter",
        "second night, nothing new": f"{second.wall:.2f} s, {mib(second.peak)}",
        "sample": f"{made.wall:.2f} s, {mib(made.peak)}",
    }
    for what, figure in lines.items():
        print(f"- {what}: {figure}")
    sys.stdout.flush()
    return {"people": people, "letter": first.wall / letters, "peak": first.peak}


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return (f"{model[1] if model else platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
            f"{int(memory[1]) >> 20 if memory else 0} GiB; load before: {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("people", type=int, nargs="+")
    asked = parser.parse_args()
    print(f"Machine: {machine()}.")
    runs = [measure(asked.binary.resolve(), asked.work.resolve(), people) for people in asked.people]
    print("\n| people | us a letter | to the one before | peak memory |\n|---|---|---|---|")
    for before, run in zip([None, *runs], runs):
        ratio = f"{run['letter'] / before['letter']:.2f}" if before else ""
        print(f"| {run['people']:,} | {run['letter'] * 1e6:.1f} | {ratio} | {mib(run['peak'])} |")


if __name__ == "__main__":
    main()
