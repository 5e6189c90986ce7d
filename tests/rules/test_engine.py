"""The form that fills itself, without any database: what each answer does to the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.said import Option, Said
from handlers import engine
from handlers.effects import AcknowledgePhotos, Attach, DropDraft, HandIn, SetAside
from handlers.filling import STORY_MAX_CHARS
from handlers.introduce_deed import INTRODUCE_DEED, as_telling
from handlers.place import Place, labelled
from tests.rules.places import Teller, context
from texts import has

WHOLE = "Hôm qua anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ"


def test_every_text_of_the_form_exists() -> None:
    """Each field has its questions and its line at the check; each menu has its labels."""
    for field in INTRODUCE_DEED.fields:
        for key in (f"{field.name}.ask", f"missing.{field.name}", f"check.{field.name}", f"{field.name}.unknown"):
            assert has(INTRODUCE_DEED.key(key)), key
        assert has(INTRODUCE_DEED.key("edit.option", field.name))
    for kind in ("household", "collective", "model"):
        assert has(INTRODUCE_DEED.key("check.who", kind))
    assert len(labelled("introduce_deed.check.option", *engine.CHECK)) == 4
    assert len(labelled("stop.option", *engine.STOP)) == 3


def test_a_whole_story_goes_to_the_check() -> None:
    """Nothing is asked that was said with certainty."""
    teller = Teller().says(WHOLE)
    assert teller.place.asked == "check"
    assert set(teller.told) == {"story", "heard", "who", "where", "when"}


@pytest.mark.parametrize(
    ("story", "missing"),
    [
        ("anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ", ["when"]),
        ("Hôm qua anh Lò Văn Nam giúp bà con dọn đường sau lũ", ["where"]),
        ("Hôm qua có người ở tổ 3 giúp bà con dọn đường sau lũ", ["who"]),
        ("Có người giúp bà con dọn đường sau lũ", ["who", "where", "when"]),
    ],
)
def test_only_what_is_missing_is_asked_and_all_of_it_at_once(story: str, missing: list[str]) -> None:
    """One message for everything missing; a single thing has a question of its own."""
    teller = Teller().says(story)
    if len(missing) == 1:
        assert teller.place.asked == missing[0]
    else:
        assert teller.place.about["missing"] == missing
        assert teller.heard.count("\n- ") == len(missing)


@pytest.mark.parametrize(
    "answers",
    [
        ("anh Lò Văn Nam, tổ 3, hôm qua",),
        ("hôm qua, tổ 3, anh Lò Văn Nam",),
        ("tổ 3 hôm qua anh Lò Văn Nam",),
    ],
)
def test_several_answers_come_in_any_order(answers: tuple[str, ...]) -> None:
    """Who, where and when in one message, in any order."""
    teller = Teller().says("Có người giúp bà con dọn đường sau lũ")
    for words in answers:
        teller.says(words)
    assert teller.place.asked == "check"
    assert teller.told["who"]["name"] == "Lò Văn Nam"
    assert teller.told["where"]["hamlet"] == "tổ 3"
    assert teller.told["when"]["iso"] == "2026-05-04"


def test_each_thing_is_asked_once() -> None:
    """What nobody knows stays open, and the check comes."""
    teller = Teller().says("Có người giúp bà con dọn đường sau lũ").says("không biết")
    assert teller.place.asked == "check"
    assert [teller.told[name] for name in ("who", "where", "when")] == [{"unknown": True}] * 3


def test_a_short_story_is_asked_for_more_once() -> None:
    """Three words are asked about once; a second short answer is taken as it is."""
    teller = Teller().says("có người tốt")
    assert teller.place.asked == "story"
    assert teller.says("giúp tôi").place.asked == "missing"


def test_the_number_means_what_this_person_saw() -> None:
    """The choices are kept in the place: a list that changes meanwhile does not change what "2" means."""
    seen = (Option("beta", "Bê"), Option("alpha", "An"))
    place = Place(talk="introduce_deed", version=1, asked="edit", turn=7, shown=seen)
    from handlers.place import chosen

    assert chosen(place, Said(text="2")) == "alpha"
    assert chosen(place, Said(text="2.")) == "alpha"
    assert chosen(place, Said(text="bê")) == "beta"
    assert chosen(place, Said(choice="7.alpha")) == "alpha"


def test_a_button_of_an_earlier_turn_changes_nothing() -> None:
    """The same choice under an older number of the question is answered, not obeyed."""
    teller = Teller().says(WHOLE)
    old = teller.place.turn
    teller.says("hôm kia")
    before = teller.place
    teller.says(choice=f"{old}.agree")
    assert teller.place == before
    assert HandIn() not in teller.effects
    assert teller.presses("agree").effects[-1] == HandIn()


@pytest.mark.parametrize("words", ["dạ", "vâng ạ", "ừ", "ok", "uh", "👍", "cảm ơn"])
def test_only_a_clear_yes_is_consent(words: str) -> None:
    """A polite sound hands nothing in and adds nothing to the story."""
    teller = Teller().says(WHOLE).says(words)
    assert HandIn() not in teller.effects
    assert teller.told["story"] == WHOLE


@pytest.mark.parametrize("words", ["đồng ý", "dong y", "Đồng ý gửi đi", "1", "dạ đồng ý ạ", "1."])
def test_a_clear_yes_hands_in(words: str) -> None:
    """With or without accents, by number or in words."""
    assert Teller().says(WHOLE).says(words).effects == [HandIn()]


@pytest.mark.parametrize("words", ["không đồng ý", "4"])
def test_a_refusal_deletes_once_it_was_asked(words: str) -> None:
    """Nothing goes before the second yes; then the draft goes, and the place is empty."""
    teller = Teller().says(WHOLE)
    teller.place = Place.from_json({**teller.place.to_json(), "draft": 5})
    teller.says(words)
    assert teller.effects == []
    assert teller.told["story"] == WHOLE
    assert teller.says("2").place.asked == "check"
    teller.says(words).says("1")
    assert teller.effects == [DropDraft(5)]
    assert teller.place.talk == ""
    assert teller.told == {}


def test_a_field_not_asked_is_never_overwritten() -> None:
    """An answer to "when" that names another person and place changes neither."""
    teller = Teller().says("anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ")
    who, where = teller.told["who"], teller.told["where"]
    teller.says("hôm qua, có anh Hà Văn Bình ở bản Nà Phiêng biết")
    assert (teller.told["who"], teller.told["where"]) == (who, where)
    assert teller.told["when"]["iso"] == "2026-05-04"


def test_pictures_never_answer_a_question() -> None:
    """They are kept, and the question stays; words that came with them are heard."""
    teller = Teller().shows(2)
    assert teller.effects == [Attach(teller.effects[0].photos), AcknowledgePhotos("story.photo_only")]
    assert teller.place.asked == "story"
    teller.shows(1, WHOLE)
    assert teller.place.asked == "check"
    assert isinstance(teller.effects[-1], AcknowledgePhotos)


def test_put_off_keeps_where_it_was() -> None:
    """What is set aside is the question that was open, not the question about stopping."""
    teller = Teller().says("Có người giúp bà con dọn đường sau lũ")
    teller.place = Place.from_json({**teller.place.to_json(), "draft": 5})
    stopped = engine.stop(INTRODUCE_DEED, teller.place, teller.at)
    teller.place = stopped.place
    teller.says("1")
    assert isinstance(teller.effects[-1], SetAside)
    kept = Place.from_json(teller.effects[-1].state)
    assert kept.asked == "missing"
    assert engine.reask(INTRODUCE_DEED, kept, teller.at).place.asked == "missing"


def test_the_report_is_what_was_checked() -> None:
    """What is handed in are the fields as they stood at the check."""
    teller = Teller().says(WHOLE).says("hôm kia")
    telling = as_telling(teller.place, context())
    assert telling.story == WHOLE
    assert telling.honoree_name == "Lò Văn Nam"
    assert str(telling.happened_on) == "2026-05-03"
    assert telling.commune_code == "03808"


PIECES = st.one_of(
    st.sampled_from(
        ["1", "2", "3", "4", "9", "dạ", "không", "đồng ý", "không biết", "hôm qua", "ngày mai", "tổ 3", "xong", WHOLE,
         "xã Mường So, Phong Thổ", "phường Cống Vị, Hà Nội", "anh Lò Văn Nam", "em Xuyến lớp 5", "cảm ơn", "alo", "?"]
    ),
    st.text(max_size=60),
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.integers(1, 3)), max_size=12))
def test_whatever_is_said_the_form_goes_on(said: list[str | int]) -> None:
    """Any words and pictures in any order: the place survives storing, there is always an answer, nothing is agreed to
    but by a clear yes or the first choice of the check, and no story grows beyond its limit."""
    teller = Teller()
    for one in said:
        before, asked = list(teller.effects), teller.place.asked
        if isinstance(one, int):
            teller.shows(one)
            continue
        teller.says(one)
        new = teller.effects[len(before) :]
        assert teller.prompts or new, (asked, one)
        if HandIn() in new:
            assert asked == "check"
            assert one.strip().strip(" .)").lower() in ("1", "đồng ý")
            return
        if teller.place.talk != INTRODUCE_DEED.name:
            return
        assert len(str(teller.told.get("story", ""))) <= STORY_MAX_CHARS
        assert len({option.id for option in teller.place.shown}) == len(teller.place.shown)


@pytest.mark.parametrize("words", ["1", "?", "...", "12 "])
def test_a_number_is_nobodys_name(words: str) -> None:
    """No letters, no name: the question is put again."""
    teller = Teller().says("Hôm qua có người ở tổ 3 giúp bà con dọn đường sau lũ").says(words)
    assert teller.place.asked == "who"
    assert "who" not in teller.told


def test_somebody_described_keeps_the_description() -> None:
    """A person without a name is described, and the whole description stands."""
    teller = Teller().says("Hôm qua có người ở tổ 3 giúp bà con dọn đường sau lũ").says("bà cụ bán rau đầu chợ")
    assert teller.told["who"]["words"] == "bà cụ bán rau đầu chợ"
    assert "- Người làm: bà cụ bán rau đầu chợ" in teller.heard


def test_the_name_of_a_field_opens_it_at_the_check() -> None:
    """ "Lời kể" typed at the check is the wish to change it, not more of the story."""
    teller = Teller().says(WHOLE).says("lời kể")
    assert teller.place.asked == "story"
    teller.says("Anh Nam dọn đường cho cả bản sau trận lũ")
    assert teller.told["story"] == "Anh Nam dọn đường cho cả bản sau trận lũ"
