"""A whole messenger in sixty lines: people drop letters into a folder and find the answers in another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from deeds.said import FileSource, Inbound, Said
from messengers.port import Abilities, Accept, Failure, MessengerFailed, Outgoing, Park, Sent, TryLater


class Letterbox:
    """People write `CHAT/in/1.txt` or `CHAT/in/1.jpg` and read `CHAT/out/`; a letter moves when it is kept."""

    name = "letterbox"
    abilities = Abilities(
        max_text_units=5_000, max_buttons=0, max_label_chars=0, max_option_id_bytes=0,
        edits_messages=False, sends_photos=False, sends_files=False,
    )  # fmt: skip

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, outgoing: Outgoing) -> Sent:
        """Write a letter; the same one again overwrites itself."""
        answer = self._folder / outgoing.chat / "out" / f"{outgoing.key}.txt"
        answer.parent.mkdir(parents=True, exist_ok=True)
        answer.write_text(outgoing.text, encoding="utf-8")
        return Sent(outgoing.key)

    async def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Give out a picture that came as a letter."""
        picture = self._folder / remote
        if picture.stat().st_size > limit_bytes:
            raise MessengerFailed(Failure.FAILED, "too big")
        yield picture.read_bytes()

    async def answer_press(self, press: str) -> None:
        """Has no buttons."""

    def routes(self, accept: Accept, park: Park) -> tuple[()]:
        """Nothing comes in over HTTP."""
        return ()

    async def start(self, accept: Accept, park: Park) -> None:
        """Look for letters until cancelled; one that could not be kept stays where it is."""
        while True:
            for letter in sorted(self._folder.glob("*/in/*.*")):
                with suppress(TryLater):
                    await accept(self._read(letter))
                    letter.rename(self._kept(letter))
            await asyncio.sleep(0.02)

    def _kept(self, letter: Path) -> Path:
        return letter.parent.parent / letter.name

    def _read(self, letter: Path) -> Inbound:
        chat, is_text = letter.parts[-3], letter.suffix == ".txt"
        text = letter.read_text(encoding="utf-8") if is_text else ""
        photos = () if is_text else (FileSource(remote=str(self._kept(letter).relative_to(self._folder))),)
        said = Said(text=text, photos=photos, message=letter.stem)
        return Inbound(f"{self.name}:{chat}:{letter.stem}", self.name, chat, chat, said, text.encode())

    async def stop(self) -> None:
        """Nothing is open."""
