"""Whoever keeps it running sees what became of a message, and is alarmed when something is wrong and only then."""

import re
import shutil
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import structlog
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot import health
from bot.commands.running import quiet_logs
from bot.ends import End
from storage.models import OutboxMessage, Place
from storage.waiting import Waiting
from tests.cast import RESCUE
from tests.town import Town, viet_nam

NOW = viet_nam("2026-05-05 08:00")


@pytest.fixture(autouse=True)
def _always_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look writes: a test does not wait for the next one."""
    monkeypatch.setattr(health, "PROBE_EVERY_S", 0.0)


def looks(town: Town) -> tuple[int, dict[str, Any]]:
    """Return status and answer of the health page."""
    answer = httpx2.get(f"{town.address}/health", timeout=30)
    return answer.status_code, answer.json()


def test_a_line_of_the_log_looks_as_it_always_did(capsys: pytest.CaptureFixture[str]) -> None:
    """Instant, level and event come first, values as Python writes them, an error with its trace; one line an event."""
    configured = structlog.get_config()
    try:
        quiet_logs()
        log = structlog.get_logger()
        log.info("sent", event_id="e653dda916e2", took_ms=3, failure=None)
        try:
            raise RuntimeError("the disk\nis full")
        except RuntimeError as error:
            log.error("not sent", exc_info=error)
    finally:
        structlog.configure(**configured)
    first, second = capsys.readouterr().err.splitlines()
    when = r"timestamp='\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z'"
    assert re.fullmatch(rf"{when} level='info' event='sent' event_id='e653dda916e2' took_ms=3 failure=None", first)
    assert re.match(rf"{when} level='error' event='not sent' exception='Traceback .*RuntimeError", second)


def test_one_id_leads_from_the_wire_to_the_end(town: Town) -> None:
    """Received, answered and sent carry one id; the lines hold no word, name, chat or token."""
    lan = town.citizen("Lan", on="webchat")
    lan.says("alo")
    with capture_logs() as lines:
        lan.says(RESCUE)
        lan.sees("Xin xem lại:")
    said = [line for line in lines if line["event"] in ("received", "answered", "sent")]
    assert [line["event"] for line in said] == ["received", "answered", "sent"]
    (event_id,) = {line["event_id"] for line in said}
    assert re.fullmatch(r"[0-9a-f]{12}", event_id)
    everything = repr(lines)
    assert not any(word in everything for word in ("Khuyên", "Lan", "Bến Gỗ", _chat_of(town)))


def _chat_of(town: Town) -> str:
    return str(town.rows(lambda tx: tx.execute(select(OutboxMessage.chat).limit(1)).scalar_one()))


def test_a_revoked_token_is_said_by_its_setting_and_alarms(town: Town) -> None:
    """A line a failed sending, with the setting's name; after five minutes a warning, however often it was tried."""
    lan = town.citizen("Lan", on="telegram")
    lan.says("alo")
    assert looks(town)[1]["warnings"] == []
    town.telegram.token = "1:another"
    with capture_logs() as lines:
        town.writes(lambda tx: _queue(town, tx))
        for _ in range(3):
            town.clock.forward(minutes=6)
            town.deliver()
    failed = [line for line in lines if line["event"] == "not sent"]
    assert failed
    assert {line["setting"] for line in failed} == {"VIECTOT_TELEGRAM_TOKEN"}
    status, told = looks(town)
    assert (status, told["warnings"]) == (200, ["messages on telegram do not go out"])
    assert told["sending"]["telegram"]["setting"] == "VIECTOT_TELEGRAM_TOKEN"
    assert told["sending"]["telegram"]["failing_for_s"] >= 600
    assert told["outbox"]["stuck"]


def _queue(town: Town, tx: Any) -> None:
    from deeds.said import Prompt
    from storage import outbox

    outbox.put(tx, "telegram", _chat_of(town), Prompt("một tin"), town.clock.now())


def test_what_waits_for_its_turn_does_not_alarm_and_what_stands_still_does() -> None:
    """180 cards held by a group's pace for 307 s, one sent three seconds ago; then nothing sent for three minutes."""
    held = Waiting("telegram", 180, None, NOW - timedelta(seconds=307))

    def age_s(ago_s: float | None) -> float:
        ends = End() if ago_s is None else End(sent_at=NOW - timedelta(seconds=ago_s))
        instance: Any = SimpleNamespace(delivery=SimpleNamespace(ends_of=lambda _: ends))
        return health._age_s(instance, held, NOW)

    assert [age_s(3), age_s(180), age_s(None)] == [0, 307, 307]


def test_parked_events_show(town: Town) -> None:
    """One story met a fault of ours: the page says how many wait, and nobody is sent away."""
    lan = town.citizen("Lan", on="webchat")
    lan.says("alo")
    sound = town.rows(lambda tx: tx.execute(select(Place.state)).scalar_one())
    town.writes(lambda tx: tx.execute(update(Place).values(state={**sound, "shown": [["only an id"]]})))
    lan.says(RESCUE)
    lan.sees("Tin vừa gửi đã được giữ lại")
    status, told = looks(town)
    assert (status, told["inbox"]["parked"]) == (200, 1)
    assert told["warnings"] == ["1 events are parked: viectot parked list"]


def test_where_nothing_can_be_written_it_is_not_ready(town: Town) -> None:
    """The disk of the data folder is gone: 503 until it is there again."""
    town.begin()
    assert looks(town)[0] == 200
    aside = town.folder.with_name("aside")
    town.folder.rename(aside)
    try:
        status, told = looks(town)
        assert (status, told["ready"]) == (503, False)
        assert told["faults"]
    finally:
        shutil.rmtree(town.folder, ignore_errors=True)
        aside.rename(town.folder)
    assert looks(town)[0] == 200


def test_the_age_of_the_last_tick_is_told(town: Town) -> None:
    """And which work was not done for long."""
    town.begin()
    told = looks(town)[1]["timetable"]
    assert told["last_tick_s"] >= 0
    assert told["late"] == []
