"""One call of a method, however its parameters came: in the address, as a form, as JSON or in parts."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.messengers.telegram_api.errors import bad


@dataclass(frozen=True)
class Upload:
    """A file inside a request."""

    name: str
    content: bytes
    content_type: str


@dataclass
class Call:
    """A request to one method, with what was answered."""

    method: str
    params: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)
    at: float = 0.0
    answered: int = 0

    def text(self, name: str) -> str:
        """Return a parameter as text, empty if it is not there."""
        value = self.params.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, otherwise: int = 0) -> int:
        """Return a parameter as a number. What is not one counts as not given, as on the server."""
        try:
            return int(self.text(name))
        except ValueError:
            return otherwise

    def flag(self, name: str) -> bool:
        """Return a parameter as yes or no."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def structure(self, name: str) -> Any:
        """Return a JSON parameter, whether it came as JSON or as JSON in text."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None


async def read_call(request: web.Request, method: str) -> Call:
    """Return the call in a request."""
    call = Call(method, dict(request.query))
    kind = request.content_type
    if kind == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                continue
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                call.params[part.name] = content.decode()
            else:
                call.files[part.name] = Upload(part.filename, content, part.headers.get("Content-Type", ""))
    elif kind == "application/json":
        body = json.loads(await request.read() or b"{}")
        if not isinstance(body, dict):
            raise bad("can't parse JSON object")
        call.params.update(body)
    elif request.method == "POST":
        call.params.update({name: str(value) for name, value in (await request.post()).items()})
    return call
