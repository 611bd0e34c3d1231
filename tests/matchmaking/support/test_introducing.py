"""Who is given an office, or handed over, hears of it once, in their language; who chose it themselves does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

import pytest

from app import unsubscribing
from app.journal import Changes
from app.models import Mail, Person, ReminderKind
from events.networks.support.assigning import choose, hand_over, link_due
from events.networks.support.models import Client
from events.networks.support.offices import add_adviser, open_office
from matchmaking.support import introducing
from matchmaking.support.introducing import introduce
from matchmaking.support.letters import SCOPE
from tests.conftest import settings_for
from tests.events.conftest import counting_statements
from tests.matchmaking.support.conftest import Help

SETTINGS = settings_for("sqlite://")


def text_of(mail: Mail) -> str:
    parsed = message_from_bytes(mail.body, policy=policy.default)
    return str(parsed.get_body(("plain",)).get_content())  # type: ignore[attr-defined]


async def test_an_office_by_region_is_introduced_once_however_many_workers_look(help: Help) -> None:
    await Person.filter(id=help.anna.person_id).update(language="pl")
    await asyncio.gather(introduce(SETTINGS), introduce(SETTINGS))
    assert not await introduce(SETTINGS)
    mail = await Mail.get(scope=SCOPE)
    assert mail.recipient == "anna@example.org"
    assert "Centrum" in mail.subject
    told = text_of(mail)
    assert "/account#support" in told
    assert unsubscribing.address(help.fair[help.anna], ReminderKind.SUPPORT, key=SETTINGS.secret_key) in told


async def test_a_handover_names_the_adviser_and_what_the_office_may(help: Help) -> None:
    await introduce(SETTINGS)
    client = await help.allowed()
    await hand_over([client], office=help.office, adviser=help.adviser, by=help.ewa)
    await hand_over([await help.client()], office=help.office, adviser=help.adviser, by=help.ewa)
    await introduce(SETTINGS)
    told = text_of(await Mail.filter(scope=SCOPE).order_by("-id").first())  # type: ignore[arg-type]
    assert "Turn to Ewa: ewa@example.org" in told
    assert "As before, it may also act for you." in told
    other = await open_office("Elsewhere", help.fair.regions[1], by=help.fair.organiser)
    await hand_over([await help.client()], office=other, adviser=None, by=help.ewa)
    await introduce(SETTINGS)
    mails = await Mail.filter(scope=SCOPE, recipient="anna@example.org").order_by("id")
    assert [mail.subject for mail in mails] == [
        "Centrum helps you with your meetings",
        "Centrum helps you with your meetings",
        "Elsewhere helps you with your meetings",
    ]
    assert "It may do nothing in your name unless you allow it" in text_of(mails[-1])


async def test_whoever_chose_left_or_wants_no_such_mails_gets_none(help: Help) -> None:
    other = await open_office("Elsewhere", help.fair.regions[1], by=help.fair.organiser)
    await choose(other, by=help.fair[help.anna])
    await Person.filter(id=help.mikko.person_id).update(support_mails=False)
    await introduce(SETTINGS)
    assert not await Mail.filter(scope=SCOPE).exists()
    assert not await Client.filter(owed=True).exists()
    eero = await help.fair.delegate("Eero", region=1)
    await add_adviser(other, "eero@example.org", by=help.fair.organiser)
    await introduce(SETTINGS)
    assert not await Mail.filter(scope=SCOPE, recipient="eero@example.org").exists()
    assert eero.person_id


async def test_a_round_of_mails_takes_the_same_queries_however_many_they_are(help: Help) -> None:
    with counting_statements() as one:
        await introduce(SETTINGS)
    for name in ("Jan", "Iga", "Piotr"):
        await help.fair.delegate(name, help.morning)
    await link_due()
    with counting_statements() as three:
        await introduce(SETTINGS)
    assert await Mail.filter(scope=SCOPE).count() == 4
    assert len(three) == len(one)


async def test_who_is_handed_over_while_we_look_is_told_in_the_next_round(
    help: Help, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = introducing.changing

    @asynccontextmanager
    async def late(*args: str, **kwargs: str) -> AsyncIterator[Changes]:
        await hand_over([await help.client()], office=help.office, adviser=help.adviser, by=help.ewa)
        async with opening(*args, **kwargs) as changes:
            yield changes

    monkeypatch.setattr(introducing, "changing", late)
    await introduce(SETTINGS)
    monkeypatch.undo()
    assert not await Mail.filter(scope=SCOPE).exists(), "it would name nobody"
    await introduce(SETTINGS)
    assert "Turn to Ewa" in text_of(await Mail.get(scope=SCOPE))
