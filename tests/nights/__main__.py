"""Plays thirty nights of a campaign with the built program, and holds it against an account of its own after each.

    tests/nights --binary FILE [--short] [--seeds N] [--first SEED] [--require-restore] [--keep DIR]

Says one line per night, and `N nights, 0 disagreements` at the end; ends with 1 where program and account disagree.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from campaign import Campaign
from nights import SHORT, STORY
from program import Wrong, restores


def play(binary: Path, work: Path, seed: int, story: list) -> int:
    """Plays one campaign; how many nights it was in agreement, negative where it ended in a disagreement."""
    campaign = Campaign(binary, work, seed)
    try:
        for number, night in enumerate(story, 1):
            begun = time.monotonic()
            try:
                night(campaign)
            except Wrong as wrong:
                print(f"seed {seed} night {number:2} {campaign.date} {night.__name__}: {wrong}", flush=True)
                return -number
            print(f"seed {seed} night {number:2} {campaign.date} {night.__name__} {time.monotonic() - begun:.1f} s", flush=True)
            campaign.later()
    finally:
        campaign.stop()
    return len(story)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--binary", type=Path, required=True)
    asked.add_argument("--short", action="store_true", help="the important nights only")
    asked.add_argument("--seeds", type=int, default=1)
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--require-restore", action="store_true", help="fail where the program has no `ledger restore`")
    asked.add_argument("--keep", type=Path, help="play in this folder, and leave it")
    options = asked.parse_args()

    if options.require_restore and not restores(options.binary):
        print("the program has no `ledger restore`")
        return 1
    nights = wrong = 0
    for seed in range(options.first, options.first + options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            work = options.keep / str(seed) if options.keep else Path(folder)
            work.mkdir(parents=True, exist_ok=True)
            played = play(options.binary.resolve(), work.resolve(), seed, SHORT if options.short else STORY)
        nights += abs(played)
        wrong += played < 0
    print(f"{nights} nights, {wrong} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
