"""Everybody is told what is new for them, once: from a fact in the journal to the mail in their inbox."""

import asyncio
import os
import pickle
import signal
import sys
import textwrap
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import asyncpg
import pytest
from icalendar import Calendar

from app import db, delivery, invitations
from app.config import Settings
from app.ical.itip import Told
from app.invitations import settle, settle_due
from app.journal import changing
from app.models import Invitation, Mail, MailState, Person, Topic
from tests.app.plumbing import EVENT, START, Table, make_person, nobody_writes, tell
from tests.sink import Sink

Event = Any


async def settled(table: Table, settings: Settings) -> None:
    while await settle_due([table], settings):
        pass


async def inbox(sink: Sink, *, since: int = 0) -> list[tuple[str, str, Event]]:
    """Recipient, METHOD and VEVENT of each mail that arrived, after everything queued has left."""
    while await delivery.deliver(sink.url):
        pass
    return [read(one.recipient, one.raw) for one in sink.mails[since:]]


def read(recipient: str, raw: bytes) -> tuple[str, str, Event]:
    mail = message_from_bytes(raw, policy=policy.default)
    assert not mail.defects
    part: Any = list(mail.iter_parts())[-1]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.events
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params["method"] == str(calendar["METHOD"])
    assert str(event["ORGANIZER"]) == f"mailto:{mail['From'].addresses[0].addr_spec}"  # type: ignore[union-attr]
    assert str(event["ATTENDEE"]) == f"mailto:{recipient}" == f"mailto:{mail['To'].addresses[0].addr_spec}"  # type: ignore[union-attr]
    return recipient, str(calendar["METHOD"]), event


async def test_new_meeting_is_an_invitation(database: str, settings: Settings, table: Table, smtp_sink: Sink) -> None:
    anna = await make_person("Anna")
    table.put(anna, "meeting:7", summary="Anna – Beñat: Ökologie; größer, besser", description=("One", "Two"))
    table.put(anna, "session:9", transparent=True)
    await tell(anna)
    await settled(table, settings)
    [(to, method, event)] = await inbox(smtp_sink)
    assert (to, method, event["SEQUENCE"]) == ("anna@example.org", "REQUEST", 0)
    assert str(event["SUMMARY"]) == "Anna – Beñat: Ökologie; größer, besser"
    assert event["DTSTART"].dt == START
    assert str(event["ORGANIZER"]) == "mailto:meetings+krakow@pilotmatch.example"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    mail = await Mail.get()
    assert (mail.scope, mail.uid, mail.sequence, mail.subject) == (
        "mail:3", str(event["UID"]), 0, "Invitation: Anna – Beñat: Ökologie; größer, besser",
    )  # fmt: skip
    assert "http://127.0.0.1:8000/e/krakow/meeting/7" in str(event["URL"])


async def test_settling_again_tells_nothing(database: str, settings: Settings, table: Table, smtp_sink: Sink) -> None:
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    assert not await settle_due([table], settings)
    assert len(await inbox(smtp_sink)) == 1
    for _ in range(3):
        await tell(anna)  # something about her that her calendar does not show
        await settled(table, settings)
    table.put(anna, "meeting:7", summary="Meeting, without the typo")
    await tell(anna)
    await settled(table, settings)
    assert len(await inbox(smtp_sink)) == 1
    assert not await Topic.filter(settled__lt=invitations.REVISION).exists()


async def test_move_is_a_request_with_higher_sequence(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    await inbox(smtp_sink)
    for moves in (1, 2):
        table.put(anna, "meeting:7", start=START + timedelta(hours=moves), end=START + timedelta(hours=moves + 1))
        await tell(anna)
        await settled(table, settings)
        await inbox(smtp_sink)
    told = await inbox(smtp_sink)
    assert [method for _, method, _ in told] == ["REQUEST"] * 3
    sequences = [int(event["SEQUENCE"]) for _, _, event in told]
    assert sequences == sorted(set(sequences))
    assert len({str(event["UID"]) for _, _, event in told}) == 1
    mails = [message_from_bytes(one.raw, policy=policy.default) for one in smtp_sink.mails]
    assert mails[1]["In-Reply-To"].strip() == mails[0]["Message-ID"].strip()
    assert mails[2]["References"].split() == [mail["Message-ID"].strip() for mail in mails[:2]]
    assert mails[1]["Subject"].startswith("Changed: ")


async def test_quick_moves_make_one_mail(database: str, settings: Settings, table: Table, smtp_sink: Sink) -> None:
    patient = replace(settings, quiet_seconds=60)
    anna = await make_person("Anna")
    for moves in range(5):
        table.put(anna, "meeting:7", start=START + timedelta(hours=moves), end=START + timedelta(hours=moves + 1))
        await tell(anna)
        assert not await settle_due([table], patient)
    await Topic.all().update(at=datetime.now(UTC) - timedelta(seconds=61))
    assert await settle_due([table], patient)
    [(_, method, event)] = await inbox(smtp_sink)
    assert (method, event["DTSTART"].dt) == ("REQUEST", START + timedelta(hours=4))


async def test_agenda_that_never_rests_is_told_all_the_same(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    patient = replace(settings, quiet_seconds=60)
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    assert not await settle_due([table], patient)
    await Topic.all().update(unsettled_since=datetime.now(UTC) - timedelta(seconds=301))
    await tell(anna)
    assert await settle_due([table], patient)
    assert len(await inbox(smtp_sink)) == 1


async def test_moves_before_the_mail_left_replace_it(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    anna = await make_person("Anna")
    for moves in range(3):
        table.put(anna, "meeting:7", start=START + timedelta(hours=moves), end=START + timedelta(hours=moves + 1))
        await tell(anna)
        await settled(table, settings)
    [(_, method, event)] = await inbox(smtp_sink)
    assert (method, event["DTSTART"].dt) == ("REQUEST", START + timedelta(hours=2))
    assert Counter(str(mail.state) for mail in await Mail.all()) == {"superseded": 2, "sent": 1}


async def test_cancellation_takes_back_what_left(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    anna = await make_person("Anna")
    entry = table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    [(_, _, invited)] = await inbox(smtp_sink)
    table.put(anna, "meeting:7", cancelled=True)
    await tell(anna)
    await settled(table, settings)
    _, (_, method, event) = await inbox(smtp_sink)
    assert method == "CANCEL"
    assert str(event["STATUS"]) == "CANCELLED"
    assert event["UID"] == invited["UID"]
    assert int(event["SEQUENCE"]) > int(invited["SEQUENCE"])
    assert event["DTSTART"].dt == entry.start
    table.put(anna, "meeting:7", cancelled=False)
    await tell(anna)
    await settled(table, settings)
    *_, (_, method, restored) = await inbox(smtp_sink)
    assert method == "REQUEST"
    assert restored["UID"] == invited["UID"]
    assert int(restored["SEQUENCE"]) > int(event["SEQUENCE"])


async def test_cancelled_before_it_left_is_never_heard_of(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    table.drop(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    assert await inbox(smtp_sink) == []
    assert [str(mail.state) for mail in await Mail.all()] == ["superseded"]


async def test_cancelled_while_it_is_leaving_is_taken_back(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    [leaving] = await delivery.claim(now=datetime.now(UTC))
    table.drop(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    await delivery.give_back([leaving])
    assert [method for _, method, _ in await inbox(smtp_sink)] == ["REQUEST", "CANCEL"]


async def test_cancelled_after_the_server_hung_up_is_taken_back(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    smtp_sink.drop()
    await delivery.deliver(smtp_sink.url)
    table.drop(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await Mail.filter(state=MailState.SENDING).update(due_at=past, leased_until=past)
    told = await inbox(smtp_sink)
    assert [method for _, method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert smtp_sink.mails[0].raw == smtp_sink.mails[1].raw


async def test_removed_person_alone_is_told(database: str, settings: Settings, table: Table, smtp_sink: Sink) -> None:
    people = [await make_person(name) for name in ("Anna", "Bea", "Cem")]
    for person in people:
        table.put(person, "session:9")
    await tell(*people)
    await settled(table, settings)
    first = await inbox(smtp_sink)
    assert len({str(event["UID"]) for _, _, event in first}) == 3
    for recipient, _, event in first:
        assert all(person.email not in event.to_ical().decode() for person in people if person.email != recipient)
    table.drop(people[1], "session:9")
    await tell(*people)
    await settled(table, settings)
    assert [(to, method) for to, method, _ in await inbox(smtp_sink, since=3)] == [("bea@example.org", "CANCEL")]


async def test_feed_instead_of_mail_and_back(database: str, settings: Settings, table: Table, smtp_sink: Sink) -> None:
    anna = await make_person("Anna")
    for subject in ("meeting:7", "meeting:8"):
        table.put(anna, subject)
    await tell(anna)
    await settled(table, settings)
    await inbox(smtp_sink)
    for by_mail, method in ((False, "CANCEL"), (True, "REQUEST")):
        before = len(smtp_sink.mails)
        await Person.filter(id=anna.id).update(invited_by_mail=by_mail)
        await tell(anna)
        await settled(table, settings)
        assert [one for _, one, _ in await inbox(smtp_sink, since=before)] == [method] * 2
    sequences = [int(event["SEQUENCE"]) for _, _, event in await inbox(smtp_sink)]
    assert sequences == [0, 0, 1, 1, 2, 2]


async def test_two_workers_tell_everybody_once(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    people = [await make_person(f"P{number}") for number in range(30)]
    for person in people:
        table.put(person, "session:9")
    await tell(*people)
    await asyncio.gather(*(settled(table, settings) for _ in range(4)))
    told = await inbox(smtp_sink)
    assert Counter(to for to, _, _ in told) == Counter(person.email for person in people)
    assert await Mail.filter(state=MailState.SUPERSEDED).count() == 0


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_who_settles_holds_the_rows_that_writers_wait_for(database: str) -> None:
    """Else the two lock rows of the same topics in turn, each what the other one has: a deadlock."""
    await tell(await make_person("Anna"))
    topics = await Topic.filter(name__startswith="person:")
    other = await asyncpg.connect(database)
    try:
        async with changing(EVENT, by="test") as changes:
            assert await invitations._still_unsettled(topics)
            assert await other.fetch("SELECT id FROM topic WHERE id = $1 FOR UPDATE SKIP LOCKED", topics[0].id) == []
            changes.record("test.done", topics[0], topics=[])
    finally:
        await other.close()


async def test_worker_with_an_old_view_gives_up(
    database: str, settings: Settings, table: Table, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One reads, the agenda changes back, another settles that, and only then the first writes."""
    anna = await make_person("Anna")
    table.put(anna, "meeting:7")
    await tell(anna)
    await settled(table, settings)
    await inbox(smtp_sink)
    table.put(anna, "meeting:7", start=START + timedelta(hours=2), end=START + timedelta(hours=3))
    await tell(anna)
    read_it, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Table):
        async def agendas(self, person_ids: Any, scope: str) -> Any:
            found = await super().agendas(person_ids, scope)
            read_it.set()
            await go_on.wait()
            return found

    slow = asyncio.create_task(
        settle(EVENT, await Topic.filter(name=f"person:{anna.id}"), [Slow(table.entries)], settings)
    )
    await read_it.wait()
    table.put(anna, "meeting:7", start=START, end=START + timedelta(minutes=30))
    await tell(anna)
    await settled(table, settings)
    go_on.set()
    await slow
    await settled(table, settings)
    told = Told.from_json((await Invitation.get()).told)
    assert told.start == START
    assert [event["DTSTART"].dt for _, _, event in await inbox(smtp_sink)] in ([START], [START, START])


async def test_somebody_who_cannot_be_told_stops_nobody_else(
    database: str, settings: Settings, table: Table, smtp_sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    odd = await make_person("Odd")
    await Person.filter(id=odd.id).update(email="meetings+krakow@pilotmatch.example")  # the organiser's own
    anna = await make_person("Anna")
    for person in (odd, anna):
        table.put(person, "meeting:7")
    await tell(odd, anna)
    await settled(table, settings)
    assert [to for to, _, _ in await inbox(smtp_sink)] == ["anna@example.org"]
    assert "cannot be told of meeting:7" in caplog.text


async def test_scope_that_is_no_event_settles_quietly(database: str, settings: Settings, table: Table) -> None:
    anna = await make_person("Anna")
    await tell(anna, scope="network:1")
    await settled(table, settings)
    assert await Mail.all().count() == 0
    assert (await Topic.get(scope="network:1")).settled == 1


WORKER = """
    import asyncio, pickle
    from app import db
    from app.invitations import settle_due
    from tests.conftest import settings_for

    table = pickle.loads({table!r})

    async def main():
        await db.connect(settings_for({url!r}))
        while await settle_due([table], settings_for({url!r})):
            print("some", flush=True)

    asyncio.run(main())
"""


async def test_worker_that_dies_loses_and_repeats_nothing(
    database: str, settings: Settings, table: Table, smtp_sink: Sink
) -> None:
    people = [await make_person(f"P{number}") for number in range(60)]
    for person in people:
        table.put(person, "session:9")
    await tell(*people)
    code = textwrap.dedent(WORKER).format(url=database, table=pickle.dumps(table))
    deaths = 0
    for delay in (0.0, 0.03, 0.06):
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
        assert worker.stdout
        await worker.stdout.readline()
        await asyncio.sleep(delay)
        if worker.returncode is None:
            os.kill(worker.pid, signal.SIGKILL)
            deaths += 1
        await worker.wait()
        await nobody_writes()
        letters = await Mail.all().count()
        assert (
            letters
            == await Invitation.all().count()
            == await Topic.filter(settled=1, name__startswith="person").count()
        )
    assert deaths
    await settled(table, settings)
    told = await inbox(smtp_sink)
    assert Counter(to for to, _, _ in told) == Counter(person.email for person in people)


async def test_five_hundred_people_are_told_soon(
    database: str, settings: Settings, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with changing("people", by="test") as changes:
        await Person.bulk_create([Person(email=f"p{n}@example.org", name=f"Person {n}") for n in range(500)])
        people = await Person.all()
        changes.record("person.created", people[0], topics=[])
    for person in people:
        for number in range(3):
            table.put(person, f"meeting:{person.id * 10 + number}")
    await tell(*people)
    asked = 0
    client = type(db.client())

    def counted(name: str) -> None:
        plain = getattr(client, name)

        async def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
            nonlocal asked
            asked += 1
            return await plain(self, *args, **kwargs)

        monkeypatch.setattr(client, name, counting)

    for name in ("execute_query", "execute_query_dict", "execute_insert", "execute_many"):
        counted(name)
    started, cpu = time.monotonic(), time.process_time()
    await settled(table, settings)
    seconds = time.monotonic() - started
    print(f"1500 letters to 500 people: {seconds:.1f} s, {time.process_time() - cpu:.1f} s CPU, {asked} queries")
    assert await Mail.all().count() == 1500
    assert asked < 1000
