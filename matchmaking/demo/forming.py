"""What forms in the demo around a call and the pilots: consortia on their boards, demo cases proposed and answered."""

from collections.abc import Sequence

from app.models import Person
from events.models import Organisation, Participant
from events.networks.calls.models import CallTopic
from events.networks.models import DemoCase, Pilot, Stage
from events.networks.proposing import answering, drafting, partnering
from events.networks.proposing.models import Proposal
from events.participants import Affiliation
from matchmaking.consortia import forming
from matchmaking.consortia.models import Consortium, ConsortiumPart
from matchmaking.demo.cast import Table, table
from matchmaking.demo.together import Guests
from matchmaking.profile_models import ChainRole


async def form(guests: Guests, *, host: str, by: Person) -> None:
    """`host` is the address of the delegate who takes part in all of it; what is there already stays alone."""
    if await Consortium.exists() or await Proposal.exists():
        return
    told = table("forming")
    order = [host, *(one.email for one in guests.delegates if one.email != host)]
    topic = await CallTopic.get(code=told["topic"])
    for number, board in enumerate(told["boards"]):
        await _board(topic, board, guests, order[4 * number :] if number else order)
    for number, proposal in enumerate(told["proposals"]):
        await _propose(proposal, guests, host if proposal["by_host"] else order[10 + number], by=by)


async def _board(topic: CallTopic, told: Table, guests: Guests, order: Sequence[str]) -> None:
    first, *others = _of_different_houses(guests, order)
    parts = [(ChainRole(role), task) for role, task in told["parts"]]
    board = await forming.open_board(
        topic,
        title=told["title"],
        about=told["about"],
        language="en",
        affiliation=await _house(guests, first),
        coordinates=told["coordinates"],
        parts=parts,
        by=guests.people[first],
    )
    wanted = await ConsortiumPart.filter(consortium=board)
    for email, part in zip(others[: told["members"]], wanted, strict=False):
        asked = await forming.ask(board, await _house(guests, email), part=part, by=guests.people[email])
        await forming.take_in(asked, by=guests.people[first])
    if told["asking"]:
        email = others[told["members"]]
        await forming.ask(board, await _house(guests, email), note=told["asking"], by=guests.people[email])


async def _propose(told: Table, guests: Guests, author: str, *, by: Person) -> None:
    pilot, person = await Pilot.get(code=told["pilot"], network__code="vanguard"), guests.people[author]
    network = await pilot.network
    content = drafting.Content(
        affiliation=await _house(guests, author), pilot=pilot, language="en", title=told["title"], text=told["text"],
        stage=Stage(told["stage"]),
    )  # fmt: skip
    made = await drafting.submit(await drafting.draft(network, content, by=person), by=person)
    if "code" in told:
        made = await answering.accept(made, told["code"], by=by)
        await _join(made, pilot, guests)
    elif "answer" in told:
        await answering.send_back(made, told["answer"], by=by)


async def _join(made: Proposal, pilot: Pilot, guests: Guests) -> None:
    """Two who work on the pilot and come from elsewhere."""
    able = [one.email for one in guests.delegates if any(line.pilot == pilot.code for line in one.interests)]
    case = await DemoCase.get_or_none(id=made.demo_case_id)
    for email in _of_different_houses(guests, able):
        house = await _organisation(guests.participants[email])
        if house.id != made.organisation_id:
            await partnering.join(pilot, house, demo_case=case, by=guests.people[email])
        if len((await partnering.partners(pilot))[case.id if case else None]) > 2:
            return


def _of_different_houses(guests: Guests, order: Sequence[str]) -> list[str]:
    first = {guests.participants[email].organisation_id: email for email in reversed(order)}
    return [email for email in order if first[guests.participants[email].organisation_id] == email]


async def _house(guests: Guests, email: str) -> Affiliation:
    house = await _organisation(guests.participants[email])
    return Affiliation(house.name, house.kind, house.region)


async def _organisation(participant: Participant) -> Organisation:
    return await Organisation.get(id=participant.organisation_id).select_related("region")
