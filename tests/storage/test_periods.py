"""The rows of closed periods: one a key, one paper each, and a paper only ever moves forward."""

from datetime import UTC, date, datetime, timedelta

import pytest

from storage import period_deeds, periods
from storage.database import Database, Tx
from storage.people import hire

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MARKS = [["withdrawn", 1, "2026-09"]]


def close(tx: Tx, key: str = "2026-10") -> bool:
    """Close an empty period."""
    return periods.close(
        tx, key=key, starts_at=NOW - timedelta(days=31), ends_at=NOW, closed_at=NOW,
        snapshot={"format": 1, "snapshot": {}, "adjusted": MARKS}, content_hash="h", deed_ids=[],
    )  # fmt: skip


def test_a_period_closes_once(database: Database) -> None:
    """The second closing is told so and changes nothing; each period has exactly one paper to build."""
    with database.write() as tx:
        assert close(tx)
    with database.write() as tx:
        assert not close(tx)
        assert close(tx, "2026-11")
    with database.read() as tx:
        assert [row.key for row in periods.listed(tx)] == ["2026-11", "2026-10"]
        assert str(periods.open_window(tx, NOW).month) == "2026-12"
        row = periods.period(tx, "2026-10")
        assert row is not None
        assert (row.document_state, row.attempts, row.number, row.told_at) == ("to_build", 0, None, None)
        assert periods.period(tx, "2026-12") is None
        assert period_deeds.kept_beside(tx, "adjusted") == {
            key: [["withdrawn", 1, "2026-09"]] for key in ("2026-10", "2026-11")
        }
        assert period_deeds.kept_beside(tx, "published") == {"2026-10": None, "2026-11": None}


def test_a_closing_that_is_rolled_back_leaves_nothing(database: Database) -> None:
    """Period, list and paper stand or fall together."""

    class Stop(Exception):
        """The process fails half-way."""

    def fail_half_way() -> None:
        with database.write() as tx:
            assert close(tx)
            raise Stop

    with pytest.raises(Stop):
        fail_half_way()
    with database.read() as tx:
        assert periods.listed(tx) == []
        assert periods.to_build(tx, NOW) == []


def test_a_paper_moves_from_to_build_to_draft_to_issued_and_never_back(database: Database) -> None:
    """Every step is taken once; a second taker is told that somebody was first."""
    with database.write() as tx:
        close(tx)
        clerk = hire(tx, "Ninh", [], NOW)
        row = periods.period(tx, "2026-10")
        assert row is not None
        assert not periods.record_issued(tx, row.id, "1", date(2026, 11, 2), clerk.id, NOW)
        assert not periods.mark_told(tx, row.id, NOW)
        assert [periods.mark_built(tx, row, "papers/2026-10", NOW) for _ in "ab"] == [True, False]
        assert [found.key for found in periods.untold(tx)] == ["2026-10"]
        assert [periods.mark_told(tx, row.id, NOW) for _ in "ab"] == [True, False]
        assert [found.key for found in periods.not_issued(tx)] == ["2026-10"]
        issue = [periods.record_issued(tx, row.id, number, date(2026, 11, 2), clerk.id, NOW) for number in "12"]
        assert issue == [True, False]
        assert not periods.mark_failed(tx, row, "late news", NOW)
        row = periods.period(tx, "2026-10")
        assert row is not None
        assert (row.document_state, row.number, row.error) == ("issued", "1", None)
        assert periods.not_issued(tx) == []


@pytest.mark.parametrize(
    ("failures", "waits"), [(1, timedelta(minutes=1)), (3, timedelta(minutes=4)), (30, timedelta(hours=1))]
)
def test_a_failed_build_waits_longer_each_time(database: Database, failures: int, waits: timedelta) -> None:
    """From a minute up to an hour; a clock that is set back meanwhile does not hold it up for long."""
    with database.write() as tx:
        close(tx)
        row = periods.to_build(tx, NOW)[0]
        for _ in range(failures):
            assert periods.mark_failed(tx, row, "x" * 5_000, NOW)
        assert periods.to_build(tx, NOW + waits - timedelta(seconds=1)) == []
        (row,) = periods.to_build(tx, NOW + waits)
        assert (row.attempts, len(row.error or ""), row.in_trouble) == (failures, 2_000, failures >= 3)
        assert periods.to_build(tx, NOW - timedelta(days=2))
