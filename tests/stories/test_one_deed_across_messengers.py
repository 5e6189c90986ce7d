"""One person on Zalo, the web and Telegram: one draft, one list, one history, and news where it can reach them."""

from sqlalchemy import select, update

from deeds.kinds import Act
from storage import attachments, history
from storage.models import OutboxMessage, Place
from tests.cast import RESCUE, Speaker
from tests.stories.test_one_person_two_accounts import code_in
from tests.town import Town


def link(owner: Speaker, other: Speaker) -> None:
    """Make two accounts one person."""
    owner.says("liên kết")
    other.says(code_in(owner.last))
    other.picks("Đúng là tôi")
    other.sees("Đã nối hai tài khoản")


def test_begun_on_zalo_pictured_on_the_web_answered_on_telegram(town: Town) -> None:
    """The story on Zalo, two pictures and the agreement on the web, the moderator's question answered on Telegram."""
    zalo, web = town.citizen("Lan", on="zalo_bot"), town.citizen("Lan ở nhà", on="webchat")
    telegram, thu = town.citizen("Lan đi làm", on="telegram"), town.moderator("Thu", on="zalo_bot")
    link(zalo, web)
    link(zalo, telegram)
    zalo.says(RESCUE)
    zalo.sees("Xin xem lại:")
    web.says("", photos=2)
    web.sees("Ảnh: 2")
    web.picks("Đồng ý, gửi đi")
    number, _ = web.receipt()
    town.settle()

    thu.says("xem")
    assert "Ảnh: 2" in thu.last or "2 ảnh" in thu.last
    thu.picks("Hỏi người kể")
    thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    assert any("Còn ai chứng kiến" in one.text for who in (zalo, web, telegram) for one in who.messages())
    telegram.says("có ông Sáu bán nước ở đầu cầu")
    telegram.sees("Đã chuyển lời đáp tới cán bộ")

    deed = town.deed(number)
    with town.database.read() as tx:
        assert [asked.answer for asked in history.questions_of(tx, deed.id)] == ["có ông Sáu bán nước ở đầu cầu"]
        assert [piece.state for piece in attachments.of_deed(tx, deed.id)] == ["ready", "ready"]
    assert len(town.deeds()) == 1
    for who in (zalo, web, telegram):
        who.says("tin của tôi")
        who.sees("Số 1 (anh Lò Văn Khuyên)")


def test_news_that_a_closed_window_holds_back_goes_where_the_person_is(town: Town) -> None:
    """Told on the Official Account, approved three days later: the news reaches the Telegram of the same person."""
    zalo, telegram = town.citizen("Lan", on="zalo_oa"), town.citizen("Lan kia", on="telegram")
    link(zalo, telegram)
    zalo.reports()
    zalo.reads_all()
    town.moderator("Thu")
    town.clock.forward(days=3)
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    telegram.sees("Tin số 1 đã được xác minh")
    zalo.says("tin của tôi")
    assert not zalo.shows("đã được xác minh đúng người")


def test_news_waits_where_there_is_no_other_way(town: Town) -> None:
    """Only on the Official Account, heard a week ago: nothing is pushed; their next word brings it."""
    lan = town.citizen("Lan", on="zalo_oa")
    lan.reports()
    lan.reads_all()
    town.moderator("Thu")
    town.clock.forward(days=8)
    sent = len(town.zalo_oa.sent)
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    assert lan.reads_all() == []
    assert len(town.zalo_oa.sent) == sent
    lan.says("chào")
    lan.sees("Tin số 1 đã được xác minh")


def test_a_word_carried_through_by_command_opens_the_window_too(town: Town) -> None:
    """Their next word met a fault of ours; retried with the command it brings the news as any word does."""
    lan = town.citizen("Lan", on="zalo_oa")
    lan.reports()
    lan.reads_all()
    town.moderator("Thu")
    town.clock.forward(days=8)
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    person, sound = town.rows(lambda tx: tx.execute(select(Place.person_id, Place.state)).all())[0]
    damage = update(Place).where(Place.person_id == person)
    town.writes(lambda tx: tx.execute(damage.values(state={**sound, "shown": [["only an id"]]})))
    lan.says("chào")
    assert not lan.shows("Tin số 1 đã được xác minh")
    town.writes(lambda tx: tx.execute(damage.values(state=sound)))
    news = select(OutboxMessage.state).where(OutboxMessage.send_key.startswith("outcome:"))
    assert town.rows(lambda tx: tx.execute(news).scalars().all()) == ["held"]
    town.command("parked", "retry", "--all")
    assert town.rows(lambda tx: tx.execute(news).scalars().all()) == ["waiting"]


def test_a_new_report_does_not_change_what_one_approves(town: Town, on: str) -> None:
    """Thu has a card open when another report is pushed: the number she types still means the card she opened."""
    thu = town.moderator("Thu", on=on)
    lan, nam = town.citizen("Lan"), town.citizen("Nam")
    lan.reports()
    town.settle()
    thu.says("xem")
    opened = thu.last
    assert "Số 1 - " in opened
    nam.reports("Hôm nay chị Nguyễn Thị Hoa ở thôn Đông nhặt được ví và trả tận nhà cho người mất.")
    town.settle()
    thu.says("1")
    thu.sees("ai xác nhận đúng người")
    thu.says("1")
    thu.sees("Đã duyệt số 1")
    assert [town.deed(number).status for number in (1, 2)] == ["approved", "received"]
