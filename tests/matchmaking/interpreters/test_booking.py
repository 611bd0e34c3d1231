from datetime import UTC, datetime

import pytest

from app.errors import Forbidden, Refused
from app.i18n import speaking
from events.models import Participant
from matchmaking.ical import agendas
from matchmaking.interpreters.registering import interpreters, register_interpreter, remove_interpreter
from matchmaking.leaving import withdraw
from matchmaking.meetings import accept, cancel, request_meeting, reschedule
from matchmaking.models import Meeting, Seat
from matchmaking.parties import people, with_people
from matchmaking.posing import problem_of
from matchmaking.profile_models import Profile
from matchmaking.round_models import Round
from matchmaking.times import keep_free
from tests.matchmaking.conftest import Fair, sound


async def stand(meeting: Meeting) -> Meeting:
    return await with_people(Meeting.filter(id=meeting.id)).select_related("slot").get()


async def speaker(fair: Fair, name: str, *languages: str) -> Participant:
    participant = await fair.delegate(name)
    await fair.ticks(participant)
    await Profile.filter(participant=participant).update(languages=list(languages))
    return participant


async def interpreter(fair: Fair, name: str, *languages: str) -> Participant:
    participant = await fair.newcomer(name)
    rounds = await Round.filter(event=fair.event)
    await register_interpreter(participant, languages=languages, rounds=rounds, by=fair.organiser)
    return participant


async def asked(fair: Fair, asker: Participant, invitee: Participant) -> Meeting:
    return await request_meeting(asker, invitee, message="", by=fair[asker])


async def test_two_without_a_common_language_get_an_interpreter_at_their_time(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl"), await speaker(fair, "Mikko", "fi")
    await interpreter(fair, "Ewa", "pl", "en")
    irma = await interpreter(fair, "Irma", "pl", "fi")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, by=fair[mikko])
    assert [one.name for one in people(await stand(meeting))] == ["Anna", "Mikko", "Irma"]
    (entry,) = (await agendas([fair[irma].id], fair.event.scope))[fair[irma].id]
    assert entry.summary == "Meeting: Anna and Mikko"
    await sound()


async def test_those_who_share_a_language_need_nobody(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl", "en"), await speaker(fair, "Mikko", "fi", "en")
    await interpreter(fair, "Irma", "pl", "fi")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, by=fair[mikko])
    assert not await Seat.filter(meeting=meeting).exists()


async def test_without_a_free_interpreter_the_next_time_with_one_is_taken(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl"), await speaker(fair, "Mikko", "fi")
    irma = await interpreter(fair, "Irma", "pl", "fi")
    await keep_free(irma, (await fair.slot("10:00")).span, by=fair[irma])
    meeting = await asked(fair, anna, mikko)
    with pytest.raises(Refused, match=r"No interpreter is free at .*10:00: Polish – Finnish") as refused:
        await accept(meeting, slot=await fair.slot("10:00"), by=fair[mikko])
    assert "10:20" in refused.value.hints[0]
    await accept(meeting, by=fair[mikko])
    found = await stand(meeting)
    assert found.slot
    assert found.slot.start == fair.at("10:20")
    await sound()


async def test_one_interpreter_is_not_in_two_meetings_at_once(fair: Fair) -> None:
    await fair.round("10:00", "10:40", tables=5)
    await interpreter(fair, "Irma", "pl", "fi")
    for number in range(3):
        anna, mikko = await speaker(fair, f"Anna {number}", "pl"), await speaker(fair, f"Mikko {number}", "fi")
        meeting = await asked(fair, anna, mikko)
        if number < 2:
            await accept(meeting, by=fair[mikko])
        else:
            with pytest.raises(Refused, match="no free slot in common") as refused:
                await accept(meeting, by=fair[mikko])
            assert any("No interpreter is free" in hint for hint in refused.value.hints)
            await accept(meeting, unaided=True, by=fair[mikko])
    await sound()


async def test_a_moved_meeting_takes_whoever_is_free_then(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl"), await speaker(fair, "Mikko", "fi")
    irma, ewa = await interpreter(fair, "Irma", "pl", "fi"), await interpreter(fair, "Ewa", "fi", "pl")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, by=fair[mikko])
    assert irma in people(await stand(meeting))
    await keep_free(irma, (await fair.slot("10:20")).span, by=fair[irma])
    moved = await stand(meeting)
    await reschedule(moved, slot=await fair.slot("10:20"), version=moved.version, by=fair[anna])
    assert [one.name for one in people(await stand(meeting))] == ["Anna", "Mikko", "Ewa"]
    await sound()
    await cancel(meeting, by=fair[anna])
    await sound()
    assert ewa


async def test_an_interpreter_who_leaves_is_replaced(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl"), await speaker(fair, "Mikko", "fi")
    irma = await interpreter(fair, "Irma", "pl", "fi")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, by=fair[mikko])
    await interpreter(fair, "Ewa", "pl", "fi")
    await withdraw(irma, by=fair[irma])
    assert [one.name for one in people(await stand(meeting))] == ["Anna", "Mikko", "Ewa"]
    await sound()


async def test_a_schedule_finds_times_for_interpreters_too(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl"), await speaker(fair, "Mikko", "fi")
    await interpreter(fair, "Irma", "pl", "fi")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, waiting=True, by=fair[mikko])
    posed = await problem_of(fair.event, now=datetime.now(UTC))
    assert len(posed.problem.meetings[0].people) == 3


async def test_an_event_without_interpreters_books_as_before(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna, mikko = await speaker(fair, "Anna", "pl"), await speaker(fair, "Mikko", "fi")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, by=fair[mikko])
    assert (await stand(meeting)).placed


async def test_organisers_register_interpreters_and_let_them_go(fair: Fair) -> None:
    await fair.round("10:00", "11:00")
    anna = await speaker(fair, "Anna", "pl")
    with pytest.raises(Refused, match="two to eight"):
        await interpreter(fair, "Ewa", "pl")
    irma = await interpreter(fair, "Irma", "pl", "fi")
    with pytest.raises(Forbidden):
        await register_interpreter(anna, languages=["pl", "fi"], rounds=[], by=fair[anna])
    mikko = await speaker(fair, "Mikko", "fi")
    meeting = await asked(fair, anna, mikko)
    await accept(meeting, by=fair[mikko])
    (working,) = await interpreters(fair.event)
    assert (working.interpreter.participant, working.meetings, len(working.rounds)) == (irma, 1, 1)
    with pytest.raises(Refused, match="Irma is booked with meetings: 1"):
        await remove_interpreter(working.interpreter, by=fair.organiser)
    await cancel(meeting, by=fair[anna])
    await remove_interpreter(working.interpreter, by=fair.organiser)
    assert await interpreters(fair.event) == []


async def test_interpreters_stand_in_the_readers_alphabet(sqlite_fair: Fair) -> None:
    await sqlite_fair.round("10:00", "11:00")
    for name in ("Zofia", "Łucja", "Lena", "Michał"):
        await interpreter(sqlite_fair, name, "pl", "fi")
    with speaking("pl"):
        found = [one.interpreter.participant.name for one in await interpreters(sqlite_fair.event)]
    assert found == ["Lena", "Łucja", "Michał", "Zofia"]
