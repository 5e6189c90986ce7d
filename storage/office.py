"""The office this instance belongs to: who issues, who is called, who receives. One table says what may be set."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Tx
from storage.settings import all_settings
from texts import has, say

# name -> is it needed before a paper can be issued? Labels are `office.label.NAME`, defaults `office.default.NAME`.
OFFICE_SETTINGS: Mapping[str, bool] = {
    "office": True,  # how people call it, e.g. the commune's name
    "commune_code": False,  # its own commune, the default place of a deed; an office above communes has none
    "issuer": True,  # full name as papers say it
    "issuer_heading": True,  # lines of the heading, separated by |
    "superior_heading": False,
    "symbol": True,
    "place_name": True,
    "addressee": True,  # lines, separated by |
    "standing_office": True,
    "signing_authority": True,  # lines, separated by |
    "signer_title": True,
    "signer_name": True,
    "recipients": True,  # lines, separated by |
    "archive": True,
    "basis": False,  # the letter that ordered the monthly introduction
    "phone": True,
    "address": False,
    "reception_days": False,
    "province_reception": False,
    "police_phone": False,
    "clinic_phone": False,
    "hamlet_words": False,
    "first_day": False,  # 1: calendar month; 15: from the 15th to the 14th
    "reply_working_days": False,
    "digest_files_to_standing_office": False,
    "public_url": False,
}

FIRST_DAY = "first_day"  # changed by `digests.months.change_first_day` only
TELEGRAM_BOT = "telegram_bot"  # not the office's to set: noted whenever Telegram is served


@dataclass(frozen=True)
class Office:
    """The settings with their defaults; reading one that is not set gives its default."""

    made: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a setting, or its default, or nothing."""
        if name not in OFFICE_SETTINGS:
            raise KeyError(name)
        if self.made.get(name):
            return self.made[name]
        return say(f"office.default.{name}") if has(f"office.default.{name}") else ""

    def lines(self, name: str) -> tuple[str, ...]:
        """Return a setting of several lines."""
        return tuple(line.strip() for line in self[name].split("|") if line.strip())

    @property
    def missing(self) -> tuple[str, ...]:
        """The names a paper needs and nobody has set."""
        return tuple(name for name, needed in OFFICE_SETTINGS.items() if needed and not self.made.get(name))

    @property
    def first_day(self) -> int:
        """The day of the month on which a period begins: 1 or 15."""
        return 15 if self[FIRST_DAY].strip() == "15" else 1

    @property
    def telegram_bot(self) -> str:
        """The name under which our bot is found on Telegram; nothing where there is none."""
        return self.made.get(TELEGRAM_BOT, "")

    @property
    def privacy_url(self) -> str:
        """Where people read who keeps what, and for what."""
        return f"{self['public_url'].rstrip('/')}/privacy"


def office(tx: Tx) -> Office:
    """Return the office as it is set now."""
    return Office(all_settings(tx))
