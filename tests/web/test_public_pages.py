"""What anybody may read: published deeds, exactly as far as everybody concerned said yes."""

import asyncio
import re
import time
from datetime import UTC, datetime
from xml.etree import ElementTree

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from deeds.kinds import Status, Thing
from storage import accounts
from storage.models import Base
from storage.office import TELEGRAM_BOT
from storage.settings import set_setting
from tests.storage.pictures import saved, scene
from tests.web.town import Town
from web.edges import Edges
from web.forms import read_form

ALL = (Thing.DEED, Thing.NAME, Thing.PHOTO)
BOTH = (Thing.WORDS, Thing.PICTURES)


def test_an_empty_town_invites_to_tell(visitor: httpx2.Client) -> None:
    """Before the first deed, the front page says so and leads to the chat."""
    page = visitor.get("/")
    assert page.status_code == 200
    assert "Chưa có việc nào được đăng" in page.text
    assert 'href="/chat"' in page.text


def test_who_is_on_zalo_finds_the_way_there(town: Town, visitor: httpx2.Client) -> None:
    """A commune with an Official Account shows it under the invitation; one without shows nothing of the kind."""
    assert "zalo.me" not in visitor.get("/").text
    with town.database.write() as tx:
        now = datetime(2026, 11, 1, tzinfo=UTC)
        accounts.seed(tx, "zalo_oa", "3000", app_id="1", app_secret="s3cret", secret_key="k3y", now=now)
    page = visitor.get("/").text
    assert 'href="https://zalo.me/3000"' in page
    assert "s3cret" not in page


def test_who_is_on_telegram_finds_the_way_there(town: Town, visitor: httpx2.Client) -> None:
    """Where the bot serves Telegram, its name stands under the invitation too."""
    assert "t.me" not in visitor.get("/").text
    with town.database.write() as tx:
        set_setting(tx, TELEGRAM_BOT, "viectot_bot", datetime(2026, 11, 1, tzinfo=UTC))
    assert 'href="https://t.me/viectot_bot"' in visitor.get("/").text


def test_published_deeds_stand_newest_first_and_others_not_at_all(town: Town, visitor: httpx2.Client) -> None:
    """Only the published ones, the last one on top; the rest has no page."""
    old = town.tell(name="Hoàng Văn Cũ")
    hidden = [town.tell(name="Người Chưa Đăng", status=status) for status in Status if status is not Status.PUBLISHED]
    new = town.tell(name="Nông Thị Mới")
    front = visitor.get("/").text
    assert front.index(f"/deeds/{new}") < front.index(f"/deeds/{old}")
    assert "Người Chưa Đăng" not in front
    for code in hidden:
        assert visitor.get(f"/deeds/{code}").status_code == 404
    page = visitor.get(f"/deeds/{new}").text
    assert "Bà Nông Thị Mới" in page
    assert 'property="og:title" content="Bà Nông Thị Mới"' in page
    assert "Ủy ban nhân dân xã Suối Lành đã xác minh đúng người, đúng việc, ngày 09/11/2026" in page
    assert "Công an xã xác nhận ngày 10/11/2026." in page
    assert "Trưởng bản Nà Phiêng" not in page, "what somebody typed may name a person"


@pytest.mark.parametrize("missing", ["confirmed_person", "confirmed_deed"])
def test_a_deed_is_called_verified_only_where_both_are_confirmed(
    town: Town, visitor: httpx2.Client, missing: str
) -> None:
    """Without the right person or without the right deed the page says that confirmation is under way."""
    page = visitor.get(f"/deeds/{town.tell(deed={missing: None})}").text
    assert "đã xác minh đúng người" not in page
    assert "đang bổ sung xác nhận" in page
    assert "Người được nêu đã đồng ý cho đăng" in page


def test_without_leave_to_name_the_page_names_nobody(town: Town, visitor: httpx2.Client) -> None:
    """The name is nowhere, not even inside the words."""
    code = town.tell(
        name="Lường Thị Ngoan", summary="Bà Lường Thị Ngoan nộp ví. Ngoan được khen.", honoree=[Thing.DEED]
    )
    for path in ("/", f"/deeds/{code}", "/feed.atom"):
        assert "Ngoan" not in visitor.get(path).text, path
    assert "Một việc tốt" in visitor.get(f"/deeds/{code}").text


def test_numbers_in_published_words_are_masked(town: Town, visitor: httpx2.Client) -> None:
    """Telephone and identity numbers are covered; a sum of money is not."""
    words = "Gọi 0912 345 678 hoặc +84912345678, căn cước 038095001234, trả lại 12.500.000 đồng, 1.250.000.000 đồng."
    code = town.tell(summary=words)
    page = visitor.get(f"/deeds/{code}").text
    assert "345" not in page
    assert "038095001234" not in page
    assert page.count("(số đã che)") >= 3
    assert "12.500.000 đồng, 1.250.000.000 đồng" in page


@pytest.mark.parametrize(
    ("honoree", "teller", "about_child", "shown"),
    [
        (ALL, BOTH, False, True),
        ((Thing.DEED, Thing.NAME), BOTH, False, False),
        (ALL, (Thing.WORDS,), False, False),
        (ALL, BOTH, True, False),
    ],
)
def test_a_photo_is_served_only_while_a_published_deed_shows_it(
    town: Town,
    visitor: httpx2.Client,
    honoree: tuple[Thing, ...],
    teller: tuple[Thing, ...],
    about_child: bool,
    shown: bool,
) -> None:
    """Teller and person praised must both agree, and no child's picture is shown; taken down, it is gone at once."""
    code = town.tell(honoree=honoree, teller=teller, about_child=about_child, photos=[saved(scene(1))])
    names = _every_file(town)
    answers = {name: visitor.get(f"/photos/{name}.jpg") for name in names}
    served = [name for name, answer in answers.items() if answer.status_code == 200]
    assert len(served) == (2 if shown else 0), "the clean copy and its thumbnail, never the original"
    assert all(answers[name].headers["cache-control"] == "no-cache" for name in served)
    page = visitor.get(f"/deeds/{code}").text
    assert bool(re.search(r"/photos/[0-9a-f]{64}\.jpg", page)) is shown
    for name in served:
        again = visitor.get(f"/photos/{name}.jpg", headers={"if-none-match": f'"{name}"'})
        assert again.status_code == 304
    town.change(code, status=Status.APPROVED.value, published_at=None)
    for name in served:
        assert visitor.get(f"/photos/{name}.jpg", headers={"if-none-match": f'"{name}"'}).status_code == 404
    assert visitor.get(f"/deeds/{code}").status_code == 404
    assert code not in visitor.get("/").text + visitor.get("/feed.atom").text


def _every_file(town: Town) -> list[str]:
    return sorted(
        {path.name for path in (town.folder / "photos").rglob("*") if re.fullmatch(r"[0-9a-f]{64}", path.name)}
    )


def test_a_yes_taken_back_counts_before_anybody_unpublishes(town: Town, visitor: httpx2.Client) -> None:
    """Consent is asked at every look, not at the moment of publishing."""
    code = town.tell()
    assert visitor.get(f"/deeds/{code}").status_code == 200
    town.honoree_says(code, [])
    assert visitor.get(f"/deeds/{code}").status_code == 404
    assert code not in visitor.get("/").text


def test_pictures_of_a_teller_who_withdrew_are_gone(town: Town, visitor: httpx2.Client) -> None:
    """Another teller still stands, so the deed does; what the first one sent is shown no more."""
    code = town.tell(honoree=ALL, teller=BOTH, photos=[saved(scene(1))])
    assert "/photos/" in visitor.get(f"/deeds/{code}").text
    town.told_by_another(code, BOTH)
    names = _every_file(town)
    town.withdraw_first(code)
    assert visitor.get(f"/deeds/{code}").status_code == 200
    assert "/photos/" not in visitor.get(f"/deeds/{code}").text
    assert {visitor.get(f"/photos/{name}.jpg").status_code for name in names} == {404}


def test_a_story_with_markup_stays_a_text(town: Town, visitor: httpx2.Client) -> None:
    """Scripts and control letters in what people told reach no page or feed as such."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'\x0b]]>&amp;"
    code = town.tell(name=evil, summary=evil)
    for path in ("/", f"/deeds/{code}"):
        page = visitor.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    feed = ElementTree.fromstring(visitor.get("/feed.atom").content)
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert [entry.findtext("{http://www.w3.org/2005/Atom}id") for entry in entries] == [
        f"http://127.0.0.1/deeds/{code}"
    ]


def test_every_answer_carries_the_strict_headers(town: Town, visitor: httpx2.Client) -> None:
    """Pages, errors, static files and JSON: no script but ours, no frame, no sniffing, no outside address."""
    code = town.tell()
    paths = [
        "/",
        f"/deeds/{code}",
        "/privacy",
        "/look-up",
        "/feed.atom",
        "/robots.txt",
        "/chat",
        "/chat/messages",
        "/no",
    ]
    css = re.search(r'href="(/static/[^"]+\.css)"', visitor.get("/").text)
    assert css is not None
    for path in [*paths, css.group(1)]:
        answer = visitor.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', answer.text), path
        assert not re.search(r"<(?:script|style)(?![^>]*src)|style=|onclick=", answer.text.partition("<body")[0]), path
    assert "immutable" in visitor.get(css.group(1)).headers["cache-control"]
    assert visitor.get("/static/000000000000/public.css").status_code == 404


def test_wrong_addresses_get_a_sentence(visitor: httpx2.Client) -> None:
    """A page that is not there, a code that is none, a wrong method."""
    page = visitor.get("/nowhere", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "Không có trang này" in page.text
    assert visitor.get("/deeds/VT-2026-999999").json()["error"].startswith("Không có trang này")
    assert visitor.get("/deeds/%00").status_code == 404
    assert visitor.get("/photos/../../etc/passwd.jpg").status_code == 404
    assert visitor.get("/photos/zz.jpg").status_code == 404
    assert visitor.post("/").status_code == 405
    for before in ("x", "0001-01-01T00:00:00%2B14:00", "2026-01-01"):
        assert visitor.get(f"/?before={before}").status_code == 200


def test_a_failure_of_ours_is_a_sentence_behind_the_same_headers(town: Town, visitor: httpx2.Client) -> None:
    """With a table gone, people read that it was not their fault; nothing of the error is shown."""
    with town.database.write() as tx:
        Base.metadata.tables["setting"].drop(tx)
    page = visitor.get("/", headers={"accept": "text/html"})
    assert page.status_code == 500
    assert "Máy vừa gặp trục trặc" in page.text
    assert "setting" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_receipt_tells_the_status_and_nothing_else(town: Town, visitor: httpx2.Client) -> None:
    """However it is typed; unknown and impossible codes get one answer, in the same time."""
    town.tell(name="Người Được Kể", status=Status.IN_REVIEW, receipt="7K2M-9QXD-4HTA")
    known, seconds = _look_up(visitor, "7k2m 9qxd4hta".replace(" ", "-"))
    assert "Tin này: Đang xác minh." in known
    assert "Người Được Kể" not in known
    unknown, as_long = _look_up(visitor, "7K2M-9QXD-4HTB")
    impossible, also = _look_up(visitor, "abc")
    assert "Không có tin nào mang mã này" in unknown
    assert unknown.replace("7K2M-9QXD-4HTB", "") == impossible.replace("abc", "")
    assert min(seconds, as_long, also) >= 0.25


def _look_up(visitor: httpx2.Client, receipt: str) -> tuple[str, float]:
    began = time.monotonic()
    answer = visitor.post("/look-up", data={"receipt": receipt})
    assert answer.status_code == 200
    return answer.text, time.monotonic() - began


def test_guessing_receipts_is_stopped(visitor: httpx2.Client) -> None:
    """The sixth try of a minute is not looked at."""
    answers = [visitor.post("/look-up", data={"receipt": "7K2M-9QXD-4HTA"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_many_deeds_are_read_page_by_page(town: Town, visitor: httpx2.Client) -> None:
    """Following the link to older ones shows each deed once."""
    codes = [town.tell() for _ in range(45)]
    seen: list[str] = []
    path = "/"
    for _ in range(4):
        page = visitor.get(path).text
        seen += re.findall(r'<h2><a href="/deeds/(VT-\d{4}-\d{6})"', page)
        older = re.search(r'href="(/\?before=[^"]+)"', page)
        if older is None:
            break
        path = older.group(1)
    assert seen == codes[::-1]


def test_the_privacy_page_names_who_keeps_what(visitor: httpx2.Client) -> None:
    """Office and telephone are those of the settings."""
    page = visitor.get("/privacy").text
    assert "Ủy ban nhân dân xã Suối Lành nhận, giữ" in page
    assert "0208 300 100" in page


def test_the_sign_postgresql_keeps_nowhere_is_turned_away() -> None:
    """NUL in a path or a query is nobody's address: 400, before any route."""
    transport = httpx2.ASGITransport(app=Edges(Starlette()))

    async def statuses() -> list[int]:
        async with httpx2.AsyncClient(transport=transport, base_url="http://town") as visitor:
            return [(await visitor.get(each)).status_code for each in ("/photos/%00.jpg", "/desk?done=%00", "/desk")]

    assert asyncio.run(statuses()) == [400, 400, 404]


def test_a_form_is_read_without_it() -> None:
    """Whoever pasted it loses no other word."""
    said = b"te%00n=T%00hu"
    kind = [(b"content-type", b"application/x-www-form-urlencoded")]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": said, "more_body": False}

    request = Request({"type": "http", "method": "POST", "headers": kind}, receive)
    assert asyncio.run(read_form(request, 5, 100)).multi_items() == [("ten", "Thu")]
