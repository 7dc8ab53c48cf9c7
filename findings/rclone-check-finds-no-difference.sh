#!/usr/bin/env bash
# `rclone check` compares two folders after a transfer. A vendor's SFTP server has no shell, so rclone 1.60.1 can get no
# hashes from it. Two files of one name and one length with other content: "0 differences found", exit 0, and a notice
# about hashes that could not be checked. With `--checksum`, too; and `copy --checksum` leaves last night's file of the
# same length where it is, exit 0. `check --download` fetches the files and finds the difference. (The server is
# asyncssh 2.24.1.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
[[ $(rclone version) == 'rclone v1.60.1'* ]] || { echo "needs rclone 1.60.1 (Debian 12)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check asyncssh==2.24.1
cat > check.py << 'PY'
import asyncio
from pathlib import Path

import asyncssh

HERE, THERE = Path("ours/list.csv"), Path("theirs/list.csv")
TONIGHT, LAST_NIGHT = "1,Jansen\n", "1,Bakker\n"


async def rclone(*words):
    client = await asyncio.create_subprocess_exec("rclone", "--config", "rclone.conf", *words, stdout=-1, stderr=-1)
    _, said = await client.communicate()
    return client.returncode, "0 differences found" in said.decode()


async def main():
    for path, text in ((HERE, TONIGHT), (THERE, LAST_NIGHT)):
        path.parent.mkdir()
        path.write_text(text)
    for name in ("host", "key"):
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(name)
    asyncssh.read_private_key("key").write_public_key("key.pub")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=["host"], authorized_client_keys="key.pub",
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(THERE.parent.resolve()).encode()),
    )
    port = server.sockets[0].getsockname()[1]
    Path("rclone.conf").write_text(f"[vendor]\ntype = sftp\nhost = 127.0.0.1\nport = {port}\nuser = vendor\n"
                                   f"key_file = {Path('key').resolve()}\n")

    seen = {way: await rclone("check", *way.split()[1:], "ours", "vendor:")
            for way in ("check", "check --checksum", "check --download")}
    copied, _ = await rclone("copy", "--checksum", "ours", "vendor:")
    print(seen, "after copy --checksum:", THERE.read_text().strip())
    assert seen["check"] == seen["check --checksum"] == (0, True), "the behaviour has changed"
    assert seen["check --download"] == (1, False), "the behaviour has changed"
    assert (copied, THERE.read_text()) == (0, LAST_NIGHT), "the behaviour has changed"


asyncio.run(main())
PY
venv/bin/python check.py
