"""What the desk is told before it is too late: who, which tables, and what would help; and nothing when all is well."""

from datetime import UTC, datetime

from matchmaking.figures import rounds
from matchmaking.fit_view import fit_view
from matchmaking.meetings import accept, request_meeting


async def agree(fair, one, other) -> None:
    await accept(await request_meeting(one, other, message="", by=fair[one]), waiting=True, by=fair[other])


async def look(fair):
    return await fit_view(fair.event, now=datetime.now(UTC))


async def test_nothing_stands_against_what_fits(fair):
    opened = await fair.round("10:00", "10:40", tables=1)
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    await agree(fair, anna, mikko)
    found = await look(fair)
    assert (found.agreed.meetings, found.agreed.against, found.asked) == (1, (), None)


async def test_too_many_meetings_for_one_and_requests_are_told_apart(fair):
    opened = await fair.round("10:00", "10:40", tables=9)
    anna = await fair.delegate("Anna", opened)
    others = [await fair.delegate(name, opened) for name in ("Mikko", "Jan", "Sara")]
    for other in others[:2]:
        await agree(fair, anna, other)
    await request_meeting(others[2], anna, message="", by=fair[others[2]])
    found = await look(fair)
    assert (found.agreed.meetings, found.agreed.against) == (2, ())
    assert found.asked
    assert (found.asked.meetings, found.asked.against) == (3, ("Anna has agreed to 3 meetings and has time for 2.",))


async def test_too_few_tables_are_counted_with_what_would_help(fair):
    opened = await fair.round("10:00", "10:20", tables=1)
    people = [await fair.delegate(f"Guest {n}", opened) for n in range(8)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        await agree(fair, one, other)
    (sentence,) = (await look(fair)).agreed.against
    assert sentence.startswith("4 meetings can only be at ")
    assert sentence.endswith("10:00, where one table is free. “Morning” needs at least 3 more tables or 3 more slots.")
    (figures,) = await rounds(fair.event)
    assert (figures.room, figures.short) == (1, 3)


async def test_who_has_no_time_in_common_is_named(fair):
    morning = await fair.round("10:00", "10:20")
    noon = await fair.round("12:00", "12:20", name="Noon")
    anna, mikko = await fair.delegate("Anna", morning), await fair.delegate("Mikko", noon)
    await agree(fair, anna, mikko)
    assert (await look(fair)).agreed.against == ("Anna and Mikko have no free time in common.",)
