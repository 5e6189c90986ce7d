"""Every act has its row, and what the row promises is there: words, a place where it is offered, a way back."""

import pkgutil
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import select

from deeds.errors import NotPossible
from deeds.kinds import HONOREE_THINGS, Act, Status
from deeds.statuses import ASKED
from moderation import acts, cards, facts
from moderation.acts import ACTS
from moderation.acts.rule import ActRule, Choice, Reason, Vouching, Where, Words
from moderation.decide import Order, decide
from moderation.moves import UNDOABLE, WHO
from storage import deeds, history
from storage.models import OutboxMessage
from tests.rules.test_moves import Desk, desk
from texts import has
from web.desk.deed_view import BUTTONS

__all__ = ["desk"]
DECIDED = [rule for rule in ACTS.values() if rule.do is not None and rule.moves]  # undo follows each of them
FROM = [(rule, status) for rule in DECIDED for status in rule.moves or ()]


def chosen(rule: ActRule) -> dict[str, str | None]:
    """Return what is said beside the act, as its row asks for it."""
    match rule.wants:
        case Reason(choices=choices):
            return {"reason_key": choices[0]}
        case Vouching(choices=choices):
            return {"confirmed_by": choices[0], "reason_key": None}
        case Words():
            return {"reason": "như đã trao đổi", "reason_key": None}
        case _:
            return {"reason_key": None}


def puts(desk: Desk, status: Status) -> deeds.DeedRow:
    """Let the deed stand in a status, with everything done that any act needs."""
    with desk.database.write() as tx:
        answer = facts.Answer(frozenset(HONOREE_THINGS), "met")
        told = facts.record_honoree(tx, desk.thu, desk.deed_id, answer, desk.now, "desk")
        at = {"approved_at": desk.now, "published_at": desk.now if status is Status.PUBLISHED else None}
        deeds.change(tx, desk.deed_id, told.version, status=status.value, summary="Dọn đường sau lũ.", **at)
        if status in ASKED:
            (sent,) = deeds.submissions_of(tx, desk.deed_id)
            closes = desk.now + timedelta(days=7)
            history.ask(tx, desk.deed_id, sent.id, sent.person_id, "Ai thấy?", desk.thu.id, desk.now, closes)
    return desk.deed()


def outcomes(desk: Desk) -> int:
    """Return how many outcomes wait for the teller."""
    with desk.database.read() as tx:
        found = tx.execute(select(OutboxMessage.id).where(OutboxMessage.send_key.startswith("outcome:"))).all()
    return len(found)


def questions(desk: Desk) -> int:
    """Return how many questions wait for the teller's answer."""
    with desk.database.read() as tx:
        asked = history.questions_of(tx, desk.deed_id)
    return sum(one.answered_at is None and one.cancelled_at is None for one in asked)


def ids(one: object) -> str:
    """Name a case by act and status."""
    return one.act.value if isinstance(one, ActRule) else str(one)


def test_every_act_has_one_row() -> None:
    """Also those that are only recorded; and every module that describes an act is in the list."""
    assert set(ACTS) == set(Act)
    assert all(rule.act is act for act, rule in ACTS.items())
    modules = [import_module(f"{acts.__name__}.{found.name}") for found in pkgutil.iter_modules(acts.__path__)]
    described = [module.RULE for module in modules if hasattr(module, "RULE")]
    assert all(ACTS[rule.act] is rule for rule in described)
    assert {rule.act for rule in described} == {rule.act for rule in DECIDED}


@pytest.mark.parametrize("act", Act)
def test_every_act_has_its_words_wherever_it_is_offered(act: Act) -> None:
    """What the act is called, its buttons, what is asked beside it, and what was done."""
    rule, needed = ACTS[act], [f"act.{act}"]
    is_choice, is_worded = isinstance(rule.wants, Choice), isinstance(rule.wants, Reason)
    if Where.CARD in rule.offered:
        needed += [f"mod.button.{act}", f"mod.done.{act}"]
        needed += [f"mod.{act}.choose"] * is_choice + [f"mod.{act}.write"] * is_worded
        needed += [f"mod.{act}.ask", f"mod.{act}.sure"] * rule.is_final
    if Where.DESK in rule.offered and rule.do is not None:
        needed += [f"desk.decide.{act}", *[f"desk.decide.{act}.legend"] * is_choice]
        needed += [f"desk.decide.{act}.own"] * is_worded + [f"desk.decide.{act}.go"] * (is_worded or rule.is_final)
        needed += [f"desk.decide.{act}.explained"] * rule.is_final
    assert [key for key in needed if not has(key)] == []
    if isinstance(rule.wants, Choice):
        assert all(rule.wants.label(choice) for choice in rule.wants.choices)


@pytest.mark.parametrize("rule", ACTS.values(), ids=ids)
def test_what_is_offered_is_somebodys_and_can_be_done(rule: ActRule) -> None:
    """Nothing is decided that nobody may, or that is offered nowhere; what is final asks for words and has no undo."""
    assert bool(rule.offered) is bool(rule.who.roles) is (rule.act in WHO)
    assert rule.do is None or rule.offered
    assert not rule.is_final or (isinstance(rule.wants, Words) and rule.wants.is_needed and rule.undo is None)
    assert (rule in BUTTONS) is (Where.DESK in rule.offered and rule.act is not Act.UNDO)


@pytest.mark.parametrize(("rule", "status"), FROM, ids=ids)
def test_every_decision_is_undone_or_cannot_be(desk: Desk, rule: ActRule, status: Status) -> None:
    """From every status it begins in: the deed is again as it was, and nobody hears or answers what was taken back."""
    before = puts(desk, status)
    assert rule.moves is not None
    assert desk.decides(desk.hoa, rule.act, **chosen(rule)) is rule.moves[status]
    assert (desk.deed().published_at is not None) is (desk.deed().status is Status.PUBLISHED)
    assert outcomes(desk) == (rule.tells is not None)
    assert rule.tells is None or questions(desk) == 0
    assert (rule.act in UNDOABLE) is (rule.undo is not None) is not rule.is_final
    if rule.undo is None:
        with pytest.raises(NotPossible):
            desk.decides(desk.hoa, Act.UNDO)
        return
    assert desk.decides(desk.hoa, Act.UNDO) is status
    assert replace(desk.deed(), version=before.version) == before
    assert outcomes(desk) == questions(desk) == 0


@pytest.mark.parametrize("status", Status)
def test_a_card_has_a_button_for_every_act_it_offers(desk: Desk, status: Status) -> None:
    """Exactly those that are possible in this status."""
    deed = puts(desk, status)
    with desk.database.read() as tx:
        pressed = {option.id.split(".")[2] for option in cards.card_options(tx, deed, desk.now)}
    offered = {rule.act for rule in DECIDED if Where.CARD in rule.offered and status in (rule.moves or ())}
    assert pressed == offered


def test_who_cannot_be_asked_is_not_asked(desk: Desk) -> None:
    """The only teller can no longer be written to: it is said before anything is changed."""
    before, lines = desk.deed(), desk.lines()
    with desk.database.write() as tx:
        (told,) = deeds.submissions_of(tx, desk.deed_id)
        deeds.change_submission(tx, told.id, person_id=None)
        with pytest.raises(NotPossible):  # whoever carries on in this transaction keeps nothing of it
            decide(tx, desk.thu, desk.deed_id, Order(Act.ASK, reason_key="witness"), desk.now, "desk")
    assert (desk.deed(), desk.lines()) == (before, lines)
