"""The page of one deed, and every decision taken on it: one way in, the same `decide` as in chat."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import ForPeople, NotFound, NotPossible, SomebodyWasFirst
from deeds.kinds import Act
from deeds.vietnamese import nfc
from moderation.acts import ACTS, decisions
from moderation.acts.rule import Reading, Reason, Where, Words
from moderation.decide import Order, decide
from moderation.facts import HOW_ASKED
from storage import deeds, history
from storage.database import Tx
from storage.deeds import DeedRow
from storage.office import office
from web.desk import facts_form
from web.desk.deed_view import DeedView, view
from web.desk.gate import STATUS, Visit, action, page
from web.desk.queue import next_waiting
from web.desk.services import Services

DECIDED_HERE = decisions(Where.DESK)
LONGEST_WORDS = 1_000


def routes(services: Services) -> list[Route]:
    """Return the routes of a deed's page and its decisions."""
    return [
        page(services, "/desk/deeds/{code}", show),
        action(services, "/desk/deeds/{code}/decide", decide_here),
        action(services, "/desk/deeds/{code}/preview", preview),
    ]


async def show(visit: Visit) -> Response:
    """Show a deed."""
    return await show_deed(visit)


async def show_deed(
    visit: Visit,
    *,
    status: int = 200,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
    previewed: str = "",
) -> Response:
    """Show a deed; after something that did not work, with the reason and all that was typed."""
    code, now = visit.request.path_params["code"], visit.now()
    seen = await visit.read(lambda tx: view(tx, visit.person, code, now, visit.request.query_params.get("done", "")))
    return visit.show(
        "deed.html",
        status,
        view=seen,
        now=now,
        problem=problem,
        typed=typed or {},
        previewed=previewed,
        facts=facts_form.fields(seen.deed, seen.honoree, typed if typed and typed.get("form") == "facts" else None),
        lists=facts_form.LISTS,
        say_fact=facts_form.say_fact,
        how_asked=HOW_ASKED,
    )


async def said_no(visit: Visit, error: ForPeople, form: FormData) -> Response:
    """Show the deed as it stands now, why nothing was changed, and what was typed."""
    if isinstance(error, NotFound):
        raise error
    return await show_deed(visit, status=STATUS.get(type(error), 422), problem=error.sentence, typed=typed_in(form))


def typed_in(form: FormData) -> dict[str, str]:
    """Return what was typed, many ticks of one name joined by spaces."""
    return {name: " ".join(str(value) for value in form.getlist(name)) for name in form if name != "token"}


def version_seen(form: FormData) -> int:
    """Return the version of the deed the form was filled in on. Raises `NotPossible` when it says none."""
    seen = str(form.get("seen", ""))
    if not seen.isdecimal() or len(seen) > 9:
        raise NotPossible("desk.error.no_version", "the form names no version")
    return int(seen)


def deed_of(tx: Tx, visit: Visit) -> DeedRow:
    """Return the deed of this address. Raises `NotFound`."""
    deed = deeds.coded(tx, visit.request.path_params["code"])
    if deed is None:
        raise NotFound("desk.error.no_deed", "no such deed")
    return deed


async def decide_here(visit: Visit, form: FormData) -> Response:
    """Carry out a decision, then go on to the next deed that waits."""
    try:
        order = _order(form)
    except ForPeople as error:
        return await said_no(visit, error, form)

    def work(tx: Tx) -> tuple[DeedRow, str | None]:
        deed = deed_of(tx, visit)
        done = decide(tx, visit.person, deed.id, order, visit.now(), "desk")
        return done, next_waiting(tx, visit.person, deed)

    try:
        done, following = await visit.write(work)
    except SomebodyWasFirst as error:
        # The second of two clicks on one button finds its own decision: that is no conflict.
        if not await visit.read(lambda tx: _is_done_already(tx, visit, order)):
            return await said_no(visit, error, form)
        done = await visit.read(lambda tx: deed_of(tx, visit))
        following = await visit.read(lambda tx: next_waiting(tx, visit.person, done))
    except ForPeople as error:
        return await said_no(visit, error, form)
    if not ACTS[order.act].leaves_queue:
        return RedirectResponse(f"/desk/deeds/{done.code}?done={done.code}", 303)
    if following is None:
        return RedirectResponse(f"/desk?done={done.code}", 303)
    return RedirectResponse(f"/desk/deeds/{following}?done={done.code}", 303)


def _order(form: FormData) -> Order:
    act = str(form.get("act", ""))
    if act not in DECIDED_HERE:
        raise NotPossible("desk.error.no_act", f"no act {act[:40]!r}")
    reason = nfc(str(form.get("reason", ""))).strip()
    if len(reason) > LONGEST_WORDS:
        raise NotPossible("desk.error.words_too_long", "more words than a message takes", most=LONGEST_WORDS)
    wants = ACTS[Act(act)].wants
    if isinstance(wants, Words) and wants.is_needed and not reason:
        raise NotPossible("desk.error.reason_needed", f"{act} needs a reason")
    # Words typed beside a canned sentence count only where "own words" is chosen.
    key = str(form.get("reason_key", "")) or None
    confirmed_by = str(form.get("confirmed_by", "")) or None
    return Order(Act(act), None if key == "own" else key, reason or None, version_seen(form), confirmed_by)


def _is_done_already(tx: Tx, visit: Visit, order: Order) -> bool:
    mine = [entry for entry in history.of_deed(tx, deed_of(tx, visit).id) if entry.person_id == visit.person.id]
    last = mine[-1] if mine else None
    return (
        last is not None
        and last.act is order.act
        and order.seen is not None
        and last.version == order.seen + 1
        and last.undone_at is None
    )


async def preview(visit: Visit, form: FormData) -> Response:
    """Show what the teller would read of these words; nothing is sent or kept."""
    code, now = visit.request.path_params["code"], visit.now()
    try:
        order = _order(form)
        wants = ACTS[order.act].wants
        if not isinstance(wants, Reason):
            raise NotPossible("desk.error.no_act", f"nobody reads anything of {order.act}")
        if not order.reason_key and not order.reason:
            raise NotPossible("desk.error.reason_needed", "nothing to preview")
    except ForPeople as error:
        return await said_no(visit, error, form)

    def read(tx: Tx) -> str:
        seen: DeedView = view(tx, visit.person, code, now)
        reading = Reading(seen.number, seen.name, office(tx), now)
        return wants.reads(reading, order.reason_key or "", order.reason or "")

    return await show_deed(visit, typed=typed_in(form), previewed=await visit.read(read))
