"""Who hears of a paper: once when it is there, every working day while it is stuck, and when it cannot be built."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from deeds.kinds import Role
from deeds.months import VIET_NAM, Month, local_day
from deeds.said import File, Prompt
from digests import clock_guard
from digests.documents.wording import Opinion, count, listed, lower_first, opinion
from digests.snapshot import MonthSnapshot
from digests.snapshotting import frozen
from storage import outbox, people, periods
from storage.database import Tx
from storage.office import Office, office
from storage.people import Reached
from storage.periods import PeriodRow
from texts import say

CHASE_AFTER_WORKING_DAYS = 2
NOT_BEFORE = time(7)  # a month closes at midnight; nobody is woken for it


def tell_due(tx: Tx, now: datetime) -> list[str]:
    """Tell officers and standing office of every paper that is there, each person once a period; returns the keys.

    While nobody can be reached the paper stays untold, and the next tick tries again.
    """
    if clock_guard.leap(tx, now) is not None:
        return []
    return [row.key for row in periods.untold(tx) if _tell(tx, row, now)]


def _tell(tx: Tx, row: PeriodRow, now: datetime) -> bool:
    issuer, snapshot = office(tx), frozen(row)
    standing_office = people.holding(tx, Role.STANDING_OFFICE)
    officers = people.holding(tx, Role.MODERATOR) or people.holding(tx, Role.ADMIN)
    to_office = _best_ways(tx, standing_office)
    to_officers = _best_ways(tx, [person for person in officers if person not in set(standing_office)])
    # Marked before anything is queued: of two processes one waits here, and then has nothing to tell.
    if not (to_office or to_officers) or not periods.mark_told(tx, row.id, now):
        return False
    wants_files = issuer["digest_files_to_standing_office"] == "yes"
    overview = Prompt(_overview(snapshot, issuer), files=_files(row) if wants_files else ())
    for way in to_office:
        _send(tx, way, overview, f"digest:{row.key}:{way.person_id}", now)
    for way in to_officers:
        _send(tx, way, Prompt(_draft_ready(snapshot, issuer)), f"digest:{row.key}:{way.person_id}", now)
    return True


def chase_due(tx: Tx, now: datetime) -> int:
    """Remind whoever gives numbers, once a working day, of the papers without one; returns how many were written to."""
    today = local_day(now)
    if clock_guard.leap(tx, now) is not None or today.weekday() >= 5 or outbox.keys_under(tx, f"stuck:{today}:"):
        return 0
    stuck = [row for row in periods.not_issued(tx) if _is_stuck(row, today)]
    if not stuck:
        return 0
    issuer = office(tx)
    months = [_short(Month.parse(row.key)) for row in stuck]
    since = f"{local_day(stuck[0].told_at or stuck[0].closed_at):%d/%m/%Y}"
    key = "doc.stuck.one" if len(stuck) == 1 else "doc.stuck.several"
    address = _desk(issuer, stuck[0].key if len(stuck) == 1 else None)
    prompt = Prompt(say(key, months=", ".join(months), since=since, url=address))
    ways = _best_ways(tx, _number_givers(tx))
    for way in ways:
        _send(tx, way, prompt, f"stuck:{today}:{way.person_id}", now)
    return len(ways)


def tell_trouble(tx: Tx, row: PeriodRow, now: datetime) -> None:
    """Tell moderators and admins, once, that a paper cannot be built; the desk shows the error."""
    month = _short(Month.parse(row.key))
    prompt = Prompt(say("doc.trouble", month=month, tries=row.attempts, url=_desk(office(tx), row.key)))
    for way in _best_ways(tx, people.holding(tx, Role.MODERATOR, Role.ADMIN)):
        _send(tx, way, prompt, f"trouble:{row.key}:{way.person_id}", now)


def ask_about_clock(tx: Tx, now: datetime) -> int:
    """Ask, once a leap, whoever may say that the clock is right; returns how many were written to."""
    leap = clock_guard.leap(tx, now)
    key = f"clock:{leap.seen:%Y%m%d%H}:" if leap else ""
    if leap is None or outbox.keys_under(tx, key):
        return 0
    admins = people.holding(tx, Role.ADMIN) or people.holding(tx, Role.MODERATOR)
    text = say(
        "clock.asked",
        seen=f"{leap.seen.astimezone(VIET_NAM):%H:%M %d/%m/%Y}",
        now=f"{now.astimezone(VIET_NAM):%H:%M %d/%m/%Y}",
        days=leap.days,
        url=_desk(office(tx), None),
    )
    ways = _best_ways(tx, admins)
    for way in ways:
        # Not before an instant that is over by either clock: it goes out now, and also once the clock is put right.
        prompt = Prompt(text, send_key=f"{key}{way.person_id}", not_before=leap.seen)
        outbox.put(tx, way.messenger, way.address, prompt, now)
    return len(ways)


def _draft_ready(snapshot: MonthSnapshot, issuer: Office) -> str:
    month = _short(Month.parse(snapshot.period))
    return "\n".join(
        (
            say("doc.draft_ready", month=month, deeds=_deeds(snapshot)),
            *_besides(snapshot),
            say("doc.draft_ready.where", url=_desk(issuer, snapshot.period)),
        )
    )


def _overview(snapshot: MonthSnapshot, issuer: Office) -> str:
    figures = snapshot.figures
    first, last = snapshot.window_start, snapshot.window_end
    lines = [
        say(
            "office.overview",
            month=_short(Month.parse(snapshot.period)),
            window=f"{first:%d/%m}-{last:%d/%m}",
            office=issuer["office"],
            deeds=_deeds(snapshot),
        )
    ]
    if figures.received_submissions:
        lines.append(
            say(
                "office.overview.received",
                submissions=count(figures.received_submissions),
                received=count(figures.received_deeds),
            )
        )
    else:
        lines.append(say("office.overview.received.none"))
    if figures.in_review:
        lines.append(say("office.overview.in_review", count=count(figures.in_review)))
    if snapshot.adjustments:
        lines.append(say("office.overview.adjusted", count=count(len(snapshot.adjustments))))
    return "\n".join((*lines, *_besides(snapshot), say("office.overview.where", url=_desk(issuer, snapshot.period))))


def _deeds(snapshot: MonthSnapshot) -> str:
    """Return how many deeds the list has, section by section; sections without a deed are not named."""
    if not snapshot.deeds:
        return say("digest.deeds.none")
    numbers: dict[str, int] = {}
    for deed in snapshot.deeds:
        numbers[deed.section] = numbers.get(deed.section, 0) + 1
    sections = (
        say("digest.deeds.section", count=count(number), name=lower_first(say(f"section.{section}")))
        for section, number in numbers.items()
    )
    return say("digest.deeds.some", count=count(len(snapshot.deeds)), sections=listed(sections))


def _besides(snapshot: MonthSnapshot) -> Sequence[str]:
    not_asked = sum(opinion(deed) is Opinion.NOT_ASKED for deed in snapshot.deeds)
    lines = []
    if snapshot.figures.left_out:
        lines.append(say("digest.left_out", count=count(snapshot.figures.left_out)))
    if not_asked:
        lines.append(say("digest.not_asked", count=count(not_asked)))
    return lines


def _files(row: PeriodRow) -> tuple[File, ...]:
    names = [f"van-ban-{row.key}.{ending}" for ending in ("docx", "pdf", "xlsx")]
    return tuple(File(f"{row.folder}/{name}", name) for name in names) if row.folder else ()


def _best_ways(tx: Tx, person_ids: Sequence[int]) -> Sequence[Reached]:
    """Return for each person the address they wrote from last; who has no chat is written a letter."""
    best: dict[int, Reached] = {}
    for way in (*people.ways_to(tx, person_ids), *people.only_by_mail(tx, person_ids)):
        best.setdefault(way.person_id, way)
    return list(best.values())


def _number_givers(tx: Tx) -> Sequence[int]:
    return (
        people.holding(tx, Role.STANDING_OFFICE) or people.holding(tx, Role.MODERATOR) or people.holding(tx, Role.ADMIN)
    )


def _send(tx: Tx, way: Reached, prompt: Prompt, send_key: str, now: datetime) -> None:
    morning = datetime.combine(local_day(now), NOT_BEFORE, VIET_NAM)
    outbox.put(
        tx,
        way.messenger,
        way.address,
        Prompt(prompt.text, files=prompt.files, send_key=send_key, not_before=max(now, morning)),
        now,
    )


def _is_stuck(row: PeriodRow, today: date) -> bool:
    if row.told_at is None:
        return False
    waited = _days(local_day(row.told_at), today)
    return sum(day.weekday() < 5 for day in waited) >= CHASE_AFTER_WORKING_DAYS


def _days(first: date, before: date) -> Iterable[date]:
    while first < before:
        yield first
        first += timedelta(days=1)


def _desk(issuer: Office, key: str | None) -> str:
    path = f"/desk/papers/{key}" if key else "/desk/papers"
    address = issuer["public_url"].strip().rstrip("/")
    return f"{address}{path}" if address else say("doc.at_the_desk", path=path)


def _short(month: Month) -> str:
    return f"{month.number}/{month.year}"
