"""The marketplace of the demo, and a conversation: posted and written with the verbs that people use."""

from collections.abc import Iterable, Mapping

from app.models import Person
from events.models import Event, Participant
from events.networks.models import Pilot
from matchmaking.demo.cast import Delegate, Table, table
from matchmaking.marketplace.fields import add_field
from matchmaking.marketplace.models import Extra, ExtraKind, OpportunityKind
from matchmaking.marketplace.posting import Draft, post
from matchmaking.messages.writing import send
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import of_participants, with_people
from matchmaking.profile_models import ChainRole

Participants = Mapping[str, Participant]  # by address
People = Mapping[str, Person]


async def open_market(
    event: Event,
    delegates: Iterable[Delegate],
    participants: Participants,
    people: People,
    pilots: Mapping[str, Pilot],
    *,
    by: Person,
) -> None:
    """Every organisation posts through whoever stands first among its delegates."""
    told = table("opportunities")
    stage, brings = [await _field(event, each, by=by) for each in told["fields"]]
    authors: dict[str, str] = {}
    for delegate in delegates:
        authors.setdefault(delegate.organisation.name, delegate.email)
    for each in told["opportunities"]:
        email = authors[each["by"]]
        answers = {stage.id: each.get("stage"), brings.id: each.get("brings")}
        await post(participants[email], _draft(each, pilots, answers), by=people[email])


async def converse(host: Participant, people: Mapping[int, Person]) -> None:
    """The first partner writes, then the two take turns; the last word waits unread."""
    agreed = Meeting.filter(of_participants([host.id]), status=MeetingStatus.ACCEPTED).order_by("id")
    meeting = await with_people(agreed).first()
    if meeting is None:
        return
    partner = meeting.asker if meeting.invitee_id == host.id else meeting.invitee
    turns = [host, partner]
    for each in table("opportunities")["conversation"]:
        await send(turns[0], turns[1], each["text"], by=people[turns[0].person_id or 0])
        turns.reverse()


async def _field(event: Event, told: Table, *, by: Person) -> Extra:
    return await add_field(event, told["label"], ExtraKind(told["kind"]), options=told["options"], by=by)


def _draft(told: Table, pilots: Mapping[str, Pilot], answers: dict[int, int | list[int] | None]) -> Draft:
    code, _slash, case = told["work"].partition("/")
    pilot = pilots[code]
    cases = {one.code: one.id for one in pilot.demo_cases}
    return Draft(
        kind=OpportunityKind(told["kind"]),
        title=told["title"],
        text=told["text"],
        pilot=pilot.id,
        demo_case=cases[case] if case else None,
        role=ChainRole(told["role"]) if "role" in told else None,
        trl=told.get("trl"),
        call_topic=told.get("call_topic", ""),
        language=told["language"],
        answers=answers,
    )
