"""What the person praised said to each piece stands, whatever is done and undone beside it."""

from deeds.kinds import Act, Thing
from publishing.gate import shown
from publishing.outlets import Outlet
from storage.database import Tx
from tests.cast import RESCUE
from tests.stories.test_one_person_two_accounts import code_in
from tests.town import Town


def test_a_yes_to_the_name_alone_names_nobody(town: Town) -> None:
    """Asked, Khuyên would be named but does not want the deed told: neither page nor feed may have the name."""
    town.moderator("Thu")
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    town.asks_honoree("Thu", Thing.NAME)

    def name(tx: Tx) -> str | None:
        return shown(tx, town.deed(1), Outlet.PAGE).name

    assert town.rows(name) is None


def test_an_unpublishing_taken_back_keeps_the_day(town: Town) -> None:
    """Published on the fifth, down and up again on the ninth: it has stood there since the fifth."""
    town.moderator("Thu")
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME)
    town.decides("Thu", Act.APPROVE)
    town.decides("Thu", Act.PUBLISH)
    since = town.deed(1).published_at
    assert since is not None
    town.clock.forward(days=4)
    town.decides("Thu", Act.UNPUBLISH)
    assert town.deed(1).published_at is None
    town.decides("Thu", Act.UNDO)
    assert town.deed(1).published_at == since


def test_a_question_asked_before_joining_comes_along(town: Town) -> None:
    """Lan is asked on one account, joins it with another, and answers there."""
    lan, web = town.citizen("Lan"), town.citizen("Lan ở nhà", on="webchat")
    thu = town.moderator("Thu")
    lan.reports(RESCUE)
    town.settle()
    thu.says("xem")
    thu.picks("Hỏi người kể")
    thu.picks("Còn ai chứng kiến việc này?")
    web.says("liên kết")
    lan.says(code_in(web.last)).picks("Đúng là tôi")
    town.settle()
    web.says("có ông Sáu bán nước ở đầu cầu")
    web.sees("Đã chuyển lời đáp tới cán bộ")
