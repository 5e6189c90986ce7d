"""Files on the server: pictures in their sizes, documents, voices; and the links by which a bot fetches them."""

import hashlib
import io
import re
import secrets
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from tests.messengers.telegram_api.errors import ApiError, bad
from tests.messengers.telegram_api.request import Call, Upload

DOWNLOAD_MAX_BYTES = 20 * 1024 * 1024
PHOTO_MAX_BYTES = 10 * 1024 * 1024
FILE_MAX_BYTES = 50 * 1024 * 1024
LINK_LIVES_S = 3600
LONGEST_SIDES = (90, 320, 800, 1280)
FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice"}


@dataclass
class StoredFile:
    """One file the server keeps."""

    file_id: str
    unique_id: str
    kind: str
    content: bytes
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    duration_s: int = 0
    path: str = ""
    link_until: float = 0.0
    sizes: tuple["StoredFile", ...] = ()

    def as_json(self, *, with_size: bool = True) -> dict[str, Any]:
        """Return the file as the API shows it."""
        shown: dict[str, Any] = {"file_id": self.file_id, "file_unique_id": self.unique_id}
        if self.kind == "photo":
            shown |= {"width": self.width, "height": self.height}
        if self.kind == "voice":
            shown["duration"] = self.duration_s
        if self.kind == "document" and self.name:
            shown["file_name"] = self.name
        if self.mime and self.kind != "photo":
            shown["mime_type"] = self.mime
        if with_size:
            shown["file_size"] = len(self.content)
        return shown


class Files:
    """Every file by its id."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._paths = 0

    def keep(self, kind: str, content: bytes, **facts: Any) -> StoredFile:
        """Store a file and return it under a new id; the unique id depends on the content alone."""
        unique = hashlib.sha256(kind.encode() + content).hexdigest()[:16]
        stored = StoredFile(secrets.token_urlsafe(48), unique, kind, content, **facts)
        self._by_id[stored.file_id] = stored
        return stored

    def keep_photo(self, content: bytes) -> StoredFile:
        """Store a picture as clients send it: compressed again in several sizes, with nothing but pixels.

        Returns the biggest size. Raises the server's 400 for what is not a picture or has an unusable shape.
        """
        try:
            with Image.open(io.BytesIO(content)) as opened:
                picture = ImageOps.exif_transpose(opened).convert("RGB")
        except (UnidentifiedImageError, OSError):
            raise bad("IMAGE_PROCESS_FAILED") from None
        width, height = picture.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        longest = max(width, height)
        sides = [side for side in LONGEST_SIDES if side < longest] + [min(longest, LONGEST_SIDES[-1])]
        sizes = []
        for side in dict.fromkeys(sides):
            smaller = picture.copy()
            smaller.thumbnail((side, side))
            encoded = io.BytesIO()
            smaller.save(encoded, "JPEG", quality=87)
            sizes.append(self.keep("photo", encoded.getvalue(), width=smaller.width, height=smaller.height))
        biggest = sizes[-1]
        # The order of sizes is not promised: the biggest stands in the middle here.
        half = (len(sizes) - 1) // 2
        order = (*sizes[:half], biggest, *sizes[half:-1])
        for size in sizes:
            size.sizes = order
        return biggest

    def get(self, file_id: str) -> StoredFile | None:
        """Return a file, or None for an id nobody knows."""
        return self._by_id.get(file_id)

    def link(self, file_id: str, now: float) -> dict[str, Any]:
        """Return what `getFile` answers: the file with a path that can be fetched for an hour."""
        if not file_id:
            raise bad("file_id not specified")
        stored = self.get(file_id)
        if stored is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(stored.content) > DOWNLOAD_MAX_BYTES:
            raise bad("file is too big")
        if not stored.path:
            # The name a person gave a file is lost here; only its ending may survive.
            ending = {"photo": ".jpg", "voice": ".oga"}.get(stored.kind, PurePosixPath(stored.name).suffix)
            stored.path = f"{FOLDERS[stored.kind]}/file_{self._paths}{ending}"
            self._paths += 1
        stored.link_until = now + LINK_LIVES_S
        return stored.as_json() | {"file_size": len(stored.content), "file_path": stored.path}

    def at(self, path: str, now: float) -> bytes:
        """Return the bytes behind a link. Raises 404 when nobody asked for it, or too long ago."""
        for stored in self._by_id.values():
            if stored.path == path and stored.link_until > now:
                return stored.content
        raise ApiError(404, "Not Found")

    def given(self, call: Call, kind: str, value: Any = None) -> StoredFile:
        """Return the file a request sends: a part of its own, a part pointed to by `attach://`, or an id."""
        upload = call.files.get(kind) if value is None else None
        value = str(call.params.get(kind, "") if value is None else value)
        if upload is None and value.startswith("attach://"):
            upload = call.files.get(value.removeprefix("attach://"))
            if upload is None:
                raise bad("wrong file identifier/HTTP URL specified")
        if upload is not None:
            return self._uploaded(kind, upload)
        if not value:
            raise bad(f"there is no {kind} in the request")
        stored = self.get(value)
        if stored is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            raise bad(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return stored

    def _uploaded(self, kind: str, upload: Upload) -> StoredFile:
        if not upload.content:
            raise bad("file must be non-empty")
        if len(upload.content) > FILE_MAX_BYTES:
            raise ApiError(413, "Request Entity Too Large")
        if kind == "photo":
            if len(upload.content) > PHOTO_MAX_BYTES:
                raise bad(
                    f"file of size {len(upload.content)} bytes is too big for a photo; "
                    f"the maximum size is {PHOTO_MAX_BYTES} bytes"
                )
            return self.keep_photo(upload.content)
        return self.keep(kind, upload.content, name=cleaned_name(upload.name), mime=upload.content_type)


def cleaned_name(name: str) -> str:
    """Return a file name as the server hands it on: no folders, no spaces, about 60 characters."""
    name = re.sub(r"\s+", "_", PurePosixPath(name.replace("\\", "/")).name)
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:60]}.{ending}" if dot and stem else name[:60]
