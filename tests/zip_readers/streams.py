"""Reads a zip from standard input, front to back: one line of SHA-256 and path an entry."""

import hashlib
import sys

from stream_unzip import stream_unzip

chunks = iter(lambda: sys.stdin.buffer.read(1 << 16), b"")
for name, _, content in stream_unzip(chunks):
    digest = hashlib.sha256()
    for chunk in content:
        digest.update(chunk)
    print(digest.hexdigest(), name.decode(), sep="  ")
