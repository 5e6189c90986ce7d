"""Who is told of: names after titles, and whether one person, a household, a group or a model is praised."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.vietnamese import nfc
from handlers.reading.names import find_kind, find_people

PEOPLE = [
    ("Anh Nguyễn Văn Nam ở bản Nà Phiêng cứu hai cháu nhỏ", [("Anh", "Nguyễn Văn Nam", True)]),
    ("bà Lường Thị Ngoan trả lại ví", [("bà", "Lường Thị Ngoan", True)]),
    ("bà Ngoan trả lại ví cho chị Hoa", [("bà", "Ngoan", False), ("chị", "Hoa", False)]),
    ("ba Ngoan nhat duoc vi", [("ba", "Ngoan", False)]),
    ("ông nguyen van hung o thon 3", [("ông", "nguyen van hung", False)]),
    ("ong lo van pao cuu nguoi", [("ong", "lo van pao", False)]),
    ("anh nam cuu em be", [("anh", "nam", False)]),
    ("anh Nguyễn Văn Nam Thôn Bến Gỗ", [("anh", "Nguyễn Văn Nam", True)]),
    ("bà Lường Thị Ngoan Bản Nà Phiêng", [("bà", "Lường Thị Ngoan", True)]),
    ("bà Lường Thị Ngoan, bản Nà Phiêng", [("bà", "Lường Thị Ngoan", True)]),
    ("cô giáo Lan", [("cô giáo", "Lan", False)]),
    ("em Giàng A Páo, học sinh lớp 5", [("em", "Giàng A Páo", True)]),
    ("ông Y Bhăm H'Drai giúp dân", [("ông", "Y Bhăm H'Drai", True)]),
    ("Thượng úy Trần Quốc Huy cõng cụ già", [("Thượng úy", "Trần Quốc Huy", True)]),
    ("Nguyễn Thị Hoa hiến đất", [("", "Nguyễn Thị Hoa", True)]),
    ("vợ chồng anh Hải", [("vợ chồng anh", "Hải", False)]),
    ("ANH NGUYỄN VĂN NAM CỨU NGƯỜI", [("anh", "Nguyễn Văn Nam", False)]),
    ("Ông Ba ở xóm trên", [("Ông", "Ba", False)]),
    ("Anh Nam cứu người, anh Nguyễn Văn Nam rất dũng cảm", [("anh", "Nguyễn Văn Nam", True)]),
    ("bác Hồ Văn Sáu vá đường", [("bác", "Hồ Văn Sáu", True)]),
    ("chú Tư xe ôm đuổi cướp", [("chú", "Tư", False)]),
    ("thầy Đức dạy thêm không lấy tiền", [("thầy", "Đức", False)]),
    ("trưởng bản Lò Văn Páo giúp dân", [("trưởng bản", "Lò Văn Páo", True)]),
    ("anh Tẩn Lao San, trưởng bản Sì Choang", [("anh", "Tẩn Lao San", True)]),
    ("cô bé Na nhặt được tiền", [("cô bé", "Na", False)]),
    ("cụ Phạm Thị Mơ, 80 tuổi", [("cụ", "Phạm Thị Mơ", True)]),
    ("o Hương bán cá", [("o", "Hương", False)]),
    ("bé Na nhặt được tiền", [("bé", "Na", False)]),
    ("bà Thuỷ với ông Thùy", [("bà", "Thuỷ", False), ("ông", "Thùy", False)]),
]


@pytest.mark.parametrize(("story", "people"), PEOPLE)
def test_people_are_found_after_their_titles(story: str, people: Any) -> None:
    """Two and more syllables with capitals are certain; a given name alone, or typed small, is a candidate."""
    for way in (story, unicodedata.normalize("NFD", story)):
        assert [(one.title, one.name, one.full) for one in find_people(way)] == people


NOBODY = [
    "bà con trong bản giúp nhau",
    "Bà con trong bản đắp đường",
    "chị em phụ nữ thôn 5",
    "Anh Em trong bản",
    "chị ấy tốt bụng",
    "anh ay giup nguoi",
    "em bé ngã xuống ao",
    "hai em nhỏ suýt đuối nước",
    "nhà có ba người",
    "nhà có ba Người",
    "ông bà ngoại cháu",
    "học sinh trường Nguyễn Thị Minh Khai",
    "ở đường Nguyễn Văn Trỗi có cái hố",
    "di Lai Chau cham con om",
    "o Bac Ninh ve",
    "các cháu học sinh trả lại ví",
    "dọn rác ở chợ",
    "",
]


@pytest.mark.parametrize("story", NOBODY)
def test_ordinary_words_are_nobodys_name(story: str) -> None:
    """Kin words, pronouns, streets and schools name no person."""
    assert find_people(story) == []


SURNAMES = ["Nguyễn", "Lường", "Giàng", "Trần", "Đặng", "Hoàng"]
MIDDLES = ["Văn", "Thị", "A", "Quốc", "Đình"]
GIVEN = ["Nam", "Ngoan", "Páo", "Thủy", "Đức", "Hòa", "Lan", "Tú"]
TITLES = ["anh", "chị", "ông", "bà", "em", "cháu", "cô", "chú", "bác", "cụ", "thầy"]
AFTER = [" cứu hai cháu nhỏ", ", bản Nà Phiêng, trả lại ví", " ở thôn Bến Gỗ hiến đất", " đã giúp bà con", ""]


@given(*(st.sampled_from(words) for words in (TITLES, SURNAMES, MIDDLES, GIVEN, AFTER)))
def test_every_full_name_is_read_whole(title: str, surname: str, middle: str, given_name: str, after: str) -> None:
    """Whatever stands before and after, title and name come back exactly, and the span covers just them."""
    story = f"Hôm qua {title} {surname} {middle} {given_name}{after}"
    people = find_people(story)
    assert len(people) == 1
    one = people[0]
    assert (one.title, one.name, one.full) == (title, f"{surname} {middle} {given_name}", True)
    assert nfc(story)[one.span[0] : one.span[1]] == f"{one.title} {one.name}"


@given(st.text(alphabet="anh chị bà Nguyễn Văn nam ông.,Bản Nà'\n12", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is typed, every name returned stands in the text."""
    for one in find_people(text):
        assert one.name.split()[0] in nfc(text)[one.span[0] : one.span[1]]


KINDS = [
    ("anh Nam cứu hai cháu nhỏ", "individual"),
    ("hôm qua có người trả lại ví", "individual"),
    ("chi hội phụ nữ bản Nà Phiêng dọn đường", "collective"),
    ("chi hoi phu nu ban Na Phieng don duong", "collective"),
    ("Câu lạc bộ thiện nguyện nấu cơm cho bệnh nhân", "collective"),
    ("nhóm bạn trẻ vá đường ban đêm", "collective"),
    ("Đội dân phòng dập tắt đám cháy", "collective"),
    ("tổ tự quản thôn 5 tuần tra đêm", "collective"),
    ("hội phụ nữ xã nuôi heo đất", "collective"),
    ("đoàn thanh niên đắp đường", "collective"),
    ("các em học sinh lớp 9A trả lại ví", "collective"),
    ("bà con trong bản hiến đất", "collective"),
    ("gia đình bà Hoa hiến đất", "household"),
    ("Gia đình ông Lò Văn Pán nhường đất mở đường", "household"),
    ("vợ chồng anh Hải nuôi trẻ mồ côi", "household"),
    ("vo chong anh Hai nuoi tre mo coi", "household"),
    ("hộ ông Sùng hiến 200 m2 đất", "household"),
    ("mô hình tiếng loa an ninh", "model"),
    ("mo hinh nha sach vuon dep o thon 3", "model"),
    ("chi hội nông dân có mô hình thu gom vỏ thuốc", "model"),
    ("anh Nam giúp gia đình bà Hoa", "individual"),
    ("ông Tư sửa nhà cho gia đình nghèo", "individual"),
    ("anh Nam cùng nhóm bạn cứu người", "individual"),
    ("cháu Lan trả lại ví cho gia đình người mất", "individual"),
    ("ông Hai ở tổ 5 đuổi bắt trộm", "individual"),
    ("em Páo học sinh lớp 5 nhặt được ví", "individual"),
    ("anh đội mưa đắp đường", "individual"),
]


@pytest.mark.parametrize(("story", "kind"), KINDS)
def test_the_kind_of_who_is_praised(story: str, kind: str) -> None:
    """Who is named first is praised; who was helped, or a hamlet's number, is not."""
    assert find_kind(story) == kind
