"""How the platform says no."""

from typing import Any


class ApiError(Exception):
    """The request is answered with `ok: false`."""

    def __init__(self, code: int, description: str, *, key: str = "error_code") -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.key = key  # one method spells it differently

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"ok": False, self.key: self.code, "description": self.description}
