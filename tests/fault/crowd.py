"""Many runs at once, and somebody who watches the outbox all the time."""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

from night import IN_USE, SECOND_NIGHT, Program, Wrong, compare, copy, digest


def at_once(program: Program, base: Path, data: Path, starts: int, wanted: dict) -> int:
    """Starts so many runs at the same instant; the number of those that were refused."""
    copy(base, data)
    command = program.command(data, SECOND_NIGHT, "run")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, env=program.env, cwd=program.work, **quiet) for _ in range(starts)]
    refused = 0
    for run in runs:
        said = run.communicate()[1]
        if run.returncode == 3 and IN_USE in said:
            refused += 1
        elif run.returncode not in (0, 1):
            raise Wrong(f"one of {starts} runs ended with {run.returncode}: {said}")
    if refused == starts:
        raise Wrong("nobody won")
    compare(program, data, wanted)
    shutil.rmtree(data)
    return refused


class Watcher(threading.Thread):
    """Looks a thousand times a second at everything a vendor could fetch."""

    def __init__(self, outbox: Path):
        super().__init__()
        self.outbox, self.over = outbox, False
        self.looks = 0
        self.seen: dict[str, tuple[int, int, str]] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.over:
            started = time.monotonic()
            self.look()
            self.looks += 1
            time.sleep(max(0.0, 0.001 - (time.monotonic() - started)))

    def look(self) -> None:
        for folder in os.scandir(self.outbox):
            names = {entry.name: entry for entry in os.scandir(folder.path)}
            done = f"{folder.name}.done" in names
            for name, entry in names.items():
                about = entry.stat()
                key = f"{folder.name}/{name}"
                if key not in self.seen:
                    self.seen[key] = (about.st_ino, about.st_size, digest(Path(entry.path).read_bytes()))
                elif self.seen[key][:2] != (about.st_ino, about.st_size):
                    self.wrong.append(f"{key} changed while it was there")
            if done and f"{folder.name}.SHA256SUMS" not in names:
                self.wrong.append(f"{folder.name}.done came before the sums")


def watched(program: Program, base: Path, data: Path, wanted: dict) -> int:
    """Whole files only, at any instant; the number of looks."""
    copy(base, data)
    watcher = Watcher(data / "outbox")
    watcher.start()
    try:
        program.must(data, "run")
    finally:
        watcher.over = True
        watcher.join()
    for key, (_, _, sha256) in watcher.seen.items():
        if digest((data / "outbox" / key).read_bytes()) != sha256:
            watcher.wrong.append(f"{key} was not whole when it was first seen")
    if watcher.wrong:
        raise Wrong("; ".join(sorted(set(watcher.wrong))))
    compare(program, data, wanted)
    shutil.rmtree(data)
    return watcher.looks
