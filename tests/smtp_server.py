"""A mail server on loopback for the tests.

    smtp_server.py MODE FOLDER

MODE is one of: starttls, tls, none (offers no encryption), reject (5xx after the text), later (4xx after the text),
drop (closes the connection when the text has come), many (does to each
mailbox what its name begins with: refused, later (once), slow, drop), dead (has no mailbox of a name that begins with `o`), slow (answers
nobody), drip (says a byte a second), endless (says one line that never ends), long (greets with a line of 10 MB), half (stops
in the middle of its second answer), hung (ends the connection there), continued (says again and again that its answer goes on).
Writes its port and its authority's certificate as one line of JSON to stdout, each mail as FOLDER/<n>.json, and ends
when stdin is closed.
"""

import asyncio
import email
import email.policy
import json
import logging
import pathlib
import socket
import ssl
import sys
import threading
import time

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

MODE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])


def context():
    authority = trustme.CA()
    authority.cert_pem.write_to_path(FOLDER / "ca.pem")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(server)
    # A second authority that did not sign anything here.
    trustme.CA().cert_pem.write_to_path(FOLDER / "other-ca.pem")
    return server


class Keep:
    count = 0
    asked = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if MODE == "dead" and address.startswith("o"):
            return "550 5.1.1 there is no such mailbox"
        if MODE == "many":
            if address.startswith("refused"):
                return "550 5.1.1 there is no such mailbox"
            if address.startswith("later") and address not in self.asked:
                self.asked.add(address)
                return "450 4.2.0 ask again"
            if address.startswith("slow"):
                await asyncio.sleep(0.05)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if MODE == "reject":
            return "554 5.7.1 not from you"
        if MODE == "later":
            return "451 4.3.0 try again later"
        if MODE == "drop":
            server.transport.abort()
            return "250 never seen"
        if MODE == "many" and envelope.rcpt_tos[0].startswith("drop"):
            server.transport.abort()
            return "250 never seen"
        self.count += 1
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        (FOLDER / f"{self.count}.json").write_text(json.dumps({
            "encrypted": session.ssl is not None or MODE == "tls",
            "login": session.authenticated,
            "helo": session.host_name,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): value for name, value in message.items()},
            "type": message.get_content_type(),
            "parts": parts,
        }))
        return "250 kept"


def login(server, session, envelope, mechanism, data):
    good = data.login == b"breachpost" and data.password == b"geheim"
    return AuthResult(success=good, handled=False)


class Server(Controller):
    upgrade = None

    def factory(self):
        return SMTP(
            self.handler,
            hostname="localhost",
            tls_context=self.upgrade,
            require_starttls=MODE == "starttls",
            authenticator=login,
            auth_require_tls=MODE == "starttls",
        )


def talk(client):
    """Says what no mail server should."""
    if MODE in ("half", "hung"):
        client.sendall(b"220 localhost\r\n")
        client.recv(1024)
        client.sendall(b"250-localhost\r\n250-SIZ")
        if MODE == "half":
            client.recv(1024)
        client.close()
        return
    if MODE == "long":
        client.sendall(b"220 " + b"x" * 10_000_000 + b"\r\n")
    words = {"drip": b"2", "continued": b"250-go on\r\n" * 100, "long": b"250 localhost\r\n"}
    while True:
        client.sendall(words.get(MODE, b"2" * 65536))
        time.sleep(1 if MODE == "drip" else 0)


def say(listener):
    """Talks to whoever comes."""
    while True:
        client, _ = listener.accept()
        try:
            talk(client)
        except OSError:
            client.close()


def main():
    if MODE in ("drip", "endless", "long", "half", "hung", "continued"):
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=say, args=(listener,), daemon=True).start()
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        sys.stdin.read()
        return
    if MODE == "slow":
        listener = socket.create_server(("127.0.0.1", 0))
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        sys.stdin.read()
        return
    encryption = context() if MODE in ("starttls", "tls") else None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(Keep(), hostname="127.0.0.1", port=port, ssl_context=encryption if MODE == "tls" else None)
    server.upgrade = encryption if MODE == "starttls" else None
    server.start()
    print(json.dumps({"port": port}), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main()
