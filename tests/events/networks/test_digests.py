"""News of followed pilots: to whom, once, in their language, and never to somebody who ended it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import unsubscribing
from app.models import Mail, Person, Reminder, ReminderKind
from events.networks import news
from events.networks.digests import SCOPE, Digest, due, send
from events.networks.following import follow, followed, unfollow
from events.networks.models import DemoCase, Follow, Pilot, Stage
from events.networks.news import Item
from events.networks.pilots import add_demo_case, edit_demo_case
from tests.conftest import settings_for

Conference = Any  # see conftest.py
SOURCES = (news.news,)
SETTINGS = settings_for("sqlite://")


@pytest.fixture
async def follower(conference: Conference) -> Person:
    person: Person = await conference.person("Anna")
    await follow(await Pilot.get(code="BIO"), by=person)
    return person


async def found(later: timedelta = timedelta(minutes=1)) -> list[Digest]:
    return await due(SOURCES, now=datetime.now(UTC) + later)


async def tell(later: timedelta = timedelta(minutes=1)) -> int:
    now = datetime.now(UTC) + later
    return await send(await due(SOURCES, now=now), SETTINGS, now=now)


async def words(digests: list[Digest]) -> list[str]:
    return [item.words for digest in digests for item in digest.items]


async def test_new_event_is_one_piece_of_news_and_later_sessions_are_more(
    conference: Conference, follower: Person
) -> None:
    bio = await Pilot.get(code="BIO")
    for title in ("Aromatics", "Lignin"):
        await conference.session(title, room=None, start="09:00", end="10:00", pilots=[bio])
    assert await found() == [], "a programme that is not released is nobody's news"
    await conference.release()
    (words_now,) = await words(await found())
    assert words_now.startswith("Event: Kraków Brokerage Days")
    assert await tell() == 1
    await conference.session("Biogas", start="11:00", end="12:00", pilots=[bio])
    assert await found() == [], "once a day at most"
    later = timedelta(hours=25)
    assert await words(await found(later)) == ["Session: Biogas (Kraków Brokerage Days)"]


async def test_nothing_is_told_twice_or_from_before_the_following(conference: Conference) -> None:
    bio = await Pilot.get(code="BIO")
    await add_demo_case(bio, "Old", "old", Stage.LEARN, by="test")
    anna = await conference.person("Anna")
    await follow(bio, by=anna)
    assert await found() == []
    case = await add_demo_case(bio, "Biogas", "biogas", Stage.LEARN, by="test")
    digests = await found()
    assert await words(digests) == ["Demo case: Biogas (learn)"]
    now = datetime.now(UTC)
    assert [await send(digests, SETTINGS, now=now), await send(digests, SETTINGS, now=now)] == [1, 0]
    await edit_demo_case(await DemoCase.get(id=case.id), name="Biogas", stage=Stage.CONNECT, by="test")
    assert await words(await found(timedelta(hours=25))) == ["Demo case: Biogas (connect)"]


async def test_digest_speaks_the_readers_language_and_ends_with_one_click(
    conference: Conference, follower: Person
) -> None:
    await Person.filter(id=follower.id).update(language="pl")
    await add_demo_case(await Pilot.get(code="BIO"), "Biogas", "biogas", Stage.LEARN, by="test")
    assert await tell() == 1
    mail = await Mail.get(scope=SCOPE)
    address = unsubscribing.address(follower, ReminderKind.NEWS, key=SETTINGS.secret_key)
    assert address.encode() in mail.body.replace(b"=\r\n", b"")
    assert b"List-Unsubscribe-Post" in mail.body
    assert await Reminder.filter(person=follower, kind=ReminderKind.NEWS).count() == 1
    await Person.filter(id=follower.id).update(**unsubscribing.OFF[ReminderKind.NEWS])
    await add_demo_case(await Pilot.get(code="BIO"), "Lignin", "lignin", Stage.LEARN, by="test")
    assert await found(timedelta(hours=25)) == []


async def test_who_ends_it_in_the_meantime_gets_no_mail(conference: Conference, follower: Person) -> None:
    await add_demo_case(await Pilot.get(code="BIO"), "Biogas", "biogas", Stage.LEARN, by="test")
    digests = await found()
    await Person.filter(id=follower.id).update(news_digest=False)
    assert await send(digests, SETTINGS, now=datetime.now(UTC)) == 0
    assert not await Mail.exists()


async def test_what_members_alone_may_read_reaches_only_them(conference: Conference, follower: Person) -> None:
    member = await (await conference.delegate("Jan")).person
    bio = await Pilot.get(code="BIO")
    await follow(bio, by=member)
    now = datetime.now(UTC) + timedelta(minutes=1)

    async def secret(pilots: Any, since: datetime) -> list[Item]:
        return [Item(bio.id, "opportunity:1", now, "Marketplace", "/", members_of=conference.event.id)]

    assert [digest.person.name for digest in await due([secret], now=now)] == ["Jan"]


async def test_following_is_listed_and_ended(conference: Conference, follower: Person) -> None:
    bio = await Pilot.get(code="BIO")
    await follow(bio, by=follower)
    assert await Follow.all().count() == 1, "following twice is following once"
    assert [pilot.code for pilot in await followed(follower)] == ["BIO"]
    await unfollow(bio, by=follower)
    await unfollow(bio, by=follower)
    assert await followed(follower) == []
