"""Who must be called: told by what a closed window holds back, for so long, and nobody else; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from deeds.kinds import Role
from deeds.said import Prompt
from storage import calls, counters, deeds, inbox, invitations, outbox, people, windows
from storage.calls import Call
from storage.database import Database, Tx
from storage.models import OutboxMessage

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
DAY = timedelta(days=1)
OUTCOME = "Tin số 47 đã được xác minh."


def hears(tx: Tx, chat: str, at: datetime, messenger: str = "zalo_oa") -> int:
    """Let somebody write; returns who."""
    inbox.note(tx, f"{messenger} {chat} {at}", messenger, chat, b"x", at)
    return people.identify(tx, messenger, chat, "", at).id


def holds(tx: Tx, chat: str, words: str = OUTCOME, at: datetime = NOW, **more: Any) -> None:
    """Let something wait that cannot be told to a chat."""
    outbox.put(tx, "zalo_oa", chat, Prompt(words, **more), at)
    for message in outbox.claim(tx, "zalo_oa", at, 100):
        windows.hold(tx, message, "too long")


def of(tx: Tx, now: datetime = NOW) -> list[tuple[str | None, tuple[str, ...]]]:
    """Return the numbers to call, with what is to be told."""
    return [(call.phone, call.texts) for call in calls.waiting_calls(tx, now)]


def tells(tx: Tx, person: int, number: int, **more: Any) -> None:
    """Let somebody have handed something in."""
    columns = {"status": "received", "version": 1, "kind": "individual", "section": "good_deed", "target_groups": []}
    texts = dict.fromkeys(("summary", "story", "search", "when_text", "place_text"), "")
    deed = deeds.new_deed(tx, code=f"VT-{number}", urgent=False, about_child=False, received_at=NOW, **columns, **texts)
    deeds.new_submission(
        tx, number=number, receipt_hmac=f"r{number}", person_id=person, messenger="zalo_oa", chat="lan", deed_id=deed,
        told={}, told_at=NOW, **more,
    )  # fmt: skip


def only(tx: Tx, now: datetime = NOW) -> Call:
    """Return the one call that waits."""
    (call,) = calls.waiting_calls(tx, now)
    return call


def test_after_seven_silent_days_somebody_must_be_called(database: Database) -> None:
    """Not a second earlier; with everything that waits for them, the number they left, what they handed in."""
    with database.write() as tx:
        lan = hears(tx, "lan", NOW - 7 * DAY)
        people.keep_phone(tx, lan, "0912345678")
        tells(tx, lan, 48)
        tells(tx, lan, 47)
        tells(tx, lan, 46, withdrawn_at=NOW)
        holds(tx, "lan", at=NOW - 2 * DAY)
        holds(tx, "lan", "Tin số 48 đã đăng.", at=NOW - DAY)
        assert of(tx, NOW - timedelta(seconds=1)) == []
        call = only(tx)
        assert (call.person_id, call.name, call.phone, call.numbers) == (lan, None, "0912345678", (47, 48))
        assert (call.texts, call.since) == ((OUTCOME, "Tin số 48 đã đăng."), NOW - 2 * DAY)


def test_who_wrote_lately_or_has_nothing_waiting_is_not_called(database: Database) -> None:
    """One wrote again six days ago, one was told everything, one is a group, one only has a card at the desk."""
    with database.write() as tx:
        for chat in ("lan", "an", "group", "thu"):
            inbox.note(tx, chat, "zalo_oa", chat, b"x", NOW - 30 * DAY)
        hears(tx, "lan", NOW - 6 * DAY)
        hears(tx, "an", NOW - 30 * DAY)
        thu = hears(tx, "thu", NOW - 30 * DAY)
        hears(tx, "group", NOW - 30 * DAY, messenger="telegram")  # the same letters elsewhere are somebody else
        for chat in ("lan", "group"):
            holds(tx, chat)
        holds(tx, "thu", "Tin mới", send_key=f"card:1:zalo_oa:thu:{thu}")
        outbox.put(tx, "zalo_oa", "an", Prompt(OUTCOME), NOW)
        assert of(tx) == []
        assert of(tx, NOW + 2 * DAY) == [(None, (OUTCOME,))]


def test_staff_are_called_by_name_and_who_waits_longest_comes_first(database: Database) -> None:
    """An alert no chat of theirs could take; a number nobody left is no number."""
    with database.write() as tx:
        hears(tx, "thu", NOW - 9 * DAY)
        code = invitations.invite(tx, people.hire(tx, "Thu", [Role.MODERATOR], NOW).id, NOW)
        invitations.redeem(tx, code, "zalo_oa", "thu", NOW)
        hears(tx, "lan", NOW - 9 * DAY)
        holds(tx, "thu", "Có tin gấp.", at=NOW - DAY)
        holds(tx, "lan", at=NOW - 2 * DAY)
        assert [(call.name, call.phone, call.texts) for call in calls.waiting_calls(tx, NOW)] == [
            (None, None, (OUTCOME,)),
            ("Thu", None, ("Có tin gấp.",)),
        ]


def test_what_was_told_on_the_telephone_is_never_sent(database: Database) -> None:
    """The words go, who called stays, it is counted; the person writes again and hears nothing twice."""
    with database.write() as tx:
        lan = hears(tx, "lan", NOW - 8 * DAY)
        an = hears(tx, "an", NOW - 8 * DAY)
        holds(tx, "lan")
        holds(tx, "an", "cho An")
        call = next(one for one in calls.waiting_calls(tx, NOW) if one.person_id == lan)
        assert calls.mark_called(tx, lan, 5, NOW, seen=call.seen)
        assert only(tx).person_id == an
        kept = select(OutboxMessage.state, OutboxMessage.body, OutboxMessage.error).where(OutboxMessage.chat == "lan")
        row = tx.execute(kept).one()
        assert (row.state, row.body) == ("forgotten", {})
        assert row.error == f"told on the telephone by person 5 at {NOW.isoformat()}"
        assert counters.tally(tx, "called.2026-11") == 1
        windows.release(tx, "zalo_oa", "lan", NOW)
        assert outbox.claim(tx, "zalo_oa", NOW, 10) == []
        assert not calls.mark_called(tx, lan, 6, NOW, seen=call.seen)
        assert counters.tally(tx, "called.2026-11") == 1


def test_nobody_ticks_off_what_they_have_not_read(database: Database) -> None:
    """More came, words changed, or the person wrote again since the page was shown: nothing is forgotten."""
    with database.write() as tx:
        lan = hears(tx, "lan", NOW - 8 * DAY)
        holds(tx, "lan")
        before = only(tx)
        holds(tx, "lan", "Tin số 48 đã đăng.")
        assert not calls.mark_called(tx, lan, 5, NOW, seen=before.seen)
        now_two = only(tx)
        tx.execute(update(OutboxMessage).where(OutboxMessage.id == now_two.messages[0]).values(body={"text": "khác"}))
        assert not calls.mark_called(tx, lan, 5, NOW, seen=now_two.seen)
        changed = only(tx)
        windows.release(tx, "zalo_oa", "lan", NOW)
        assert not calls.mark_called(tx, lan, 5, NOW, seen=changed.seen)
        assert not calls.mark_called(tx, 99, 5, NOW, seen="")
        states = tx.execute(select(OutboxMessage.state)).scalars().all()
        assert states == ["waiting", "waiting"]


def test_an_erased_person_is_not_called(database: Database) -> None:
    """Number, words and the line of the list go with everything else."""
    from storage import erasure

    with database.write() as tx:
        lan = hears(tx, "lan", NOW - 8 * DAY)
        people.keep_phone(tx, lan, "0912345678")
        holds(tx, "lan")
        assert only(tx).phone == "0912345678"
        erasure.erase_person(tx, lan, NOW)
        assert of(tx) == []
