"""Pictures come before the words, after them, in bursts and late; none is lost and none becomes a report of its own."""

import hashlib
import os

from sqlalchemy import select

from storage.models import Attachment
from tests.cast import RESCUE, OnPlain, OnTelegram, picture
from tests.town import Town

STORY = "Sáng nay anh Lò Văn Nam ở tổ 3 dắt bà cụ qua đường lúc đông xe"


def photos_of(town: Town) -> list[tuple[int | None, str]]:
    """Return (submission, state) of every picture kept."""
    rows = town.rows(lambda tx: tx.execute(select(Attachment.submission_id, Attachment.state)).all())
    return [(row.submission_id, row.state) for row in rows if row.state != "dropped"]


def test_a_picture_comes_before_any_word(town: Town, on: str) -> None:
    """The picture is kept, one sentence is asked for, and the picture belongs to what is told then."""
    lan = town.citizen("Lan", on=on)
    lan.says("", photos=1)
    lan.sees("Chào bà con")
    lan.sees("Đã nhận 1 ảnh. Xin kể một câu")
    lan.says(STORY)
    assert "- Ảnh: 1" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.settle()
    assert photos_of(town) == [(1, "ready")]


def test_an_album_of_ten_is_acknowledged_once(town: Town, on: str) -> None:
    """Ten pictures with the story under the first: one check, which counts all ten."""
    lan = town.citizen("Lan", on=on)
    lan.says(STORY, photos=10)
    seen = lan.reads_all()
    assert sum("- Ảnh: 10" in text for text in seen) == 1
    assert not any("- Ảnh: 1\n" in text for text in seen)
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.settle()
    assert photos_of(town) == [(1, "ready")] * 10


def test_the_caption_is_on_the_last_picture(town: Town) -> None:
    """The words come with the last item of the album: it is one report with every picture."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    town.clock.forward(seconds=5)
    before = town.heard()
    lan.person.sends_album([picture(number) for number in range(4)], STORY, caption_on=3)
    town.wait_heard(before + 4)
    town.clock.forward(seconds=3)
    town.deliver()
    assert "- Ảnh: 4" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.settle()
    assert photos_of(town) == [(1, "ready")] * 4


def test_an_item_of_the_album_comes_after_the_receipt(town: Town) -> None:
    """A slow item of an album goes where the album went, without a question; the consent asked for stays open."""
    lan = town.citizen("Lan")
    assert isinstance(lan, OnPlain)
    lan.sends_item("album-1", 1, STORY)
    lan.sends_item("album-1", 2)
    town.clock.forward(seconds=3)
    town.deliver()
    lan.agrees()
    lan.receipt()
    lan.sees("Còn một điều")
    lan.sends_item("album-1", 3)
    lan.sees("Đã thêm 1 ảnh vào tin số 1")
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.sees("Xã được dùng lời kể và ảnh")
    town.settle()
    assert photos_of(town) == [(1, "ready")] * 3


def test_a_repeated_item_counts_once(town: Town) -> None:
    """The messenger delivers an item of an album twice; it is kept once."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    lan.tells(STORY)
    lan.sees("Xin xem lại:")
    before = town.heard()
    sent = lan.person.sends_album([picture(1), picture(2)])
    town.wait_heard(before + 2)
    town.telegram.redeliver(sent[0])
    town.clock.forward(seconds=5)
    town.deliver()  # the album is acknowledged; a press at that very moment would not be heard
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.settle()
    assert photos_of(town) == [(1, "ready")] * 2


def test_a_picture_after_the_receipt_is_offered_as_an_addition(town: Town, on: str) -> None:
    """A new picture after the receipt: it is asked where it belongs, added, and no second report is begun."""
    lan = town.citizen("Lan", on=on)
    lan.reports()
    lan.says("", photos=1)
    lan.sees("Ảnh này có phải của tin số 1 vừa gửi không ạ?")
    lan.picks("Đúng, thêm vào tin đó")
    lan.sees("Đã thêm 1 ảnh vào tin số 1")
    town.settle()
    assert photos_of(town) == [(1, "ready")]
    town.deed(1)


def test_a_late_picture_of_another_deed_begins_another_report(town: Town, on: str) -> None:
    """ "No, another deed": the picture waits for its story."""
    lan = town.citizen("Lan", on=on)
    lan.reports()
    lan.says("", photos=1)
    lan.picks("Không, kể việc khác")
    lan.says(STORY)
    assert "- Ảnh: 1" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.settle()
    assert photos_of(town) == [(2, "ready")]


def test_more_than_ten_are_refused_with_a_sentence(town: Town, on: str) -> None:
    """Twelve pictures one by one: ten are kept, and it is said once that there were too many."""
    lan = town.citizen("Lan", on=on)
    lan.tells(RESCUE)
    for number in range(12):
        lan.sends("", [picture(number)])
    town.clock.forward(seconds=3)
    town.deliver()
    assert sum("tối đa 10 ảnh" in text for text in lan.reads_all()) == 1
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.settle()
    assert photos_of(town) == [(1, "ready")] * 10


def test_pictures_that_are_not_taken_leave_no_bytes(town: Town) -> None:
    """On the web chat they come with their bytes: "not kept" is said, and true."""
    lan = town.citizen("Lan", on="webchat")
    lan.tells(RESCUE)
    for number in range(13):
        lan.sends("", [picture(number)])
    lan.sees("tối đa 10 ảnh")
    town.settle()
    for path in town.folder.rglob("*"):
        os.utime(path, (0, 0))  # nobody is sending the same bytes just now
    town.run(town.instance.background.finish_forgetting())
    kept = {path.name for path in town.folder.rglob("*") if path.is_file()}
    refused = {hashlib.sha256(picture(number)).hexdigest() for number in range(10, 13)}
    assert hashlib.sha256(picture(0)).hexdigest() in kept
    assert not refused & kept


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(town: Town) -> None:
    """A text file sent as a picture gets a sentence saying what is taken."""
    lan = town.citizen("Lan")
    lan.tells(RESCUE)
    lan.sends("", [b"this is no picture" * 20])
    town.settle()
    lan.sees("Có ảnh chưa dùng được")
    assert photos_of(town) == [(None, "refused")]


def test_recordings_of_one_report_are_bounded_as_pictures_are(town: Town) -> None:
    """Ten are more than anybody needs to tell of a deed; the next is refused with a sentence, and leaves no row."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    lan.says(RESCUE)
    for _ in range(11):
        lan.sends_voice()
    lan.sees("Đã có 10 đoạn ghi âm")
    kept = town.rows(lambda tx: tx.execute(select(Attachment.id).where(Attachment.kind == "voice")).all())
    assert len(kept) == 10
