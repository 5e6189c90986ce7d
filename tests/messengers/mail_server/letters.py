"""A letter as it lies in the box of whoever it was sent to."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass(frozen=True)
class Letter:
    """What was handed over: the envelope as the server was told it, the rest as it came over the line."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    signed_in: str

    @property
    def message(self) -> EmailMessage:
        """The letter as a mail program reads it."""
        read = message_from_bytes(self.raw, policy=default)
        assert isinstance(read, EmailMessage)
        assert not read.defects, read.defects
        return read

    @property
    def text(self) -> str:
        """The words, without the line end every letter closes with."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n").removesuffix("\n")

    @property
    def files(self) -> dict[str, bytes]:
        """The attachments by name."""
        return {str(part.get_filename()): part.get_payload(decode=True) for part in self.message.iter_attachments()}  # type: ignore[misc]
