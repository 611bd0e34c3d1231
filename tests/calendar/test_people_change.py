"""Who comes gets a REQUEST, who leaves a CANCEL, who stays a REQUEST under the UID they know."""

from app.models import Mail
from matchmaking.colleagues import bring_along, hand_over
from matchmaking.models import Meeting
from tests.answering import invitation_in
from tests.calendar.conftest import Stage


async def told(stage: Stage) -> dict[str, tuple[str, Mail]]:
    """By first name: the method and the mail each got now."""
    found = {}
    for mail in await stage.mails():
        body = bytes(mail.body)
        method = "CANCEL" if b'method="CANCEL"' in body or b"method=CANCEL" in body else "REQUEST"
        found[mail.recipient.partition("@")[0]] = (method, mail)
    return found


async def test_a_hand_over_tells_each_what_concerns_them(stage: Stage) -> None:
    meeting = await stage.meeting()
    before = {name: invitation_in(bytes(mail.body)) for name, (_method, mail) in (await told(stage)).items()}
    maria = await stage.fair.delegate("Maria", house="Anna Ltd")
    await stage.fair.ticks(maria)
    anna = (await Meeting.get(id=meeting.id).select_related("asker")).asker
    await hand_over(meeting, of=anna, to=maria, by=stage.fair[maria])
    now = await told(stage)
    assert {name: method for name, (method, _mail) in now.items()} == {
        "anna": "CANCEL", "maria": "REQUEST", "mikko": "REQUEST",
    }  # fmt: skip
    his = invitation_in(bytes(now["mikko"][1].body))
    assert his["UID"] == before["mikko"]["UID"]
    assert his["SEQUENCE"] > before["mikko"]["SEQUENCE"]
    assert str(his["SUMMARY"]) == "Meeting: Maria, Anna Ltd"
    hers = invitation_in(bytes(now["maria"][1].body))
    assert hers["UID"] not in {event["UID"] for event in before.values()}
    gone = invitation_in(bytes(now["anna"][1].body))
    assert (gone["UID"], str(gone["STATUS"])) == (before["anna"]["UID"], "CANCELLED")


async def test_who_took_over_and_gives_back_leaves_one_meeting_each(stage: Stage) -> None:
    meeting = await stage.meeting()
    first = {name: invitation_in(bytes(mail.body)) for name, (_method, mail) in (await told(stage)).items()}
    maria = await stage.fair.delegate("Maria", house="Anna Ltd")
    await stage.fair.ticks(maria)
    anna = (await Meeting.get(id=meeting.id).select_related("asker")).asker
    await hand_over(meeting, of=anna, to=maria, by=stage.fair[maria])
    await told(stage)
    await hand_over(meeting, of=maria, to=anna, by=stage.fair[anna])
    again = invitation_in(bytes((await told(stage))["anna"][1].body))
    assert again["UID"] == first["anna"]["UID"]
    assert again["SEQUENCE"] > first["anna"]["SEQUENCE"] + 1


async def test_a_colleague_who_comes_along_is_news_to_all(stage: Stage) -> None:
    meeting = await stage.meeting()
    await told(stage)
    maija = await stage.fair.delegate("Maija", house="Mikko Ltd")
    await stage.fair.ticks(maija)
    mikko = (await Meeting.get(id=meeting.id).select_related("invitee")).invitee
    await bring_along(meeting, to=maija, beside=mikko, by=stage.fair[maija])
    now = await told(stage)
    assert {name: method for name, (method, _mail) in now.items()} == dict.fromkeys(
        ("anna", "mikko", "maija"), "REQUEST"
    )
    assert str(invitation_in(bytes(now["anna"][1].body))["SUMMARY"]) == "Meeting: Mikko and Maija"
