"""The daily mail about requests: other times that were proposed, and what became of what one asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import cast

import pytest

import events.ical
from app import slices
from app.intervals import Interval
from app.models import Mail, Person
from app.reminders import requests, send
from app.source import Occasion, Reminding, Waiting
from events.models import Participant
from matchmaking import digest
from matchmaking.arranging import arrange
from matchmaking.colleagues import bring_along, hand_over
from matchmaking.digest import waiting
from matchmaking.groups.membership import cancel_group, join_group, propose_group
from matchmaking.leaving import withdraw
from matchmaking.meetings import accept, cancel, decline, expire_due, request_meeting
from matchmaking.messages.silencing import silence
from matchmaking.models import Meeting
from matchmaking.proposing import propose_time, take_proposed
from matchmaking.times import keep_free
from tests.conftest import settings_for
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(hour=9, minute=0)  # about noon in Helsinki


@pytest.fixture
async def four(fair: Fair) -> list[Participant]:
    opened = await fair.round("10:00", "11:00", tables=4)
    return [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan", "Sara")]


async def asked(fair: Fair, asker: Participant, invitee: Participant) -> Meeting:
    return await request_meeting(asker, invitee, message="", by=fair[asker])


async def mailed(*, days: int = 0) -> dict[str, tuple[str, str]]:
    """Subject and words of what is mailed tomorrow, or some days later, by whom it goes to."""
    last = await Mail.all().order_by("-id").first()
    now = TOMORROW + timedelta(days=days, minutes=days)
    await send(await requests(slices.SOURCES, now=now), slices.SOURCES, settings_for("sqlite://"), now=now)
    found = await Mail.filter(id__gt=last.id if last else 0)
    return {one.recipient.partition("@")[0]: (one.subject, _words(one)) for one in found}


def _words(mail: Mail, kind: str = "plain") -> str:
    part = message_from_bytes(bytes(mail.body), policy=default).get_body((kind,))  # type: ignore[attr-defined]
    return str(part.get_content()).replace("\r\n", "\n")


async def test_another_time_waits_for_whoever_may_take_it_until_they_do(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    meeting = await asked(fair, anna, mikko)
    slots = [await fair.slot(clock) for clock in ("10:20", "10:40")]
    await propose_time(meeting, slot=slots[0], version=meeting.version, by=fair[mikko])
    told = await mailed()
    assert {who: subject for who, (subject, _words) in told.items()} == {"anna": "Mikko waits for your answer"}
    assert "- Another time: " in told["anna"][1]
    assert "10:20" in told["anna"][1]
    assert "They wait for your answer: Mikko." in told["anna"][1], "it was she who asked to meet"
    assert await mailed(days=1) == {}, "nothing new"
    await propose_time(meeting, slot=slots[1], version=meeting.version, by=fair[mikko])
    assert "10:40" in (await mailed(days=1))["anna"][1]
    await take_proposed(meeting, slot=slots[1], version=meeting.version, by=fair[anna])
    assert await waiting(TOMORROW) == []
    met = await Meeting.get(id=meeting.id)
    await propose_time(met, slot=slots[0], version=met.version, by=fair[anna])
    assert list(await mailed(days=3)) == ["mikko"], "of an agreed time, too"


async def test_no_mail_is_about_somebody_of_whom_one_wants_to_hear_no_more(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, jan, _sara = four
    met = [await accept(await asked(fair, one, anna), by=fair[anna]) for one in (mikko, jan)]
    slot = await fair.slot("10:40")
    for meeting, one in zip(met, (mikko, jan), strict=True):
        await propose_time(meeting, slot=slot, version=meeting.version, by=fair[one])
    await silence(anna, mikko, by=fair[anna])
    told = await mailed()
    assert {who: subject for who, (subject, _words) in told.items()} == {"anna": "Jan waits for your answer"}


async def test_whoever_asked_hears_what_became_of_it_once(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, jan, sara = four
    await decline(await asked(fair, anna, mikko), reason="Too full", by=fair[mikko])
    await accept(await asked(fair, anna, jan), waiting=True, by=fair[jan])
    late = await asked(fair, anna, sara)
    assert late.expires_at
    await expire_due(fair.event, late.expires_at)
    await accept(await asked(fair, mikko, sara), by=fair[sara])
    told = await mailed()
    assert list(told) == ["anna"], "an invitation tells of a time, and nobody hears of what they did themselves"
    subject, words = told["anna"]
    assert subject == "News of 3 of your meetings"
    for name, sentence in (
        ("Mikko", "Declined: “Too full”"),
        ("Jan", "Agreed. The schedule has yet to find a time."),
        ("Sara", "Not answered in time: the request has expired."),
    ):
        assert f"{name}\n- {sentence}" in words
    assert "say yes or no" not in words
    await asked(fair, sara, anna)
    subject, words = (await mailed(days=1))["anna"]
    assert subject == "Sara waits for your answer"
    assert "Declined" not in words, "what was told is not told again"


async def test_a_reason_is_words_in_the_page_of_the_mail(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    await decline(await asked(fair, anna, mikko), reason="<b>Full</b>", by=fair[mikko])
    assert "“<b>Full</b>”" in (await mailed())["anna"][1]
    assert "<li>Declined: “&lt;b&gt;Full&lt;/b&gt;”</li>" in _words(await Mail.get(), "html")


async def test_what_was_agreed_and_called_off_before_it_had_a_time_the_other_one_hears(
    fair: Fair, four: list[Participant]
) -> None:
    anna, mikko, jan, sara = four
    await Person.filter(name="Anna").update(language="fi")
    agreed = await accept(await asked(fair, anna, mikko), waiting=True, by=fair[mikko])
    await cancel(agreed, reason="Matka peruuntui", by=fair[mikko])
    await cancel(await accept(await asked(fair, jan, sara), waiting=True, by=fair[sara]), by=fair.organiser)
    await cancel(await asked(fair, mikko, jan), by=fair[mikko])
    await cancel(await asked(fair, sara, mikko), by=fair.organiser)
    told = await mailed()
    assert set(told) == {"anna", "jan", "sara"}, "a request that is withdrawn nobody waits for"
    assert "Mikko" in told["sara"][1], "but whose it was hears it from others"
    assert "Mikko\n- Peruttu: ”Matka peruuntui”" in told["anna"][1]
    assert told["anna"][0] == "Uutta tapaamisestasi: Mikko"
    assert "Jan\n- Called off." in told["sara"][1]


async def test_whoever_proposed_another_time_hears_that_the_request_is_withdrawn(
    fair: Fair, four: list[Participant]
) -> None:
    anna, mikko, *_others = four
    meeting = await asked(fair, anna, mikko)
    await propose_time(meeting, slot=await fair.slot("10:40"), version=meeting.version, by=fair[mikko])
    await cancel(meeting, by=fair[anna])
    assert {who: subject for who, (subject, _words) in (await mailed()).items()} == {
        "mikko": "News of your meeting: Anna"
    }


async def test_what_the_desk_arranged_and_somebody_called_off_the_other_one_hears(
    fair: Fair, four: list[Participant]
) -> None:
    anna, mikko, *_others = four
    await cancel(await arrange(anna, mikko, waiting=True, by=fair.organiser), by=fair[anna])
    assert list(await mailed()) == ["mikko"]


async def test_whoever_takes_part_no_more_hears_nothing(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    await accept(await asked(fair, anna, mikko), waiting=True, by=fair[mikko])
    await withdraw(anna, reason="Ill", by=fair.organiser)
    assert list(await mailed()) == ["mikko"]


async def test_colleagues_hear_what_happened_since_they_came(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    ola = await fair.delegate("Ola", house="Anna Ltd")
    pekka, piia = [await fair.delegate(name, house="Mikko Ltd") for name in ("Pekka", "Piia")]
    met = await accept(await asked(fair, anna, mikko), waiting=True, by=fair[mikko])
    await bring_along(met, to=ola, beside=anna, by=fair[ola])
    met = await hand_over(met, of=mikko, to=pekka, by=fair[pekka])
    await bring_along(met, to=piia, beside=pekka, by=fair[piia])
    told = await mailed()
    assert {who: subject for who, (subject, _words) in told.items()} == {"anna": "News of your meeting: Pekka"}
    await cancel(met, by=fair[anna])
    told = await mailed(days=1)
    assert {who: subject for who, (subject, _words) in told.items()} == {
        "ola": "News of your meeting: Pekka",
        "pekka": "News of your meeting: Anna",
        "piia": "News of your meeting: Anna",
    }


async def test_old_news_are_no_news(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    await decline(await asked(fair, anna, mikko), by=fair[mikko])
    assert len(await waiting(datetime.now(UTC) + timedelta(hours=71))) == 1
    assert await waiting(datetime.now(UTC) + timedelta(hours=73)) == []


async def test_what_had_a_time_and_lost_it_is_not_news_of_a_yes(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    met = await accept(await asked(fair, anna, mikko), by=fair[mikko])
    met.unplace(at=datetime.now(UTC))
    await met.save()
    assert await waiting(TOMORROW) == []


async def test_whoever_switched_the_mail_off_gets_none(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, *_others = four
    await Person.filter(name="Anna").update(request_digest=False)
    await decline(await asked(fair, anna, mikko), by=fair[mikko])
    assert await mailed() == {}


async def test_many_take_no_more_queries_than_one(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, jan, sara = four
    await decline(await asked(fair, anna, mikko), by=fair[mikko])
    with counting_statements() as few:
        await waiting(TOMORROW)
    for asker, invitee in ((jan, mikko), (sara, mikko), (anna, jan), (sara, jan)):
        await decline(await asked(fair, asker, invitee), by=fair[invitee])
    with counting_statements() as many:
        assert len(await waiting(TOMORROW)) == 5
    assert len(many) == len(few) <= 6


class Crowd:
    """Requests of more people than one statement can name."""

    def __init__(self, person: Person, fair: Fair) -> None:
        self.person, self.scope = person, fair.event.scope

    async def waiting(self, now: datetime) -> list[Waiting]:
        since = now - timedelta(hours=2)
        return [Waiting(self.person.id, self.scope, f"meeting:{n}", "Jan", since, "/") for n in range(33_000)]

    async def occasion(self, scope: str) -> Occasion | None:
        return await events.ical.occasion(scope)

    async def reasons(self, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return await digest.reasons(subjects)


async def test_more_may_wait_than_one_statement_takes(fair: Fair) -> None:
    sources = cast("Sequence[Reminding]", [Crowd(fair.organiser, fair)])
    (due,) = await requests(sources, now=TOMORROW)
    await send([replace(due, keys=due.keys[:1])], sources, settings_for("sqlite://"), now=TOMORROW)
    assert (await Mail.get()).subject == "33000 people wait for your answer"


async def test_the_members_of_a_group_without_a_time_hear_of_it_too(fair: Fair, four: list[Participant]) -> None:
    anna, mikko, jan, sara = four
    await keep_free(sara, Interval(fair.at("09:00"), fair.at("12:00")), by=fair[sara])
    group = await propose_group(fair.event, fair.demo_case, title="Lignin", proposer=anna, by=fair[anna])
    for one in (mikko, sara):
        await join_group(group, one, by=fair[one])
    told = await mailed()
    assert set(told) == {"anna", "mikko"}, "Sara made it a meeting herself"
    assert told["anna"][0] == "News of your meeting: Lignin"
    assert "- Agreed. The schedule has yet to find a time." in told["anna"][1]
    await cancel_group(group, reason="Strike", by=fair.organiser)
    told = await mailed(days=1)
    assert set(told) == {"anna", "mikko", "sara"}
    assert "Lignin\n- Called off: “Strike”" in told["sara"][1]
    assert jan.name not in told["sara"][1]
