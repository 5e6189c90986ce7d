"""Every route of the desk. All but signing in are made by the gate: none shows anything to who is not signed in."""

from starlette.routing import Route

from web.desk import calls, deed, facts, media, office_form, papers, problems, queue, sign_in, staff
from web.desk.services import Services


def routes(services: Services) -> list[Route]:
    """Return the routes of the desk."""
    return [
        route
        for part in (sign_in, queue, deed, facts, media, calls, problems, office_form, papers, staff)
        for route in part.routes(services)
    ]
