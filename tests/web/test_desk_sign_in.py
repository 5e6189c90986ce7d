"""Signing in at the desk: links that are used once, cookies that are strict, doors that stay shut."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.routing import Route

from deeds.kinds import Role
from storage.models import OutboxMessage, WebSession
from storage.people import dismiss
from storage.web_sessions import session_of
from tests.web.desk_town import DeskTown
from web.desk.routes import routes


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DeskTown]:
    """An open town with a desk."""
    town = DeskTown(tmp_path)
    with town.open():
        yield town


def _path(route: Route) -> str:
    path = re.sub(r"\{(event|message|person|piece):int\}", "1", route.path)
    return path.format(code="VT-2026-000001", key="2026-10", kind="pdf", sha256="0" * 64, link="x")


def _is_open(route: Route) -> bool:
    return route.path.startswith("/desk/sign-in")


def _routes(town: DeskTown, method: str) -> list[str]:
    return [
        _path(route) for route in routes(town.services()) if method in (route.methods or ()) and not _is_open(route)
    ]


def test_no_route_without_a_session(town: DeskTown) -> None:
    """Every page and every form of the desk sends a stranger to the sign-in, and nothing else."""
    stranger = town.browser().client
    stranger.follow_redirects = False
    paths = [("GET", path) for path in _routes(town, "GET")] + [("POST", path) for path in _routes(town, "POST")]
    assert len(paths) > 15
    for method, path in paths:
        answer = stranger.request(method, path, data={"token": "x"} if method == "POST" else None)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/desk/sign-in"), path


def test_no_form_from_elsewhere(town: DeskTown) -> None:
    """A form without our token, with somebody else's, or sent by a foreign page is refused at every route."""
    admin, other = town.hire("Quản", Role.ADMIN), town.hire("Thu", Role.ADMIN)
    browser, foreign = town.browser(of=admin), town.browser(of=other)
    stolen, own = foreign.token("/desk"), browser.token("/desk")
    assert stolen != own
    shapes: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"token": stolen}, {}),
        ({"token": own}, {"origin": "https://evil.example"}),
        ({"token": own}, {"sec-fetch-site": "cross-site"}),
        ({"token": own}, {"sec-fetch-site": "same-site"}),
        ({"token": own}, {"origin": "null"}),
    ]
    for path in [*_routes(town, "POST"), "/desk/sign-in", "/desk/sign-in/x"]:
        for data, headers in shapes:
            answer = browser.client.post(path, data=data, headers=headers)
            assert answer.status_code == 403, (path, data, headers)
    assert browser.get("/desk").status_code == 200


def test_a_preview_uses_nothing_up_and_a_link_works_once(town: DeskTown) -> None:
    """A messenger's preview opens the link fifty times; then the person signs in, and nobody after."""
    link = town.link_for(town.hire("Thu", Role.MODERATOR))
    preview = town.browser()
    for _ in range(50):
        assert preview.client.get(link, headers={"cookie": ""}).status_code == 200
    person = town.browser()
    assert person.sign_in(link).url.path == "/desk"
    late = town.browser()
    assert late.get(link).status_code == 410
    assert late.post(link, "/desk/sign-in").status_code == 410
    assert late.get("/desk").url.path == "/desk/sign-in"


def test_a_link_asked_for_works_in_that_browser_for_two_minutes(town: DeskTown) -> None:
    """Thu types her name; the link on her Telegram opens the desk here, not in another browser, and not later."""
    town.hire("Thu", Role.MODERATOR, on="telegram")
    asking, other = town.browser(), town.browser()
    assert asking.post("/desk/sign-in", "/desk/sign-in", name="Thu").status_code == 200
    with town.database.read() as tx:
        message = tx.execute(select(OutboxMessage.chat, OutboxMessage.body)).one()
    assert message.chat == "chat of Thu"
    link = re.search(r"/desk/sign-in/\S+", message.body["text"])
    assert link is not None
    assert other.get(link[0]).status_code == 410
    assert other.post(link[0], "/desk/sign-in").status_code == 410
    assert asking.get(link[0]).status_code == 200
    town.clock.instant += timedelta(seconds=120)
    assert asking.get(link[0]).status_code == 410
    assert asking.post(link[0], "/desk/sign-in").status_code == 410


def test_the_answer_is_the_same_for_an_unknown_name(town: DeskTown) -> None:
    """Nobody learns from the sign-in who works here; and one name is not flooded with links."""
    town.hire("Thu", Role.MODERATOR, on="telegram")
    browser = town.browser()
    known = browser.post("/desk/sign-in", "/desk/sign-in", name="Thu")
    unknown = browser.post("/desk/sign-in", "/desk/sign-in", name="Không Ai")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    for _ in range(5):
        browser.post("/desk/sign-in", "/desk/sign-in", name="Thu")
    with town.database.read() as tx:
        assert len(tx.execute(select(OutboxMessage.id)).all()) == 3
    answers = [browser.post("/desk/sign-in", "/desk/sign-in", name="Thu").status_code for _ in range(5)]
    assert answers[-1] == 429


def test_nobody_locks_somebody_else_out_by_their_name(town: DeskTown) -> None:
    """A stranger asks three times in Thu's name; Thu, at her own browser, is sent her link all the same."""
    town.hire("Thu", Role.MODERATOR, on="telegram")
    stranger, thu = town.browser(), town.browser()
    for _ in range(4):
        stranger.post("/desk/sign-in", "/desk/sign-in", name="Thu")
    thu.post("/desk/sign-in", "/desk/sign-in", name="Thu")
    with town.database.read() as tx:
        assert len(tx.execute(select(OutboxMessage.id)).all()) == 3 + 1


@pytest.mark.parametrize(
    ("url", "name"), [("http://127.0.0.1", "viectot_desk"), ("https://viectot.vn", "__Host-viectot_desk")]
)
def test_cookies_are_strict(tmp_path: Path, url: str, name: str) -> None:
    """HttpOnly and Lax always; Secure and __Host- exactly over https; a planted session id never lives on."""
    town = DeskTown(tmp_path, public_url=url)
    link = town.link_for(town.hire("Thu", Role.MODERATOR))
    with town.open():
        client = town.browser().client
        client.follow_redirects = False
        shown = client.get(link)
        mark = re.search(r"browser=([^;]+)", shown.headers["set-cookie"])
        token = re.search(r'name="token" value="([^"]+)"', shown.text)
        assert mark is not None
        assert token is not None
        prefix = name.removesuffix("desk")
        client.cookies.clear()
        cookies = f"{prefix}browser={mark[1]}; {name}=planted"
        entered = client.post(link, data={"token": token[1]}, headers={"cookie": cookies})
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    assert "planted" not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "path=/" in cookie.lower()
    assert ("secure" in cookie.lower()) is url.startswith("https")


def test_only_hashes_are_kept_and_a_session_ends(town: DeskTown) -> None:
    """The database holds no secret that opens the desk; a session ends idle, old, or signed out."""
    browser = town.browser()
    browser.sign_in(town.link_for(town.hire("Thu", Role.MODERATOR)))
    secret = browser.client.cookies["viectot_desk"]
    with town.database.read() as tx:
        row = tx.execute(select(WebSession)).one()
        assert secret not in str(row)
        now = town.clock.instant
        assert session_of(tx, secret, now) is not None
        assert session_of(tx, secret, now + timedelta(minutes=31)) is None
    paths = []
    for _ in range(17):  # a little over eight hours, never idle
        town.clock.instant += timedelta(minutes=29)
        paths.append(browser.get("/desk").url.path)
    assert paths == [*["/desk"] * 16, "/desk/sign-in"]
    browser.sign_in(town.link_for(town.hire("Thu", Role.MODERATOR)))
    secret = browser.client.cookies["viectot_desk"]
    browser.post("/desk/sign-out", "/desk")
    with town.database.read() as tx:
        assert session_of(tx, secret, town.clock.instant) is None
    assert browser.get("/desk").url.path == "/desk/sign-in"


def test_a_role_taken_away_counts_at_the_next_request(town: DeskTown) -> None:
    """Thu is signed in while her role is revoked: the next page is refused."""
    thu = town.hire("Thu", Role.MODERATOR)
    browser = town.browser()
    browser.sign_in(town.link_for(thu))
    assert browser.get("/desk").status_code == 200
    town.store.write_now(lambda tx: dismiss(tx, thu.id, Role.MODERATOR, town.clock.now()))
    assert browser.get("/desk").status_code == 403
