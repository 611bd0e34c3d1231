"""The journal of the brokerage event as the desk reads it: names, times and tables, in the reader's language."""

from datetime import timedelta

from app.i18n import speaking
from app.intervals import Interval
from app.journal import changes_since, changing
from app.wording import when
from matchmaking import telling
from matchmaking.answers import proposed
from matchmaking.drafting import discard_draft, draft_schedule
from matchmaking.meetings import accept, cancel, decline, expire_due, request_meeting, reschedule
from matchmaking.profiles import return_profile
from matchmaking.reshaping import change_tables, close_round
from matchmaking.times import give_back, keep_free
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import Visit, visit  # noqa: F401 - a fixture


async def told(fair: Fair, since: int = 0) -> list[str]:
    return [telling.sentence(change, fair.event) for change in await changes_since(fair.event.scope, since)]


async def test_meetings_are_told_with_names_time_and_table(fair: Fair) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, mikko, eero = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Eero")]
    since = (await changes_since(fair.event.scope, 0))[-1].revision
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    agreed = await accept(asked, by=fair[mikko])
    moved = await reschedule(agreed, slot=await fair.slot("10:20"), version=agreed.version, by=fair[anna])
    await cancel(moved, by=fair[anna])
    await decline(await request_meeting(anna, eero, message="", by=fair[anna]), by=fair[eero])
    late = await request_meeting(mikko, eero, message="", by=fair[mikko])
    assert late.expires_at
    await expire_due(fair.event, late.expires_at + timedelta(seconds=1))
    ten, twenty = (when(fair.at(clock), fair.event.tz) for clock in ("10:00", "10:20"))
    assert await told(fair, since) == [
        "Anna and Mikko: meeting requested",
        f"Anna and Mikko: meeting accepted, {ten}, table 1",
        f"Anna and Mikko: meeting moved, {twenty}, table 1",
        "Anna and Mikko: meeting cancelled",
        "Anna and Eero: meeting requested",
        "Anna and Eero: meeting declined",
        "Mikko and Eero: meeting requested",
        "Mikko and Eero: the request expired",
    ]


async def test_proposal_is_told_without_the_time_that_it_would_leave(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    async with changing(fair.event.scope, by=fair[mikko]) as changes:
        assert await proposed(changes, meeting.subject, fair[mikko], fair.at("10:40"), fair.at("11:00"))
    assert (await told(fair))[-1] == "Anna and Mikko: another time was proposed"


async def test_profiles_rounds_times_and_drafts_are_told(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    opened = await fair.round("10:00", "11:00")
    anna = await fair.delegate("Anna", opened)
    await return_profile(await anna.profile, reason="Which bark?", by=fair.organiser)
    block = await keep_free(anna, Interval(fair.at("14:00"), fair.at("15:00")), note="Doctor", by=fair[anna])
    await give_back(block, by=fair[anna])
    await discard_draft(await draft_schedule(fair.event, by=fair.organiser), by=fair.organiser)
    await change_tables(opened, tables=5, by=fair.organiser)
    await close_round(opened, by=fair.organiser)
    two = when(fair.at("14:00"), fair.event.tz)
    assert [line for line in await told(fair) if line] == [
        "Round “Morning” was opened; slots: 3, tables: 2",
        "Anna wrote the profile",
        "The profile of Anna was approved",
        "Anna chose when to be met",
        "Anna was asked to complete the profile",
        f"Anna keeps time free for something else, {two}",
        f"Anna can be met again in a time kept free, {two}",
        "A schedule was asked for",
        "A draft of the schedule was discarded",
        "Round “Morning” was changed; tables: 5",
        "Round “Morning” was closed",
    ]
    assert "Doctor" not in str([change.data for change in await changes_since(fair.event.scope, 0)])


async def test_journal_speaks_the_language_of_its_reader(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    newest = (await changes_since(fair.event.scope, 0))[-1]
    with speaking("pl"):
        assert telling.sentence(newest, fair.event).startswith("Anna i Mikko: ")


async def test_desk_reads_both_slices_in_one_journal(fair: Fair, visit: Visit) -> None:  # noqa: F811
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    await request_meeting(anna, mikko, message="", by=fair[anna])
    journal = (await (await visit(fair.organiser)).get("/e/tampere/desk/journal")).text
    assert "Anna and Mikko: meeting requested" in journal
    assert "Mikko was approved" in journal
