"""ERRIN: a briefing on a call, a search for partners, a consortium that forms, and its group meeting, in English."""

import asyncio
import time
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import httpx2

from app.journal import changing
from events.models import Event
from events.networks.calls.models import Call, CallTopic
from events.networks.coordinators import appoint
from events.networks.models import Network
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from matchmaking.consortia.models import Consortium, ConsortiumMember, ConsortiumPart
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.marketplace.models import Opportunity
from matchmaking.models import Meeting
from tests.matchmaking.conftest import Fair, sound
from tests.stories.conftest import PATIENCE, Site

TOPIC = "HORIZON-CL6-2027-CIRCBIO-01"


async def test_from_the_briefing_to_the_group_meeting(site: Site, fair: Fair) -> None:
    await _become_errin(fair)
    morning = await fair.round("10:00", "11:00", tables=3)
    people = {name: await fair.delegate(name, morning) for name in ("Anna", "Mikko", "Jan")}
    outsider = await fair.delegate("Olli", morning, region=1)
    newcomer = await fair.person("Newcomer")
    olga = await site.signed_in(fair.organiser)
    anna, mikko, jan = [await site.signed_in(fair[one]) for one in people.values()]
    olli, new = await site.signed_in(fair[outsider]), await site.signed_in(newcomer)
    visitor = site.browser(site.base_url)

    call = await _announced(olga, fair)
    topic = await CallTopic.get(call=call)
    page = (await visitor.get(call.path)).text
    assert "Briefing: circular bio-based calls" in page
    assert f"{call.path}/partners" in page
    assert (await visitor.get(f"{call.path}/partners")).headers["location"].startswith("/sign-in")

    event = f"/e/{fair.event.slug}"
    found = (await mikko.get(f"{call.path}/partners")).text
    assert f"{event}/opportunities/new?kind=partner+search" in found
    wanted = (await mikko.get(f"{event}/opportunities/new?kind=partner+search&topic={TOPIC}")).text
    assert f'value="{TOPIC}"' in wanted
    await _post(
        mikko, f"{event}/opportunities", kind="partner search", title="A lab seeks a coordinator", language="en",
        text="We test resins.", call_topic=TOPIC, role="research", work="", trl="",
    )  # fmt: skip
    search = await Opportunity.get(title="A lab seeks a coordinator")

    house = {"organisation": "Anna Ltd", "organisation_kind": "company", "region": fair.regions[0].id}
    board = {"topic": topic.id, "title": "Resins from bark", "language": "en", "about": "By 2030.", **house}
    parts = "research: toxicity\nend user: tries it in boats\nfunder: a regional fund"
    for wrong in (
        {"parts": "toxicity"}, {"parts": "magic: wand"}, {"topic": topic.id + 1}, {"title": ""}, {"region": "x"},
        {"parts": "\n".join(f"research: {n}" for n in range(21))},
    ):  # fmt: skip
        answer = await anna.post(f"{call.path}/consortia", data={**board, "parts": parts, **wrong})
        assert answer.status_code == 422, wrong
    await _post(anna, f"{call.path}/consortia", **board, parts=parts, coordinates="y")
    made = await Consortium.get(title="Resins from bark")
    assert "3 parts missing" in (await jan.get(f"{call.path}/partners")).text

    invite = {"opportunity": search.id, "board": made.id}
    assert (await jan.post(f"{call.path}/partners/invitation", data=invite)).status_code == 404, "not his board"
    await _post(anna, f"{call.path}/partners/invitation", **invite)
    shown = (await anna.get(made.path)).text
    assert fair[people["Mikko"]].email not in shown, "whom one can invite one need not be told"
    part = {one.task: one for one in await ConsortiumPart.filter(consortium=made)}
    theirs = {**house, "organisation": "Mikko Ltd"}
    await _post(mikko, f"{made.path}/asking", **theirs, part=part["toxicity"].id)
    await _post(jan, f"{made.path}/asking", **{**house, "organisation": "Jan Ltd"}, part="", note="We build boats.")
    asked = await ConsortiumMember.get(name="Jan")
    assert (await jan.post(f"/consortia/members/{asked.id}/acceptance")).status_code == 404
    assert (await mikko.post(f"/consortia/members/{asked.id}/acceptance")).status_code == 404, "Anna decides"
    assert "We build boats." in (await anna.get(made.path)).text
    assert "We build boats." not in (await olli.get(made.path)).text
    await _post(anna, f"/consortia/members/{asked.id}/acceptance")
    assert "1 of 3 have somebody." in (await jan.get(made.path)).text
    await _post(anna, f"{made.path}/invitations", name="Newcomer", email=newcomer.email, part="")
    assert "Come in" in (await new.get(made.path)).text
    await _post(new, f"/consortia/members/{(await ConsortiumMember.get(name='Newcomer')).id}/removal")
    outside = (await olli.get(made.path)).text
    assert "Anna Ltd" in outside
    assert ">Anna, " not in outside, "names are for those who are in"

    assert (await olli.post(f"{made.path}/groups", data={"event": fair.event.id})).status_code == 404
    await _post(anna, f"{made.path}/groups", event=fair.event.id, about="Who writes what?")
    group = await Group.get(consortium_id=made.id)
    assert (await olli.post(f"{event}/groups/{group.id}/joining")).status_code == 409
    for client in (mikko, jan):
        assert f"{event}/groups/{group.id}" in (await client.get(made.path)).text
        await _post(client, f"{event}/groups/{group.id}/joining")
    assert (await Group.get(id=group.id)).status == GroupStatus.MEETING
    assert (await Meeting.get(group=group)).placed
    assert {invite.to for invite in await site.invites(3)} == {fair[one].email for one in people.values()}
    subjects = await _subjects(site, "A group meeting: “Resins from bark”", 2)
    assert subjects == {fair[people["Mikko"]].email, fair[people["Jan"]].email}
    await sound()


async def _become_errin(fair: Fair) -> None:
    async with changing("networks", by="test") as changes:
        await Network.filter(id=fair.network.id).update(code="errin", name="ERRIN")
        await Event.filter(id=fair.event.id).update(title="Information exchange", kind="information exchange")
        changes.record("network.edited", fair.network, topics=[])
    await appoint(fair.network, fair.organiser.email, by="test")


async def _announced(olga: httpx2.AsyncClient, fair: Fair) -> Call:
    """Open, with a topic and a briefing in the programme."""
    typed = {
        "language": "en", "titles-en": "Circular bio-based Europe", "texts-en": "Consortia of three.", "region": "",
        "budget": "1000000", "currency": "EUR", "most": "", "zone": "Europe/Brussels",
        "deadline": f"{datetime.now(ZoneInfo('Europe/Brussels')) + timedelta(days=60):%Y-%m-%dT17:00}",
    }  # fmt: skip
    await _post(olga, "/networks/errin/calls", **typed)
    call = await Call.get()
    await _post(olga, f"{call.path}/desk/topics", **{"code": TOPIC, "titles-en": "New resins"})
    hall = await add_room(fair.event, "Hall", by=fair.organiser)
    talk = await create_session(
        fair.event, Details(title="Briefing: circular bio-based calls", language="en"), room=hall,
        start=fair.at("09:00"), end=fair.at("09:45"), by=fair.organiser,
    )  # fmt: skip
    await release_programme(fair.event, "v1", by=fair.organiser)
    await _post(olga, f"{call.path}/desk/briefings", what=f"session-{talk.id}")
    await _post(olga, f"{call.path}/desk/opening")
    return call


async def _post(client: httpx2.AsyncClient, path: str, **fields: object) -> None:
    answer = await client.post(path, data=fields)
    assert answer.status_code == 303, answer.text


async def _subjects(site: Site, subject: str, count: int) -> set[str]:
    """Who got a mail with this subject, once there are that many."""
    deadline = time.monotonic() + PATIENCE
    while True:
        parsed = [(one.recipient, message_from_bytes(one.raw, policy=policy.default)) for one in site.sink.mails]
        found = [to for to, mail in parsed if str(mail["Subject"]) == subject]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, [str(mail["Subject"]) for _to, mail in parsed]
            return set(found)
        await asyncio.sleep(0.1)
