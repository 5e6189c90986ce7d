"""The HTTP server of the Bot API, and how it fails when told to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from tests.messengers.telegram_api.errors import ApiError
from tests.messengers.telegram_api.faults import Fault
from tests.messengers.telegram_api.request import Call, read_call
from tests.messengers.telegram_api.settings import METHODS
from tests.messengers.telegram_api.world import World
from tests.serving import Threaded

REQUEST_MAX_BYTES = 120 * 1024 * 1024


class TelegramApi(Threaded, World):
    """A Bot API server for one bot on 127.0.0.1, to be used with `with`.

    `retry_scale` shortens the pauses before a webhook is tried again; `limits` counts messages like the real server.
    """

    def __init__(
        self,
        *,
        username: str = "viectot_bot",
        limits: bool = False,
        privacy: bool = True,
        retry_scale: float = 0.01,
        answer_timeout_s: float = 60.0,
        port: int = 0,
    ) -> None:
        Threaded.__init__(self, "telegram-api", port)
        World.__init__(
            self,
            username=username,
            limits=limits,
            privacy=privacy,
            retry_scale=retry_scale,
            answer_timeout_s=answer_timeout_s,
        )
        self.down = False  # every connection is cut, as in an outage
        self.answers_after_s = 0.0  # of a message that is shown at once

    def woken(self) -> None:
        """Let the waiting poll and the webhook look at the updates."""
        self.in_loop(self.updates.wake_poller)
        self.in_loop(self.webhook.wake)

    def move_clock(self, seconds: float) -> None:
        """Let time pass on the server: links, buttons and updates grow old."""
        super().move_clock(seconds)
        self.woken()

    def fail_next(
        self,
        method: str = "*",
        code: int = 500,
        description: str = "Internal Server Error",
        *,
        retry_after: int | None = None,
        times: int = 1,
        done: bool = False,
        reset: bool = False,
        slow_s: float = 0.0,
        raw: str | None = None,
        items: int | None = None,
        chat: int | None = None,
    ) -> None:
        """Plan how the next requests of a method fail; see `Fault`. With `code=200` and `slow_s` it is only slow."""
        parameters = {}
        if retry_after is not None:
            code, description = 429, f"Too Many Requests: retry after {retry_after}"
            parameters["retry_after"] = retry_after
        fault = Fault(method, code, description, parameters, times, done, reset, slow_s, raw, items, chat)
        with self.lock:
            self.faults.plan(fault)

    def planned(self) -> Sequence[str]:
        """Return the planned failures that have not happened."""
        return self.faults.left()

    async def serve(self, until_stopped: Callable[[], Awaitable[None]]) -> None:
        """Serve methods and files, and bring updates to a webhook."""
        app = web.Application(client_max_size=REQUEST_MAX_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)

        async def until_poll_is_let_go() -> None:
            await until_stopped()
            self.updates.wake_poller()

        await self.serve_http(app, self.webhook.run(), until_poll_is_let_go)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if self.down:
            return _cut(request)
        if request.match_info["token"] != self.token:
            return _no(ApiError(401, "Unauthorized"))
        try:
            call = await read_call(request, method)
        except ApiError as error:
            return _no(error)
        call.at = self.now()
        with self.lock:
            self.calls.append(call)
            fault = self.faults.take(method, call.integer("chat_id") or None)
        answer = await self._failing(request, call, fault) if fault else await self._done(call)
        if method.startswith("send"):
            await asyncio.sleep(self.answers_after_s)
        call.answered = answer.status
        with self.lock:
            self.changed.notify_all()
        return answer

    async def _failing(self, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.slow_s:
            await asyncio.sleep(fault.slow_s)
        if fault.items is not None:
            call.params["_fails_after"] = fault.items
            return await self._done(call)
        if fault.code == 200 and not fault.reset and fault.raw is None:
            return await self._done(call)
        if fault.done:
            await self._done(call)
        if fault.reset:
            return _cut(request)
        if fault.raw is not None:
            return web.Response(status=fault.code, text=fault.raw, content_type="text/html")
        return _no(ApiError(fault.code, fault.description, **fault.parameters))

    async def _done(self, call: Call) -> web.Response:
        try:
            result = await self._carry_out(call)
        except ApiError as error:
            return _no(error)
        except Exception as error:
            self.broken.append(error)
            return _no(ApiError(500, f"Internal Server Error: {error!r}"))
        return web.json_response({"ok": True, "result": result})

    async def _carry_out(self, call: Call) -> Any:
        if call.method == "getupdates":
            if self.webhook.url:
                why = (
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
                )
                raise ApiError(409, f"Conflict: {why}")
            return await self.updates.poll(call, self.lock)
        if call.method not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        with self.lock:
            return METHODS[call.method](self, call)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return _cut(request)
        if request.match_info["token"] != self.token:
            return _no(ApiError(401, "Unauthorized"))
        with self.lock:
            fault = self.faults.take("download", None)
            try:
                content = self.files.at(request.match_info["path"], self.now())
            except ApiError as error:
                return _no(error)
        if fault is None or (fault.code == 200 and not fault.reset):
            await asyncio.sleep(fault.slow_s if fault else 0)
            return web.Response(body=content, content_type="application/octet-stream")
        if not fault.reset:
            return _no(ApiError(fault.code, fault.description))
        # Half of the file arrives before the line is cut.
        half = web.StreamResponse(headers={"Content-Length": str(len(content))})
        await half.prepare(request)
        await half.write(content[: len(content) // 2])
        return _cut(request)


def _no(error: ApiError) -> web.Response:
    headers = {"Retry-After": str(error.parameters["retry_after"])} if "retry_after" in error.parameters else {}
    return web.json_response(error.as_json(), status=error.code, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
