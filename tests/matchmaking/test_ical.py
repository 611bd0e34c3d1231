from app.i18n import speaking
from matchmaking import ical
from matchmaking.meetings import accept, cancel, request_meeting, reschedule


async def agenda(participant, scope="all"):
    return (await ical.agendas([participant.person_id], scope))[participant.person_id]


async def test_each_reads_of_the_other_in_the_language_being_served(fair):
    opened = await fair.round("10:00", "11:00")
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    asked = await request_meeting(anna, mikko, message="Lignin?", by=fair[anna])
    assert await agenda(anna) == [], "a request is in nobody's calendar"
    meeting = await accept(asked, by=fair[mikko])
    (annas,) = await agenda(anna, fair.event.scope)
    with speaking("fi"):
        (mikkos,) = await agenda(mikko)
    assert annas.summary == "Meeting: Mikko, Mikko Ltd"
    assert mikkos.summary == "Tapaaminen: Anna, Anna Ltd"
    assert annas.subject == mikkos.subject == meeting.subject
    assert (annas.start, annas.end) == (fair.at("10:00"), fair.at("10:20"))
    assert annas.location == "Hall, table 1, Tampere"
    assert annas.private
    assert not annas.transparent
    assert "@" not in f"{annas}{mikkos}"
    assert await agenda(anna, "event:999") == []


async def test_a_waiting_meeting_has_no_time_yet(fair):
    opened = await fair.round("10:00", "11:00")
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(asked, waiting=True, by=fair[mikko])
    assert await agenda(anna) == []


async def test_moving_and_cancelling_raise_the_sequence_and_the_instant(fair):
    opened = await fair.round("10:00", "11:00")
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    (first,) = await agenda(anna)
    meeting = await reschedule(meeting, slot=await fair.slot("10:40"), version=meeting.version, by=fair[anna])
    (second,) = await agenda(anna)
    await cancel(meeting, reason="Ill", by=fair[mikko])
    (third,) = await agenda(anna)
    assert first.sequence < second.sequence < third.sequence
    assert first.changed.replace(microsecond=0) < second.changed.replace(microsecond=0)
    assert second.changed.replace(microsecond=0) < third.changed.replace(microsecond=0)
    assert (second.cancelled, third.cancelled) == (False, True)
    assert (third.start, third.location) == (second.start, second.location)
