"""How the desk's pages are made: templates with every word from `texts`, days and hours as people say them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from deeds.kinds import Role
from deeds.months import VIET_NAM, local_day
from deeds.statuses import FORGOTTEN
from moderation.by_whom import by_whom
from moderation.notices import say_day
from storage.web_sessions import Session
from texts import has, say
from web.desk.readers import PAPER_READERS, READERS
from web.pages import CONTENT_POLICY, Pages

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    # As on every page, but for the small pictures of ticks and arrows that Pico carries in its style sheet.
    "Content-Security-Policy": CONTENT_POLICY.replace("img-src 'self'", "img-src 'self' data:"),
}

_NAV: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/desk", "desk.nav.queue", READERS),
    ("/desk/calls", "desk.nav.calls", frozenset({Role.MODERATOR, Role.INSPECTOR, Role.ADMIN})),
    ("/desk/problems", "desk.nav.problems", frozenset({Role.MODERATOR, Role.INSPECTOR, Role.ADMIN})),
    ("/desk/papers", "desk.nav.papers", PAPER_READERS),
    ("/desk/office", "desk.nav.office", PAPER_READERS),
    ("/desk/people", "desk.nav.people", frozenset({Role.MODERATOR, Role.INSPECTOR, Role.ADMIN})),
)


def say_age(since: datetime, now: datetime) -> str:
    """Return how long something has waited, in the largest whole unit."""
    waited = max(now - since, timedelta())
    if waited < timedelta(hours=1):
        return say("desk.age.minutes", count=int(waited.total_seconds() // 60))
    if waited < timedelta(days=1):
        return say("desk.age.hours", count=int(waited.total_seconds() // 3600))
    return say("desk.age.days", count=waited.days)


def say_moment(instant: datetime) -> str:
    """Return an instant as the desk reads it: hour, weekday and day in Viet Nam."""
    return say("desk.moment", at=f"{instant.astimezone(VIET_NAM):%H:%M}", day=say_day(local_day(instant)))


def say_date(day: date | None) -> str:
    """Return a day with its year, or nothing."""
    return f"{day:%d/%m/%Y}" if day else ""


class Templates:
    """Renders the templates of the desk; everything in them is escaped."""

    def __init__(self, pages: Pages) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(say=say, has=has, static=pages.static, FORGOTTEN=FORGOTTEN, by_whom=by_whom)
        self._environment.filters.update(age=say_age, moment=say_moment, day=say_date)

    def show(
        self,
        template: str,
        session: Session | None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """Return a page of the desk; the way to its other pages shows what this person's roles open."""
        roles = session.person.roles if session else frozenset()
        html = self._environment.get_template(template).render(
            session=session,
            nav=[(path, say(key)) for path, key, who in _NAV if not roles.isdisjoint(who)],
            token=session.form_token if session else "",
            **values,
        )
        return HTMLResponse(html, status, headers={**HEADERS, **(headers or {})})

    def tell(self, sentence: str, status: int, session: Session | None, back: str = "/desk") -> Response:
        """Return a page with one sentence: what happened and what to do now; `back` is where that can be done."""
        return self.show("error.html", session, status, sentence=sentence, back=back)
