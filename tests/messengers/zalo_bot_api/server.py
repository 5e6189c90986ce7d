"""The HTTP server of the Bot Platform, and how it fails when told to."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.messengers.zalo_bot_api.errors import ApiError
from tests.messengers.zalo_bot_api.faults import Fault
from tests.messengers.zalo_bot_api.methods import METHODS
from tests.messengers.zalo_bot_api.webhook import Delivery
from tests.messengers.zalo_bot_api.world import Call, World
from tests.serving import Threaded

SECOND_POLLER = 409  # how the platform refuses it is not known; this is how another one does


class ZaloBotApi(Threaded, World):
    """A Bot Platform for one bot on 127.0.0.1, to be used with `with`.

    `held_s` is how long an empty poll is held at most, whatever its caller asks for.
    """

    def __init__(self, *, held_s: float = 0.5, port: int = 0) -> None:
        Threaded.__init__(self, "zalo-bot-api", port)
        World.__init__(self)
        self.down = False  # every connection is cut, as in an outage
        self.held_s = held_s
        self.most_polls_at_once = 0
        self._polls = 0
        self._new = asyncio.Event()
        self._delivery = Delivery(self)

    def address(self) -> str:
        """Return where the server is."""
        return self.url

    def woken(self) -> None:
        """Let the waiting poll and the webhook look at the updates."""
        self.in_loop(self._new.set)
        self.in_loop(self._delivery.wake)

    def fail_next(self, method: str, code: int = 500, description: str = "Internal Server Error", **more: Any) -> None:
        """Plan how the next requests of a method fail; see `Fault`."""
        with self.lock:
            self.faults.plan(Fault(method, code, description, **more))

    async def poll(self, seconds: float) -> Any:
        """Return one update as soon as there is one, and forget it. Raises 408 when none came in time."""
        if self.hook.url:
            raise ApiError(400, "Bad Request: getUpdates is not available while a webhook is set")
        if self._polls:
            raise ApiError(SECOND_POLLER, "Conflict: another getUpdates is running")
        self._polls += 1
        self.most_polls_at_once = max(self.most_polls_at_once, self._polls)
        try:
            async with asyncio.timeout(min(seconds, self.held_s)):
                while True:
                    self._new.clear()
                    with self.lock:
                        if self.pending:
                            update = self.pending.pop(0)
                            self.given.append(update)
                            return update
                    await self._new.wait()
        except TimeoutError:
            raise ApiError(408, "Request timeout") from None
        finally:
            self._polls -= 1

    def planned(self) -> Sequence[str]:
        """Return the planned failures that have not happened."""
        return self.faults.left()

    async def serve(self, until_stopped: Callable[[], Awaitable[None]]) -> None:
        """Serve methods and pictures, and bring updates to a webhook."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/media/{name}", self._media)
        await self.serve_http(app, self._delivery.run(), until_stopped)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if self.down:
            return _cut(request)
        if request.match_info["token"] != self.token:
            return self._no(ApiError(401, "Unauthorized"))
        if method not in METHODS:
            return self._no(ApiError(404, "Not Found"))
        call = Call(method, await _parameters(request), self.now())
        with self.lock:
            self.calls.append(call)
            fault = self.faults.take(method)
        answer = await self._failing(request, call, fault) if fault else await self._done(call)
        call.answered = answer.status
        with self.lock:
            self.changed.notify_all()
        return answer

    async def _failing(self, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.slow_s:
            await asyncio.sleep(fault.slow_s)
        if fault.code == 200 and not fault.reset and fault.raw is None:
            return await self._done(call)
        if fault.done:
            await self._done(call)
        if fault.reset:
            return _cut(request)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.location:
            headers["Location"] = fault.location
        status = fault.code if fault.http is None else fault.http
        if fault.raw is not None:
            return web.Response(status=status, text=fault.raw, content_type="text/html", headers=headers)
        return web.json_response(ApiError(fault.code, fault.description).as_json(), status=status, headers=headers)

    async def _done(self, call: Call) -> web.Response:
        try:
            result = await METHODS[call.method](self, call)
        except ApiError as error:
            return self._no(error)
        except Exception as error:
            self.broken.append(error)
            return self._no(ApiError(500, f"Internal Server Error: {error!r}"))
        return web.json_response({"ok": True} if result is None else {"ok": True, "result": result, "error_code": 0})

    def _no(self, error: ApiError) -> web.Response:
        return web.json_response(error.as_json(), status=200 if self.errors_with_200 else error.code)

    async def _media(self, request: web.Request) -> web.StreamResponse:
        with self.lock:
            fault = self.faults.take("media")
            content = self.media.at(request.match_info["name"])
        if fault is not None:
            await asyncio.sleep(fault.slow_s)
            if fault.reset:
                return _cut(request)
            if fault.code != 200:
                return web.Response(status=fault.code)
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="application/octet-stream")


async def _parameters(request: web.Request) -> dict[str, str]:
    """Return the parameters of a call: query, JSON and forms are all taken."""
    told: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        with suppress(json.JSONDecodeError):
            body = json.loads(await request.read() or b"{}")
            told |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        told |= dict(await request.post())
    return {name: str(value) for name, value in told.items()}


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
