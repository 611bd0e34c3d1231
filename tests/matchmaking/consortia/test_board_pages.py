"""Pages of the partner search: a board's text and who does what are changed there, in few queries however big it is."""

from typing import Any

import httpx2
import pytest

from matchmaking.consortia import forming
from matchmaking.consortia.models import Consortium, ConsortiumMember, ConsortiumPart
from matchmaking.profile_models import ChainRole
from tests.events.conftest import counting_statements
from tests.matchmaking.visiting import Visit

Search = Any  # see conftest.py
PARTS = [(ChainRole.RESEARCH, "Toxicity"), (ChainRole.END_USER, "Tests it")]


async def test_its_text_is_rewritten_by_who_decides_and_nobody_writes_over_another(
    search: Search, visit: Visit
) -> None:
    made = await search.open("Anna")
    await search.inside(made, "Mikko")
    anna, mikko, jan = [await visit(await search.person(name)) for name in ("Anna", "Mikko", "Jan")]
    path, text = f"{made.path}/text", {"title": "Żywica", "about": "Do 2030 r.", "language": "pl", "version": "1"}
    assert f'href="{path}"' in (await anna.get(made.path)).text
    for other in (mikko, jan):
        assert f'href="{path}"' not in (await other.get(made.path)).text
        assert (await other.get(path)).status_code == 404
        assert (await other.post(path, data=text)).status_code == 404
    assert 'value="Resin"' in (await anna.get(path)).text
    for wrong in ({"title": ""}, {"title": "x" * 121}, {"about": "x" * 2001}, {"language": "xx"}, {"language": ""}):
        refused = await anna.post(path, data=text | wrong)
        assert refused.status_code == 422, wrong
        assert 'role="alert"' in refused.text
    assert (await anna.post(path, data=text)).status_code == 303
    late = await anna.post(path, data=text | {"title": "Somebody else’s"})
    assert late.status_code == 409
    assert "a moment ago" in late.text
    assert "Somebody else’s" in late.text, "what was typed is not lost"
    page = (await jan.get(made.path)).text
    assert '<h1 lang="pl">Żywica</h1>' in page
    assert '<p class="kept" lang="pl">Do 2030 r.</p>' in page
    await forming.close(await Consortium.get(id=made.id), by=await search.person("Anna"))
    assert (await anna.post(path, data=text | {"version": "2"})).status_code == 409
    assert (await Consortium.get(id=made.id)).title == "Żywica"


async def test_members_say_what_they_do_and_who_decides_says_it_for_them(search: Search, visit: Visit) -> None:
    made, other = await search.open("Anna", parts=PARTS), await search.open("Olli", parts=PARTS[:1])
    await search.inside(made, "Mikko", "Jan")
    anna, mikko, olli = [await visit(await search.person(name)) for name in ("Anna", "Mikko", "Olli")]
    member = {one.name: one.id for one in await ConsortiumMember.filter(consortium=made)}
    part = {one.task: one.id for one in await ConsortiumPart.filter(consortium=made)}
    assert "0 of 2 have somebody." in (await olli.get(made.path)).text

    async def give(client: httpx2.AsyncClient, name: str, which: object) -> int:
        answer = await client.post(f"/consortia/members/{member[name]}/part", data={"part": which})
        return answer.status_code

    assert await give(mikko, "Mikko", part["Toxicity"]) == 303
    assert await give(mikko, "Jan", part["Tests it"]) == 404, "that is for Jan to say, or for Anna"
    assert await give(olli, "Jan", part["Tests it"]) == 404
    assert await give(anna, "Jan", part["Tests it"]) == 303
    foreign = await ConsortiumPart.get(consortium=other)
    for nonsense in (foreign.id, "x", 10**17):
        assert await give(anna, "Jan", nonsense) == 409
    page = (await olli.get(made.path)).text
    assert "2 of 2 have somebody." in page
    assert "<select" not in page.partition('id="members"')[2].partition("</section>")[0], "only to look at"
    assert await give(mikko, "Mikko", "") == 303
    assert "1 of 2 have somebody." in (await olli.get(made.path)).text


@pytest.mark.parametrize("who", ["Anna", "Olli"])
async def test_queries_do_not_grow_with_boards_parts_and_members(search: Search, visit: Visit, who: str) -> None:
    made, looker = await search.open("Anna", parts=PARTS), await visit(await search.person(who))
    partners = f"{search.call.path}/partners"

    async def asked() -> list[int]:
        counts = []
        for path in (partners, made.path):
            with counting_statements() as statements:
                assert (await looker.get(path)).status_code == 200
            counts.append(len(statements))
        return counts

    await asked()  # a first visit notes when somebody was here
    few = await asked()
    await search.inside(made, "Mikko", "Jan", "Iga", "Ewa")
    for task in ("Boats", "Paint", "Glue"):
        await forming.name_part(made, ChainRole.FUNDER, task, by=await search.person("Anna"))
    for name in ("Robert", "Maria", "Pekka", "Aino"):
        await search.open(name, parts=PARTS)
    assert await asked() == few


async def test_partners_look_for_a_coordinator_together_and_one_of_them_takes_it_on(
    search: Search, visit: Visit
) -> None:
    made = await search.open("Anna", coordinates=False)
    await search.inside(made, "Mikko")
    anna, mikko, olli = [await visit(await search.person(name)) for name in ("Anna", "Mikko", "Olli")]
    partners = f"{search.call.path}/partners"
    assert "seeks a coordinator" in (await olli.get(partners)).text
    member = {one.name: one.id for one in await ConsortiumMember.filter(consortium=made)}
    for name, client in (("Anna", anna), ("Mikko", mikko)):
        assert f"/consortia/members/{member[name]}/coordination" in (await client.get(made.path)).text
        assert f'href="{made.path}/text"' in (await client.get(made.path)).text, "without one every member decides"
    assert (await olli.post(f"/consortia/members/{member['Mikko']}/coordination")).status_code == 404
    for_another = await anna.post(f"/consortia/members/{member['Mikko']}/coordination")
    assert for_another.status_code == 409
    assert (await mikko.post(f"/consortia/members/{member['Mikko']}/coordination")).status_code == 303
    assert "seeks a coordinator" not in (await olli.get(partners)).text
    assert (await anna.get(f"{made.path}/text")).status_code == 404, "now Mikko decides"
