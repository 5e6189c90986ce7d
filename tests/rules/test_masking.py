"""One table of what becomes of a name that may not be shown, and of the words that only look like it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.masking import without_name, without_people
from handlers.reading.words import lines
from publishing.numbers import without_numbers

NAM = "Lò Văn Nam"
GONE = [
    # whole, in any of the ways people type it
    (NAM, "Ông Lò Văn Nam nhảy xuống suối.", "Ông N. nhảy xuống suối."),
    (NAM, "lò văn nam cứu người", "N. cứu người"),
    (NAM, "LÒ VĂN NAM CỨU NGƯỜI", "N. CỨU NGƯỜI"),
    (NAM, "Lo Van Nam cuu nguoi", "N. cuu nguoi"),
    (NAM, "Có người là Lo Van Nam đến giúp.", "Có người là N. đến giúp."),
    (NAM, "Nhờ Lò  Văn\nNam mà xong.", "Nhờ N. mà xong."),
    (NAM, "Nhờ L\u006f\u0300 Va\u0306n Nam mà xong.", "Nhờ N. mà xong."),
    # its end, its first and last word
    (NAM, "ông Văn Nam đến trước", "ông N. đến trước"),
    (NAM, "ông Lò Nam đến trước", "ông N. đến trước"),
    # the given name after a title
    (NAM, "Hôm ấy ông Nam cõng cụ bà.", "Hôm ấy ông N. cõng cụ bà."),
    (NAM, "hom ay ong nam cong cu ba", "hom ay ong N. cong cu ba"),
    (NAM, "nhà trưởng bản Nam góp gạo", "nhà trưởng bản N. góp gạo"),
    (NAM, "Hộ ông Nam hiến 300 m2", "Hộ ông N. hiến 300 m2"),
    # at the head of a clause, and as a capital among small words
    (NAM, "Nam nhảy xuống suối.", "N. nhảy xuống suối."),
    (NAM, "Trời mưa to, Nam vẫn đi.", "Trời mưa to, N. vẫn đi."),
    (NAM, "Bà con gọi: \"Nam ơi\"!", "Bà con gọi: \"N. ơi\"!"),
    (NAM, "Hôm ấy Nam vẫn đi.", "Hôm ấy N. vẫn đi."),
    (NAM, "Và Nam vẫn đi.", "Và N. vẫn đi."),
    ("Lường Thị Ngoan", "Gặp Hoàng Ngoan hay Ngoan Hoàng", "Gặp Hoàng N. hay N. Hoàng"),
    (NAM, "Lò Văn Nam Nam", "N. N."),
    (NAM, "nam nhay xuong suoi", "N. nhay xuong suoi"),
    ("Thu Hương", "Thu Hương dìu bạn, Hương gọi người.", "N. dìu bạn, N. gọi người."),
    ("Nguyễn Thị Hòa", "Chị Hoà nấu cháo, chị Hòa phát.", "Chị N. nấu cháo, chị N. phát."),
    ("Giàng A Sử", "Anh Sử, tức Giàng A Sử, 24 tuổi", "Anh N., tức N., 24 tuổi"),
    ("H'Bia Niê", "H’Bia Niê và H'Bia Niê là một", "N. và N. là một"),
    ("Ngoan", "Bà Ngoan nhặt được ví", "Bà N. nhặt được ví"),
    ("ông Lò Văn Nam", "Ông Nam về", "Ông N. về"),
]  # fmt: skip
STAYS = [
    (NAM, "Cả Việt Nam, từ miền Bắc vào miền Nam, đều biết."),
    (NAM, "Việt Nam vô địch."),
    (NAM, "Anh quê Hà Nam, làm ở Quảng Nam."),
    (NAM, "Nam Định là quê anh."),
    (NAM, "Một nam thanh niên đi qua, năm ấy mưa to."),
    (NAM, "Năm ngoái, năm người về phía Nam."),
    (NAM, "Ông Hoàng Nam Tiến ở xóm trên."),
    ("Nguyễn Thị Hòa", "Tỉnh Hòa Bình cũ, hòa giải ở thôn."),
    ("Vi Văn Trung", "Trung ương khen, Trung thu về."),
    ("Bảo", "Cơn bão số 3, bảo vệ đê."),
    ("Lê Thị Hoa", "Vườn hoa của trường, Hoa quả đầy cành."),
    ("", "Không có tên thì để nguyên."),
    ("X", "Một chữ X thì không phải tên."),
]


@pytest.mark.parametrize(("name", "told", "shown"), GONE)
def test_a_name_is_taken_out_however_it_is_written(name: str, told: str, shown: str) -> None:
    """The name is gone, the rest of the sentence stands."""
    assert without_name(told, name, "N.") == shown


@pytest.mark.parametrize(("name", "told"), STAYS)
def test_words_that_only_look_like_a_name_stay(name: str, told: str) -> None:
    """A country, a province, a year and another person are not the one who may not be named."""
    assert without_name(told, name, "N.") == told


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Bà Ngoan nhặt được ví. Sau đó bà Ngoan nộp.", "Người được nêu nhặt được ví. Sau đó người được nêu nộp."),
        ("Lường Thị Ngoan giúp", "Người được nêu giúp"),
        ("Trưởng thôn Ngoan: giúp", "Người được nêu: giúp"),
    ],
)
def test_a_phrase_takes_the_title_with_it(told: str, shown: str) -> None:
    """In a paper a phrase stands for title and name together, with a capital where a sentence begins."""
    assert without_name(told, "Lường Thị Ngoan", "người được nêu", with_title=True) == shown


@given(st.text(alphabet='Nam lòvăLòVănVitHà.,;\n"u\u0300', max_size=60))
def test_no_text_keeps_the_whole_name(around: str) -> None:
    """Whatever stands around it, the whole name is never left."""
    shown = without_name(f"{around} Lò Văn Nam {around}", NAM, "N.")
    assert "Lò Văn Nam" not in shown
    assert without_name(shown, NAM, "N.").count("N.") >= 1


def test_every_title_a_story_is_read_by_is_a_title_here() -> None:
    """A title before a name that reading knows and the masker does not would leave the name standing."""
    read = set(lines("titles.txt"))
    assert read
    assert {title for title in read if without_name(f"hôm ấy {title} Nam đến", NAM, "N.").endswith("Nam đến")} == set()


@pytest.mark.parametrize(
    ("but", "told", "shown"),
    [
        ("", "Hôm qua eng Bòn ở bản Lướt cõng cụ bà", "Hôm qua eng N. ở bản Lướt cõng cụ bà"),
        ("", "Còn bác Cầm Văn Nọi thì dọn đường", "Còn bác N. thì dọn đường"),
        ("", "1. Đồng chí Quàng Văn Thịnh; 2. Chị Lò Thị Mai và Hà Văn Tư", "1. Đồng chí N.; 2. Chị N. và N."),
        (NAM, "Anh Nam cứu cháu Mai, ông Lò Văn Nam về", "Anh Nam cứu cháu N., ông Lò Văn Nam về"),
        ("", "Trời mưa, Nguyễn Văn An lội suối", "Trời mưa, N. lội suối"),
        ("", "Anh Lò Văn Nam và Hà giúp bà Tư ở Hà Nội", "Anh N. và N. giúp bà N. ở Hà Nội"),
        ("", "ong lo van nam cuu nguoi", "ong N. cuu nguoi"),
        ("", "Cô giáo Hoa dạy em. Hội Phụ nữ xã Mường La giúp", "Cô giáo N. dạy em. Hội Phụ nữ xã Mường La giúp"),
        ("", "Chị Mỷ, anh Dếnh và em Páo", "Chị N., anh N. và em N."),
    ],
)
def test_whoever_was_not_asked_is_not_named(but: str, told: str, shown: str) -> None:
    """Everybody named after a title, by family name or beside another goes, but the one who may stand."""
    assert without_people(told, "N.", but=but) == shown


@pytest.mark.parametrize(
    "told",
    [
        "Ông quê Bà Rịa, học trường Nguyễn Thị Minh Khai, đường Lê Văn Sỹ",
        "UBND XÃ MƯỜNG LA báo cáo",
        "Đoàn Thanh niên Cộng sản Hồ Chí Minh xã giúp dân",
        "Chị đi Quảng Nam. Em học sinh Trường Tiểu học Kim Đồng về Hà Nội và Hải Phòng",
    ],
)
def test_places_schools_and_offices_are_nobody(told: str) -> None:
    """Streets, provinces, schools and unions stay."""
    assert without_people(told, "N.") == told


@pytest.mark.parametrize(
    "number",
    [
        "0912345678", "0912  345  678", "0912\u00a0345\u00a0678", "0912 - 345 - 678", "0912/345/678", "0912_345_678",
        "(+84) 912 345 678", "+84(912)345678", "(024) 3825 1234", "1903 5678 9012 34", "1903.5678.9012.345",
        "9704 1234 5678 9012", "12345678901234567890123",
    ],
)  # fmt: skip
def test_a_number_that_leads_to_somebody_is_never_shown(number: str) -> None:
    """However people write it: telephone, account, card."""
    shown = without_numbers(f"Bà gọi số {number} để trả ví")
    assert not re.search(r"\d", shown), shown
    assert shown.startswith("Bà gọi số ")
    assert shown.endswith(" để trả ví")


@pytest.mark.parametrize(
    "kept",
    [
        "12.000.000 đồng", "1.250.000.000 đồng", "ngày 08/11/2026 07 giờ 30", "năm 2024 2025 2026", "5 triệu, 20 cháu",
        "08/11/2026 lúc 07:30 - 12 người", "0,5 ha", "quốc lộ 279",
    ],
)  # fmt: skip
def test_what_measures_stays(kept: str) -> None:
    """Money, days, years, counts."""
    assert without_numbers(kept) == kept
