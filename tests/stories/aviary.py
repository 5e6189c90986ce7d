"""A commune in which every personal column of every table holds something, put there through chat, desk and command.

Every word told here names a bird nobody tells of: found after a forgetting, it says where it was left.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, select, update

from bot.opening import folder_of
from deeds.kinds import HONOREE_THINGS
from storage import remote_copies
from storage.database import Tx
from storage.models import Attachment, Identity, InboxEvent, OutboxMessage, Person
from storage.personal import empty, personal_columns
from storage.photos.files import PhotoFiles, Shelf
from tests.cast import OnTelegram, OnWebChat
from tests.town import Town
from tests.web.desk_town import Browser

STORY = (
    "Chiều qua anh Lò Văn Chimcut ở thôn Bến Gỗ đi làm về thấy hai cháu nhỏ Chimri trượt chân xuống suối, "
    "anh nhảy xuống vớt được cả hai cháu lên bờ an toàn."
)
OTHER = STORY.replace("Chimcut", "Chimsau").replace("Chimri", "Chimoanh")
BEGUN = "Có người nhặt được ví tiền Chimkhuyen rồi đem trả lại cho người mất"
FACTS = {
    "form": "facts", "kind": "individual", "section": "exemplar", "field": "honesty", "title": "anh",
    "name": "Lò Văn Chimcu", "birth_year": "1971", "gender": "male", "occupation": "thợ chimse",
    "residence": "bản Chimgay", "happened_on": "2026-05-03", "when_text": "hôm chimhac", "place_text": "suối Chimvac",
    "target_groups": ["farmer"], "summary": "Cứu hai cháu chimyen.", "movement": "Phong trào chimbo",
    "confirmed_person": "ông Chimly", "confirmed_deed": "bà Chimcong", "awards": "giấy khen chimnga",
    "proposed_award": "bằng khen chimquoc",
}  # fmt: skip
PHONE, OTHER_PHONE = "0912345678", "0987654321"
OF_THE_DEED = (
    "Chimcut", "chimcut", "Chimri", "chimri", "Chimcu", "chimcu", "chimse", "Chimgay", "chimgay", "chimhac", "Chimvac",
    "chimvac", "chimyen", "chimbo", "Chimly", "Chimcong", "chimnga", "chimquoc", "Chimcat", "chimen", "chimdieu",
    "chimte", PHONE,
)  # fmt: skip
OF_THE_OTHER = ("Chimsau", "chimsau", "Chimoanh", "chimoanh", "chimvet", "chimloi", OTHER_PHONE)
OF_THE_DRAFT = ("Chimkhuyen",)
TIE = "chimday"
BY_FAULTS = {
    InboxEvent: {"error": "chimcut"},
    OutboxMessage: {"error": "chimcut", "thread": TIE, "edits": TIE},
}
"""What only a messenger's fault or a group's topic puts there."""


class Aviary:
    """The commune, filled; `lan` tells on Telegram, `hoa` and `mai` in the web chat; `thu` decides, `an` sees cards."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.desk = Browser(town.address)

    def __enter__(self) -> "Aviary":
        try:
            self._fill(self.town)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.desk.client.close()

    def _fill(self, town: Town) -> None:
        thu = town.moderator("Thu Chimthu", on="webchat")
        self.an = town.moderator("An Chiman", on="telegram")
        lan, hoa, mai = town.citizen("Lan", on="telegram"), town.citizen("Hoa", on="webchat"), _begins(town)
        assert isinstance(lan, OnTelegram)
        self.lan, self.hoa, self.mai, self.thu = lan, hoa, mai, thu
        lan.says(STORY, photos=2)
        lan.sees("Xin xem lại:")
        lan.sends_voice()
        town.settle()
        lan.picks("Đồng ý, gửi đi")
        lan.receipt()
        lan.picks("Được dùng cả lời kể và ảnh")
        lan.says(PHONE)
        town.settle()
        self.desk.sign_in(re.sub(r"^https?://[^/]+", "", town.command("login-link", "Thu Chimthu").strip()))
        self._at_the_desk()
        hoa.says(OTHER, photos=1).agrees()
        hoa.picks("Chỉ lời kể")
        hoa.says(OTHER_PHONE)
        hoa.sees("Đã ghi số")
        thu.says("xem")
        thu.picks("Chưa đưa vào")
        thu.says("vì chimvet đã báo")
        self.addresses = self.addresses_of(lan.name)
        town.writes(self._faults)
        self.pictures = self._pictures()

    def _at_the_desk(self) -> None:
        town, path = self.town, f"/desk/deeds/{self.town.deed(1).code}"
        saved = self.desk.post(f"{path}/facts", path, seen=town.deed(1).version, **FACTS)
        assert saved.status_code == 200, saved.text
        (voice,) = re.findall(r'action="[^"]+/recordings/(\d+)"', self.desk.get(path).text)
        heard = self.desk.post(
            f"{path}/recordings/{voice}", path, seen=town.deed(1).version, words="tiếng chimdieu hót"
        )
        assert heard.status_code == 200
        answers = {f"thing_{thing}": "yes" for thing in HONOREE_THINGS}
        kept = self.desk.post(
            f"{path}/honoree", path, seen=town.deed(1).version, how="met", witness="cô Chimcat", **answers
        )
        assert kept.status_code == 200
        asked = self.desk.decide(town.deed(1), "ask", reason_key="own", reason="Ai thấy chimen lúc ấy?")
        assert asked.status_code == 200, asked.text
        town.settle()
        self.lan.sees("chimen")
        before = town.heard()
        answer = self.lan.person.says("có chú chimte bên kia suối")
        town.wait_heard(before + 1)
        self.lan.person.edits(answer, "có chú chimte đứng bên kia suối")
        town.wait_heard(before + 2)
        town.settle()

    def _faults(self, tx: Tx) -> None:
        """Put there what no healthy day does: in the rows of Lan's own chat."""
        chat = str(self.lan.person.id)
        for model, values in BY_FAULTS.items():
            kept = (model.chat == chat, model.state != "forgotten")  # type: ignore[attr-defined]
            tx.execute(update(model).where(*kept).values(values))
        copy = tx.execute(
            select(Attachment.published).where(Attachment.submission_id == 1).order_by(Attachment.id).limit(1)
        ).scalar_one()
        remote_copies.remember(tx, "telegram", {copy or "": "chimcut"}, self.town.clock.now())

    def addresses_of(self, name: str) -> list[str]:
        """Return where somebody is written to."""
        with self.town.database.read() as tx:
            known = Person.name == name if name.startswith("Thu") else Identity.display_name == name
            return list(
                tx.execute(
                    select(Identity.address).join(Person, Person.id == Identity.person_id).where(known)
                ).scalars()
            )

    def _pictures(self) -> dict[int, set[str]]:
        """Return the names of every file, by the report it belongs to; and let them be there for a while already."""
        files = PhotoFiles(folder_of(self.town.folder))
        found: dict[int, set[str]] = {}
        with self.town.database.read() as tx:
            columns = (Attachment.submission_id, Attachment.sha256, Attachment.published, Attachment.thumbnail)
            for submission, *names in tx.execute(select(*columns)).all():
                found.setdefault(submission or 0, set()).update(filter(None, names))
        for path in folder_of(self.town.folder).rglob("*"):
            if path.is_file():
                os.utime(path, (path.stat().st_mtime - 120,) * 2)
        assert all(any(files.has(name, shelf) for shelf in Shelf) for names in found.values() for name in names)
        return found

    # What is there.

    def unfilled(self) -> list[str]:
        """Return the personal columns in which nothing stands anywhere."""
        with self.town.database.read() as tx:
            return [f"{column.table.name}.{column.name}" for column in personal_columns() if not _holds(tx, column)]

    def left(self, *words: str, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
        """Return where a word stands: tables (`but` some) with the rows, and the files of the database."""
        found = {name: rows for name, rows in self.town.tables_with(*words).items() if name not in but}
        if not but and self.town.database.is_sqlite:
            found |= dict(self._bytes(*words))
        return found

    def _bytes(self, *words: str) -> Iterator[tuple[str, list[str]]]:
        path = Path(self.town.url.removeprefix("sqlite:///"))
        for part in (path, path.with_name(path.name + "-wal")):
            held = part.read_bytes() if part.exists() else b""
            if any(word.encode() in held for word in words):
                yield part.name, [word for word in words if word.encode() in held]

    def files_left(self, *submissions: int) -> set[str]:
        """Return which files of these reports lie on the disk."""
        files = PhotoFiles(folder_of(self.town.folder))
        names = {name for submission in submissions for name in self.pictures[submission]}
        return {name for name in names if any(files.has(name, shelf) for shelf in Shelf)}


def _begins(town: Town) -> OnWebChat:
    mai = town.citizen("Mai", on="webchat")
    assert isinstance(mai, OnWebChat)
    mai.says(BEGUN, photos=1, first=9)
    mai.sees("Xin cho biết thêm")
    town.settle()
    return mai


def _holds(tx: Tx, column: Column[Any]) -> bool:
    rows = tx.execute(select(column).where(column.is_not(None)).distinct()).scalars()
    return any(value not in (None, empty(column), "", {}, []) for value in rows)
