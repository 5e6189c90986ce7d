"""The HTTP side of an instance: pages, the web chat, webhooks and health, in one Starlette application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.wiring import Instance
from handlers.paper_gate import paper_gate
from messengers.webchat import routes as chat
from storage import inbox, outbox
from storage.database import Tx
from storage.migrations import is_current
from web.desk import routes as desk
from web.desk.services import Services
from web.edges import Edges
from web.pages import Pages, SecurityHeaders, error_handlers
from web.public import routes as public
from web.rates import Rate, network

STUCK_AFTER_S = 300.0


def application(instance: Instance) -> Starlette:
    """Return the application of an instance; starting it starts the instance."""
    pages = Pages(instance.settings.public_url)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        await instance.start()
        try:
            yield
        finally:
            await instance.stop()

    served = Starlette(
        routes=[*_routes(instance, pages)],
        lifespan=running,
        middleware=[
            Middleware(SecurityHeaders, https=pages.is_https),
            Middleware(Edges, own_limits=("/chat/messages", "/webhooks/")),
        ],
        exception_handlers=error_handlers(pages),
    )
    served.router.redirect_slashes = False  # it would repeat the Host header; `Edges` sends to the path alone
    return served


def _routes(instance: Instance, pages: Pages) -> list[BaseRoute]:
    accept, park = instance.accept, instance.intake.park
    services = chat.ChatServices(
        chat=instance.webchat,
        store=instance.lanes,
        files=instance.files,
        data_dir=instance.settings.DATA_DIR,
        public_url=instance.settings.public_url,
        accept=accept,
        show=pages.show,
        may_write=Rate(60, 60).allows,
        may_begin=Rate(20, 60, by=network).allows,
    )
    at_desk = Services(
        pages=pages,
        store=instance.lanes,
        clock=instance.clock,
        files=instance.files,
        data_dir=instance.settings.DATA_DIR,
        retry=instance.retry,
        wake=instance.delivery.wake,
        paper_gate=paper_gate,
    )
    in_public = public.PublicServices(
        store=instance.lanes,
        files=instance.files,
        pages=pages,
        receipt_key=instance.receipt_key,
        may_look_up=Rate(5, 60, by=network).allows,
    )
    routes: list[BaseRoute] = [
        Route("/health", _health(instance), methods=["GET"]),
        *pages.routes(),
        *chat.routes(services),
        *desk.routes(at_desk),
        *public.routes(in_public),
    ]
    for messenger in instance.messengers.values():
        routes.extend(messenger.routes(accept, park))
    return routes


def _health(instance: Instance) -> Callable[[Request], Awaitable[Response]]:
    """Live: it answers. Ready: the database does. Ages tell a watcher what the process itself may not notice."""

    def state(tx: Tx, now: datetime) -> tuple[bool, int, datetime | None]:
        return is_current(tx), inbox.count_parked(tx), outbox.oldest_due(tx, instance.messengers, now)

    async def health(_: Request) -> Response:
        now = instance.clock.now()
        try:
            async with asyncio.timeout(5):
                current, parked, due = await instance.lanes.read(lambda tx: state(tx, now))
        except Exception as error:
            return JSONResponse({"live": True, "ready": False, "error": type(error).__name__}, status_code=503)
        age_s = (now - due).total_seconds() if due else 0.0
        return JSONResponse(
            {
                "live": True,
                "ready": current,
                "inbox": {"parked": parked},
                "outbox": {"oldest_due_s": round(age_s, 1), "stuck": age_s > STUCK_AFTER_S},
                "messengers": sorted(instance.messengers),
            },
            status_code=200 if current else 503,
        )

    return health
