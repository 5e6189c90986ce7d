"""Who works here, with which roles; a role is taken away here and given by invitation."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.kinds import Role
from moderation.leaving import take_role
from storage import people
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

    await visit.write(lambda tx: take_role(tx, person_id, role, now, opening_desk=ANYBODY_AT_THE_DESK))
    return RedirectResponse("/desk/people?done=1", 303)
