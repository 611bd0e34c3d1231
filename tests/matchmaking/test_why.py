"""The reasons for a meeting are the same wherever somebody reads them: on pages, in mails, and for programs."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

from app import slices
from app.models import Mail, Person
from app.reminders import requests, send
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.models import Meeting
from matchmaking.profile_models import Profile
from matchmaking.waitlist.joining import join_waitlist
from matchmaking.waitlist.letters import tell
from matchmaking.waitlist.offering import Looking
from tests.conftest import settings_for
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit

__all__ = ["visit"]

FITS = "They offer bark, you seek it."


async def text_to(address: str) -> str:
    mail = await Mail.filter(recipient=address).order_by("-id").first()
    assert mail
    part = message_from_bytes(bytes(mail.body), policy=default).get_body(("plain",))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


async def test_pages_programs_and_the_mail_about_a_request_give_the_same_reasons(fair: Fair, visit, database):
    morning = await fair.round("10:00", "11:00")
    anna = await fair.delegate("Anna", morning, offers=("bark",), region=1)
    mikko = await fair.delegate("Mikko", morning, needs=("bark",))
    his = await visit(fair[mikko])
    (match,) = (await his.get("/e/tampere/matches", headers={"Accept": "application/json"})).json()["matches"]
    assert FITS in match["reasons"]
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    for path in (f"people/{anna.id}", f"meetings/{asked.id}"):
        page = (await his.get(f"/e/tampere/{path}")).text
        for reason in match["reasons"]:
            assert f"<li>{reason}</li>" in page
    hers = (await (await visit(fair[anna])).get(f"/e/tampere/meetings/{asked.id}")).text
    assert "You offer bark, they seek it." in hers, "each side reads its own"
    await _remind(database)
    letter = await text_to("mikko@example.org")
    told = letter[letter.index("Anna\n") :].split("\n\n")[0].splitlines()
    assert told[0] == "Anna"
    assert f"- {FITS}" in told
    assert {line.removeprefix("- ") for line in told[1:]} <= set(match["reasons"])


async def test_the_mail_speaks_the_language_of_its_reader(fair: Fair, database):
    morning = await fair.round("10:00", "11:00")
    anna = await fair.delegate("Anna", morning, offers=("bark",))
    readers = [await fair.delegate(name, morning, needs=("bark",)) for name in ("Jan", "Mikko")]
    for reader, code in zip(readers, ("pl", "fi"), strict=True):
        await Person.filter(id=fair[reader].id).update(language=code)
        await request_meeting(anna, reader, message="", by=fair[anna])
    await _remind(database)
    polish, finnish = await text_to("jan@example.org"), await text_to("mikko@example.org")
    assert "- Druga strona oferuje to, czego szukasz: bark." in polish
    assert "- Toinen tarjoaa sitä, mitä etsit: bark." in finnish


async def test_whoever_has_no_profile_any_more_is_asked_without_reasons(fair: Fair, database):
    morning = await fair.round("10:00", "11:00")
    anna, mikko = [await fair.delegate(name, morning) for name in ("Anna", "Mikko")]
    await request_meeting(anna, mikko, message="", by=fair[anna])
    await Profile.filter(participant=anna).update(status="returned")
    await _remind(database)
    assert "They wait for your answer: Anna." in await text_to("mikko@example.org")


async def test_the_mail_about_a_time_that_is_free_says_why(fair: Fair, database):
    opened = await fair.round("10:00", "10:20", tables=3)
    star = await fair.delegate("Star", opened, offers=("bark",))
    rival = await fair.delegate("Rival", opened)
    taken = await accept(await request_meeting(rival, star, message="", by=fair[rival]), by=fair[star])
    fan = await fair.delegate("Fan", opened, needs=("bark",))
    asked = await accept(await request_meeting(fan, star, message="", by=fair[fan]), waiting=True, by=fair[star])
    await join_waitlist(asked, fan, by=fair[fan])
    await cancel(await Meeting.get(id=taken.id), by=fair[star])
    worker = Looking()
    while await worker.work():
        pass
    await tell(settings_for(database))
    assert f"- {FITS}" in await text_to("fan@example.org")


async def _remind(database: str) -> None:
    """At noon of tomorrow."""
    noon = (datetime.now(UTC) + timedelta(days=1)).replace(hour=9, minute=0)
    await send(await requests(slices.SOURCES, now=noon), slices.SOURCES, settings_for(database), now=noon)
