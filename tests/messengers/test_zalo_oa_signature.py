"""Only Zalo is heard: the signature by its recipe, and ten thousand forged or damaged events of which none is taken."""

import asyncio
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from messengers.zalo_oa.consent import Ended
from messengers.zalo_oa.routes import PATH, Door
from messengers.zalo_oa.signature import signature, signed_by
from storage.accounts import Account
from tests.messengers.zalo_oa_api.ours import Intake

VECTOR = "2f1ef5aabe67e8396a459ca89562e108ad541f82ba5022c85f645bd6b7220cb9"
APP, OA, KEY, OTHER_KEY, SECRET = "1000", "3000", "oa-secret-key", "another-secret-key", "app-secret"
FORGED = 10_000
EVENT = {
    "app_id": APP,
    "user_id_by_app": "2000",
    "event_name": "user_send_text",
    "timestamp": "1790000000123",
    "sender": {"id": "4000"},
    "recipient": {"id": OA},
    "message": {"msg_id": "ff66", "text": "Em Nam cứu bạn dưới suối"},
}
BODY = json.dumps(EVENT, ensure_ascii=False, separators=(",", ":")).encode()
SENT_AT = b"1790000000999"
Headers = list[tuple[bytes, bytes]]


def row(account: str, secret_key: str, app_id: str = APP) -> Account:
    """Return an account."""
    nothing = dict.fromkeys(Account.__dataclass_fields__)
    told = {"messenger": "zalo_oa", "account": account, "name": "", "app_id": app_id, "app_secret": SECRET}
    return Account(**{**nothing, **told, "secret_key": secret_key, "access_token": "", "refresh_token": ""})  # type: ignore[arg-type]


class Knocking:
    """The door, knocked at inside this process: ten thousand times over HTTP would only be slower."""

    def __init__(self, folder: Path) -> None:
        self.intake = Intake()
        self.accounts = [row(OA, KEY), row("3001", OTHER_KEY)]
        door = Door(self._known, self._finish, folder, self.intake.accept, self.intake.park)
        self._app = Starlette(routes=door.routes())

    async def _known(self) -> list[Account]:
        return self.accounts

    async def _finish(self, state: str, code: str, oa_id: str) -> Ended:
        raise AssertionError("nobody authorises anything here")

    async def post(self, body: bytes, headers: Headers) -> int:
        """Return the status of one call."""
        status = 0
        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "headers": headers,
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        await self._app(scope, receive, send)
        return status


@pytest.fixture
def knocking(tmp_path: Path) -> Knocking:
    """A door with two accounts behind it."""
    return Knocking(tmp_path)


def signed(body: bytes = BODY, timestamp: bytes = SENT_AT, key: str = KEY, prefix: bytes = b"mac=") -> Headers:
    """Return the headers Zalo would send."""
    mac = signature(APP, body, timestamp, key).encode()
    return [(b"x-zevent-signature", prefix + mac), (b"x-zevent-timestamp", timestamp)]


def test_the_recipe_gives_the_known_value() -> None:
    """A plain SHA-256 of app, body, time and key."""
    assert signature("X", b"BODY", b"1234567890", "Y") == VECTOR


@pytest.mark.parametrize("prefix", [b"", b"mac=", b"mac = ", b"sha256="])
@pytest.mark.parametrize("which", ["header", "inside"])
def test_both_timestamps_and_every_prefix_fit(knocking: Knocking, prefix: bytes, which: str) -> None:
    """Sources differ about which timestamp signs, so both are taken; the other header may then say anything."""
    headers = signed(prefix=prefix, timestamp=SENT_AT if which == "header" else b"1790000000123")
    if which == "inside":
        headers[1] = (b"x-zevent-timestamp", b"1")
    assert asyncio.run(knocking.post(BODY, headers)) == 200
    assert [event.said.text for event in knocking.intake.kept] == ["Em Nam cứu bạn dưới suối"]
    told = prefix + signature("X", b"B", b"5", "Y").encode()
    both = {"header": b"5" if which == "header" else b"6", "inside": "5" if which == "inside" else "6"}
    assert signed_by(told, "X", "Y", b"B", header=both["header"], inside=str(both["inside"])) == which  # type: ignore[arg-type]


def test_an_account_without_a_key_is_nobody() -> None:
    """Else anybody could sign with nothing."""
    assert signed_by(signature("X", b"B", b"5", "").encode(), "X", "", b"B", header=b"5", inside=None) is None


def wrong_signatures() -> Iterator[tuple[str, bytes, Headers]]:
    """Yield what somebody without the key could try, each with its kind."""
    right = signature(APP, BODY, SENT_AT, KEY)
    stamp = (b"x-zevent-timestamp", SENT_AT)
    for name, told in {
        "none": "",
        "upper": right.upper(),
        "short": right[:-1],
        "long": right + "0",
        "twice": f"mac={right},mac={right}",
        "other prefix": f"MAC={right}",
        "inner space": right[:32] + " " + right[32:],
        "app secret": signature(APP, BODY, SENT_AT, SECRET),
        "other account's key": signature(APP, BODY, SENT_AT, OTHER_KEY),
        "no key": hashlib.sha256(APP.encode() + BODY + SENT_AT).hexdigest(),
        "body alone": hashlib.sha256(BODY).hexdigest(),
        "beyond ASCII": "mac=" + "\u00e9" * 64,
    }.items():
        yield name, BODY, [(b"x-zevent-signature", told.encode("latin-1")), stamp]
    yield "no header", BODY, [stamp]
    yield "two headers", BODY, [*signed(), signed()[0]]
    yield "moved border", BODY + SENT_AT[:1], [signed()[0], (b"x-zevent-timestamp", SENT_AT[1:])]
    changes: dict[str, dict[str, Any]] = {
        "other account": {"recipient": {"id": "3001"}},
        "unknown account": {"recipient": {"id": "3002"}},
        "other app": {"app_id": "1001"},
        "no app": {"app_id": None},
        "account is a list": {"recipient": {"id": ["3000"]}},
        "half a character": {"timestamp": "\ud83d", "recipient": {"id": "\ud83d"}},
        "half an app": {"app_id": "\ud83d"},
        "a number of a thousand digits": {"timestamp": 10**1000},
        "account twice": {"oa_id": "3001"},
    }
    for name, change in changes.items():
        body = json.dumps({**EVENT, **change}).encode()
        yield name, body, signed(BODY)
        if name in ("other account", "unknown account", "other app", "no app", "account twice"):
            yield f"{name}, signed with a key of another", body, signed(body)
    for body in (b"[]", b'"{}"', b"[" * 50_000, b"", b"\xff"):
        yield "no object", body, signed(body)


def flipped(rng: random.Random) -> Iterator[tuple[str, bytes, Headers]]:
    """Yield events with one bit changed: every bit of a thousand positions in body, signature and time."""
    body = BODY + b" " * (1_000 - len(BODY) - 64 - len(SENT_AT))
    headers = signed(body, prefix=b"")
    mac = headers[0][1]
    whole = body + mac + SENT_AT
    assert len(whole) == 1_000
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            changed = bytes(damaged)
            yield (
                "flip",
                changed[: len(body)],
                [
                    (b"x-zevent-signature", changed[len(body) : len(body) + 64]),
                    (b"x-zevent-timestamp", changed[len(body) + 64 :]),
                ],
            )


def guessed(rng: random.Random) -> Iterator[tuple[str, bytes, Headers]]:
    """Yield events of a stranger's making, signed by guessing, without end."""
    while True:
        text = rng.choice(["duyệt", "1", "#vt:approve:1", "xóa"])
        body = json.dumps({**EVENT, "message": {"msg_id": f"{rng.getrandbits(64):x}", "text": text}}).encode()
        mac = f"mac={rng.getrandbits(256):064x}".encode()
        stamp = str(rng.randrange(10**12, 2 * 10**12)).encode()
        yield "guess", body, [(b"x-zevent-signature", mac), (b"x-zevent-timestamp", stamp)]


def test_of_ten_thousand_forged_events_none_is_taken(knocking: Knocking) -> None:
    """Flipped bits, foreign keys, moved borders, guesses: all 401, nothing kept, nothing parked, no fault of ours."""
    rng = random.Random(20261122)
    seen: Counter[tuple[str, int]] = Counter()

    async def knock() -> None:
        assert await knocking.post(BODY, signed()) == 200, "the honest event must be taken"
        tried = 0
        for source in (wrong_signatures(), flipped(rng), guessed(rng)):
            for name, body, headers in source:
                seen[name, await knocking.post(body, headers)] += 1
                tried += 1
                if tried == FORGED:
                    return

    asyncio.run(knock())
    assert sum(seen.values()) == FORGED
    assert seen["flip", 401] == 8_000
    assert {key: count for key, count in seen.items() if key[1] != 401} == {}
    assert (len(knocking.intake.kept), knocking.intake.parked) == (1, [])


def test_whoever_holds_the_key_of_one_account_speaks_for_that_one_alone(knocking: Knocking) -> None:
    """A commune's administrator cannot put words into the mouths of another commune's people."""

    async def knock() -> None:
        for change in ({"sender": {"id": OA}, "recipient": {"id": "3001"}}, {"oa_id": "3001"}):
            body = json.dumps({**EVENT, **change}).encode()
            assert await knocking.post(body, signed(body)) == 401
        nameless = json.dumps({"app_id": APP, "event_name": "user_send_text", "timestamp": "1"}).encode()
        assert await knocking.post(nameless, signed(nameless, key=OTHER_KEY)) == 200

    asyncio.run(knock())
    assert knocking.intake.kept == []
    assert len(knocking.intake.parked) == 1


@pytest.mark.parametrize(
    ("body", "status"), [(b"{}", 200), (b" {} \n", 200), (b"{ }", 401), (b'{"a":1}', 401), (b"", 401)]
)
def test_the_empty_probe_gets_200_and_changes_nothing(knocking: Knocking, body: bytes, status: int) -> None:
    """It comes without a signature when the address is saved; anything else unsigned is refused."""
    assert asyncio.run(knocking.post(body, [])) == status
    assert (knocking.intake.kept, knocking.intake.parked) == ([], [])


def test_a_body_is_read_up_to_a_mebibyte(knocking: Knocking) -> None:
    """One byte more is refused before anything is computed over it."""
    for size, status in ((1024 * 1024, 200), (1024 * 1024 + 1, 413)):
        body = BODY + b" " * (size - len(BODY))
        assert asyncio.run(knocking.post(body, signed(body))) == status


def test_a_database_that_is_away_means_come_again(knocking: Knocking) -> None:
    """An authentic event must not be refused for good because we could not look up its key."""

    async def away() -> list[Account]:
        raise OSError("no database")

    door = Door(away, knocking._finish, Path("."), knocking.intake.accept, knocking.intake.park)
    knocking._app = Starlette(routes=door.routes())
    assert asyncio.run(knocking.post(BODY, signed())) == 503
