"""Keeps what `cargo mutants` found, so that work goes on where it ended.

    python3 tests/mutants/collect.py mutants.out...

Adds to results.csv beside this file: what was tried again counts as it ended last. Lines are sorted, so that a change shows.
"""

import csv
import json
import sys
from pathlib import Path

RESULTS = Path(__file__).with_name("results.csv")
COLUMNS = ("path", "function", "mutation", "outcome")
WORDS = {"CaughtMutant": "caught", "MissedMutant": "missed", "Timeout": "timeout", "Unviable": "unviable"}


def kept() -> dict[tuple[str, ...], str]:
    if not RESULTS.exists():
        return {}
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return {tuple(row[column] for column in COLUMNS[:3]): row["outcome"] for row in csv.DictReader(file)}


def found(folder: Path):
    """Every mutant that was tried: without line numbers, which change with every edit."""
    for outcome in json.loads((folder / "outcomes.json").read_text())["outcomes"]:
        if outcome["scenario"] == "Baseline":
            continue
        mutant = outcome["scenario"]["Mutant"]
        function = (mutant.get("function") or {}).get("function_name", "")
        mutation = mutant["name"].split(": ", 1)[1]
        yield (mutant["file"], function, mutation), WORDS[outcome["summary"]]


def main() -> int:
    results = kept()
    for folder in map(Path, sys.argv[1:]):
        worst: dict[tuple[str, ...], str] = {}
        for mutant, outcome in found(folder):
            # One line of a function may have the same mutation twice: none of them may live.
            if worst.get(mutant) != "missed":
                worst[mutant] = outcome
        results |= worst
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*mutant, outcome) for mutant, outcome in sorted(results.items()))
    missed = [mutant for mutant, outcome in results.items() if outcome == "missed"]
    print(f"{len(results)} mutants, {len(missed)} live")
    return 0


if __name__ == "__main__":
    sys.exit(main())
