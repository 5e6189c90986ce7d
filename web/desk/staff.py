"""Who works here, with which roles; a role is taken away here and given by invitation."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import NotFound, NotPossible
from deeds.kinds import Role
from storage import people, web_sessions
from storage.database import Tx
from web.desk.gate import ANYBODY_AT_THE_DESK, Visit, action, page
from web.desk.services import Services

READ = frozenset({Role.MODERATOR, Role.INSPECTOR, Role.ADMIN})
CHANGE = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Listed:
    """One person of the list; identities only for who may see them."""

    id: int
    name: str
    roles: tuple[Role, ...]
    messengers: tuple[str, ...]
    identities: tuple[tuple[str, str], ...]


def routes(services: Services) -> list[Route]:
    """Return the routes of the list."""
    return [
        page(services, "/desk/people", show, READ),
        action(services, "/desk/people/{person:int}/dismiss", dismiss, CHANGE),
    ]


async def show(visit: Visit) -> Response:
    """Show who has which role."""
    sees_all = visit.person.is_any(Role.ADMIN)

    def read(tx: Tx) -> list[Listed]:
        return [
            Listed(
                one.id,
                one.name,
                one.roles,
                tuple(dict.fromkeys(messenger for messenger, _ in one.identities)),
                one.identities if sees_all else (),
            )
            for one in people.staff(tx)
        ]

    return visit.show(
        "people.html",
        listed=await visit.read(read),
        changes=sees_all,
        done=visit.request.query_params.get("done") == "1",
    )


async def dismiss(visit: Visit, form: FormData) -> Response:
    """Take a role away; whoever has none left for the desk is signed out everywhere."""
    person_id, role = visit.request.path_params["person"], str(form.get("role", ""))
    now = visit.now()

    def work(tx: Tx) -> None:
        person = people.person(tx, person_id)
        if person is None or role not in person.roles:
            raise NotFound("desk.people.no_such_role", f"person {person_id} has no role {role[:40]!r}")
        if role == Role.ADMIN and len(people.holding(tx, Role.ADMIN)) == 1:
            raise NotPossible("desk.people.last_admin", f"person {person_id} is the last admin")
        people.dismiss(tx, person_id, Role(role), now)
        if people.roles_of(tx, person_id).isdisjoint(ANYBODY_AT_THE_DESK):
            web_sessions.end_sessions_of(tx, person_id, now)

    await visit.write(work)
    return RedirectResponse("/desk/people?done=1", 303)
