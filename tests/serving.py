"""What the servers of all stand-ins share: a thread with a loop of its own, so that plain tests start one by `with`."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import web

STARTS_WITHIN_S = 20.0


class Threaded:
    """A server on 127.0.0.1; what it serves is `serve`."""

    def __init__(self, name: str, port: int = 0) -> None:
        self.port = port  # the one it listens on, once it does
        self.broken: list[BaseException] = []  # errors of the stand-in itself, raised at the end of `with`
        self.loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def url(self) -> str:
        """Where it is, in place of the real address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, until_stopped: Callable[[], Awaitable[None]]) -> None:
        """Begin to listen, note the port, and await `until_stopped`; then end all that was begun."""
        raise NotImplementedError

    def planned(self) -> Sequence[object]:
        """Return the failures that were planned and have not happened: a test that plans one wants it."""
        return ()

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
        self.loop.close()
        if kind is None and self.broken:
            raise self.broken[0]
        if kind is None and self.planned():
            raise AssertionError(f"planned failures that never happened: {self.planned()}")

    def in_loop(self, act: Callable[[], None]) -> None:
        """Run something in the loop of the server, from any thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(act)

    async def serve_http(
        self, app: web.Application, beside: Coroutine[Any, Any, None], until_stopped: Callable[[], Awaitable[None]]
    ) -> None:
        """Serve an application, and run something beside it, until stopped."""
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self.port = runner.addresses[0][1]
        running = asyncio.create_task(beside)
        await until_stopped()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await runner.cleanup()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.serve(self._until_stopped))

    async def _until_stopped(self) -> None:
        self._started.set()
        await self._stop.wait()
