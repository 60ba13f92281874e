"""Credentials of PostgreSQL's that are not in the settings are not sent: they may be of another database."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from .bot_process import run
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "canary5ecret"
CLIENT = "client.example"
_ENCRYPTION = (80877103, 80877104)  # requests for TLS and for GSSAPI
_ASK_FOR_PASSWORD = struct.pack("!cII", b"R", 8, 3)


@asynccontextmanager
async def greedy_server() -> AsyncIterator[tuple[int, bytearray]]:
    """A server that asks for a password in plain text; gives its port, and all that it was sent."""
    sent = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (size,) = struct.unpack("!I", await reader.readexactly(4))
                message = await reader.readexactly(size - 4)
                sent.extend(message)
                if struct.unpack("!I", message[:4])[0] not in _ENCRYPTION:
                    break
                writer.write(b"N")
            writer.write(_ASK_FOR_PASSWORD)
            sent.extend(await reader.read(1000))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], sent


@pytest.mark.parametrize("source", ["PGPASSWORD", "PGPASSFILE", "home", "PGSERVICE"])
async def test_a_password_from_elsewhere_is_not_sent(harness: Harness, source: str, tmp_path: Path) -> None:
    passwords = tmp_path / ".pgpass"
    passwords.write_text(f"*:*:*:*:{CANARY}\n")
    passwords.chmod(0o600)
    async with greedy_server() as (port, sent):
        (tmp_path / "services").write_text(f"[other]\nhost=127.0.0.1\nport={port}\npassword={CANARY}\n")
        ambient = {
            "PGPASSWORD": {"PGPASSWORD": CANARY},
            "PGPASSFILE": {"PGPASSFILE": str(passwords)},
            "home": {"HOME": str(tmp_path)},
            "PGSERVICE": {"PGSERVICE": "other", "PGSERVICEFILE": str(tmp_path / "services")},
        }[source]
        settings = harness.settings(DATABASE_URL=f"postgres://user@127.0.0.1:{port}/name", **ambient)
        ended = await run(tmp_path / "bot", "check", settings=settings)
    assert b"user" in sent
    assert CANARY.encode() not in sent
    assert "FAIL  database" in ended.stdout


async def test_the_password_of_the_settings_is_sent(harness: Harness, tmp_path: Path) -> None:
    async with greedy_server() as (port, sent):
        settings = harness.settings(
            DATABASE_URL=f"postgres://user:{CANARY}@127.0.0.1:{port}/name", PGPASSWORD="other"
        )
        await run(tmp_path / "bot", "check", settings=settings)
    assert CANARY.encode() in sent


@asynccontextmanager
async def curious_server(authority: trustme.CA) -> AsyncIterator[tuple[int, list[str]]]:
    """A server that asks for a certificate; gives its port, and whose certificates it was shown."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    shown: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readexactly(8)
            writer.write(b"S")
            await writer.start_tls(context)
            await reader.read(4)
            certificate = writer.get_extra_info("ssl_object").getpeercert()
            shown.append(certificate["subjectAltName"][0][1] if certificate else "nobody")
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], shown


@pytest.mark.parametrize("source", ["settings", "home", "PGSSLCERT"])
async def test_only_a_certificate_of_the_settings_is_shown(
    harness: Harness, source: str, tmp_path: Path
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert(CLIENT)
    certificate, key = tmp_path / ".postgresql/postgresql.crt", tmp_path / ".postgresql/postgresql.key"
    certificate.parent.mkdir()
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    key.chmod(0o600)
    files = f"sslcert={certificate}&sslkey={key}" if source == "settings" else ""
    ambient = {
        "settings": {},
        "home": {"HOME": str(tmp_path)},
        "PGSSLCERT": {"PGSSLCERT": str(certificate), "PGSSLKEY": str(key)},
    }[source]
    async with curious_server(authority) as (port, shown):
        url = f"postgres://user:{CANARY}@127.0.0.1:{port}/name?sslmode=require&{files}"
        await run(tmp_path / "bot", "check", settings=harness.settings(DATABASE_URL=url, **ambient))
    assert set(shown) == {CLIENT if source == "settings" else "nobody"}
