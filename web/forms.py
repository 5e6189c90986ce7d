"""How a form is read wherever it is posted: so many fields, so long, or a sentence that it could not be."""

from contextlib import aclosing

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

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
    # PostgreSQL keeps that one sign nowhere; whoever pasted it meant nothing by it.
    words = ((name.replace("\0", ""), value) for name, value in form.multi_items())
    return FormData([(name, value.replace("\0", "") if isinstance(value, str) else value) for name, value in words])
