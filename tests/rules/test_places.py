"""The table of provinces and communes: its totals, its matching, its old names."""

import unicodedata
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.places import Areas, How, Renamed, Split, areas
from deeds.unit_names import rows_of
from deeds.vietnamese import fold, old_style

TABLE = areas()


def names(matches: Any) -> Any:
    """Return full name and province of each match."""
    return [(one.area.full_name, one.area.province_code) for one in matches]


def test_the_whole_country_is_there() -> None:
    """34 provinces and 3,321 communes: 2,621 xã, 687 phường, 13 đặc khu, as the National Assembly decided."""
    kinds = Counter(one.type for one in TABLE.communes)
    assert kinds == {"xã": 2_621, "phường": 687, "đặc khu": 13}
    assert sum(kinds.values()) == 3_321
    assert len(TABLE.provinces) == 34
    assert {one.province_code for one in TABLE.communes} == {one.code for one in TABLE.provinces}


def test_old_communes_keep_every_successor() -> None:
    """10,040 old units are known; 471 went to two to five communes, and all of these exist."""
    into = [row[4].split() for row in rows_of("old_communes.csv")]
    assert len(into) == 10_040
    assert Counter(len(codes) > 1 for codes in into) == {False: 9_569, True: 471}
    assert max(len(codes) for codes in into) == 5
    for codes in into:
        for code in codes:
            assert TABLE.commune(code).code == code


def test_every_name_is_written_in_one_style() -> None:
    """Names are NFC with tones in the old style and straight apostrophes, so documents do not mix two."""
    for one in TABLE.communes:
        assert one.name == unicodedata.normalize("NFC", old_style(one.name)).replace("\u2019", "'")


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("75", date(2026, 4, 29), "tỉnh Đồng Nai"),
        ("75", date(2026, 4, 30), "thành phố Đồng Nai"),
        ("22", date(2026, 8, 31), "tỉnh Quảng Ninh"),
        ("22", date(2026, 9, 1), "thành phố Quảng Ninh"),
        ("24", date(2026, 9, 19), "tỉnh Bắc Ninh"),
        ("24", date(2026, 9, 20), "thành phố Bắc Ninh"),
        ("24", None, "thành phố Bắc Ninh"),
        ("12", None, "tỉnh Lai Châu"),
        ("12", date(2020, 1, 1), "tỉnh Lai Châu"),
    ],
)
def test_a_province_is_called_as_on_that_day(code: str, day: Any, name: str) -> None:
    """Three provinces became cities in 2026; a document of before still names the province."""
    assert TABLE.province(code, on=day).full_name == name


def test_since_october_2026_nine_provinces_are_cities() -> None:
    """25 tỉnh and 9 thành phố."""
    assert Counter(one.type for one in TABLE.provinces) == {"tỉnh": 25, "thành phố": 9}


def test_an_unknown_code_is_an_error() -> None:
    """A code that no law knows is not answered with some place."""
    with pytest.raises(KeyError):
        TABLE.province("99")
    with pytest.raises(KeyError):
        TABLE.commune("99999")


PROVINCES = [
    ("lai chau", "12", How.EXACT),
    ("tỉnh Lai Châu", "12", How.EXACT),
    ("tinh lai chau", "12", How.EXACT),
    ("LAI CHÂU.", "12", How.EXACT),
    ("TP HCM", "79", How.EXACT),
    ("tp.hcm", "79", How.EXACT),
    ("Sài Gòn", "79", How.EXACT),
    ("tp. Hồ Chí Minh", "79", How.EXACT),
    ("Thanh Hoá", "38", How.EXACT),
    ("thanh pho dong nai", "75", How.EXACT),
    ("tỉnh Đồng Nai", "75", How.EXACT),
    ("Hà Giang", "08", How.OLD),
    ("tinh yen bai", "15", How.OLD),
    ("Bắc Kạn", "19", How.OLD),
    ("Bà Rịa - Vũng Tàu", "79", How.EXACT),
    ("Quảng Nam", "48", How.OLD),
    ("lai chou", "12", How.NEAR),
    ("Điện Bien", "11", How.EXACT),
]


@pytest.mark.parametrize(("typed", "code", "how"), PROVINCES)
def test_a_province_is_found_as_people_type_it(typed: str, code: str, how: Any) -> None:
    """With and without accents and unit words, by short names, by its old name, with one slip."""
    assert [(one.area.code, one.how) for one in TABLE.find_provinces(typed)] == [(code, how)]


COMMUNES = [
    ("Phong Thổ", [("xã Phong Thổ", "12")]),
    ("xa phong tho", [("xã Phong Thổ", "12")]),
    ("x. Phong Thổ", [("xã Phong Thổ", "12")]),
    ("X.Phong Thổ", [("xã Phong Thổ", "12")]),
    ("cẩm giang", [("xã Cẩm Giang", "31")]),
    ("Cẩm Giàng", [("xã Cẩm Giàng", "19"), ("xã Cẩm Giàng", "31")]),
    ("cam giang", [("xã Cẩm Giàng", "19"), ("xã Cẩm Giang", "31"), ("xã Cẩm Giàng", "31")]),
    ("ea hleo", [("xã Ea H'Leo", "66")]),
    ("Ea H\u2019Leo", [("xã Ea H'Leo", "66")]),
    ("Hà Giang", [("phường Hà Giang 1", "08"), ("phường Hà Giang 2", "08")]),
    ("sin suoi", [("xã Sin Suối Hồ", "12")]),
    ("suoi ho", [("xã Sin Suối Hồ", "12")]),
    ("đặc khu Phú Quốc", [("đặc khu Phú Quốc", "91")]),
    ("muong tee", [("xã Mường Tè", "12")]),
    ("Ba Tơ", [("xã Ba Tơ", "51")]),
    ("xã Phong Thỗ", [("xã Phong Thổ", "12")]),
    ("không có xã này", []),
    ("", []),
]


@pytest.mark.parametrize(("typed", "expected"), COMMUNES)
def test_a_commune_is_found_as_people_type_it(typed: str, expected: Any) -> None:
    """Accents that were typed tell like names apart; typed bare, all of them are offered."""
    assert names(TABLE.find_communes(typed)) == expected


def test_the_unit_word_chooses_between_like_names() -> None:
    """There are xã and phường called Tân Thành; who types phường means a phường."""
    assert {one.area.type for one in TABLE.find_communes("phường Tân Thành")} == {"phường"}
    assert {one.area.type for one in TABLE.find_communes("xã Tân Thành")} == {"xã"}


def test_a_province_narrows_the_search() -> None:
    """Tân Thành is many places in the country but one in Đồng Tháp."""
    assert len(TABLE.find_communes("Tân Thành")) > 5
    assert names(TABLE.find_communes("Tân Thành", "82")) == [("xã Tân Thành", "82")]


@pytest.mark.parametrize("code", [one.code for one in TABLE.communes if fold(one.name).split()[0] in ("xa", "phuong")])
def test_a_name_that_begins_like_the_word_for_a_commune_is_whole(code: str) -> None:
    """Xa Dung is not a Dung."""
    commune = TABLE.commune(code)
    assert [one.area for one in TABLE.find_communes(commune.name, commune.province_code)] == [commune]


@given(st.sampled_from(sorted(TABLE.communes, key=lambda one: one.code)))
def test_every_commune_finds_itself(commune: Any) -> None:
    """Typed in full, bare, decomposed or in capitals, every commune is among its own matches."""
    ways = [
        commune.full_name,
        fold(commune.full_name),
        unicodedata.normalize("NFD", commune.name),
        commune.name.upper(),
    ]
    for typed in ways:
        found = TABLE.find_communes(typed, commune.province_code)
        assert commune in [one.area for one in found]
        assert {one.how for one in found} == {How.EXACT}


RENAMED = [
    "xã Mường So, huyện Phong Thổ, tỉnh Lai Châu",
    "xa muong so huyen phong tho tinh lai chau",
    "Mường So, Phong Thổ, Lai Châu",
    "Mường So",
    "xã Mường So huyện Phong Thổ",
    "XÃ MƯỜNG SO",
]


@pytest.mark.parametrize("typed", RENAMED)
def test_muong_so_is_now_phong_tho(typed: str) -> None:
    """The commune of the first letter went whole into xã Phong Thổ, tỉnh Lai Châu, code 03549."""
    found = TABLE.renamed(typed)
    assert isinstance(found, Renamed)
    assert (found.old, found.new.full_name, found.new.code) == ("xã Mường So", "xã Phong Thổ", "03549")
    assert TABLE.province(found.new.province_code).full_name == "tỉnh Lai Châu"


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ("thị trấn Phong Thổ", "xã Phong Thổ"),
        ("xã Lản Nhì Thàng", "phường Đoàn Kết"),
        ("phường Bến Nghé, quận 1, TP.HCM", "phường Sài Gòn"),
        ("P. Bến Nghé, Q.1", "phường Sài Gòn"),
        ("huyện Cồn Cỏ", "đặc khu Cồn Cỏ"),
        ("xã Phúc Khánh, huyện Bảo Yên, tỉnh Lào Cai", "xã Phúc Khánh"),
    ],
)
def test_an_old_name_leads_to_the_one_commune_of_today(typed: str, now: Any) -> None:
    """With the old district and province, or alone where the name was one of a kind."""
    found = TABLE.renamed(typed)
    assert isinstance(found, Renamed)
    assert found.new.full_name == now


@pytest.mark.parametrize(
    ("typed", "at_least"),
    [
        ("xã Đặng Xá, huyện Gia Lâm, Hà Nội", {"xã Thuận An", "xã Phù Đổng"}),
        ("huyện Phong Thổ", {"xã Phong Thổ", "xã Khổng Lào", "xã Dào San", "xã Sì Lở Lầu", "xã Sin Suối Hồ"}),
        ("xã Tân Thành", {"xã Tân Thành", "xã Hàm Yên", "xã Tân Quang"}),
    ],
)
def test_what_was_split_is_asked_and_never_guessed(typed: str, at_least: set[str]) -> None:
    """A commune cut in pieces, a whole district, or a name many communes had: every successor is listed."""
    found = TABLE.renamed(typed)
    assert isinstance(found, Split)
    assert at_least <= {one.full_name for one in found.into}


def test_a_split_in_another_province_is_not_offered() -> None:
    """With the province of today known, only what lies there remains."""
    found = TABLE.renamed("xã Tân Thành", "08")
    assert isinstance(found, Split)
    assert [one.full_name for one in found.into] == ["xã Hàm Yên", "xã Tân Quang"]


@pytest.mark.parametrize("typed", ["xã Không Có Thật", "", "chợ", "xã Mường So, tỉnh Cà Mau"])
def test_what_never_was_is_not_renamed(typed: str) -> None:
    """An unknown name, or a known one in the wrong province, leads nowhere."""
    assert TABLE.renamed(typed) is None


def test_the_table_is_read_once() -> None:
    """Everybody is handed the same table."""
    assert areas() is areas()
    assert isinstance(areas(), Areas)
