"""A relay of our own for tests: it takes mail by SMTP, and its file is the truth of what arrived.

Every message is on disk before it is accepted. `python -m tests.sink --file F` prints its port; `Sink` runs
that in a process of its own. A rule says what goes wrong, and with which message:

    {"message": 7, "at": "rcpt", "reply": "451 4.7.1 Later"}   the seventh MAIL FROM of all
    {"recipient": "a@b.example", "at": "dot", "drop": true}    take it, and hang up before saying so
    {"at": "dot", "seconds": 8, "times": 1}                    answer late, once
"""

import argparse
import asyncio
import email.message
import email.policy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

type Rule = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One message as it came off the wire."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> email.message.EmailMessage:
        return email.message_from_bytes(self.data, policy=email.policy.default)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, subtype: str) -> str:
        part = self.message.get_body(preferencelist=[subtype])
        assert part is not None
        return part.get_content()


class Sink:
    """A running sink; `url` is its EMAIL_URL."""

    def __init__(
        self,
        file: Path,
        *rules: Rule,
        password: str = "",
        connections: int = 0,
        sync: bool = True,
        timeout: float = 3,
    ) -> None:
        self.file = file
        file.touch()
        script = {"rules": rules, "password": password, "connections": connections}
        command = [sys.executable, "-m", "tests.sink", "--file", file, "--script", json.dumps(script)]
        self._process = subprocess.Popen(
            command if sync else [*command, "--no-sync"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"smtp://127.0.0.1:{self.port}?timeout={timeout}"

    def received(self) -> list[Received]:
        return [Received(**_unpacked(line)) for line in self.file.read_text("ascii").splitlines()]

    def message_ids(self) -> list[str]:
        return [received.message_id for received in self.received()]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def _unpacked(line: str) -> dict[str, Any]:
    fields = json.loads(line)
    return fields | {"data": fields["data"].encode("latin-1")}


class Script:
    """What goes wrong when; counts the messages, and how often each rule was used."""

    def __init__(self, written: str) -> None:
        script = json.loads(written or "{}")
        self.rules: list[Rule] = script.get("rules", [])
        self.password: str = script.get("password", "")
        self.connections: int = script.get("connections", 0)
        self.messages = 0
        self.open = 0

    def rule(self, at: str, number: int, recipient: str = "") -> Rule:
        for rule in self.rules:
            fits = rule["at"] == at and rule.get("message", number) == number
            if fits and rule.get("recipient", recipient) == recipient and rule.get("times", 1):
                rule["times"] = rule.get("times", sys.maxsize) - 1
                return rule
        return {}


class Handler:
    """aiosmtpd's hooks: each obeys its rule, else accepts."""

    def __init__(self, script: Script, append: Callable[[Envelope], None]) -> None:
        self.script = script
        self.append = append

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.script.messages += 1
        envelope.number = self.script.messages  # type: ignore[attr-defined]
        envelope.mail_from = address
        return await self._obey(server, self.script.rule("mail", self.script.messages), "250 OK")

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._obey(server, self.script.rule("rcpt", _number(envelope), address), "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        rule = self.script.rule("dot", _number(envelope), envelope.rcpt_tos[0])
        if rule.get("reply", "2").startswith("2"):
            self.append(envelope)
        return await self._obey(server, rule, "250 OK")

    async def _obey(self, server: SMTP, rule: Rule, otherwise: str) -> str:
        await asyncio.sleep(rule.get("seconds", 0))
        reply = str(rule.get("reply", otherwise))
        if rule.get("drop"):
            server.transport.abort()
        elif reply.startswith("421"):
            await server.push(reply)
            server.transport.close()
        return reply


def _number(envelope: Envelope) -> int:
    return int(envelope.number)  # type: ignore[attr-defined]


class LimitedSMTP(SMTP):
    """Takes only so many connections at once."""

    def __init__(self, handler: Handler) -> None:
        script = handler.script
        sign_in: dict[str, Any] = {
            "auth_require_tls": False,
            "authenticator": lambda _server, _session, _envelope, _mechanism, login: AuthResult(
                success=login.password.decode() == script.password, handled=False
            ),
        }
        super().__init__(handler, hostname="sink", enable_SMTPUTF8=False, **sign_in)
        self.script = script

    async def _handle_client(self) -> None:
        self.script.open += 1
        try:
            if self.script.connections and self.script.open > self.script.connections:
                await self.push("421 4.7.0 Too many connections")
                self.transport.close()
            else:
                await super()._handle_client()
        finally:
            self.script.open -= 1


def appender(file: Path, *, sync: bool) -> Callable[[Envelope], None]:
    """Return what writes a message to the file, one line each, on disk when it returns."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def append(envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        fields = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "data": envelope.content.decode("latin-1"),
        }
        os.write(descriptor, json.dumps(fields).encode() + b"\n")
        if sync:
            os.fsync(descriptor)

    return append


async def serve(*, port: int, file: Path, script: Script, sync: bool) -> None:
    handler = Handler(script, appender(file, sync=sync))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: LimitedSMTP(handler), "127.0.0.1", port)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="A relay that keeps every message it takes.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--script", default="", help="JSON: rules, password, connections.")
    parser.add_argument("--no-sync", action="store_true", help="For benchmarks: do not wait for the disk.")
    given = parser.parse_args()
    script = Script(given.script)
    asyncio.run(serve(port=given.port, file=given.file, script=script, sync=not given.no_sync))


if __name__ == "__main__":
    main()
