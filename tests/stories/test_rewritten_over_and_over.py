"""A message rewritten after the receipt is one note, however often; what is told stays readable for who decides."""

import re
from uuid import uuid4

from handlers.carry_out import MOST_PHOTOS
from moderation.cards import ANSWERS_SHOWN, WORDS_SHOWN
from moderation.receive import MOST_NOTED_CHARS, MOST_NOTES
from storage import attachments, history
from storage.history import Asked
from tests.cast import RESCUE, OnTelegram, OnWebChat, Speaker
from tests.town import Town
from tests.web.desk_town import Browser

LONGEST = "Anh Khuyên xuống nước hai lần mới đưa được cả hai cháu lên. " * 333  # all but what one message holds
FULL = "đã nhận đủ lời sửa"


def _told(town: Town) -> OnWebChat:
    hoa = town.citizen("Hoa", on="webchat")
    assert isinstance(hoa, OnWebChat)
    hoa.reports()
    hoa.reads_all()
    return hoa


def _edits(who: OnWebChat, message: str, text: str) -> None:
    before = who.town.heard()
    who.town.wait_heard(before + who.posts({"edits": message, "text": text}))


def _notes(town: Town) -> list[Asked]:
    deed = town.deed(1)
    return [asked for asked in town.rows(lambda tx: history.questions_of(tx, deed.id)) if asked.answer]


def _card(who: Speaker) -> str:
    """Return the card, in however many messages it comes."""
    who.reads_all()
    who.says("xem")
    return "\n".join(who.reads_all())


def test_what_is_rewritten_ten_times_is_one_note(town: Town) -> None:
    """The moderator reads the latest words of each message, once; the teller hears each time that they arrived."""
    lan, thu = town.citizen("Lan", on="telegram"), town.moderator("Thu", on="plain")
    assert isinstance(lan, OnTelegram)
    before = town.heard()
    told = lan.person.says(RESCUE)
    town.wait_heard(before + 1)
    lan.agrees()
    lan.reads_all()
    before = town.heard()
    other = lan.person.says("Cảm ơn")
    town.wait_heard(before + 1)
    for number in range(1, 11):
        before = town.heard()
        lan.person.edits(told, f"{RESCUE} Lần {number}.")
        town.wait_heard(before + 1)
        lan.sees("Đã chuyển lời sửa")
    before = town.heard()
    lan.person.edits(other, "Cảm ơn các anh chị")
    town.wait_heard(before + 1)
    assert [note.answer for note in _notes(town)] == [f"{RESCUE} Lần 10.", "Cảm ơn các anh chị"]
    assert _card(thu).count("người kể sửa lời sau khi gửi") == 2


def test_words_sent_again_unchanged_are_no_news(town: Town) -> None:
    """A messenger reports an edit when only a link's preview changed: no version, no card, no line of history."""
    hoa = _told(town)
    message = str(uuid4())
    for _ in range(3):
        _edits(hoa, message, "Hai cháu nhỏ là con chị Mây")
        hoa.sees("Đã chuyển lời sửa")
    assert town.deed(1).version == 2


def test_edits_of_messages_nobody_sent(town: Town) -> None:
    """A script rewrites what it never wrote, with all a message holds: past a bound it is told to call, and no more."""
    thu = town.moderator("Thu", on="plain")
    hoa = _told(town)
    for number in range(MOST_NOTES + 5):
        _edits(hoa, str(uuid4()), f"{number} {LONGEST}")
    assert hoa.shows(FULL)
    assert "0200 000 000" in next(shown.text for shown in hoa.messages() if FULL in shown.text)
    assert len(_notes(town)) == 1
    assert town.deed(1).version == 2
    assert len(_card(thu)) < 2_000


def test_one_message_rewritten_without_end(town: Town) -> None:
    """Each rewriting is a version of the deed: a teller's script cannot keep a moderator from ever deciding."""
    hoa, message = _told(town), str(uuid4())
    for number in range(MOST_NOTES + 5):
        _edits(hoa, message, f"Lần {number}: hai cháu nhỏ là con chị Mây")
    hoa.sees(FULL)
    assert town.deed(1).version == 1 + MOST_NOTES
    assert [note.answer for note in _notes(town)] == [f"Lần {MOST_NOTES - 1}: hai cháu nhỏ là con chị Mây"]
    hoa.reports()  # another report of theirs has bounds of its own
    hoa.reads_all()
    _edits(hoa, message, "Lần cuối: là con chị Mây")
    hoa.sees("Đã chuyển lời sửa tới cán bộ đang xem tin số 2")


def test_all_notes_together_are_bounded_and_stand_at_the_desk(town: Town) -> None:
    """The card shows the last few, cut as the story is cut; the desk's page shows every word that was kept."""
    thu = town.moderator("Thu", on="webchat")
    hoa = _told(town)
    half = LONGEST[: MOST_NOTED_CHARS // 5 - 100]
    words = [f"Điều thứ {number}. {half} Hết điều {number}." for number in range(6)]
    for each in words:
        _edits(hoa, str(uuid4()), each)
    hoa.sees(FULL)
    kept = [note.answer or "" for note in _notes(town)]
    assert kept == words[: len(kept)]
    assert MOST_NOTED_CHARS * 0.7 < sum(map(len, kept)) <= MOST_NOTED_CHARS
    card = _card(thu)
    assert f"Còn {len(kept) - ANSWERS_SHOWN} lời đáp trước đó" in card
    assert card.count("Đáp: ") == ANSWERS_SHOWN
    assert f"Điều thứ {len(kept) - 1}." in card
    assert "Điều thứ 0." not in card
    assert all(len(line) <= WORDS_SHOWN + len("Đáp: ") for line in card.split("\n") if line.startswith("Đáp: "))
    desk = Browser(town.address)
    with desk.client:
        desk.sign_in(re.sub(r"^https?://[^/]+", "", town.command("login-link", "Thu").strip()))
        page = desk.get(f"/desk/deeds/{town.deed(1).code}").text
    assert all(f"Hết điều {number}." in page for number in range(len(kept)))


def test_pictures_are_added_until_a_report_has_ten(town: Town) -> None:
    """One picture after the other, each a version of the deed: what a report takes while it is told is all it takes."""
    hoa = _told(town)
    for number in range(MOST_PHOTOS + 2):
        hoa.says("", photos=1, first=number)
        hoa.picks("Đúng, thêm vào tin đó")
    hoa.sees("Đã thêm 1 ảnh vào tin số 1")
    hoa.sees(f"tối đa {MOST_PHOTOS} ảnh")
    deed = town.deed(1)
    assert deed.version == 1 + MOST_PHOTOS
    assert len(town.rows(lambda tx: attachments.of_deed(tx, deed.id))) == MOST_PHOTOS


def test_a_long_answer_to_a_question_is_cut_on_the_card(town: Town) -> None:
    """Asked by a moderator, a teller answers with all a message holds; the card stays a card."""
    thu = town.moderator("Thu", on="plain")
    hoa = _told(town)
    thu.says("xem")
    thu.picks("Hỏi người kể")
    thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    hoa.sees("cán bộ xã hỏi thêm")
    hoa.says(LONGEST)
    hoa.sees("Đã chuyển lời đáp")
    assert len(_card(thu)) < 1_500
    assert [note.answer for note in _notes(town)] == [LONGEST.strip()]
