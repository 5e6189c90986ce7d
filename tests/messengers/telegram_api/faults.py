"""Failures a test asks for in advance: an error, a cut connection, a slow or unreadable answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What happens to the next requests of one method (`*` is any method; `download` is a file)."""

    method: str
    code: int
    description: str
    parameters: Mapping[str, int] = field(default_factory=dict)
    times: int = 1
    done: bool = False  # the request takes effect first, then fails: the caller cannot know
    reset: bool = False  # the connection is cut instead of answered
    slow_s: float = 0.0  # wait first; with code 200 the answer is then an honest one
    raw: str | None = None  # this body instead of JSON, as a proxy in front would send
    items: int | None = None  # of an album: so many went out before it failed
    chat_id: int | None = None  # only requests to this chat


class Faults:
    """The failures that were asked for and have not happened yet."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Keep a failure until its request comes."""
        self._planned.append(fault)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the failure meant for this request, used up once more."""
        for fault in self._planned:
            if fault.method.lower() in ("*", method.lower()) and fault.chat_id in (None, chat_id):
                if fault.method == "*" and method in ("download", "getupdates"):
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._planned.remove(fault)
                return fault
        return None

    def left(self) -> list[str]:
        """Return the methods whose failure never happened."""
        return [fault.method for fault in self._planned]
