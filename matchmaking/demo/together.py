"""What more than two do in the demo: a company is asked as a whole, groups gather, and an interpreter is booked."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from app.errors import Refused
from app.journal import changing
from app.models import Person
from events.models import Event, Organisation, Participant
from events.networks.models import DemoCase, Pilot
from events.participants import approve, register
from matchmaking.delegations import ask_house
from matchmaking.demo.cast import Delegate, Table, table
from matchmaking.groups.membership import join_group, members_of, propose_group
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.meetings import accept, request_meeting
from matchmaking.round_models import Round

TOGETHER = 3  # meetings that come of it: one interpreted, one of a company, one of a group


@dataclass(frozen=True, slots=True)
class Guests:
    """The delegates of the story, and who they have become, by address."""

    delegates: Sequence[Delegate]
    participants: Mapping[str, Participant]
    people: Mapping[str, Person]


async def meet_together(
    event: Event, guests: Guests, *, host: str, pilots: Mapping[str, Pilot], rounds: Sequence[Round], by: Person
) -> None:
    """`host` is the address of a delegate whose company is asked; the organiser registers the interpreters."""
    await _interpreters(event, rounds, by=by)
    await _without_a_language(guests)
    await _company(guests, host)
    for told in table("together")["groups"]:
        cases = pilots[told["pilot"]].demo_cases
        await _group(event, guests, next(one for one in cases if one.code == told["demo_case"]), told)


async def _interpreters(event: Event, rounds: Sequence[Round], *, by: Person) -> None:
    for told in table("together")["interpreters"]:
        async with changing("people", by="import") as changes:
            person, created = await Person.get_or_create(email=told["email"], defaults={"name": told["name"]})
            if created:
                changes.record("person.created", person, topics=[])
        asked = await register(event, person, affiliation=None, position="interpreter", by=by)
        await register_interpreter(await approve(asked, by=by), languages=told["languages"], rounds=rounds, by=by)


async def _without_a_language(guests: Guests) -> None:
    """The first two who need an interpreter that there is."""
    alone = {one.languages[0]: one.email for one in guests.delegates if len(one.languages) == 1}
    asker, invitee = alone["pl"], alone["fi"]
    one, other = guests.participants[asker], guests.participants[invitee]
    words = table("together")["without_a_language"]
    meeting = await request_meeting(one, other, message=words, by=guests.people[asker])
    with suppress(Refused):  # no time in common any more: it stays a request
        await accept(meeting, by=guests.people[invitee])


async def _company(guests: Guests, host: str) -> None:
    """The host's company is asked by the first who still can ask it, best by one with the same demo case."""
    own = next(one for one in guests.delegates if one.email == host)
    cases = {line.demo_case for line in own.interests if line.demo_case}
    here = await Organisation.get(id=guests.participants[host].organisation_id or 0)
    for one in sorted(guests.delegates, key=lambda one: not cases & {line.demo_case for line in one.interests}):
        asker = guests.participants[one.email]
        if asker.organisation_id != here.id:
            with suppress(Refused):
                words = table("together")["to_a_company"]
                await ask_house(asker, here, message=words, by=guests.people[one.email], now=datetime.now(UTC))
                return


async def _group(event: Event, guests: Guests, demo_case: DemoCase, told: Table) -> None:
    able = [one.email for one in guests.delegates if any(line.demo_case == demo_case.code for line in one.interests)]
    first, *others = able
    proposer, by = guests.participants[first], guests.people[first]
    words = {"title": told["title"], "about": told["about"]}
    group = await propose_group(event, demo_case, **words, seats=5, proposer=proposer, by=by)
    for email in others:
        if len(await members_of(group)) < told["members"]:
            with suppress(Refused):
                group = await join_group(group, guests.participants[email], by=guests.people[email])
