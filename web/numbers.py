"""Numbers in addresses: no longer than any id of ours, so that nothing behind a route has to expect more."""

from starlette.convertors import IntegerConvertor, register_url_convertor

LONGEST_DIGITS = 18  # the ids of both databases have at most 19


class BoundedInteger(IntegerConvertor):
    """A whole number a database can hold; an address with a longer one is not found."""

    regex = f"[0-9]{{1,{LONGEST_DIGITS}}}"


def bound_numbers() -> None:
    """Let `{id:int}` in every route mean such a number. To be called before routes are made."""
    register_url_convertor("int", BoundedInteger())
