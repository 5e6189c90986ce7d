"""Settings of an instance, from `VIECTOT_*` in the environment or from `.env`. None is needed to start."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WEBHOOK_SECRET_MIN_BYTES = 32


class TelegramMode(StrEnum):
    """How Telegram's updates reach us."""

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
    TELEGRAM_MODE: TelegramMode = Field(default=TelegramMode.POLLING, description="polling or webhook")
    TELEGRAM_SECRET: SecretStr | None = Field(
        default=None, description="what Telegram must send with every webhook call, at least 32 bytes"
    )
    PROCESSES: int = Field(
        default=1, ge=1, description="processes that serve this database; more than one needs PostgreSQL"
    )
    LANES: int = Field(default=4, ge=1, le=32, description="writing connections of one process on PostgreSQL")

    @field_validator("TIMEZONE")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @model_validator(mode="after")
    def _webhook_needs_a_secret(self) -> Self:
        if self.TELEGRAM_TOKEN is None or self.TELEGRAM_MODE is not TelegramMode.WEBHOOK:
            return self
        secret = self.TELEGRAM_SECRET.get_secret_value() if self.TELEGRAM_SECRET else ""
        if len(secret.encode()) < WEBHOOK_SECRET_MIN_BYTES:
            raise ValueError(
                f"VIECTOT_TELEGRAM_SECRET must have at least {WEBHOOK_SECRET_MIN_BYTES} bytes: "
                "without it anybody could speak in Telegram's name"
            )
        if not self.PUBLIC_URL:
            raise ValueError("VIECTOT_PUBLIC_URL is needed for a webhook: Telegram must know where to send to")
        return self

    @property
    def database_url(self) -> str:
        """The database, in the data folder unless another is named."""
        return self.DATABASE_URL or f"sqlite:///{(self.DATA_DIR / 'viectot.sqlite3').absolute()}"

    @property
    def public_url(self) -> str:
        """The address people open."""
        return (self.PUBLIC_URL or f"http://{self.HOST}:{self.PORT}").rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days and months are counted."""
        return ZoneInfo(self.TIMEZONE)
