"""Errors, named by whose move is next: the person's, nobody's, or somebody else's who was first.

Each carries the key of the sentence for the person and an English line with ids for the log.
"""

from texts import say


class ForPeople(Exception):
    """An error with a sentence for the person in front of it."""

    def __init__(self, text_key: str, log: str = "", **values: object) -> None:
        super().__init__(log or text_key)
        self.text_key = text_key
        self.values = values

    @property
    def sentence(self) -> str:
        """What happened and what to do now, in Vietnamese."""
        return say(self.text_key, **self.values)


class AskAgain(ForPeople):
    """What was said cannot be read as an answer; the person says it another way."""


class NotAllowed(ForPeople):
    """This person may not do this, whatever the button said."""


class NotPossible(ForPeople):
    """The deed is in no state for this act."""


class SomebodyWasFirst(ForPeople):
    """Another person decided meanwhile; nothing was changed by this one."""


class NotFound(ForPeople):
    """There is nothing under this code for this person."""
