"""Disks of every size, from too small for anything to large enough."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from errors import judge
from night import SECOND_NIGHT, Answer, Program, Wrong, compare, copy, half_way


ROOMY = 16 * 1024


def on_disk(program: Program, base: Path, data: Path, kib: int, fills: bool, wanted: dict) -> int:
    """Runs on a filesystem with `kib` free beside what is there, then again with room; the exit code of the first. Where it
    `fills`, there is room enough at the start, and somebody else takes all but `kib` of it once the run is on its way."""
    used = sum((path.stat().st_size + 4095) // 4096 * 4 + 4 for path in base.rglob("*"))
    disk = data.with_name(data.name + "-disk")
    for folder in (disk, data):
        shutil.rmtree(folder, ignore_errors=True)
    disk.mkdir()
    size = used + (ROOMY if fills else kib)
    filler = (
        f"(until ls '{disk}'/staging/* > {os.devnull} 2>&1; do :; done; "
        f"head -c {ROOMY - kib}K /dev/zero > '{disk}/filler') & filler=$!; "
    )
    script = (
        f"mount -t tmpfs -o size={size}k,mode=0700 none '{disk}' && cp -a '{base}/.' '{disk}/' || exit 99; "
        f"{filler if fills else ''}{shlex.join(program.command(disk, SECOND_NIGHT, 'run'))}; code=$?; "
        f"{'kill $filler; wait; ' if fills else ''}rm -f '{disk}/filler'; cp -a '{disk}' '{data}'; exit $code"
    )
    done = unshared(program, script)
    if done.returncode == 99 or not data.exists():
        raise Wrong(f"no filesystem of its own can be mounted here: {done.stderr}")
    said = "\n".join(line for line in done.stderr.splitlines() if not line.startswith(("sh:", "head:")))
    judge(program, data, Answer(done.returncode, said), wanted)
    half_way(data)
    program.must(data, "run")
    compare(program, data, wanted)
    shutil.rmtree(data)
    shutil.rmtree(disk)
    return done.returncode


def unshared(program: Program, script: str) -> subprocess.CompletedProcess:
    """Runs a script that may mount filesystems of its own."""
    shell = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    return subprocess.run(shell, env=program.env, cwd=program.work, capture_output=True, text=True, check=False)


def refused_elsewhere(program: Program, base: Path, data: Path) -> None:
    """An outbox on another filesystem cannot be published to in one step."""
    copy(base, data)
    outbox = data / "outbox"
    script = (
        f"cp -a '{outbox}' '{data}-outbox' && mount -t tmpfs -o mode=0700 none '{outbox}' && "
        f"cp -a '{data}-outbox/.' '{outbox}/' || exit 99; "
        f"{shlex.join(program.command(data, SECOND_NIGHT, 'run'))}"
    )
    done = unshared(program, script)
    if done.returncode != 3 or "filesystem" not in done.stderr:
        raise Wrong(f"an outbox on another filesystem: {done.returncode} {done.stderr}")
    shutil.rmtree(data)
    shutil.rmtree(f"{data}-outbox")
