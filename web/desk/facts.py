"""What the desk writes into a deed besides deciding: facts for the paper, the honoree's answer, what a voice says."""

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import ForPeople, NotPossible, SomebodyWasFirst
from deeds.kinds import HONOREE_THINGS
from deeds.months import local_day
from deeds.vietnamese import nfc
from moderation.facts import HOW_ASKED, Answer, correct, record_honoree
from moderation.hearing import write_down
from storage import deeds
from storage.database import Tx
from storage.deeds import DeedRow
from web.desk import facts_form
from web.desk.deed import deed_of, said_no, version_seen
from web.desk.gate import Visit, action
from web.desk.services import Services

LONGEST_WITNESS = 200


def routes(services: Services) -> list[Route]:
    """Return the routes of the three forms."""
    return [
        action(services, "/desk/deeds/{code}/facts", save_facts),
        action(services, "/desk/deeds/{code}/honoree", save_answer),
        action(services, "/desk/deeds/{code}/recordings/{piece:int}", save_transcript),
    ]


async def save_facts(visit: Visit, form: FormData) -> Response:
    """Keep the facts for the paper."""
    now = visit.now()

    def work(tx: Tx) -> None:
        read = facts_form.changes(form, local_day(now).year)
        correct(tx, visit.person, deed_of(tx, visit).id, version_seen(form), read, now, "desk")

    return await _kept(visit, form, work, "facts")


async def save_answer(visit: Visit, form: FormData) -> Response:
    """Keep what the person praised answered, thing by thing."""

    def work(tx: Tx) -> None:
        record_honoree(tx, visit.person, _unchanged(tx, visit, form).id, _answer(form), visit.now(), "desk")

    return await _kept(visit, form, work, "consent")


async def save_transcript(visit: Visit, form: FormData) -> Response:
    """Keep what a person heard in a recording."""

    def work(tx: Tx) -> None:
        words = str(form.get("words", ""))
        piece = visit.request.path_params["piece"]
        write_down(tx, visit.person, _unchanged(tx, visit, form).id, piece, words, visit.now())

    return await _kept(visit, form, work, "told")


def _unchanged(tx: Tx, visit: Visit, form: FormData) -> DeedRow:
    """Return the deed, held. Raises `SomebodyWasFirst` when it is no longer as this form saw it."""
    deed = deeds.coded(tx, deed_of(tx, visit).code, hold=True)
    assert deed is not None
    if deed.version != version_seen(form):
        raise SomebodyWasFirst("mod.changed_meanwhile", f"deed {deed.id} is at version {deed.version} by now")
    return deed


async def _kept(visit: Visit, form: FormData, work: Callable[[Tx], None], part: str) -> Response:
    try:
        await visit.write(work)
    except ForPeople as error:
        return await said_no(visit, error, form)
    code = visit.request.path_params["code"]
    return RedirectResponse(f"/desk/deeds/{code}?done={code}#{part}", 303)


def _answer(form: FormData) -> Answer:
    """Return the answer as recorded; a thing without yes or no was not asked, and then nothing is kept."""
    given = {thing: str(form.get(f"thing_{thing}", "")) for thing in HONOREE_THINGS}
    if not set(given.values()) <= {"yes", "no"}:
        raise NotPossible("desk.error.every_thing", "an answer to each thing is needed")
    how = str(form.get("how", ""))
    if how not in HOW_ASKED:
        raise NotPossible("desk.error.how_asked", "how the person was asked is needed")
    witness = nfc(str(form.get("witness", ""))).strip()[:LONGEST_WITNESS]
    allowed = frozenset(thing for thing, answer in given.items() if answer == "yes")
    return Answer(allowed, how, witness or None)
