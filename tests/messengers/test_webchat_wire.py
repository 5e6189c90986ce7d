"""The wire of the web chat, over real HTTP: what is accepted, refused, repeated, waited for, and who sees it."""

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from deeds.said import File, Option
from messengers.port import Outgoing
from messengers.webchat.incoming import event_of
from storage import chat_lines
from storage.chat_lines import Line
from storage.database import Tx
from storage.photos.files import Shelf
from tests.storage.pictures import saved, scene
from tests.web.town import Town

PDF = b"%PDF-1.7 not a picture"
OGG = b"OggS" + b"\0" * 60
WEBM_VOICE = b"\x1a\x45\xdf\xa3" + b"\0" * 20 + b"webm" + b"\0" * 40 + b"A_OPUS" + b"\0" * 40
WEBM_FILM = WEBM_VOICE.replace(b"A_OPUS", b"V_VP8\0")
SAFARI_VOICE = b"\0\0\0\x1cftypiso5" + b"\0" * 60


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An empty town."""
    return Town(tmp_path)


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """Where the town is open."""
    with town.open() as address:
        yield address


@pytest.fixture
def lan(address: str) -> Iterator[httpx2.Client]:
    """A program that speaks the wire, with a cookie jar."""
    with httpx2.Client(base_url=address, timeout=60) as client:
        yield client


def _form(**fields: str) -> dict[str, Any]:
    """Return a multipart body without files; `id` is fresh unless given."""
    return {name: (None, value) for name, value in {"id": str(uuid4()), **fields}.items()}


def _lines(client: httpx2.Client, after: int = 0, wait: float = 0) -> dict[str, Any]:
    answer = client.get("/chat/messages", params={"after": after, "wait": wait})
    assert answer.status_code == 200
    body = answer.json()
    assert isinstance(body, dict)
    return body


def _until_answered(client: httpx2.Client, count: int) -> list[dict[str, Any]]:
    for _ in range(50):
        messages = _lines(client)["messages"]
        if len(messages) >= count:
            assert isinstance(messages, list)
            return messages
        time.sleep(0.05)
    raise AssertionError("the answer did not come")


def test_a_message_is_taken_answered_and_read_back(town: Town, lan: httpx2.Client) -> None:
    """202, then both lines in their order with the choices; the cookie was made on first use."""
    town.bot.script = [("Xin xem lại", [Option("yes", "Đồng ý, gửi đi"), Option("no", "Thôi")])]
    sent = lan.post("/chat/messages", files=_form(text="Bà Ngoan\r\nnhặt được ví"))
    assert (sent.status_code, sent.json()) == (202, {"accepted": True, "duplicate": False})
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("chat=")
    assert "HttpOnly; SameSite=Lax" in cookie
    assert "Secure" not in cookie
    mine, bot = _until_answered(lan, 2)
    assert (mine["seq"], mine["from"], mine["text"]) == (1, "me", "Bà Ngoan\nnhặt được ví")
    assert bot == {
        "seq": 2,
        "from": "bot",
        "text": "Xin xem lại",
        "options": [{"id": "yes", "label": "Đồng ý, gửi đi"}, {"id": "no", "label": "Thôi"}],
        "photos": [],
        "files": [],
    }
    lan.post("/chat/messages", files=_form(choice="yes"))
    assert town.bot.heard[-1].said.choice == "yes"
    after = _lines(lan, after=2)
    assert [line["text"] for line in after["messages"]] == ["Đồng ý, gửi đi"], "the label of what was pressed"
    assert after["next"] == 3


def test_the_cookie_itself_is_nowhere_on_the_disk(town: Town, lan: httpx2.Client) -> None:
    """Only its hash is the chat's address: who reads the database cannot enter a chat."""
    lan.post("/chat/messages", files=_form(text="xin chào"))
    secret = lan.cookies["chat"]
    assert len(secret) >= 43
    assert all(secret.encode() not in path.read_bytes() for path in town.folder.rglob("*") if path.is_file())
    assert town.bot.heard[0].chat != secret


def test_the_same_id_again_has_no_second_effect(town: Town, lan: httpx2.Client) -> None:
    """A phone that lost the answer sends again, five times."""
    body = _form(text="một việc tốt")
    answers = [lan.post("/chat/messages", files=body).json() for _ in range(5)]
    assert [answer["duplicate"] for answer in answers] == [False, True, True, True, True]
    assert len(town.bot.heard) == 1
    assert len(_lines(lan)["messages"]) == 1


def test_the_same_id_from_two_browsers_is_two_messages(town: Town, address: str, lan: httpx2.Client) -> None:
    """A key belongs to its chat: nobody can block somebody else's message by guessing ids."""
    body = _form(text="một việc tốt")
    lan.post("/chat/messages", files=body)
    with httpx2.Client(base_url=address) as other:
        assert other.post("/chat/messages", files=body).json()["duplicate"] is False
    assert len({event.event_key for event in town.bot.heard}) == 2


def test_photos_are_on_disk_before_the_message_is_accepted(town: Town, lan: httpx2.Client) -> None:
    """Three pictures arrive with their bytes kept; the event can be built again from its raw body."""
    pictures = [saved(scene(n)) for n in range(3)]
    files: list[Any] = [
        ("id", (None, str(uuid4()))),
        *(("photo", (f"{n}.jpg", data)) for n, data in enumerate(pictures)),
    ]
    assert lan.post("/chat/messages", files=files).status_code == 202
    event = town.bot.heard[0]
    assert [town.files.read(photo.sha256 or "") for photo in event.said.photos] == pictures
    assert event_of(event.chat, event.raw) == event
    assert event.said.photos[1].name == "1.jpg"


def test_a_chat_shows_its_pictures_to_its_browser_only_and_only_clean(
    town: Town, address: str, lan: httpx2.Client
) -> None:
    """Before it is clean there is no picture; after, it is the thumbnail; another browser gets nothing."""
    lan.post("/chat/messages", files=[("id", (None, str(uuid4()))), ("photo", ("a.jpg", saved(scene(1))))])
    (line,) = _lines(lan)["messages"]
    (url,) = line["photos"]
    assert url == "/chat/photos/1-0"
    assert lan.get(url).status_code == 404
    assert town.clean_photos() == 1
    shown = lan.get(url)
    assert shown.status_code == 200
    assert any(path.read_bytes() == shown.content for path in (town.folder / "photos/thumbnails").rglob("*/*/*"))
    assert lan.get("/chat/photos/1-1").status_code == 404
    assert lan.get("/chat/photos/9-0").status_code == 404
    with httpx2.Client(base_url=address) as other:
        assert other.get(url).status_code == 404


@pytest.mark.parametrize(("field", "data", "declared"), [
    ("file", OGG, "audio/ogg"), ("photo", OGG, "image/jpeg"), ("file", WEBM_VOICE, "audio/webm"),
    ("file", SAFARI_VOICE, "audio/mp4"), ("file", b"ID3" + bytes(60), ""), ("file", b"\xff\xfb\x90" + bytes(60), ""),
])  # fmt: skip
def test_a_recording_is_told_by_its_bytes(
    town: Town, lan: httpx2.Client, field: str, data: bytes, declared: str
) -> None:
    """Whatever field it came in, a voice is kept closed among the recordings."""
    answer = lan.post("/chat/messages", files={**_form(), field: ("x", data, declared or "application/octet-stream")})
    assert answer.status_code == 202
    said = town.bot.heard[0].said
    assert said.photos == ()
    assert said.voice is not None
    assert town.files.read(said.voice.sha256 or "", Shelf.RECORDINGS) == data
    assert _lines(lan)["messages"][0]["text"] == "Đã gửi lời nói."


@pytest.mark.parametrize(("files", "status"), [
    ({"photo": ("a.pdf", PDF, "image/jpeg")}, 415),
    ({"file": ("a.mp4", SAFARI_VOICE, "video/mp4")}, 415),
    ({"file": ("a.webm", WEBM_FILM, "audio/webm")}, 415),
    ({"photo": ("a.jpg", b"\xff\xd8\xff" + bytes(15 * 1024 * 1024))}, 413),
    ({"text": (None, "   ")}, 400),
    ({"id": (None, "not a uuid"), "text": (None, "x")}, 400),
    ({"lat": (None, "nan"), "lon": (None, "105")}, 400),
    ({"lat": (None, "91"), "lon": (None, "105")}, 400),
    ({"text": (None, "a" * 20_001)}, 413),
])  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    town: Town, lan: httpx2.Client, files: dict[str, Any], status: int
) -> None:
    """Nothing of it is stored, and the sentence says what to do."""
    answer = lan.post("/chat/messages", files={**_form(), **files})
    assert answer.status_code == status
    assert "xin " in answer.json()["error"].lower()
    assert town.bot.heard == []
    assert not [path for path in (town.folder / "photos").rglob("*") if path.is_file()]


def test_more_than_ten_photos_or_sixty_megabytes_are_refused(town: Town, lan: httpx2.Client) -> None:
    """The refusal of the whole body reaches a sender who is still sending."""
    small = saved(scene(1, (40, 30)))
    files: list[Any] = [("id", (None, str(uuid4()))), *(("photo", (f"{n}.jpg", small)) for n in range(11))]
    assert lan.post("/chat/messages", files=files).status_code == 413
    heavy: list[Any] = [
        ("id", (None, str(uuid4()))),
        *(("photo", (f"{n}.jpg", small + bytes(14 << 20))) for n in range(5)),
    ]
    refused = lan.post("/chat/messages", files=heavy)
    assert refused.status_code == 413
    assert "60 MB" in refused.json()["error"]
    assert town.bot.heard == []


def test_a_mixed_bag_keeps_what_can_be_used(town: Town, lan: httpx2.Client) -> None:
    """One picture beside a PDF: the message is taken, and the PDF is refused by name where photos are cleaned."""
    files: list[Any] = [
        ("id", (None, str(uuid4()))),
        ("photo", ("a.pdf", PDF)),
        ("photo", ("b.jpg", saved(scene(1)))),
    ]
    assert lan.post("/chat/messages", files=files).status_code == 202
    assert len(town.bot.heard[0].said.photos) == 2


def test_a_place_and_a_correction_are_understood(town: Town, lan: httpx2.Client) -> None:
    """`lat` and `lon` make a location, `edits` names an earlier message of the same person."""
    first = str(uuid4())
    lan.post("/chat/messages", files=_form(id=first, lat="21.5941", lon="105.8482"))
    lan.post("/chat/messages", files=_form(text="hôm 07/11", edits=first))
    assert town.bot.heard[0].said.location == (21.5941, 105.8482)
    assert town.bot.heard[1].said.edits == town.bot.heard[0].said.message == first


def test_texts_no_database_takes_are_made_sound(town: Town, lan: httpx2.Client) -> None:
    """NUL is left out, and halves of letters from a strange charset do no harm."""
    lan.post("/chat/messages", files=_form(text="a\0b"))
    boundary = "x"
    body = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="id"\r\n\r\n{uuid4()}\r\n'
        f'--{boundary}\r\ncontent-disposition: form-data; name="text"\r\n\r\n\\ud800 kể\r\n--{boundary}--\r\n'
    )
    kind = f"multipart/form-data; boundary={boundary}; charset=unicode_escape"
    assert lan.post("/chat/messages", content=body.encode(), headers={"content-type": kind}).status_code == 202
    assert town.bot.heard[0].said.text == "ab"
    assert town.bot.heard[1].said.text.encode()


def test_only_forms_are_taken(town: Town, lan: httpx2.Client) -> None:
    """JSON is another kind of thing; a form cut off is one nobody can read."""
    assert lan.post("/chat/messages", json={"id": str(uuid4()), "text": "x"}).status_code == 415
    cut = {"content-type": "multipart/form-data; boundary=x"}
    assert lan.post("/chat/messages", content=b"--x\r\nrubbish", headers=cut).status_code == 400
    assert lan.post("/chat/messages", content=b"", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert town.bot.heard == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"origin": "file://"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_cannot_speak_for_a_person(town: Town, lan: httpx2.Client, headers: dict[str, str]) -> None:
    """A page elsewhere that posts into our chat is turned away; our own page and plain programs are not."""
    lan.get("/chat")
    assert lan.post("/chat/messages", files=_form(text="x"), headers=headers).status_code == 403
    assert town.bot.heard == []
    ours = {"origin": str(lan.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert lan.post("/chat/messages", files=_form(text="x"), headers=ours).status_code == 202


def test_when_nothing_can_be_stored_the_sender_is_told_to_try_again(town: Town, lan: httpx2.Client) -> None:
    """503 with a sentence and a time; the same id goes through later."""
    body = _form(text="một việc tốt")
    town.bot.full_disk = True
    answer = lan.post("/chat/messages", files=body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Xin đợi" in answer.json()["error"]
    town.bot.full_disk = False
    assert lan.post("/chat/messages", files=body).json() == {"accepted": True, "duplicate": False}


def test_a_flood_is_slowed_down(tmp_path: Path) -> None:
    """The third message of a minute is one too many here; another person is not held up by it."""
    town = Town(tmp_path, messages_per_minute=2)
    with town.open() as address, httpx2.Client(base_url=address) as lan, httpx2.Client(base_url=address) as minh:
        answers = [lan.post("/chat/messages", files=_form(text="x")) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert "Xin đợi một phút" in answers[2].json()["error"]
        assert minh.post("/chat/messages", files=_form(text="x")).status_code == 202
    assert len(town.bot.heard) == 3


def test_a_waiting_page_is_woken_by_our_next_line(town: Town, lan: httpx2.Client) -> None:
    """The answer comes at once, not when the wait is over; without one, the wait ends with nothing."""
    lan.post("/chat/messages", files=_form(text="x"))
    chat = town.bot.heard[0].chat
    began = time.monotonic()
    assert _lines(lan, after=1, wait=0.4) == {"messages": [], "next": 1}
    assert 0.4 <= time.monotonic() - began < 5
    # As another process would: it writes, and cannot ring.
    timer = threading.Timer(0.2, lambda: asyncio.run(town.chat.send(Outgoing(chat, "Đã nhận", key="k"))))
    timer.start()
    began = time.monotonic()
    woken = _lines(lan, after=1, wait=20)
    assert [line["text"] for line in woken["messages"]] == ["Đã nhận"]
    assert time.monotonic() - began < 5
    timer.join()


def test_a_line_asks_nothing_for_the_pages_of_other_chats(town: Town, address: str, lan: httpx2.Client) -> None:
    """Twenty strangers' pages wait while one person is answered: none of theirs is looked up again."""
    looked: list[str] = []
    with pytest.MonkeyPatch.context() as patch, _Strangers(address) as strangers:
        patch.setattr(chat_lines, "after", _noting(looked))
        waiting = [strangers.wait(number, 12.0) for number in range(20)]
        _until(lambda: len(looked) == 20)
        before = Counter(looked)
        town.bot.script = [("Đã nhận", [])] * 2
        for _ in range(2):
            lan.post("/chat/messages", files=_form(text="x"))
        _until_answered(lan, 4)
        town.store.write_now(lambda tx: chat_lines.add(tx, "elsewhere", "bot", {"text": "x"}, "k", town.clock.now()))
        time.sleep(2)  # as long as it may take until what another process wrote is seen
        assert not any(page.done() for page in waiting)
        assert {chat: looked.count(chat) for chat in before} == before
        assert all(page.result() == [] for page in waiting)


def test_of_too_many_waiting_pages_of_one_network_the_rest_is_answered_at_once(tmp_path: Path) -> None:
    """Here ten times one: behind a proxy that names nobody everybody shares one count. The eleventh does not wait."""
    town = Town(tmp_path, waiting_pages=1)
    looked: list[str] = []
    with pytest.MonkeyPatch.context() as patch, town.open() as address, _Strangers(address) as strangers:
        patch.setattr(chat_lines, "after", _noting(looked))
        waiting = [strangers.wait(number, 8.0) for number in range(10)]
        _until(lambda: len(looked) == 10)
        assert strangers.wait(10, 25.0).result() == []
        assert not any(page.done() for page in waiting)
        assert all(page.result() == [] for page in waiting)
        began = time.monotonic()
        assert strangers.wait(11, 0.5).result() == []  # their seats are free again
        assert time.monotonic() - began >= 0.5


class _Strangers:
    """Pages with cookies nobody gave them, that wait for a line."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.Client(base_url=address, timeout=60)
        self._pages = ThreadPoolExecutor(32)

    def __enter__(self) -> "_Strangers":
        return self

    def __exit__(self, *_: object) -> None:
        self._pages.shutdown()
        self._client.close()

    def wait(self, number: int, seconds: float) -> Future[list[Any]]:
        """Wait that long for a line in chat `number`."""
        asked = {"url": f"/chat/messages?after=0&wait={seconds}", "headers": {"cookie": f"chat={number:043}"}}
        return self._pages.submit(lambda: self._client.get(**asked).json()["messages"])  # type: ignore[arg-type]


def _noting(looked: list[str]) -> Callable[..., Any]:
    plain = chat_lines.after

    def after(tx: Tx, chat: str, seq: int, at_most: int) -> Sequence[Line]:
        looked.append(chat)
        return plain(tx, chat, seq, at_most)

    return after


def _until(happens: Callable[[], bool]) -> None:
    for _ in range(200):
        if happens():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_the_same_sending_again_adds_no_line(town: Town, lan: httpx2.Client) -> None:
    """Delivery that does not know whether it went out may send again under the same key."""
    lan.post("/chat/messages", files=_form(text="x"))
    chat = town.bot.heard[0].chat

    async def twice() -> set[str]:
        return {(await town.chat.send(Outgoing(chat, "Đã nhận", key="17"))).remote_id for _ in range(2)}

    assert asyncio.run(twice()) == {"2"}
    assert len(_lines(lan)["messages"]) == 2


def test_files_and_photos_of_ours_reach_this_chat_only(town: Town, address: str, lan: httpx2.Client) -> None:
    """A paper is handed out under its short name, a picture as its clean copy; nothing outside the data folder is."""
    lan.post("/chat/messages", files=_form(text="x"))
    chat = town.bot.heard[0].chat
    (town.folder / "papers").mkdir()
    (town.folder / "papers/a.docx").write_bytes(b"paper")
    (town.folder.parent / "secret.txt").write_bytes(b"secret")
    kept = town.files.keep(saved(scene(1)), 10**7, Shelf.PUBLISHED)
    files = (File("papers/a.docx", "bao-cao.docx"), File("../secret.txt", "secret.txt"))
    asyncio.run(town.chat.send(Outgoing(chat, "Đây", photos=(kept.sha256,), files=files, key="k")))
    line = _lines(lan, after=1)["messages"][0]
    assert line["files"][0] == {"name": "bao-cao.docx", "url": "/chat/files/2-0"}
    paper = lan.get(line["files"][0]["url"])
    assert paper.content == b"paper"
    assert 'filename="bao-cao.docx"' in paper.headers["content-disposition"]
    assert lan.get(line["files"][1]["url"]).status_code == 404
    assert lan.get(line["photos"][0]).content == town.files.read(kept.sha256, Shelf.PUBLISHED)
    with httpx2.Client(base_url=address) as other:
        assert other.get(line["files"][0]["url"]).status_code == 404
        assert other.get(line["photos"][0]).status_code == 404


def test_a_browser_without_scripts_gets_the_page_with_the_answer(town: Town, lan: httpx2.Client) -> None:
    """The form leads back to a page that already shows the reply and its buttons; what is refused stays typed."""
    town.bot.script = [("Xin cho biết thêm", [Option("a", "Bến Gỗ")]), ("Cảm ơn", [])]
    town.bot.answers_after_s = 0.3
    html = {"accept": "text/html"}
    first = lan.get("/chat", headers=html).text
    assert "Mời kể" in first
    ids = re.findall(r'name="id" value="([^"]+)"', first)
    empty_input = {"photo": ("", b"", "application/octet-stream")}
    sent = lan.post("/chat/messages", files={**_form(id=ids[0], text="kể"), **empty_input}, headers=html)
    assert sent.status_code == 303
    assert sent.headers["location"] == "/chat#end"
    page = lan.get("/chat", headers=html).text
    assert "Xin cho biết thêm" in page
    button = re.search(r'name="id" value="([^"]+)">\s*<button name="choice" value="a">Bến Gỗ', page)
    assert button is not None
    lan.post("/chat/messages", files=_form(id=button.group(1), choice="a"), headers=html)
    page = lan.get("/chat", headers=html).text
    assert "Cảm ơn" in page
    assert "<button name=" not in page, "an answered question has no buttons"
    assert "<li>Bến Gỗ</li>" in page
    bad = lan.post("/chat/messages", files={**_form(text="đừng mất"), "photo": ("a.pdf", PDF)}, headers=html)
    assert bad.status_code == 415
    assert "đừng mất</textarea>" in bad.text
    assert "Loại tệp này chưa mở được" in bad.text


def test_numbers_nobody_counts_to_do_no_harm(lan: httpx2.Client) -> None:
    """A `seq` beyond all columns, no number, endless waiting: an answer, no failure of ours."""
    for query in ("after=1e400&wait=nan", "after=99999999999999999999", "after=x&wait=-1", "after=-5"):
        assert lan.get(f"/chat/messages?{query}").status_code == 200
    assert lan.get("/chat/photos/99999999999999999999-0").status_code == 404
    assert lan.get("/chat/files/1-99999999999999999999").status_code == 404


def test_over_https_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    """`Secure` and `__Host-` exactly when people reach us by https; a cookie that is not ours is replaced."""
    town = Town(tmp_path, public_url="https://viectot.example")
    with town.open() as address, httpx2.Client(base_url=address) as lan:
        answer = lan.get("/chat", headers={"cookie": "__Host-chat=too-short; chat=" + "a" * 43})
        assert answer.headers["set-cookie"].startswith("__Host-chat=")
        assert "; Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]
        allowed = {"origin": "https://viectot.example"}
        assert lan.post("/chat/messages", files=_form(text="x"), headers=allowed).status_code == 202
