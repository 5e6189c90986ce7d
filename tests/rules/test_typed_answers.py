"""What people type under a menu: every way to name a choice, and every number that is none (words.md, 2)."""

from collections.abc import Callable
from dataclasses import replace
from unicodedata import normalize

import pytest

from deeds.errors import AskAgain
from deeds.said import Option, Said
from deeds.vietnamese import fold
from handlers import asides, engine
from handlers.commands import command
from handlers.effects import (
    AllowUse,
    DropDraft,
    DropLoosePhotos,
    EraseMe,
    GiveLoosePhotos,
    HandIn,
    SetAside,
    Withdraw,
)
from handlers.introduce_deed import INTRODUCE_DEED
from handlers.place import Answer, Place, ask, chosen, labelled
from handlers.reading.answers import How, Pick, pick
from tests.rules.places import Teller, context

WHOLE = "Hôm qua anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ"
OPEN = Place(met=True, seen_menu=True)


# The screens of the form, as the stories before them lead there.


def at(*said: str) -> Callable[[], Place]:
    """Return how to come to the screen that these messages lead to."""

    def come() -> Place:
        teller = Teller()
        for text in said:
            teller.says(text)
        return replace(teller.place, draft=5)

    return come


def stopping() -> Place:
    """The question whether to stop, in the middle of a report."""
    return engine.stop(INTRODUCE_DEED, at("Có người giúp bà con dọn đường sau lũ")(), context()).place


FORM = {
    "story": lambda: INTRODUCE_DEED.begin(OPEN),
    "check": at(WHOLE),
    "edit": at(WHOLE, "2"),
    "drop": at(WHOLE, "4"),
    "stop": stopping,
    "missing": at("Có người giúp bà con dọn đường sau lũ"),
    "one name": at("Có chị Ngoan giúp bà con dọn đường sau lũ"),
    "three names": at("Hôm qua ở tổ 3 có chị Ngoan, cô Tư với anh Ba giúp bà con dọn đường"),
    "where": at("Hôm qua anh Lò Văn Nam giúp bà con dọn đường sau lũ"),
    "when": at("anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ"),
    "right?": at("anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ", "ngày mai"),
    "which?": at("Hôm qua anh Lò Văn Nam giúp bà con dọn đường sau lũ", "xã Tân Lập"),
}

TYPED: dict[str, dict[str, tuple[str, ...]]] = {
    # Every way to name one of four: what it is about, typed as people type.
    "check": {
        "agree": ("1", "1.", "1)", "(1)", "１", "１．", "1️⃣", "①", "câu 1", "ý 1", "y1", "mot", "Một", "dạ 1",
                  "1 nhé", "1 nha con", "chọn 1", "em chọn số 1", "bấm 1 nhé",
                  "cho em số 1", "Đồng ý, gửi đi", "dong y gui di", "đồng ý", "dong y a", "dạ đồng ý", "gửi đi", "có",
                  "1 ạ.", "cái số 1", "vâng, 1"),
        "edit": ("2", "so 2", "hai", "cái thứ hai", "ý hai", "sửa", "sua nhe", "sai", "sai rồi", "chưa đúng"),
        "kept": ("3", "ba", "số ba", "để đó", "gửi sau", "de do gui sau", "chưa", "chua a", "chưa đồng ý", "để sau"),
        # Deleting is asked once; a plain no may say that nothing is wrong.
        "drop": ("4", "bốn", "không đồng ý", "Không đồng ý, bỏ bản kể", "từ chối", "thôi không gửi nữa"),
        "stop": ("thôi ạ", "dạ thôi"),
        "unclear no": ("không", "khong a", "không ạ", "ko"),
        # "Số 1" is how people call a report: it agrees to nothing.
        "unclear": ("so 1", "số 1", "Số 1 ạ", "số một", "dạ số 1 ạ", "tin số 1", "số tư", "số bốn", "không sai",
                    "đúng hết", "đúng", "dung", "Đúng ạ",
                    "dạ", "da", "ừ", "vâng", "vâng ạ", "ok", "oke", "đúng rồi", "dung roi a", "phải rồi", "👍"),
        # Nothing that has to be interpreted agrees or throws away.
        "again": ("5", "0", "99", "số 9", "câu 7", "1 2", "1,2", "2 3", "cái đầu", "cái đầu tiên", "cái cuối",
                  "cái sau", "cái thứ nhất", "đầu tiên", "bỏ bản kể", "cái thứ năm"),
        "check": ("hôm 02/05", "tổ 5", "2 cháu nhỏ được cứu", "thôn 1", "thôn Hai", "anh Ba", "không phải số 1 đâu"),
    },
    "drop": {
        "dropped": ("1", "xóa, không giữ gì", "có", "không đồng ý", "đừng gửi"),
        "check": ("2", "không", "chưa", "kể tiếp", "thôi để sau"),
        "again": ("3", "dạ", "ok", "đồng ý", "gửi đi", "cái đầu", "số 1"),
    },
    "edit": {
        "who": ("2", "hai", "người làm", "cái thứ hai"),
        "where": ("3", "nơi", "noi"),
        "when": ("4", "hôm nào", "số tư"),
        "photos": ("5", "cái cuối", "ảnh", "năm", "cái cuối cùng nhé"),
        "story": ("1", "cái đầu", "lời kể", "loi ke a"),
        "again": ("6", "cái sau", "số 8"),
    },
    "stop": {
        "kept": ("1", "dừng", "dạ", "ừ", "ok", "đúng rồi", "thôi", "thôi ạ", "cái đầu", "giữ lại"),
        "missing": ("2", "kể tiếp", "ke tiep", "chưa", "không", "cái thứ hai"),
        "dropped": ("3", "Bỏ hẳn", "bo han", "ba"),
        "again": ("4", "cái cuối", "cái sau"),
    },
    # Without a menu a number is nothing, and a sound of listening is no name.
    "missing": {
        "missing": ("dạ", "ừ", "ok", "vâng ạ", "đúng rồi"),
        "open": ("không biết", "không", "chưa", "thôi khỏi, không rõ"),
    },
    "one name": {
        "who=Ngoan": ("1", "so 1", "mot", "một", "cái đầu", "dạ số 1", "đúng rồi", "Người làm: chị Ngoan"),
        "again": ("2", "số 2", "7", "cái thứ hai", "1 2"),
        "missing": ("dạ", "ok"),
        "who=Ba": ("anh Ba", "ông Ba"),
        "where=tổ 5": ("tổ 5",),
        "where=thôn 1": ("thôn 1",),
    },
    # "Ba" may be the third of them, or what somebody is called: it is asked again.
    "three names": {
        "who=Ngoan": ("1", "mot", "số một", "cái đầu tiên"),
        "who=Tư": ("2", "số hai", "cái thứ hai", "cái giữa"),
        "who=Ba": ("3", "số ba", "so ba", "cai cuoi", "anh Ba"),
        "again": ("Ba", "ba", "Hai", "dạ ba", "4", "so 4", "cái sau"),
        "who=Năm": ("Năm", "ông Năm", "cô Năm"),
        "who": ("dạ", "vâng", "ok"),
    },
    "where": {
        "where=tổ 5": ("tổ 5",),
        "where=thôn 1": ("thôn 1",),
        "where=Một": ("Một",),
        "where=thôn Hai": ("thôn Hai",),
        "where": ("1", "5", "dạ", "ừ"),
    },
    "when": {
        "when=2026-05-04": ("thứ hai", "thu hai", "hôm qua"),
        "when=2026-05-05": ("thứ ba",),
        "when": ("dạ", "ok"),
    },
    "right?": {
        "when=2026-05-06": ("1", "dạ", "ừ", "vâng", "ok", "đúng", "đúng rồi", "dung a", "cái đầu", "cái trên", "có"),
        "when": ("2", "không", "chưa", "sai rồi", "hôm khác", "cái sau", "cái dưới", "hai", "không phải"),
        "when=2026-05-03": ("hôm kia",),
        "open": ("không nhớ",),
        "again": ("3", "số 5"),
    },
    "which?": {
        "where=xã Tân Lập, tỉnh Lâm Đồng": ("2", "hai", "cái thứ hai", "xã tân lập tỉnh lâm đồng", "lam dong a"),
        "where=xã Tân Lập": ("4", "không rõ", "không biết", "khong nho", "cái cuối"),
        # A yes cannot say which.
        "again": ("dạ", "ừ", "đúng rồi", "ok", "không", "5", "tân lập", "xã Tân Lập"),
    },
    "story": {"story": ("dạ", "ok", "vâng", "không", "chưa", "đúng rồi")},
}  # fmt: skip


def outcome(place: Place, answer: Answer) -> set[str]:
    """Return every name the table has for what an answer did."""
    now, heard = answer.place, "\n".join(prompt.text for prompt in answer.prompts)
    names: set[str] = {now.asked}
    for effect, name in ((HandIn, "agree"), (DropDraft, "dropped"), (SetAside, "kept")):
        if any(isinstance(each, effect) for each in answer.effects):
            return {name}
    if heard.startswith("Xin chọn"):
        assert (now.shown, now.turn) == (place.shown, place.turn), "the numbers on the screen changed their meaning"
        return {"again"}
    if heard.startswith("Để chắc chắn"):
        return {"unclear"}
    if heard.startswith("Chưa gửi và chưa xóa"):
        return {"unclear no"}
    told = now.told
    named = told.get("who") or {}
    if named.get("name") or named.get("words"):
        names.add(f"who={named.get('name') or named.get('words')}")
    where = told.get("where") or {}
    names |= {f"where={where.get('hamlet')}", f"where={where.get('text')}"}
    names.add(f"when={(told.get('when') or {}).get('iso')}")
    if {"unknown": True} in told.values() and now.asked == "check":
        names.add("open")
    return names


ROWS = [(screen, words, means) for screen, ways in TYPED.items() for means, many in ways.items() for words in many]


def test_the_table_is_as_long_as_was_promised() -> None:
    """A hundred and twenty rows, and each says something else."""
    assert len({(screen, words) for screen, words, _ in ROWS}) == len(ROWS) >= 120


@pytest.mark.parametrize(("screen", "words", "means"), ROWS)
def test_what_was_typed_means_one_thing(screen: str, words: str, means: str) -> None:
    """On its screen, under its menu; also where accents are typed as two signs."""
    for way in {words, normalize("NFD", words)}:
        place = FORM[screen]()
        assert means in outcome(place, engine.answer(INTRODUCE_DEED, place, Said(text=way), context())), way


@pytest.mark.parametrize("words", ["Ba", "Hai"])
def test_who_types_a_name_that_is_a_number_twice_means_the_name(words: str) -> None:
    """The first time the menu is shown again; who says it once more is not asked for ever."""
    teller = Teller()
    teller.place = FORM["three names"]()
    teller.says(words)
    assert "gõ số từ 1 đến 3" in teller.heard
    teller.says(words.upper())
    assert teller.told["who"]["name"].upper() == words.upper()


def test_a_sound_of_listening_is_asked_once_more_and_then_left_open() -> None:
    """Nobody is called "dạ", and nobody who only says "dạ" is asked for ever."""
    teller = Teller().says("Có người giúp bà con dọn đường sau lũ").says("dạ")
    assert teller.place.asked == "missing"
    teller.says("vâng ạ")
    assert teller.place.asked == "check"
    assert teller.told["who"] == {"unknown": True}


# The short questions beside the form.

CONSENT = asides.ask_consent(OPEN, 7, "xã", "Sở Nội vụ").place
DELETE = asides.ask_delete(OPEN).place
WITHDRAW = asides.ask_withdraw(OPEN, 7, 47).place
LATE = asides.ask_late_photos(OPEN, 7, 47).place
COMPLAINT = asides.ask_complaint(OPEN, "Ông Sáu lấn đất").place
WAITS = ask(
    replace(OPEN, talk="draft_waits"),
    "which",
    "hello.draft_waits",
    labelled("hello.draft_waits.option", "go_on", "new", "drop"),
    about="chiếc ví",
).place

ASIDES: list[tuple[Place, str, tuple[str, ...]]] = [
    (CONSENT, "both", ("1", "1.", "１", "một", "ý 1", "chọn 1", "duoc dung ca loi ke va anh")),
    (CONSENT, "words", ("2", "hai", "ý 2 nhé", "chỉ lời kể", "chi loi ke a")),
    (CONSENT, "none", ("3", "không", "khong", "thôi", "chưa", "cái cuối", "Không, chỉ để xã biết", "chỉ để xã biết")),
    (CONSENT, "asked", ("dạ", "ừ", "vâng", "ok", "đúng rồi", "đồng ý", "có", "được", "cái đầu", "cái đầu tiên", "4",
                        "số 7", "cái thứ hai", "cái giữa", "lời kể", "được dùng", "1 2", "cái sau", "chỉ")),
    (DELETE, "delete", ("1", "1 ạ", "một", "đồng ý", "xóa hết", "xoa het", "có", "đúng rồi")),
    (DELETE, "keep", ("2", "không", "thôi", "chưa", "giữ lại", "cái sau", "giữ")),
    (DELETE, "asked", ("dạ", "ừ", "ok")),  # heard, and neither a yes nor a no
    (DELETE, "asked", ("3", "cái đầu", "cái trên", "gửi đi", "1 2", "hết rồi ạ 1 2", "để sau")),
    (WITHDRAW, "withdraw", ("1", "rút tin", "rut tin a", "đồng ý")),
    (WITHDRAW, "keep", ("2", "không", "thôi ạ", "chưa", "giữ lại")),
    (WITHDRAW, "asked", ("vâng", "ừ")),
    (WITHDRAW, "asked", ("3", "cái đầu tiên", "gửi", "5", "rút", "so một")),
    (LATE, "add", ("1", "đúng", "đúng rồi", "dạ", "ừ", "ok", "cái đầu", "thêm vào tin đó", "dung them vao tin do")),
    (LATE, "new", ("2", "kể việc khác", "ke viec khac", "cái thứ hai", "cái giữa")),
    (LATE, "none", ("3", "gửi nhầm", "gui nham bo anh nay", "bỏ ảnh này", "cái cuối", "số ba")),
    # Two of the three are a no, and one of them deletes.
    (LATE, "asked", ("không", "khong a", "4", "1 2")),
    (COMPLAINT, "praise", ("1", "một", "số 1", "muốn khen", "chuyện muốn khen", "cái đầu")),
    (COMPLAINT, "complaint", ("2", "tố cáo", "to cao", "phản ánh", "cái sau", "cái thứ hai")),
    (COMPLAINT, "asked", ("dạ", "không", "đúng rồi", "3")),
    (WAITS, "go_on", ("1", "kể tiếp", "so 1", "cái đầu tiên")),
    (WAITS, "new", ("2", "kể việc khác", "việc khác", "hai")),
    (WAITS, "drop", ("3", "Bỏ bản kể dở", "ba")),
    (WAITS, "asked", ("4", "không", "chưa ạ", "kể dở", "cái cuối", "cái sau", "số ba")),
]  # fmt: skip

ASIDE_ROWS = [(place, words, means) for place, means, many in ASIDES for words in many]


def aside_outcome(place: Place, words: str) -> str:
    """Return what a word leads to under the menu of an aside, as the front door hears it."""
    said = Said(text=words)
    try:
        option = chosen(place, said)
    except AskAgain:
        return "asked"
    if place.talk in ("draft_waits", asides.COMPLAINT):
        return option or "asked"
    answer = asides.answer(place, said, option, context())
    if answer is None:
        return option or "asked"
    match answer.effects:
        case (AllowUse(_, words=allowed, pictures=pictures),):
            return "both" if pictures else "words" if allowed else "none"
        case (EraseMe(),):
            return "delete"
        case (Withdraw(),):
            return "withdraw"
        case (GiveLoosePhotos(),):
            return "add"
        case (DropLoosePhotos(),):
            return "none"
    assert not answer.effects
    return "asked" if answer.place.talk == place.talk else "keep"


@pytest.mark.parametrize(("place", "words", "means"), ASIDE_ROWS, ids=lambda value: getattr(value, "talk", None))
def test_what_was_typed_beside_the_form(place: Place, words: str, means: str) -> None:
    """A consent or a deletion is only given by a clear yes or by the choice itself."""
    assert aside_outcome(place, words) == means


GIVING = {"agree", "both", "words", "delete", "withdraw"}
NEVER = (
    "dạ", "da", "ừ", "u", "vâng", "vang", "ok", "oke", "👍", "ừm", "rồi", "thế à", "cái đầu", "cái đầu tiên",
    "đầu tiên", "cái trên", "cái thứ nhất", "thứ nhất", "cái cuối", "cái sau", "4 5", "1 2", "7", "số 7",
    "hmm", "?", "...", "ạ", "không", "chưa", "thôi", "cảm ơn", "alo", "không biết", "2 cháu nhỏ", "thôn 1",
    "anh Ba", "tổ 1", "nhà số 1", "1 cháu", "1/5", "1.5", "1 giờ", "hôm mùng 1", "không phải 1", "đừng chọn 1",
    "1 hay 2", "1 là gì", "số 1 là sao", "chọn 1 thì sao", "một người", "một hôm", "một mình chị ấy",
    "đồng ý nhưng bỏ tên", "chưa đồng ý", "không đồng ý đâu", "đọc lại đi",
)  # fmt: skip


@pytest.mark.parametrize("words", NEVER)
def test_nothing_but_a_clear_yes_consents_or_deletes(words: str) -> None:
    """Each of these under every menu that could: nothing is handed in, published, withdrawn or erased."""
    place = FORM["check"]()
    answer = engine.answer(INTRODUCE_DEED, place, Said(text=words), context())
    assert not [each for each in answer.effects if isinstance(each, HandIn)]
    for aside in (CONSENT, DELETE, WITHDRAW):
        assert aside_outcome(aside, words) not in GIVING, aside.talk


COMMANDS = [
    (FORM["check"](), "so 1", False),
    (FORM["three names"](), "số 2", True),
    (FORM["three names"](), "số 9", False),
    (FORM["check"](), "tin số 1", False),
    (FORM["check"](), "tin của tôi", False),
    (FORM["check"](), "thôi", False),
    (COMPLAINT, "tố cáo", True),
    (COMPLAINT, "phản ánh", True),
    (WAITS, "số 2", True),
    (LATE, "so 1", True),
    (DELETE, "thôi", True),
    (WITHDRAW, "hủy", True),
    (CONSENT, "thôi", True),
    # The report of that number, which has just been handed in: never a consent.
    (CONSENT, "số 1", False),
    (WITHDRAW, "số 1", False),
    (Place(), "số 1", False),
]


@pytest.mark.parametrize(("place", "words", "is_answer"), COMMANDS)
def test_a_word_that_is_also_a_command(place: Place, words: str, is_answer: bool) -> None:
    """ "So 1" under a menu is its first choice, elsewhere the report number 1; "thôi" leaves things as they are."""
    assert command(words) is not None
    assert asides.understands(place, Said(text=words)) is is_answer


REVIEW = Place(
    talk="review",
    asked="card",
    turn=3,
    shown=tuple(
        Option(act, label) for act, label in (("approve", "Duyệt"), ("ask", "Hỏi người kể"), ("later", "Để sau"))
    ),
)


@pytest.mark.parametrize(
    ("words", "option"),
    [("1", "approve"), ("duyệt", "approve"), ("2.", "ask"), ("số 3", "later"), ("hoi nguoi ke", "ask"), ("ok", None)],
)
def test_a_moderator_chooses_by_number_or_by_the_whole_label(words: str, option: str | None) -> None:
    """What is decided here is read by the whole commune."""
    assert chosen(REVIEW, Said(text=words)) == option


@pytest.mark.parametrize("words", ["hai", "cái đầu", "cái cuối", "4", "1 2"])
def test_a_moderator_who_describes_a_choice_is_asked_for_its_number(words: str) -> None:
    """Nobody is approved by "the first one"."""
    with pytest.raises(AskAgain):
        chosen(REVIEW, Said(text=words))


def test_a_reason_that_begins_like_a_canned_one_is_a_reason() -> None:
    """The menu of reasons only helps: words of one's own are never taken for one of them."""
    reasons = replace(REVIEW, asked="reason", shown=(Option("r", "Chưa xác minh được"), Option("w", "Tự viết")))
    assert chosen(reasons, Said(text="chưa xác minh")) is None
    assert chosen(reasons, Said(text="chưa xác minh được")) == "r"


WORDS = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")


@pytest.mark.parametrize(("number", "words"), list(enumerate(WORDS)))
def test_number_words_reach_as_far_as_the_menu(number: int, words: str) -> None:
    """Ten choices have ten words; with fewer choices, a word beyond them is no number unless it is called one."""
    ten = [f"Nơi {sign}" for sign in "abcdefghij"]
    assert pick(words, ten) == pick(fold(words), ten) == Pick(How.ITSELF, number)
    assert pick(f"số {words}", ten) == Pick(How.ITSELF, number)
    if number:
        assert pick(words, ten[:number]) is None
        assert pick(f"số {words}", ten[:number]) == Pick(How.STRAY)


def test_no_menu_takes_nothing() -> None:
    """Where nothing is offered a number is a word like any other."""
    assert pick("1", []) is None
    assert chosen(OPEN, Said(text="1")) is None
