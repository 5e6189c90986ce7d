"""Failures a test asks for in advance: an error, a cut connection, a slow or unreadable answer."""

from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to the next requests of one method; `media` is a picture somebody sent."""

    method: str
    code: int = 500
    description: str = "Internal Server Error"
    times: int = 1
    http: int | None = None  # the HTTP status where it differs from the code
    done: bool = False  # the request takes effect first, then fails: the caller cannot know
    reset: bool = False  # the connection is cut instead of answered
    slow_s: float = 0.0  # wait first; with code 200 the answer is then an honest one
    raw: str | None = None  # this body instead of JSON, as a proxy in front would send
    location: str = ""  # where a redirect leads
    retry_after: int | None = None  # never seen of the platform, but a proxy may say it


class Faults:
    """The failures that were asked for and have not happened yet."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Keep a failure until its request comes."""
        self._planned.append(fault)

    def take(self, method: str) -> Fault | None:
        """Return the failure meant for this request, used up once more."""
        for fault in self._planned:
            if fault.method == method:
                fault.times -= 1
                if fault.times <= 0:
                    self._planned.remove(fault)
                return fault
        return None

    def left(self) -> list[str]:
        """Return the methods whose failure never happened."""
        return [fault.method for fault in self._planned]
