"""Kills a release by one person, and the night that publishes it: nothing leaves before it, it is there once, every
approver hears of it, and what leaves is what an undisturbed night publishes."""

import copy as copies
import re
import shutil
import socketserver
import threading
from pathlib import Path

from approval import Approving, out
from calls import Point, hit
from kills import killed as killed_run
from kills import undisturbed
from night import Wrong, copy, settled

WHY = "the call centre opens at eight"
PEOPLE = {"Anna": "", "Bart": "", "Dirk": "emergency = true\n"}


class Mailbox(socketserver.StreamRequestHandler):
    """Takes every mail that it is offered."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 done\r\n")


class Server(socketserver.ThreadingTCPServer):
    """On a port of loopback, for as long as the test runs."""

    daemon_threads = True
    allow_reuse_address = True


class Releasing:
    """The program with somebody who may release letters alone, and what that comes to."""

    def __init__(self, approving: Approving):
        self.approving, self.work = approving, approving.work
        self.server = Server(("127.0.0.1", 0), Mailbox)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.program = copies.copy(approving.program)
        self.program.config = self.work / "emergency.toml"
        text = approving.program.config.read_text()
        for name, right in PEOPLE.items():
            text, count = re.subn(f'^name = "{name}"$', f'name = "{name}"\n{right}mail = "{name}@example.org"', text, flags=re.M)
            if count != 1:
                raise Wrong(f"the configuration has no approver {name}")
        mail = f'host = "127.0.0.1"\nport = {self.server.server_address[1]}\nsecurity = "plain"'
        self.program.config.write_text(f'{text}\n[mail]\n{mail}\nfrom = "b@example.org"\nto = ["o@example.org"]\n')

        self.waiting = approving.waiting
        words = ("approve", "--by", "Dirk", "--emergency", WHY)
        said = copies.copy(approving)
        said.program = self.program
        self.release = (*words, "--signature", said.sign(said.said(self.waiting, *words), "Dirk", "release"))
        _, self.to_release = undisturbed(self.program, self.waiting, self.work / "release-calm", *self.release)
        self.said_once = approving.events(self.work / "release-calm")
        self.released = copy(self.work / "release-calm", self.work / "released")
        _, self.to_publish = undisturbed(self.program, self.released, self.work / "release-calm", "run")
        self.wanted = settled(self.work / "release-calm")

    def stop(self) -> None:
        self.server.shutdown()


def killed_releasing(releasing: Releasing, data: Path, point: Point) -> bool:
    copy(releasing.waiting, data)
    _, reached = hit(releasing.program, data, point, "signal=KILL", *releasing.release)
    if out(data) != out(releasing.waiting):
        raise Wrong("something left that nobody released")
    answer = releasing.program.ask(data, *releasing.release)
    if answer.code != 0 and "was released already" not in answer.err:
        raise Wrong(f"`approve --emergency` after a kill ended with {answer.code}: {answer.err}")
    if releasing.approving.events(data) != releasing.said_once:
        raise Wrong("a release is there twice, or not at all")
    shutil.rmtree(data)
    return reached


def killed_published(releasing: Releasing, data: Path, point: Point) -> bool:
    return killed_run(releasing.program, releasing.released, data, [point], releasing.wanted)
