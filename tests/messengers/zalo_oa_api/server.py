"""The HTTP server: a thread with a loop of its own, so that plain tests can start it with `with`."""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.messengers.zalo_oa_api import sending
from tests.messengers.zalo_oa_api.errors import ApiError
from tests.messengers.zalo_oa_api.faults import Fault
from tests.messengers.zalo_oa_api.world import World

REQUEST_MAX_BYTES = 30 * 1024 * 1024
STARTS_WITHIN_S = 10.0
Work = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ZaloOaApi(World):
    """The API, the token endpoint and the picture host of one account on 127.0.0.1, to be used with `with`.

    `clock` tells its time, the machine's unless a test hands in its own; `retry_scale` shortens the pauses before an
    event is brought again.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] | None = None,
        deadline_s: float = 2.0,
        retry_scale: float = 0.001,
        port: int = 0,
    ) -> None:
        super().__init__(clock, deadline_s=deadline_s, retry_scale=retry_scale)
        self.down = False  # every connection is cut, as in an outage
        self._port = port
        self._broken: list[BaseException] = []
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="zalo-oa-api", daemon=True)

    @property
    def url(self) -> str:
        """Return the address that takes the place of openapi.zalo.me and oauth.zaloapp.com."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(STARTS_WITHIN_S):
            raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.in_loop(self._stop.set)
        self._thread.join()
        self._loop.close()
        if kind is None and self._broken:
            raise self._broken[0]
        if kind is None and self.faults.left():
            raise AssertionError(f"planned failures that never happened: {self.faults.left()}")

    def in_loop(self, act: Callable[[], None]) -> None:
        """Run something in the loop of the server, from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

    def deliver_to(self, url: str) -> None:
        """Save the address of our webhook; the empty probe goes there first."""
        self.webhook.deliver_to(url)

    def settled(self, within_s: float = 10.0) -> bool:
        """Wait until every event was answered; False when that takes too long."""
        return self.webhook.settled(within_s)

    def fail_next(self, kind: str = "*", error: int | None = None, **more: Any) -> None:
        """Plan how the next requests of a kind fail; see `Fault`."""
        with self.lock:
            self.faults.plan(Fault(kind, error, **more))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        app = web.Application(client_max_size=REQUEST_MAX_BYTES)
        app.router.add_post("/v4/oa/access_token", self._answering("token", self._token))
        app.router.add_post("/v3.0/oa/message/cs", self._answering("send", self._send))
        app.router.add_post("/v2.0/oa/upload/{kind:image|file}", self._answering("upload", self._upload))
        app.router.add_get("/v3.0/oa/user/detail", self._answering("detail", self._detail))
        app.router.add_get("/v2.0/oa/getoa", self._answering("getoa", self._getoa))
        app.router.add_get("/v2.0/oa/listrecentchat", self._answering("recent", self._recent))
        app.router.add_get("/media/{name}", self._answering("media", self._media_of))
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self._port = runner.addresses[0][1]
        delivery = asyncio.create_task(self.webhook.run())
        self._started.set()
        await self._stop.wait()
        delivery.cancel()
        with suppress(asyncio.CancelledError):
            await delivery
        await runner.cleanup()

    def _answering(self, kind: str, work: Work) -> Work:
        async def answer(request: web.Request) -> web.StreamResponse:
            if self.down:
                return _cut(request)
            with self.lock:
                self.calls.append(kind)
                fault = self.faults.take(kind)
            if fault is None:
                return await self._done(request, work)
            await asyncio.sleep(fault.slow_s)
            if fault.done:
                await self._done(request, work)
            if fault.cut:
                return _cut(request)
            if fault.raw is not None:
                return web.Response(status=fault.status, text=fault.raw, content_type="text/html")
            if fault.error is not None:
                return web.json_response(ApiError(fault.error).as_json(), status=fault.status)
            return await self._done(request, work)

        return answer

    async def _done(self, request: web.Request, work: Work) -> web.StreamResponse:
        try:
            return await work(request)
        except ApiError as error:
            return web.json_response(error.as_json())
        except Exception as error:
            self._broken.append(error)
            raise

    def _authorised(self, request: web.Request) -> None:
        token = request.headers.get("access_token", "")
        self.office.check(token)
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if self.wants_proof and request.headers.get("appsecret_proof") != proof:
            raise ApiError(-216, "appsecret_proof is invalid")

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        with self.lock:
            return web.json_response(self.office.answer(form, request.headers.get("secret_key", "")))

    async def _send(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        with self.lock:
            self._authorised(request)
            self.sent.append(body)
            return _ok(sending.send(self, body))

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        field = form.get("file")
        with self.lock:
            self._authorised(request)
            if not isinstance(field, web.FileField):
                raise ApiError(-201, "file is missing")
            return _ok(sending.upload(self, request.match_info["kind"], field.filename, field.file.read()))

    async def _detail(self, request: web.Request) -> web.Response:
        with self.lock:
            self._authorised(request)
            person = self.people.get(json.loads(request.query["data"])["user_id"])
            if person is None:
                raise ApiError(-201, "user_id is invalid")
            last = person.last_interaction
            told = {
                "user_id": person.id,
                "display_name": person.name,
                "user_alias": "",
                "user_is_follower": person.follows_us,
                "user_last_interaction_date": last.strftime("%d/%m/%Y") if last else "",
                "shared_info": {},
            }
            return _ok(told)

    async def _getoa(self, request: web.Request) -> web.Response:
        with self.lock:
            self._authorised(request)
            return _ok({"oaid": self.oa_id, "name": self.oa_name, "is_verified": True, "oa_type": 4})

    async def _recent(self, request: web.Request) -> web.Response:
        asked = json.loads(request.query.get("data", "{}"))
        with self.lock:
            self._authorised(request)
            rows: list[dict[str, Any]] = [
                {"src": 0, "message_id": message.id, "message": message.text, "to_id": person.id, "type": "text"}
                for person in self.people.values()
                for message in person.messages
            ]
            offset = int(asked.get("offset", 0))
            return web.json_response(
                {"error": 0, "message": "Success", "data": rows[offset : offset + min(10, int(asked.get("count", 10)))]}
            )

    async def _media_of(self, request: web.Request) -> web.Response:
        with self.lock:
            content = self.media(request.match_info["name"])
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="application/octet-stream")


def _ok(data: dict[str, Any]) -> web.Response:
    return web.json_response({"error": 0, "message": "Success", "data": data})


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
