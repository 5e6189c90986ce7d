"""The HTTP server of an Official Account, and how it fails when told to."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.messengers.zalo_oa_api import sending
from tests.messengers.zalo_oa_api.errors import ApiError
from tests.messengers.zalo_oa_api.faults import Fault
from tests.messengers.zalo_oa_api.world import World
from tests.serving import Threaded

REQUEST_MAX_BYTES = 30 * 1024 * 1024
Work = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ZaloOaApi(Threaded, World):
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
        Threaded.__init__(self, "zalo-oa-api", port)
        World.__init__(self, clock, deadline_s=deadline_s, retry_scale=retry_scale)
        self.down = False  # every connection is cut, as in an outage

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

    def planned(self) -> Sequence[str]:
        """Return the planned failures that have not happened."""
        return self.faults.left()

    async def serve(self, until_stopped: Callable[[], Awaitable[None]]) -> None:
        """Serve the API, the token endpoint and pictures, and bring events to a webhook."""
        app = web.Application(client_max_size=REQUEST_MAX_BYTES)
        app.router.add_post("/v4/oa/access_token", self._answering("token", self._token))
        app.router.add_post("/v3.0/oa/message/cs", self._answering("send", self._send))
        app.router.add_post("/v2.0/oa/upload/{kind:image|file}", self._answering("upload", self._upload))
        app.router.add_get("/v3.0/oa/user/detail", self._answering("detail", self._detail))
        app.router.add_get("/v2.0/oa/getoa", self._answering("getoa", self._getoa))
        app.router.add_get("/v2.0/oa/listrecentchat", self._answering("recent", self._recent))
        app.router.add_get("/media/{name}", self._answering("media", self._media_of))
        await self.serve_http(app, self.webhook.run(), until_stopped)

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
            self.broken.append(error)
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
