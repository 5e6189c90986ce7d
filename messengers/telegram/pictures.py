"""Which pictures Telegram has already: sent again by its own id, after a restart too, and not uploaded again."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

import structlog

from deeds.clock import Clock, SystemClock
from messengers.telegram.incoming import NAME
from storage import remote_copies
from storage.store import Store

log = structlog.get_logger()

LANE = "telegram pictures"
REMEMBERED = 10_000


class Pictures:
    """Telegram's ids of our pictures: in the store where there is one, with those of late at hand."""

    def __init__(self, store: Store | None = None, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._at_hand: OrderedDict[str, str] = OrderedDict()

    async def known(self, sha256s: Collection[str]) -> dict[str, str]:
        """Return the ids of those of these pictures Telegram has."""
        found = {sha256: self._at_hand[sha256] for sha256 in sha256s if sha256 in self._at_hand}
        asked = [sha256 for sha256 in sha256s if sha256 not in found]
        if asked and self._store is not None:
            try:
                kept = await self._store.read(lambda tx: remote_copies.known(tx, NAME, asked))
            except Exception as error:
                log.warning("pictures are uploaded anew", error=type(error).__name__)
                return found
            self._take_at_hand(kept)
            found |= kept
        return found

    async def remember(self, ids: Mapping[str, str]) -> None:
        """Keep ids Telegram gave. Never fails: the message is out, and next time the picture is uploaded anew."""
        new = {sha256: remote for sha256, remote in ids.items() if self._at_hand.get(sha256) != remote}
        self._take_at_hand(new)
        if not new or self._store is None:
            return
        try:
            await self._store.write(LANE, lambda tx: remote_copies.remember(tx, NAME, new, self._clock.now()))
        except Exception as error:
            log.warning("the ids of pictures could not be kept", error=type(error).__name__)

    async def forget(self, sha256s: Collection[str]) -> bool:
        """Forget ids Telegram does not know any more. Returns whether there were any."""
        known = await self.known(sha256s)
        for sha256 in known:
            self._at_hand.pop(sha256, None)
        if known and self._store is not None:
            try:
                await self._store.write(LANE, lambda tx: remote_copies.forget(tx, list(known), NAME))
            except Exception as error:
                log.warning("the ids of pictures could not be forgotten", error=type(error).__name__)
        return bool(known)

    def _take_at_hand(self, ids: Mapping[str, str]) -> None:
        for sha256, remote in ids.items():
            self._at_hand[sha256] = remote
            self._at_hand.move_to_end(sha256)
        while len(self._at_hand) > REMEMBERED:
            self._at_hand.popitem(last=False)
