"""Servers to which `breachpost transfer` hands a job over: every file arrives, once, and nothing is replaced."""

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

from sample import DATE, ROOT, free_port, hashes_below

PATIENCE = 30  # seconds until a server answers


def lines(bench, sample):
    truth = hashes_below(sample.outbox)
    for tool, server in (("debian:openssh-server", openssh), ("debian:proftpd-core", proftpd), ("python:asyncssh", asyncssh)):
        bench.line("hand-over by SFTP", tool, truth, lambda server=server: handed_over(bench, sample, server))


def handed_over(bench, sample, server):
    """What the vendor has after two transfers of the job, of which the second has nothing to do."""
    place = bench.scratch("server")
    place.chmod(0o755)
    intake = place / "intake"
    intake.mkdir()
    for name in ("host", "ours"):
        bench.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name)
    port = free_port()
    (place / "hosts").write_text(f"[127.0.0.1]:{port} {(place / 'host.pub').read_text()}")

    with server(bench, place, port) as (user, folder):
        text = (ROOT / "sample-data/breachpost.toml").read_text().replace('facts = "', f'facts = "{ROOT / "sample-data"}/')
        text += f'\n[transfer]\nhost = "127.0.0.1"\nport = {port}\nuser = "{user}"\nkey_file = "ours"\nknown_hosts = "hosts"\n'
        (place / "breachpost.toml").write_text(f'{text}folder = "{folder}"\n')
        shutil.copytree(sample.data, place / "data")
        ask = [sample.binary, "--config", place / "breachpost.toml", "--data-dir", place / "data", "--date", DATE, "transfer"]
        bench.run(*ask, sample.job)
        again = bench.run(*ask)

    if not again.startswith(b"sent      nothing"):
        raise ValueError(f"it was sent twice: {again}")
    there = hashes_below(intake)
    # Written for the hand-over, and so not in the outbox.
    del there[f"{sample.job}.announcement.json"]
    return there


@contextmanager
def running(command, port):
    """A server as a process of its own, until it is no longer needed."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def wait_for(port):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def account():
    import pwd
    return pwd.getpwuid(os.getuid()).pw_name


@contextmanager
def openssh(bench, place, port):
    (place / "sshd_config").write_text(f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {place}/host
PidFile {place}/pid
AuthorizedKeysFile {place}/ours.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
""")
    # It wants to be started by its full name, and needs this folder when it is started by root.
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    with running(["/usr/sbin/sshd", "-D", "-e", "-f", place / "sshd_config"], port):
        yield account(), place / "intake"


@contextmanager
def proftpd(bench, place, port):
    keys = bench.run("ssh-keygen", "-e", "-f", place / "ours.pub")
    (place / "keys").write_bytes(keys)
    (place / "passwd").write_text(f"vendor:x:{os.getuid()}:{os.getgid()}::{place}:/bin/sh\n")
    (place / "passwd").chmod(0o600)
    (place / "proftpd.conf").write_text(f"""
LoadModule mod_sftp.c
ServerName vendor
ServerType standalone
DefaultServer on
DefaultAddress 127.0.0.1
Port {port}
RootLogin on
RequireValidShell off
AuthOrder mod_auth_file.c
AuthUserFile {place}/passwd
SFTPEngine on
SFTPHostKey {place}/host
SFTPAuthorizedUserKeys file:{place}/keys
SFTPAuthMethods publickey
SFTPLog {place}/sftp.log
SystemLog {place}/system.log
PidFile {place}/pid
ScoreboardFile {place}/scoreboard
""")
    with running(["/usr/sbin/proftpd", "--nodaemon", "--config", place / "proftpd.conf"], port):
        yield "vendor", "intake"


@contextmanager
def asyncssh(bench, place, port):
    import asyncssh as library
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def listen():
        return await library.listen("127.0.0.1", port, server_host_keys=[str(place / "host")], sftp_factory=True,
                                    authorized_client_keys=str(place / "ours.pub"))

    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(PATIENCE)
    try:
        yield "vendor", place / "intake"
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
