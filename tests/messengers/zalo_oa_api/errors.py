"""What the server says when it says no: nearly always with HTTP 200."""

from typing import Any

SAID = {
    -32: "Api limit exceeded",
    -200: "Sending failed",
    -201: "Params is invalid",
    -210: "Parameter exceed the limit allowed",
    -211: "Out of quota",
    -213: "User has not followed OA",
    -216: "Access token is invalid",
    -220: "Access token is expired",
    -230: "User has not interacted with the OA in the past 7 days",
    -234: "Message cannot be sent at night",
}


class ApiError(Exception):
    """A request the server turns down."""

    def __init__(self, code: int, said: str = "") -> None:
        super().__init__(f"{code} {said}")
        self.code = code
        self.said = said or SAID.get(code, "Error")

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"error": self.code, "message": self.said}
