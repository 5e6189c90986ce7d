"""Settings of an instance, from `VIECTOT_*` in the environment or from `.env`. None is needed to start."""

import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from texts import say

WEBHOOK_SECRET_MIN_BYTES = 32


class ReceivingMode(StrEnum):
    """How what people write reaches us."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Settings(BaseSettings):
    """One instance. A messenger without its token is simply off."""

    model_config = SettingsConfigDict(env_prefix="VIECTOT_", env_file=".env", extra="ignore")

    DATABASE_URL: str = Field(default="", description="where the data is; SQLite in the data folder when empty")
    DATA_DIR: Path = Field(default=Path("data"), description="folder of the database, photos, recordings and papers")
    HOST: str = Field(default="127.0.0.1", description="address to listen on")
    PORT: int = Field(default=8080, ge=0, le=65_535, description="port to listen on")
    PUBLIC_URL: str = Field(default="", description="address people open, without a slash at the end")
    TIMEZONE: str = Field(default="Asia/Ho_Chi_Minh", description="zone in which days and months are counted")
    TRUSTED_PROXIES: str = Field(
        default="", description="addresses of our own proxies, by commas: only their word on who calls is taken"
    )
    TELEGRAM_TOKEN: SecretStr | None = Field(default=None, description="token of the Telegram bot")
    TELEGRAM_API_URL: str = Field(default="https://api.telegram.org", description="where the Bot API is")
    TELEGRAM_MODE: ReceivingMode = Field(default=ReceivingMode.POLLING, description="polling or webhook")
    TELEGRAM_SECRET: SecretStr | None = Field(
        default=None, description="what Telegram must send with every webhook call, at least 32 bytes"
    )
    ZALO_BOT_TOKEN: SecretStr | None = Field(default=None, description="token of the Zalo bot")
    ZALO_BOT_API_URL: str = Field(
        default="https://bot-api.zaloplatforms.com", description="where the Zalo Bot Platform is"
    )
    ZALO_BOT_MODE: ReceivingMode = Field(default=ReceivingMode.POLLING, description="polling or webhook")
    ZALO_BOT_SECRET: SecretStr | None = Field(
        default=None, description="what the Zalo Bot Platform must send with every webhook call, 32 to 256 bytes"
    )
    ZALO_OA_ID: str = Field(default="", description="id of the first Zalo Official Account; empty: none")
    ZALO_OA_APP_ID: str = Field(default="", description="id of the app that account is tied to")
    ZALO_OA_APP_SECRET: SecretStr | None = Field(default=None, description="secret of that app: asks for tokens")
    ZALO_OA_SECRET_KEY: SecretStr | None = Field(
        default=None, description="secret key of the account's webhook page: signs what Zalo sends"
    )
    ZALO_OA_REFRESH_TOKEN: SecretStr | None = Field(
        default=None, description="first refresh token of the account; later ones are kept in the database"
    )
    ZALO_OA_API_URL: str = Field(default="https://openapi.zalo.me", description="where the Official Account API is")
    ZALO_OA_OAUTH_URL: str = Field(default="https://oauth.zaloapp.com", description="where its tokens come from")
    ZALO_OA_BUTTON_TEMPLATE: str = Field(default="", description="template_type of its buttons; empty: none is named")
    ZALO_OA_APPSECRET_PROOF: bool = Field(default=False, description="prove every call with the app's secret")
    ZALO_OA_PAID: bool = Field(
        default=False, description="write to people for money from the 48th hour or the 9th message to the 7th day"
    )
    PHOTO_HOSTS: str = Field(
        default="*.zdn.vn, *.zadn.vn, *.zaloapp.com, *.zalo.me",
        description="hosts pictures are fetched from by their address, by commas",
    )
    SMTP_HOST: str = Field(default="", description="server for e-mail to staff; empty: none is sent")
    SMTP_PORT: int = Field(default=587, ge=1, le=65_535, description="its port")
    SMTP_TLS: bool = Field(default=True, description="refuse to send without encryption")
    SMTP_USER: str = Field(default="", description="who signs in there; empty: nobody needs to")
    SMTP_PASSWORD: SecretStr | None = Field(default=None, description="with what")
    SMTP_FROM: str = Field(default="", description="the sender's address")
    PROCESSES: int = Field(
        default=1, ge=1, description="processes that serve this database; more than one needs PostgreSQL"
    )
    LANES: int = Field(default=4, ge=1, le=32, description="writing connections of one process on PostgreSQL")

    @field_validator("TIMEZONE")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(say("settings.no_zone", value=name)) from None
        return name

    @field_validator("DATABASE_URL")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not re.match(r"sqlite:///|postgresql\+psycopg://", url):
            raise ValueError(say("settings.no_database"))
        return url

    @field_validator("PUBLIC_URL")
    @classmethod
    def _whole_address(cls, url: str) -> str:
        if url and not re.match(r"https?://[^\s/]", url):
            raise ValueError(say("settings.no_address", value=url))
        return url

    @field_validator("TELEGRAM_TOKEN", "ZALO_BOT_TOKEN")
    @classmethod
    def _no_token_is_none(cls, token: SecretStr | None) -> SecretStr | None:
        return token if secret_of(token).strip() else None

    @field_validator("TELEGRAM_TOKEN")
    @classmethod
    def _shaped_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\d+:[\w-]+", secret_of(token)):
            raise ValueError(say("settings.no_telegram_token"))
        return token

    @field_validator("TRUSTED_PROXIES")
    @classmethod
    def _known_proxies(cls, told: str) -> str:
        for proxy in filter(None, (each.strip() for each in told.split(","))):
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                if proxy != "*":
                    raise ValueError(say("settings.no_proxy", value=proxy)) from None
        return told

    @model_validator(mode="after")
    def _several_need_postgresql(self) -> Self:
        if self.PROCESSES > 1 and self.database_file is not None:
            raise ValueError(say("settings.one_process"))
        return self

    @model_validator(mode="after")
    def _webhook_needs_a_secret(self) -> Self:
        for name, token, mode, secret in (
            ("TELEGRAM", self.TELEGRAM_TOKEN, self.TELEGRAM_MODE, self.TELEGRAM_SECRET),
            ("ZALO_BOT", self.ZALO_BOT_TOKEN, self.ZALO_BOT_MODE, self.ZALO_BOT_SECRET),
        ):
            if token is None or mode is not ReceivingMode.WEBHOOK:
                continue
            if len(secret_of(secret).encode()) < WEBHOOK_SECRET_MIN_BYTES:
                raise ValueError(
                    f"VIECTOT_{name}_SECRET must have at least {WEBHOOK_SECRET_MIN_BYTES} bytes: "
                    "without it anybody could speak in the messenger's name"
                )
            if not self.PUBLIC_URL:
                raise ValueError("VIECTOT_PUBLIC_URL is needed for a webhook: the messenger must know where to send to")
        return self

    @model_validator(mode="after")
    def _official_account_is_whole(self) -> Self:
        if not self.ZALO_OA_ID:
            return self
        needed = {
            "ZALO_OA_APP_ID": self.ZALO_OA_APP_ID,
            "ZALO_OA_APP_SECRET": secret_of(self.ZALO_OA_APP_SECRET),
            "ZALO_OA_SECRET_KEY": secret_of(self.ZALO_OA_SECRET_KEY),
        }
        missing = [f"VIECTOT_{name}" for name, value in needed.items() if not value]
        if missing:
            raise ValueError(f"VIECTOT_ZALO_OA_ID is set, so these must be too: {', '.join(missing)}")
        return self

    @property
    def database_url(self) -> str:
        """The database, in the data folder unless another is named."""
        return self.DATABASE_URL or f"sqlite:///{(self.DATA_DIR / 'viectot.sqlite3').absolute()}"

    @property
    def database_file(self) -> Path | None:
        """The file of the database; None where it is none of ours."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path.partition("?")[0]) if scheme.startswith("sqlite") and path else None

    @property
    def public_url(self) -> str:
        """The address people open."""
        return (self.PUBLIC_URL or f"http://{self.HOST}:{self.PORT}").rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days and months are counted."""
        return ZoneInfo(self.TIMEZONE)


def secret_of(value: SecretStr | None) -> str:
    """Return a secret in the clear; empty where there is none."""
    return value.get_secret_value() if value is not None else ""
