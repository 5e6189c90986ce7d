"""What Telegram can show and take, as numbers with their source and the date they were read."""

from messengers.port import Abilities

# https://core.telegram.org/bots/api and /bots/faq, read in November 2026 at level 10.3, unless another source is named.
TEXT_MAX_UNITS = 4096  # sendMessage: characters after entity parsing; counted here in UTF-16 to be safe
CAPTION_MAX_UNITS = 1024  # sendPhoto, sendDocument
CALLBACK_DATA_MAX_BYTES = 64  # InlineKeyboardButton
ALBUM_MAX = 10  # sendMediaGroup, which takes at least two
DOWNLOAD_MAX_BYTES = 20 * 1024 * 1024  # getFile
SECRET_MIN_BYTES = 32  # ours: the secret is all that tells Telegram from anybody else
BODY_MAX_BYTES = 1024 * 1024  # ours: an update is a few kilobytes


def is_group(chat: str) -> bool:
    """Tell a group from a person: its id is negative."""
    return chat.startswith("-")


ABILITIES = Abilities(
    max_text_units=TEXT_MAX_UNITS,
    max_buttons=30,  # the server takes 100 (its source, 10.0); more than a screen or two nobody reads
    max_label_chars=32,  # a button over the full width of a 360 dp phone; longer labels are cut by the app, not by us
    max_option_id_bytes=CALLBACK_DATA_MAX_BYTES,
    edits_messages=True,
    sends_photos=True,
    sends_files=True,
    max_photos=ALBUM_MAX,
    min_seconds_per_chat=1.0,  # FAQ: one message a second to one chat, short bursts tolerated
    max_per_minute_in_group=20,  # FAQ
    max_per_second=30,  # FAQ: bulk messages over all chats
    is_group=is_group,
)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
