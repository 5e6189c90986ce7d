"""Pages of an instance that has been in use for long, asked for over HTTP: does it matter how many deeds there are?"""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from sqlalchemy import insert

from bench.served import free_port
from deeds.kinds import HONOREE_THINGS, TELLER_THINGS
from deeds.statuses import STANDING
from deeds.vietnamese import fold
from storage.database import Database
from storage.models import Consent, Deed, Honoree, Person, Submission
from storage.statements import table

VIECTOT = Path(sys.executable).parent / "viectot"
ASKED = {
    "front page": "/",
    "feed": "/feed.atom",
    "queue": "/desk",
    "every deed": "/desk?status=all",
    "a deed": "/desk/deeds/VT-2025-0000500",
    "search of two words": "/desk?status=all&words=nhat+vi",
    "search without a hit": "/desk?status=all&words=xyzzyq",
}
GOALS_MS = {"front page": 25, "feed": 25, "queue": 60, "a deed": 25}
STATUSES = {"published": 60, "approved": 25, "rejected": 10, "received": 3, "needs_info": 2}
TOLD = """Bà ông anh chị nhặt được ví trả lại cứu cháu suối lũ nuôi học trò nghèo hiến đất làm đường vá ổ gà nấu cháo
bệnh viện trồng cây dọn rác mô hình nuôi thỏ bản Nà Lốc thôn Đông"""
AT_ONCE = 20_000
SPREAD = timedelta(days=700)


def medians_ms(count: int, rounds: int) -> Mapping[str, float]:
    """Return how long each page takes with that many deeds, in the middle of so many requests."""
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder), count) as browser:
        return {name: statistics.median(_time_ms(browser, path) for _ in range(rounds)) for name, path in ASKED.items()}


def _time_ms(browser: httpx2.Client, path: str) -> float:
    began = time.perf_counter()
    browser.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1_000


@contextmanager
def _served(folder: Path, count: int) -> Iterator[httpx2.Client]:
    """Yield a browser signed in as a moderator."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    there = {
        **os.environ, "VIECTOT_DATA_DIR": str(folder), "VIECTOT_PORT": str(port), "VIECTOT_PUBLIC_URL": address,
    }  # fmt: skip
    subprocess.run([VIECTOT, "invite", "Thu", "--role", "moderator"], env=there, check=True, stdout=subprocess.DEVNULL)
    database = Database(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    for first in range(1, count + 1, AT_ONCE):
        _fill(database, range(first, min(first + AT_ONCE, count + 1)), count)
    database.close()
    link = subprocess.run([VIECTOT, "login-link", "Thu"], env=there, check=True, capture_output=True, text=True).stdout
    server = subprocess.Popen([VIECTOT, "run"], env=there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx2.Client(base_url=address, timeout=60, follow_redirects=True) as browser:
            _until_up(browser)
            token = re.search(r'name="token" value="([^"]+)"', browser.get(link.strip()).text)
            assert token is not None
            browser.post(link.strip(), data={"token": token[1]}).raise_for_status()
            yield browser
    finally:
        server.terminate()
        server.wait(20)


def _until_up(browser: httpx2.Client) -> None:
    for _ in range(300):
        try:
            browser.get("/health")
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


def _fill(database: Database, numbers: range, count: int) -> None:
    """Write deeds with their tellers, consents and people praised, spread over the statuses and over two years."""
    chance = random.Random(numbers.start)
    now = datetime.now(UTC)
    statuses = chance.choices(list(STATUSES), list(STATUSES.values()), k=len(numbers))
    told = [" ".join(chance.choices(TOLD.split(), k=45)) for _ in numbers]
    with database.write() as tx:
        tx.execute(insert(table(Person)), [{"id": n + 100, "created_at": now} for n in numbers])
        rows = []
        for n, status, story in zip(numbers, statuses, told, strict=True):
            at = now - SPREAD * ((count - n) / count)
            stands = status in STANDING
            rows.append({
                "id": n, "code": f"VT-2025-{n:07d}", "status": status, "version": 2, "kind": "individual",
                "section": "good_deed", "field": "charity", "target_groups": [], "urgent": n % 97 == 0,
                "about_child": False, "summary": "", "story": story, "search": fold(f"{story} lò thị {n}"),
                "when_text": "", "place_text": "thôn Đông", "received_at": at,
                "approved_at": at if stands else None, "published_at": at if status == "published" else None,
            })  # fmt: skip
        tx.execute(insert(table(Deed)), rows)
        tx.execute(
            insert(table(Honoree)),
            [{"id": n, "deed_id": n, "title": "bà", "name": f"Lò Thị {n}", "name_folded": f"lo thi {n}",
              "residence": ""} for n in numbers],
        )  # fmt: skip
        tx.execute(
            insert(table(Submission)),
            [{"id": n, "number": n, "receipt_hmac": f"{n:064x}", "person_id": n + 100, "messenger": "webchat",
              "chat": str(n), "deed_id": n, "told": {"story": story}, "told_at": now}
             for n, story in zip(numbers, told, strict=True)],
        )  # fmt: skip
        yes = {"allowed": True, "how": "met", "words": "honoree.ask", "at": now}
        consents = [{"honoree_id": n, "submission_id": None, "thing": thing.value, **yes}
                    for n in numbers for thing in HONOREE_THINGS]  # fmt: skip
        consents += [{"honoree_id": None, "submission_id": n, "thing": thing.value, **yes}
                     for n in numbers for thing in TELLER_THINGS]  # fmt: skip
        tx.execute(insert(table(Consent)), consents)
