"""The tests of the tests: the program is broken in one way after another, and each time something must be wrong.

    python3 tests/fault/defects.py --binary target/defects/breachpost

The binary is built with the feature `seeded-defects`; `make fault-test` does so.
"""

import argparse
import subprocess
import sys
from pathlib import Path

# Which check has to notice which defect.
CAUGHT_BY = {
    "RecordedBeforePublished": "kills",
    "RenamedUnsynced": "order",
    "FolderUnsynced": "order",
    "ToldTwice": "memory",
    "EmptyLedgerAccepted": "memory",
    "OtherKeyAccepted": "memory",
    "PrintFileSkipped": "order",
    "RandomNumber": "kills",
    "Unsorted": "kills",
    "ClockInPrintFile": "kills",
    "NameInLog": "gates",
    "GlyphMissing": "gates",
    "AddressesSwapped": "gates",
    "MergedRowOpen": "gates",
    "ForeignReceipt": "gates",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="the program, built with `seeded-defects`")
    args = parser.parse_args()
    harness = [sys.executable, str(Path(__file__).parent), "--short", "--binary", str(args.binary)]
    sound = subprocess.run([*harness, "--only", "memory", "gates", "order", "kills"], capture_output=True, text=True, check=False)
    if sound.returncode != 0:
        print(f"without a defect the program should be sound:\n{sound.stdout}{sound.stderr}")
        return 1
    missed = 0
    for defect, check in CAUGHT_BY.items():
        tried = subprocess.run([*harness, "--only", check, "--defect", defect], capture_output=True, text=True, check=False)
        said = [line.strip() for line in tried.stdout.splitlines() if "WRONG" in line or line.startswith(("    ", "undisturbed"))]
        caught = tried.returncode == 1 and said and not tried.stderr
        missed += not caught
        print(f"{defect:26} {'caught' if caught else 'MISSED'}  {said[1 if len(said) > 1 else 0][:150] if said else tried.stderr}", flush=True)
    print(f"{len(CAUGHT_BY) - missed} of {len(CAUGHT_BY)} defects were caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
