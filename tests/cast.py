"""The people of a story: what they do with their telephone, on each messenger, and what they see there."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2

from deeds.said import Said
from tests.storage.pictures import saved, scene

if TYPE_CHECKING:
    from tests.messengers.telegram_api import Group as TelegramGroup
    from tests.messengers.telegram_api import Message, Person
    from tests.messengers.zalo_bot_api.people import Person as ZaloBotPerson
    from tests.messengers.zalo_oa_api.people import Person as ZaloOaPerson
    from tests.town import Town

ON_EVERY_MESSENGER = ("telegram", "zalo_oa", "zalo_bot", "webchat", "plain")
BETWEEN_MESSAGES_S = 5  # nobody types faster
BURST_S = 3  # after the last picture of an album
_LINE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_pictures: dict[int, bytes] = {}

RESCUE = (
    "Chiều qua anh Lò Văn Khuyên ở thôn Bến Gỗ đi làm về thấy hai cháu nhỏ trượt chân xuống suối, "
    "anh nhảy xuống vớt được cả hai cháu lên bờ an toàn."
)
"""A story that says everything."""


def picture(seed: int) -> bytes:
    """Return a picture, another one for each seed."""
    return _pictures.setdefault(seed, saved(scene(seed, (320, 240))))


@dataclass(frozen=True)
class Shown:
    """One message of the bot as a person sees it; `handle` is how the messenger knows it."""

    text: str
    labels: tuple[str, ...]
    handle: Any

    def numbered(self, label: str) -> str | None:
        """Return the number before a choice of a menu in the text."""
        return next((number for number, choice in _LINE.findall(self.text) if choice == label), None)


class Speaker:
    """Somebody with a telephone. What was `seen` once is not seen again; `shows` looks at the whole screen."""

    def __init__(self, town: "Town", name: str) -> None:
        self.town = town
        self.name = name
        self._read = 0

    # To be told by each messenger.

    def messages(self) -> list[Shown]:
        """Return what the bot wrote, oldest first."""
        raise NotImplementedError

    def _send(self, text: str, pictures: list[bytes]) -> int:
        """Send it and return how many events that is."""
        raise NotImplementedError

    def _press(self, shown: Shown, label: str) -> None:
        raise NotImplementedError

    def sends_voice(self, seconds: int = 12) -> None:
        """Speak instead of typing."""
        raise NotImplementedError

    def leave(self) -> None:
        """Put the telephone away."""

    # What people do.

    def says(self, text: str, photos: int = 0, first: int = 1) -> "Speaker":
        """Send a message; returns when it is answered."""
        self.town.clock.forward(seconds=BETWEEN_MESSAGES_S)
        self.sends(text, [picture(first + number) for number in range(photos)])
        if photos:
            self.town.clock.forward(seconds=BURST_S)
            self.town.deliver()
        return self

    tells = says

    def sends(self, text: str, pictures: list[bytes]) -> None:
        """Send a message without letting time pass."""
        before = self.town.heard()
        self.town.wait_heard(before + self._send(text, pictures))

    def picks(self, label: str, of: Shown | None = None) -> "Speaker":
        """Choose: press the button where there is one, else type the number that stands before the choice."""
        shown = of or self.offering(label)
        self.town.clock.forward(seconds=BETWEEN_MESSAGES_S)
        if label in shown.labels:
            before = self.town.heard()
            self._press(shown, label)
            self.town.wait_heard(before + 1)
        else:
            number = shown.numbered(label)
            assert number, f"{label!r} is no choice of {shown.text!r}"
            self.sends(number, [])
        return self

    def offering(self, label: str) -> Shown:
        """Return the newest message that offers this choice."""
        for shown in reversed(self.messages()):
            if label in shown.labels or shown.numbered(label):
                return shown
        raise AssertionError(f"nothing offers {label!r} to {self.name}; {self._screen()}")

    def sees(self, part: str) -> str:
        """Return the next unread message containing `part`; it and what came before it are then read."""
        messages = self.messages()
        for number in range(self._read, len(messages)):
            if part in messages[number].text:
                self._read = number + 1
                return messages[number].text
        raise AssertionError(f"{self.name} sees nothing with {part!r}; {self._screen()}")

    def reads_all(self) -> list[str]:
        """Return the unread messages; they are then read."""
        messages = self.messages()
        unread = [shown.text for shown in messages[self._read :]]
        self._read = len(messages)
        return unread

    def shows(self, part: str) -> bool:
        """Tell whether any message on the screen contains `part` as it stands there now."""
        return any(part in shown.text for shown in self.messages())

    @property
    def last(self) -> str:
        """The words of the newest message."""
        messages = self.messages()
        assert messages, f"{self.name} was never answered"
        return messages[-1].text

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices under the newest message that has any."""
        for shown in reversed(self.messages()):
            if shown.labels:
                return shown.labels
            if numbered := _LINE.findall(shown.text):
                return tuple(choice for _, choice in numbered)
        return ()

    def _screen(self) -> str:
        lines = [f"  - {shown.text!r} {shown.labels or ''}" for shown in self.messages()[-8:]]
        return "the screen shows:\n" + "\n".join(lines)

    # Short plots that many stories begin with.

    def agrees(self) -> "Speaker":
        """Agree at the check, and return with the receipt on the screen."""
        self.sees("Xin xem lại:")
        self.picks("Đồng ý, gửi đi")
        return self

    def reports(self, story: str = RESCUE, photos: int = 0) -> int:
        """Tell a whole report and return its number."""
        self.says(story, photos=photos).agrees()
        return self.receipt()[0]

    def approves(self, by: str = "Trưởng thôn, bản, tổ", of: Shown | None = None) -> "Speaker":
        """Approve a card: one tap, and one more that says who confirmed."""
        self.picks("Duyệt", of=of)
        self.picks(by)
        return self

    def receipt(self) -> tuple[int, str]:
        """Return number and code of the receipt that just came."""
        text = self.sees("Số tiếp nhận:")
        number = re.search(r"Số tiếp nhận: (\d+)", text)
        code = re.search(r"([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", text)
        assert number, text
        assert code, text
        return int(number[1]), code[1]


class OnPlain(Speaker):
    """On a messenger without any buttons."""

    def __init__(self, town: "Town", name: str) -> None:
        super().__init__(town, name)
        self.chat = f"chat-{town.plain.number()}"

    def messages(self) -> list[Shown]:
        return [Shown(text, (), None) for text in self.town.plain.shown[self.chat]]

    def _send(self, text: str, pictures: list[bytes]) -> int:
        plain = self.town.plain
        photos = tuple(plain.keep(one) for one in pictures)
        self._deliver(Said(text=text, photos=photos, message=plain.number()))
        return 1

    def sends_voice(self, seconds: int = 12) -> None:
        plain = self.town.plain
        self._deliver(Said(voice=plain.keep(b"OggS" + b"\0" * 400, seconds), message=plain.number()))
        self.town.deliver()

    def sends_item(self, album: str, number: int, text: str = "") -> None:
        """Send one item of an album by itself."""
        plain = self.town.plain
        said = Said(text=text, photos=(plain.keep(picture(number)),), album=album, message=plain.number())
        self._deliver(said)
        self.town.deliver()

    def _deliver(self, said: Said) -> None:
        self.town.begin()
        self.town.run(self.town.plain.deliver(self.chat, self.name, said))


class OnTelegram(Speaker):
    """On the stand-in of Telegram."""

    def __init__(self, town: "Town", name: str, person: "Person") -> None:
        super().__init__(town, name)
        self.person = person

    def messages(self) -> list[Shown]:
        return [Shown(one.text, tuple(one.buttons), one) for one in self.person.messages]

    def _send(self, text: str, pictures: list[bytes]) -> int:
        self.town.begin()
        if len(pictures) > 1:
            return len(self.person.sends_album(pictures, text or None))
        if pictures:
            self.person.sends_photo(pictures[0], text or None)
        else:
            self.person.says(text)
        return 1

    def _press(self, shown: Shown, label: str) -> None:
        message: Message = shown.handle
        self.person.presses(message, label)

    def sends_voice(self, seconds: int = 12) -> None:
        before = self.town.heard()
        self.person.sends_voice(b"OggS" + b"\0" * 400, seconds)
        self.town.wait_heard(before + 1)


class OnZaloBot(Speaker):
    """On the stand-in of the Zalo Bot Platform: no buttons, one picture a message."""

    def __init__(self, town: "Town", name: str, person: "ZaloBotPerson") -> None:
        super().__init__(town, name)
        self.person = person

    def messages(self) -> list[Shown]:
        return [Shown(one.text, (), one) for one in self.person.messages]

    def _send(self, text: str, pictures: list[bytes]) -> int:
        self.town.begin()
        if not pictures:
            return self.person.says(text)
        return sum(self.person.sends_photo(one, "" if number else text) for number, one in enumerate(pictures))

    def sends_voice(self, seconds: int = 12) -> None:
        before = self.town.heard()
        self.town.wait_heard(before + self.person.sends_voice(b"OggS" + b"\0" * 400, seconds))


class OnZaloOa(Speaker):
    """On the stand-in of a Zalo Official Account: buttons, and the same choices as numbers in the text."""

    def __init__(self, town: "Town", name: str, person: "ZaloOaPerson") -> None:
        super().__init__(town, name)
        self.person = person

    def messages(self) -> list[Shown]:
        return [Shown(one.text, tuple(one.buttons), one) for one in self.person.messages]

    def _send(self, text: str, pictures: list[bytes]) -> int:
        self.town.begin()
        return self.person.sends_photos(pictures, text) if pictures else self.person.says(text)

    def _press(self, shown: Shown, label: str) -> None:
        self.person.presses(shown.handle, label)

    def sends_voice(self, seconds: int = 12) -> None:
        before = self.town.heard()
        self.town.wait_heard(before + self.person.sends_voice(b"OggS" + b"\0" * 400))


class OnWebChat(Speaker):
    """In a browser, by the wire of the chat page."""

    def __init__(self, town: "Town", name: str) -> None:
        super().__init__(town, name)
        self._web = httpx2.Client(base_url=town.address, timeout=30)
        self._web.get("/chat")
        self._lines: list[dict[str, Any]] = []
        self._next = 0

    def messages(self) -> list[Shown]:
        got = self._web.get("/chat/messages", params={"after": self._next}).json()
        self._next = got["next"]
        self._lines += [line for line in got["messages"] if line["from"] == "bot"]
        return [
            Shown(line["text"], tuple(one["label"] for one in line["options"]), line["options"]) for line in self._lines
        ]

    def _send(self, text: str, pictures: list[bytes]) -> int:
        photos = [("photo", (f"anh{number}.jpg", one, "image/jpeg")) for number, one in enumerate(pictures)]
        return self.posts({"text": text} if text else {}, photos)

    def follows(self, link: str) -> httpx2.Response:
        """Follow a link to our own pages, as a poster holds one."""
        return self._web.get(link, follow_redirects=True)

    def posts(self, fields: dict[str, str], files: list[Any] | None = None, key: str = "") -> int:
        """Post one message with these fields."""
        parts = [(name, (None, value)) for name, value in ({"id": key or str(uuid4())} | fields).items()]
        posted = self._web.post("/chat/messages", files=[*parts, *(files or [])])
        assert posted.status_code == 202, posted.text
        return 0 if posted.json()["duplicate"] else 1

    def _press(self, shown: Shown, label: str) -> None:
        option = next(one["id"] for one in shown.handle if one["label"] == label)
        self.posts({"choice": option})

    def sends_voice(self, seconds: int = 12) -> None:
        self.posts({}, [("file", ("loi-ke.ogg", b"OggS" + b"\0" * 400, "audio/ogg"))])
        self.town.deliver()

    def leave(self) -> None:
        self._web.close()


class Group:
    """A moderators' group on Telegram."""

    def __init__(self, town: "Town", group: "TelegramGroup") -> None:
        self.town = town
        self.group = group

    def messages(self) -> list["Message"]:
        """Return what the bot wrote there, as it stands now."""
        return self.group.messages

    def says(self, who: Speaker, text: str, reply_to: "Message | None" = None) -> None:
        """Let a member type."""
        assert isinstance(who, OnTelegram)
        self.town.clock.forward(seconds=BETWEEN_MESSAGES_S)
        before = self.town.heard()
        sent = who.person.says(text, to=self.group, reply_to=reply_to)
        self.town.wait_heard(before + bool(sent.update))

    def presses(self, who: Speaker, message: "Message", label: str) -> None:
        """Let a member press a button."""
        assert isinstance(who, OnTelegram)
        self.town.clock.forward(seconds=BETWEEN_MESSAGES_S)
        before = self.town.heard()
        who.person.presses(message, label)
        self.town.wait_heard(before + 1)

    def shows(self, part: str) -> "Message":
        """Return the newest message with these words. Fails when there is none within five seconds."""
        until = time.monotonic() + 5
        while True:
            found = [message for message in self.messages() if part in message.text]
            if found:
                return found[-1]
            assert time.monotonic() < until, [message.text for message in self.messages()]
            time.sleep(0.02)
