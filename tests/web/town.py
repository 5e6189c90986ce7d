"""A small town for tests of pages: a real database, real files, a real server, and a bot that answers by a script."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from deeds.codes import deed_code, receipt_hmac
from deeds.kinds import Status, Thing
from deeds.said import FileSource, Inbound, Option
from messengers.port import Accepted, Outgoing, TryLater
from messengers.webchat.chat import WebChat, record_mine
from messengers.webchat.routes import ChatServices
from messengers.webchat.routes import routes as chat_routes
from storage import attachments, deeds, history, inbox
from storage.database import Database, Tx
from storage.models import Base
from storage.people import identify
from storage.photos.clean import clean
from storage.photos.files import PhotoFiles
from storage.settings import set_setting
from web.forms import read_form
from web.pages import Pages, SecurityHeaders, error_handlers
from web.public.routes import PublicServices
from web.public.routes import routes as public_routes
from web.rates import Rate, Seats

T = TypeVar("T")
START = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)
RECEIPT_KEY = b"a key for tests"


class TownClock:
    """A clock that goes on by itself, a second a look, so that no two things happen at once."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


class PlainStore:
    """The store without lanes: one writer at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writing = threading.Lock()

    async def write(self, key: str, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self.write_now, work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self.read_now, work)

    def write_now(self, work: Callable[[Tx], T]) -> T:
        with self._writing, self.database.write() as tx:
            return work(tx)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        with self.database.read() as tx:
            return work(tx)


class ScriptedBot:
    """Stands where intake and delivery will: keeps each event once, and says what the script says."""

    def __init__(self, store: PlainStore, chat: WebChat, clock: TownClock) -> None:
        self._store, self._chat, self._clock = store, chat, clock
        self.script: list[tuple[str, Sequence[Option]]] = []
        self.heard: list[Inbound] = []
        self.links: tuple[str, ...] = ()  # what of its lines may be pressed
        self.full_disk = False
        self.answers_after_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, event: Inbound) -> Accepted:
        if self.full_disk:
            raise TryLater("the disk is full")
        if not await self._store.write(event.chat, lambda tx: self._take(tx, event)):
            return Accepted(duplicate=True)
        self.heard.append(event)
        self._tasks.add(asyncio.get_running_loop().create_task(self._answer(event)))
        return Accepted()

    async def _answer(self, event: Inbound) -> None:
        await asyncio.sleep(self.answers_after_s)
        if self.script:
            text, options = self.script.pop(0)
            await self._chat.send(
                Outgoing(event.chat, text, tuple(options), links=self.links, key=f"answer {event.event_key}")
            )

    def _take(self, tx: Tx, event: Inbound) -> bool:
        now = self._clock.now()
        if not inbox.note(tx, event.event_key, event.messenger, event.chat, event.raw, now):
            return False
        record_mine(tx, event, now)
        person = identify(tx, event.messenger, event.chat, "", now)
        for position, photo in enumerate(event.said.photos):
            attachments.attach(
                tx, "photo", photo, person_id=person.id, draft_id=None, submission_id=None, messenger=event.messenger,
                chat=event.chat, message=event.said.message, position=position, album=None, now=now,
            )  # fmt: skip
        return True


@dataclass
class Town:
    """Everything of one test."""

    folder: Path
    public_url: str = "http://127.0.0.1"
    chats_per_minute: int = 1_000
    messages_per_minute: int = 1_000
    waiting_pages: int = 100
    clock: TownClock = field(default_factory=TownClock)

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.folder / 'town.db'}")
        Base.metadata.create_all(self.database.engine)
        self.store = PlainStore(self.database)
        self.files = PhotoFiles(self.folder / "photos")
        self.chat = WebChat(self.store, self.clock)
        self.bot = ScriptedBot(self.store, self.chat, self.clock)
        self.set(office="xã Suối Lành", issuer="Ủy ban nhân dân xã Suối Lành", phone="0208 300 100")
        self._told = 0

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self.store.write_now(lambda tx, name=name, value=value: set_setting(tx, name, value, self.clock.now()))  # type: ignore[misc]

    def app(self) -> ASGIApp:
        pages = Pages(self.public_url)
        chat = ChatServices(
            chat=self.chat,
            store=self.store,
            files=self.files,
            data_dir=self.folder,
            public_url=self.public_url,
            accept=self.bot.accept,
            show=pages.show,
            read_form=read_form,
            may_write=Rate(self.messages_per_minute, 60).allows,
            may_begin=Rate(self.chats_per_minute, 60).allows,
            may_tell=Rate(60_000, 60).allows,
            may_wait=Seats(self.waiting_pages).take,
        )
        public = PublicServices(self.store, self.files, pages, RECEIPT_KEY, Rate(5, 60).allows)
        routes = [*public_routes(public), *chat_routes(chat), *pages.routes()]
        headers = Middleware(SecurityHeaders, https=pages.is_https)
        return Starlette(routes=routes, middleware=[headers], exception_handlers=error_handlers(pages))

    @contextmanager
    def open(self) -> Iterator[str]:
        """Serve the town on a free port of this machine; gives its address."""
        config = uvicorn.Config(self.app(), host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            self.database.close()

    def clean_photos(self) -> int:
        """Do what the background does with photos that came."""
        due = self.store.write_now(lambda tx: attachments.claim(tx, self.clock.now(), 50))
        for work in due:
            assert work.sha256 is not None
            copy = clean(self.files.path(work.sha256), self.files)
            columns: dict[str, Any] = {
                "state": "ready", "published": copy.published_sha256, "thumbnail": copy.thumb_sha256,
                "width": copy.width, "height": copy.height,
            }  # fmt: skip
            self.store.write_now(lambda tx, work=work, columns=columns: attachments.mark(tx, work.id, **columns))  # type: ignore[misc]
        return len(due)

    def tell(
        self,
        *,
        name: str = "Lường Thị Ngoan",
        summary: str = "Nhặt được ví tiền, bà nộp ngay cho Công an xã.",
        story: str = "",
        status: Status = Status.PUBLISHED,
        honoree: Sequence[Thing] = (Thing.DEED, Thing.NAME),
        teller: Sequence[Thing] = (),
        photos: Sequence[bytes] = (),
        receipt: str = "",
        about_child: bool = False,
        **facts: Any,
    ) -> str:
        """Put a deed into the town as if it had gone its way; returns its code."""
        self._told += 1
        number, now = self._told, self.clock.now()
        code = deed_code(2026, number)
        columns: dict[str, Any] = {
            "code": code, "status": status.value, "version": 1, "kind": "individual", "section": "good_deed",
            "field": "honesty", "target_groups": [], "urgent": False, "about_child": about_child, "summary": summary,
            "story": story, "search": "", "happened_on": date(2026, 11, 8), "when_text": "", "place_text": "",
            "confirmed_person": "Trưởng bản Nà Phiêng, 10/11", "confirmed_deed": "Công an xã xác nhận ngày 10/11/2026",
            "received_at": now, "approved_at": now, "published_at": now if status is Status.PUBLISHED else None,
        }  # fmt: skip

        def work(tx: Tx) -> None:
            deed_id = deeds.new_deed(tx, **{**columns, **facts.get("deed", {})})
            person = {"title": "bà", "name": name, "name_folded": "", "residence": "", **facts.get("honoree", {})}
            honoree_id = deeds.new_honoree(tx, deed_id=deed_id, **person)
            sender = identify(tx, "webchat", f"teller {number}", facts.get("teller_name", ""), now)
            told = {
                "number": number, "receipt_hmac": receipt_hmac(receipt or f"none {number}", RECEIPT_KEY),
                "person_id": sender.id, "messenger": "webchat", "chat": f"teller {number}", "deed_id": deed_id,
                "told": {}, "told_at": now,
            }  # fmt: skip
            submission_id = deeds.new_submission(tx, **{**told, **facts.get("submission", {})})
            for thing in teller:
                history.allow(tx, thing, True, how="webchat", words="k", now=now, submission_id=submission_id)
            if honoree:
                for thing in Thing:
                    history.allow(tx, thing, thing in honoree, how="met", words="k", now=now, honoree_id=honoree_id)
            for position, photo in enumerate(photos):
                kept = self.files.keep(photo, 10**7)
                copy = clean(self.files.path(kept.sha256), self.files)
                source = facts.get("source", FileSource(sha256=kept.sha256))
                attachments.attach(
                    tx, "photo", source, person_id=sender.id, draft_id=None, submission_id=submission_id,
                    messenger="webchat", chat=f"teller {number}", message="m", position=position, album=None, now=now,
                )  # fmt: skip
                newest = attachments.claim(tx, now, 50)[-1].id
                attachments.mark(
                    tx, newest, state="ready", published=copy.published_sha256, thumbnail=copy.thumb_sha256,
                    width=copy.width, height=copy.height,
                )  # fmt: skip

        self.store.write_now(work)
        return code

    def change(self, code: str, **columns: object) -> None:
        """Change a deed as a desk would."""

        def work(tx: Tx) -> None:
            row = deeds.coded(tx, code)
            assert row is not None
            assert deeds.change(tx, row.id, row.version, **columns)

        self.store.write_now(work)

    def honoree_says(self, code: str, allowed: Sequence[Thing]) -> None:
        """Record a new answer of the person praised."""

        def work(tx: Tx) -> None:
            row = deeds.coded(tx, code)
            assert row is not None
            honoree_id = deeds.honoree_of(tx, row.id).id
            for thing in Thing:
                history.allow(
                    tx, thing, thing in allowed, how="met", words="k", now=self.clock.now(), honoree_id=honoree_id
                )

        self.store.write_now(work)

    def told_by_another(self, code: str, teller: Sequence[Thing]) -> None:
        """Let a second person tell of the same deed."""
        self._told += 1
        number, now = self._told, self.clock.now()

        def work(tx: Tx) -> None:
            row = deeds.coded(tx, code)
            assert row is not None
            told = deeds.new_submission(
                tx, number=number, receipt_hmac=f"another {number}", person_id=None, messenger="webchat",
                chat=None, deed_id=row.id, told={}, told_at=now,
            )  # fmt: skip
            for thing in teller:
                history.allow(tx, thing, True, how="webchat", words="k", now=now, submission_id=told)

        self.store.write_now(work)

    def withdraw_first(self, code: str) -> None:
        """Let the first teller of a deed take their report back."""

        def work(tx: Tx) -> None:
            row = deeds.coded(tx, code)
            assert row is not None
            first = deeds.submissions_of(tx, row.id)[0]
            deeds.change_submission(tx, first.id, withdrawn_at=self.clock.now())

        self.store.write_now(work)
