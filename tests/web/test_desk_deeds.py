"""Deciding at the desk: the queue, the page of a deed, two at once, and what stands when something does not work."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from deeds.kinds import HONOREE_THINGS, Act, Role, Status, Thing
from moderation import receive
from moderation.acts import ACTS, decisions
from moderation.acts.rule import Where
from moderation.moves import MOVES
from storage import attachments, deeds, history, people
from storage.models import Attachment, OutboxMessage
from storage.photos.files import Shelf
from tests.storage.pictures import scene, tagged
from tests.web.desk_town import OGG, DeskTown
from texts import say


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DeskTown]:
    """An open town with a desk."""
    town = DeskTown(tmp_path)
    with town.open():
        yield town


def test_urgent_first_then_oldest_and_the_next_one_comes_by_itself(town: DeskTown) -> None:
    """Thu sees the rescue on top; approved, it gives way to the deed that waits longest, with an undo at hand."""
    first = town.hands_in(teller="a")
    town.hands_in(teller="b")
    rescue = town.hands_in("Chú Hai lao xuống sông cứu hai cháu bé đuối nước, đưa vào bờ an toàn.", teller="c")
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    queue = thu.get("/desk").text
    assert re.findall(r'class="open" href="/desk/deeds/VT-2026-00000(\d)"', queue) == ["3", "1", "2"]
    decided = thu.decide(town.deed(rescue), "approve")
    assert decided.url.path == f"/desk/deeds/{town.deed(first).code}"
    assert town.deed(rescue).status is Status.APPROVED
    assert town.woken > 0
    toast = re.search(r'class="toast".*?</div>', decided.text, re.DOTALL)
    assert toast is not None
    assert "số 3" in toast[0]
    undo = thu.decide(town.deed(rescue), "undo")
    assert undo.status_code == 200
    assert town.deed(rescue).status is Status.RECEIVED
    with town.database.read() as tx:
        told = tx.execute(select(OutboxMessage.id).where(OutboxMessage.send_key.startswith("outcome:"))).all()
    assert told == []


def test_search_ignores_accents_and_stays_in_the_address(town: DeskTown) -> None:
    """Words typed without marks find the deed; a filter nobody knows shows what waits."""
    town.hands_in(teller="a", name="Vàng A Lử")
    town.hands_in(teller="b")
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    found = thu.get("/desk?status=waiting&words=vang+A+lu").text
    assert re.findall(r'class="open" href="/desk/deeds/(\S+)"', found) == ["VT-2026-000001"]
    assert 'value="vang A lu"' in found
    assert 'class="empty"' in thu.get("/desk?words=khong+co+dau").text
    assert len(re.findall('class="open"', thu.get("/desk?status=nonsense&page=x").text)) == 2
    assert 'class="empty"' in thu.get("/desk?status=published").text


def test_markup_in_a_story_stays_text(town: DeskTown) -> None:
    """What a stranger wrote is shown letter by letter, on the queue and on the page of the deed."""
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'><svg onload=alert(3)>"
    receipt = town.hands_in(attack, name="<b>Bà</b>", teller="a")
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    for path in ("/desk", f"/desk/deeds/{town.deed(receipt).code}", "/desk?words=%3Cscript%3E"):
        page = thu.get(path)
        assert not re.search(r"<(script(?! src)|img src=x|svg|b>)", page.text), path
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"


def test_two_decide_and_the_second_is_told_who_was_first(town: DeskTown) -> None:
    """Thu and Hoa look at one deed; Hoa's refusal after Thu's yes changes nothing, and her words are still there."""
    receipt = town.hands_in()
    seen = town.deed(receipt)
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    hoa = town.browser(of=town.hire("Hoa", Role.MODERATOR))
    assert thu.decide(seen, "approve").status_code == 200
    late = hoa.decide(seen, "reject", reason_key="own", reason="Chưa rõ người làm chứng")
    assert late.status_code == 409
    assert "Thu" in late.text
    assert "Đã duyệt, chờ đăng" in late.text
    assert town.deed(receipt).status is Status.APPROVED
    assert town.deed(receipt).version == seen.version + 1


def test_a_double_click_is_one_decision(town: DeskTown) -> None:
    """The same button pressed twice from the same page decides once and complains to nobody."""
    receipt = town.hands_in()
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    seen = town.deed(receipt)
    assert thu.decide(seen, "approve").status_code == 200
    assert thu.decide(seen, "approve").status_code == 200
    with town.database.read() as tx:
        assert [entry.act for entry in history.of_deed(tx, seen.id)] == ["receive", "approve"]


def test_of_many_at_once_one_decides(town: DeskTown) -> None:
    """Eight moderators press at one moment, ten times over: each time one decides, seven are told who was first."""
    crowd = [town.browser(of=town.hire(f"Người {number}", Role.MODERATOR)) for number in range(8)]
    for turn in range(10):
        receipt = town.hands_in(teller=f"t{turn}")
        seen = town.deed(receipt)
        tokens = [browser.token("/desk") for browser in crowd]

        def press(number: int, seen: deeds.DeedRow = seen, tokens: list[str] = tokens) -> int:
            approve = {"act": "approve", "confirmed_by": "police"}
            act = approve if number % 2 else {"act": "reject", "reason_key": "unverified"}
            data = {"token": tokens[number], "seen": seen.version, **act}
            client = crowd[number].client
            return client.post(f"/desk/deeds/{seen.code}/decide", data=data, follow_redirects=False).status_code

        with ThreadPoolExecutor(8) as at_once:
            answers = sorted(at_once.map(press, range(8)))
        assert answers == [303, *[409] * 7]
        assert town.deed(receipt).version == seen.version + 1


def test_one_does_not_decide_ones_own_telling(town: DeskTown) -> None:
    """Thu told of a deed herself: no buttons for her, and a forged form is refused."""
    town.hire("Thu", Role.MODERATOR, on="telegram")
    receipt = town.hands_in(teller="chat of Thu")
    with town.database.read() as tx:
        thu = people.named(tx, "Thu")
    assert thu is not None
    browser = town.browser(of=thu)
    deed = town.deed(receipt)
    assert "data-act=" not in browser.get(f"/desk/deeds/{deed.code}").text
    assert browser.decide(deed, "approve").status_code == 403
    assert town.deed(receipt).status is Status.RECEIVED


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.PUBLISHER, Role.STANDING_OFFICE, Role.UNIT_HEAD, Role.PRESS])
def test_who_may_not_decide_sees_no_button_and_cannot_forge_one(town: DeskTown, role: Role) -> None:
    """Readers read; the right is checked when the form comes, not by what the page showed."""
    receipt = town.hands_in()
    browser = town.browser(of=town.hire("Bình", role))
    deed = town.deed(receipt)
    assert 'data-act="approve"' not in browser.get(f"/desk/deeds/{deed.code}").text
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/desk/deeds/none").text)
    assert token is not None
    for act in ("claim", "approve", "ask", "reject", "redirect", "withdraw"):
        data = {"token": token[1], "act": act, "seen": 1, "reason_key": "unverified", "reason": "x"}
        assert browser.client.post(f"/desk/deeds/{deed.code}/decide", data=data).status_code == 403
    assert town.deed(receipt) == deed


def test_what_does_not_work_says_why_and_keeps_what_was_typed(town: DeskTown) -> None:
    """Publishing without having asked, an empty question, a wrong year: a sentence, and nothing is lost."""
    receipt = town.hands_in()
    admin = town.browser(of=town.hire("Quản", Role.ADMIN))
    path = f"/desk/deeds/{town.deed(receipt).code}"
    empty = admin.decide(town.deed(receipt), "reject", reason_key="own", reason="")
    assert empty.status_code == 422
    assert 'role="alert"' in empty.text
    assert re.search(r'value="own" required checked', empty.text)
    facts = {
        "seen": 1,
        "form": "facts",
        "kind": "household",
        "section": "good_deed",
        "birth_year": "19680",
        "summary": "Đã viết dài",
    }
    wrong = admin.post(f"{path}/facts", path, **facts)
    assert wrong.status_code == 422
    assert "Đã viết dài" in wrong.text
    assert 'value="19680"' in wrong.text
    assert admin.decide(town.deed(receipt), "approve").status_code == 200
    refused = admin.decide(town.deed(receipt), "publish")
    assert refused.status_code == 422
    assert town.deed(receipt).status is Status.APPROVED
    assert admin.decide(town.deed(receipt), "redirect").status_code == 422
    assert admin.get("/desk/deeds/VT-2026-999999").status_code == 404


def test_facts_then_consent_then_the_page(town: DeskTown) -> None:
    """Facts for the paper, the honoree's answer thing by thing, and only then the page; all of it in the history."""
    receipt = town.hands_in()
    admin = town.browser(of=town.hire("Quản", Role.ADMIN))
    path = f"/desk/deeds/{town.deed(receipt).code}"
    facts = {
        "seen": 1, "form": "facts", "kind": "household", "section": "exemplar", "field": "honesty",
        "name": "Lường Thị Ngoan", "title": "bà", "birth_year": "1968",
        "gender": "female", "occupation": "nông dân", "happened_on": "2026-11-08",
        "target_groups": ["farmer", "woman"], "summary": "Nhặt được ví, nộp Công an xã.",
        "confirmed_person": "trưởng bản", "residence": "bản Nà Phiêng", "place_text": "xã Suối Lành",
        "when_text": "08/11",
    }  # fmt: skip
    assert admin.post(f"{path}/facts", path, **facts).status_code == 200
    deed = town.deed(receipt)
    assert (deed.kind, deed.target_groups, deed.summary) == (
        "household",
        ["farmer", "woman"],
        "Nhặt được ví, nộp Công an xã.",
    )
    assert admin.post(f"{path}/facts", path, **facts).status_code == 409  # on the version before
    answers = {f"thing_{thing}": "yes" for thing in ("deed", "name", "loudspeaker", "standing_office", "press")}
    lacking = admin.post(f"{path}/honoree", path, seen=2, how="met", form="honoree", **answers)
    assert lacking.status_code == 422
    with town.database.read() as tx:
        assert history.allowed_by_honoree(tx, deeds.honoree_of(tx, deed.id).id) == {}
    kept = admin.post(f"{path}/honoree", path, seen=2, how="met", witness="chị Lan", thing_photo="no", **answers)
    assert kept.status_code == 200
    late = admin.post(f"{path}/honoree", path, seen=2, how="called", thing_photo="yes", form="honoree", **answers)
    assert late.status_code == 409
    with town.database.read() as tx:
        given = history.allowed_by_honoree(tx, deeds.honoree_of(tx, deed.id).id)
        assert {thing for thing, answer in given.items() if answer.allowed} == set(Thing) - {
            Thing.PHOTO, Thing.KEEP, Thing.WORDS, Thing.PICTURES,
        }  # fmt: skip
        assert given[Thing.DEED].witness == "chị Lan"
    admin.decide(town.deed(receipt), "approve")
    assert admin.decide(town.deed(receipt), "publish").status_code == 200
    assert town.deed(receipt).status is Status.PUBLISHED
    shown = admin.get(path).text
    assert "<del>Cá nhân</del> <ins>Hộ gia đình</ins>" in shown
    assert "<ins>nông dân, phụ nữ</ins>" in shown
    for word in ("sửa thông tin", "ghi ý kiến người được nêu", "duyệt", "chị Lan", "Quản"):
        assert word in shown


def test_nothing_is_ticked_beforehand(town: DeskTown) -> None:
    """The honoree's form opens without a single answer in it."""
    receipt = town.hands_in()
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    page = thu.get(f"/desk/deeds/{town.deed(receipt).code}").text
    form = re.search(r'action="/desk/deeds/[^"]+/honoree".*?</form>', page, re.DOTALL)
    assert form is not None
    assert form[0].count('type="radio"') == 3 + 2 * len(HONOREE_THINGS)
    assert "checked" not in form[0]


def test_a_preview_shows_what_the_teller_reads_and_sends_nothing(town: DeskTown) -> None:
    """Words of one's own are shown inside the message they will travel in; nobody hears of them yet."""
    receipt = town.hands_in()
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    deed = town.deed(receipt)
    path = f"/desk/deeds/{deed.code}"
    typed = {"act": "ask", "seen": 1, "reason_key": "own", "reason": "Ai đã trả lại ví?"}
    with town.database.read() as tx:
        before = len(tx.execute(select(OutboxMessage.id)).all())
    seen = thu.post(f"{path}/preview", path, **typed).text
    preview = re.search(r'class="preview".*?</div>', seen, re.DOTALL)
    assert preview is not None
    assert "số 1" in preview[0]
    assert "Ai đã trả lại ví?" in preview[0]
    assert ">Ai đã trả lại ví?</textarea>" in seen
    with town.database.read() as tx:
        assert len(tx.execute(select(OutboxMessage.id)).all()) == before
    assert town.deed(receipt) == deed


def test_a_spoken_report_gets_its_story(town: DeskTown) -> None:
    """A person listens at the desk and types; what they heard becomes the story; nothing else can be played."""
    receipt = town.hands_in("", voice=OGG)
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    path = f"/desk/deeds/{town.deed(receipt).code}"
    played = thu.get("/desk/recordings/1")
    assert (played.status_code, played.headers["content-type"], played.content) == (200, "audio/ogg", OGG)
    assert "sandbox" in played.headers["content-security-policy"]
    heard = "Bà Ngoan trả lại ví cho người đi chợ."
    assert thu.post(f"{path}/recordings/1", path, seen=1, words=heard).status_code == 200
    assert town.deed(receipt).story == heard
    assert "VT-2026-000001" in thu.get("/desk?words=tra+lai+vi").text
    assert thu.post(f"{path}/recordings/9", path, seen=2, words="x").status_code == 404
    assert thu.get("/desk/recordings/9").status_code == 404


def test_what_was_never_handed_in_is_given_to_nobody(town: DeskTown) -> None:
    """A recording and a picture of a report still being told: their teller has not said yes to anything."""
    town.hands_in(photos=[tagged(scene(1))])
    town.clean_photos()
    town.hands_in(voice=OGG)
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    with town.database.read() as tx:
        (photo,), (voice,) = attachments.of_deed(tx, 1), attachments.of_deed(tx, 2)
    shown = (f"/desk/recordings/{voice.id}", f"/desk/photos/{photo.published}", f"/desk/thumbnails/{photo.thumbnail}")
    assert [thu.get(path).status_code for path in shown] == [200, 200, 200]
    town.store.write_now(lambda tx: tx.execute(update(Attachment).values(submission_id=None)))
    assert [thu.get(path).status_code for path in shown] == [404, 404, 404]


def test_photos_are_clean_copies_and_originals_stay_shut(town: DeskTown) -> None:
    """A thumbnail and a clean copy are given out; the original's name opens nothing, nor does a stranger's address."""
    town.hands_in(photos=[tagged(scene(1))])
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    with town.database.read() as tx:
        original = attachments.of_deed(tx, 1)[0].sha256
    assert original is not None
    town.clean_photos()
    page = thu.get("/desk/deeds/VT-2026-000001").text
    copies = re.findall(r'(?:href|src)="(/desk/(?:photos|thumbnails)/[0-9a-f]{64})"', page)
    assert len(copies) == 2
    for copy in copies:
        assert thu.get(copy).headers["content-type"] == "image/jpeg"
        assert original not in copy
    assert thu.get(f"/desk/photos/{original}").status_code == 404
    assert thu.get(f"/desk/photos/{'0' * 64}").status_code == 404
    assert thu.get("/desk/photos/..%2f..%2ftown.db").status_code == 404
    assert town.files.has(original, Shelf.ORIGINALS)


def test_a_complaint_is_purged_and_the_page_says_nothing_of_it(town: DeskTown) -> None:
    """What turns out to be a complaint is turned away with a reason; its words stand on no page of the desk."""
    receipt = town.hands_in("Ông X nhận tiền của dân ở thôn Bến Gỗ.", name="Nguyễn Văn X")
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    deed = town.deed(receipt)
    done = thu.decide(deed, "redirect", reason="phản ánh")
    assert done.url.path == "/desk"
    assert town.deed(receipt).status is Status.REDIRECTED
    for path in (f"/desk/deeds/{deed.code}", "/desk?status=all", "/desk?status=gone"):
        assert "nhận tiền" not in thu.get(path).text
        assert "Nguyễn Văn X" not in thu.get(path).text


def test_buttons_are_exactly_the_moves(town: DeskTown) -> None:
    """In every status the page offers an admin exactly the acts the table allows."""
    admin = town.browser(of=town.hire("Quản", Role.ADMIN))
    receipt = town.hands_in()
    for status in Status:
        town.change(town.deed(receipt).code, status=status.value)
        page = admin.get(f"/desk/deeds/{town.deed(receipt).code}").text
        offered = set(re.findall(r'data-act="(\w+)"', page)) - {"undo"}
        known = {act.value for act in decisions(Where.DESK)}
        # Nobody asked the person praised, so the one act that shows them to the world is not offered.
        assert offered == ({act.value for act in MOVES[status]} & known) - {"publish"}, status
    town.clock.instant += timedelta(minutes=1)


def test_what_a_teller_does_is_said_to_be_the_tellers(town: DeskTown) -> None:
    """Lan's name is not known: what she told, added, answered and took back is hers, and of nobody who left."""
    receipt = town.hands_in()
    told = town.store.read_now(lambda tx: deeds.submissions_of(tx, receipt.deed_id))[0]
    now = town.clock.now()
    town.store.write_now(lambda tx: receive.add(tx, told, 1, Act.ADD, now, "telegram"))
    town.change(town.deed(receipt).code, status=Status.NEEDS_INFO.value)
    town.store.write_now(lambda tx: receive.add(tx, told, 0, Act.ANSWER, now, "telegram"))
    town.store.write_now(lambda tx: receive.withdraw(tx, told, now, "telegram"))
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    page = thu.get(f"/desk/deeds/{town.deed(receipt).code}").text
    whose = re.findall(r"<span>([^<:]+):", page[page.index('class="history"') :])
    assert whose == [say("desk.history.teller")] * 4


@pytest.mark.parametrize("act", [act for act in decisions(Where.DESK) if ACTS[act].is_final])
def test_what_was_deleted_for_good_is_said_to_be_deleted(town: DeskTown, act: Act) -> None:
    """On the page of the deed and in the list, after whatever deletes."""
    receipt = town.hands_in()
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    thu.decide(town.deed(receipt), act, reason="như đã trao đổi")
    for path in (f"/desk/deeds/{town.deed(receipt).code}", "/desk?status=gone"):
        assert say("desk.purged") in thu.get(path).text


@pytest.mark.parametrize("act", [act for act in decisions(Where.DESK) if ACTS[act].is_final])
def test_nothing_is_deleted_for_good_without_a_reason(town: DeskTown, act: Act) -> None:
    """The form asks for it, and one that comes without changes nothing."""
    receipt = town.hands_in()
    before = town.deed(receipt)
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    assert thu.decide(before, act, reason=" ").status_code == 422
    assert town.deed(receipt) == before


def test_who_claims_a_deed_stays_with_it(town: DeskTown) -> None:
    """Another one waits, and is shown only once this one waits for its moderator no more; an undo stays, too."""
    receipt, other = town.hands_in(teller="a"), town.hands_in(teller="b")
    here, there = (f"/desk/deeds/{town.deed(one).code}" for one in (receipt, other))
    thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
    led = [thu.decide(town.deed(receipt), act).url.path for act in ("claim", "approve", "undo")]
    assert led == [here, there, here]
