"""Two people at one event, one in Polish and one in Finnish: pages, refusals, mails, and the switch that stays."""

import re

from app.journal import changing
from app.models import Person
from events.models import Session
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session, edit_session
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import Site

POLISH = {"Accept-Language": "pl-PL, en;q=0.5"}
FINNISH = {"Accept-Language": "fi, en;q=0.5"}


async def test_everybody_reads_their_own_language(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "11:00", tables=2)
    anna = await fair.delegate("Anna Zak", morning, offers=("lignin",))
    mikko = await fair.delegate("Mikko", morning, region=1, needs=("lignin",))
    await _prefers(fair[anna], "pl")
    await _prefers(fair[mikko], "fi")
    annas, mikkos = await site.signed_in(fair[anna]), await site.signed_in(fair[mikko])
    assert (annas.cookies["language"], mikkos.cookies["language"]) == ("pl", "fi"), "also in a browser that is new"
    path = f"/e/{fair.event.slug}"

    match = (await annas.get(f"{path}/people/{mikko.id}")).text
    assert '<html lang="pl">' in match
    assert "Oferujesz to, czego szuka druga strona: lignin." in match
    assert "Tampere Region, Finlandia" in match

    await annas.post(f"{path}/meetings", data={"invitee": mikko.id, "message": ""})
    again = await annas.post(f"{path}/meetings", data={"invitee": mikko.id, "message": ""})
    assert again.status_code == 409
    assert "Mikko ma już Twoją prośbę, czekasz na odpowiedź." in again.text
    told = await annas.post(
        f"{path}/meetings", data={"invitee": mikko.id, "message": ""}, headers={"Accept": "application/json"}
    )
    assert told.json()["error"] == "Mikko ma już Twoją prośbę, czekasz na odpowiedź."

    meetings = (await mikkos.get(f"{path}/meetings")).text
    assert "Sinulta pyydetään tapaamista" in meetings
    [meeting] = re.findall(rf'action="{path}/meetings/(\d+)/acceptance"', meetings)
    await mikkos.post(f"{path}/meetings/{meeting}/acceptance", data={"slot": "first"})

    empty = await mikkos.post("/account", data={"name": " "})
    assert empty.status_code == 422
    assert "Tämä kenttä on pakollinen." in empty.text
    broken = await annas.post(f"{path}/availability/blocks", data={"start": "yesterday", "end": ""})
    assert broken.status_code == 422
    assert "To nie jest data i godzina." in broken.text
    long = await annas.post("/account", data={"name": "x" * 200})
    assert "Limit znaków: 120. Skróć, proszę." in long.text

    mails = {invite.to: invite.mail for invite in await site.invites(2)}
    polish, finnish = mails[fair[anna].email], mails[fair[mikko].email]
    assert polish["Subject"].startswith("Zaproszenie: ")
    assert finnish["Subject"].startswith("Kutsu: ")
    for mail, words, code in ((polish, "Otrzymujesz tę wiadomość", "pl"), (finnish, "Saat tämän viestin", "fi")):
        assert words in mail.get_body(("plain",)).get_content()
        assert f'<html lang="{code}">' in mail.get_body(("html",)).get_content()


async def test_the_programme_says_which_language_a_session_is_in(site: Site, fair: Fair) -> None:
    hall = await add_room(fair.event, "Hall", by=fair.organiser)
    details = Details(
        title="Lignina w praktyce", subtitle="Przykłady", abstract="Co działa.", language="pl", kind="talk"
    )
    session = await create_session(
        fair.event, details, room=hall, start=fair.at("10:00"), end=fair.at("11:00"), by=fair.organiser
    )
    await release_programme(fair.event, "v1", by=fair.organiser)
    path = f"/e/{fair.event.slug}"

    polish, finnish = site.browser(site.base_url, **POLISH), site.browser(site.base_url, **FINNISH)
    for _ in range(2):  # the second time from the pages that are kept
        home = (await polish.get(f"{path}/programme")).text
        abroad = (await finnish.get(f"{path}/programme")).text
        assert "Zmiany widać tu od razu." in home
        assert '<h3 class="session-title"><a' in home
        assert "Muutokset näkyvät täällä heti." in abroad
        assert '<h3 class="session-title" lang="pl"><a' in abroad
    page = await finnish.get(f"{path}/sessions/{session.id}")
    assert "talk · puola" in page.text
    assert '<h1 lang="pl">Lignina w praktyce</h1>' in page.text
    assert '<p lang="pl">Co działa.</p>' in page.text
    assert "accept-language" in page.headers["vary"].lower()
    await _speaks(fair, session)
    calendars = [await reader.get(f"{path}/feed.ics") for reader in (polish, finnish)]
    assert all(
        words in calendar.text for words, calendar in zip(("Prelegenci: Anna", "Puhujat: Anna"), calendars, strict=True)
    )
    assert calendars[0].headers["etag"] != calendars[1].headers["etag"]
    assert "accept-language" in calendars[0].headers["vary"].lower()


async def test_the_switch_stays_and_comes_back_to_the_page(site: Site, fair: Fair) -> None:
    anna = await fair.newcomer("Anna")
    annas = await site.signed_in(fair[anna])
    page = (await annas.get(f"/e/{fair.event.slug}/programme?day=all")).text
    [back] = re.findall(r'name="back" value="([^"]*)"', page)
    assert back == f"/e/{fair.event.slug}/programme?day=all"
    answer = await annas.post("/language", data={"language": "fi", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    for address in ("/", "/account", "/networks", f"/e/{fair.event.slug}"):
        shown = await annas.get(address, headers={"Accept-Language": "pl"})
        assert '<html lang="fi">' in shown.text
    assert (await Person.get(id=fair[anna].id)).language == "fi"
    missing = await annas.get("/nowhere")
    assert "Täällä ei ole mitään" in missing.text

    await annas.post("/language", data={"language": "tlh", "back": "/"})
    assert '<html lang="fi">' in (await annas.get("/")).text, "a language that does not exist changes nothing"


async def test_a_refused_form_comes_back_to_a_page_that_exists(site: Site, fair: Fair) -> None:
    anna = await fair.newcomer("Anna")
    annas = await site.signed_in(fair[anna])
    refused = await annas.post(f"/e/{fair.event.slug}/availability/blocks", data={})
    [back] = re.findall(r'name="back" value="([^"]*)"', refused.text)
    assert (await annas.get(back)).status_code == 200


async def _speaks(fair: Fair, session: Session) -> None:
    details = Details(title=session.title, language="pl", speakers=[await fair.newcomer("Anna")])
    await edit_session(session, details, version=session.version, by=fair.organiser)


async def _prefers(person: Person, code: str) -> None:
    async with changing("people", by=person) as changes:
        await Person.filter(id=person.id).update(language=code)
        changes.record("person.chose_language", person, topics=[])
