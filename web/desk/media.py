"""Pictures and recordings for the desk: clean copies and thumbnails, never an original; voices for listening."""

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from deeds.errors import NotFound
from storage import attachments
from storage.photos.files import NotOurs, Shelf
from storage.photos.sniff import HEAD_BYTES, sniff
from web.desk.gate import Visit, page
from web.desk.services import Services

_MEDIA = {
    "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "ogg": "audio/ogg", "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "audio/mp4", "amr": "audio/amr",
    "wav": "audio/wav",
}  # fmt: skip
# What strangers sent is looked at, never run: not even where a browser would make a page of it.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def routes(services: Services) -> list[Route]:
    """Return the routes of pictures and recordings."""
    return [
        page(services, "/desk/photos/{sha256}", photo),
        page(services, "/desk/thumbnails/{sha256}", thumbnail),
        page(services, "/desk/recordings/{piece:int}", recording),
    ]


async def photo(visit: Visit) -> Response:
    """Give out a clean copy."""
    return await _picture(visit, Shelf.PUBLISHED)


async def thumbnail(visit: Visit) -> Response:
    """Give out a thumbnail."""
    return await _picture(visit, Shelf.THUMBNAILS)


async def recording(visit: Visit) -> Response:
    """Give out a recording that was handed in."""
    piece = await visit.read(lambda tx: attachments.piece(tx, visit.request.path_params["piece"]))
    if piece is None or piece.kind != "voice" or piece.submission_id is None or piece.sha256 is None:
        raise NotFound("desk.error.no_file", "no such recording")
    return _file(visit, piece.sha256, Shelf.RECORDINGS)


async def _picture(visit: Visit, shelf: Shelf) -> Response:
    sha256 = visit.request.path_params["sha256"]
    if not await visit.read(lambda tx: attachments.is_shown_at_desk(tx, sha256)):
        raise NotFound("desk.error.no_file", "no such picture")
    return _file(visit, sha256, shelf)


def _file(visit: Visit, sha256: str, shelf: Shelf) -> Response:
    files = visit.services.files
    try:
        path = files.path(sha256, shelf)
        with open(path, "rb") as file:
            kind = sniff(file.read(HEAD_BYTES)).kind
    except (NotOurs, FileNotFoundError):
        raise NotFound("desk.error.no_file", "the file is not there") from None
    media = _MEDIA.get(kind or "", "application/octet-stream")
    return FileResponse(path, media_type=media, headers=_HEADERS)
