"""The messengers an instance serves, built from its settings; one without its token is off.

Each is imported only where it is served: Telegram's library alone takes two seconds and 150 MB.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.settings import Settings, secret_of
from deeds.clock import Clock
from deeds.said import Inbound
from messengers.mail.abilities import ABILITIES as MAIL
from messengers.photo_links import PhotoLinks
from messengers.port import CannotRead, Messenger
from messengers.telegram.abilities import ABILITIES as TELEGRAM
from messengers.webchat.abilities import ABILITIES as WEBCHAT
from messengers.webchat.chat import WebChat
from messengers.zalo_bot.abilities import ABILITIES as ZALO_BOT
from messengers.zalo_oa.abilities import NAME as ZALO_OA
from messengers.zalo_oa.abilities import abilities as zalo_oa_abilities
from storage import accounts
from storage.database import Tx
from storage.inbox import ParkedEvent
from storage.photos.files import PhotoFiles, Shelf
from storage.store import Store

log = structlog.get_logger()

# Known without serving them: a command that carries a parked event through has no messenger.
ABILITIES = {
    "mail": MAIL,
    "telegram": TELEGRAM,
    "webchat": WEBCHAT,
    "zalo_bot": ZALO_BOT,
    ZALO_OA: zalo_oa_abilities(paid=False),
}
WINDOWED = frozenset(name for name, can in ABILITIES.items() if can.window)  # may be written to only for a while


@dataclass(frozen=True)
class House:
    """What a messenger may be given of the house it serves."""

    settings: Settings
    store: Store
    clock: Clock
    files: PhotoFiles
    key: bytes
    has_official_account: bool  # made by the settings or by a command

    def published(self, sha256: str) -> Path:
        """Return where the copy of a picture lies that people may see."""
        return self.files.path(sha256, Shelf.PUBLISHED)


def doors(house: House) -> dict[str, Messenger]:
    """Return every messenger the settings switch on, by name."""
    settings = house.settings
    opened: list[Messenger] = [WebChat(house.store, house.clock)]
    if settings.TELEGRAM_TOKEN is not None:
        opened.append(_telegram(house, secret_of(settings.TELEGRAM_TOKEN)))
    if settings.ZALO_BOT_TOKEN is not None:
        opened.append(_zalo_bot(house, secret_of(settings.ZALO_BOT_TOKEN)))
    if house.has_official_account:
        opened.append(_zalo_oa(house))
    if settings.SMTP_HOST:
        opened.append(_mail(house))
    return {messenger.name: messenger for messenger in opened}


def seed_accounts(tx: Tx, settings: Settings, now: datetime) -> None:
    """Make the account the settings name, or bring it to their secrets; its tokens live on in the database."""
    if settings.ZALO_OA_ID:
        accounts.seed(
            tx,
            ZALO_OA,
            settings.ZALO_OA_ID,
            app_id=settings.ZALO_OA_APP_ID,
            app_secret=secret_of(settings.ZALO_OA_APP_SECRET),
            secret_key=secret_of(settings.ZALO_OA_SECRET_KEY),
            refresh_token=secret_of(settings.ZALO_OA_REFRESH_TOKEN),
            now=now,
        )


def _telegram(house: House, token: str) -> Messenger:
    from messengers.telegram.messenger import Telegram

    settings = house.settings
    return Telegram(
        token,
        photo_path=house.published,
        data_dir=settings.DATA_DIR,
        mode=settings.TELEGRAM_MODE.value,
        api_url=settings.TELEGRAM_API_URL,
        public_url=settings.public_url,
        secret=secret_of(settings.TELEGRAM_SECRET),
        store=house.store,
        clock=house.clock,
    )


def _zalo_bot(house: House, token: str) -> Messenger:
    from messengers.zalo_bot.messenger import ZaloBot

    settings = house.settings
    return ZaloBot(
        token,
        store=house.store,
        clock=house.clock,
        links=_links(settings),
        photo_path=house.published,
        key=hmac.new(house.key, b"addresses of pictures", hashlib.sha256).digest(),
        api_url=settings.ZALO_BOT_API_URL,
        mode=settings.ZALO_BOT_MODE.value,
        public_url=settings.public_url,
        secret=secret_of(settings.ZALO_BOT_SECRET),
        alone=settings.PROCESSES == 1,
    )


def _zalo_oa(house: House) -> Messenger:
    from messengers.zalo_oa.messenger import ZaloOA
    from storage.photos.small import small_copy

    settings = house.settings

    def small(sha256: str) -> bytes:
        return small_copy(house.published(sha256))

    return ZaloOA(
        house.store,
        house.clock,
        links=_links(settings),
        small_copy=small,
        data_dir=settings.DATA_DIR,
        public_url=settings.public_url,
        api_url=settings.ZALO_OA_API_URL,
        oauth_url=settings.ZALO_OA_OAUTH_URL,
        button_template=settings.ZALO_OA_BUTTON_TEMPLATE,
        prove_calls=settings.ZALO_OA_APPSECRET_PROOF,
        paid=settings.ZALO_OA_PAID,
    )


def _mail(house: House) -> Messenger:
    from messengers.mail.messenger import Mail

    settings = house.settings
    return Mail(
        host=settings.SMTP_HOST,
        port=settings.SMTP_PORT,
        tls=settings.SMTP_TLS,
        user=settings.SMTP_USER,
        password=secret_of(settings.SMTP_PASSWORD),
        sender=settings.SMTP_FROM,
        store=house.store,
        data_dir=settings.DATA_DIR,
        clock=house.clock,
    )


def _links(settings: Settings) -> PhotoLinks:
    return PhotoLinks([host.strip() for host in settings.PHOTO_HOSTS.split(",") if host.strip()])


def decode(parked: ParkedEvent, settings: Settings) -> Inbound | None:
    """Return a parked event as its messenger reads it; None when it still cannot be read."""
    try:
        match parked.messenger:
            case "telegram":
                from messengers.telegram.incoming import Decoder

                # A token begins with the id of its bot: by it an answer to one of our messages is known as that.
                token = secret_of(settings.TELEGRAM_TOKEN)
                return Decoder(int(token.partition(":")[0] or 0)).read(parked.raw)
            case "webchat":
                from messengers.webchat.incoming import event_of

                return event_of(parked.chat, parked.raw)
            case "zalo_bot":
                from messengers.zalo_bot.incoming import read

                return read(parked.raw)
            case "zalo_oa":
                from messengers.zalo_oa.incoming import read as read_oa

                return read_oa(parked.raw)
    except (CannotRead, ValueError, KeyError) as error:
        log.error("a parked event cannot be read", event_id=parked.id, error=type(error).__name__)
    return None
