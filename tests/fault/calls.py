"""System calls of a run: which there are, and what happens when one of them is hit."""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from night import Answer, Program

# Whatever writes, names, removes or syncs.
CALLS = (
    "write,writev,pwrite64,pwritev,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,symlink,"
    "unlink,unlinkat,rmdir,mkdir,mkdirat,ftruncate,truncate,fallocate,copy_file_range,sendfile,fchmod,chmod,fchown"
)
LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<rest>.*)$")
FD = re.compile(r"^\d+<(?P<path>/[^>]*)>")
QUOTED = re.compile(r'"(?P<path>/[^"]*)"')


@dataclass(frozen=True)
class Event:
    """One call: who made it, its name, the path that strace sees it by, all paths in it, whether it failed."""

    thread: str
    call: str
    path: str
    paths: tuple[str, ...]
    failed: bool


@dataclass(frozen=True)
class Point:
    """The n-th call of a name on a path below the data folder; the same in every run."""

    call: str
    path: str
    nth: int

    def __str__(self) -> str:
        return f"{self.call} #{self.nth} on {self.path or 'the data folder'}"


def strace(filter_: list[str], log: Path) -> tuple[str, ...]:
    return ("strace", "-f", "-q", "-y", "-s", "200", "-o", str(log), *filter_)


def events(log: Path) -> list[Event]:
    """The calls of a trace, in order."""
    found, halves = [], {}
    for line in log.read_text(errors="replace").splitlines():
        pid = line.split(" ", 1)[0]
        if "<unfinished ...>" in line:
            halves[pid] = line.split("<unfinished ...>")[0]
            continue
        if "resumed>" in line:
            line = halves.pop(pid, "") + line.split("resumed>", 1)[1]
        match = LINE.match(line)
        if not match:
            continue
        rest = match["rest"]
        by_fd, quoted = FD.match(rest), [found["path"] for found in QUOTED.finditer(rest.split('" = ')[0])]
        paths = ([by_fd["path"]] if by_fd else []) + ([] if "write" in match["call"] else quoted)
        creates = match["call"] == "openat" and "O_CREAT" in rest
        if not paths or (match["call"] == "openat" and not creates):
            continue
        found.append(Event(pid, match["call"], paths[0], tuple(paths), "= -1 " in rest))
    return found


def trace(program: Program, data: Path, *words: str) -> tuple[Answer, list[Event]]:
    """Runs a command and gives every call that changes something, and every file that was made."""
    log = data.with_name(data.name + ".strace")
    answer = program.ask(data, *words, before=strace(["--seccomp-bpf", f"--trace={CALLS},openat"], log))
    return answer, [event for event in events(log) if event.path.startswith(str(data))]


def points(trace_: list[Event], data: Path) -> list[Point]:
    """Every call of a trace as a point that can be hit again. strace counts for each thread on its own, so the rare call
    that two threads make on one path is one point, hit in the thread that comes first."""
    seen: Counter = Counter()
    found = {}
    for event in trace_:
        key = (event.thread, event.call, event.path)
        seen[key] += 1
        found[Point(event.call, event.path[len(str(data)) :], seen[key])] = None
    return list(found)


def hit(program: Program, data: Path, point: Point, what: str, *words: str, onwards: bool = False) -> tuple[Answer, bool]:
    """Runs a command with `what` (`signal=KILL`, `error=EIO`) at the point; says whether the point was reached."""
    log = data.with_name(data.name + ".strace")
    when = f"{point.nth}+" if onwards else str(point.nth)
    # The call alone is traced, and only on this path: other threads and files count nothing. Without `--seccomp-bpf`,
    # whose stops take no signal.
    filter_ = [f"--trace={point.call}", f"--inject={point.call}:{what}:when={when}", "-P", f"{data}{point.path}"]
    answer = program.ask(data, *words, before=strace(filter_, log))
    text = log.read_text(errors="replace")
    return answer, "(INJECTED)" in text or "killed by SIGKILL" in text


def available() -> None:
    subprocess.run(["strace", "-V"], check=True, capture_output=True)
