"""Failures a test asks for in advance: an error, a cut connection, a slow or unreadable answer, a lost one."""

from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to the next requests of one kind: `send`, `upload`, `token`, `getoa`, `media` or `*`."""

    kind: str
    error: int | None = None  # Zalo's own code, with HTTP 200 unless told otherwise
    status: int = 200
    times: int = 1
    done: bool = False  # the request takes effect first, then fails: the caller cannot know
    cut: bool = False  # the connection is cut instead of answered
    slow_s: float = 0.0
    raw: str | None = None  # this body instead, as a proxy in front would send


class Faults:
    """The failures that were asked for and have not happened yet."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Keep a failure until its request comes."""
        self._planned.append(fault)

    def take(self, kind: str) -> Fault | None:
        """Return the failure meant for this request, used up once more."""
        for fault in self._planned:
            if fault.kind in ("*", kind):
                fault.times -= 1
                if fault.times <= 0:
                    self._planned.remove(fault)
                return fault
        return None

    def left(self) -> list[str]:
        """Return the kinds whose failure never happened."""
        return [fault.kind for fault in self._planned]
