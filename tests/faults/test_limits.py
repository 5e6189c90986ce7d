"""No messenger is written to faster than it bears: not after a restart, not by two processes, not with albums."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.delivery import Delivery, pace_of
from deeds.kinds import Role
from deeds.said import Prompt
from messengers.port import Failure, MessengerFailed
from messengers.telegram.abilities import ABILITIES as TELEGRAM
from messengers.webchat.abilities import ABILITIES as WEBCHAT
from storage import groups, outbox, people
from storage.database import Database
from storage.migrations import upgrade
from storage.models import Base
from storage.pace import claim_at_pace
from tests.faults.scripted import ABILITIES, FastClock, Post, Scripted, lanes_on, wait_for
from tests.faults.server import Server
from tests.faults.telling import ANSWERS, MESSAGES, STORY
from tests.messengers.telegram_api import TelegramApi
from tests.messengers.telegram_api.limits import Limits

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
LIMITED = replace(
    ABILITIES,
    min_seconds_per_chat=TELEGRAM.min_seconds_per_chat,
    max_per_minute_in_group=TELEGRAM.max_per_minute_in_group,
    max_per_second=TELEGRAM.max_per_second,
    is_group=TELEGRAM.is_group,
)
GROUP = "-100"


def opened(url: str, speed: float) -> Iterator[Post]:
    """Yield an empty outbox and a messenger with Telegram's limits."""
    database = Database(url)
    Base.metadata.create_all(database.engine)
    clock = FastClock(speed)
    yield Post(database, clock, Scripted(clock, LIMITED))
    database.close()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """An outbox on SQLite, its clock twenty times as fast as ours."""
    yield from opened(f"sqlite:///{tmp_path / 'viectot.db'}", 6)


@pytest.fixture
def shared(database_url: str) -> Iterator[Post]:
    """An outbox on SQLite and on PostgreSQL, at the pace of the world."""
    yield from opened(database_url, 1)


def judge(post: Post) -> None:
    """Let Telegram's own way of counting look at what was sent, and when; it raises where it would have refused."""
    limits = Limits(on=True)
    for tried in post.messenger.tries:
        outgoing = tried.outgoing
        cost = 1 if outgoing.edits else max(1, len(outgoing.photos))
        group = outgoing.chat.startswith("-")
        limits.spend(int(outgoing.chat), group=group, cost=cost, now=tried.at.timestamp())


def deliver(post: Post, until: Callable[[], bool] | None = None) -> None:
    """Deliver as `Post.deliver` does, looking again often: a second of ours is twenty of its clock."""

    def done() -> bool:
        assert post.delivery is not None
        post.delivery.wake()
        return until() if until else not {"waiting", "sending"} & set(post.states())

    post.deliver(done)


def seconds(post: Post, chat: str) -> list[float]:
    """Return when a chat got its messages, in seconds after the first."""
    at = [tried.at for tried in post.messenger.tries if tried.outgoing.chat == chat]
    return [(each - at[0]).total_seconds() for each in at]


def test_a_burst_of_three_goes_in_one_instant_and_the_fourth_waits_a_second(tmp_path: Path) -> None:
    """On a clock that stands still: three are let out without any distance, the fourth is told to wait its second."""
    database = Database(f"sqlite:///{tmp_path / 'burst.sqlite3'}")
    upgrade(database)
    pace = pace_of(TELEGRAM)
    assert pace is not None
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with database.write() as tx:
        for number in range(4):
            outbox.put(tx, "telegram", "1", Prompt(f"{number}"), now)
        for _ in range(3):
            (due,), _wait_s = claim_at_pace(tx, "telegram", now, 10, pace)
            outbox.mark_sent(tx, due, "1", now)
        due_now, wait_s = claim_at_pace(tx, "telegram", now, 10, pace)
    assert due_now == []
    assert wait_s == pytest.approx(1.0, abs=0.05)
    database.close()


def test_a_person_gets_a_short_burst_and_then_one_message_a_second(post: Post) -> None:
    """Three at once, so that a receipt and its question come together; the seventh comes after four seconds."""
    for number in range(7):
        post.put("1", f"{number}")
    deliver(post)
    judge(post)
    at = seconds(post, "1")
    assert at[6] >= 4.0
    assert at[2] - at[0] < at[6] - at[2]  # the burst kept no distance, the rest did
    assert all(number - 2 <= later < number + 2 for number, later in enumerate(at))
    assert post.messenger.texts("1") == [f"{number}" for number in range(7)]


def test_a_group_gets_twenty_a_minute_also_over_a_restart(post: Post) -> None:
    """The process ends after the twentieth; the one after it knows, and meanwhile a person is not kept waiting."""
    for number in range(22):
        post.put(GROUP, f"{number}")
    deliver(post, until=lambda: post.states().count("sent") == 20)
    post.put("1", "not held up")
    deliver(post)
    judge(post)
    assert seconds(post, GROUP)[20] >= 60.0
    order = [tried.outgoing.text for tried in post.messenger.tries]
    assert order.index("not held up") == 20
    assert post.messenger.texts(GROUP) == [f"{number}" for number in range(22)]


def test_albums_and_edits_cost_what_they_cost(post: Post) -> None:
    """Three cards of nine pictures and a line are more than a minute's worth, and an edit is a message too."""
    photos = tuple(f"{number:064x}" for number in range(9))
    for number in range(3):
        post.put(GROUP, f"card {number}", photos=photos, send_key=f"card:{number}")
    deliver(post, until=lambda: post.states().count("sent") == 2)
    post.put(GROUP, "card 0, decided", send_key="card:0")
    deliver(post)
    judge(post)
    cards = [tried.at for tried in post.messenger.tries if tried.outgoing.text == "card 2"]
    assert (cards[0] - post.messenger.tries[0].at).total_seconds() >= 60.0
    assert post.messenger.texts(GROUP) == ["card 0, decided", "card 1", "card 2"]


def test_two_processes_share_thirty_a_second(shared: Post) -> None:
    """A hundred people, two that deliver from one database: never more than thirty in any second, none twice."""
    other = Database(shared.database.url)
    for chat in range(100):
        shared.put(str(chat), "news")

    async def deliver() -> None:
        with lanes_on(shared.database) as ours, lanes_on(other) as theirs:
            both = [Delivery(lanes, shared.clock, {"scripted": shared.messenger}) for lanes in (ours, theirs)]
            running = [asyncio.get_running_loop().create_task(each.run(alone=False)) for each in both]
            await wait_for(lambda: set(shared.states()) == {"sent"})
            for each, task in zip(both, running, strict=True):
                await each.finish()
                task.cancel()
            await asyncio.wait(running)

    asyncio.run(deliver())
    other.close()
    judge(shared)
    assert len(shared.messenger.tries) == 100


def test_a_pause_holds_the_chat_it_was_asked_for_and_no_other(post: Post) -> None:
    """One of ten is told to wait eight seconds; the others have theirs within two, and it gets its own in order."""
    post.messenger.answers = lambda outgoing, number: (
        MessengerFailed(Failure.LATER, "flood", retry_after_s=8.0) if outgoing.chat == "0" and number < 10 else None
    )
    for chat in range(10):
        for number in range(2):
            post.put(str(chat), f"{number}")
    deliver(post)
    began = post.messenger.tries[0].at
    landed = [tried for tried in post.messenger.tries if tried.outgoing.chat != "0"]
    slow = seconds(post, "0")
    assert max((tried.at - began).total_seconds() for tried in landed) < slow[1]
    assert slow[1] >= 8.0
    assert all(post.messenger.texts(str(chat)) == ["0", "1"] for chat in range(10))


def test_a_clock_put_back_does_not_silence_a_chat(post: Post) -> None:
    """What was sent an hour from now counts for nothing."""
    for number in range(3):
        post.put("1", f"{number}")
    deliver(post)
    post.clock._from = post.clock._from.replace(hour=post.clock._from.hour - 1)
    post.put("1", "after")
    deliver(post)
    assert post.messenger.texts("1")[-1] == "after"


def test_where_there_are_no_limits_nothing_is_counted() -> None:
    """The web chat has none, and a messenger whose limits are all nought has none either."""
    none = replace(TELEGRAM, min_seconds_per_chat=0.0, max_per_minute_in_group=0, max_per_second=0)
    assert pace_of(WEBCHAT) is None
    assert pace_of(none) is None
    assert pace_of(TELEGRAM) is not None


@pytest.mark.slow
def test_telegram_never_says_429(tmp_path: Path) -> None:
    """A group's cards and people in a hurry, over a kill, against a server that counts: no call is refused."""
    cards, impatient = (60, 40) if SOAK else (4, 8)
    with TelegramApi(limits=True) as api:
        server = Server(tmp_path, keeps_limits=True, TELEGRAM_TOKEN=api.token, TELEGRAM_API_URL=api.url)
        thu = api.user("Thu")
        group = api.group("Tổ duyệt", [thu], supergroup=True)
        with server.database.write() as tx:
            clerk = people.hire(tx, "Thu", [Role.MODERATOR], FastClock().now())
            groups.register(tx, "telegram", str(group.id), None, clerk.id, FastClock().now())
        crowd = [api.user(f"Người {number}") for number in range(impatient)]
        tellers = [api.user(f"Kể {number}") for number in range(cards)]
        server.start()
        try:
            for person in crowd:
                for _ in range(5):
                    person.says("giúp")
            for number, person in enumerate(tellers):
                for text in (STORY.format(number), *ANSWERS):
                    person.says(text)
            server.waits_for_events(5 * impatient + MESSAGES * cards, 60)
            time.sleep(1)
            server.kill()
            server.start()
            server.waits_until_sent(300 if SOAK else 60)
        finally:
            server.end()
            server.database.close()
        refused = [call for call in api.calls if call.answered == 429]
        assert refused == []
        assert len(group.messages) == cards + 1  # and a greeting
        assert all(len(person.messages) >= 5 for person in crowd)
