"""Pictures by address (S17): real bytes from a listed host; to anywhere else, not one connect."""

import asyncio
import contextlib
import gzip
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from messengers.photo_links import PhotoLinks
from messengers.port import Failure, MessengerFailed
from tests.messengers.hooks import picture

pytestmark = pytest.mark.anyio

HOSTS = ("*.zdn.vn", "*.zadn.vn")
NAMED = "https://photo-1.zdn.vn/a/b.jpg?sig=secret-in-the-query"
LIMIT = 1_000_000


class Names(AbstractResolver):
    """Knows every name, and points it where the test says: one answer after another, the last one for ever."""

    def __init__(self, *answers: str | list[str]) -> None:
        self.answers = [[each] if isinstance(each, str) else each for each in answers or ("127.0.0.1",)]
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Answer."""
        self.asked.append(host)
        now = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return [
            ResolveResult(
                hostname=host,
                host=each,
                port=port,
                family=socket.AF_INET6 if ":" in each else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for each in now
        ]

    async def close(self) -> None:
        """Nothing is open."""


class Trap:
    """Listens on every loopback address, IPv4 and IPv6, and counts who comes."""

    def __init__(self) -> None:
        self.connects = 0
        self._four = socket.create_server(("", 0), backlog=64)
        self.port = self._four.getsockname()[1]
        self._six = socket.create_server(("::", self.port), family=socket.AF_INET6, backlog=64)
        for listening in (self._four, self._six):
            threading.Thread(target=self._count, args=(listening,), daemon=True).start()

    def _count(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listening.accept()
                self.connects += 1
                caller.close()

    def close(self) -> None:
        for listening in (self._four, self._six):
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()


@pytest.fixture
def anyio_backend() -> str:
    """The library under test speaks asyncio."""
    return "asyncio"


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


class Media:
    """A listed server of pictures on loopback: what it is asked, and what it was told to answer under each path."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.sends_on: dict[str, str] = {}
        self.jpeg = picture()
        self.origin = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        path = request.path
        if path in self.sends_on:
            return web.Response(status=302, headers={"Location": self.sends_on[path], "Set-Cookie": "who=you; Path=/"})
        if path.startswith("/status/"):
            return web.Response(status=int(path.rpartition("/")[2]), headers={"Retry-After": "7"})
        if path == "/slow-start":
            await asyncio.sleep(5)
        if path == "/packed":
            body = gzip.compress(bytes(50_000_000))
            return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "image/jpeg"})
        if path in ("/drip", "/endless", "/reset"):
            return await self._in_pieces(request, path)
        return web.Response(body=self.jpeg, content_type="image/jpeg")

    async def _in_pieces(self, request: web.Request, path: str) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                await response.write(bytes(100 if path == "/drip" else 50_000))
                if path == "/reset":
                    assert request.transport is not None
                    request.transport.abort()
                    break
                await asyncio.sleep(0.05 if path == "/drip" else 0)
        return response


@asynccontextmanager
async def media_server(context: ssl.SSLContext | None = None) -> AsyncIterator[Media]:
    media = Media()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", media.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    media.origin = f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield media
    finally:
        await runner.cleanup()


async def fetched(links: PhotoLinks, url: str, limit: int = LIMIT) -> bytes:
    return b"".join([chunk async for chunk in links.stream(url, limit)])


async def failure(links: PhotoLinks, url: str, limit: int = LIMIT) -> MessengerFailed:
    with pytest.raises(MessengerFailed) as caught:
        await fetched(links, url, limit)
    assert "secret" not in str(caught.value)
    assert "?" not in str(caught.value)
    return caught.value


# What a URL may say. {port} is the trap's, which would see every connect; 443 of this machine is nobody's.
URLS = (
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0x7f.0.0.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://017700000001:{port}/",
    "https://127.0.0.1.:{port}/",
    "https://0:{port}/",
    "https://0.0.0.0:{port}/",
    "https://[::1]:{port}/",
    "https://[::]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[::127.0.0.1]:{port}/",
    "https://[64:ff9b::127.0.0.1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[fe80::1%25lo]:{port}/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://192.168.1.1/",
    "https://[fd00::1]/",
    "https://8.8.8.8/",
    "http://photo-1.zdn.vn/a.jpg",
    "http://photo-1.zdn.vn:443/a.jpg",
    "https://photo-1.zdn.vn:{port}/a.jpg",
    "https://photo-1.zdn.vn:80/a.jpg",
    "https://photo-1.zdn.vn:8443/a.jpg",
    "https://photo-1.zdn.vn:99999/a.jpg",
    "https://photo-1.zdn.vn:-443/a.jpg",
    "https://zdn.vn/a.jpg",
    "https://.zdn.vn/a.jpg",
    "https://a..zdn.vn/a.jpg",
    "https://photo-1.zdn.vn./a.jpg",
    "https://evil-zdn.vn/a.jpg",
    "https://evilzdn.vn/a.jpg",
    "https://zdn.vn.evil.example/a.jpg",
    "https://photo-1.zdn.vn.evil.example/a.jpg",
    "https://evil.example/.zdn.vn",
    "https://evil.example?.zdn.vn",
    "https://evil.example#.zdn.vn",
    "https://evil.example;.zdn.vn/",
    "https://evil.example%2f.zdn.vn/",
    "https://evil.example%00.zdn.vn/",
    "https://evil.example\\.zdn.vn/",
    "https://evil.example\\@photo-1.zdn.vn/",
    "https://127.0.0.1:{port}\\@photo-1.zdn.vn/",
    "https://127.0.0.1:{port}#@photo-1.zdn.vn/",
    "https://photo-1.zdn.vn@127.0.0.1:{port}/",
    "https://photo-1.zdn.vn:443@127.0.0.1:{port}/",
    "https://user:secret@photo-1.zdn.vn/a.jpg",
    "https://user@photo-1.zdn.vn/a.jpg",
    "https://@photo-1.zdn.vn/a.jpg",
    "https://:@photo-1.zdn.vn/a.jpg",
    "https://photo-1%2ezdn%2evn/a.jpg",
    "https://photo-1。zdn。vn/a.jpg",
    "https://photo-1.zdn．vn/a.jpg",
    "https://photo-1.zdn.ⅴn/a.jpg",
    "https://photo-1.zđn.vn/a.jpg",
    "https://①②⑦.0.0.1:{port}/",
    "https://xn--zn-lka.vn/a.jpg",
    "https://photo_1.zdn.vn/a.jpg",
    "https://-a.zdn.vn/a.jpg",
    "https://photo-1.zdn.vn/a.jpg\r\nHost: 127.0.0.1",
    "https://photo-1.zdn.vn/a b.jpg",
    "\thttps://127.0.0.1:{port}/",
    "//photo-1.zdn.vn/a.jpg",
    "/a.jpg",
    "photo-1.zdn.vn/a.jpg",
    "",
    "https://",
    "https:///a.jpg",
    "https:photo-1.zdn.vn/a.jpg",
    "HTTP://127.0.0.1:{port}/",
    "ftp://photo-1.zdn.vn/a.jpg",
    "file:///etc/passwd",
    "file://photo-1.zdn.vn/etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ws://127.0.0.1:{port}/",
    "unix:///run/x.sock",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "https://photo-1.zdn.vn/" + "a" * 3_000,
)

# Where a listed name may point.
ADDRESSES = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "0.0.0.1",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
    "localhost",
    "2130706433",
    "0x7f000001",
)


def test_the_vectors_are_as_many_as_were_promised() -> None:
    """At least sixty, none twice."""
    assert len({*URLS, *ADDRESSES}) == len(URLS) + len(ADDRESSES) >= 60


@pytest.mark.parametrize("url", URLS, ids=lambda url: ascii(url)[:60])
async def test_an_address_that_is_not_listed_is_not_even_looked_up(trap: Trap, url: str) -> None:
    """Whatever is written in front of, behind or instead of the host."""
    names = Names()
    failed = await failure(PhotoLinks(HOSTS, resolver=names), url.replace("{port}", str(trap.port)))
    assert failed.failure is Failure.FAILED
    assert names.asked == []
    assert trap.connects == 0


@pytest.mark.parametrize("url", [each for each in URLS if not each.startswith(("/", "photo-1", "https:photo"))])
async def test_a_listed_server_cannot_send_us_on_to_one_that_is_not(trap: Trap, url: str) -> None:
    """Every address of a redirect starts at the first check again; one relative to the listed server is fine."""
    names = Names()
    async with media_server() as media:
        media.sends_on["/a"] = url.replace("{port}", str(trap.port)).replace("\r", "").replace("\n", "")
        if media.sends_on["/a"].isascii():
            links = PhotoLinks([*HOSTS, media.origin], resolver=names)
            if url:
                assert (await failure(links, f"{media.origin}/a?sig=secret")).failure is Failure.FAILED
            assert len(media.asked) <= 1
    assert names.asked == []
    assert trap.connects == 0


@pytest.mark.parametrize("where", ADDRESSES)
async def test_a_listed_name_that_points_to_a_machine_of_ours_is_not_connected_to(where: str) -> None:
    """Alone, behind another such address, and where a redirect leads."""
    names = Names(where, ["10.0.0.1", where])
    links = PhotoLinks(HOSTS, resolver=names)
    for _ in range(2):
        assert (await failure(links, NAMED)).failure is Failure.FAILED
    assert names.asked == ["photo-1.zdn.vn"] * 2
    async with media_server() as media:
        media.sends_on["/a"] = NAMED
        links = PhotoLinks([*HOSTS, media.origin], resolver=Names(where))
        assert (await failure(links, f"{media.origin}/a")).failure is Failure.FAILED


async def test_one_address_of_ours_among_public_ones_spoils_the_name() -> None:
    """Which of them would be tried first is nothing to rely on."""
    links = PhotoLinks(HOSTS, resolver=Names(["8.8.8.8", "2001:4860:4860::8888", "127.0.0.1"]))
    assert (await failure(links, NAMED)).failure is Failure.FAILED


async def test_a_name_that_moves_between_look_and_leap_leads_nowhere(network_attempts: list[str], trap: Trap) -> None:
    """Public when asked first, this machine when asked again: what was looked at is what is connected to."""
    names = Names("8.8.8.8", "127.0.0.1")
    links = PhotoLinks(HOSTS, resolver=names)
    with pytest.raises(RuntimeError, match="stay on loopback"):  # the test's own fence stops the one public connect
        await fetched(links, NAMED)
    assert names.asked == ["photo-1.zdn.vn"]
    assert network_attempts == ["socket.connect '8.8.8.8'"]
    network_attempts.clear()
    assert (await failure(links, NAMED)).failure is Failure.FAILED
    assert network_attempts == []
    assert trap.connects == 0


async def test_the_socket_is_the_last_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were an address to slip past the name's check, no socket would be made for it."""
    monkeypatch.setattr("messengers.photo_links._CheckedResolver", lambda inner, rule: inner)
    made: list[object] = []

    class Noted(socket.socket):
        def __init__(self, *args: int) -> None:
            made.append(args)
            super().__init__(*args)

    monkeypatch.setattr("messengers.photo_links.socket.socket", Noted)
    links = PhotoLinks(HOSTS, resolver=Names(["127.0.0.1", "::1"]))
    assert (await failure(links, NAMED)).failure is Failure.FAILED
    assert made == []


async def test_a_listed_server_streams_real_bytes() -> None:
    """The picture comes whole, asked for plainly: no cookies, no referrer, nothing packed."""
    async with media_server() as media:
        links = PhotoLinks([media.origin])
        assert await fetched(links, f"{media.origin}/a%2Fb.jpg?x=%20+1") == media.jpeg
        assert await fetched(links, f"{media.origin}/a.jpg#part", len(media.jpeg)) == media.jpeg
    asked = media.asked[0]
    assert asked.raw_path == "/a%2Fb.jpg?x=%20+1"
    assert asked.headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & set(asked.headers)


async def test_another_port_of_a_listed_loopback_host_is_not_listed(trap: Trap) -> None:
    """The exception is for one origin, not for the machine it is on."""
    async with media_server() as media:
        links = PhotoLinks([*HOSTS, media.origin], resolver=Names())
        for url in (
            f"http://127.0.0.1:{trap.port}/",
            media.origin.replace("http:", "https:"),
            f"http://localhost:{trap.port}",
        ):
            assert (await failure(links, url)).failure is Failure.FAILED
        media.sends_on["/a"] = f"http://127.0.0.1:{trap.port}/"
        assert (await failure(links, f"{media.origin}/a")).failure is Failure.FAILED
    assert trap.connects == 0


async def test_two_redirects_are_followed_and_no_cookie_travels_along() -> None:
    """A relative one, then a whole one; the third is one too many."""
    async with media_server() as media:
        links = PhotoLinks([media.origin])
        media.sends_on = {"/1": "/2", "/2": f"{media.origin}/photo.jpg", "/0": "1", "/loop": "/loop", "/none": ""}
        assert await fetched(links, f"{media.origin}/1") == media.jpeg
        assert [each.path for each in media.asked] == ["/1", "/2", "/photo.jpg"]
        assert not any("Cookie" in each.headers for each in media.asked)
        for path in ("/0", "/loop", "/none"):
            media.asked.clear()
            assert (await failure(links, f"{media.origin}{path}?sig=secret")).failure is Failure.FAILED
            assert len(media.asked) <= 3


@pytest.mark.parametrize(
    ("status", "taken_as"),
    [(s, Failure.FAILED) for s in (201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 451)]
    + [(s, Failure.LATER) for s in (408, 425, 429, 500, 502, 503, 504, 520)],
)
async def test_what_a_status_means(status: int, taken_as: Failure) -> None:
    """What is gone stays gone; what is busy may come back, and says when."""
    async with media_server() as media:
        failed = await failure(PhotoLinks([media.origin]), f"{media.origin}/status/{status}?sig=secret")
    assert failed.failure is taken_as
    assert failed.retry_after_s == (7 if taken_as is Failure.LATER else None)


async def test_too_many_bytes_are_noticed_by_the_header_and_by_counting() -> None:
    """Neither a true length nor none at all gets more than the limit to the caller."""
    async with media_server() as media:
        links = PhotoLinks([media.origin])
        media.jpeg = bytes(5_001)
        assert (await failure(links, f"{media.origin}/a.jpg?sig=secret", 5_000)).failure is Failure.FAILED
        got = bytearray()

        async def read() -> None:
            async for chunk in links.stream(f"{media.origin}/endless", 120_000):
                got.extend(chunk)

        with pytest.raises(MessengerFailed, match="more than 120000 bytes"):
            await read()
        assert 0 < len(got) <= 120_000


async def test_a_packed_bomb_is_not_unpacked() -> None:
    """Fifty megabytes in fifty kilobytes: refused with nothing handed on."""
    async with media_server() as media:
        failed = await failure(PhotoLinks([media.origin]), f"{media.origin}/packed", 100_000_000)
    assert failed.failure is Failure.FAILED


@pytest.mark.parametrize("path", ["/slow-start", "/drip", "/reset"])
async def test_a_server_that_takes_its_time_or_breaks_off_is_asked_again_later(path: str) -> None:
    """Before the first byte, between bytes that never stop trickling, and in the middle."""
    async with media_server() as media:
        links = PhotoLinks([media.origin], begins_within_s=0.4, ends_within_s=0.4)
        began = time.monotonic()
        failed = await failure(links, f"{media.origin}{path}?sig=secret")
        assert failed.failure is Failure.LATER
        assert time.monotonic() - began < 2


async def test_slow_redirects_share_one_budget() -> None:
    """Each hop may be quick enough by itself; together they are not."""
    async with media_server() as media:
        media.sends_on = {"/1": "/slow-start"}
        began = time.monotonic()
        links = PhotoLinks([media.origin], begins_within_s=0.4)
        assert (await failure(links, f"{media.origin}/1")).failure is Failure.LATER
        assert time.monotonic() - began < 2


async def test_nobody_at_home_is_asked_again_later() -> None:
    """A closed port, and a name nobody knows."""

    class Nobody(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            raise socket.gaierror(socket.EAI_NONAME, f"no {host}")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    links = PhotoLinks([origin, *HOSTS], resolver=Nobody())
    assert (await failure(links, f"{origin}/a.jpg?sig=secret")).failure is Failure.LATER
    assert (await failure(links, NAMED)).failure is Failure.LATER


async def test_the_machines_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch, trap: Trap) -> None:
    """A proxy would look the name up itself, behind every check."""
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
    async with media_server() as media:
        links = PhotoLinks([media.origin, *HOSTS], resolver=Names())
        assert await fetched(links, f"{media.origin}/a.jpg") == media.jpeg
        await failure(links, NAMED)
    assert trap.connects == 0


def _vouched_for_by_nobody(folder: Path) -> ssl.SSLContext:
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    where = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*made, *where], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_nobody_vouches_for_is_not_taken(tmp_path: Path) -> None:
    """Somebody in the middle shows their own: not a byte is asked for."""
    async with media_server(_vouched_for_by_nobody(tmp_path)) as media:
        failed = await failure(PhotoLinks([media.origin]), f"{media.origin}/a.jpg?sig=secret")
        assert failed.failure is Failure.LATER
        assert media.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "*",
        "*.vn",
        "*.*.vn",
        "zdn.vn",
        "*zdn.vn",
        "*.zdn.vn:80",
        "ftp://a.vn",
        "http://u@a.vn",
        "http://a.vn/x",
        "http://",
    ],
)
def test_a_pattern_that_means_too_much_or_nothing_is_refused_at_the_start(host: str) -> None:
    """A slip in the settings does not open the door to everybody."""
    with pytest.raises(ValueError, match="neither"):
        PhotoLinks([host])
