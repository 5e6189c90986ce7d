"""The desk's other pages: what went wrong, the office, the papers, who works here; and how all of them look."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import sync_playwright

from deeds.kinds import Role
from deeds.months import local_day
from deeds.said import Prompt
from digests import clock_guard, months, papers
from storage import inbox, outbox, people, periods, undelivered
from storage.database import Tx
from storage.office import office
from tests.storage.pictures import scene, tagged
from tests.web.desk_town import DeskTown


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DeskTown]:
    """An open town with a desk."""
    town = DeskTown(tmp_path)
    with town.open():
        yield town


def _something_goes_wrong(town: DeskTown) -> tuple[int, int]:
    """Park an event and let a message die; returns their ids."""

    def work(tx: Tx) -> tuple[int, int]:
        now = town.clock.now()
        inbox.note(tx, "k1", "telegram", "c", b'{"text": "a secret story"}', now)
        inbox.park(tx, "k1", "Traceback (most recent call last):\nValueError: odd")
        outbox.put(tx, "telegram", "gone", Prompt("Tin số 47 đã được xác minh."), now)
        for message in outbox.claim(tx, "telegram", now, 50):
            outbox.mark_given_up(tx, message, "dead", "Forbidden: blocked")
        return inbox.parked(tx)[0].id, undelivered.stuck(tx)[0].id

    return town.store.write_now(work)


def test_parked_events_and_dead_messages_are_tried_again(town: DeskTown) -> None:
    """Thu sees what is stuck, without what was told in it, and tries both again; a reader has no button."""
    event, message = _something_goes_wrong(town)
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    page = thu.get("/desk/problems").text
    assert "ValueError: odd" in page
    assert "a secret story" not in page
    assert "Tin số 47 đã được xác minh." in page
    assert thu.post(f"/desk/problems/events/{event}", "/desk/problems").status_code == 200
    assert town.retried == [event]
    town.retry_works = False
    assert thu.post(f"/desk/problems/events/{event}", "/desk/problems").status_code == 422
    assert thu.post(f"/desk/problems/messages/{message}", "/desk/problems").status_code == 200
    with town.database.read() as tx:
        assert undelivered.stuck(tx) == []
    assert thu.post(f"/desk/problems/messages/{message}", "/desk/problems").status_code == 422
    reader = town.browser(of=town.hire("Bình", Role.INSPECTOR))
    assert "/desk/problems/events/" not in reader.get("/desk/problems").text
    assert reader.post(f"/desk/problems/events/{event}", "/desk").status_code == 403


def test_the_office_says_what_is_missing_and_keeps_what_is_set(town: DeskTown) -> None:
    """The admin fills in the heading in two lines; what is left empty follows its default; a wrong code is not kept."""
    admin = town.browser(of=town.hire("Quản", Role.ADMIN))
    assert 'href="#setting-symbol"' in admin.get("/desk/office").text
    typed = {"symbol": "UBND-VHXH", "issuer_heading": "ỦY BAN NHÂN DÂN\r\nXÃ SUỐI LÀNH", "archive": "", "phone": ""}
    saved = admin.post("/desk/office", "/desk/office", **typed)
    assert saved.status_code == 200
    assert 'href="#setting-symbol"' not in saved.text
    with town.database.read() as tx:
        set_up = office(tx)
    assert set_up.lines("issuer_heading") == ("ỦY BAN NHÂN DÂN", "XÃ SUỐI LÀNH")
    assert "archive" not in set_up.made
    assert set_up["phone"] == "UBND xã"
    for wrong in ({"commune_code": "abc"}, {"first_day": "7"}, {"reply_working_days": "0"}, {"issuer": "x" * 1_001}):
        assert admin.post("/desk/office", "/desk/office", symbol="changed", **wrong).status_code == 422
    with town.database.read() as tx:
        assert office(tx).made == set_up.made
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    assert thu.post("/desk/office", "/desk", symbol="x").status_code == 403


def test_an_open_month_has_a_draft_and_a_closed_one_gets_its_number(town: DeskTown) -> None:
    """The draft is built on the spot; the closed month's files are given out, and its number and day are kept once."""
    town.set(started_at="2026-11-01T00:00:00+00:00", symbol="UBND-VHXH", issuer_heading="UBND|XÃ SUỐI LÀNH")
    receipt = town.hands_in()
    standing_office = town.hire("Bảo", Role.STANDING_OFFICE)
    bao = town.browser(of=standing_office)
    draft = bao.get("/desk/papers/2026-11/draft/docx")
    assert draft.status_code == 200
    assert draft.headers["content-disposition"].startswith("attachment")
    assert "word/document.xml" in ZipFile(BytesIO(draft.content)).namelist()
    assert [path for path in Path(town.folder).iterdir() if path.name.startswith("draft-")] == []
    assert bao.get("/desk").url.path == "/desk/papers"
    assert bao.get(f"/desk/deeds/{town.deed(receipt).code}").status_code == 403

    town.clock.instant += timedelta(days=30)
    bao = town.browser(of=standing_office)
    town.store.write_now(lambda tx: months.close_due(tx, town.clock.now()))
    row = town.store.read_now(lambda tx: papers.next_to_build(tx, town.clock.now()))
    assert row is not None
    folder = papers.build(row, town.files, Path(town.folder))
    town.store.write_now(lambda tx: papers.mark_built(tx, row, folder, town.clock.now()))
    assert bao.get("/desk/papers/2026-11/pdf").content.startswith(b"%PDF")
    for path in ("2026-11/exe", "2026-11/..%2fpdf", "2026-01/pdf", "x/draft/pdf"):
        assert bao.get(f"/desk/papers/{path}").status_code == 404, path
    assert bao.post("/desk/papers/2026-11/issued", "/desk/papers", number="214", day="2026-12-01").status_code == 403
    hanh = town.browser(of=town.hire("Hạnh", Role.CLERK))
    assert hanh.get("/desk").url.path == "/desk/papers"
    early = hanh.post("/desk/papers/2026-11/issued", "/desk/papers", number="214", day="2026-11-02")
    assert early.status_code == 422
    assert 'value="214"' in early.text
    kept = hanh.post("/desk/papers/2026-11/issued", "/desk/papers", number="214", day="2026-12-01")
    assert kept.status_code == 200
    assert "214/UBND-VHXH" in kept.text
    with town.database.read() as tx:
        assert periods.listed(tx)[0].number == "214/UBND-VHXH"
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    assert thu.get("/desk/papers").status_code == 200
    forged = thu.post("/desk/papers/2026-11/issued", "/desk/papers", number="9", day="2026-12-01")
    assert forged.status_code == 403
    path, typed = "/desk/papers/2026-11/corrected", {"number": "9", "day": "2026-12-01"}
    assert thu.post(path, "/desk/papers", **typed, why="x").status_code == 403
    without_reason = hanh.post(path, "/desk/papers", **typed, why="")
    assert without_reason.status_code == 422
    assert 'value="9"' in without_reason.text
    assert "09/UBND-VHXH" in hanh.post(path, "/desk/papers", **typed, why="Ghi nhầm").text
    assert "Trước ghi số 214/UBND-VHXH, ngày 01/12/2026. Hạnh sửa lúc" in bao.get("/desk/papers").text


def test_a_clock_that_leapt_is_confirmed_at_the_desk(town: DeskTown) -> None:
    """The page asks what day it is; the admin says yes to the day shown, and to no other."""
    quan, thu = town.hire("Quản", Role.ADMIN), town.hire("Thu", Role.MODERATOR)
    town.store.write_now(lambda tx: clock_guard.note(tx, town.clock.now()))
    assert "/desk/clock" not in town.browser(of=quan).get("/desk/papers").text
    town.clock.instant += timedelta(days=400)
    admin, moderator = town.browser(of=quan), town.browser(of=thu)
    assert "/desk/clock" in admin.get("/desk/papers").text
    asked = moderator.get("/desk/papers").text
    assert "nhảy 400 ngày" in asked
    assert "/desk/clock" not in asked
    today = local_day(town.clock.now())
    assert moderator.post("/desk/clock", "/desk/papers", today=today.isoformat()).status_code == 403
    assert admin.post("/desk/clock", "/desk/papers", today="2026-11-02").status_code == 422
    assert "nhảy" not in admin.post("/desk/clock", "/desk/papers", today=today.isoformat()).text


def test_staff_are_listed_and_a_role_is_taken_away(town: DeskTown) -> None:
    """Only an admin sees addresses and takes roles away; the last admin stays; who has no role left is signed out."""
    quan, thu = town.hire("Quản", Role.ADMIN), town.hire("Thu", Role.MODERATOR, on="telegram")
    admin, moderator = town.browser(of=quan), town.browser(of=thu)
    assert "chat of Thu" in admin.get("/desk/people").text
    listed = moderator.get("/desk/people").text
    assert "chat of Thu" not in listed
    assert "/dismiss" not in listed
    assert moderator.post(f"/desk/people/{quan.id}/dismiss", "/desk", role="admin").status_code == 403
    assert admin.post(f"/desk/people/{quan.id}/dismiss", "/desk/people", role="admin").status_code == 422
    assert admin.post(f"/desk/people/{thu.id}/dismiss", "/desk/people", role="press").status_code == 404
    assert admin.post(f"/desk/people/{thu.id}/dismiss", "/desk/people", role="moderator").status_code == 200
    with town.database.read() as tx:
        assert people.roles_of(tx, thu.id) == frozenset()
        assert people.roles_of(tx, quan.id) == {Role.ADMIN}
    assert moderator.get("/desk").url.path == "/desk/sign-in"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_small_phone_and_can_be_read(town: DeskTown, scheme: str) -> None:
    """At 320 px nothing scrolls sideways, words stand out 4.5 to 1, nothing is blocked, and a first page is light."""
    _something_goes_wrong(town)
    receipt = town.hands_in(
        "<img src=x onerror=alert(1)> " + "rất tốt bụng " * 40, name="<svg onload=alert(2)>", photos=[tagged(scene(1))]
    )
    town.clean_photos()
    quan = town.hire("Quản", Role.ADMIN, Role.MODERATOR)
    code = town.deed(receipt).code
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = chromium.new_page(
            viewport={"width": 320, "height": 640},
            base_url=town.address,
            color_scheme="light" if scheme == "light" else "dark",
        )
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        weights: dict[str, int] = {}  # by address: what a browser has it does not load again
        page.on(
            "response",
            lambda response: (
                weights.update({response.url: len(response.body())}) if "/static/" in response.url else None
            ),
        )
        page.goto(town.link_for(quan))
        page.click("main button[type=submit]")
        page.wait_for_url("**/desk")
        first = sum(weights.values()) + len(page.content().encode())
        assert first < 150_000
        for path in ("", f"/deeds/{code}", "/problems", "/office", "/papers", "/people", "?status=published"):
            page.goto(f"/desk{path}")
            page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
            # A colour on its way to another is neither.
            page.evaluate("Promise.all(document.getAnimations().map((moving) => moving.finished))")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
            assert page.evaluate(_TOO_PALE) == [], path
        chromium.close()
    assert complaints == []


@pytest.mark.browser
def test_a_queue_is_worked_through_with_the_keyboard_alone(town: DeskTown) -> None:
    """j, Enter, a, a: three deeds are decided and one undone without a mouse; switched off, the keys do nothing."""
    receipts = [town.hands_in(teller=f"t{number}") for number in range(3)]
    thu = town.hire("Thu", Role.MODERATOR)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = chromium.new_page(base_url=town.address)
        page.goto(town.link_for(thu))
        page.click("main button[type=submit]")
        page.wait_for_selector("body[data-page=queue] [data-keys-open]:not([hidden])")
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        for _ in receipts:
            page.keyboard.press("a")
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert re.search(r"/desk\?done=VT-2026-000003$", page.url)
        with page.expect_navigation():
            page.keyboard.press("u")
        page.keyboard.press("?")
        page.uncheck("[data-keys-switch]")
        page.keyboard.press("Escape")
        before = page.url
        page.keyboard.press("j")
        page.keyboard.press("a")
        page.wait_for_timeout(300)
        assert page.url == before
        chromium.close()
    assert [town.deed(receipt).status for receipt in receipts] == ["approved", "approved", "received"]


# Returns every visible text whose colour is too close to what lies behind it (WCAG 1.4.3).
_TOO_PALE = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const part = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = (c) => { const [r, g, b] = c.map(part); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (el) => {
    for (let e = el; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0.99) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const el of document.querySelectorAll("body *")) {
    const text = [...el.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    if (!text || el.disabled || !el.checkVisibility()) continue;
    const style = getComputedStyle(el);
    const [a, b] = [light(rgb(style.color).slice(0, 3)), light(behind(el))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) found.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return found;
}"""
