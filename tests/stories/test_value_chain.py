"""BERRY+: a value chain of berries lacks a link; the company that is it finds the pilot, and a partner, in Finnish."""

import re

import httpx2

from app.journal import changing
from app.models import Person
from events.models import Event, Participant
from events.networks.models import Network, Pilot
from events.participants import approve
from matchmaking.models import Meeting
from matchmaking.profile_models import ChainRole, Profile
from matchmaking.profiles import approve_profile, write_profile
from matchmaking.wishes import Wish
from tests.matchmaking.conftest import Fair, sound
from tests.stories.conftest import Site

PILOT = "/networks/berry/pilots/FUNCTIONAL"


async def test_a_chain_with_a_missing_link_finds_a_partner(site: Site, fair: Fair) -> None:
    await _become_berry(fair)
    morning = await fair.round("10:00", "11:00")
    aino = await _standing(fair, "Aino", ChainRole.RAW_MATERIAL, offers="Mustikkakuidut", needs="Pakkaskuivaus")
    pekka = await _standing(fair, "Pekka", ChainRole.END_USER, needs="Marjajauhe")
    await fair.ticks(aino)
    await fair.ticks(pekka)
    marja = await fair.person("Marja")
    await Person.all().update(language="fi")
    ainon, marjan, olgan = [await site.signed_in(one) for one in (fair[aino], marja, fair.organiser)]

    page = (await marjan.get(PILOT)).text
    assert '<html lang="fi">' in page
    assert "Puuttuvat lenkit: komponentti, " in page
    assert "Pakkaskuivaus" in page, "what Aino seeks and nobody offers"
    assert "Aino Ltd" not in page
    assert "Aino Ltd" in (await marjan.get(f"{PILOT}/chain")).text
    await _post(marjan, f"{PILOT}/following")

    event = f"/e/{fair.event.slug}"
    joining = {
        "kind": "delegate",
        "organisation": "Kuivaamo Oy",
        "organisation_kind": "company",
        "region": fair.regions[1].id,
    }
    await _post(marjan, f"{event}/join", position="Toimitusjohtaja", **joining)
    participant = await Participant.get(event=fair.event, person=marja)
    await approve(participant, by=fair.organiser)
    await _post(
        marjan, f"{event}/profile", about="Kuivaamme marjoja.", languages="fi",
        **{
            "interests-0-work": fair.pilot.id, "interests-0-role": "component",
            "interests-0-offers": "Pakkaskuivaus\nMarjajauhe", "interests-0-needs": "Mustikkakuidut",
        },
    )  # fmt: skip
    await _post(marjan, f"{event}/availability", rounds=morning.id)
    profile = await Profile.get(participant=participant)
    await _post(olgan, f"{event}/desk/profiles/{profile.id}/approval")

    page = (await ainon.get(PILOT)).text
    assert "Puuttuvat lenkit: laite" in page or "Puuttuvat lenkit: laitteet" in page, page[page.find("Puuttuv") :][:90]
    assert "Pakkaskuivaus" not in page, "offered now"
    assert f"{event}/people?pilot={fair.pilot.id}" in page
    card = (await ainon.get(f"{event}/people/{participant.id}")).text
    assert "Kuivaamo Oy" in card
    await _post(ainon, f"{event}/meetings", invitee=participant.id, message="Kuivaisitko mustikkaa?")
    meetings = (await marjan.get(f"{event}/meetings")).text
    assert "Kuivaisitko mustikkaa?" in meetings
    (number,) = re.findall(rf'action="{event}/meetings/(\d+)/acceptance"', meetings)
    await _post(marjan, f"{event}/meetings/{number}/acceptance", slot="first")
    assert (await Meeting.get(id=int(number))).placed
    figures = (await ainon.get("/networks/berry/figures")).text
    assert "Pyydetty: 1. Toteutunut: 0" in figures
    assert {invite.to for invite in await site.invites(2)} == {fair[aino].email, marja.email}
    await sound()


async def _become_berry(fair: Fair) -> None:
    async with changing("networks", by="test") as changes:
        await Network.filter(id=fair.network.id).update(code="berry", name="BERRY+")
        names = {"en": "Functional foods", "fi": "Funktionaaliset elintarvikkeet"}
        await Pilot.filter(id=fair.pilot.id).update(code="FUNCTIONAL", names=names)
        await Event.filter(id=fair.event.id).update(title="Marjapäivät")
        changes.record("network.edited", fair.network, topics=[])


async def _standing(fair: Fair, name: str, role: ChainRole, *, offers: str = "", needs: str) -> Participant:
    participant = await fair.newcomer(name)
    wish = Wish(fair.pilot.id, None, role, tuple(filter(None, [offers])), (needs,))
    profile = await write_profile(
        participant, about="", languages=["fi"], interests=[wish], version=None, by=fair[participant]
    )
    await approve_profile(profile, by=fair.organiser)
    return participant


async def _post(client: httpx2.AsyncClient, path: str, **fields: object) -> None:
    answer = await client.post(path, data=fields)
    assert answer.status_code == 303, answer.text
