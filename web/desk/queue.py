"""The queue: what waits for a decision, urgent first, then who waits longest; every filter stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.kinds import Role, Status
from deeds.months import Month, month_of, month_window
from deeds.vietnamese import cut_at_sentence, fold
from storage import attachments, deeds, inbox, outbox
from storage.database import Tx
from storage.deeds import DeedRow
from storage.office import office
from storage.people import Known
from web.desk.gate import ANYBODY_AT_THE_DESK, READERS, Visit, page
from web.desk.services import Services
from web.desk.toast import Toast, toast_for

WAITING = (Status.RECEIVED, Status.IN_REVIEW)
FILTERS: dict[str, tuple[Status, ...]] = {
    "waiting": WAITING,
    "needs_info": (Status.NEEDS_INFO,),
    "approved": (Status.APPROVED,),
    "published": (Status.PUBLISHED,),
    "rejected": (Status.REJECTED,),
    "gone": (Status.WITHDRAWN, Status.MERGED, Status.REDIRECTED),
    "all": tuple(Status),
}
PER_PAGE = 50
_FOUND_AT_MOST = 1_000
_SENTENCE_CHARS = 160
_PAGES_AT_MOST = 40


@dataclass(frozen=True)
class Line:
    """One deed of the list."""

    deed: DeedRow
    number: int
    honoree: str
    sentence: str
    photos: int
    voices: int
    messenger: str
    is_own: bool


@dataclass(frozen=True)
class Counters:
    """The figures above the list."""

    waiting: int
    oldest: datetime | None
    approved: int
    month: Month
    parked: int
    dead: int


def routes(services: Services) -> list[Route]:
    """Return the route of the queue."""
    return [page(services, "/desk", show, ANYBODY_AT_THE_DESK)]


async def show(visit: Visit) -> Response:
    """Show the queue; who reads papers only is shown those."""
    if visit.person.roles.isdisjoint(READERS):
        return RedirectResponse("/desk/papers", 303)
    asked = visit.request.query_params
    chosen = asked.get("status", "waiting")
    chosen = chosen if chosen in FILTERS else "waiting"
    words = " ".join(asked.get("words", "").split())[:200]
    number = min(int(asked["page"]), _PAGES_AT_MOST) if asked.get("page", "").isdecimal() else 1
    number = max(number, 1)
    now = visit.now()

    def read(tx: Tx) -> tuple[list[Line], bool, Counters, Toast | None, dict[str, int]]:
        rows = listed(tx, chosen, words, number * PER_PAGE + 1)
        shown = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
        lines = [_line(tx, deed, visit.person) for deed in shown]
        counts = {name: deeds.count_in(tx, *statuses) for name, statuses in FILTERS.items()}
        toast = toast_for(tx, visit.person, asked.get("done", ""), now)
        return lines, len(rows) > number * PER_PAGE, _counters(tx, now), toast, counts

    lines, has_more, counters, toast, counts = await visit.read(read)
    return visit.show(
        "queue.html",
        lines=lines,
        counters=counters,
        counts=counts,
        chosen=chosen,
        words=words,
        toast=toast,
        now=now,
        earlier=_address(chosen, words, number - 1) if number > 1 else None,
        later=_address(chosen, words, number + 1) if has_more else None,
        sees_problems=visit.person.is_any(Role.MODERATOR, Role.ADMIN, Role.INSPECTOR),
    )


def listed(tx: Tx, chosen: str, words: str, at_most: int) -> Sequence[DeedRow]:
    """Return the deeds of a filter; what waits comes urgent first and oldest first, the rest newest first."""
    statuses = FILTERS[chosen]
    folded = fold(words)
    if chosen in ("waiting", "needs_info") and not folded:
        return deeds.in_status(tx, *statuses, at_most=at_most)
    if chosen == "all":
        return deeds.recent(tx, at_most, words=folded)
    found = [deed for status in statuses for deed in deeds.recent(tx, _FOUND_AT_MOST, status=status, words=folded)]
    if chosen in ("waiting", "needs_info"):
        found.sort(key=lambda deed: (not deed.urgent, deed.id))
    else:
        found.sort(key=lambda deed: -deed.id)
    return found[:at_most]


def next_waiting(tx: Tx, person: Known, after: DeedRow | None) -> DeedRow | None:
    """Return the deed to look at after this one, in the order of the queue; one's own telling is passed over."""
    waiting = [
        deed
        for deed in deeds.in_status(tx, *WAITING, at_most=PER_PAGE)
        if all(told.person_id != person.id for told in deeds.submissions_of(tx, deed.id))
    ]
    if after is None:
        return next(iter(waiting), None)
    here = (not after.urgent, after.id)
    behind = [deed for deed in waiting if (not deed.urgent, deed.id) > here]
    before = [deed for deed in waiting if (not deed.urgent, deed.id) < here]
    return next(iter([*behind, *before]), None)


def _line(tx: Tx, deed: DeedRow, person: Known) -> Line:
    told = deeds.submissions_of(tx, deed.id)
    pieces = attachments.of_deed(tx, deed.id)
    return Line(
        deed,
        number=told[0].number if told else 0,
        honoree=deeds.honoree_of(tx, deed.id).display,
        sentence=cut_at_sentence(deed.summary or deed.story, _SENTENCE_CHARS),
        photos=sum(piece.kind == "photo" and piece.state != "refused" for piece in pieces),
        voices=sum(piece.kind == "voice" for piece in pieces),
        messenger=told[0].messenger if told else "desk",
        is_own=any(one.person_id == person.id for one in told),
    )


def _counters(tx: Tx, now: datetime) -> Counters:
    first_day = office(tx).first_day
    month = month_of(now, first_day)
    window = month_window(month, first_day)
    received = [deed for status in WAITING for deed in deeds.in_status(tx, status)]
    return Counters(
        waiting=deeds.count_in(tx, *WAITING),
        oldest=min((deed.received_at for deed in received), default=None),
        approved=len(deeds.approved_in(tx, window.starts, window.ends)),
        month=month,
        parked=inbox.count_parked(tx),
        dead=len(outbox.stuck(tx)),
    )


def _address(chosen: str, words: str, number: int) -> str:
    return "/desk?" + urlencode({"status": chosen, "words": words, "page": number})
