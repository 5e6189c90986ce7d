"""Whatever a person types while a report is open stands in it: as what a field holds, or in the story."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from deeds.vietnamese import lower
from handlers.effects import DropDraft, HandIn, SetAside
from handlers.filling import HEARD, _tells_nothing
from handlers.introduce_deed import INTRODUCE_DEED
from handlers.reading.words import word_list
from tests.rules.places import Teller

BEGINNING = st.sampled_from(
    ["Có người giúp bà con dọn đường sau lũ", "Hôm qua anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ",
     "cô giáo Hạnh hay giúp học sinh nghèo lắm", "Hôm qua ở tổ 3 có chị Ngoan với anh Ba giúp bà con dọn đường",
     "anh Nam giúp bà con ở xã Tân Lập dọn đường"]
)  # fmt: skip
PIECE = st.sampled_from(
    ["bạn Hoa", "em Xuyến lớp 5", "anh Lò Văn Nam", "Huy", "tổ 3", "bản Nà Lốc", "xã Tân Lập", "xã Mường So, Phong Thổ",
     "hôm qua", "ngày mai", "hôm 3/5", "tháng 3/2026", "từ năm 2016", "nhường suất học bổng", "cõng cụ ba cây số",
     "nuôi cơm cả tháng", "mua áo ấm cho 14 em", "không lấy tiền công", "bà con ai cũng quý", "còn nữa",
     "ông bảo đừng kể", "không biết mệt", "chưa hết đâu", "lúc nửa đêm", "và", "rồi", "ạ", "dạ", "thế là"]
)  # fmt: skip
UTTERANCE = st.lists(PIECE, min_size=1, max_size=5).map(" ".join)
ANSWER = st.one_of(
    UTTERANCE, st.sampled_from(["1", "2", "không nhớ", "đúng", "không", "dạ", "sửa", "người làm", "ảnh"])
)
ENDS = (HandIn, DropDraft, SetAside)


def words(*texts: str) -> set[str]:
    """Return the words that say something."""
    return {word for text in texts for word in re.findall(r"\w+", word_list("particles.txt").sub(" ", lower(text)))}


def stands(teller: Teller) -> set[str]:
    """Return every word the report holds, with what waits to be settled, or for a word on what it replaces."""
    about = teller.place.about
    readings = {name: value for name, value in teller.told.items() if name != HEARD}
    held = json.dumps([readings, about.get("settle", []), about.get("rewritten", "")], ensure_ascii=False)
    return words(held.replace("\\n", " "))


@settings(max_examples=100, deadline=None)
@given(BEGINNING, st.lists(ANSWER, max_size=8))
def test_no_word_is_lost(beginning: str, answers: list[str]) -> None:
    """After each answer all its words are there, the story only grows, and what was waiting is not forgotten."""
    teller = Teller().says(beginning)
    for text in answers:
        before, waiting = str(teller.told["story"]), list(teller.place.about.get("settle", ()))
        shown, replaced = teller.place.turn, teller.place.about.get("rewriting")  # they were told so
        teller.says(text)
        if teller.place.talk != INTRODUCE_DEED.name or any(isinstance(each, ENDS) for each in teller.effects):
            return
        assert replaced or str(teller.told["story"]).startswith(before), text
        still = {one["field"] for one in teller.place.about.get("settle", ())}
        for one in waiting:
            if one["field"] not in still:
                assert words(one.get("said", "")) <= stands(teller), (one["said"], text)
        asked_again = teller.place.turn == shown or _tells_nothing(text) or text in ("sửa", "người làm", "ảnh")
        if not asked_again:
            assert words(text) <= stands(teller), (text, teller.told)
