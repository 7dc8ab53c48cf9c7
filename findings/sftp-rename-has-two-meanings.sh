#!/usr/bin/env bash
# A file is sent as `a.part` and renamed to `a`, where an `a` of last night is. With the stock client of OpenSSH 9.2p1
# the command `rename` replaces the old file and ends with 0; with paramiko 5.1.0 and asyncssh 2.24.1 the method
# `rename` is refused and both files stay. One server (asyncssh), one word, two meanings: the stock client silently
# takes `posix-rename@openssh.com` where the server has it. Look for the target before, or say `posix_rename` where
# replacing is meant.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
ssh -V 2>&1 | grep -q '^OpenSSH_9\.2p1' || { echo "needs OpenSSH 9.2p1 (Debian 12, openssh-client)"; exit 2; }
venv/bin/pip install --quiet --disable-pip-version-check paramiko==5.1.0 asyncssh==2.24.1
cat > rename.py << 'PY'
import asyncio
from pathlib import Path

import asyncssh
import paramiko

FILES = Path("files")
NEW, REPLACED = {"a": "old", "a.part": "new"}, {"a": "new"}


def laid():
    FILES.mkdir(exist_ok=True)
    for name, text in NEW.items():
        (FILES / name).write_text(text)


def left():
    return {path.name: path.read_text() for path in sorted(FILES.iterdir())}


async def by_stock_client(port):
    known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    words = ["-P", str(port), "-i", "key", *known, "-b", "-", "vendor@127.0.0.1"]
    client = await asyncio.create_subprocess_exec("sftp", *words, stdin=-1, stdout=-1, stderr=-1)
    await client.communicate(b"rename a.part a\n")
    return client.returncode


def by_paramiko(port):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", port, "vendor", key_filename="key", allow_agent=False, look_for_keys=False)
    try:
        client.open_sftp().rename("a.part", "a")
    except OSError as error:
        return str(error)
    finally:
        client.close()
    return 0


async def by_asyncssh(port):
    async with asyncssh.connect("127.0.0.1", port, username="vendor", client_keys=["key"], known_hosts=None) as client:
        try:
            await (await client.start_sftp_client()).rename("a.part", "a")
        except asyncssh.SFTPError as error:
            return str(error)
    return 0


async def main():
    for name in ("host", "key"):
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(name)
        Path(name).chmod(0o600)
    asyncssh.read_private_key("key").write_public_key("key.pub")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=["host"], authorized_client_keys="key.pub",
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(FILES.resolve()).encode()),
    )
    port = server.sockets[0].getsockname()[1]
    for way, after in ((by_stock_client, REPLACED), (by_paramiko, NEW), (by_asyncssh, NEW)):
        laid()
        said = await (asyncio.to_thread(way, port) if way is by_paramiko else way(port))
        print(f"{way.__name__:16} said {said!r}, left {left()}")
        assert left() == after and (said == 0) == (after is REPLACED), "the behaviour has changed"


asyncio.run(main())
PY
venv/bin/python rename.py
