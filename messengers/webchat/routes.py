"""The web chat's page and its wire (design 6): what is posted is answered only when it is committed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from deeds.said import Inbound
from messengers.port import Accept, TryLater
from messengers.webchat import incoming, outgoing
from messengers.webchat.chat import WebChat
from messengers.webchat.incoming import BODY_MAX_BYTES, TEXT_MAX_CHARS, Refused, Upload
from messengers.webchat.session import Session, comes_from_us, session
from storage.office import office
from storage.photos.files import PhotoFiles
from storage.store import Store

LINES_ON_PAGE = 100
LONGEST_WAIT_S = 25.0
PAGE_WAITS_FOR_ANSWER_S = 1.5
EVERYBODY_IS = 10  # times as many as a family or an office behind one address
_NEVER_KEPT = {"cache-control": "no-store"}
# The whole body is refused above this; beneath it, it is read to its end so that the refusal reaches the browser.
_DRAIN_BYTES = 3 * BODY_MAX_BYTES
_HIGHEST_SEQ = 2**31 - 1  # of the column


@dataclass(frozen=True)
class ChatServices:
    """What the routes need; from `web` come `pages.Pages.show`, `forms.read_form` and limits, each a `Rate.allows`."""

    chat: WebChat
    store: Store
    files: PhotoFiles
    data_dir: Path
    public_url: str
    accept: Accept
    show: Callable[..., Response]
    read_form: Callable[[Request, int, int, int], Awaitable[FormData]]
    may_write: Callable[[str], bool]  # by chat: 60 a minute
    may_begin: Callable[[str], bool]  # new chats by network address: 20 a minute
    may_tell: Callable[[str, int], bool]  # characters by network address: 60,000 a minute
    may_wait: Callable[[str, int], AbstractContextManager[bool]]  # pages at a time by network address: 300


def routes(services: ChatServices) -> list[Route]:
    """Return the routes of the web chat."""
    door = _Door(services)
    return [
        Route("/chat", door.page, methods=["GET"]),
        Route("/chat/messages", door.post, methods=["POST"]),
        Route("/chat/messages", door.messages, methods=["GET"]),
        Route("/chat/photos/{seq:int}-{index:int}", door.photo, methods=["GET"]),
        Route("/chat/files/{seq:int}-{index:int}", door.file, methods=["GET"]),
    ]


class _Door:
    def __init__(self, services: ChatServices) -> None:
        self._services = services
        self._https = services.public_url.startswith("https://")

    async def page(self, request: Request) -> Response:
        """The page itself, with what was said so far: it works without scripts.

        Looking does nothing, whoever sent the address: where it is a poster's, the first message says so.
        """
        who = self._session(request)
        via = request.query_params.get("start", "")
        # Two addresses in turn: a link to the one the browser is at would only scroll, and a crawler comes to an end.
        look = 2 if request.query_params.get("look") == "1" else 1
        via = via if incoming.VIA.fullmatch(via) else ""
        return self._with_cookie(await self._page(who, via=via, look=look), who)

    async def post(self, request: Request) -> Response:
        """Take one message."""
        who = Session("", None)
        form: FormData | None = None
        try:
            self._check_origin(request)
            who = self._session(request)
            form = await self._form(request)
            answer = await self._take(request, who, form)
        except Refused as refused:
            answer = await self._refusal(request, who, form, refused)
        finally:
            if form is not None:
                await form.close()
        return self._with_cookie(answer, who)

    async def messages(self, request: Request) -> Response:
        """Return the lines behind `after`, waiting up to `wait` seconds for one."""
        who = self._session(request)
        after = int(min(_number(request, "after"), _HIGHEST_SEQ))
        wait_s = 0.0 if who.set_cookie else min(_number(request, "wait"), LONGEST_WAIT_S)
        address, is_everybody = _network(request)
        with self._services.may_wait(address, EVERYBODY_IS if is_everybody else 1) as may_wait:
            lines = await self._services.chat.after(who.chat, after, wait_s if may_wait else 0.0)
        body = {
            "messages": [outgoing.wire(line) for line in lines if line.body],
            "next": lines[-1].seq if lines else after,
        }
        return self._with_cookie(JSONResponse(body, headers=_NEVER_KEPT), who)

    async def photo(self, request: Request) -> Response:
        """Show a clean copy of a picture of this chat to the browser whose chat it is."""
        found = await self._services.store.read(
            lambda tx: outgoing.picture(tx, self._session(request).chat, *_which(request))
        )
        if found is None or not self._services.files.has(*found):
            raise HTTPException(404)
        headers = {"cache-control": "private, max-age=3600"}
        return FileResponse(self._services.files.path(*found), media_type="image/jpeg", headers=headers)

    async def file(self, request: Request) -> Response:
        """Hand out a file that was sent into this chat."""
        seq, index = _which(request)
        line = await self._services.chat.line(self._session(request).chat, seq)
        sent = line.body.get("files", ()) if line else ()
        if index >= len(sent):
            raise HTTPException(404)
        root = self._services.data_dir.resolve()
        path = (root / sent[index]["path"]).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, filename=sent[index]["name"], headers=_NEVER_KEPT)

    def _session(self, request: Request) -> Session:
        return session(request.cookies, self._https)

    def _with_cookie(self, answer: Response, who: Session) -> Response:
        if who.set_cookie:
            answer.headers.append("set-cookie", who.set_cookie)
        return answer

    def _check_origin(self, request: Request) -> None:
        if not comes_from_us(request.headers, self._services.public_url):
            raise Refused(403, "webchat.error.origin")

    def _check_rate(self, request: Request, who: Session, chars: int, *, is_new: bool) -> None:
        address, is_everybody = _network(request)
        begins = is_new and not is_everybody
        if (
            (begins and not self._services.may_begin(address))
            or not self._services.may_write(who.chat)
            or not self._services.may_tell(address, chars // EVERYBODY_IS if is_everybody else chars)
        ):
            raise Refused(429, "webchat.error.too_often")

    async def _form(self, request: Request) -> FormData:
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise Refused(415, "webchat.error.not_a_form")
        body = _Body(request.receive)
        try:
            if int(request.headers.get("content-length") or 0) > BODY_MAX_BYTES:
                raise _TooMuch
            capped = Request(request.scope, body.receive)
            return await self._services.read_form(capped, 12, 256 * 1024, 50)
        except _TooMuch:
            await body.drain()
            raise Refused(413, "webchat.error.all_too_large", mb=BODY_MAX_BYTES // 1024**2) from None
        except (HTTPException, ValueError):
            raise Refused(400, "webchat.error.not_a_form") from None

    async def _take(self, request: Request, who: Session, form: FormData) -> Response:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        uploads = [
            Upload(part.filename or "", part.content_type or "", part.file)
            for name in ("photo", "file")
            for part in form.getlist(name)
            if isinstance(part, UploadFile)
            and (part.filename or part.size)  # a form without scripts posts an empty one
        ]
        chat = self._services.chat
        before = await chat.last(who.chat, 1)
        chars = min(len(fields.get("text", "")), TEXT_MAX_CHARS)  # what is longer is not read
        self._check_rate(request, who, chars, is_new=not before)  # a cookie made up by its sender is new as well
        try:
            event = await asyncio.to_thread(incoming.read_event, who.chat, fields, uploads, self._services.files)
        except OSError:  # a full disk: nothing was acknowledged, the page keeps what it has and tries again
            raise Refused(503, "webchat.error.try_later") from None
        duplicate = await self._accepted(event)
        chat.wake(who.chat)
        if not _wants_page(request):
            return JSONResponse({"accepted": True, "duplicate": duplicate}, status_code=202, headers=_NEVER_KEPT)
        if not duplicate:
            await chat.answered(who.chat, before[-1].seq if before else 0, PAGE_WAITS_FOR_ANSWER_S)
        return RedirectResponse("/chat#end", status_code=303)

    async def _accepted(self, event: Inbound) -> bool:
        try:
            return (await self._services.accept(event)).duplicate
        except TryLater:
            raise Refused(503, "webchat.error.try_later") from None

    async def _refusal(self, request: Request, who: Session, form: FormData | None, refused: Refused) -> Response:
        headers = {"retry-after": "20"} if refused.status in (429, 503) else {}
        if not _wants_page(request) or not who.chat:
            error = {"error": refused.sentence}
            return JSONResponse(error, status_code=refused.status, headers={**_NEVER_KEPT, **headers})
        typed = form.get("text") if form is not None else ""
        answer = await self._page(who, refused.sentence, typed if isinstance(typed, str) else "", refused.status)
        answer.headers.update(headers)
        return answer

    async def _page(
        self, who: Session, error: str = "", typed: str = "", status: int = 200, via: str = "", look: int = 1
    ) -> Response:
        lines = [] if who.set_cookie else await self._services.chat.last(who.chat, LINES_ON_PAGE)
        set_up, ready = await self._services.store.read(
            lambda tx: (office(tx), outgoing.ready_pictures(tx, who.chat, lines))
        )
        views = outgoing.views(lines, ready)
        speaking = bool(views) and await self._services.chat.is_speaking(who.chat)
        return self._services.show(
            "chat.html",
            status=status,
            lines=views,
            next=lines[-1].seq if lines else 0,
            waits=speaking or (bool(views) and views[-1].mine),
            new_id=lambda: str(uuid4()),
            office=set_up["office"],
            phone=set_up["phone"],
            error=error,
            typed=typed,
            via=via,
            look=look,
        )


class _TooMuch(Exception):
    """The body is longer than is taken."""


class _Body:
    """A request body that may not be longer than is taken."""

    def __init__(self, receive: Callable[[], Awaitable[Message]]) -> None:
        self._receive = receive
        self._bytes = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > BODY_MAX_BYTES:
            raise _TooMuch
        return message

    async def drain(self) -> None:
        while self._bytes < _DRAIN_BYTES:
            message = await self._receive()
            self._bytes += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                return


def _network(request: Request) -> tuple[str, bool]:
    """Return where a call comes from; True where that is a proxy on this machine that does not say for whom.

    Then everybody shares one count.
    """
    address = request.client.host if request.client else ""
    return address, address in ("127.0.0.1", "::1", "")


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _number(request: Request, name: str) -> float:
    try:
        return max(0.0, float(request.query_params.get(name, 0)))  # in this order: of 0 and nan it is 0
    except ValueError:
        return 0.0


def _which(request: Request) -> tuple[int, int]:
    seq, index = request.path_params["seq"], request.path_params["index"]
    if max(seq, index) > _HIGHEST_SEQ:
        raise HTTPException(404)
    return seq, index
