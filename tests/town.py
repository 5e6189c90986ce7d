"""A commune with a running instance: real database, real HTTP, real delivery; only the clock is the test's.

    lan, thu = town.citizen("Lan", on="telegram"), town.moderator("Thu", on="plain")
    lan.tells("...", photos=2)
    town.clock.move_to("2026-06-01 08:00")

Nothing ticks by itself: `town.settle()` carries out whatever is due at the clock's present.
"""

import asyncio
import io
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn
from docx import Document
from sqlalchemy import func, select, update

from bot.app import application
from bot.settings import Settings
from bot.wiring import Instance, build
from deeds.clock import SystemClock
from deeds.kinds import Act, Role
from deeds.months import VIET_NAM
from messengers.port import Messenger
from moderation import facts
from moderation.decide import Order, decide
from storage import deeds, invitations, people, periods
from storage.database import Database, Tx
from storage.deeds import DeedRow
from storage.models import Base, Draft, InboxEvent, OutboxMessage, Place
from storage.people import Known
from storage.settings import set_setting
from tests.cast import Group, OnPlain, OnTelegram, OnWebChat, OnZaloBot, OnZaloOa, Speaker
from tests.messengers.plain import Plain

if TYPE_CHECKING:
    from tests.messengers.telegram_api import TelegramApi
    from tests.messengers.zalo_bot_api import ZaloBotApi
    from tests.messengers.zalo_oa_api import ZaloOaApi

Api = TypeVar("Api", bound="AbstractContextManager[Any]")
T = TypeVar("T")

HOME = "03808"  # xã Mường La, tỉnh Sơn La: a commune there must be; the office is called as the texts invent it
OFFICE = {
    "office": "xã Suối Lành",
    "commune_code": HOME,
    "issuer": "Ủy ban nhân dân xã Suối Lành",
    "issuer_heading": "Ủy ban nhân dân|Xã Suối Lành",
    "symbol": "UBND-VHXH",
    "place_name": "Suối Lành",
    "addressee": "Sở Nội vụ tỉnh Lam Khê|(Cơ quan thường trực Hội đồng Thi đua - Khen thưởng tỉnh)",
    "standing_office": "Sở Nội vụ",
    "signing_authority": "TM. Ủy ban nhân dân|KT. Chủ tịch",
    "signer_title": "Phó Chủ tịch",
    "signer_name": "Phạm Đức Ninh",
    "recipients": "Thường trực Đảng ủy xã (b/c)|Ủy ban MTTQ Việt Nam xã",
    "archive": "Lưu: VT, VHXH",
    "phone": "0200 000 000",
    "police_phone": "0200 000 113",
    "clinic_phone": "0200 000 115",
    "address": "số 1, đường Bờ Suối",
    "reception_days": "sáng thứ Ba",
    "province_reception": "Trụ sở tiếp công dân tỉnh Lam Khê",
}
STARTS_WITHIN_S = 20.0
SETTLES_WITHIN_S = 20.0


class StoryClock:
    """The clock of a story; it stands still until it is moved, and moves only forward."""

    def __init__(self, at: str) -> None:
        self._now = viet_nam(at)

    def now(self) -> datetime:
        """Return the present instant."""
        return self._now

    def forward(self, **by: float) -> None:
        """Let time pass: `forward(minutes=11)`."""
        self._now += timedelta(**by)

    def catch_up(self) -> None:
        """Let it be as late as on the machine: a command beside the server has no other clock."""
        self._now = max(self._now, SystemClock().now() + timedelta(seconds=1))

    def move_to(self, at: str) -> None:
        """Let it be `2026-06-01 08:00` in Viet Nam."""
        then = viet_nam(at)
        assert then >= self._now, f"{at} is past"
        self._now = then


def viet_nam(at: str) -> datetime:
    """Return the instant of `2026-06-01 08:00` in Viet Nam."""
    return datetime.fromisoformat(at).replace(tzinfo=VIET_NAM).astimezone(UTC)


@dataclass(frozen=True)
class Paper:
    """An official document as it lies in the office's hands."""

    path: Path

    @property
    def text(self) -> str:
        """Every word of it, tables too."""
        document = Document(io.BytesIO(self.path.read_bytes()))
        lines = [paragraph.text for paragraph in document.paragraphs]
        for table in document.tables:
            lines.extend(cell.text for row in table.rows for cell in row.cells)
        return "\n".join(lines)


class Office:
    """The standing office: a person with a chat, and the papers in the data folder."""

    def __init__(self, town: "Town", speaker: Speaker) -> None:
        self._town = town
        self.speaker = speaker

    @property
    def last_document(self) -> Paper:
        """The newest paper that was built."""
        papers = sorted(self._town.folder.glob("papers/*/*.docx"))
        assert papers, "no paper was built"
        return Paper(papers[-1])


class Town:
    """One commune. It starts to run when the first person appears."""

    def __init__(self, folder: Path, url: str, at: str = "2026-05-05 08:00") -> None:
        self.folder = folder
        self.url = url
        self.clock = StoryClock(at)
        self.plain = Plain()
        self.database = Database(url)
        self._added: dict[str, Messenger] = {self.plain.name: self.plain}
        self._api: TelegramApi | None = None
        self._zalo_bot: ZaloBotApi | None = None
        self._zalo_oa: ZaloOaApi | None = None
        self._apis = ExitStack()
        self._settings: dict[str, Any] = {}
        self._office: Office | None = None
        self._speakers: list[Speaker] = []
        self._instance: Instance | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._port = 0
        with self.database.write() as tx:
            for name, value in OFFICE.items():
                set_setting(tx, name, value, self.clock.now())

    # People.

    def citizen(self, name: str, *, on: str = "plain") -> Speaker:
        """Let somebody appear who has never written to us."""
        speaker: Speaker
        if on == "telegram":
            speaker = OnTelegram(self, name, self.telegram.user(name))
            self.begin()
        elif on == "zalo_bot":
            speaker = OnZaloBot(self, name, self.zalo_bot.user(name))
            self.begin()
        elif on == "zalo_oa":
            speaker = OnZaloOa(self, name, self.zalo_oa.user(name))
            self.begin()
        elif on == "webchat":
            speaker = OnWebChat(self, name)
        else:
            assert on == "plain", on
            speaker = OnPlain(self, name)
        self._speakers.append(speaker)
        return speaker

    def moderator(self, name: str, *, on: str = "plain", roles: Iterable[Role] = (Role.MODERATOR,)) -> Speaker:
        """Hire somebody, who types the code of the invitation to the bot."""
        speaker = self.citizen(name, on=on)
        speaker.says(self.invite(name, *roles))
        speaker.sees(f"Mã này mời {name}")
        speaker.picks("Đúng là tôi")
        speaker.sees(f"Chào {name}")
        return speaker

    def invite(self, name: str, *roles: Role) -> str:
        """Return the one-time code of an invitation."""
        with self.database.write() as tx:
            known, now = people.hire(tx, name, (), self.clock.now()), self.clock.now()
            return invitations.invite(tx, known.id, now, roles=roles)

    @property
    def office(self) -> Office:
        """The standing office, appointed at the first mention of it."""
        if self._office is None:
            self._office = Office(self, self.moderator("Văn thư Sở", roles=(Role.STANDING_OFFICE,)))
        return self._office

    def group(self, title: str, *members: Speaker) -> Group:
        """Let Telegram users make a group with the bot in it."""
        joined = [member.person for member in members if isinstance(member, OnTelegram)]
        return Group(self, self.telegram.group(title, joined))

    @property
    def telegram(self) -> "TelegramApi":
        """The stand-in of Telegram's server; the instance is started anew with a token for it."""
        if self._api is None:
            from tests.messengers.telegram_api import TelegramApi

            self._api = self._opened(api := TelegramApi(), TELEGRAM_TOKEN=api.token, TELEGRAM_API_URL=lambda: api.url)
        return self._api

    @property
    def zalo_bot(self) -> "ZaloBotApi":
        """The stand-in of the Zalo Bot Platform, likewise."""
        if self._zalo_bot is None:
            from tests.messengers.zalo_bot_api import ZaloBotApi

            self._zalo_bot = self._opened(
                api := ZaloBotApi(held_s=0.2),
                ZALO_BOT_TOKEN=api.token,
                ZALO_BOT_API_URL=lambda: api.url,
                PHOTO_HOSTS=lambda: self._photo_hosts(api.url),
            )
        return self._zalo_bot

    @property
    def zalo_oa(self) -> "ZaloOaApi":
        """The stand-in of Zalo's Official Accounts, likewise; its clock is the town's."""
        if self._zalo_oa is None:
            from tests.messengers.zalo_oa_api import ZaloOaApi

            self._zalo_oa = self._opened(
                api := ZaloOaApi(clock=self.clock.now),
                ZALO_OA_ID=api.oa_id,
                ZALO_OA_APP_ID=api.app_id,
                ZALO_OA_APP_SECRET=api.app_secret,
                ZALO_OA_SECRET_KEY=api.secret_key,
                ZALO_OA_REFRESH_TOKEN=api.refresh_token,
                ZALO_OA_API_URL=lambda: api.url,
                ZALO_OA_OAUTH_URL=lambda: api.url,
                PHOTO_HOSTS=lambda: self._photo_hosts(api.url),
            )
            self._zalo_oa.deliver_to(f"{self.address}/webhooks/zalo-oa")
        return self._zalo_oa

    def _photo_hosts(self, another: str) -> str:
        return ",".join(filter(None, (self._settings.get("PHOTO_HOSTS"), another)))

    def _opened(self, api: Api, **settings: Any) -> Api:
        """Open a stand-in, and start the instance anew if it runs already: with the settings that lead there."""
        self._apis.enter_context(api)
        self._settings |= {name: value() if callable(value) else value for name, value in settings.items()}
        if self._instance is not None:
            self.restart()
        return api

    def serves(self, messenger: Messenger) -> None:
        """Serve one more messenger, from the next start on."""
        self._added[messenger.name] = messenger

    # What is stored.

    def rows(self, look: Callable[[Tx], T]) -> T:
        """Read the database."""
        with self.database.read() as tx:
            return look(tx)

    def writes(self, work: Callable[[Tx], T]) -> T:
        """Do what a command beside the server would do, in a transaction of its own."""
        with self.database.write() as tx:
            done = work(tx)
        self.settle()
        return done

    def staff(self, name: str) -> Known:
        """Return a member of staff as rules know them."""
        known = self.rows(lambda tx: people.named(tx, name))
        assert known is not None, f"nobody is called {name}"
        return known

    def deed(self, number: int = 1) -> DeedRow:
        """Return the deed with this running number of a submission."""
        with self.database.read() as tx:
            for deed in deeds.recent(tx, 1_000):
                if any(told.number == number for told in deeds.submissions_of(tx, deed.id)):
                    return deed
        raise AssertionError(f"no deed has number {number}")

    def deeds(self) -> list[DeedRow]:
        """Return every deed, newest first."""
        return list(self.rows(lambda tx: deeds.recent(tx, 1_000)))

    def foreign_place(self, *, version: int, asked: str, extra: dict[str, object]) -> None:
        """Store everybody's place, and what they are telling, as a program of another version would have."""

        def rewrite(tx: Tx) -> None:
            other = {"version": version, "asked": asked, **extra}
            for place in tx.execute(select(Place.person_id, Place.state)).all():
                here = Place.person_id == place.person_id
                tx.execute(update(Place).where(here).values(state={**place.state, **other}))
            for draft in tx.execute(select(Draft.id, Draft.state)).all():
                tx.execute(update(Draft).where(Draft.id == draft.id).values(state={**draft.state, **other}))

        self.writes(rewrite)

    def decides(self, name: str, act: Act, number: int = 1, **order: Any) -> DeedRow:
        """Let a member of staff decide at the desk."""
        deed_id = self.deed(number).id
        if act is Act.APPROVE:
            order = {"confirmed_by": "village_head", **order}
        return self.writes(
            lambda tx: decide(tx, people.named(tx, name), deed_id, Order(act, **order), self.clock.now(), "desk")  # type: ignore[arg-type]
        )

    def asks_honoree(self, name: str, *allowed: Any, number: int = 1) -> None:
        """Let a member of staff record what the person praised allowed."""
        deed_id = self.deed(number).id
        answer = facts.Answer(frozenset(allowed), "met")
        self.writes(
            lambda tx: facts.record_honoree(tx, people.named(tx, name), deed_id, answer, self.clock.now(), "desk")  # type: ignore[arg-type]
        )

    def period(self, key: str) -> periods.PeriodRow | None:
        """Return a closed month."""
        return self.rows(lambda tx: periods.period(tx, key))

    def tables_with(self, *words: str) -> dict[str, list[str]]:
        """Return the tables in which one of the words stands anywhere, with the rows."""
        found: dict[str, list[str]] = {}
        with self.database.read() as tx:
            for table in Base.metadata.sorted_tables:
                for row in tx.execute(select(table)).all():
                    shown = " ".join(
                        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row
                    )
                    if any(word in shown for word in words):
                        found.setdefault(table.name, []).append(shown)
        return found

    # Time.

    def settle(self) -> None:
        """Carry out everything that is due now: files, questions, months, deliveries."""
        background = self.instance.background
        for _ in range(10):
            while self.run(background.files_due()):
                pass
            done = self.run(background.questions_due()) + self.run(background.months_due())
            done += self.run(background.forget_due())
            self.deliver()
            if not done:
                return
        raise AssertionError("there is always something due")

    def deliver(self) -> None:
        """Return when every message that is due has gone out."""
        until = time.monotonic() + SETTLES_WITHIN_S
        self._in_loop(self.instance.delivery.wake)
        while waiting := self.rows(self._on_the_way):
            assert time.monotonic() < until, f"{waiting} messages do not go out"
            time.sleep(0.005)

    def _on_the_way(self, tx: Tx) -> int:
        due = (OutboxMessage.state == "sending") | (
            (OutboxMessage.state == "waiting") & (OutboxMessage.not_before <= self.clock.now())
        )
        served = OutboxMessage.messenger.in_(list(self.instance.messengers))
        return tx.execute(select(func.count()).where(due, served)).scalar_one()

    def heard(self) -> int:
        """Return how many events have reached us."""
        return self.rows(lambda tx: tx.execute(select(func.count()).select_from(InboxEvent)).scalar_one())

    def wait_heard(self, count: int) -> None:
        """Return when so many events have been carried through and answered."""
        until = time.monotonic() + SETTLES_WITHIN_S
        while self.heard() < count:
            assert time.monotonic() < until, "what was said does not arrive"
            time.sleep(0.005)
        self.deliver()

    # Running.

    @property
    def instance(self) -> Instance:
        """The running instance, started if need be."""
        self.begin()
        assert self._instance is not None
        return self._instance

    def begin(self) -> None:
        """Start the instance if it does not run."""
        if self._instance is None:
            self._start()

    @property
    def address(self) -> str:
        """Where its pages are."""
        self.begin()
        return f"http://127.0.0.1:{self._port}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine where the instance runs."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def _in_loop(self, act: Callable[[], None]) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(act)

    def restart(self) -> None:
        """Stop the instance and start it anew on the same data."""
        self._stop()
        self._start()

    def command(self, *words: str) -> str:
        """Run the real command line on this commune's data, and return what it prints."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("viectot")), *words],
            capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).parents[1],
            env={"VIECTOT_DATA_DIR": str(self.folder), "VIECTOT_DATABASE_URL": self.url, "PATH": "", "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self) -> None:
        told: dict[str, Any] = {"DATA_DIR": self.folder, "DATABASE_URL": self.url, "_env_file": None}
        told |= self._settings
        self._port = self._port or _free_port()
        instance = build(Settings(PORT=self._port, LANES=2, **told), self.clock)
        for messenger in instance.messengers.values():
            # Seconds never pass on a clock that stands still.
            messenger.abilities = replace(
                messenger.abilities, min_seconds_per_chat=0.0, max_per_minute_in_group=0, max_per_second=0
            )
        instance.messengers |= self._added
        ready = threading.Event()
        self._instance = instance
        self._thread = threading.Thread(target=self._serve, args=(instance, ready), name="town", daemon=True)
        self._thread.start()
        assert ready.wait(STARTS_WITHIN_S), "the instance did not start"

    def _serve(self, instance: Instance, ready: threading.Event) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            config = uvicorn.Config(
                application(instance), host="127.0.0.1", port=self._port, log_level="error", access_log=False,
                timeout_graceful_shutdown=1,
            )  # fmt: skip
            self._server = uvicorn.Server(config)
            serving = self._loop.create_task(self._server.serve())
            while not self._server.started and not serving.done():  # noqa: ASYNC110  # uvicorn tells it no other way
                await asyncio.sleep(0.005)
            assert instance._scheduler is not None
            instance._scheduler.pause()  # a story's clock stands still; what is due is carried out by `settle`
            ready.set()
            await serving

        asyncio.run(serve())

    def _stop(self) -> None:
        if self._instance is None:
            return
        self._server.should_exit = True
        self._thread.join(timeout=30)
        assert not self._thread.is_alive(), "the instance does not stop"
        self._instance = None

    def end(self) -> None:
        """Close everything."""
        for speaker in self._speakers:
            speaker.leave()
        self._stop()
        self._apis.close()
        self.database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_of(template: Path, folder: Path) -> str:
    """Return the address of a migrated, empty SQLite database in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "viectot.sqlite3")
    return f"sqlite:///{folder / 'viectot.sqlite3'}"
