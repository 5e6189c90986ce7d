"""What our own page shows: the numbers are ours (November 2026), chosen for a telephone 360 points wide."""

from messengers.port import Abilities

ABILITIES = Abilities(
    max_text_units=8_000,
    max_buttons=12,
    max_label_chars=120,
    max_option_id_bytes=200,
    edits_messages=False,  # a page that has shown a line does not ask for it again
    sends_photos=True,
    sends_files=True,
    pushes=False,
)
