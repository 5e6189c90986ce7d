"""A role lost, a picture sent late, a letter that did not arrive: who sees what then, and who does not."""

import re
from datetime import timedelta

import httpx2
import pytest

from deeds.errors import NotPossible
from deeds.kinds import Act, Role, Thing
from moderation import facts
from storage import erasure, people, undelivered, web_sessions
from storage.database import Tx
from storage.models import InboxEvent, Person
from storage.statements import table
from tests.cast import RESCUE, OnTelegram, OnWebChat
from tests.town import Town

PURSE = "Sáng nay bà Hà Thị Mơ ở thôn Bến Gỗ nhặt được ví có 5 triệu đồng và trả lại người mất."


def _dismiss(town: Town, name: str) -> None:
    def dismissed(tx: Tx) -> None:
        somebody = people.named(tx, name)
        assert somebody is not None
        people.dismiss(tx, somebody.id, Role.MODERATOR, town.clock.now())

    town.writes(dismissed)
    town.settle()


@pytest.mark.parametrize("on", ["telegram", "webchat", "plain"])
def test_the_card_of_who_is_no_moderator_any_more_stays_as_it_was(town: Town, on: str) -> None:
    """New words about the deed reach those who decide now, and not who decided once."""
    thu, hai, lan = town.moderator("Thu", on=on), town.moderator("Hai", on="plain"), town.citizen("Lan")
    lan.reports()
    town.settle()
    thu.sees("VT-2026") if on == "telegram" else thu.says("xem")
    _dismiss(town, "Thu")
    thu.reads_all()
    town.decides("Hai", Act.ASK, reason="Ai thấy nữa?")
    town.settle()
    lan.says("có chị Hoàng Thị Mai thấy")
    town.settle()
    town.clock.forward(minutes=5)
    town.settle()
    assert not thu.shows("Hoàng Thị Mai")
    hai.says("xem")
    hai.sees("Hoàng Thị Mai")


def test_a_group_gets_cards_as_long_as_who_registered_it_decides(town: Town) -> None:
    """A private group of somebody dismissed hears of nothing, and the moderators do."""
    thu, hai = town.moderator("Thu", on="telegram"), town.moderator("Hai", on="telegram")
    group = town.group("Riêng", thu)
    group.says(thu, "/nhomduyet")
    _dismiss(town, "Thu")
    town.citizen("Lan").reports()
    town.settle()
    assert not any("Khuyên" in shown.text for shown in group.messages())
    hai.sees("Khuyên")


def test_only_a_reply_to_the_question_is_the_reason(town: Town) -> None:
    """Colleagues talk under other cards; none of that leaves a deed out."""
    thu, lan, ba = town.moderator("Thu", on="telegram"), town.citizen("Lan"), town.citizen("Ba")
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    lan.reports()
    ba.reports(PURSE)
    town.settle()
    other = group.shows("Số 2")
    group.presses(thu, group.shows("Số 1 - VT-2026-"), "Chưa đưa vào")
    group.presses(thu, group.shows("vì sao chưa đưa vào"), "Tự viết")
    asked = group.shows("Mời viết lý do")
    group.says(thu, "việc này tôi có biết, bà Mơ tốt lắm", reply_to=other)
    town.settle()
    assert town.deed(1).status == "received"
    group.says(thu, "chưa rõ là ai", reply_to=asked)
    town.settle()
    assert town.deed(1).status == "rejected"


@pytest.mark.parametrize("sent", ["after it was published", "before it was approved, added after"])
def test_a_picture_nobody_has_looked_at_is_not_shown(town: Town, sent: str) -> None:
    """It waits on the deed's page until the deed is published anew."""
    lan = town.citizen("Lan", on="webchat")
    town.moderator("Thu", roles=(Role.MODERATOR, Role.PUBLISHER))
    lan.reports(PURSE)
    lan.picks("Được dùng cả lời kể và ảnh")
    if sent.startswith("before"):
        lan.says("", photos=1)
    town.decides("Thu", Act.APPROVE)
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME, Thing.PHOTO)
    town.decides("Thu", Act.PUBLISH)
    town.clock.forward(minutes=1)
    if not sent.startswith("before"):
        lan.says("", photos=1)
    lan.picks("Đúng, thêm vào tin đó")
    town.settle()
    town.clock.forward(seconds=5)
    town.settle()

    def pictures() -> list[str]:
        page = httpx2.get(f"{town.address}/deeds/{town.deed().code}").text
        return re.findall(r'<img[^>]+src="(/photos/[^"]+|[^"]*photo[^"]*)"', page)

    assert pictures() == []
    town.decides("Thu", Act.UNPUBLISH)
    town.decides("Thu", Act.PUBLISH)
    assert len(pictures()) == 1


def _token(page: httpx2.Response) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_a_secret_that_did_not_arrive_is_shown_to_nobody_else(town: Town) -> None:
    """A sign-in link of an administrator, a code that joins accounts: the list of problems names them, no more."""
    chief = town.moderator("Quản", on="telegram", roles=(Role.ADMIN,))
    town.moderator("Xem", on="plain", roles=(Role.INSPECTOR,))
    lan = town.citizen("Lan", on="telegram")
    lan.says("alo")
    assert isinstance(chief, OnTelegram)
    assert isinstance(lan, OnTelegram)
    for somebody in (chief, lan):
        town.telegram.fail_next("sendMessage", 403, "Forbidden: user is deactivated", chat=somebody.person.id)
    with httpx2.Client(base_url=town.address, follow_redirects=True, timeout=30) as stranger:
        stranger.post("/desk/sign-in", data={"name": "Quản", "token": _token(stranger.get("/desk/sign-in"))})
    lan.says("liên kết")
    town.settle()
    looks, lives = town.staff("Xem").id, timedelta(hours=1)
    link = town.writes(lambda tx: web_sessions.new_link(tx, looks, town.clock.now(), lives))
    with httpx2.Client(base_url=town.address, follow_redirects=True, timeout=30) as browser:
        address = f"/desk/sign-in/{link}"
        browser.post(address, data={"token": _token(browser.get(address))})
        shown = browser.get("/desk/problems").text
    assert shown.count("Trong tin có mã hoặc đường dẫn riêng") == 2
    assert not re.search(r"sign-in/[A-Za-z0-9_-]{43}|[0-9A-Z]{4}-[0-9A-Z]{4}\b", shown)
    assert all(stuck.text == "" for stuck in town.rows(undelivered.stuck))


def test_what_erased_staff_said_in_a_group_is_gone(town: Town) -> None:
    """An event of a group names its sender in its body only; that is forgotten with the person as well."""
    thu = town.moderator("Thu", on="telegram")
    assert isinstance(thu, OnTelegram)
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    town.citizen("Lan").reports(RESCUE)
    town.settle()
    group.presses(thu, group.shows("Số 1 - VT-2026-"), "Chưa đưa vào")
    group.presses(thu, group.shows("vì sao chưa đưa vào"), "Tự viết")
    group.says(thu, "chưa rõ lắm", reply_to=group.shows("Mời viết lý do"))
    town.settle()
    _dismiss(town, "Thu")
    erased = town.staff("Thu").id
    town.writes(lambda tx: erasure.erase_person(tx, erased, town.clock.now()))
    bodies = town.rows(lambda tx: list(tx.execute(table(InboxEvent).select()).mappings()))
    assert not any(str(thu.person.id).encode() in (row["raw"] or b"") for row in bodies)


@pytest.mark.parametrize("act", [Act.APPROVE, Act.PUBLISH])
def test_a_picture_that_came_while_they_looked_is_looked_at_first(town: Town, act: Act) -> None:
    """The desk's page is older than the picture: nothing is decided on what nobody has seen."""
    lan = town.citizen("Lan", on="webchat")
    town.moderator("Thu", roles=(Role.MODERATOR, Role.PUBLISHER))
    lan.reports(PURSE)
    lan.picks("Được dùng cả lời kể và ảnh")
    if act is Act.PUBLISH:
        town.decides("Thu", Act.APPROVE)
        town.asks_honoree("Thu", Thing.DEED, Thing.NAME, Thing.PHOTO)
    seen = town.deed().version
    lan.says("", photos=1)
    lan.picks("Đúng, thêm vào tin đó")
    town.settle()
    with pytest.raises(NotPossible, match="pictures") as refused:
        town.decides("Thu", act, seen=seen)
    assert "vừa gửi thêm ảnh" in refused.value.sentence
    town.decides("Thu", act, seen=town.deed().version)


def test_nobody_takes_back_what_somebody_else_decided_since(town: Town) -> None:
    """Thu approved, Hai took that back and left it out: Thu's "hoàn tác" is about nothing of hers."""
    thu, _ = town.moderator("Thu"), town.moderator("Hai")
    town.citizen("Lan").reports()
    town.settle()
    thu.says("xem")
    thu.approves()
    town.decides("Hai", Act.UNDO)
    town.decides("Hai", Act.REJECT, reason="chưa rõ là ai")
    thu.says("hoàn tác")
    assert town.deed().status == "rejected"
    thu.sees("Xin bấm")


def test_a_word_mended_in_the_group_decides_nothing(town: Town) -> None:
    """An old reason is edited while the reasons of another deed are on the screen."""
    thu = town.moderator("Thu", on="telegram")
    assert isinstance(thu, OnTelegram)
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    town.citizen("Lan").reports()
    town.citizen("Ba").reports(PURSE)
    town.settle()
    group.presses(thu, group.shows("Số 1 - VT-2026-"), "Chưa đưa vào")
    group.presses(thu, group.shows("vì sao chưa đưa vào"), "Tự viết")
    said = thu.person.says("chưa rõ là ai", to=group.group, reply_to=group.shows("Mời viết lý do"))
    town.settle()
    group.presses(thu, group.shows("Số 2 - VT-2026-"), "Chưa đưa vào")
    before = town.heard()
    thu.person.edits(said, "chưa rõ là ai cả")
    town.wait_heard(before + 1)
    assert [town.deed(number).status for number in (1, 2)] == ["rejected", "received"]


def test_people_who_talk_in_a_group_are_nobody_to_us(town: Town) -> None:
    """Members of a moderators' group chat with each other: no person, no account, no word of it is kept."""
    thu, member = town.moderator("Thu", on="telegram"), town.citizen("Bình", on="telegram")
    assert isinstance(member, OnTelegram)
    group = town.group("Nhóm duyệt", thu, member)
    group.says(thu, "/nhomduyet")
    known = len(town.rows(lambda tx: tx.execute(table(Person).select()).all()))
    group.says(member, "trưa nay ăn gì cả nhà")
    assert len(town.rows(lambda tx: tx.execute(table(Person).select()).all())) == known
    bodies = town.rows(lambda tx: [row.raw for row in tx.execute(table(InboxEvent).select())])
    assert not any("trưa nay" in (raw or b"").decode() or b"tr\\u01b0a" in (raw or b"") for raw in bodies)


def _published(town: Town) -> OnWebChat:
    lan = town.citizen("Lan", on="webchat")
    assert isinstance(lan, OnWebChat)
    town.moderator("Thu", roles=(Role.MODERATOR, Role.PUBLISHER))
    lan.reports(PURSE)
    lan.picks("Được dùng cả lời kể và ảnh")
    town.decides("Thu", Act.APPROVE)
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME)
    town.decides("Thu", Act.PUBLISH)
    return lan


def test_a_no_said_meanwhile_outlives_an_undo(town: Town) -> None:
    """Taken from the page by the desk; the teller takes the yes back; "hoàn tác" does not put it there again."""
    lan = _published(town)
    town.decides("Thu", Act.UNPUBLISH)
    lan.says("không cho đăng nữa")
    with pytest.raises(NotPossible):
        town.decides("Thu", Act.UNDO)
    assert town.deed().status == "approved"
    assert httpx2.get(f"{town.address}/deeds/{town.deed().code}").status_code == 404


def test_nobody_hears_that_it_is_published_where_it_no_longer_is(town: Town) -> None:
    """Taken back within ten minutes: what waited to be told is told to nobody."""
    lan = _published(town)
    lan.says("không cho đăng nữa")
    town.clock.forward(minutes=30)
    town.settle()
    assert not lan.shows("Tin số 1 đã đăng")


def test_what_was_promised_not_to_be_published_is_not(town: Town) -> None:
    """Also not in the office's own words, until somebody has asked the teller again."""
    lan = _published(town)
    lan.says("không cho đăng nữa")
    deed = town.deed()
    summary = {"summary": "Một người trả lại ví cho người mất."}
    town.writes(
        lambda tx: facts.correct(tx, town.staff("Thu"), deed.id, deed.version, summary, town.clock.now(), "desk")
    )
    with pytest.raises(NotPossible, match="does not want"):
        town.decides("Thu", Act.PUBLISH)
