"""The queue: what waits for a decision, urgent first, then who waits longest; every filter stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.kinds import Role, Status
from deeds.months import Month
from deeds.statuses import ASKED, GONE, LEFT_OUT, UNDECIDED, WAITING
from deeds.vietnamese import cut_at_sentence, fold
from storage import attachments, deeds, inbox, periods, undelivered
from storage.database import Tx
from storage.deeds import DeedRow
from storage.people import Known
from texts import say
from web.desk.gate import ANYBODY_AT_THE_DESK, READERS, Visit, page
from web.desk.services import Services
from web.desk.toast import Toast, toast_for

FILTERS: dict[str, tuple[Status, ...]] = {
    "waiting": WAITING,
    "needs_info": ASKED,
    "approved": (Status.APPROVED,),
    "published": (Status.PUBLISHED,),
    "rejected": LEFT_OUT,
    "gone": GONE,
    "all": tuple(Status),
}
PER_PAGE = 50
_FOUND_AT_MOST = 1_000
_COUNTED_AT_MOST = 1_000  # how many more there are helps nobody, and counting a million of them takes its time
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
    number = min(int(asked["page"][:9]), _PAGES_AT_MOST) if asked.get("page", "").isdecimal() else 1
    number = max(number, 1)
    now = visit.now()

    def read(tx: Tx) -> tuple[list[Line], bool, Counters, Toast | None, dict[str, str]]:
        rows = listed(tx, chosen, words, number * PER_PAGE + 1)
        shown = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
        lines = _lines(tx, shown, visit.person)
        counts = {name: _say_count(tx, statuses) for name, statuses in FILTERS.items()}
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
    is_queue = set(statuses) <= set(UNDECIDED)
    if is_queue and not folded:
        return deeds.in_status(tx, *statuses, at_most=at_most)
    if chosen == "all":
        return deeds.recent(tx, at_most, words=folded)
    most = _FOUND_AT_MOST if is_queue else at_most
    found = [deed for status in statuses for deed in deeds.recent(tx, most, status=status, words=folded)]
    found.sort(key=deeds.place_in_queue if is_queue else lambda deed: (False, -deed.id))
    return found[:at_most]


def next_waiting(tx: Tx, person: Known, after: DeedRow | None) -> str | None:
    """Return the code of the deed to look at after this one, in the order of the queue; one's own is passed over."""
    return deeds.next_in_queue(tx, WAITING, person.selves | {person.id}, after)


def _lines(tx: Tx, shown: Sequence[DeedRow], person: Known) -> list[Line]:
    ids = [deed.id for deed in shown]
    told = deeds.submissions_of_each(tx, ids)
    pieces = attachments.of_deeds(tx, ids)
    honorees = deeds.honorees_of(tx, ids)
    return [
        Line(
            deed,
            number=told[deed.id][0].number if told[deed.id] else 0,
            honoree=honorees[deed.id].display,
            sentence=cut_at_sentence(deed.summary or deed.story, _SENTENCE_CHARS),
            photos=sum(piece.kind == "photo" and piece.state != "refused" for piece in pieces[deed.id]),
            voices=sum(piece.kind == "voice" for piece in pieces[deed.id]),
            messenger=told[deed.id][0].messenger if told[deed.id] else "desk",
            is_own=any(person.has_been(one.person_id) for one in told[deed.id]),
        )
        for deed in shown
    ]


def _say_count(tx: Tx, statuses: Sequence[Status]) -> str:
    count = deeds.count_in(tx, *statuses, at_most=_COUNTED_AT_MOST + 1)
    return str(count) if count <= _COUNTED_AT_MOST else say("desk.count.more_than", most=_COUNTED_AT_MOST)


def _counters(tx: Tx, now: datetime) -> Counters:
    window = periods.open_window(tx, now)
    return Counters(
        waiting=deeds.count_in(tx, *WAITING),
        oldest=deeds.oldest_in(tx, *WAITING),
        approved=deeds.count_approved_in(tx, window.starts, window.ends),
        month=window.month,
        parked=inbox.count_parked(tx),
        dead=undelivered.count_stuck(tx),
    )


def _address(chosen: str, words: str, number: int) -> str:
    return "/desk?" + urlencode({"status": chosen, "words": words, "page": number})
