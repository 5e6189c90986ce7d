"""The HTTP side of an instance: pages, the web chat, webhooks and health, in one Starlette application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from bot.health import health
from bot.wiring import Instance
from messengers.webchat import routes as chat
from web.desk import routes as desk
from web.desk.services import Services
from web.edges import Edges
from web.forms import read_form
from web.numbers import bound_numbers
from web.pages import Pages, SecurityHeaders, error_handlers
from web.public import routes as public
from web.rates import Rate, Seats, network


def application(instance: Instance) -> Starlette:
    """Return the application of an instance; starting it starts the instance."""
    bound_numbers()
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
        read_form=read_form,
        may_write=Rate(60, 60).allows,
        may_begin=Rate(20, 60, by=network).allows,
        may_tell=Rate(60_000, 60, by=network).allows,
        may_wait=Seats(300, by=network).take,
    )
    at_desk = Services(
        pages=pages,
        store=instance.lanes,
        clock=instance.clock,
        files=instance.files,
        data_dir=instance.settings.DATA_DIR,
        retry=instance.retry,
        wake=instance.delivery.wake,
    )
    in_public = public.PublicServices(
        store=instance.lanes,
        files=instance.files,
        pages=pages,
        receipt_key=instance.receipt_key,
        may_look_up=Rate(5, 60, by=network).allows,
    )
    routes: list[BaseRoute] = [
        Route("/health", health(instance), methods=["GET"]),
        *pages.routes(),
        *chat.routes(services),
        *desk.routes(at_desk),
        *public.routes(in_public),
    ]
    for messenger in instance.messengers.values():
        routes.extend(messenger.routes(accept, park))
    return routes
