"""A reminder: in the client's language, once a day at most, never to whoever ended such mails, from advisers alone."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from app import unsubscribing
from app.errors import NotFound, Refused
from app.models import Mail, Person, Reminder, ReminderKind
from events.networks.support.assigning import choose
from events.networks.support.offices import dismiss_adviser
from matchmaking.meetings import request_meeting
from matchmaking.support.letters import SCOPE
from matchmaking.support.reminding import remind
from tests.conftest import settings_for
from tests.matchmaking.support.conftest import Help

SETTINGS = settings_for("sqlite://")


def text_of(mail: Mail) -> str:
    parsed = message_from_bytes(mail.body, policy=policy.default)
    return str(parsed.get_body(("plain",)).get_content())  # type: ignore[attr-defined]


async def test_reminder_lists_who_waits_in_the_clients_language_and_ends_with_one_click(help: Help) -> None:
    await request_meeting(help.mikko, help.anna, message="", by=help.fair[help.mikko])
    await Person.filter(id=help.anna.person_id).update(language="pl")
    await remind(await help.client(), "Proszę odpisać <b>dziś</b>.", SETTINGS, by=help.ewa)
    mail = await Mail.get(scope=SCOPE)
    assert (mail.recipient, mail.subject) == ("anna@example.org", "Na Twoją odpowiedź czeka jedna prośba")
    told = text_of(mail)
    assert "Mikko, Mikko Ltd" in told
    assert "Proszę odpisać <b>dziś</b>." in told
    assert "ewa@example.org" in told
    assert unsubscribing.address(help.fair[help.anna], ReminderKind.SUPPORT, key=SETTINGS.secret_key) in told
    assert b"List-Unsubscribe-Post" in mail.body
    assert b"&lt;b&gt;" not in mail.body


async def test_one_a_day_is_the_most_whoever_sends_it(help: Help) -> None:
    await remind(await help.client(), "", SETTINGS, by=help.ewa)
    with pytest.raises(Refused):
        await remind(await help.client(), "", SETTINGS, by=help.ewa)
    assert await Mail.filter(scope=SCOPE).count() == 1
    await Reminder.filter(kind=ReminderKind.SUPPORT).update(at=datetime.now(UTC) - timedelta(hours=25))
    await remind(await help.client(), "", SETTINGS, by=help.ewa)
    assert await Mail.filter(scope=SCOPE).count() == 2


async def test_who_ended_them_and_who_left_gets_none_and_strangers_send_none(help: Help) -> None:
    client = await help.client()
    await Person.filter(id=help.anna.person_id).update(**unsubscribing.OFF[ReminderKind.SUPPORT])
    with pytest.raises(Refused):
        await remind(client, "", SETTINGS, by=help.ewa)
    await Person.filter(id=help.anna.person_id).update(support_mails=True)
    with pytest.raises(NotFound):
        await remind(client, "", SETTINGS, by=help.fair[help.mikko])
    await choose(None, by=help.fair[help.anna])
    with pytest.raises(NotFound):
        await remind(client, "", SETTINGS, by=help.ewa)
    await choose(help.office, by=help.fair[help.anna])
    await dismiss_adviser(help.adviser, by=help.fair.organiser)
    with pytest.raises(NotFound):
        await remind(await help.client(), "", SETTINGS, by=help.ewa)
    assert not await Mail.filter(scope=SCOPE).exists()
