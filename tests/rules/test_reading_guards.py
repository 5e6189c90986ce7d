"""What must be noticed before a story is taken as one: danger now, an accusation, a child."""

import unicodedata

import pytest

from deeds.vietnamese import fold
from handlers.reading.guards import about_child, emergency_now, sounds_like_complaint

DANGER = [
    "cháy nhà rồi",
    "cháy nhà rồi cứu với",
    "cứu với",
    "cứu người với",
    "cứu tôi với",
    "Cứu cháu với các bác ơi",
    "đang chết đuối ở cầu Nậm Mạ",
    "có người đang chết đuối ở suối",
    "có người đuối nước ở đập",
    "sos",
    "nhà bà Hai cháy rồi gọi cứu hỏa giúp",
    "có đứa bé đang bị nước cuốn",
    "nước lên nhanh quá cứu chúng tôi với",
    "đang đánh nhau ở chợ, gọi công an gấp",
    "anh ấy bị chém rồi",
    "tai nạn nặng lắm ở dốc Ông Tư",
    "bà cụ không thở được",
    "con tôi uống thuốc sâu rồi",
    "có người đang nhảy cầu",
    "sạt lở rồi, nhà ông Páo đang mắc kẹt",
    "tôi không muốn sống nữa, muốn chết",
    "CHÁY NHÀ RỒI",
    "đang bị lũ cuốn ở ngầm tràn",
    "nhà đang cháy lớn quá",
    "ông ấy chảy nhiều máu, gọi cấp cứu",
]
NO_DANGER = [
    "hôm qua anh Nam cứu bạn đuối nước",
    "anh Nam thấy hai cháu đang chết đuối đã nhảy xuống cứu",
    "nghe tiếng kêu cứu với, bà Ngoan chạy ra",
    "Ông Ba dập tắt đám cháy nhà hàng xóm",
    "hôm qua cháy nhà, anh em dân phòng dập tắt",
    "bà cụ hiến đất làm đường",
    "thấy cháy nhà ông Tư lao vào bế cháu ra",
    "Tối qua có vụ cháy nhà, đội dân phòng kịp thời cứu được hai người",
    "hai cháu đang đuối nước thì em Páo bơi ra kéo lên",
    "anh Nam gọi cấp cứu đưa cụ đi viện",
    "bị đuối nước, may nhờ có chú Tư vớt lên",
    "tuần trước sạt lở rồi dân quân đến dọn",
    "hôm 18/10 xe bị tai nạn, anh Tú đưa đi cấp cứu",
    "cảm ơn anh Nam đã cứu người",
    "em Lan trả lại ví",
    "cháu bé được cứu thoát khỏi dòng nước",
    "chào bà con",
    "cứu trợ đồng bào lũ lụt",
    "anh Nam cứu hai người đuối nước",
    "thầy Đức dạy bơi chống đuối nước",
    "bà Ngoan dũng cảm cứu người đang bị nước cuốn",
    "đội cứu hộ tập huấn",
    "chị Hoa hiến máu cứu người",
    "nhặt được ví ở đám cháy cũ",
    "vá đường cho bà con",
]


@pytest.mark.parametrize("text", DANGER)
def test_somebody_in_danger_now_is_noticed(text: str) -> None:
    """The emergency numbers come before anything else, however the cry is typed."""
    for way in (text, unicodedata.normalize("NFD", text), fold(text)):
        assert emergency_now(way), way


@pytest.mark.parametrize("text", NO_DANGER)
def test_a_rescue_told_afterwards_is_a_story(text: str) -> None:
    """A story of a rescue is what we are here for, not a cry for help."""
    for way in (text, unicodedata.normalize("NFD", text), fold(text)):
        assert not emergency_now(way), way


def test_a_long_text_is_a_story() -> None:
    """Nobody in danger writes a page."""
    assert not emergency_now("Ở bản có nhiều nhà. " * 15 + "cháy nhà rồi")


COMPLAINTS = [
    "tôi muốn tố cáo trưởng thôn",
    "cán bộ xã ăn chặn tiền hỗ trợ",
    "tố cáo ông chủ tịch nhận hối lộ",
    "nó đánh người giữa chợ",
    "bị lừa đảo 20 triệu",
    "anh ta lấn chiếm đất đường",
    "công an nhận hối lộ",
    "ông này tham nhũng",
    "hàng xóm trộm cắp gà nhà tôi",
    "đề nghị xử lý ông A",
    "phản ánh việc xả thải ra suối",
    "tôi xin khiếu nại việc đền bù đất",
    "ông ấy đánh vợ suốt ngày",
    "cán bộ hách dịch, vòi tiền dân",
    "trưởng bản bao che cho con",
    "nhà máy xả thải làm chết cá",
    "chủ tịch xã lạm quyền",
    "nó lừa tiền bà con trong bản",
    "có người bán ma túy ở ngã ba",
    "chia tiền hỗ trợ không minh bạch",
    "ban quản lý khai khống ngày công",
    "người dân bức xúc vì bụi đường",
    "nó dọa đánh tôi",
    "làm đơn tố giác ông trưởng thôn",
    "xây dựng trái phép trên đất công",
    "có nhóm chặt trộm gỗ trên rừng",
]
PRAISE = [
    "anh Nam bắt trộm giúp dân",
    "bà Hoa tố giác tội phạm giúp công an",
    "anh Tú đuổi bắt kẻ trộm cắp xe",
    "chị Lan ngăn chặn vụ lừa đảo qua điện thoại cho cụ bà",
    "giúp bà cụ không bị lừa đảo",
    "vận động bà con chống phá rừng",
    "ông Páo can ngăn vụ đánh người",
    "nhặt được ví trả người mất",
    "tuyên truyền phòng chống tham nhũng",
    "anh Nam bắt được kẻ trộm cắp",
    "kiện tướng bóng bàn dạy trẻ",
    "phát hiện và ngăn người chặt trộm gỗ",
    "bà Ngoan trả lại ví",
    "anh công an khống chế kẻ hành hung bác sĩ",
    "tôi xin phản ánh gương người tốt việc tốt ở bản",
    "cháu Lan trả lại tiền, không tham",
    "tổ tự quản vây bắt nhóm trộm chó",
    "chị Mai cứu cháu bé bị bạo hành",
    "hội phụ nữ hỗ trợ nạn nhân bạo hành",
    "ông Tư vận động con nghiện cai ma túy",
    "anh Hải ngăn vụ đánh đập trẻ em",
    "bác Sáu hiến đất làm đường",
    "dọn rác bờ suối",
    "đội xung kích phát hiện kẻ lấy trộm cáp điện",
    "nhân viên ngân hàng cảnh báo lừa đảo giúp cụ Mơ",
    "cứu người bị nước cuốn",
]


@pytest.mark.parametrize("text", COMPLAINTS)
def test_an_accusation_is_noticed(text: str) -> None:
    """It never becomes a deed: the reader may be the person accused."""
    for way in (text, unicodedata.normalize("NFD", text), fold(text)):
        assert sounds_like_complaint(way), way


@pytest.mark.parametrize("text", PRAISE)
def test_who_stops_a_wrong_is_praised(text: str) -> None:
    """Catching a thief or warning of a fraud is a good deed."""
    for way in (text, unicodedata.normalize("NFD", text), fold(text)):
        assert not sounds_like_complaint(way), way


CHILDREN = [
    "cháu 7 tuổi",
    "cháu Lan, 12 tuổi, trả lại ví",
    "em học sinh lớp 5",
    "em Nam lớp 9A",
    "cháu bé rơi xuống ao",
    "bé gái 10 tuổi",
    "em mười hai tuổi",
    "cháu Lan, học sinh lớp 8",
    "cháu học lớp 3",
    "bé 18 tháng tuổi",
    "em nhỏ trả lại tiền",
    "hai cháu nhỏ trượt chân xuống suối",
    "học sinh tiểu học nhặt được của rơi",
    "học sinh cấp 2",
    "đội viên liên đội trường Kim Đồng",
    "em Páo 15 tuổi cứu bạn",
    "trẻ em trong bản",
    "em Giàng A Páo, học lớp 7 trường nội trú",
    "thiếu nhi thu gom giấy vụn",
    "bé trai bị lạc",
    "cháu tám tuổi",
    "em Lò Thị Mai học sinh trường Phong Thổ lớp 6",
    "học sinh lớp 10",
    "em bé sơ sinh bị bỏ rơi",
    "bế đứa trẻ ra khỏi đám cháy",
]
GROWN_UP = [
    "cụ 80 tuổi",
    "anh Nam 35 tuổi",
    "thầy giáo dạy lớp 5",
    "em sinh viên năm 2",
    "16 tuổi",
    "50 năm tuổi Đảng",
    "học sinh lớp 12",
    "cô giáo chủ nhiệm lớp 4",
    "bà Ngoan trả lại ví",
    "anh Nam cứu người",
    "chị em phụ nữ dọn đường",
    "ông Hai bảy mươi tuổi",
    "anh Nam hai mươi ba tuổi",
    "chú Tư 45 tuổi xe ôm",
    "em Nam 20 tuổi bộ đội",
    "thôn 5 đắp đường",
    "tổ 7 dọn rác",
    "anh Tú 21 tuổi",
    "cụ Mơ, 90 tuổi, hiến đất",
    "phụ huynh lớp 3 góp gạo",
    "đồng chí công an cõng cụ già",
    "có 30 năm tuổi nghề",
    "em gái út đi làm xa về",
    "chị Lan 5 lần hiến máu",
    "15 hộ hiến đất",
    "bác Sáu vá đường",
]


@pytest.mark.parametrize("text", CHILDREN)
def test_a_child_is_noticed(text: str) -> None:
    """A child's name is kept short and both consents are asked."""
    for way in (text, unicodedata.normalize("NFD", text), fold(text)):
        assert about_child(way), way


@pytest.mark.parametrize("text", GROWN_UP)
def test_grown_up_people_are_no_children(text: str) -> None:
    """Sixteen and more, teachers of a class, and numbers that are no age."""
    for way in (text, unicodedata.normalize("NFD", text), fold(text)):
        assert not about_child(way), way


def test_a_quarrel_settled_is_no_cry_for_help() -> None:
    """Somebody came between and took her to the ward: it is over, and it is a good deed."""
    for told in (
        "bị chồng đánh, anh Tài can rồi chở đi trạm xá đêm thứ bảy tuần rồi",
        "chị hàng xóm bị chồng đánh, anh Tài sang can ngăn rồi chở chị đi trạm xá",
    ):
        assert not emergency_now(told), told
    for cry in (
        "Nhà bên cạnh đang cháy, gọi xe cứu hỏa giúp tôi",
        "nước lên tới mái rồi hai mẹ con tui đang ngồi trên nóc nhà",
        "có đứa bé rơi xuống giếng bản Nà Cưa chưa kéo lên được",
        "Nhà bên cạnh đang cháy mà ông Hùng đang lao vào cứu người, gọi xe cứu hỏa giúp tôi",
        "Ở đầu bản có bà cụ ngất xỉu, giờ phải làm gì hả bot",
    ):
        assert emergency_now(cry), cry
