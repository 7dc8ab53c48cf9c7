"""Measures what letters to providers and professionals cost, and prints a table for docs/benchmarks.md.

    python3 benches/providers --binary target/release/breachpost --work target/bench-providers --people 715000

The same invented lists twice: `alone`, where nobody but patients is told, and `with`, where providers are told first and
professionals as well. Each is two nights, a Monday and the night from which nobody waits for a provider any more; so the
same letters to patients leave in both. A third campaign, `professionals`, is one night without `[providers_first]`. Figures
are processor time of whole processes, the best of `--rounds`. Fails when a letter of theirs costs more than a patient's, or
when the rest of the nights takes more than 1.02 of what it takes without them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MONDAY, CAP = "2025-09-15", "2025-09-24"
MOST_REST = 1.02
OTHERS = ("provider", "professional")
FIRST = '[providers_first]\n[professionals]\nsender = "bvo"\n'
PROFESSIONALS = '[professionals]\nsender = "bvo"\n'


def spend(command: list, allowed: tuple[int, ...] = (0, 1)) -> float:
    """Seconds of processor time of a process and everything it starts."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if (code := os.waitstatus_to_exitcode(status)) not in allowed:
        sys.exit(f"error: `{' '.join(map(str, command))}` ended with {code}")
    return usage.ru_utime + usage.ru_stime


class Campaign:
    """A data folder and a configuration of their own, with lists that others share."""

    def __init__(self, binary: Path, work: Path, inbox: Path, table: str):
        self.binary, self.inbox, self.data, self.config = binary, inbox, work / "data", work / "breachpost.toml"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        text = (ROOT / "sample-data/breachpost.toml").read_text()
        # The print files of a real campaign, and no limit on its size.
        text = re.sub(r"^letters_per_file = .*\n", "", text, flags=re.M)
        text = text.replace("[policy]\n", f"{table}\n[policy]\nmax_letters_per_run = 10000000\n")
        text = text.replace('"facts.toml"', json.dumps(str(ROOT / "sample-data/facts.toml")))
        self.config.write_text(text)
        spend(self.command(MONDAY, "ledger", "init"))

    def command(self, date: str, *words: str) -> list:
        places = ["--config", self.config, "--inbox", self.inbox, "--data-dir", self.data]
        return [self.binary, *places, "--date", date, *words]

    def night(self, date: str) -> tuple[float, dict]:
        spent = spend(self.command(date, "run"))
        newest = max((self.data / "runs").glob("*/report.json"), key=lambda path: path.stat().st_mtime_ns)
        return spent, json.loads(newest.read_text())["letters"]["by_category"]


def round_of(binary: Path, work: Path, lists: Path, alone: Path) -> dict[str, tuple[float, dict]]:
    """Seconds and letters of each night."""
    nights = {}
    for name, inbox, table, dates in (
        ("alone", alone, "", (MONDAY, CAP)),
        ("professionals", lists, PROFESSIONALS, (MONDAY,)),
        ("with", lists, FIRST, (MONDAY, CAP)),
    ):
        campaign = Campaign(binary, work / name, inbox, table)
        for date in dates:
            nights[f"{name}, {date}"] = campaign.night(date)
        shutil.rmtree(work / name)
    return nights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--providers", type=int, help="about one for 48 people where not said: every fifth gets no notice")
    parser.add_argument("--professionals", type=int, help="about one for 18 people where not said")
    parser.add_argument("--sampler", type=Path, help="the program that invents the lists, where it is another one")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()

    binary, work = given.binary.absolute(), given.work.absolute()
    shutil.rmtree(work, ignore_errors=True)
    lists, alone = work / "lists", work / "alone-lists"
    providers = given.providers or given.people * 15 // 715
    professionals = given.professionals or given.people * 40 // 715
    work.mkdir(parents=True)
    size = ["--people", given.people, "--providers", providers, "--professionals", professionals]
    spend([(given.sampler or binary).absolute(), "sample", *size, "--seed", 5, "--out", lists])
    (lists / "truth.csv").unlink()
    alone.mkdir()
    for path in lists.iterdir():
        if not path.name.startswith("professionals"):
            os.link(path, alone / path.name)

    rounds = [round_of(binary, work, lists, alone) for _ in range(given.rounds)]
    spent = {name: min(one[name][0] for one in rounds) for name in rounds[0]}
    told = {name: letters for name, (_, letters) in rounds[0].items()}
    shutil.rmtree(work)
    report(spent, told, given.people)


def report(spent: dict[str, float], told: dict[str, dict], people: int) -> None:
    def letters(night: str, kind: str) -> int:
        return sum(n for own, n in told[night].items() if own == kind or (kind == "patient" and own not in OTHERS))

    def total(of: dict[str, float] | str, campaign: str) -> float:
        nights = (name for name in spent if name.startswith(campaign))
        return sum(spent[name] if of is spent else letters(name, of) for name in nights)

    print(f"{people:,} people\n\n| night | to patients | to providers | to professionals | processor seconds |\n|---|---|---|---|---|")
    for name, seconds in spent.items():
        print(f"| {name} | " + " | ".join(f"{letters(name, kind):,}" for kind in ("patient", *OTHERS)) + f" | {seconds:.1f} |")
    if total("patient", "alone") != total("patient", "with"):
        print("\nnot the same letters to patients in both")

    first = next(name for name in spent if name.startswith("alone"))
    patient = spent[first] / letters(first, "patient")
    professional = (total(spent, "professionals") - spent[first]) / total("professional", "professionals")
    more = total(spent, "with") - total(spent, "alone")
    provider = (more - professional * total("professional", "with")) / total("provider", "with")
    theirs = total("professional", "with") + total("provider", "with")
    rest = 1 + max(more - theirs * patient, 0) / total(spent, "alone")
    print(f"\na letter to a patient takes {patient * 1e6:.0f} us of processor time, to a provider {provider * 1e6:.0f}, "
          f"to a professional {professional * 1e6:.0f}; beyond a patient's for each of theirs the nights take {rest:.3f} "
          "of what they take without")
    if max(provider, professional) > patient or rest > MOST_REST:
        sys.exit("error: letters to providers and professionals cost too much")


if __name__ == "__main__":
    main()
