"""The HTTP server: a thread with a loop of its own, so that plain tests can start it with `with`."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.messengers.telegram_api.errors import ApiError
from tests.messengers.telegram_api.faults import Fault
from tests.messengers.telegram_api.request import Call, read_call
from tests.messengers.telegram_api.settings import METHODS
from tests.messengers.telegram_api.world import World

REQUEST_MAX_BYTES = 120 * 1024 * 1024
STARTS_WITHIN_S = 10.0


class TelegramApi(World):
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
        super().__init__(
            username=username,
            limits=limits,
            privacy=privacy,
            retry_scale=retry_scale,
            answer_timeout_s=answer_timeout_s,
        )
        self.down = False  # every connection is cut, as in an outage
        self._port = port
        self._broken: list[BaseException] = []
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="telegram-api", daemon=True)

    @property
    def url(self) -> str:
        """Return the address that takes the place of https://api.telegram.org."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(STARTS_WITHIN_S):
            raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()
        if kind is None and self._broken:
            raise self._broken[0]
        if kind is None and self.faults.left():
            raise AssertionError(f"planned failures that never happened: {self.faults.left()}")

    def woken(self) -> None:
        """Let the waiting poll and the webhook look at the updates."""
        self.in_loop(self.updates.wake_poller)
        self.in_loop(self.webhook.wake)

    def in_loop(self, act: Callable[[], None]) -> None:
        """Run something in the loop of the server, from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

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

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        app = web.Application(client_max_size=REQUEST_MAX_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        delivery = asyncio.create_task(self.webhook.run())
        self._started.set()
        await self._stop.wait()
        self.updates.wake_poller()
        delivery.cancel()
        with suppress(asyncio.CancelledError):
            await delivery
        await runner.cleanup()

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
            self._broken.append(error)
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
