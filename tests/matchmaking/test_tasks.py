"""What waits for a participant, and the desk's steps from the first round to what the meetings came to."""

from datetime import UTC, datetime, timedelta

from events.listing import participations
from events.models import Participant
from events.tasks import State
from matchmaking.draft_models import Draft, DraftState
from matchmaking.drafting import draft_schedule
from matchmaking.meetings import accept, request_meeting
from matchmaking.messages.writing import send
from matchmaking.outcomes.saying import say
from matchmaking.outcomes.verdict import Said
from matchmaking.profile_models import ChainRole
from matchmaking.profiles import return_profile, write_profile
from matchmaking.round_models import Slot
from matchmaking.tasks import steps, tasks
from matchmaking.wishes import Wish
from tests.matchmaking.conftest import DAY, Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture


async def waiting(*participants: Participant) -> list[tuple[str, str]]:
    """Where to go and how much waits there, per task."""
    ids = [one.id for one in participants]
    found = await tasks(await Participant.filter(id__in=ids).select_related("event"), datetime.now(UTC))
    return [(task.href, task.sentence) for task in found]


async def states(fair: Fair) -> dict[str, State]:
    return {step.words: step.state for step in await steps(fair.event, datetime.now(UTC))}


async def test_a_newcomer_is_asked_for_profile_and_times(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna = await fair.newcomer("Anna")
    assert [href for href, _sentence in await waiting(anna)] == ["profile", "availability"]
    profile = await fair.profile(anna, offers=("straw",), needs=())
    await fair.ticks(anna)
    assert await waiting(anna) == []
    wish = Wish(fair.pilot.id, None, ChainRole.RESEARCH, ("straw",), (), None)
    profile = await write_profile(
        anna, about="New", languages=["en"], interests=[wish], version=profile.version, by=fair[anna]
    )
    await return_profile(profile, reason="What do you seek?", by=fair.organiser)
    assert await waiting(anna) == [("profile", "What do you seek?")]


async def test_requests_and_messages_wait_for_the_one_they_go_to(fair: Fair) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, mikko, eero = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Eero")]
    for other in (anna, eero):
        await request_meeting(other, mikko, message="", by=fair[other])
    assert await waiting(anna, eero) == []
    [(href, sentence)] = await waiting(mikko)
    assert (href, "2 people" in sentence, "ends" in sentence) == ("meetings", True, True)
    meeting = await request_meeting(mikko, (await fair.delegate("Jan", opened)), message="", by=fair[mikko])
    await accept(meeting, by=fair.people[meeting.invitee_id])
    await send(await meeting.invitee, mikko, "Hello", by=fair.people[meeting.invitee_id])
    assert ("messages", "1 message is new.") in await waiting(mikko)


async def test_meetings_that_are_over_are_asked_about_until_told(fair: Fair) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    for slot in await Slot.all():
        await Slot.filter(id=slot.id).update(start=slot.start - timedelta(days=900), end=slot.end - timedelta(days=900))
    asked = ("meetings", "1 meeting is over.")
    assert (await waiting(anna)).count(asked) == (await waiting(mikko)).count(asked) == 1
    await say(meeting, anna, Said.HELD, by=fair[anna])
    assert asked not in await waiting(anna)
    assert asked in await waiting(mikko)


async def test_the_desk_sees_which_step_is_due(fair: Fair) -> None:
    before = await states(fair)
    assert before["Open meeting rounds"] == State.NOW
    assert before["Give every meeting a time"] == State.LATER
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    between = await states(fair)
    assert (between["Open meeting rounds"], between["Watch the requests"]) == (State.DONE, State.LATER)
    await accept(asked, waiting=True, by=fair[mikko])
    after = await states(fair)
    assert (after["Watch the requests"], after["Give every meeting a time"]) == (State.DONE, State.NOW)
    assert "Release the schedule" not in after
    draft = await draft_schedule(fair.event, by=fair.organiser)
    await Draft.filter(id=draft.id).update(state=DraftState.READY)
    assert (await states(fair))["Release the schedule"] == State.NOW


async def test_pages_show_what_waits(fair: Fair, visit) -> None:  # noqa: F811
    opened = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    await request_meeting(anna, mikko, message="", by=fair[anna])
    his, hers = await visit(fair[mikko]), await visit(fair[anna])
    for page in ("/", "/e/tampere"):
        assert "Answer requests" in (await his.get(page)).text
        quiet = (await hers.get(page)).text
        assert "Nothing waits for you." in quiet
        assert "Answer requests" not in quiet
    desk = (await (await visit(fair.organiser)).get("/e/tampere/desk")).text
    assert "1 request waits for an answer." in desk
    assert "Add rooms and tracks" in desk


async def test_participations_end_some_weeks_after_the_event(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    anna = await fair.newcomer("Anna")
    assert [one.id for one in await participations(fair[anna], DAY)] == [anna.id]
    assert not await participations(fair[anna], DAY + timedelta(days=60))
