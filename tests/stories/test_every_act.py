"""Every act, wherever its row says it is offered: a card's button, a form of the desk, a command; and back again."""

import re

import httpx2

from deeds.kinds import HONOREE_THINGS, Act, Role, Status
from deeds.statuses import STANDING, WAITING
from moderation import cards
from moderation.acts import ACTS, decisions
from moderation.acts.rule import ActRule, Choice, Reason, Vouching, Where, Words
from storage import deeds
from tests.cast import Speaker
from tests.town import Town
from texts import say


def offered(where: Where) -> list[ActRule]:
    """Return the acts that can be done here, what is final last; undo follows each of the others."""
    return sorted((ACTS[act] for act in decisions(where) if act is not Act.UNDO), key=lambda rule: rule.is_final)


def begins(town: Town, *, on: str = "plain") -> Speaker:
    """Lan told a deed of somebody who allows everything."""
    thu = town.moderator("Thu", on=on, roles=(Role.MODERATOR, Role.PUBLISHER))
    town.citizen("Lan").reports()
    town.asks_honoree("Thu", *HONOREE_THINGS)
    town.settle()
    return thu


def stands(town: Town, rule: ActRule) -> tuple[Status, Status]:
    """Let the deed and its card stand where an act can begin; return that, and where the act leads."""
    assert rule.moves
    begin, becomes = next(iter(rule.moves.items()))
    at = town.clock.now()
    columns = {
        "status": begin.value, "summary": "Cứu người khỏi suối.", "confirmed_person": None,
        "approved_at": at, "published_at": at if begin is Status.PUBLISHED else None,
    }  # fmt: skip
    town.writes(lambda tx: deeds.change(tx, 1, town.deed().version, **columns))
    town.writes(lambda tx: cards.refresh(tx, 1, town.clock.now()))
    town.settle()
    return begin, becomes


def test_every_button_of_a_card_does_what_it_says(town: Town) -> None:
    """One tap, one more where something is asked or deleted, and one that takes it back where that is possible."""
    thu = begins(town, on="telegram")
    for rule in offered(Where.CARD):
        act = rule.act
        begin, becomes = stands(town, rule)
        thu.reads_all()
        thu.picks(say(f"mod.button.{act}"))
        if isinstance(rule.wants, Choice):
            thu.sees(say(f"mod.{act}.choose", number=1, about="Anh Lò Văn Khuyên"))
            thu.picks(rule.wants.label(rule.wants.choices[0]))
        if rule.is_final:
            assert town.deed().status is begin, f"{act} does not come back and is asked twice"
            thu.picks(say(f"mod.{act}.sure"))
        assert town.deed().status is becomes, act
        thu.sees(say(f"mod.done.{act}", number=1, about="Anh Lò Văn Khuyên", waiting=int(becomes in WAITING)))
        back = say("mod.button.undo", act=say(f"act.{act}"))
        assert (back in thu.choices) is (rule.undo is not None), act
        if rule.undo is not None:
            thu.picks(back)
            assert town.deed().status is begin, act


def test_own_words_go_where_a_choice_goes(town: Town) -> None:
    """Of every act that takes them: tapped "write", then typed."""
    thu = begins(town, on="telegram")
    for rule in offered(Where.CARD):
        if isinstance(rule.wants, Reason):
            _, becomes = stands(town, rule)
            thu.picks(say(f"mod.button.{rule.act}")).picks(say("mod.reason.write"))
            thu.sees(say(f"mod.{rule.act}.write", number=1))
            thu.says("chưa rõ ai đã thấy")
            assert town.deed().status is becomes, rule.act
            thu.says("hoàn tác")


def test_every_form_of_the_desk_does_what_it_says(town: Town) -> None:
    """The page of the deed shows it, it asks for all that the act wants, and what was done is taken back there."""
    begins(town)
    link = re.sub(r"^https?://[^/]+", "", town.command("login-link", "Thu").strip())
    town.clock.catch_up()
    with httpx2.Client(base_url=town.address, follow_redirects=True) as browser:
        token = re.search(r'name="token" value="([^"]+)"', browser.get(link).text)
        assert token is not None
        browser.post(link, data={"token": token[1]})
        path = f"/desk/deeds/{town.deed().code}"
        for rule in offered(Where.DESK):
            begin, becomes = stands(town, rule)
            asked = _form_of(browser.get(path).text, rule.act)
            assert {"token", "seen", *_fields(rule)} <= asked.keys(), rule.act
            browser.post(f"{path}/decide", data={**asked, "act": rule.act.value})
            assert town.deed().status is becomes, rule.act
            shown = browser.get(path).text
            assert ('data-act="undo"' in shown) is (rule.undo is not None), rule.act
            if rule.undo is not None:
                browser.post(f"{path}/decide", data={**_form_of(shown, Act.UNDO), "act": "undo"})
                assert town.deed().status is begin, rule.act


def _form_of(page: str, act: Act) -> dict[str, str]:
    """Return what a browser posts of the form with this act's button, the first choice taken, words typed."""
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'data-act="{act}"' in form)
    tags = re.findall(r"<(?:input|button|textarea)[^>]*>", form)
    fields: dict[str, str] = {}
    for tag in tags:
        at = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in at:
            fields.setdefault(at["name"], at.get("value") or "như đã trao đổi")
    return fields


def _fields(rule: ActRule) -> tuple[str, ...]:
    match rule.wants:
        case Vouching():
            return ("confirmed_by",)
        case Reason():
            return ("reason_key", "reason")
        case Words():
            return ("reason",)
        case _:
            return ()


def test_every_act_of_the_command_line_does_what_it_says(town: Town) -> None:
    """By name, with what it wants as options, and taken back by command."""
    begins(town)
    options = {"confirmed_by": "--confirmed-by", "reason_key": "--reason", "reason": "--reason"}
    for rule in offered(Where.COMMAND):
        begin, becomes = stands(town, rule)
        choice = rule.wants.choices[0] if isinstance(rule.wants, Choice) else "như đã trao đổi"
        said = [part for name in _fields(rule)[:1] for part in (options[name], choice)]
        town.command("decide", town.deed().code, rule.act.value, "--by", "Thu", *said)
        assert town.deed().status is becomes, rule.act
        if becomes in STANDING and rule.undo is not None:  # once is enough: each command is a process of its own
            town.command("decide", town.deed().code, "undo", "--by", "Thu")
            assert town.deed().status is begin, rule.act
