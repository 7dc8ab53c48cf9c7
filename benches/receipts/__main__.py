"""Measures the program on what a vendor says of 715,000 letters: taking it, taking it again, and saying where all letters are.

    python3 benches/receipts --binary target/release/breachpost --scale target/bench-receipts

The folder was written by the unit test `everybody_is_reported_on_in_seconds` (`make bench-receipts` starts both). Ends with 1
where a limit is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATE = "2026-01-08"
# Seconds and MiB; the second time the same file is only held against what is known.
LIMITS = {"receipts": (20.0, 1024), "receipts again": (20.0, 1024), "status": (2.0, 1024)}


def configured(scale: Path) -> Path:
    """The sample's configuration for the ledger of the test."""
    text = (ROOT / "sample-data/breachpost.toml").read_text()
    for old, new in {
        'campaign = "sample-2025"': 'campaign = "lab-2025"',
        "synthetic = true": "synthetic = false",
        'data_dir = "../data"': f'data_dir = "{scale}/data"',
        'facts = "facts.toml"': f'facts = "{ROOT}/sample-data/facts.toml"',
    }.items():
        if old not in text:
            sys.exit(f"the sample's configuration has no `{old}`")
        text = text.replace(old, new)
    config = scale / "breachpost.toml"
    config.write_text(text)
    return config


def measure(command: list[str]) -> tuple[float, float, float, str]:
    """Seconds, those of the processor, MiB at most, and what it said; a command that fails ends everything."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"`{' '.join(command)}` ended with {code}")
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="the built program")
    parser.add_argument("--scale", type=Path, required=True, help="the folder that the unit test has written")
    args = parser.parse_args()
    scale = args.scale.resolve()
    [file] = scale.glob("*.production.csv")
    program = [str(args.binary.resolve()), "--config", str(configured(scale)), "--date", DATE]

    missed = 0
    for name, (most_seconds, most_mib) in LIMITS.items():
        words = ["status", "--json"] if name == "status" else ["receipts", str(file)]
        seconds, cpu, mib, said = measure([*program, *words])
        is_missed = seconds > most_seconds or mib > most_mib
        missed += is_missed
        print(f"{name:16} {seconds:6.2f} s of {most_seconds:g} ({cpu:.2f} of the processor), {mib:6.0f} MiB of {most_mib}{'  MISSED' if is_missed else ''}")
    letters = json.loads(said)["letters"]
    if letters["by_state"]["posted"] != letters["total"] or letters["total"] < 700_000:
        sys.exit(f"not all letters are posted: {letters}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
