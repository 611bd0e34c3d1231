"""A network's journal tells the course of its calls, and not what belongs to the desk of one call."""

from collections.abc import Callable
from typing import Any

from events.networks.calls.announcing import Terms, draft_call, open_call
from events.networks.calls.arranging import name_officer
from events.networks.calls.models import OfficerRole
from events.networks.coordinators import appoint
from events.networks.models import Network

Office = Any  # see conftest.py
Browser = Any
MakeTerms = Callable[..., Terms]


async def test_a_networks_journal_names_its_calls(office: Office, make_terms: MakeTerms, browser: Browser) -> None:
    await appoint(office.network, office.ewa.email, by="test")
    made = await draft_call(office.network, make_terms(titles={"pl": "Nabór 2027"}, language="pl"), by=office.ewa)
    await open_call(made, by=office.ewa)
    await name_officer(
        made, OfficerRole.REVIEWER, email="rita@example.org", name="Rita", organisation="", by=office.ewa
    )
    other = await Network.create(code="berry", name="BERRY+")
    await open_call(await draft_call(other, make_terms(titles={"pl": "Berries"}), by=office.ewa), by=office.ewa)
    page = (await (await browser(office.ewa)).get(f"/networks/{office.network.code}/desk/journal")).text
    assert "The call “Nabór 2027” was drafted" in page
    assert "The call “Nabór 2027” was opened" in page
    assert "Rita" not in page, "the call’s own desk has it"
    assert "Berries" not in page
