"""The place somebody means, at home and elsewhere, by new and old names."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.places import Commune, Renamed, Split, areas
from deeds.vietnamese import fold, nfc
from handlers.reading.wheres import find_place

TABLE = areas()
HOME = "03549"  # xã Phong Thổ, tỉnh Lai Châu

AT_HOME = [
    ("bản Nà Phiêng", "bản Nà Phiêng"),
    ("tổ 5", "tổ 5"),
    ("thôn Bến Gỗ", "thôn Bến Gỗ"),
    ("ở thôn Bến Gỗ ạ", "thôn Bến Gỗ"),
    ("Tối qua anh Nam ở bản Nà Phiêng đã cứu hai cháu", "bản Nà Phiêng"),
    ("khu phố 3", "khu phố 3"),
    ("ấp 3", "ấp 3"),
    ("khóm 2", "khóm 2"),
    ("buôn Đôn", "buôn Đôn"),
    ("tổ dân phố số 3", "tổ dân phố số 3"),
    ("tổ 3 bản Hùng Pèng", "tổ 3 bản Hùng Pèng"),
    ("xóm Đình", "xóm Đình"),
    ("Thôn Thuỷ Sơn", "Thôn Thuỷ Sơn"),
    ("bản Nà Phiêng, xã Phong Thổ, tỉnh Lai Châu", "bản Nà Phiêng"),
    ("bản Nà Phiêng xã mình", "bản Nà Phiêng"),
    ("thôn 2A", "thôn 2A"),
    ("xã mình", None),
    ("anh Nam ở xã ta cứu người", None),
    ("xã Phong Thổ", None),
    ("Phong Thổ", None),
    ("xa phong tho", None),
]


@pytest.mark.parametrize(("said", "hamlet"), AT_HOME)
def test_a_place_at_home(said: str, hamlet: str | None) -> None:
    """A hamlet alone lies in the office's own commune, and nothing has to be asked."""
    for way in (said, unicodedata.normalize("NFD", said)):
        place = find_place(way, TABLE, HOME)
        assert place is not None
        assert (place.hamlet, place.commune_code, place.province_code) == (hamlet, HOME, "12")
        assert (place.ask, place.certain) == (None, True)
        assert nfc(way)[place.span[0] : place.span[1]] == place.text


@pytest.mark.parametrize(
    ("said", "hamlet"),
    [("ban na phieng", "ban na phieng"), ("o thon ben go", "thon ben go"), ("thon ben go xa phong tho", "thon ben go")],
)
def test_a_hamlet_typed_small_is_read_but_not_certain(said: str, hamlet: str | None) -> None:
    """Without capitals nobody can tell where a hamlet's name ends."""
    place = find_place(said, TABLE, HOME)
    assert place is not None
    assert (place.hamlet, place.commune_code, place.certain) == (hamlet, HOME, False)


ELSEWHERE = [
    ("xã Sin Suối Hồ", "xã Sin Suối Hồ", "12"),
    ("xa sin suoi ho", "xã Sin Suối Hồ", "12"),
    ("dạ ở Sin Suối Hồ ạ", "xã Sin Suối Hồ", "12"),
    ("Sin Suối Hồ, Lai Châu", "xã Sin Suối Hồ", "12"),
    ("x.Khổng Lào", "xã Khổng Lào", "12"),
    ("phường Tân Phong", "phường Tân Phong", "12"),
    ("xã Tân Thành, tỉnh Đồng Tháp", "xã Tân Thành", "82"),
    ("xa tan thanh dong thap", None, None),
    ("P. Bến Thành, TP HCM", "phường Bến Thành", "79"),
    ("phường Bến Thành thành phố Hồ Chí Minh", "phường Bến Thành", "79"),
    ("đặc khu Phú Quốc", "đặc khu Phú Quốc", "91"),
    ("xã Cẩm Giang", "xã Cẩm Giang", "31"),
    ("làng Nủ, xã Phúc Khánh, huyện Bảo Yên, Lào Cai", "xã Phúc Khánh", "15"),
    ("xã Dào San ngày hôm qua", "xã Dào San", "12"),
    ("xã Hoà Bình, tỉnh Thanh Hóa", None, None),
]


@pytest.mark.parametrize(("said", "commune", "province"), [one for one in ELSEWHERE if one[1]])
def test_a_named_commune_is_elsewhere(said: str, commune: Any, province: Any) -> None:
    """A commune that is named wins over the office's own; with its province even a common name is one place."""
    place = find_place(said, TABLE, HOME)
    assert place is not None
    assert place.commune_code is not None
    found = TABLE.commune(place.commune_code)
    assert (found.full_name, found.province_code, place.ask, place.certain) == (commune, province, None, True)


@pytest.mark.parametrize(
    ("said", "old", "now"),
    [
        ("xã Mường So, huyện Phong Thổ, tỉnh Lai Châu", "xã Mường So", "xã Phong Thổ"),
        ("xa muong so huyen phong tho tinh lai chau", "xã Mường So", "xã Phong Thổ"),
        ("xã Mường So", "xã Mường So", "xã Phong Thổ"),
        ("ở xã Mường So cũ có anh Nam", "xã Mường So", "xã Phong Thổ"),
        ("thôn 2 xã Nậm Xe", "xã Nậm Xe", "xã Sin Suối Hồ"),
        ("phường Bến Nghé quận 1 TP.HCM", "phường Bến Nghé", "phường Sài Gòn"),
    ],
)
def test_an_old_name_is_asked_back(said: str, old: Any, now: Any) -> None:
    """ "Xã Mường So nay thuộc xã Phong Thổ, đúng không ạ?": the new commune is proposed, not taken for sure."""
    place = find_place(said, TABLE, HOME)
    assert place is not None
    assert isinstance(place.ask, Renamed)
    assert (place.ask.old, place.ask.new.full_name, place.commune_code) == (old, now, place.ask.new.code)
    assert not place.certain


def test_a_split_commune_is_asked() -> None:
    """The commune was cut in two: no successor is chosen for the teller."""
    place = find_place("xã Đặng Xá, Gia Lâm, Hà Nội", TABLE, HOME)
    assert place is not None
    assert isinstance(place.ask, Split)
    assert {one.full_name for one in place.ask.into} == {"xã Phù Đổng", "xã Thuận An"}
    assert (place.commune_code, place.certain) == (None, False)


def test_a_name_of_many_communes_is_asked() -> None:
    """Tân Thành is many places and none in Lai Châu: at most five are offered."""
    place = find_place("ở xã Tân Thành", TABLE, HOME)
    assert place is not None
    assert isinstance(place.ask, tuple)
    assert all(isinstance(one, Commune) for one in place.ask)
    assert len(place.ask) == 5
    assert (place.commune_code, place.certain) == (None, False)


def test_two_communes_in_one_story_are_asked() -> None:
    """The wallet was found in one commune and handed in at another: the first is proposed, not taken for sure."""
    place = find_place("nhặt ví ở xã Khổng Lào, mang đến Công an xã Phong Thổ", TABLE, HOME)
    assert place is not None
    assert place.commune_code is not None
    assert (TABLE.commune(place.commune_code).name, place.certain) == ("Khổng Lào", False)


def test_the_head_of_a_hamlet_names_the_hamlet() -> None:
    """After "trưởng bản" stands a person's family name or the hamlet."""
    place = find_place("anh Tẩn Lao San, trưởng bản Sì Choang", TABLE, HOME)
    assert place is not None
    assert place.hamlet == "bản Sì Choang"
    assert find_place("trưởng bản Lò Văn Páo giúp dân", TABLE, HOME) is None


def test_the_home_province_is_preferred() -> None:
    """Told in Đồng Tháp, Tân Thành is the one of Đồng Tháp."""
    own = TABLE.find_communes("Tân Thành", "82")[0].area
    place = find_place("ở xã Tân Thành", TABLE, TABLE.communes_of("82")[0].code)
    assert place is not None
    assert (place.commune_code, place.ask) == (own.code, None)


@pytest.mark.parametrize(("said", "province"), [("Lai Châu", "12"), ("tỉnh Hà Giang", "08"), ("ở tp hcm", "79")])
def test_a_province_alone_needs_its_commune(said: str, province: Any) -> None:
    """The province is kept, and the commune stays to be asked."""
    place = find_place(said, TABLE, HOME)
    assert place is not None
    assert (place.commune_code, place.province_code, place.certain) == (None, province, False)


@pytest.mark.parametrize(
    "said",
    [
        "bản thân anh Nam",
        "hàng xóm nhà tôi",
        "làng xóm giúp nhau",
        "anh Nam nhặt được ví ở chợ",
        "xã hội giúp đỡ",
        "đội bóng đá",
        "chị Lan buôn bán nhỏ",
        "văn bản của xã",
        "ngoài đường",
        "không biết",
        "hôm qua",
        "",
    ],
)
def test_other_words_are_no_place(said: str) -> None:
    """Words that only look like a hamlet or commune are left alone."""
    assert find_place(said, TABLE, HOME) is None


def test_an_office_of_a_province_has_no_default_commune() -> None:
    """A hamlet alone does not tell where it lies, so the commune has to be asked."""
    place = find_place("bản Nà Phiêng", TABLE, None)
    assert place is not None
    assert (place.hamlet, place.commune_code, place.certain) == ("bản Nà Phiêng", None, False)


@pytest.mark.parametrize("commune", [one for one in TABLE.communes if " - " in one.name], ids=lambda one: one.code)
def test_a_place_that_was_two_is_read_whole(commune: Any) -> None:
    """ "Cam Ly - Đà Lạt" is one name, not the first half of it and a dash."""
    province = TABLE.province(commune.province_code)
    whole = f"{commune.full_name}, {province.full_name}"
    for said in (whole, fold(whole)):
        place = find_place(said, TABLE, HOME)
        assert place is not None
        assert place.commune_code == commune.code


@given(st.sampled_from(sorted(TABLE.communes, key=lambda one: one.code)))
def test_every_commune_is_read_with_its_province(commune: Any) -> None:
    """Commune and province in full, with accents or all bare: never another commune without a question."""
    province = TABLE.province(commune.province_code)
    place = find_place(f"{commune.full_name}, {province.full_name}", TABLE, HOME)
    assert place is not None
    assert place.commune_code == commune.code or place.ask is not None
    bare = find_place(fold(f"{commune.full_name}, {province.full_name}"), TABLE, HOME)
    assert bare is not None
    assert bare.commune_code == commune.code or bare.ask is not None


@given(st.text(alphabet="xã phường bản Nà thôn tỉnh Lai Châu,.()12\n", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is typed, a place or nothing comes back, and its words stand in the text."""
    place = find_place(text, TABLE, HOME)
    assert place is None or nfc(text)[place.span[0] : place.span[1]] == place.text
