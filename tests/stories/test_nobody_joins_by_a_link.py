"""Strangers try to become somebody: by links, foreign pages, codes they guess, codes they got; nobody is taken over."""

import re

import httpx2
import pytest

from deeds.errors import NotAllowed
from deeds.kinds import Act, Role
from storage import invitations, people
from tests.cast import RESCUE, OnWebChat, Speaker
from tests.stories.test_one_person_two_accounts import code_in
from tests.town import Town

VICTIMS = (None, Role.MODERATOR, Role.ADMIN)


def victim_of(town: Town, role: Role | None, on: str) -> Speaker:
    """Somebody with a deed of their own to lose, or a queue."""
    if role is not None:
        return town.moderator("Thu", on=on, roles=(role,))
    lan = town.citizen("Lan", on=on)
    lan.says(RESCUE).agrees()
    return lan


def has_nothing(stranger: Speaker) -> None:
    """Look at everything the stranger could have got: a list, a queue, a desk."""
    stranger.says("tin của tôi")
    assert "Chưa có tin nào" in stranger.last
    stranger.says("xem")
    assert "VT-2026" not in stranger.last
    assert "Thu" not in stranger.last


@pytest.mark.parametrize("role", VICTIMS)
def test_a_page_that_was_opened_joins_nobody(town: Town, role: Role | None) -> None:
    """The victim's browser opens the stranger's code, sent by a foreign page, an own page, or nobody; then posts it."""
    victim, stranger = victim_of(town, role, "webchat"), town.citizen("Ai đó")
    assert isinstance(victim, OnWebChat)
    stranger.says("liên kết")
    code, before = code_in(stranger.last), town.heard()
    for site in ("cross-site", "same-site", "same-origin", "none"):
        page = victim._web.get(f"/chat?start={code}", headers={"sec-fetch-site": site}, follow_redirects=True)
        assert page.status_code == 200
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        fields = {"id": (None, "6f1c1c1e-0000-4000-8000-000000000001"), "text": (None, code)}
        posted = victim._web.post("/chat/messages", files=fields, headers=headers)
        assert posted.status_code == 403
    assert town.heard() == before
    has_nothing(stranger)


@pytest.mark.parametrize("role", VICTIMS)
def test_a_telegram_link_that_was_tapped_joins_nobody(town: Town, role: Role | None) -> None:
    """Staff is told no; a citizen reads whose account that is and says it is not theirs; the stranger has nothing."""
    victim, stranger = victim_of(town, role, "telegram"), town.citizen("Ai đó", on="webchat")
    stranger.says("liên kết")
    link = re.search(r"start=(\S+)", stranger.last)
    assert link is not None
    victim.says(f"/start {link[1]}")
    if role is None:
        victim.sees("Bên kia: Trang chat, nhắn từ 05/05/2026")
        has_nothing(stranger)
        victim.picks("Không phải tôi")
        victim.sees("không nối gì cả")
        stranger.sees("bên kia trả lời")
        victim.says(f"/start {link[1]}")
        victim.sees("Mã này không dùng được")
    else:
        victim.sees("Mã này không nối vào tài khoản của cán bộ được")
    has_nothing(stranger)
    victim.says("tin của tôi" if role is None else "xem")
    assert "Số 1" in victim.last or "Không còn tin nào chờ" in victim.last


@pytest.mark.parametrize("on", ["zalo_oa", "zalo_bot", "plain"])
def test_a_code_a_member_of_staff_types_gives_nobody_their_rights(town: Town, on: str) -> None:
    """A friendly stranger asks Thu to type it: nothing happens, and she reads how she would add an account."""
    thu, stranger = town.moderator("Thu", on=on), town.citizen("Ai đó")
    town.citizen("Lan").reports()
    stranger.says("liên kết")
    thu.says(code_in(stranger.last))
    thu.sees("Mã này không nối vào tài khoản của cán bộ được")
    thu.says("đúng là tôi")  # says so all the same
    has_nothing(stranger)


@pytest.mark.parametrize("on", ["telegram", "zalo_bot"])
def test_rights_move_only_with_a_yes_at_the_account_that_has_them(town: Town, on: str) -> None:
    """Somebody read Thu's code over her shoulder: she is asked by name at her own account, and says no."""
    thu, stranger = town.moderator("Thu", on=on), town.citizen("Ai đó", on="webchat")
    town.citizen("Lan").reports()
    thu.says("liên kết")
    stranger.says(code_in(thu.last)).picks("Đúng là tôi")
    stranger.sees("Còn một bước: mở tài khoản bên kia")
    has_nothing(stranger)
    stranger.says("đúng là tôi")  # the second yes is not theirs to give
    has_nothing(stranger)
    thu.sees("Có người xin nối Trang chat")
    if on == "telegram":
        thu.picks("Không phải tôi")
    else:
        thu.says("không phải tôi")
    thu.sees("không nối gì cả")
    stranger.sees("bên kia trả lời")
    has_nothing(stranger)
    thu.says("đúng là tôi")  # too late to change one's mind
    has_nothing(stranger)


def test_the_button_of_the_second_yes_carries_no_right(town: Town) -> None:
    """The stranger sends its id; so does another moderator: it is Thu's alone, and old ids say that they are old."""
    thu, hoa = town.moderator("Thu", on="telegram"), town.moderator("Hòa", on="webchat")
    stranger = town.citizen("Ai đó", on="webchat")
    assert isinstance(stranger, OnWebChat)
    assert isinstance(hoa, OnWebChat)
    thu.says("liên kết")
    stranger.says(code_in(thu.last)).picks("Đúng là tôi")
    for number in ("1", "2", "3", "4", "x", "-1", "9" * 30):
        for who in (stranger, hoa):
            who.posts({"choice": f"link.{number}.join"})
            town.deliver()
            assert "chưa nối gì cả" in who.last
    has_nothing(stranger)


def test_everybody_concerned_hears_of_it_and_the_newcomer_goes_whoever_says_so(town: Town) -> None:
    """Lan said yes to a stranger after all: her other account hears it at once, and one word throws the stranger out.

    The stranger, being in, tries to throw her out first: who came last goes.
    """
    lan, lans_web, stranger = town.citizen("Lan"), town.citizen("Lan", on="webchat"), town.citizen("Kẻ lạ")
    lan.reports()
    lan.says("liên kết")
    lans_web.says(code_in(lan.last)).picks("Đúng là tôi")
    lan.says("liên kết")
    stranger.says(code_in(lan.last)).picks("Đúng là tôi")
    for own in (lan, lans_web):
        own.sees('Đã nối thêm một tài khoản: Tin nhắn "Kẻ lạ", nhắn từ 05/05/2026')
    stranger.says("tin của tôi")
    stranger.sees("Số 1")
    stranger.says("tách")
    stranger.sees("Đã tách tài khoản này ra")
    for own in (lan, lans_web):
        own.sees('Đã tách tài khoản nối sau cùng: Tin nhắn "Kẻ lạ"')
        own.says("tin của tôi")
        own.sees("Số 1")
    has_nothing(stranger)


def test_staff_throws_an_account_out_and_its_desk_with_it(town: Town) -> None:
    """Thu confirmed in haste: "tách" at her own account takes the rights back, and closes every desk that was open."""
    thu, other = town.moderator("Thu"), town.citizen("Kẻ lạ", on="webchat")
    town.citizen("Lan").reports()
    thu.says("liên kết")
    other.says(code_in(thu.last)).picks("Đúng là tôi")
    thu.says("đúng là tôi")
    other.says("xem")
    assert "VT-2026" in other.last
    thu.says("tách")
    thu.sees("Đã tách tài khoản nối sau cùng: Trang chat")
    other.sees("Đã tách tài khoản này ra")
    has_nothing(other)
    thu.says("xem")
    thu.sees("VT-2026")
    thu.says("tách")
    thu.sees("chưa nối với tài khoản nào")  # her only account stays hers


def test_who_guesses_codes_is_stopped_and_nobody_else(town: Town) -> None:
    """Five wrong codes, and for ten minutes even the right one opens nothing there; its owner is not held up."""
    lan, own, guesser = town.citizen("Lan"), town.citizen("Lan kia"), town.citizen("Ai đó")
    lan.says("liên kết")
    code = code_in(lan.last)
    for number in range(5):
        guesser.says(f"0000-000{number}")
        guesser.sees("Mã này không dùng được")
    for _ in range(3):
        guesser.says(code)
        guesser.sees("Đã nhắn sai mã nhiều lần")
    own.says(code).picks("Đúng là tôi")
    own.sees("Đã nối hai tài khoản")
    town.clock.forward(minutes=11)
    guesser.says("0000-0009")
    guesser.sees("Mã này không dùng được")


def test_a_yes_that_comes_too_late_joins_nobody(town: Town) -> None:
    """The question stands on the screen for a quarter of an hour; so does Thu's, at her own account."""
    lan, other = town.citizen("Lan"), town.citizen("Lan kia")
    lan.says("liên kết")
    other.says(code_in(lan.last))
    town.clock.forward(minutes=11)
    other.picks("Đúng là tôi")
    other.sees("hết hạn")
    thu = town.moderator("Thu", on="telegram")
    thu.says("liên kết")
    other.says(code_in(thu.last)).picks("Đúng là tôi")
    town.clock.forward(minutes=11)
    thu.picks("Đúng là tôi")
    thu.sees("hết hạn")
    has_nothing(other)


@pytest.mark.parametrize("role", VICTIMS)
def test_an_invitation_opened_by_another_changes_nobody(town: Town, role: Role | None) -> None:
    """Somebody with an invitation of their own sends it as a link: the name is not the victim's, who says so."""
    victim, own = victim_of(town, role, "telegram"), town.citizen("Xuân")
    code = town.invite("Xuân", Role.INSPECTOR)
    victim.says(f"/start {code}")
    victim.sees("Mã này mời Xuân làm: ")
    victim.picks("Không phải tôi")
    victim.says("tin của tôi" if role is None else "xem")
    assert "Số 1" in victim.last or "Không còn tin nào chờ" in victim.last
    own.says(code).picks("Đúng là tôi")
    own.sees("Chào Xuân")


def test_roles_are_given_when_the_code_is_used(town: Town) -> None:
    """`invite "Thu" --role admin`: the Thu who works here has no more rights than before, until she uses it."""
    thu = town.moderator("Thu")
    printed = town.command("invite", "Thu", "--role", "admin", "--role", "publisher")
    assert town.staff("Thu").roles == {Role.MODERATOR}
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", printed)
    assert code is not None
    town.clock.catch_up()
    thu.says(code[0])
    assert town.staff("Thu").roles == {Role.MODERATOR}
    thu.picks("Đúng là tôi")
    assert town.staff("Thu").roles == {Role.MODERATOR, Role.ADMIN, Role.PUBLISHER}


def test_the_link_printed_beside_a_code_gives_its_roles_once(town: Town) -> None:
    """Ninh signs in with it and is an administrator; the role taken away, the code beside it does not bring it back."""
    town.moderator("Quản", roles=(Role.ADMIN,))
    printed = town.command("invite", "Ninh", "--role", "inspector")
    link, code = re.search(r"/desk/sign-in/\S+", printed), re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", printed)
    assert link is not None
    assert code is not None
    town.clock.catch_up()
    assert not town.staff("Ninh").roles
    with httpx2.Client(base_url=town.address, follow_redirects=True) as browser:
        token = re.search(r'name="token" value="([^"]+)"', browser.get(link[0]).text)
        assert token is not None
        assert not town.staff("Ninh").roles
        assert browser.post(link[0], data={"token": token[1]}).url.path == "/desk"
    ninh = town.staff("Ninh")
    assert ninh.roles == {Role.INSPECTOR}
    town.writes(lambda tx: people.dismiss(tx, ninh.id, Role.INSPECTOR, town.clock.now()))
    town.citizen("Ninh").says(code[0]).sees("Mã này không dùng được")
    assert not town.staff("Ninh").roles


def test_the_code_of_somebody_dismissed_ties_nobody_to_them(town: Town) -> None:
    """Long was dismissed before he used his code; whoever finds it is nobody, also when Long is invited anew."""
    code = town.invite("Long", Role.MODERATOR)
    long = town.staff("Long")
    town.writes(lambda tx: people.dismiss(tx, long.id, Role.MODERATOR, town.clock.now()))
    stranger = town.citizen("Ai đó")
    stranger.says(code)
    stranger.sees("Mã này không dùng được")
    town.invite("Long", Role.MODERATOR)
    has_nothing(stranger)


def test_an_invitation_is_for_the_account_that_used_it_and_no_other(town: Town) -> None:
    """Hoa once joined a stranger's chat with hers; invited later, she is a moderator, and the stranger is not."""
    town.moderator("Quản", roles=(Role.ADMIN,))
    hoa, stranger = town.citizen("Hoa", on="webchat"), town.citizen("Ai đó")
    hoa.reports()
    stranger.says("liên kết")
    hoa.says(code_in(stranger.last)).picks("Đúng là tôi")
    code = town.writes(
        lambda tx: invitations.invite(
            tx, people.hire(tx, "Hoa", (), town.clock.now()).id, town.clock.now(), roles=[Role.MODERATOR]
        )
    )
    hoa.says(code).picks("Đúng là tôi")
    assert town.staff("Hoa").roles == {Role.MODERATOR}
    hoa.says("xem")
    assert "Không còn tin nào chờ" in hoa.last
    town.citizen("Lan").reports()
    hoa.says("xem")
    hoa.sees("Số 2 - ")
    stranger.says("xem")
    assert "VT-2026" not in stranger.last
    with pytest.raises(NotAllowed):
        town.decides("Hoa", Act.APPROVE)


def test_a_member_of_staff_sees_every_account_that_would_come_along(town: Town) -> None:
    """Hoa's web chat asks to be joined with her moderator's account; the chat joined with it is named as well."""
    hoa, web, stranger = town.moderator("Hoa"), town.citizen("Hoa ở nhà", on="webchat"), town.citizen("Kẻ lạ")
    stranger.says("liên kết")
    web.says(code_in(stranger.last)).picks("Đúng là tôi")
    hoa.says("liên kết")
    web.says(code_in(hoa.last)).picks("Đúng là tôi")
    asked = hoa.sees("xin nối")
    assert "Trang chat" in asked
    assert "Kẻ lạ" in asked


def test_no_address_in_a_story_can_be_pressed_to_act(town: Town) -> None:
    """A story with a link to our bot and a slash word reaches the moderator's Telegram: neither can be tapped there."""
    thu, lan = town.moderator("Thu", on="telegram"), town.citizen("Lan")
    link = f"https://t.me/{town.telegram.username}?start=l_ABC"
    lan.reports(f"Hôm qua anh Lò Văn Khuyên ở thôn Bến Gỗ dọn sạch đường làng. Xem {link} hay /hoantac nhé.")
    card = thu.sees("VT-2026")
    assert link.replace("?", " ?") in card
    assert "/ hoantac" in card


def test_nobody_approves_what_they_told_by_parting_first(town: Town) -> None:
    """Thu told it from home; the two accounts are parted, and joined again the other way: it is not hers to decide."""
    own, thu, hoa = town.citizen("Thu ở nhà"), town.moderator("Thu"), town.moderator("Hòa")
    own.reports()
    thu.says("liên kết")
    own.says(code_in(thu.last)).picks("Đúng là tôi")
    thu.says("đúng là tôi")
    own.reports(RESCUE.replace("Khuyên", "Khoan"))
    thu.says("tách")
    own.reports(RESCUE.replace("Khuyên", "Khôi"))
    thu.says("xem")
    thu.sees("Không còn tin nào chờ")
    for number in (1, 2, 3):
        with pytest.raises(NotAllowed):
            town.decides("Thu", Act.APPROVE, number)
    hoa.says("xem")
    hoa.sees("VT-2026")
