"""Pages of the calls over HTTP with hostile or clumsy input: a sentence, the right status, nothing half done."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.auth import make_admin
from events.networks.calls.attaching import MOST_BYTES
from events.networks.calls.models import Call, CallOfficer
from events.networks.calls.proposals.models import CallFile, CallProposal
from tests.sink import Sink
from tests.stories.conftest import Site

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
Office = Any  # see conftest.py
TERMS = {
    "language": "pl", "titles-pl": "Nabór", "texts-pl": "Treść", "region": "", "budget": "150 000", "currency": "PLN",
    "most": "", "zone": "Europe/Warsaw", "deadline": "2099-03-29T23:59",
}  # fmt: skip


@pytest.fixture
async def site(
    database: str, smtp_sink: Sink, browser: Callable[..., httpx2.AsyncClient], tmp_path: Path
) -> AsyncIterator[Site]:
    site = Site(database, smtp_sink, tmp_path / "server.log", browser)
    await site.start(worker=False)
    yield site
    await site.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Callable[..., httpx2.AsyncClient]]:
    """Not the slice's own browsers: real ones, at a real server."""
    async with AsyncExitStack() as opened:

        def make(base_url: str) -> httpx2.AsyncClient:
            said = {"Sec-Fetch-Site": "same-origin", "Origin": base_url, "User-Agent": "test browser"}
            client = httpx2.AsyncClient(base_url=base_url, headers=said, timeout=30)
            opened.push_async_callback(client.aclose)
            return client

        yield make


async def test_terms_that_make_no_sense_are_said_at_their_field(site: Site, office: Office) -> None:
    await make_admin("root@example.org")
    root = await site.signed_in(await office.person("Root"))
    wrong = [
        {"budget": "0"}, {"budget": "-5"}, {"budget": "1e9"}, {"budget": "9" * 30}, {"budget": "150.000"},
        {"currency": "XXX"}, {"currency": "ISK", "budget": "10,50"}, {"most": "150 000,01"}, {"most": "0"},
        {"language": "xx"}, {"language": "fi"}, {"titles-pl": ""}, {"titles-pl": "x" * 201}, {"titles-pl": "a\x00b"},
        {"titles-pl": "=?utf-8?q?hi=0ABcc:_e@x.org?="}, {"zone": "Mars/Base"}, {"zone": ""}, {"deadline": ""},
        {"deadline": "2099-13-45T99:99"}, {"deadline": "2027-03-28T02:30"}, {"deadline": "2027-10-31T02:30"},
        {"region": "999999"}, {"pilots": "999999"},
    ]  # fmt: skip
    before = await Call.all().count()
    for change in wrong:
        answer = await root.post("/networks/vanguard/calls", data={**TERMS, **change})
        assert answer.status_code == 422, change
        assert 'role="alert"' in answer.text
    assert await Call.all().count() == before
    assert (await root.post("/networks/vanguard/calls", data=TERMS)).status_code == 303


async def test_what_was_typed_is_shown_as_text(site: Site, office: Office) -> None:
    call, evil = office.call, "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    anna = await site.signed_in(await office.person("Anna"))
    typed = {
        "title": evil, "organisation": evil, "organisation_kind": "cluster", "region": office.region.id,
        "language": "pl", "amount": "1 000", "topic": "", "summary": evil,
    }  # fmt: skip
    assert (await anna.post(f"{call.path}/proposals", data=typed)).status_code == 303
    proposal = await CallProposal.get(call=call)
    name = '"><svg onload=alert(1)>.pdf'
    answer = await anna.post(f"{proposal.path}/files", files={"file": (name, PDF, "text/html")})
    assert answer.status_code == 303
    for path in (proposal.path, f"{proposal.path}/text", "/calls/mine"):
        page = (await anna.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg onload" not in page
    file = await CallFile.get(proposal=proposal)
    download = await anna.get(f"/calls/files/{file.id}")
    assert download.headers["content-type"] == "application/pdf"
    assert download.headers["content-disposition"].isascii()
    assert '"' not in download.headers["content-disposition"]


async def test_files_that_are_too_large_or_none_are_refused(site: Site, office: Office) -> None:
    draft = await office.draft("Anna")
    anna = await site.signed_in(await office.person("Anna"))
    large = PDF[:-6] + b" " * MOST_BYTES + b"%%EOF\n"
    for files, status in (
        ({"file": ("big.pdf", large, "application/pdf")}, 409),
        ({"file": ("huge.pdf", large + large, "application/pdf")}, 413),
        ({"file": ("", b"", "application/pdf")}, 422),
        ({"other": ("a.pdf", PDF, "application/pdf")}, 422),
    ):
        assert (await anna.post(f"{draft.path}/files", files=files)).status_code == status
    assert not await CallFile.exists()


async def test_unknown_numbers_and_other_peoples_are_the_same_404(site: Site, office: Office) -> None:
    draft = await office.draft("Anna")
    jan = await site.signed_in(await office.person("Jan"))
    await jan.get("/calls/mine")  # which says once that he is signed in
    pages = [await jan.get(f"/calls/proposals/{number}") for number in (draft.id, 999_999, 10**17)]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.replace(str(page.url.path), "") for page in pages}) == 1
    assert (await jan.get("/calls/proposals/-1")).status_code == 404
    assert (await jan.get(f"/calls/proposals/{'9' * 30}")).status_code == 404


async def test_rights_end_with_the_part_somebody_had(site: Site, office: Office) -> None:
    ewa = await site.signed_in(office.ewa)
    desk = f"{office.call.path}/desk"
    assert (await ewa.get(desk)).status_code == 200
    added = await ewa.post(f"{desk}/officers", data={"role": "coordinator", "name": "Ola", "email": "ola@example.org"})
    assert added.status_code == 303
    ola = await site.signed_in(await office.person("Ola"))
    hers = await CallOfficer.get(email=office.ewa.email)
    assert (await ola.post(f"/calls/officers/{hers.id}/removal")).status_code == 303
    assert (await ewa.get(desk)).status_code == 404
    assert (await ola.post(f"/calls/officers/{(await CallOfficer.get(name='Ola')).id}/removal")).status_code == 409


async def test_forms_of_other_sites_do_nothing(site: Site, office: Office) -> None:
    draft = await office.draft("Anna")
    anna = await site.signed_in(await office.person("Anna"))
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = await anna.post(f"{draft.path}/submission", data={"eligible": "y"}, headers=foreign)
    assert answer.status_code == 403
    assert (await CallProposal.get(id=draft.id)).submitted_at is None
