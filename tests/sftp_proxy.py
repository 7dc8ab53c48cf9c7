"""Stands between an SFTP client and OpenSSH's sftp-server and disturbs their talk, as the subsystem of a test's sshd:

    Subsystem sftp /usr/bin/python3 tests/sftp_proxy.py FOLDER

FOLDER/plan.json says how, for one connection: {"cut": N, "when": "request"} ends it before the server hears the N-th
request, "answer" after the server has done what it asks and before the client hears of that; {"silent": N} never answers
the N-th; {"full": KIB} gives the server a disk of that size. FOLDER/talk.log gets a line for every request.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

SERVER = "/usr/lib/openssh/sftp-server"
KINDS = {1: "init", 3: "open", 4: "close", 5: "read", 6: "write", 7: "lstat", 8: "fstat", 9: "setstat", 10: "fsetstat"}
KINDS |= {11: "opendir", 12: "readdir", 13: "remove", 14: "mkdir", 16: "realpath", 17: "stat", 18: "rename", 200: "extended"}
NAMED = {"open", "lstat", "opendir", "remove", "stat"}


def message(stream) -> bytes:
    """The next message with its length in front; nothing at the end."""
    head = stream.read(4)
    return head + stream.read(int.from_bytes(head, "big")) if len(head) == 4 else b""


def text(body: bytes, place: int) -> tuple[str, int]:
    length = int.from_bytes(body[place : place + 4], "big")
    return body[place + 4 : place + 4 + length].decode(), place + 4 + length


def words(body: bytes) -> str:
    """A request in words: what is asked, and of which files."""
    kind = KINDS.get(body[4], str(body[4]))
    if kind in NAMED:
        return f"{kind} {Path(text(body, 9)[0]).name}"
    if kind == "rename":
        old, place = text(body, 9)
        return f"rename {Path(old).name} {Path(text(body, place)[0]).name}"
    if kind == "extended":
        return f"extended {text(body, 9)[0]}"
    return kind


def server(plan: dict) -> subprocess.Popen:
    command = [SERVER, "-e"]
    if "full" in plan:
        mount = f'mount -t tmpfs -o size={plan["full"]}k none "$0" && exec {SERVER} -e'
        command = ["unshare", "-rm", "sh", "-c", mount, plan["folder"]]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def main(folder: Path) -> None:
    plan_file = folder / "plan.json"
    plan = json.loads(plan_file.read_text()) if plan_file.exists() else {}
    plan_file.unlink(missing_ok=True)
    child = server(plan)
    withheld: list[bytes] = []

    def end() -> None:
        child.kill()
        os._exit(1)

    def answers() -> None:
        while body := message(child.stdout):
            # The greeting has no number.
            if withheld and (body[4] == 2 or body[5:9] == withheld[0]):
                if "cut" in plan:
                    end()
                continue
            sys.stdout.buffer.write(body)
            sys.stdout.buffer.flush()
        os._exit(0)

    threading.Thread(target=answers, daemon=True).start()
    count = 0
    with (folder / "talk.log").open("a") as log:
        while body := message(sys.stdin.buffer):
            count += 1
            log.write(words(body) + "\n")
            log.flush()
            if plan.get("cut") == count and plan["when"] == "request":
                end()
            if count in (plan.get("cut"), plan.get("silent")):
                withheld.append(body[5:9])
            child.stdin.write(body)
            child.stdin.flush()
    child.stdin.close()
    child.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
