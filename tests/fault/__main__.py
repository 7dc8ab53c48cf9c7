"""Disturbs the nightly run in every way that is known to go wrong, and compares with a night that nothing disturbed.

    python3 tests/fault --binary target/release/breachpost            everything (`make fault-test`)
    python3 tests/fault --binary target/release/breachpost --short    a part of everything (`make test`)

Needs strace, age, unshare and a kernel that permits them; where one is missing the test fails and says which.
"""

import argparse
import functools
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import approval
import calls
import crowd
import disk
import emergency
import errors
import gates
import kills
import memory
import order
import transfer
import vendor
from night import Program, Wrong, prepare, settled

CHECKS = ("memory", "gates", "order", "kills", "chains", "errors", "disks", "crowd", "watcher", "vendor", "transfer", "approval", "emergency")


def guarded(work):
    """A job of a pool: whether it was reached, and what was wrong."""

    @functools.wraps(work)
    def wrapped(item):
        try:
            return work(item), None
        except Exception as error:  # a file that no reader understands is a fault as well
            where = ", ".join(map(str, item)) if type(item) in (list, tuple) else item
            return False, f"{where}: {error if isinstance(error, Wrong) else repr(error)}"

    return wrapped


class Trial:
    """One program, one evening before, one undisturbed night."""

    def __init__(self, program: Program, base: Path):
        self.program, self.base = program, base
        program.personal = errors.personal(program.inbox)
        self.events, self.points = kills.undisturbed(program, base, self.data("calm"), "run")
        self.wanted = settled(self.data("calm"))
        if len(self.wanted["jobs"]) != 2 or len(self.wanted["jobs"][max(self.wanted["jobs"])]) < 2:
            raise Wrong("the fixture should publish two parts in its second night")

    def data(self, name: str = "") -> Path:
        return self.program.work / f"data-{name or os.getpid()}"


TRIAL: Trial
SERVER: transfer.Server


@guarded
def kill(chain: list) -> bool:
    return kills.killed(TRIAL.program, TRIAL.base, TRIAL.data(), chain, TRIAL.wanted)


@guarded
def fail(way: tuple) -> bool:
    return errors.failed(TRIAL.program, TRIAL.base, TRIAL.data(), *way, TRIAL.wanted)


@guarded
def fill(way: tuple) -> bool:
    return disk.on_disk(TRIAL.program, TRIAL.base, TRIAL.data(), *way, TRIAL.wanted) in (3, 4)


@guarded
def kill_vendor(way: tuple) -> bool:
    base, *rest = way
    return vendor.killed(TRIAL.program, base, TRIAL.data(), *rest)


@guarded
def kill_transfer(way: tuple) -> bool:
    return transfer.killed(SERVER, TRIAL.program, TRIAL.base, TRIAL.data(), *way)


APPROVING: approval.Approving


@guarded
def kill_approval(way: tuple) -> bool:
    kind, point = way
    return getattr(approval, f"killed_{kind}")(APPROVING, TRIAL.data(), point)


RELEASING: emergency.Releasing


@guarded
def kill_emergency(way: tuple) -> bool:
    kind, point = way
    return getattr(emergency, f"killed_{kind}")(RELEASING, TRIAL.data(), point)


class Report:
    """Counts and faults, printed as they come."""

    def __init__(self):
        self.faults: list[str] = []

    def pool(self, name: str, work, items: list, least: float) -> None:
        """Tries every item on all cores; at least this share of them must have been reached."""
        started = time.monotonic()
        with multiprocessing.Pool(os.cpu_count()) as pool:
            results = pool.map(work, items, chunksize=1)
        wrong = [said for _, said in results if said]
        reached = sum(1 for hit, said in results if hit or said)
        if reached < least * len(items):
            missed = [str(item) for item, (hit, said) in zip(items, results) if not hit and not said]
            wrong.append(f"{name}: only {reached} of {len(items)} were reached, not {missed}")
        self.say(name, f"{reached} of {len(items)}", started, wrong)

    def one(self, name: str, work) -> None:
        started = time.monotonic()
        try:
            found, wrong = work(), []
        except Wrong as error:
            found, wrong = "", [str(error)]
        self.say(name, found, started, wrong)

    def say(self, name: str, found, started: float, wrong: list[str]) -> None:
        print(f"{name:34} {found!s:>14} {time.monotonic() - started:7.1f} s  {'WRONG' if wrong else 'sound'}", flush=True)
        for said in wrong[:5]:
            print(f"    {said}")
        self.faults += [f"{name}: {said}" for said in wrong]


def ways(points: list) -> list:
    """Every call fails once, with each error in turn over the calls; and from some call on nothing works any more."""
    once = [(point, errors.ERRORS[index % 3], False) for index, point in enumerate(points)]
    onwards = [(point, error, True) for point, error, _ in once if point.nth == 1]
    return once + onwards


def run(trial: Trial, which: tuple, short: bool) -> list[str]:
    report = Report()
    program, base = trial.program, trial.base
    points = kills.spread(trial.points, 40) if short else trial.points
    if "memory" in which:
        for name, check in memory.ALL.items():
            report.one(name, lambda check=check: check(program, base, trial.data()) or "refused")
    if "gates" in which:
        for name, check in gates.ALL.items():
            report.one(name, lambda check=check: check(program, base, trial.data()))
    if "order" in which:
        report.one("order of calls, commits", lambda: order.check(trial.events, trial.data("calm")))
    if "kills" in which:
        report.pool("kills", kill, [[point] for point in points], 1.0)
    if "chains" in which:
        report.pool("kills of resumed runs", kill, kills.chains(trial.points, 6 if short else 200, 1), 0.9)
    if "errors" in which:
        report.pool("failing calls", fail, ways(points)[:: 4 if short else 1], 0.9)
    if "disks" in which:
        small = range(0, 8193, 2048) if short else range(0, 8193, 128)
        filling = range(0, 2049, 512) if short else range(0, 4097, 64)
        report.pool("disks that are too small", fill, [(kib, False) for kib in small], 0.0)
        report.pool("disks that fill up", fill, [(kib, True) for kib in filling], 0.0)
        report.one("outbox on another filesystem", lambda: disk.refused_elsewhere(program, base, trial.data()) or "refused")
    if "crowd" in which:
        for _ in range(1 if short else 25):
            report.one("starts at once, refused", lambda: crowd.at_once(program, base, trial.data(), 8 if short else 40, trial.wanted))
    if "watcher" in which:
        for _ in range(1 if short else 10):
            report.one("looks into the outbox", lambda: crowd.watched(program, base, trial.data(), trial.wanted))
    if "vendor" in which:
        report.one("a stop holds without its ledger", lambda: vendor.holds(program, base, trial.data()) or "refused")
        for name, (begin, words) in vendor.commands(program, base).items():
            wanted, found = vendor.undisturbed(program, begin, trial.data(f"calm-{name}"), words)
            found = kills.spread(found, 12) if short else found
            hits = [vendor.Way((begin, point, words, wanted)) for point in found]
            report.pool(f"kills of `{name}`", kill_vendor, hits, 0.9)
    if "transfer" in which:
        transfers(report, short)
    if "approval" in which or "emergency" in which:
        global APPROVING
        APPROVING = approval.Approving(program, base)
    if "approval" in which:
        steps = {"planning": APPROVING.to_plan, "approving": APPROVING.to_approve, "publishing": APPROVING.to_publish}
        for kind, found in steps.items():
            found = kills.spread(found, 6) if short else found
            report.pool(f"kills while {kind}", kill_approval, [(kind, point) for point in found], 0.9)
    if "emergency" in which:
        emergencies(report, short)
    return report.faults


def emergencies(report: Report, short: bool) -> None:
    """A release is killed at every call, and the night that publishes what was released."""
    global RELEASING
    RELEASING = emergency.Releasing(APPROVING)
    try:
        for kind, found in {"releasing": RELEASING.to_release, "published": RELEASING.to_publish}.items():
            found = kills.spread(found, 5) if short else found
            ways = [(kind, point) for point in found]
            report.pool(f"kills in an emergency, {kind}", kill_emergency, ways, 0.9)
    finally:
        RELEASING.stop()


def transfers(report: Report, short: bool) -> None:
    """What speaks with the vendor's server is killed at every call, with a server that stays up all the while."""
    global SERVER
    SERVER = transfer.Server(TRIAL.program.work)
    try:
        for name, asked in transfer.commands(TRIAL.base).items():
            wanted, found = transfer.undisturbed(SERVER, TRIAL.program, TRIAL.base, TRIAL.data("calm-transfer"), asked)
            found = kills.spread(found, 12) if short else found
            hits = [vendor.Way((point, asked, wanted)) for point in found]
            report.pool(f"kills of `{name}`", kill_transfer, hits, 0.9)
    finally:
        SERVER.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="the built program")
    parser.add_argument("--short", action="store_true", help="a part of everything, in under a minute")
    parser.add_argument("--only", choices=CHECKS, nargs="+", default=CHECKS, help="these checks alone")
    parser.add_argument("--defect", help="break the program on purpose; it has to be built for that")
    args = parser.parse_args()
    calls.available()
    global TRIAL
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="breachpost-fault-") as work:
        try:
            TRIAL = Trial(*prepare(args.binary.resolve(), Path(work).resolve(), args.defect))
        except Wrong as wrong:
            print(f"undisturbed night: {wrong}")
            return 1
        print(f"{len(TRIAL.events)} calls change something in a run: {len(TRIAL.points)} points", flush=True)
        faults = run(TRIAL, tuple(args.only), args.short)
    print(f"{len(faults)} faults in {time.monotonic() - started:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
