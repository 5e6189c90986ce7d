"""Who works for the commune does not vanish by a word, and somebody always keeps the keys."""

import pytest

from deeds.errors import NotPossible
from deeds.kinds import Role
from moderation.leaving import check_not_last_admin
from storage import people
from tests.town import Town


def test_a_moderator_who_asks_to_be_deleted_hears_who_can_do_it(town: Town) -> None:
    """Thu types the words any citizen may type; her office ends by hand-over, and nothing of hers is gone."""
    thu = town.moderator("Thu", on="telegram")
    thu.says("xóa dữ liệu của tôi")
    thu.picks("Xóa hết")
    thu.sees("đang làm việc cho xã")
    assert [one.name for one in town.rows(people.staff)] == ["Thu"]


def test_the_last_admin_is_not_deleted_and_the_last_but_one_is(town: Town) -> None:
    """Whoever is the only one who can let others in stays until there is another."""

    def hire(name: str) -> people.Known:
        return town.writes(lambda tx: people.hire(tx, name, [Role.ADMIN], town.clock.now()))

    first = hire("Hòa")
    with pytest.raises(NotPossible) as refused:
        town.rows(lambda tx: check_not_last_admin(tx, first))
    assert "Hòa" in refused.value.sentence
    hire("Thu")
    town.rows(lambda tx: check_not_last_admin(tx, first))
