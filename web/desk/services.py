"""What the desk is handed: the store, the clock, the files, and how a parked event is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deeds.clock import Clock
from storage.photos.files import PhotoFiles
from storage.store import Store
from web.desk.templating import Templates
from web.pages import Pages


@dataclass(frozen=True)
class Services:
    """Everything the desk needs from outside; wired in `bot`."""

    pages: Pages
    store: Store
    clock: Clock
    files: PhotoFiles
    data_dir: Path
    retry: Callable[[int], Awaitable[bool]]  # a parked event by its id: True when it was carried through this time
    wake: Callable[[], None]  # something was queued to be sent

    @cached_property
    def drafting(self) -> asyncio.Semaphore:
        """Held while a draft is built: one at a time, for everybody else reads meanwhile."""
        return asyncio.Semaphore(1)

    @cached_property
    def templates(self) -> Templates:
        """The desk's own templates, read once."""
        return Templates(self.pages)
