"""How a form is read wherever it is posted: so many fields, so long, or a sentence that it could not be."""

from contextlib import aclosing
from typing import TypeVar

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

Said = TypeVar("Said", str, UploadFile | str)

SEMICOLONS_IN_A_HEAD = 32  # a browser sends three, and those of a file's name


class _Parts(MultiPartParser):
    """Refuses a part whose head is made to be read slowly: its parser takes a time that grows with their square."""

    def on_headers_finished(self) -> None:
        if (self._current_part.content_disposition or b"").count(b";") > SEMICOLONS_IN_A_HEAD:
            raise MultiPartException("no browser sends such a head")
        super().on_headers_finished()


async def read_form(request: Request, most_fields: int, most_bytes: int, most_files: int = 0) -> FormData:
    """Return what a form says, no field longer than `most_bytes`. Raises `HTTPException` 400 when it cannot be read."""
    kind, _ = parse_options_header(request.headers.get("content-type"))
    parser: MultiPartParser | FormParser
    try:
        async with aclosing(request.stream()) as body:
            if kind == b"multipart/form-data":
                parser = _Parts(
                    request.headers, body, max_files=most_files, max_fields=most_fields, max_part_size=most_bytes
                )
            elif kind == b"application/x-www-form-urlencoded":
                parser = FormParser(request.headers, body, max_fields=most_fields, max_part_size=most_bytes)
            else:
                return FormData()
            form = await parser.parse()
    except (MultiPartException, LookupError, UnicodeError, ClientDisconnect):
        raise HTTPException(400) from None  # letters nobody can read, a form too large, a sender who went away
    return FormData([(_kept(name), _kept(value)) for name, value in form.multi_items()])


def _kept(said: Said) -> Said:
    """Return words without the one sign PostgreSQL keeps nowhere; whoever pasted it meant nothing by it."""
    return said.replace("\0", "") if isinstance(said, str) else said
