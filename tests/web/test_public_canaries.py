"""Nothing personal stands on a public page: every private column is marked, everything public is crawled."""

import html
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from sqlalchemy import JSON, Boolean, Column, Date, LargeBinary, Table, insert, select, update

from deeds.kinds import Status, Thing
from storage.database import Tx
from storage.models import Base
from storage.models.base import Utc
from tests.storage.pictures import CANARIES, exif, saved, scene
from tests.web.town import Town

NOW = datetime(2026, 11, 9, tzinfo=UTC)
LEAST_MARKS = 200
# What the pages need to find their way, and the words that are public with leave; those are tried one by one below.
NOT_MARKED = {
    "deed": {"code", "status", "kind", "section", "field", "summary"},
    "honoree": {"title", "name"},
    "attachment": {"kind", "state", "sha256", "published", "thumbnail"},
    "consent": {"thing"},
    "setting": {"name", "value"},  # the office's own, printed on purpose
    "submission": {"receipt_hmac"},
}
RECEIPT = "7K2M-9QXD-4HTA"
PICTURE = saved(scene(1), exif=exif())
EVERYTHING = (Thing.DEED, Thing.NAME, Thing.PHOTO, Thing.PRESS, Thing.LOUDSPEAKER)
WORDS_AND_PICTURES = (Thing.WORDS, Thing.PICTURES)


def _fill_empty(tx: Tx, table: Table) -> None:
    """Put one row into a table that has none, whatever its columns."""
    if tx.execute(select(table).limit(1)).first() is not None:
        return
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column
            _fill_empty(tx, target.table)
            values[column.name] = tx.execute(select(target).limit(1)).scalar_one()
        elif not (column.primary_key and column.autoincrement is True):
            values[column.name] = _some(column)
    tx.execute(insert(table).values(**values))


def _some(column: Column[Any]) -> object:
    for kind, value in (
        (Utc, NOW), (Date, date(2026, 11, 9)), (Boolean, True), (JSON, {}), (LargeBinary, b"-"),
    ):  # fmt: skip
        if isinstance(column.type, kind):
            return value
    return 1 if column.type.python_type is int else "-"


def _mark(tx: Tx) -> list[str]:
    """Write a mark of its own into every private value of every row, and return the marks."""
    marks: list[str] = []
    for table in Base.metadata.sorted_tables:
        _fill_empty(tx, table)
    for table in Base.metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        for row in tx.execute(select(*keys)).all():
            which = [column == value for column, value in zip(keys, row, strict=True)]
            values: dict[str, object] = {}
            for column in table.columns:
                if column.foreign_keys or column.primary_key or column.name in NOT_MARKED.get(table.name, ()):
                    continue
                mark = f"canary{len(marks)}x"
                if isinstance(column.type, JSON):
                    values[column.name] = {mark: mark}
                elif isinstance(column.type, LargeBinary):
                    values[column.name] = mark.encode()
                elif column.type.python_type is str:
                    values[column.name] = mark
                else:
                    continue
                marks.append(mark)
            if values:
                tx.execute(update(table).where(*which).values(**values))
    return marks


def _crawl(visitor: httpx2.Client) -> dict[str, bytes]:
    """Return every public page, feed and picture that can be reached, headers included."""
    found: dict[str, bytes] = {}
    waiting = ["/", "/feed.atom", "/robots.txt", "/look-up", "/privacy", "/chat", "/chat/messages", "/favicon.ico"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = visitor.get(path)
        found[path] = repr(answer.headers.raw).encode() + answer.content
        if answer.headers.get("content-type", "").startswith(("text/html", "application/atom")):
            for link in re.findall(r'(?:href|src|content)="([^"]+)"', html.unescape(answer.text)):
                if link.startswith(("/", "http://127.0.0.1/")):
                    parts = urlsplit(urljoin("http://127.0.0.1/", link))
                    waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def test_no_private_value_reaches_a_public_page(town: Town, visitor: httpx2.Client) -> None:
    """Hundreds of marks in all private columns of all tables: a full crawl finds none, and does find what is public."""
    public = town.tell(
        summary="publicword1", honoree=EVERYTHING, teller=WORDS_AND_PICTURES, photos=[PICTURE], receipt=RECEIPT
    )
    hidden = ["Hoàng Canaryname"]
    town.tell(name=hidden[0], summary=f"publicword2 {hidden[0]} Canaryname", honoree=[Thing.DEED])
    refused: tuple[dict[str, Any], ...] = (
        {"about_child": True, "honoree": EVERYTHING, "teller": WORDS_AND_PICTURES},
        {"honoree": EVERYTHING, "teller": (Thing.WORDS,)},  # the teller keeps the picture to themselves
        {"name": "Canaryrefused", "honoree": (Thing.DEED,), "teller": WORDS_AND_PICTURES},
        {"name": "Canarysilent", "summary": "canarysilent", "honoree": (), "teller": WORDS_AND_PICTURES},
    )
    for number, leave in enumerate(refused):
        town.tell(**{"summary": "publicword3", "photos": [saved(scene(10 + number))], **leave})
    for status in Status:
        if status is not Status.PUBLISHED:
            town.tell(name="canarystatus", summary="canarystatus", status=status, honoree=EVERYTHING, photos=[])
    marks = town.store.write_now(_mark)
    assert len(marks) >= LEAST_MARKS

    found = _crawl(visitor)
    looked = visitor.post("/look-up", data={"receipt": RECEIPT})
    found["/look-up answered"] = looked.content
    assert "Tin này: Đã đăng" in looked.text
    everything = b"\n".join(found.values())
    assert b"publicword1" in everything
    assert b"publicword2" in everything
    assert f"/deeds/{public}" in found
    shown = [path for path in found if path.startswith("/photos/")]
    assert len(shown) == 2, "of the one deed everybody agreed to: the copy and its thumbnail"
    hits = {path: re.findall(rb"canary\w*", body, re.IGNORECASE) for path, body in found.items()}
    assert {path: hit for path, hit in hits.items() if hit} == {}
    for path in shown:
        assert all(canary not in found[path] for canary in CANARIES)
        assert b"Exif" not in found[path]
    for name in {path.name for path in (town.folder / "photos").rglob("*") if path.is_file()}:
        if f"/photos/{name}.jpg" not in shown:
            assert visitor.get(f"/photos/{name}.jpg").status_code == 404
