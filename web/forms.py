"""How a form is read wherever it is posted: words alone, so many and so long, or a sentence that it could not be."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


async def fields_of(request: Request, most_fields: int, most_bytes: int) -> FormData:
    """Return the fields of a form without files, none longer than `most_bytes`. Raises `HTTPException` 400."""
    try:
        return await request.form(max_files=0, max_fields=most_fields, max_part_size=most_bytes)
    except (LookupError, UnicodeError, ClientDisconnect):  # letters nobody can read, or a sender who went away
        raise HTTPException(400) from None
