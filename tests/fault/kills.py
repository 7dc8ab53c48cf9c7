"""A run is killed at one of its calls, again while it resumes, and then left alone."""

import random
import shutil
from pathlib import Path

from calls import Event, Point, hit, points, trace
from night import Program, Wrong, compare, copy, half_way, sealed


def checked(program: Program, data: Path, wanted: dict, known: dict) -> None:
    """What was sealed before the kill is published with the same bytes, and the rest is as if nothing had happened."""
    program.must(data, "run")
    compare(program, data, wanted)
    now = sealed(data / "ledger.sqlite")
    if any(now.get(part) != hashes for part, hashes in known.items()):
        raise Wrong("parts were sealed twice")
    shutil.rmtree(data)


def killed(program: Program, base: Path, data: Path, chain: list[Point], wanted: dict) -> bool:
    """Kills at each point of the chain in turn, a run each; false where the first was not reached."""
    copy(base, data)
    known: dict = {}
    for number, point in enumerate(chain):
        answer, reached = hit(program, data, point, "signal=KILL", "run")
        if not reached and number == 0:
            shutil.rmtree(data)
            return False
        if reached and answer.code not in (-9, 137):
            raise Wrong(f"the killed run ended with {answer.code}")
        now = half_way(data)
        if any(now.get(part) != hashes for part, hashes in known.items()):
            raise Wrong("what was sealed was sealed again")
        known = now
    checked(program, data, wanted, known)
    return True


def chains(of: list[Point], number: int, seed: int) -> list[list[Point]]:
    """Two or three kills in a row: the later ones hit the resumed run."""
    chance = random.Random(seed)
    return [sorted(chance.sample(of, chance.choice((2, 3))), key=of.index) for _ in range(number)]


def spread(of: list[Point], most: int) -> list[Point]:
    """At most so many, the first and the last call of every name on every kind of file among them if there is room."""
    kinds: dict = {}
    for point in of:
        folder, _, name = point.path.rpartition("/")
        kinds.setdefault((point.call, folder, name.rsplit(".", 1)[-1]), []).append(point)
    ends = [point for kind in kinds.values() for point in (kind[len(kind) // 2], kind[-1])]
    chosen = sorted(set(ends), key=of.index)
    if len(chosen) <= most:
        return chosen
    return [chosen[index * len(chosen) // most] for index in range(most)]


def undisturbed(program: Program, base: Path, data: Path, *words: str) -> tuple[list[Event], list[Point]]:
    """The calls of a run that nothing disturbs."""
    copy(base, data)
    answer, found = trace(program, data, *words)
    if answer.code not in (0, 1):
        raise Wrong(f"the undisturbed run ended with {answer.code}: {answer.err}")
    return found, points(found, data)

