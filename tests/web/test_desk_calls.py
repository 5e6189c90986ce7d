"""The page of who must be called: from the number left with the receipt to the colleague who says it is done."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import select

from deeds.kinds import Role
from deeds.places import areas
from deeds.said import Inbound, Option, Prompt, Said
from handlers import front_door, phone
from handlers.keeping import recall
from handlers.place import Context, Place
from storage import calls, deeds, inbox, outbox, people, windows
from storage.database import Tx
from storage.models import OutboxMessage, Person
from storage.office import office
from tests.cast import RESCUE
from tests.web.desk_town import DeskTown
from tests.web.town import RECEIPT_KEY

PHONE = "0912345678"
OFFER = "Muốn cán bộ gọi lại thì nhắn số điện thoại; chỉ người xác minh thấy số này."
KEPT = "Đã ghi số điện thoại; chỉ người xác minh thấy số này."
OUTCOME = "Tin số 1 đã được xác minh đúng người, đúng việc."


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DeskTown]:
    """An open town with a desk."""
    town = DeskTown(tmp_path)
    with town.open():
        yield town


class Teller:
    """Somebody who writes from a messenger of which only the wire is missing."""

    def __init__(self, town: DeskTown, name: str, on: str = "zalo_oa") -> None:
        self.town, self.name, self.on = town, name, on
        self._told = 0

    def says(self, text: str = "", **more: str) -> list[str]:
        """Send a message; returns what is queued as the answer."""
        self._told += 1
        said = Said(text=text, message=str(self._told), **more)  # type: ignore[arg-type]
        event = Inbound(f"{self.on} {self.name} {self._told}", self.on, self.name, self.name, said, b"x")
        self.town.clock.instant += timedelta(seconds=3)  # nobody reads a question and answers it at once
        now = self.town.clock.now()

        def hear(tx: Tx) -> list[str]:
            assert inbox.note(tx, event.event_key, self.on, self.name, event.raw, now)
            front_door.hear(tx, event, front_door.Town(areas(), RECEIPT_KEY, frozenset({"zalo_oa"})), now)
            due = outbox.claim(tx, self.on, now, 100)
            answers = []
            while due:
                answers += [message.prompt.text for message in due]
                for message in due:
                    outbox.mark_sent(tx, message, "r", now)
                due = outbox.claim(tx, self.on, now, 100)
            return answers

        return self.town.store.write_now(hear)

    def reports(self) -> str:
        """Tell a whole report; returns its receipt."""
        self.says(RESCUE)
        answers = self.says("đồng ý")
        return next(text for text in answers if "Số tiếp nhận" in text)

    def phone(self) -> str | None:
        """Return the number that is kept of them."""

        def read(tx: Tx) -> str | None:
            owner = people.owner_of(tx, self.on, self.name)
            return tx.execute(select(Person.phone).where(Person.id == owner)).scalar_one()

        return self.town.store.read_now(read)

    def is_asked(self) -> str:
        """Return the question that is open."""

        def read(tx: Tx) -> str:
            owner = people.owner_of(tx, self.on, self.name)
            assert owner is not None
            return recall(tx, owner).talk

        return self.town.store.read_now(read)

    def leaves_a_number(self, said: Said, *, days_later: float = 0, talk: str = "") -> bool:
        """Tell whether a message with a number is taken as theirs, so long after they last told something."""
        now = self.town.clock.now() + timedelta(days=days_later)

        def read(tx: Tx) -> bool:
            person = people.identify(tx, self.on, self.name, "", now)
            context = Context(now, now.date(), areas(), office(tx), person, self.on)
            return phone.after_receipt(tx, Place(talk=talk), said, context) is not None

        return self.town.store.write_now(read)


def holds_back(town: DeskTown, chat: str, text: str = OUTCOME) -> None:
    """Let something wait that nobody can tell this chat any more."""

    def work(tx: Tx) -> None:
        now = town.clock.now()
        outbox.put(tx, "zalo_oa", chat, Prompt(text, (Option("a", "b"),)), now)
        for message in outbox.claim(tx, "zalo_oa", now, 100):
            windows.hold(tx, message, "too long")

    town.store.write_now(work)


def test_a_number_left_with_the_receipt_is_called_when_no_message_arrives(town: DeskTown) -> None:
    """Lan leaves her number; a week later Thu reads it at the desk, calls, and the list is empty; nothing is sent."""
    lan = Teller(town, "lan")
    assert lan.reports().endswith(OFFER)
    assert lan.is_asked() == "consent_publish"
    assert lan.says("số của tôi là 0912.345.678 ạ") == [KEPT]
    assert (lan.phone(), lan.is_asked()) == (PHONE, "consent_publish")
    lan.says("1")
    assert lan.is_asked() == ""
    holds_back(town, "lan")
    thu_herself = town.hire("Thu", Role.MODERATOR)
    thu = town.browser(of=thu_herself)
    assert "Không có ai cần gọi" in thu.get("/desk/calls").text
    town.clock.instant += timedelta(days=7)
    thu = town.browser(of=thu_herself)
    page = thu.get("/desk/calls").text
    assert f'href="tel:{PHONE}"' in page
    assert OUTCOME in page
    assert "Tin số 1" in page
    assert 'href="/desk/calls"' in thu.get("/desk").text
    call = town.store.read_now(lambda tx: calls.waiting_calls(tx, town.clock.now()))[0]
    done = thu.post(f"/desk/calls/{call.person_id}", "/desk/calls", seen=call.seen)
    assert done.status_code == 200
    assert "Đã ghi là đã gọi" in done.text
    assert PHONE not in done.text
    assert lan.says("chào xã") != []
    with town.database.read() as tx:
        kept = select(OutboxMessage.state, OutboxMessage.body, OutboxMessage.error)
        row = tx.execute(kept.where(OutboxMessage.error.is_not(None))).one()
        assert (row.state, row.body) == ("forgotten", {})
        assert f"by person {thu_herself.id} " in str(row.error)


def test_the_offer_stands_where_it_is_needed_and_a_number_is_taken_everywhere(town: DeskTown) -> None:
    """A messenger that always lets us write offers nothing; who leaves a number all the same is heard."""
    an = Teller(town, "an", on="telegram")
    assert OFFER not in an.reports()
    assert an.says(own_phone="+84912345678") == [KEPT]
    assert an.phone() == PHONE


def test_a_number_alone_is_theirs_for_a_day_after_the_receipt(town: DeskTown) -> None:
    """Later, in the middle of something else, or from somebody who told nothing, it is heard as anything else."""
    lan, stranger = Teller(town, "lan"), Teller(town, "stranger")
    typed = Said(text="0912 345 678")
    lan.reports()
    assert lan.leaves_a_number(typed)
    assert lan.leaves_a_number(typed, talk="late_photos")
    assert lan.leaves_a_number(Said(own_phone="+84912345678"))
    assert not lan.leaves_a_number(typed, days_later=1.01)
    assert lan.leaves_a_number(typed, days_later=5, talk="consent_publish")
    assert not lan.leaves_a_number(typed, talk="question")
    assert not lan.leaves_a_number(typed, talk="introduce_deed")
    assert not lan.leaves_a_number(Said(text="001090012345"))
    assert not stranger.leaves_a_number(typed)


def test_who_may_call_and_who_only_reads(town: DeskTown) -> None:
    """An inspector only sees; a publisher and the street see nothing; what changed meanwhile is not ticked off."""
    lan = Teller(town, "lan")
    lan.reports()
    lan.says("số của tôi là 0912345678")
    holds_back(town, "lan")
    town.clock.instant += timedelta(days=8)
    call = town.store.read_now(lambda tx: calls.waiting_calls(tx, town.clock.now()))[0]
    address = f"/desk/calls/{call.person_id}"
    reader = town.browser(of=town.hire("Bình", Role.INSPECTOR))
    assert PHONE in reader.get("/desk/calls").text
    assert address not in reader.get("/desk/calls").text
    assert reader.post(address, "/desk", seen=call.seen).status_code == 403
    for role in (Role.PUBLISHER, Role.STANDING_OFFICE):
        other = town.browser(of=town.hire(f"Người {role}", role))
        shown = other.get("/desk/calls")
        assert shown.status_code == 403
        assert PHONE not in shown.text
        assert 'href="/desk/calls"' not in other.get("/desk/papers").text
        assert other.post(address, "/desk/papers", seen=call.seen).status_code == 403
    street = town.browser()
    assert street.get("/desk/calls").url.path == "/desk/sign-in"
    admin = town.browser(of=town.hire("Quản", Role.ADMIN))
    forged = admin.client.post(address, data={"seen": call.seen, "token": "x"})
    assert forged.status_code == 403
    holds_back(town, "lan", "Tin số 1 đã đăng.")
    stale = admin.post(address, "/desk/calls", seen=call.seen)
    assert stale.status_code == 409
    assert "Danh sách vừa đổi" in stale.text
    call = town.store.read_now(lambda tx: calls.waiting_calls(tx, town.clock.now()))[0]
    assert len(call.texts) == 2
    assert admin.post(address, "/desk/calls", seen=call.seen).status_code == 200
    assert admin.post(address, "/desk", seen=call.seen).status_code == 409
    assert admin.post("/desk/calls/9999", "/desk").status_code == 409


def test_the_number_stands_on_no_other_page(town: DeskTown) -> None:
    """Not in the queue, on the deed, among the staff, with what went wrong: only where it is needed."""
    lan = Teller(town, "lan")
    lan.reports()
    lan.says("số của tôi là 0912345678")
    admin = town.browser(of=town.hire("Quản", Role.ADMIN, Role.MODERATOR))
    with town.database.read() as tx:
        code = deeds.recent(tx, 1)[0].code
    for path in ("", f"/deeds/{code}", "/problems", "/people", "/papers", "/office", "/calls"):
        shown = admin.get(f"/desk{path}")
        assert shown.status_code == 200, path
        assert "12345678" not in shown.text, path


@pytest.mark.browser
@pytest.mark.parametrize(("width", "display"), [(320, "block"), (1280, "table-row")])
def test_a_table_on_a_desk_and_cards_on_a_telephone(town: DeskTown, width: int, display: str) -> None:
    """At 320 px nothing scrolls sideways however long the words; wide, it is a table; the button works on both."""
    lan, an = Teller(town, "lan"), Teller(town, "an")
    for teller in (lan, an):
        teller.reports()
    lan.says("số của tôi là 0912345678")
    holds_back(town, "lan", "<b>rất dài</b> " * 60 + "x" * 200)
    holds_back(town, "an")
    town.clock.instant += timedelta(days=8)
    thu = town.hire("Thu", Role.MODERATOR)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = chromium.new_page(viewport={"width": width, "height": 640}, base_url=town.address)
        page.goto(town.link_for(thu))
        page.click("main button[type=submit]")
        page.goto("/desk/calls")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('tbody tr')).display") == display
        assert page.locator("table b").count() == 0
        assert page.get_by_role("row").count() == 3
        assert page.get_by_role("link", name=f"Gọi {PHONE}").get_attribute("href") == f"tel:{PHONE}"
        assert page.get_by_text("chưa để lại số").is_visible()
        for left in (1, 0):
            page.get_by_role("button", name="Đã gọi").first.click()
            page.wait_for_url("**/desk/calls?done=1")
            assert page.get_by_role("button", name="Đã gọi").count() == left
        assert page.get_by_text("Không có ai cần gọi").is_visible()
        chromium.close()
