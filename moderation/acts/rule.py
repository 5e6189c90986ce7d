"""What there is to know about an act, as one row: who may, what it makes of a deed, what it asks, does and undoes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from deeds.errors import NotPossible
from deeds.kinds import Act, Role, Status
from deeds.statuses import WAITING
from moderation.notices import Outcome
from storage.database import Tx
from storage.deeds import DeedRow, SubmissionRow
from storage.history import Detail, Entry
from storage.office import Office
from storage.people import Known
from texts import say


class Where(StrEnum):
    """Where an act is offered."""

    CARD = "card"  # in chat
    DESK = "desk"
    COMMAND = "command"


EVERYWHERE = frozenset(Where)


@dataclass(frozen=True)
class Who:
    """Whose button an act is; of nobody it is none."""

    roles: frozenset[Role] = frozenset()
    without_publisher: frozenset[Role] = frozenset()  # who may as well while nobody is in charge of the page


MODERATORS = frozenset({Role.MODERATOR, Role.ADMIN})


@dataclass(frozen=True)
class Order:
    """What somebody wants done to a deed. `seen` is the version they looked at; None decides on what is there."""

    act: Act
    reason_key: str | None = None  # one of the canned reasons or questions
    reason: str | None = None  # or their own words
    seen: int | None = None
    confirmed_by: str | None = None  # who vouches for person and deed, where an approval finds that missing


@dataclass(frozen=True)
class Case:
    """An order as it is carried out: by whom, on which deed as it stands before."""

    tx: Tx
    actor: Known
    deed: DeedRow
    submissions: Sequence[SubmissionRow]
    order: Order
    now: datetime


@dataclass(frozen=True)
class Done:
    """What an act changes of a deed beside its status, and what its line of history says."""

    columns: Mapping[str, object] = field(default_factory=dict)
    reason: str | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
    facts_by: str | None = None  # how facts changed with it; then they are kept as a version
    becomes: Status | None = None  # where that is not what the table of moves says


@dataclass(frozen=True)
class Reading:
    """What a sentence for a teller names besides the moderator's words."""

    number: int
    about: str
    office: Office
    now: datetime


@dataclass(frozen=True)
class Wants:
    """What must be said beside the act: here nothing. The menu in chat, the desk's form and the command ask by it."""

    form: ClassVar[str] = "nothing"

    def chosen(self, order: Order, choice: str | None) -> Order:
        """Return the order with what was tapped."""
        return replace(order, reason_key=choice)


@dataclass(frozen=True)
class Words(Wants):
    """Words for colleagues, kept with the line of history. Only the desk asks for them."""

    form: ClassVar[str] = "words"
    longest: ClassVar[int] = 300
    is_needed: bool = False


@dataclass(frozen=True)
class Choice(Wants):
    """One of a few, each with one tap; `labels` is under which key their words stand."""

    choices: tuple[str, ...]
    labels: str

    def label(self, choice: str) -> str:
        """Return what is read on the button."""
        return say(f"{self.labels}.{choice}")


@dataclass(frozen=True)
class Reason(Choice):
    """One of a few, or own words, asked first; the teller reads it."""

    form: ClassVar[str] = "reason"
    longest: ClassVar[int] = 500
    reads: Callable[[Reading, str, str], str]  # by the choice, or by own words where it is none
    missing: str  # what somebody hears who neither chose nor wrote

    def said(self, order: Order) -> str:
        """Return what was chosen or written. Raises `NotPossible` where it is neither."""
        if order.reason_key in self.choices:
            return self.label(str(order.reason_key))
        if not order.reason:
            raise NotPossible(self.missing, f"{order.act} needs words")
        return order.reason


@dataclass(frozen=True)
class Vouching(Choice):
    """Who confirmed person and deed; asked where nobody did yet."""

    form: ClassVar[str] = "vouching"

    def chosen(self, order: Order, choice: str | None) -> Order:
        """Return the order with who vouches."""
        return replace(order, confirmed_by=choice)


def plainly(case: Case) -> Done:
    """Nothing but the new status, and the words somebody gave with it."""
    return Done(reason=case.order.reason)


@dataclass(frozen=True)
class ActRule:
    """One act. Everything that lists acts is derived from these rows."""

    act: Act
    who: Who = field(default_factory=Who)
    moves: Mapping[Status, Status] | None = field(default_factory=dict)
    """What it makes of a deed in each status; elsewhere it cannot be done. None leads back to where the deed was."""
    wants: Wants = field(default_factory=Wants)
    offered: frozenset[Where] = frozenset()
    is_final: bool = False  # what it deletes does not come back, so it is asked twice
    shows_pictures: bool = False  # after it what is there may be shown outside, so nothing unseen may be among it
    is_tellers: bool = False  # a teller may do it to what they told, without any role
    check: Callable[[Case], None] = lambda _: None
    """Raises `NotPossible` with what is missing; the desk shows that in place of the button."""
    do: Callable[[Case], Done] | None = None
    """May still refuse, and leaves the deed to `decide`. None is recorded by who carries it out, and not decided."""
    follow: Callable[[Case, Entry], None] = lambda _case, _entry: None
    """What it causes once it stands in the history."""
    undo: Callable[[Case, Entry], Done] | None = None
    """Takes back what followed and returns what the deed was before; None cannot be undone."""
    tells: Callable[[Outcome], str] | None = None
    """What each teller hears when it can no longer be undone; then no question waits for an answer any more."""

    @property
    def leaves_queue(self) -> bool:
        """Tell whether a deed no longer waits after it, so that its moderator goes on to the next."""
        return any(status in WAITING and becomes not in WAITING for status, becomes in (self.moves or {}).items())
