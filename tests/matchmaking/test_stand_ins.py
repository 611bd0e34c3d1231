"""Schedules choose who of a house goes, and which interpreter: drafted, released, told, and taken back."""

import pytest

from app.errors import Refused
from app.journal import changes_since, revision
from events.models import Organisation, ParticipantStatus
from matchmaking.away import mark_away
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.draft_models import Draft, DraftKind
from matchmaking.draft_view import view
from matchmaking.drafting import draft_schedule, proposal_of, work
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.parties import people, with_people
from matchmaking.profile_models import Profile
from matchmaking.releasing import release_draft, undo_release


async def ready(fair, **options) -> Draft:
    draft = await draft_schedule(fair.event, seconds=2, by=fair.organiser, **options)
    assert await work()
    return await Draft.get(id=draft.id)


@pytest.fixture
async def house(fair):
    """Mikko and Maija of Forest Oy, and four who have asked the house, which Mikko answers; there are three slots."""
    opened = await fair.round("10:00", "11:00", tables=4)
    mikko = await fair.delegate("Mikko", opened, house="Forest Oy")
    maija = await fair.delegate("Maija", opened, house="Forest Oy")
    askers = [await fair.delegate(name, opened) for name in ("Anna", "Jan", "Sara", "Olli")]
    return mikko, maija, askers


async def ask_all(fair, house, *, agree: bool = True) -> list[Meeting]:
    mikko, _maija, askers = house
    asked = await Organisation.get(id=mikko.organisation_id)
    made = [await request_meeting(one, mikko, message="", house=asked, by=fair[one]) for one in askers]
    return [await accept(one, waiting=True, by=fair[mikko]) for one in made] if agree else made


async def test_a_house_that_was_asked_sends_whoever_has_time(fair, house, assert_sound):
    mikko, maija, _askers = house
    await ask_all(fair, house)
    draft = await ready(fair)
    proposal = proposal_of(draft)
    assert (proposal.quality.placed, proposal.quality.meetings) == (4, 4), "Mikko alone has time for three"
    instead = [pair for one in proposal.changes for pair in one.instead]
    assert set(instead) == {(mikko.id, maija.id)}
    shown = await view(draft, fair.event)
    assert next(line.instead for line in shown.scheduled if line.instead) == ("Maija goes instead of Mikko.",)
    assert shown.people == 6

    before = await revision(fair.event.scope)
    await release_draft(draft, by=fair.organiser)
    await assert_sound()
    sent = await Meeting.filter(invitee=maija).select_related("slot")
    assert len(sent) == len(instead)
    assert all(one.slot_id and one.status == MeetingStatus.ACCEPTED for one in await Meeting.all())
    facts = await changes_since(fair.event.scope, before)
    handed = [fact for fact in facts if fact.kind == "meeting.handed_over"]
    assert len(handed) == len(instead)
    assert all({mikko.topic, maija.topic} <= {*fact.topics} for fact in handed), "both hear of it"
    assert (handed[0].data["left"], handed[0].data["joined"], handed[0].data["draft"]) == ("Mikko", "Maija", draft.id)

    await undo_release(draft, by=fair.organiser)
    await assert_sound()
    assert await Meeting.filter(invitee=mikko, slot_id__isnull=True).count() == 4


async def test_rules_wishes_and_languages_say_who_of_a_house_goes(fair, house, assert_sound):
    mikko, maija, (anna, jan, sara, olli) = house
    await mark(anna, maija, Mark.NOT, by=fair[anna])
    await Profile.filter(participant=jan).update(languages=["pl"])
    await Profile.filter(participant=mikko).update(languages=["pl", "en"])
    await request_meeting(sara, maija, message="", by=fair[sara])
    await ask_all(fair, house)
    draft = await ready(fair)
    sent = {one.meeting for one in proposal_of(draft).changes if one.instead}
    assert sent == {(await Meeting.get(asker=olli)).id}, "the others do not want her, cannot talk to her, or meet her"
    await mark(olli, maija, Mark.NOT, by=fair[olli])
    with pytest.raises(Refused, match="has moved on since"):
        await release_draft(draft, by=fair.organiser)
    await assert_sound()


async def test_who_was_asked_by_name_goes_themselves(fair, house):
    mikko, _maija, askers = house
    for one in askers:
        asked = await request_meeting(one, mikko, message="", by=fair[one])
        await accept(asked, waiting=True, by=fair[mikko])
    proposal = proposal_of(await ready(fair))
    assert proposal.quality.placed == 3
    assert not any(one.instead for one in proposal.placements)
    assert [one.why for one in proposal.unplaced] == ["over-committed"]


async def test_requests_to_a_house_are_chosen_for_whoever_has_time(fair, house, assert_sound):
    _mikko, maija, _askers = house
    await ask_all(fair, house, agree=False)
    draft = await ready(fair, kind=DraftKind.WISHES)
    assert proposal_of(draft).wished.chosen == 4
    await release_draft(draft, by=fair.organiser)
    await assert_sound()
    assert await Meeting.filter(invitee=maija, status=MeetingStatus.ACCEPTED).count() > 0
    await undo_release(draft, by=fair.organiser)
    assert await Meeting.filter(invitee=maija).count() == 0
    assert await Meeting.filter(status=MeetingStatus.REQUESTED).count() == 4


async def test_nobody_is_sent_who_left_meanwhile(fair, house):
    _mikko, maija, _askers = house
    await ask_all(fair, house)
    draft = await ready(fair)
    maija.status = ParticipantStatus.WITHDRAWN
    await maija.save()
    with pytest.raises(Refused, match="has moved on since") as refused:
        await release_draft(draft, by=fair.organiser)
    assert refused.value.hints[0].startswith("Somebody who was to come to the meeting of")


async def test_interpreters_change_places_when_a_schedule_is_made_or_mended(fair, assert_sound):
    opened = await fair.round("10:00", "11:00", tables=4)
    anna, mikko = await fair.delegate("Anna", opened), await fair.delegate("Mikko", opened)
    await Profile.filter(participant=mikko).update(languages=["fi"])
    irma = await fair.newcomer("Irma")
    await register_interpreter(irma, languages=["en", "fi"], rounds=[opened], by=fair.organiser)
    meeting = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    olli = await fair.newcomer("Olli")
    await register_interpreter(olli, languages=["en", "fi"], rounds=[opened], by=fair.organiser)
    seat = await Seat.get(meeting=meeting, role=SeatRole.INTERPRETER)
    assert seat.participant_id == irma.id
    slot = await fair.slot("10:00")
    await mark_away(irma, slot.span, by=fair.organiser)
    draft = await ready(fair, kind=DraftKind.MEND)
    (change,) = proposal_of(draft).changes
    assert change.before == change.after, "another interpreter, and nobody moves"
    assert change.instead == ((irma.id, olli.id),)
    assert [line.instead for line in (await view(draft, fair.event)).sent] == [("Olli goes instead of Irma.",)]
    before = await revision(fair.event.scope)
    await release_draft(draft, by=fair.organiser)
    await assert_sound()
    (stored,) = await with_people(Meeting.filter(id=meeting.id))
    assert [one.name for one in people(stored)] == ["Anna", "Mikko", "Olli"]
    kinds = [fact.kind for fact in await changes_since(fair.event.scope, before)]
    assert kinds == ["draft.released", "meeting.handed_over"]
