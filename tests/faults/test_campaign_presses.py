"""Every role presses every act on a deed in every status, and forged buttons by the thousand: nobody gets further.

`VIECTOT_SOAK=1` (`make soak`) takes the full length.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select, update

from deeds.kinds import Act, DeedKind, Role, Status
from deeds.places import areas
from deeds.said import Inbound, Said
from handlers.front_door import Town, hear
from moderation import receive
from moderation.moves import MOVES, WHO
from moderation.receive import Telling
from storage import deeds, invitations, people
from storage.database import Database, Tx
from storage.models import Base, Deed
from storage.office import office

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
MUTATED = 10_000 if SOAK else 1_000
NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
ROLES: list[Role | None] = [None, *Role]
ADDRESS = {role: str(100 + number) for number, role in enumerate(ROLES)}
TELLER = "99"
KEPT = (
    *("deed", "submission", "honoree", "consent", "decision", "question", "attachment", "period_deed"),
    *("person", "identity", "role_grant", "invitation", "moderator_group"),
)


def hire(tx: Tx, name: str, roles: list[Role], address: str) -> people.Known:
    """Give somebody on Telegram roles."""
    hired = people.hire(tx, name, roles, NOW)
    people.identify(tx, "telegram", address, name, NOW)
    invitations.redeem(tx, invitations.invite(tx, hired.id, NOW), "telegram", address, NOW)
    return people.identify(tx, "telegram", address, name, NOW)


class Desk:
    """A real database with one deed and one person of every role, each on Telegram."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'viectot.db'}")
        Base.metadata.create_all(self.database.engine)
        self.town = Town(areas(), b"k" * 32)
        with self.database.write() as tx:
            for role in ROLES:
                hire(tx, str(role or "nobody"), [role] if role else [], ADDRESS[role])
            teller = hire(tx, "Lan", list(Role), TELLER)  # may do everything, but not to their own telling
            telling = Telling(
                "Anh Nam dọn đường sau lũ", DeedKind.INDIVIDUAL, "anh", "Lò Văn Nam", "", None, "tổ 3", None, "hôm qua",
                False, {"story": "Anh Nam dọn đường sau lũ"},
            )  # fmt: skip
            told = receive.hand_in(
                tx, telling, person_id=teller.id, messenger="telegram", chat=TELLER, draft_id=None, office=office(tx),
                receipt_key=b"k" * 32, consent_words="k", now=NOW,
            )  # fmt: skip
        self.deed_id = told.deed_id

    def deed(self, tx: Tx) -> deeds.DeedRow:
        """Return the deed as it is."""
        found = deeds.deed(tx, self.deed_id)
        assert found is not None
        return found

    def press(self, tx: Tx, sender: str, choice: str) -> None:
        """Somebody presses a button that carries this."""
        said = Said(choice=choice, message="1")
        hear(tx, Inbound(f"p:{choice}", "telegram", sender, sender, said, b"{}", press="1"), self.town, NOW)

    def kept(self, tx: Tx) -> list[object]:
        """Return everything a press could change besides what is said."""
        return [list(tx.execute(select(Base.metadata.tables[name]))) for name in KEPT]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One deed on the desk."""
    made = Desk(tmp_path)
    yield made
    made.database.close()


class Undo(Exception):
    """Roll back: the next press finds everything as it was."""


def outcome(desk: Desk, status: Status, act: Act, sender: str) -> Status:
    """Return what a press makes of a deed in a status; nothing of it stays."""
    become = status
    try:
        with desk.database.write() as tx:
            tx.execute(update(Deed).where(Deed.id == desk.deed_id).values(status=status))
            seen = desk.deed(tx).version
            chosen = {Act.ASK: ".witness", Act.REJECT: ".duty", Act.REDIRECT: ".sure", Act.APPROVE: ".police"}
            reason = chosen.get(act, "")
            desk.press(tx, sender, f"deed.{desk.deed_id}.{act}.{seen}{reason}")
            become = desk.deed(tx).status
            raise Undo
    except Undo:
        return become


@pytest.mark.parametrize("status", Status)
def test_a_press_does_what_the_tables_allow_and_nothing_else(desk: Desk, status: Status) -> None:
    """Walked over every role and act: only what both tables allow happens, and nothing by who told the deed."""
    did: set[Act] = set()
    for role, act in product(ROLES, Act):
        became = outcome(desk, status, act, ADDRESS[role])
        if became is status:
            continue
        did.add(act)
        assert role in WHO.get(act, ()), f"{role} may not {act}"
        assert MOVES[status].get(act) is became or act is Act.UNDO, f"{act} made {became} of {status}"
    assert all(outcome(desk, status, act, TELLER) is status for act in Act)
    decided = {act for act in (Act.APPROVE, Act.REJECT, Act.ASK) if MOVES[status].get(act, status) is not status}
    assert decided <= did, "the desk itself could not decide: the test proves nothing"


def mutations(button: str, chance: random.Random) -> str:
    """Return a button's payload changed as somebody playing with a client would, at most 64 bytes."""
    parts = button.split(".")
    strange = ["", "0", "-1", "9" * 30, "1e3", "٣", "NaN", "' OR 1=1 --", "\x00", "🙏", "sure", "write", "duty", "None"]
    match chance.randrange(5):
        case 0:
            parts[chance.randrange(len(parts))] = chance.choice([*strange, *Act, *Role])
        case 1:
            parts.insert(chance.randrange(len(parts) + 1), chance.choice([*strange, *Act]))
        case 2:
            del parts[chance.randrange(len(parts))]
        case 3:
            chance.shuffle(parts)
        case _:
            at = chance.randrange(len(button))
            return (
                button[:at]
                + chr(chance.choice((chance.randrange(32, 127), chance.randrange(1, 0x2FFF))))
                + button[at + 1 :]
            )
    return ".".join(parts).encode()[:64].decode(errors="ignore")


def test_a_forged_button_changes_nothing(desk: Desk) -> None:
    """Payloads bent in every way, pressed by people without the right to decide: not a row of the desk changes."""
    chance = random.Random(11)
    without = [ADDRESS[role] for role in ROLES if role not in (Role.MODERATOR, Role.PUBLISHER, Role.ADMIN)] + [TELLER]
    with desk.database.write() as tx:
        version = desk.deed(tx).version
        before = desk.kept(tx)
        for _ in range(MUTATED):
            button = f"deed.{desk.deed_id}.{chance.choice(list(Act))}.{version}"
            desk.press(tx, chance.choice(without), mutations(button, chance))
        assert desk.kept(tx) == before


def test_a_button_older_than_a_decision_changes_nothing(desk: Desk) -> None:
    """Even who may decide decides only what they saw: buttons from before a decision, or of no deed, are stale."""
    chance = random.Random(12)
    with desk.database.write() as tx:
        desk.press(tx, ADDRESS[Role.ADMIN], f"deed.{desk.deed_id}.{Act.APPROVE}.{desk.deed(tx).version}.police")
        version = desk.deed(tx).version
        before = desk.kept(tx)
        for _ in range(MUTATED // 10):
            old = f"deed.{desk.deed_id}.{chance.choice(list(Act))}.{chance.randrange(version)}.duty"
            unknown = f"deed.{desk.deed_id + chance.randrange(1, 10**9)}.{Act.APPROVE}.{version}"
            desk.press(tx, ADDRESS[Role.MODERATOR], chance.choice((old, unknown)))
        assert desk.deed(tx).status is Status.APPROVED
        assert desk.kept(tx) == before
