"""Where no message will reach them later, people leave a number and the office calls them."""

from deeds.kinds import Act
from storage import calls
from tests.town import Town


def test_who_fell_silent_on_the_official_account_is_called(town: Town) -> None:
    """The receipt offers it, the number is kept; nine days later the desk shows whom to call, and what to say."""
    lan = town.citizen("Lan", on="zalo_oa")
    lan.reports()
    assert any("nhắn số điện thoại" in shown.text for shown in lan.messages())
    lan.says("0912 345 678")
    lan.sees("Đã ghi số")
    lan.reads_all()
    town.moderator("Thu")
    town.clock.forward(days=9)
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    assert lan.reads_all() == []
    [call] = town.rows(lambda tx: calls.waiting_calls(tx, town.clock.now()))
    assert call.phone == "0912345678"
    assert any("Tin số 1 đã được xác minh" in text for text in call.texts)


def test_a_decision_taken_back_is_not_told_on_the_telephone(town: Town) -> None:
    """What waited for a closed window is taken back with the decision: nobody is called about it."""
    lan = town.citizen("Lan", on="zalo_oa")
    lan.reports()
    town.moderator("Thu")
    town.clock.forward(days=9)
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    town.decides("Thu", Act.UNDO)
    town.settle()
    texts = [text for call in town.rows(lambda tx: calls.waiting_calls(tx, town.clock.now())) for text in call.texts]
    assert not any("đã được xác minh" in text for text in texts)


def test_where_messages_reach_people_nothing_is_offered(town: Town) -> None:
    """On Telegram news comes by itself: the receipt asks for no number."""
    lan = town.citizen("Lan", on="telegram")
    lan.reports()
    assert not lan.shows("nhắn số điện thoại")
