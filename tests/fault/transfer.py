"""`transfer`, and `receipts` from the vendor's server, are killed at each of their calls, started again, and must end as if nothing
had happened: the ledger says the same, and the vendor has every file once. A real sshd of its own is at the other end."""

import os
import shutil
import socket
import subprocess
import time
from copy import copy as another
from pathlib import Path

from calls import Point, hit, points, trace
from night import Program, Wrong, copy
from vendor import ended, receipts

# A connection whose client was killed may go on for an instant.
ECHO = 0.3


class Server:
    """The SFTP server of a vendor, on loopback, as whoever runs the test."""

    def __init__(self, work: Path):
        self.folder = work / "sftp"
        self.folder.mkdir()
        for key in ("host", "client"):
            made = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / key))
            subprocess.run(made, check=True, capture_output=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = self.folder / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {self.folder}/host\nAuthorizedKeysFile {self.folder}/client.pub\n"
            "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
        )
        key = (self.folder / "host.pub").read_text()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key}")
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        command = ("/usr/sbin/sshd", "-D", "-e", "-f", str(config))
        self.sshd = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self) -> None:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise Wrong("sshd does not listen")

    def stop(self) -> None:
        self.sshd.kill()
        self.sshd.wait()

    def inbox(self, data: Path) -> Path:
        """The vendor's folder for one data folder."""
        return data.with_name(data.name + "-vendor")

    def outbox(self, data: Path) -> Path:
        """The folder in which the vendor puts what is fetched."""
        return data.with_name(data.name + "-receipts")

    def program(self, program: Program, data: Path) -> Program:
        """The program with a configuration that hands over to that folder."""
        user = subprocess.run(("id", "-un"), check=True, capture_output=True, text=True).stdout.strip()
        table = (
            f'\n[transfer]\nhost = "127.0.0.1"\nport = {self.port}\nuser = "{user}"\nkey_file = "{self.folder}/client"\n'
            f'known_hosts = "{self.folder}/known_hosts"\nfolder = "{self.inbox(data)}"\n'
            f'[receipts]\nserver_folder = "{self.outbox(data)}"\n'
        )
        own = another(program)
        own.config = data.with_name(data.name + ".toml")
        own.config.write_text(program.config.read_text() + table)
        return own

    def begin(self, base: Path, data: Path) -> None:
        copy(base, data)
        shutil.rmtree(self.inbox(data), ignore_errors=True)
        self.inbox(data).mkdir()
        shutil.rmtree(self.outbox(data), ignore_errors=True)
        self.outbox(data).mkdir()
        said = receipts(base, self.outbox(data))
        hour_ago = time.time() - 3600
        os.utime(said, (hour_ago, hour_ago))


def commands(base: Path) -> dict[str, tuple[str, ...]]:
    job = next(folder.name for folder in (base / "outbox").iterdir() if folder.is_dir())
    return {"transfer": ("transfer", job), "receipts from a server": ("receipts",)}


def arrived(server: Server, program: Program, data: Path) -> dict:
    """Everything that a command leaves behind, here and at the vendor's."""
    folders = (server.inbox(data), server.outbox(data))
    there = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    return {**ended(program, data), "vendor": there}


def undisturbed(
    server: Server, program: Program, base: Path, data: Path, asked: tuple[str, ...]
) -> tuple[dict, list[Point]]:
    server.begin(base, data)
    program = server.program(program, data)
    answer, events = trace(program, data, *asked)
    if answer.code != 0:
        raise Wrong(f"`{asked[0]}` ended with {answer.code}: {answer.err}")
    wanted = arrived(server, program, data)
    there = wanted["vendor"][0]
    if asked[0] == "transfer" and there != {path.name: path.read_bytes() for path in (data / "outbox" / asked[1]).iterdir()}:
        raise Wrong("the vendor does not have what is in the outbox")
    answer = program.ask(data, *asked)
    if answer.code != 0 or arrived(server, program, data) != wanted:
        raise Wrong(f"`{asked[0]}` a second time changes something: {answer.err}")
    return wanted, points(events, data)


def killed(
    server: Server, program: Program, base: Path, data: Path, point: Point, asked: tuple[str, ...], wanted: dict
) -> bool:
    """Kills at the point, then starts again; false where the point was not reached."""
    server.begin(base, data)
    program = server.program(program, data)
    answer, reached = hit(program, data, point, "signal=KILL", *asked)
    if reached and answer.code not in (-9, 137):
        raise Wrong(f"the killed command ended with {answer.code}")
    time.sleep(ECHO)
    answer = program.ask(data, *asked)
    if answer.code != 0:
        raise Wrong(f"`{asked[0]}` after a kill ended with {answer.code}: {answer.err}")
    if arrived(server, program, data) != wanted:
        raise Wrong(f"`{asked[0]}` after a kill ends differently")
    shutil.rmtree(data)
    return reached
