"""`viectot run` and `viectot demo`."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.running import CLOCK, quiet_logs, settings
from bot.opening import only_server
from bot.settings import Settings
from deeds.errors import NotPossible
from texts import say


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(demo)


def run() -> None:
    """Serve the instance until it is told to stop."""
    quiet_logs()
    serve(settings(), lambda: None)


def demo(
    folder: Annotated[
        Path | None, typer.Option(help="where the sample instance lives: VIECTOT_DATA_DIR, else data/demo")
    ] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """Set up a sample commune, print its addresses and serve it; a second run continues."""
    import logging

    from bot.demo import prepare

    quiet_logs(logging.WARNING)
    told = _without_env_file()
    chosen = port if port is not None else _free_port(told.HOST, told.PORT)
    folder = folder or (told.DATA_DIR if "DATA_DIR" in told.model_fields_set else Path("data/demo"))
    sample = told.model_copy(update={"DATA_DIR": folder, "DATABASE_URL": "", "PORT": chosen})
    try:
        addresses = prepare(sample, CLOCK)
        serve(sample, lambda: typer.echo(addresses.text()))
    except KeyboardInterrupt:
        pass  # before it served; what it had begun to make is made anew the next time
    typer.echo(say("demo.ended"))


def _without_env_file() -> Settings:
    """Return the settings of the environment; `.env` holds the bot's token and the address of the real instance."""
    settings()  # says what is wrong with them
    return Settings(_env_file=None)  # type: ignore[call-arg]


def serve(told: Settings, when_ready: Callable[[], None]) -> None:
    """Serve until interrupted; `when_ready` is called once pages answer."""
    with only_server(told), _bound(told.HOST, told.PORT) as door:
        _serve(told, door, when_ready)


def _serve(told: Settings, door: socket.socket, when_ready: Callable[[], None]) -> None:
    import uvicorn

    from bot.app import application
    from bot.patience import PatientProtocol
    from bot.wiring import build

    instance = build(told, CLOCK)
    config = uvicorn.Config(
        application(instance), log_level="warning", access_log=False,
        http=PatientProtocol, timeout_graceful_shutdown=5, server_header=False,
        proxy_headers=bool(told.TRUSTED_PROXIES), forwarded_allow_ips=told.TRUSTED_PROXIES or None,
    )  # fmt: skip

    class Server(uvicorn.Server):
        """A server that says when it answers, and lets go of waiting pages when it ends; uvicorn has no other signs."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                when_ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await instance.webchat.stop()
            await super().shutdown(sockets)

    async def until_stopped() -> None:
        await Server(config).serve([door])

    previous = signal.getsignal(signal.SIGINT)
    try:
        asyncio.run(until_stopped())
    except KeyboardInterrupt:
        pass  # how a person ends it
    finally:
        signal.signal(signal.SIGINT, previous)


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket at the address we listen on. Raises `NotPossible`, before anything is begun."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        door = socket.socket(family, kind)
    except OSError as error:
        raise NotPossible("cli.port.not_here", str(error), host=host, port=port) from None
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
    except OSError as error:
        door.close()
        key = _PORT_FAULTS.get(error.errno or 0, "cli.port.not_here")
        raise NotPossible(key, str(error), host=host, port=port) from None
    return door


_PORT_FAULTS = {errno.EADDRINUSE: "cli.port.busy", errno.EACCES: "cli.port.not_allowed"}


def _free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or another that is free when something listens there already; 0 is any."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, wanted))
        except OSError:
            probe.close()
        else:
            return int(probe.getsockname()[1])
    with socket.socket() as any_port:
        any_port.bind((host, 0))
        return int(any_port.getsockname()[1])
