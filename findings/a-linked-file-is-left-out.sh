#!/usr/bin/env bash
# A folder is sent over SFTP; one of its files is a link to a file elsewhere (the same annex for every job). One expects
# the file on the other side, or an error. `put -r job` of OpenSSH 9.2p1's sftp leaves it out and ends with 0, while
# `put job/*` of the same program sends it. rclone 1.60.1 leaves it out and ends with 0. lftp 4.9.2 (`mirror -R`) and
# asyncssh 2.24.1 (`put`, `recurse`) make a link on the vendor's machine that points nowhere. Send a folder of files, and
# compare the list of names on the other side.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
[[ $(ssh -V 2>&1) == OpenSSH_9.2p1* ]] || { echo "needs OpenSSH 9.2p1 (Debian 12, openssh-client)"; exit 2; }
[[ $(lftp --version) == *'Version 4.9.2'* ]] || { echo "needs lftp 4.9.2 (Debian 12)"; exit 2; }
[[ $(rclone version) == 'rclone v1.60.1'* ]] || { echo "needs rclone 1.60.1 (Debian 12)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check asyncssh==2.24.1
cat > send.py << 'PY'
import asyncio
import os
import shutil
from pathlib import Path

import asyncssh

FILES = Path("files")
KNOWN = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i key"


async def run(*words, given=None):
    client = await asyncio.create_subprocess_exec(*words, stdin=-1, stdout=-1, stderr=-1)
    await client.communicate(given)
    return client.returncode


def ways(port):
    """How each client sends the folder `job`."""
    async def by_asyncssh():
        to = asyncssh.connect("127.0.0.1", port, username="vendor", client_keys=["key"], known_hosts=None)
        async with to as client:
            await (await client.start_sftp_client()).put("job", recurse=True)
        return 0

    sftp = ["sftp", "-P", str(port), *KNOWN.split(), "-b", "-", "vendor@127.0.0.1"]
    lftp = (f"set sftp:auto-confirm yes; set sftp:connect-program 'ssh -a -x {KNOWN}'; "
            f"open -u vendor, -p {port} sftp://127.0.0.1; mirror -R job job; bye")
    return {
        "sftp put -r": lambda: run(*sftp, given=b"put -r job\n"),
        "sftp put *": lambda: run(*sftp, given=b"mkdir job\nput job/* job\n"),
        "rclone copy": lambda: run("rclone", "--config", "rclone.conf", "copy", "job", "vendor:job"),
        "lftp mirror -R": lambda: run("lftp", "-c", lftp),
        "asyncssh put": by_asyncssh,
    }


def arrived(name):
    path = FILES / "job" / name
    return "a link" if path.is_symlink() else "a file" if path.exists() else "nothing"


async def main():
    Path("job").mkdir()
    Path("job/letters.csv").write_text("letters\n")
    Path("annex.pdf").write_text("annex\n")
    os.symlink("../annex.pdf", "job/annex.pdf")
    for name in ("host", "key"):
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(name)
        Path(name).chmod(0o600)
    asyncssh.read_private_key("key").write_public_key("key.pub")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=["host"], authorized_client_keys="key.pub",
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(FILES.resolve()).encode()),
    )
    port = server.sockets[0].getsockname()[1]
    Path("rclone.conf").write_text(f"[vendor]\ntype = sftp\nhost = 127.0.0.1\nport = {port}\nuser = vendor\n"
                                   f"key_file = {Path('key').resolve()}\n")

    seen = {}
    for way, send in ways(port).items():
        shutil.rmtree(FILES, ignore_errors=True)
        FILES.mkdir()
        assert await send() == 0, way
        assert arrived("letters.csv") == "a file", way
        seen[way] = arrived("annex.pdf")
    print(seen)
    assert seen == {
        "sftp put -r": "nothing", "sftp put *": "a file", "rclone copy": "nothing",
        "lftp mirror -R": "a link", "asyncssh put": "a link",
    }, "the behaviour has changed"


asyncio.run(main())
PY
venv/bin/python send.py
