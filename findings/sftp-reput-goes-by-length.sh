#!/usr/bin/env bash
# `reput` of OpenSSH 9.2p1's sftp goes on with an upload that was cut. It looks at the length on the other side and at
# nothing else: where a longer file of tonight meets a shorter one of last night under the same name, it appends
# tonight's end to last night's beginning and ends with 0. Where the other side is as long, or is not there, it ends
# with 1. Resume only a name that no other content ever had, and compare hashes afterwards. (The server is asyncssh
# 2.24.1.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
ssh -V 2>&1 | grep -q '^OpenSSH_9\.2p1' || { echo "needs OpenSSH 9.2p1 (Debian 12, openssh-client)"; exit 2; }
venv/bin/pip install --quiet --disable-pip-version-check asyncssh==2.24.1
cat > reput.py << 'PY'
import asyncio
from pathlib import Path

import asyncssh

FILES = Path("files")


async def reput(port):
    known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    words = ["-P", str(port), "-i", "key", *known, "-b", "-", "vendor@127.0.0.1"]
    client = await asyncio.create_subprocess_exec("sftp", *words, stdin=-1, stdout=-1, stderr=-1)
    await client.communicate(b"reput part part\n")
    return client.returncode


async def main():
    FILES.mkdir()
    for name in ("host", "key"):
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(name)
        Path(name).chmod(0o600)
    asyncssh.read_private_key("key").write_public_key("key.pub")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=["host"], authorized_client_keys="key.pub",
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(FILES.resolve()).encode()),
    )
    port = server.sockets[0].getsockname()[1]
    Path("part").write_text("TONIGHT-TONIGHT-TONIGHT")
    for there, code in (("last night", 0), (None, 1), ("x" * 23, 1)):
        (FILES / "part").unlink(missing_ok=True)
        if there:
            (FILES / "part").write_text(there)
        ended = await reput(port)
        left = (FILES / "part").read_text() if (FILES / "part").exists() else None
        print(f"there: {there!r}, ended with {ended}, left: {left!r}")
        assert ended == code, "the behaviour has changed"
        after = there + "TONIGHT-TONIGHT-TONIGHT"[len(there):] if code == 0 else there
        assert left == after, "the behaviour has changed"


asyncio.run(main())
PY
venv/bin/python reput.py
