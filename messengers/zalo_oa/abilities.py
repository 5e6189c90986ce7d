"""What a Zalo Official Account can show and take, as numbers with their source and the date they were read.

Read in November 2026 off copies of developers.zalo.me (Official Account, API v3) and off clients that run against it;
the operator's guide names what is to be tried with a real account before going live.
"""

from datetime import time, timedelta

from messengers.port import Abilities, Window

NAME = "zalo_oa"
TEXT_MAX_UNITS = 2000  # message/cs: a longer one is refused with -210, not cut
BUTTONS_MAX = 5
LABEL_MAX_CHARS = 100
PAYLOAD_MAX_CHARS = 1000
PAYLOAD_PREFIX = "#vt:"  # tells a button of ours from words; whoever types it chooses nothing a number would not
UPLOAD_IMAGE_MAX_BYTES = 1024 * 1024  # upload/image: jpg or png
UPLOAD_FILE_MAX_BYTES = 5 * 1024 * 1024  # upload/file
UPLOAD_FILE_ENDINGS = (".pdf", ".doc", ".docx")
CALLS_PER_MINUTE = 4_000  # of one app
FREE_HOURS = 48  # consultation messages after the person was last heard
FREE_MESSAGES = 8  # of them; a note of 2026 says any number, so to be tried
OUTER_DAYS = 7  # then nothing by API, not for money either
QUIET = (time(22), time(6))  # some messages are refused at night with -234
BODY_MAX_BYTES = 1024 * 1024  # ours: an event is a few kilobytes


def abilities(*, paid: bool) -> Abilities:
    """Return what can be shown; `paid`: the office pays for messages from the 48th hour to the 7th day."""
    free = Window(timedelta(hours=FREE_HOURS), FREE_MESSAGES, QUIET)
    return Abilities(
        max_text_units=TEXT_MAX_UNITS,
        max_buttons=BUTTONS_MAX,
        max_label_chars=LABEL_MAX_CHARS,
        max_option_id_bytes=PAYLOAD_MAX_CHARS - len(PAYLOAD_PREFIX),
        edits_messages=False,
        sends_photos=True,
        sends_files=True,
        max_per_second=CALLS_PER_MINUTE // 60,
        window=Window(timedelta(days=OUTER_DAYS), 0, QUIET) if paid else free,
        numbers_beside_buttons=True,  # whether every client draws buttons is to be tried
    )
