"""What a letter can hold: the numbers are ours (November 2026); RFC 5321 and 5322 limit lines, not letters."""

from messengers.port import Abilities

ABILITIES = Abilities(
    max_text_units=100_000,
    max_buttons=0,
    max_label_chars=0,
    max_option_id_bytes=0,
    edits_messages=False,
    sends_photos=False,  # staff see pictures at the desk; a letter lies in too many hands
    sends_files=True,
)
