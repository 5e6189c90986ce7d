"""Who hears of a paper: once when it is there, every working day while it is stuck, and when it cannot be built."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from deeds.kinds import Role
from deeds.months import VIET_NAM, Month, local_day
from deeds.said import File, Prompt
from digests import clock_guard
from digests.documents.wording import Opinion, count, day_name, listed, lower_first, opinion
from digests.snapshot import MonthSnapshot
from digests.snapshotting import frozen
from storage import outbox, people, periods
from storage.database import Tx
from storage.office import Office, office
from storage.people import NOT_PUSHED, Known, Reached
from storage.periods import PeriodRow
from texts import say

CHASE_AFTER_WORKING_DAYS = 2
NOT_BEFORE = time(7)  # a month closes at midnight; nobody is woken for it


def tell_due(tx: Tx, now: datetime, served: Collection[str] | None = None) -> list[str]:
    """Tell the issuer's people and the standing office of every paper that is there, each person once a period.

    Returns the keys of which anybody was told. A period counts as told when on either side somebody was written to by
    a way that reaches them; until then the next tick tries again. `served` names the messengers that are switched on.
    """
    if clock_guard.leap(tx, now) is not None:
        return []
    return [row.key for row in periods.untold(tx) if _tell(tx, row, now, served)]


def _tell(tx: Tx, row: PeriodRow, now: datetime, served: Collection[str] | None) -> bool:
    issuer, snapshot = office(tx), frozen(row)
    wants_files = issuer["digest_files_to_standing_office"] == "yes"
    told, anybody = dict(periods.told_people(tx, row.id)), False
    sides = sides_of(tx)
    words = (
        Prompt(_overview(snapshot, issuer), files=_files(row) if wants_files else ()),
        Prompt(_draft_ready(snapshot, issuer)),
    )
    for side, prompt in zip(sides, words, strict=True):
        for way in _best_ways(tx, side, served):
            pushed = way.messenger not in NOT_PUSHED
            # Noted before it is queued: of two processes one waits here, and then has nothing to tell.
            if told.get(way.person_id) or (way.person_id in told and not pushed):
                continue
            if periods.note_told(tx, row.id, way.person_id, now, pushed=pushed):
                told[way.person_id] = pushed
                _send(tx, way, prompt, f"digest:{row.key}:{way.person_id}:{way.messenger}", now)
                anybody = True
    reached = [any(told.get(person) for person in side) for side in sides if side]
    if reached and all(reached):
        periods.mark_told(tx, row.id, now)
    return anybody


def sides_of(tx: Tx) -> tuple[Sequence[int], Sequence[int]]:
    """Return who is to hear of a paper: at the standing office, which receives it, and of its issuer's people."""
    standing_office = people.holding(tx, Role.STANDING_OFFICE)
    officers = people.holding(tx, Role.MODERATOR, Role.CLERK) or people.holding(tx, Role.ADMIN)
    return standing_office, [person for person in officers if person not in set(standing_office)]


def tell_corrected(
    tx: Tx, before: PeriodRow, after: PeriodRow, correction: int, why: str, actor: Known, now: datetime
) -> None:
    """Tell everybody who was told of a paper, and both sides, that its number or day was put right."""
    assert before.issued_on is not None
    assert after.issued_on is not None
    everybody = dict.fromkeys((*periods.told_people(tx, after.id), *(one for side in sides_of(tx) for one in side)))
    everybody.pop(actor.id, None)
    text = say(
        "doc.corrected.told",
        month=_short(Month.parse(after.key)),
        number=after.number or "",
        day=day_name(after.issued_on),
        old_number=before.number or "",
        old_day=day_name(before.issued_on),
        name=actor.name or "",
        why=why.rstrip("."),
        url=_desk(office(tx), after.key),
    )
    for way in _best_ways(tx, list(everybody)):
        _send(tx, way, Prompt(text), f"renumbered:{correction}:{way.person_id}", now)


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
    since = f"{local_day(stuck[0].tried_at or stuck[0].closed_at):%d/%m/%Y}"
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
        links = _papers_in(text, office(tx))
        prompt = Prompt(text, send_key=f"{key}{way.person_id}", not_before=leap.seen, links=links)
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


def _best_ways(tx: Tx, person_ids: Sequence[int], served: Collection[str] | None = None) -> Sequence[Reached]:
    """Return for each person the best way there is: the chat they wrote from last that reaches them, else a letter.

    Who has neither finds it when they open the page.
    """
    best: dict[int, Reached] = {}
    ways = people.ways_to(tx, person_ids)
    pushed = [way for way in ways if way.messenger not in NOT_PUSHED]
    for way in (*pushed, *people.by_mail(tx, person_ids), *ways):
        if served is None or way.messenger in served:
            best.setdefault(way.person_id, way)
    return [best[person] for person in person_ids if person in best]


def _number_givers(tx: Tx) -> Sequence[int]:
    return people.holding(tx, Role.CLERK) or people.holding(tx, Role.MODERATOR) or people.holding(tx, Role.ADMIN)


def _send(tx: Tx, way: Reached, prompt: Prompt, send_key: str, now: datetime) -> None:
    morning = datetime.combine(local_day(now), NOT_BEFORE, VIET_NAM)
    outbox.put(
        tx,
        way.messenger,
        way.address,
        Prompt(
            prompt.text,
            files=prompt.files,
            send_key=send_key,
            not_before=max(now, morning),
            links=_papers_in(prompt.text, office(tx)),
        ),
        now,
    )


def _is_stuck(row: PeriodRow, today: date) -> bool:
    if row.tried_at is None:
        return False
    waited = _days(local_day(row.tried_at), today)
    return sum(day.weekday() < 5 for day in waited) >= CHASE_AFTER_WORKING_DAYS


def _days(first: date, before: date) -> Iterable[date]:
    while first < before:
        yield first
        first += timedelta(days=1)


def _desk(issuer: Office, key: str | None) -> str:
    path = f"/desk/papers/{key}" if key else "/desk/papers"
    address = issuer["public_url"].strip().rstrip("/")
    return f"{address}{path}" if address else say("doc.at_the_desk", path=path)


def _papers_in(text: str, issuer: Office) -> tuple[str, ...]:
    """Return the addresses of pages of papers in a text: nothing else in it is to be pressed."""
    if not issuer["public_url"].strip():
        return ()
    return tuple(dict.fromkeys(re.findall(rf"{re.escape(_desk(issuer, None))}(?:/[0-9]{{4}}-[0-9]{{2}})?\b", text)))


def _short(month: Month) -> str:
    return f"{month.number}/{month.year}"
