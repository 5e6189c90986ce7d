"""What the Zalo Bot Platform can show and take, as numbers with their source and the date they were read."""

from datetime import timedelta

from messengers.port import Abilities

# The platform's own pages (bot.zaloplatforms.com, "API") as copied by client packages, read in November 2026. They do
# not say whether a character is a code point or a UTF-16 unit: counted in units, which is never too many.
TEXT_MAX_UNITS = 2000  # sendMessage
SECRET_MAX_BYTES = 256  # setWebhook: 8 to 256
SECRET_MIN_BYTES = 32  # ours: the secret is all that tells the platform from anybody else
BODY_MAX_BYTES = 1024 * 1024  # ours: an update is a few kilobytes
ANSWER_MAX_BYTES = 1024 * 1024  # ours, of what the platform answers
PHOTO_ADDRESS_LIVES = timedelta(days=7)  # ours: the platform, then every phone fetch a picture, nobody says until when

ABILITIES = Abilities(
    max_text_units=TEXT_MAX_UNITS,
    max_buttons=0,  # there is no keyboard of any kind
    max_label_chars=0,
    max_option_id_bytes=0,
    edits_messages=False,
    sends_photos=True,  # each by itself, by an address of ours
    sends_files=False,
    max_photos=1,  # sendPhoto takes one
    window=None,  # none documented; only the very first word must be the person's
)
