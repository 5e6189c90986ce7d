"""What no list knows is understood by its words all the same, and what follows asks or tells whom to call."""

import pytest

from storage import drafts
from tests.cast import RESCUE, OnPlain
from tests.town import Town

WHOM_TO_CALL = "115 - cấp cứu"
ASKS_FOR_A_DEED = ("Ai đã làm", "tên gì", "đã làm gì")


@pytest.mark.parametrize(
    "cry",
    [
        "con tôi bị đuối nước ở suối", "lụt rồi cứu con với", "nuoc len cao qua keu ai cuu", "đất lở vùi mất nhà rồi",
        "xe tải lật dưới đèo người kẹt bên trong", "có đám cháy rừng ở đồi Chè", "ông nội khó thở tím tái",
        "con em lên cơn co giật không biết làm sao", "vợ tôi sắp đẻ mà nước ngập không ra được",
        "bé nhà em nuốt phải pin",
        "con bị lạc mẹ ở chợ", "chị ơi em bị xâm hại", "chồng em say đang đập phá, em sợ quá", "có trộm đang vào nhà",
    ],
)  # fmt: skip
def test_whoever_is_in_danger_hears_whom_to_call(town: Town, cry: str) -> None:
    lan = town.citizen("Lan")
    lan.says(cry)
    assert WHOM_TO_CALL in lan.last
    assert not any(question in lan.last for question in ASKS_FOR_A_DEED)


@pytest.mark.parametrize("denies", ["không", "không, tôi kể việc tốt mà"])
def test_a_rescue_taken_for_danger_is_told_on_and_whole(town: Town, denies: str) -> None:
    lan = town.citizen("Lan")
    lan.says("cháy rồi, anh Tú thôn Bến Gỗ đang dập lửa giúp nhà bà Sen Canaryflood")
    assert WHOM_TO_CALL in lan.last
    lan.says(denies)
    assert "Canaryflood" in str(town.rows(lambda tx: drafts.waiting_of(tx, 1))) or town.tables_with("Canaryflood")
    assert "draft" in town.tables_with("Canaryflood")


@pytest.mark.parametrize("cry", ["thằng nhỏ té giếng, trời ơi nó chìm rồi", "mẹ em vừa ngã gãy chân máu ra nhiều"])
def test_danger_in_the_middle_of_telling_hears_whom_to_call_and_loses_nothing(town: Town, cry: str) -> None:
    lan = town.citizen("Lan")
    lan.says("Có người giúp bà con dọn đường sau lũ")
    lan.says(cry)
    assert lan.shows(WHOM_TO_CALL)
    assert town.tables_with(cry)
    assert set(town.tables_with("dọn đường sau lũ")) > {"inbox_event"}


def test_a_wish_to_delete_in_the_middle_is_asked_about(town: Town) -> None:
    lan = town.citizen("Lan")
    lan.says("Có người giúp bà con dọn đường sau lũ")
    lan.says("ê mà tự nhiên thấy kỳ quá, xóa nha đừng lưu gì hết")
    lan.picks("Xóa, không giữ gì")
    assert "draft" not in town.tables_with("dọn đường sau lũ")


def test_a_question_to_the_question_of_use_refuses_and_allows_nothing(town: Town) -> None:
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    for said in ("nếu không cho thì sao?", "mà thôi cho xài lời kể đi"):
        lan.says(said)
        assert "Đã ghi" not in lan.last
        assert lan.shows("Chỉ lời kể")


@pytest.mark.parametrize("again", ["không khen, tố cáo", "phản ánh chứ", "tôi tố cáo mà", "tôi tố cáo chứ không khen"])
def test_whoever_accuses_and_says_so_is_shown_the_doors(town: Town, again: str) -> None:
    lan = town.citizen("Lan")
    lan.says("ông chủ tịch xã ăn tiền hỗ trợ bão của dân, nhà ông ấy xây 3 tầng")
    assert lan.shows("Phản ánh, tố cáo")
    lan.says(again)
    assert not any(question in lan.last for question in ASKS_FOR_A_DEED)
    assert "Phản ánh, tố cáo" not in lan.last


@pytest.mark.parametrize("said", ["ông trưởng thôn ăn chặn tiền cứu trợ của dân", "công an xã đánh cháu tôi gãy tay"])
def test_a_complaint_in_other_words_is_asked_about(town: Town, said: str) -> None:
    lan = town.citizen("Lan")
    lan.says(said)
    assert lan.shows("Phản ánh, tố cáo")


@pytest.mark.parametrize(
    "said",
    [
        "mẹ em là người được kể tin số 4 đó, em sợ lắm, chồng cũ biết chỗ mẹ ở thì chết, đừng đăng gì nha",
        "tui là con của bà Sáu xóm Đông, ai kể má tui nấu cơm từ thiện đó, má tui không chịu lên báo, xin đừng",
        "có người kể về chị tôi mà chị tôi không thích, làm ơn bỏ đi",
        "bài về anh Mùa A Sếnh là tôi đây, gỡ giùm",
    ],
)  # fmt: skip
def test_somebody_told_of_who_wants_it_down_hears_whom_to_call(town: Town, said: str) -> None:
    lan = town.citizen("Lan")
    lan.says(said)
    assert "gỡ bài" in lan.last
    assert "gọi 0200 000 000" in lan.last
    for more in ("tôi là Bùi Văn Tấn", "không kể gì, tôi muốn gỡ tên tôi"):
        lan.says(more)
        assert "gọi 0200 000 000" in lan.last
        assert not any(question in lan.last for question in ASKS_FOR_A_DEED)


@pytest.mark.parametrize(
    "said",
    [
        "bỏ hết ảnh với lời kể giùm", "xóa ảnh và lời kể, đừng dùng nữa", "cấm dùng ảnh và lời của tôi",
        "cấm dùng lời của tôi", "bà ấy là mẹ tôi, mẹ không muốn lên báo",
    ],
)  # fmt: skip
def test_a_no_to_the_words_takes_them_back(town: Town, said: str) -> None:
    lan = town.citizen("Lan")
    assert isinstance(lan, OnPlain)
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says(said)
    assert "không đăng, không dùng lời kể và ảnh" in lan.last


def test_a_no_that_is_taken_back_is_asked_about(town: Town) -> None:
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Không, chỉ để xã biết")
    lan.says("thôi cho dùng cũng được")
    assert lan.shows("Chỉ lời kể")


@pytest.mark.parametrize(
    "said", ["khi mô có kết quả", "mi là ai rứa", "bao giờ tôi được lĩnh gạo", "cho xin số điện thoại"]
)
def test_a_question_in_dialect_begins_no_report(town: Town, said: str) -> None:
    lan = town.citizen("Lan")
    lan.says(said)
    assert "draft" not in town.tables_with(said)
    assert not any(question in lan.last for question in ASKS_FOR_A_DEED)
