"""Whose roles open which pages of the desk."""

from deeds.kinds import Role

READERS = frozenset({Role.MODERATOR, Role.PUBLISHER, Role.INSPECTOR, Role.ADMIN})  # of the deeds themselves
PAPER_READERS = READERS | {Role.CLERK, Role.STANDING_OFFICE}
