"""What no caller can do to the others: hold the loop with one body, keep calls open, be counted as many."""

import asyncio
import http.client
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import aiohttp
import pytest
import uvicorn
from starlette.routing import Route

import bot.patience
import web.edges
from bot.app import application
from bot.patience import PatientProtocol
from bot.settings import Settings
from bot.wiring import build
from deeds.clock import SystemClock
from messengers.port import CannotRead
from messengers.receiving import parsed
from messengers.telegram.incoming import Decoder
from tests.faults.loop_watch import slowness, watched
from texts import say
from web.rates import Rate, network

HELD_AT_MOST_MS = 20.0
# Decoded as punycode it takes seconds; a name that ends in "-" passes as punycode itself.
QUARTER_MB = "a" * 125_000 + "-" + "a" * 125_000
BOUNDARY = "b" * 30


def _part(name: str, value: str) -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


def _form(*fields: tuple[str, str]) -> bytes:
    return ("".join(_part(name, value) for name, value in fields) + f"--{BOUNDARY}--\r\n").encode()


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
FORM = "application/x-www-form-urlencoded"
BODIES = {
    "punycode": ("/chat/messages", f"{MULTIPART}; charset=punycode", _form(("text-", QUARTER_MB))),
    "punycode in twelve fields": (
        "/chat/messages", f"{MULTIPART}; charset=punycode", _form(*[(f"f{n}-", QUARTER_MB) for n in range(12)]),
    ),
    "punycode in quotes": ("/chat/messages", f'{MULTIPART}; Charset = "PunyCode"', _form(("text-", QUARTER_MB))),
    "another of its kind": ("/chat/messages", f"{MULTIPART}; charset=idna", _form(("text-", QUARTER_MB))),
    "at the desk's door": ("/desk/sign-in", f"{MULTIPART}; charset=punycode", _form(("name-", QUARTER_MB[50_000:]))),
    "at the look-up": ("/look-up", f"{MULTIPART}; charset=punycode", _form(("receipt-", QUARTER_MB))),
    "a look-up of a megabyte": ("/look-up", FORM, b"receipt=" + b"%41" * 350_000),
    "a hundred thousand fields": ("/desk/sign-in", FORM, b"a=&" * 66_000),
    "boundaries that are none": ("/chat/messages", MULTIPART, _form(("text", f"\r\n--{BOUNDARY[:-1]}" * 6_000))),
    "a field too many": ("/chat/messages", MULTIPART, _form(*[(f"f{n}", "x") for n in range(2_000)])),
    "a head of one part without end": (
        "/chat/messages", MULTIPART, f"--{BOUNDARY}\r\nContent-Disposition: ".encode() + b"a;" * 100_000,
    ),
    "a name without end": ("/chat/messages", MULTIPART, _form(("đ" * 90_000, "x"))),
    "names as long as they may be": ("/chat/messages", MULTIPART, _form(*[("đ" * 2_000, "x")] * 60)),
    "a name of quotes": ("/chat/messages", MULTIPART, _form(*[(';"' * 2_000, "x")] * 60)),
    "the same at the desk": ("/desk/sign-in", MULTIPART, _form(*[(';"' * 2_000, "x")] * 45)),
    "the same at the look-up": ("/look-up", MULTIPART, _form(*[(';"' * 2_000, "x")] * 5)),
    "a kind of quotes": ("/look-up", MULTIPART + ';"' * 20_000, _form(("receipt", "x"))),
    "a kind of charsets": ("/chat/messages", MULTIPART + "; charset=utf-8" * 4_000, _form(("text", "x"))),
    "twelve fields full of broken letters": ("/chat/messages", MULTIPART, _form(*[("text", "ạ" * 80_000)] * 12)[1:]),
    "twelve long fields": ("/chat/messages", MULTIPART, _form(*[(f"f{n}", "ạ" * 80_000) for n in range(12)])),
    "parts that name charsets of their own": (
        "/chat/messages", MULTIPART,
        "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename*=punycode\'\'{"a" * 3_000}-b; '
            f'filename="{"a" * 900}-"\r\nContent-Type: text/plain; charset=punycode\r\n\r\n{"a" * 9_000}-b\r\n'
            for _ in range(50)
        ).encode() + f"--{BOUNDARY}--\r\n".encode(),
    ),
    "deep JSON": ("/webhooks/telegram", "application/json", b'{"update_id":1,"message":' + b"[" * 200_000),
}  # fmt: skip


# Each names a charset a parser may come to use; the first two are what one parameter says and another takes back.
CHARSETS = (
    "; charset=utf-8; charset=punycode",
    "; charset=punycode; charset=utf-8",
    '; charset=utf-8; charset="punycode"',
    "; charset=utf-8; Charset =punycode",
    "; charset=utf-8; charset=utf-8",
    "; charset*=utf-8''punycode",
    "; charset*0=puny; charset*1=code",
    "; charset=utf-8; charset*=us-ascii''idna",
    "; charset=",
    '; x="; charset=punycode',
    '; x="; charset=utf-8"; charset=punycode',
    "; charset=undefined",
)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[int]:
    """Serve a real instance in this loop; gives its port."""
    instance = build(Settings(DATA_DIR=folder, PORT=0, _env_file=None), SystemClock())  # type: ignore[call-arg]
    config = uvicorn.Config(
        application(instance), host="127.0.0.1", port=0, log_level="critical", http=PatientProtocol,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  (uvicorn has no other sign)
            await asyncio.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True


def _posts() -> list[str]:
    """Return an address of every route of ours that takes what a browser posts."""
    with TemporaryDirectory() as folder:
        settings = Settings(DATA_DIR=Path(folder), PORT=0, _env_file=None)  # type: ignore[call-arg]
        routes = application(build(settings, SystemClock())).routes
        return [
            re.sub(r"\{[^}]*\}", "1", route.path)
            for route in routes
            if isinstance(route, Route) and "POST" in (route.methods or ()) and not route.path.startswith("/webhooks")
        ]


def _run(folder: Path, visit: Callable[[int], Awaitable[None]]) -> None:
    async def run() -> None:
        async with served(folder) as port:
            await visit(port)

    asyncio.run(run())


def _asked(port: int, method: str, path: str, kinds: str | tuple[str, ...], body: bytes) -> int:
    """Ask from another thread; a server that answers and hangs up while the body is still coming has said 413."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        caller.putrequest(method, path)
        caller.putheader("content-length", str(len(body)))
        for kind in (kinds,) if isinstance(kinds, str) else kinds:
            caller.putheader("content-type", kind)
        caller.endheaders(body)
        return caller.getresponse().status
    except ConnectionError:
        return 413
    finally:
        caller.close()


def test_no_body_holds_the_loop(tmp_path: Path) -> None:
    """Whatever is posted, and to whichever door, the loop is free for the others again within 20 ms of work."""

    async def visit(port: int) -> None:
        await asyncio.to_thread(_asked, port, "GET", "/chat", "", b"")  # what is loaded at first is nobody's fault
        for name, (path, kind, body) in BODIES.items():
            with watched() as held:
                status = await asyncio.to_thread(_asked, port, "POST", path, kind, body)
            assert 400 <= status < 500, f"{name}: {status}"
            assert held.longest_ms <= HELD_AT_MOST_MS * slowness(), f"{name}: {held.longest_ms:.0f} ms by {held.by}"

    _run(tmp_path, visit)


def test_no_route_reads_a_form_in_letters_of_its_senders_choice(tmp_path: Path) -> None:
    """One parameter said utf-8, the next punycode: the first was looked at, the last was used."""
    body = _form(("name", "đ" * 2_000), ("text", "x-"))

    async def visit(port: int) -> None:
        for path in _posts():
            for charset in CHARSETS:
                status = await asyncio.to_thread(_asked, port, "POST", path, MULTIPART + charset, body)
                assert status == 415, f"{path} with {charset}: {status}"
            twice = (MULTIPART, f"{MULTIPART}; charset=punycode")
            for kinds in (twice, twice[::-1]):
                assert await asyncio.to_thread(_asked, port, "POST", path, kinds, body) == 415, f"{path} twice"
            plain = f'{MULTIPART}; charset="UTF-8"'
            assert await asyncio.to_thread(_asked, port, "POST", path, plain, body) not in (415, 500), path

    _run(tmp_path, visit)


@pytest.mark.parametrize("charset", ["punycode", "idna", "undefined", "unicode_escape", "no-such-charset", "zlib"])
def test_a_form_in_letters_that_cannot_be_read_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, charset: str
) -> None:
    """Should one come past the edge, whoever sent it is told; nothing of ours has failed."""
    monkeypatch.setattr(web.edges, "_names_other_letters", lambda kinds: False)
    body = _form(("name", "\\uZZ đ\u00ad-\u0301!"), ("receipt", "xn--đ-!"), ("text", "đ\\x-"))

    async def visit(port: int) -> None:
        for path in ("/look-up", "/desk/sign-in", "/chat/messages"):
            status = await asyncio.to_thread(_asked, port, "POST", path, f"{MULTIPART}; charset={charset}", body)
            assert status != 500, f"{path}: {status}"

    _run(tmp_path, visit)


@pytest.mark.parametrize(
    "sent",
    [
        b"",  # a call and not a word
        b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Ty",
        b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: 1000\r\n\r\n--b\r\n",
        b"POST /desk/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: " + FORM.encode() + b"\r\nContent-Length: 9\r\n\r\nn",
        b"POST /webhooks/zalo-bot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
    ids=["nothing", "half a head", "half a form", "half a name", "half a chunk"],
)
def test_who_goes_quiet_half_way_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """A call that stops half-way holds its place for a while and no longer; a whole one after it is answered."""
    monkeypatch.setattr(web.edges, "PAUSE_AT_MOST_S", 0.3)
    monkeypatch.setattr(bot.patience, "HEAD_AT_MOST_S", 0.3)

    async def visit(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(10):
            told = await reader.read()
        assert told == b"" or told.startswith((b"HTTP/1.1 408", b"HTTP/1.1 404", b"HTTP/1.1 400")), told
        writer.close()
        async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.status == 200

    _run(tmp_path, visit)


def test_a_body_that_drips_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps no place either: a body must keep some pace."""
    monkeypatch.setattr(web.edges, "GRACE_S", 0.5)

    async def visit(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /look-up HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 1000\r\n\r\n"
        )
        for _ in range(100):
            writer.write(b"a")
            try:
                async with asyncio.timeout(0.05):
                    told = await reader.read(12)
                break
            except TimeoutError:
                continue
        assert told == b"HTTP/1.1 408"
        writer.close()

    _run(tmp_path, visit)


def test_a_long_poll_may_take_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has said everything and waits for an answer is not hurried."""
    monkeypatch.setattr(web.edges, "PAUSE_AT_MOST_S", 0.2)
    monkeypatch.setattr(web.edges, "GRACE_S", 0.2)
    monkeypatch.setattr(bot.patience, "HEAD_AT_MOST_S", 0.2)

    async def visit(port: int) -> None:
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{port}", cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as browser:
            await (await browser.get("/chat")).read()
            async with browser.get("/chat/messages?after=0&wait=1") as answer:
                assert (answer.status, (await answer.json())["messages"]) == (200, [])

    _run(tmp_path, visit)


@pytest.mark.parametrize(
    ("path", "to"), [("/desk/", "/desk"), ("/deeds/VT-2026-000001/", "/deeds/VT-2026-000001"), ("//evil.example/", "")]
)
def test_one_slash_too_many_leads_to_the_path_alone(tmp_path: Path, path: str, to: str) -> None:
    """The Host header and the scheme are the caller's word: neither is repeated."""

    async def visit(port: int) -> None:
        async with aiohttp.ClientSession() as browser:
            address = f"http://127.0.0.1:{port}{path}"
            async with browser.get(address, headers={"host": "evil.example"}, allow_redirects=False) as answer:
                assert answer.headers.get("location", "") == to

    _run(tmp_path, visit)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "unknown", False),
    ],
)
def test_one_line_to_the_internet_is_counted_once(one: str, other: str, together: bool) -> None:
    """In IPv6 everybody has addresses without number; the network is what is counted."""
    assert (network(one) == network(other)) is together
    rate = Rate(1, 60, by=network)
    assert rate.allows(one)
    assert rate.allows(other) is not together


STORY = "Anh Nam nhảy xuống suối vớt hai cháu nhỏ lên bờ an toàn. "


@pytest.mark.parametrize(
    ("addresses", "stranger"),
    [
        (["203.0.113.7"], "203.0.113.8"),
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2:3::"], "2001:db8:1:3::1"),
    ],
    ids=["an address", "a network of many addresses"],
)
def test_twenty_browsers_of_one_address_write_as_much_as_an_office(
    tmp_path: Path, addresses: list[str], stranger: str
) -> None:
    """Each browser keeps within the rate of its chat; together they write what nobody types, and they are refused."""

    async def visit(port: int) -> None:
        async def says(address: str, text: str) -> tuple[int, str]:
            form = aiohttp.FormData({"id": str(uuid4()), "text": text}, default_to_multipart=True)
            async with (
                aiohttp.ClientSession() as browser,
                browser.post(
                    f"http://127.0.0.1:{port}/chat/messages", data=form, headers={"x-forwarded-for": address}
                ) as answer,
            ):
                return answer.status, (await answer.json()).get("error", "")

        longest = (STORY * 400)[:20_000]
        answers = [await says(addresses[n % len(addresses)], f"{n} {longest}"[:20_000]) for n in range(19)]
        assert [status for status, _ in answers] == [202] * 3 + [429] * 16
        assert {sentence for status, sentence in answers if status == 429} == {say("webchat.error.too_often")}
        assert await says(stranger, STORY) == (202, "")

    _run(tmp_path, visit)


def test_what_was_refused_takes_nothing_from_who_writes_less() -> None:
    """Beside a script that asks for too much at once, a neighbour's few words still find room."""
    rate = Rate(100, 60)
    assert [rate.allows("here", cost) for cost in (80, 50, 1_000, 15, 5, 1)] == [True, False, False, True, True, False]


def test_many_callers_make_nobody_forgotten_but_the_oldest() -> None:
    """Whoever floods the table of counts does not free everybody else of theirs."""
    rate = Rate(1, 60, at_most_keys=3)
    assert [rate.allows(key) for key in "abcd"] == [True] * 4
    assert [rate.allows(key) for key in "bcd"] == [False] * 3
    assert rate.allows("a")


@pytest.mark.parametrize("body", ['{"update_id": 1e999}', '{"update_id": NaN}', '{"a": ' + "[" * 100_000])
def test_numbers_and_nests_no_platform_sends_do_not_parse(body: str) -> None:
    """A signed update may hold anything; it is kept as unreadable, not answered with an error of ours."""
    raw = body.encode()
    with pytest.raises(ValueError, match=r"."):
        parsed(raw)
    with pytest.raises(CannotRead):
        Decoder(bot_id=1).read(raw)
    assert parsed(json.dumps({"a": 1.5}).encode()) == {"a": 1.5}
