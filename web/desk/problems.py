"""What went wrong and waits for a person: events that could not be carried through, messages that did not arrive."""

from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import NotPossible
from deeds.kinds import Role
from deeds.vietnamese import cut_at_sentence
from storage import inbox, undelivered
from storage.database import Tx
from texts import say
from web.desk.gate import Visit, action, page
from web.desk.services import Services

READ = frozenset({Role.MODERATOR, Role.INSPECTOR, Role.ADMIN})
MEND = frozenset({Role.MODERATOR, Role.ADMIN})
_MESSAGE_CHARS = 200


@dataclass(frozen=True)
class Parked:
    """An event as the page shows it: not its body, which may hold what was told."""

    id: int
    messenger: str
    received_at: datetime
    error: str


@dataclass(frozen=True)
class Undelivered:
    """A message as the page shows it."""

    id: int
    messenger: str
    state: str
    text: str
    error: str
    created_at: datetime


def routes(services: Services) -> list[Route]:
    """Return the routes of the problems."""
    return [
        page(services, "/desk/problems", show, READ),
        action(services, "/desk/problems/events/{event:int}", retry, MEND),
        action(services, "/desk/problems/messages/{message:int}", send_again, MEND),
    ]


async def show(visit: Visit) -> Response:
    """Show what waits for a person."""
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, problem: str = "") -> Response:
    def read(tx: Tx) -> tuple[list[Parked], list[Undelivered]]:
        parked = [
            Parked(event.id, event.messenger, event.received_at, _first_line(event.error)) for event in inbox.parked(tx)
        ]
        letters = [
            Undelivered(
                message.id,
                message.messenger,
                message.state,
                cut_at_sentence(message.text, _MESSAGE_CHARS) or say("desk.problems.secret"),
                _first_line(message.error),
                message.created_at,
            )
            for message in undelivered.stuck(tx)
        ]
        return parked, letters

    parked, letters = await visit.read(read)
    return visit.show(
        "problems.html",
        status,
        parked=parked,
        undelivered=letters,
        now=visit.now(),
        problem=problem,
        done=visit.request.query_params.get("done", ""),
        mends=not visit.person.roles.isdisjoint(MEND),
    )


async def retry(visit: Visit, form: FormData) -> Response:
    """Try a parked event once more."""
    if await visit.services.retry(visit.request.path_params["event"]):
        visit.services.wake()
        return RedirectResponse("/desk/problems?done=event", 303)
    return await _show(visit, 422, say("desk.problems.again_failed"))


async def send_again(visit: Visit, form: FormData) -> Response:
    """Send a message once more, because a person decided so."""
    message = visit.request.path_params["message"]
    if not await visit.write(lambda tx: undelivered.send_again(tx, message, visit.now())):
        raise NotPossible("desk.problems.not_stuck", f"message {message} is not stuck")
    return RedirectResponse("/desk/problems?done=message", 303)


def _first_line(error: str) -> str:
    lines = [line for line in error.strip().splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
