"""What a conversation wants done, as data; `handlers.carry_out` does it, in the transaction of the event."""

from dataclasses import dataclass

from deeds.said import FileSource


@dataclass(frozen=True)
class Attach:
    """Keep pictures or a recording with the open draft."""

    photos: tuple[FileSource, ...] = ()
    voice: FileSource | None = None
    loose: bool = False  # with nothing yet, whatever is open: they came too late for what they belong to


@dataclass(frozen=True)
class LeaveFile:
    """A file that came is not taken: its bytes go."""

    file: FileSource


@dataclass(frozen=True)
class AcknowledgePhotos:
    """Say once a burst how many pictures are there; `key` is the sentence for where the conversation stands."""

    key: str


@dataclass(frozen=True)
class HandIn:
    """The check was agreed to: the draft becomes a submission."""


@dataclass(frozen=True)
class SetAside:
    """Keep the draft for later."""

    draft: int
    state: dict[str, object]


@dataclass(frozen=True)
class DropDraft:
    """Delete the draft and its pictures."""

    draft: int


@dataclass(frozen=True)
class AllowUse:
    """The teller's second consent, about words and pictures."""

    submission: int
    words: bool
    pictures: bool


@dataclass(frozen=True)
class AskUse:
    """Ask the teller whether their words and pictures may be used."""

    submission: int


@dataclass(frozen=True)
class AnswerQuestion:
    """The teller answers a moderator's question."""

    question: int
    text: str


@dataclass(frozen=True)
class GiveLoosePhotos:
    """The pictures that came after the receipt belong to this submission, or to the open draft."""

    submission: int | None


@dataclass(frozen=True)
class DropLoosePhotos:
    """The pictures that came after the receipt belong to nothing."""


@dataclass(frozen=True)
class DropPictures:
    """The pictures of the report being told shall not go with it."""


@dataclass(frozen=True)
class NoteBeside:
    """Words that came after the receipt, new or a message rewritten: the moderator reads them beside the report."""

    text: str
    submission: int | None = None  # the last one, unless another is meant


@dataclass(frozen=True)
class ListMine:
    """Tell a person what they told and where it stands."""


@dataclass(frozen=True)
class TellStatus:
    """Say where the submission with this receipt or number stands."""

    receipt: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class AskWithdraw:
    """Begin to take back the submission with this running number, the only one there is, or everything sent."""

    number: int | None = None
    everything: bool = False


@dataclass(frozen=True)
class TakeBackUse:
    """A yes to publishing is taken back: of the submission with this number, or of everything this person sent."""

    number: int | None = None
    pictures_only: bool = False


@dataclass(frozen=True)
class TellStaff:
    """Somebody told of wants it down: the moderators read their words."""

    words: str


@dataclass(frozen=True)
class Withdraw:
    """Take a submission back."""

    submission: int


@dataclass(frozen=True)
class GoOn:
    """An aside is over: the question it interrupted is put again, after everything the aside led to."""


@dataclass(frozen=True)
class EraseMe:
    """Delete everything this person's account is tied to."""


@dataclass(frozen=True)
class Join:
    """Whoever typed this code says it is them."""

    invitation: int


@dataclass(frozen=True)
class RefuseJoin:
    """Whoever typed this code says it is not them."""

    invitation: int


@dataclass(frozen=True)
class ForgetEvent:
    """Delete the stored words of this very event; count it under `tally` if there is one."""

    tally: str | None = None


@dataclass(frozen=True)
class KeepPhone:
    """Note a number under which the teller may be called."""

    phone: str
