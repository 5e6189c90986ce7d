"""Which statuses belong together, said once: groups that share out every status, and the unions that have a name.

Where code asks about several statuses at once, it names one of these; a new status goes into one of the groups.
"""

from collections.abc import Mapping

from deeds.kinds import Status

WAITING = (Status.RECEIVED, Status.IN_REVIEW)  # a moderator's move is next
ASKED = (Status.NEEDS_INFO,)  # its teller's move is next
STANDING = (Status.APPROVED, Status.PUBLISHED)  # verified: papers tell of it
LEFT_OUT = (Status.REJECTED,)  # until more is told
TURNED_AWAY = (Status.REDIRECTED,)  # was no deed but a complaint
TAKEN_BACK = (Status.WITHDRAWN,)
MERGED = (Status.MERGED,)  # told of what another deed tells of

GROUPS: Mapping[str, tuple[Status, ...]] = {
    "waiting": WAITING,
    "asked": ASKED,
    "standing": STANDING,
    "left_out": LEFT_OUT,
    "turned_away": TURNED_AWAY,
    "taken_back": TAKEN_BACK,
    "merged": MERGED,
}
"""Every status is in exactly one of them."""

UNDECIDED = WAITING + ASKED
GONE = TURNED_AWAY + TAKEN_BACK + MERGED  # nothing may follow, and nothing more is written about it
FORGOTTEN = TURNED_AWAY + TAKEN_BACK  # its words, pictures and names are deleted
NO_DEED = TURNED_AWAY + MERGED  # not counted as a deed
