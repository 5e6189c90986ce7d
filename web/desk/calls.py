"""Who must be called, because nothing can be written to them any more; the one page that shows their numbers."""

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import SomebodyWasFirst
from deeds.kinds import Role
from storage import calls
from web.desk.gate import Visit, action, page
from web.desk.services import Services

READ = frozenset({Role.MODERATOR, Role.INSPECTOR, Role.ADMIN})
CALL = frozenset({Role.MODERATOR, Role.ADMIN})


def routes(services: Services) -> list[Route]:
    """Return the routes of the calls."""
    return [
        page(services, "/desk/calls", show, READ),
        action(services, "/desk/calls/{person:int}", called, CALL),
    ]


async def show(visit: Visit) -> Response:
    """Show who must be called, and what they are to be told."""
    now = visit.now()
    return visit.show(
        "calls.html",
        calls=await visit.read(lambda tx: calls.waiting_calls(tx, now)),
        done=visit.request.query_params.get("done") == "1",
        calls_people=not visit.person.roles.isdisjoint(CALL),
    )


async def called(visit: Visit, form: FormData) -> Response:
    """Note that somebody was called and told."""
    person, seen, now = visit.request.path_params["person"], str(form.get("seen", "")), visit.now()
    if not await visit.write(lambda tx: calls.mark_called(tx, person, visit.person.id, now, seen=seen)):
        raise SomebodyWasFirst("desk.calls.changed", f"what person {person} is to be told has changed")
    return RedirectResponse("/desk/calls?done=1", 303)
