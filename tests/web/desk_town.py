"""The town of the desk tests: moderators with roles, reports really handed in, a browser that signs in by a link."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx2
from starlette.applications import Starlette

from deeds.kinds import DeedKind, Role, Thing
from deeds.said import FileSource
from moderation.receive import Receipt, Telling, hand_in
from storage import attachments, deeds, history, invitations, people, web_sessions
from storage.database import Tx
from storage.deeds import DeedRow
from storage.office import office
from storage.people import Known
from storage.photos.files import Shelf
from storage.web_sessions import COMMAND_LINK_LIVES
from tests.web.town import RECEIPT_KEY, Town
from web.desk.routes import routes as desk_routes
from web.desk.services import Services
from web.pages import Pages, SecurityHeaders, error_handlers

OGG = b"OggS" + bytes(60)


@dataclass
class DeskTown(Town):
    """A town with a desk."""

    retried: list[int] = field(default_factory=list)
    retry_works: bool = True
    woken: int = 0
    address: str = ""
    _browsers: list["Browser"] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[str]:
        """Serve the town; the browsers opened in it are closed before it."""
        with super().open() as address:
            self.address = address
            try:
                yield address
            finally:
                for browser in self._browsers:
                    browser.client.close()

    def browser(self, *, of: Known | None = None) -> "Browser":
        """Return a browser, signed in when it is somebody's."""
        browser = Browser(self.address)
        self._browsers.append(browser)
        if of is not None:
            browser.sign_in(self.link_for(of))
        return browser

    def services(self) -> Services:
        return Services(
            pages=Pages(self.public_url),
            store=self.store,
            clock=self.clock,
            files=self.files,
            data_dir=Path(self.folder),
            retry=self._retry,
            wake=self._wake,
        )

    def app(self) -> SecurityHeaders:
        services = self.services()
        pages = services.pages
        routes = [*desk_routes(services), *pages.routes()]
        return SecurityHeaders(Starlette(routes=routes, exception_handlers=error_handlers(pages)), https=pages.is_https)

    async def _retry(self, event_id: int) -> bool:
        self.retried.append(event_id)
        return self.retry_works

    def _wake(self) -> None:
        self.woken += 1

    def hire(self, name: str, *roles: Role, on: str | None = None) -> Known:
        """Give somebody roles, and a messenger to be written to."""

        def work(tx: Tx) -> Known:
            person = people.hire(tx, name, roles, self.clock.now())
            if on:
                people.identify(tx, on, f"chat of {name}", name, self.clock.now())
                invitations.redeem(
                    tx, invitations.invite(tx, person.id, self.clock.now()), on, f"chat of {name}", self.clock.now()
                )
            return person

        return self.store.write_now(work)

    def link_for(self, person: Known) -> str:
        """Return the address a command would print."""
        token = self.store.write_now(
            lambda tx: web_sessions.new_link(tx, person.id, self.clock.now(), COMMAND_LINK_LIVES)
        )
        return f"/desk/sign-in/{token}"

    def hands_in(
        self,
        story: str = "Bà Ngoan nhặt được ví tiền ở chợ, nộp ngay cho Công an xã. Người mất đã nhận lại đủ.",
        *,
        name: str = "Lường Thị Ngoan",
        teller: str = "lan",
        voice: bytes | None = None,
        photos: Sequence[bytes] = (),
    ) -> Receipt:
        """Hand a report in, as its teller would at the end of the conversation."""
        now = self.clock.now()

        def work(tx: Tx) -> Receipt:
            person = people.identify(tx, "telegram", teller, "", now)
            telling = Telling(
                story, DeedKind.INDIVIDUAL, "bà", name, "bản Nà Phiêng", None, "bản Nà Phiêng, xã Suối Lành",
                date(2026, 11, 8), "chủ nhật, 08/11/2026", False,
                {"story": story, "who": {"title": "bà", "name": name, "words": "bản Nà Phiêng"},
                 "where": {"text": "bản Nà Phiêng"}, "when": {"text": "hôm chủ nhật"}},
            )  # fmt: skip
            receipt = hand_in(
                tx, telling, person_id=person.id, messenger="telegram", chat=teller, draft_id=None, office=office(tx),
                receipt_key=RECEIPT_KEY, consent_words="check.consent", now=now,
            )  # fmt: skip
            history.allow(
                tx, Thing.WORDS, True, how="telegram", words="k", now=now, submission_id=receipt.submission_id
            )
            kinds = [*[("photo", photo) for photo in photos], *([("voice", voice)] if voice else [])]
            for position, (kind, body) in enumerate(kinds):
                kept = self.files.keep(body, 10**7, Shelf.RECORDINGS if kind == "voice" else Shelf.ORIGINALS)
                attachments.attach(
                    tx, kind, FileSource(sha256=kept.sha256, seconds=7), person_id=person.id, draft_id=None,
                    submission_id=receipt.submission_id, messenger="telegram", chat=teller,
                    message=f"m{receipt.submission_id}", position=position, album=None, now=now,
                )  # fmt: skip
            return receipt

        return self.store.write_now(work)

    def deed(self, receipt: Receipt) -> DeedRow:
        """Return the deed a report tells of, as it is now."""
        row = self.store.read_now(lambda tx: deeds.deed(tx, receipt.deed_id))
        assert row is not None
        return row


class Browser:
    """A browser without scripts: follows redirects, and posts the forms it is shown."""

    def __init__(self, address: str) -> None:
        self.client = httpx2.Client(base_url=address, timeout=40, follow_redirects=True)

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(path)

    def token(self, path: str) -> str:
        """Return the form token of a page."""
        found = re.search(r'name="token" value="([^"]+)"', self.get(path).text)
        assert found is not None, f"{path} has no form"
        return found[1]

    def post(self, path: str, on: str, **fields: object) -> httpx2.Response:
        """Post a form of the page `on`."""
        return self.client.post(path, data={"token": self.token(on), **fields})

    def sign_in(self, link: str) -> httpx2.Response:
        """Open a sign-in link and press its button."""
        return self.post(link, link)

    def decide(self, deed: DeedRow, act: str, **fields: object) -> httpx2.Response:
        """Press a button on the page of a deed, on the version this browser saw."""
        chosen = {"confirmed_by": "village_head"} if act == "approve" else {}
        data = {"act": act, "seen": deed.version, **chosen, **fields}
        return self.post(f"/desk/deeds/{deed.code}/decide", f"/desk/deeds/{deed.code}", **data)
