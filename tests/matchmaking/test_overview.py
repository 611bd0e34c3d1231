"""The desk's list of meetings: found by the names in them, however somebody types these."""

import pytest

from events.models import Organisation
from matchmaking.meetings import request_meeting
from matchmaking.overview import desk_list
from tests.matchmaking.conftest import Fair


@pytest.mark.parametrize(
    ("words", "found"),
    [("łucja", 1), ("LUCJA", 1), ("Ludzie", 1), ("aija", 1), ("Äijä łódz", 1), ("mikko", 0), ("", 2), ("łódź oulu", 0)],
)
async def test_the_desk_finds_people_and_organisations_without_their_strokes(
    fair: Fair, words: str, found: int
) -> None:
    opened = await fair.round("10:00", "11:00")
    lucja, aija = await fair.delegate("Łucja", opened), await fair.delegate("Äijä", opened)
    other, third = await fair.delegate("Oona", opened), await fair.delegate("Pekka", opened)
    await Organisation.filter(id=lucja.organisation_id).update(name="Łódzcy Ludzie")
    await request_meeting(lucja, aija, message="", by=fair[lucja])
    await request_meeting(other, third, message="", by=fair[other])
    shown = await desk_list(fair.event, words=words)
    assert (len(shown.meetings), shown.pages) == (found, 1)
