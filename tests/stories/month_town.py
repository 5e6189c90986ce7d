"""An invented commune with a real database: people tell, a moderator decides, months close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, inspect, select

from deeds.kinds import HONOREE_THINGS, Act, Role, Status, Thing
from deeds.months import VIET_NAM, Month
from deeds.said import Prompt
from digests import clock_guard, months, notices, papers
from digests.snapshot import MonthSnapshot
from digests.snapshotting import frozen
from storage import deeds, history, people, periods
from storage.database import Database
from storage.models import Base, Identity, OutboxMessage
from storage.people import Known
from storage.periods import PeriodRow
from storage.photos.files import PhotoFiles
from storage.settings import set_setting

OFFICE = {
    "office": "xã Suối Lành",
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
    "commune_code": "00000",
    "first_day": "1",
    "public_url": "https://vt.example.vn",
    "digest_files_to_standing_office": "no",
}


def ict(text: str) -> datetime:
    """Return the instant of `2026-11-01 00:30` in Viet Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIET_NAM).astimezone(UTC)


@dataclass(frozen=True)
class Letter:
    """A queued message."""

    key: str
    messenger: str
    chat: str
    prompt: Prompt
    not_before: datetime


class Town:
    """The commune. Several may stand on one folder, as several processes do."""

    def __init__(self, folder: Path, started: str = "2026-10-05 09:00", url: str | None = None, **office: str) -> None:
        self.folder = folder
        self.database = Database(url or f"sqlite:///{folder / 'viectot.db'}")
        if not inspect(self.database.engine).has_table("period"):
            Base.metadata.create_all(self.database.engine)
            now = ict(started)
            with self.database.write() as tx:
                for name, value in (OFFICE | office).items():
                    set_setting(tx, name, value, now)
                set_setting(tx, months.STARTED_AT, now.isoformat(), now)
        self.files = PhotoFiles(folder / "photos")

    # People.

    def staff(
        self, name: str, *roles: Role, on: Sequence[str] = ("telegram",), heard: str = "2026-10-05 10:00"
    ) -> Known:
        """Hire somebody who wrote to us on these messengers; heard last on the last of them."""
        with self.database.write() as tx:
            known = people.hire(tx, name, roles, ict(heard))
            if not people.ways_to(tx, [known.id]):
                for minute, messenger in enumerate(on):
                    at = ict(heard) + timedelta(minutes=minute)
                    address = f"{name}@{messenger}"
                    tx.execute(
                        insert(Identity).values(
                            person_id=known.id, messenger=messenger, address=address, created_at=at, last_heard_at=at
                        )
                    )
            return people.person(tx, known.id) or known

    # Deeds.

    def told(
        self,
        at: str | datetime,
        name: str = "Lường Thị Ngoan",
        *,
        words: bool = False,
        summary: str = "Nhặt được ví, nộp Công an xã; đã trao trả.",
        story: str = "Bà Ngoan nhặt được ví rồi đem nộp.",
        **columns: object,
    ) -> int:
        """Somebody tells of a deed; returns its id."""
        now = at if isinstance(at, datetime) else ict(at)
        with self.database.write() as tx:
            number = len(deeds.recent(tx, 100_000)) + 1
            values: dict[str, object] = {
                "code": f"VT-{now.year}-{number:06d}", "status": Status.RECEIVED.value, "version": 1,
                "kind": "individual", "section": "good_deed", "field": "honesty", "target_groups": ["farmer"],
                "urgent": False, "about_child": False, "summary": summary, "story": story, "search": "",
                "when_text": "08/11/2026", "place_text": "bản Nà Phiêng", "received_at": now,
            }  # fmt: skip
            deed_id = deeds.new_deed(tx, **(values | columns))
            deeds.new_honoree(
                tx, deed_id=deed_id, title="bà", name=name, name_folded="", residence="bản Nà Phiêng",
                birth_year=1968, occupation="Nông dân",
            )  # fmt: skip
            told_id = deeds.new_submission(
                tx, number=number, receipt_hmac=f"hmac-{number}", messenger="zalo_oa", chat="z", deed_id=deed_id,
                told={}, told_at=now,
            )  # fmt: skip
            history.allow(tx, Thing.WORDS, words, how="zalo_oa", words="k", now=now, submission_id=told_id)
        return deed_id

    def approved(self, at: str | datetime, name: str = "Lường Thị Ngoan", *says: Thing, **columns: object) -> int:
        """A deed is told, confirmed and approved in one moment.

        The person praised says yes to `says`, or was never asked.
        """
        columns = {"confirmed_person": "Trưởng bản, 10/11", "confirmed_deed": "Công an xã, 10/11"} | columns
        deed_id = self.told(at, name, **columns)  # type: ignore[arg-type]
        if says:
            self.asked(deed_id, at, *says)
        self.decide(deed_id, Act.APPROVE, Status.APPROVED, at)
        return deed_id

    def agreed(self, at: str | datetime, name: str = "Lường Thị Ngoan", **columns: object) -> int:
        """An approved deed whose person praised said yes to everything."""
        return self.approved(at, name, *HONOREE_THINGS, **columns)

    def asked(self, deed_id: int, at: str | datetime, *says: Thing) -> None:
        """The person praised is asked and says yes to `says` only."""
        now = at if isinstance(at, datetime) else ict(at)
        with self.database.write() as tx:
            honoree = deeds.honoree_of(tx, deed_id)
            for thing in HONOREE_THINGS:
                history.allow(tx, thing, thing in says, how="met", words="k", now=now, honoree_id=honoree.id)

    def decide(self, deed_id: int, act: Act, becomes: Status, at: str | datetime) -> None:
        """One decision with its line of history."""
        now = at if isinstance(at, datetime) else ict(at)
        with self.database.write() as tx:
            deed = deeds.deed(tx, deed_id, hold=True)
            assert deed is not None
            columns: dict[str, object] = {"status": becomes.value}
            if act is Act.APPROVE:
                columns["approved_at"] = now
            elif becomes is Status.PUBLISHED:
                columns["published_at"] = now
            elif act is Act.UNPUBLISH:
                columns["published_at"] = None
            elif act is Act.UNDO:
                columns["approved_at"] = None
            assert deeds.change(tx, deed_id, deed.version, **columns)
            history.record(
                tx, deed_id, act, deed.status, becomes,
                version=deed.version + 1, person_id=None, via="desk", now=now,
            )  # fmt: skip

    def undo(self, deed_id: int, at: str) -> None:
        """The approval is taken back."""
        self.decide(deed_id, Act.UNDO, Status.RECEIVED, at)

    # Months.

    def close(self, at: str | datetime, *, days_seen: bool = True) -> list[str]:
        """The timetable asks what is due, as on every day before, unless the machine stood still."""
        now = at if isinstance(at, datetime) else ict(at)
        with self.database.write() as tx:
            while days_seen and (leap := clock_guard.leap(tx, now)) is not None:
                clock_guard.note(tx, leap.seen + clock_guard.LEAP)
            return months.close_due(tx, now)

    def build(self, at: str | datetime) -> int:
        """Every paper that is due is built; returns how many."""
        now, built = at if isinstance(at, datetime) else ict(at), 0
        while True:
            with self.database.read() as tx:
                row = papers.next_to_build(tx, now)
            if row is None:
                return built
            folder = papers.build(row, self.files, self.folder)
            with self.database.write() as tx:
                built += papers.mark_built(tx, row, folder, now)

    def tell(self, at: str | datetime) -> list[str]:
        """Everybody concerned is told."""
        with self.database.write() as tx:
            return notices.tell_due(tx, at if isinstance(at, datetime) else ict(at))

    def tick(self, at: str | datetime) -> None:
        """All of it, as the timetable does."""
        self.close(at)
        self.build(at)
        self.tell(at)

    def period(self, key: str) -> PeriodRow:
        """Return a closed period."""
        with self.database.read() as tx:
            row = periods.period(tx, key)
        assert row is not None, f"{key} is open"
        return row

    def snapshot(self, key: str) -> MonthSnapshot:
        """Return what a month was closed with."""
        return frozen(self.period(key))

    def draft(self, key: str, at: str) -> MonthSnapshot:
        """Return an open month as it stands."""
        with self.database.read() as tx:
            return months.draft_snapshot(tx, Month.parse(key), ict(at))

    def letters(self, prefix: str = "") -> list[Letter]:
        """Return what was queued under keys with this beginning, oldest first."""
        query = select(OutboxMessage).where(OutboxMessage.send_key.startswith(prefix)).order_by(OutboxMessage.id)
        with self.database.read() as tx:
            rows = tx.execute(query).all()
        return [
            Letter(row.send_key or "", row.messenger, row.chat, Prompt.from_json(row.body), row.not_before)
            for row in rows
        ]
