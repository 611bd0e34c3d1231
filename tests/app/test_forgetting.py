"""What is forgotten, and above all what is not; on both databases."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from websockets.asyncio.client import connect

from app import auth, forgetting, outbox
from app.config import BadSetting, Settings, from_environment
from app.ical.itip import Mailbox
from app.invitations import settle_due
from app.journal import changes_since, changing, revision
from app.models import Change, Invitation, Mail, MailState, Person, SignIn, SignInLink
from tests.app.plumbing import DAYS, EVENT, Site, Table, make_person, sign_in_row, tell
from tests.test_docs import NEEDED

OVER = datetime.combine(DAYS[-1], time(), UTC) + timedelta(days=1)  # the midnight that ends the stand-in event
YEARS = OVER + timedelta(days=4 * 365)
numbers = count(1)


async def mail(scope: str, state: MailState = MailState.SENT, uid: str | None = None) -> int:
    """A mail of today."""
    async with changing(scope, by="test") as changes:
        number = next(numbers)
        one = await outbox.post(
            scope, body=b"Subject: Hello\r\n\r\n", sender=Mailbox("", "a@b.org"), recipient=Mailbox("", "c@d.org"),
            subject="Hello", message_id=f"<{number}@b.org>", now=changes.at, uid=uid and f"{uid}{number}",
        )  # fmt: skip
        await Mail.filter(id=one.id).update(state=state)
        changes.record("mail.queued", one, topics=[])
    return one.id


async def fact(kind: str = "session.moved", data: Mapping[str, Any] | None = None, scope: str = EVENT) -> int:
    """Its revision."""
    return await facts([kind], data, scope)


async def facts(kinds: Iterable[str], data: Mapping[str, Any] | None = None, scope: str = EVENT) -> int:
    async with changing(scope, by="test") as changes:
        for kind in kinds:
            changes.record(kind, Person(id=1), topics=[EVENT], data=data)
    return changes.revision


async def mails_left() -> set[int]:
    return set(await Mail.all().values_list("id", flat=True))


async def revisions_left(scope: str = EVENT) -> list[int]:
    return [change.revision for change in await changes_since(scope, 0)]


async def test_mails_are_kept_while_their_event_may_change(database: str, settings: Settings, table: Table) -> None:
    """Which mails left says what stands in calendars; however old they are."""
    await mail("mail:3")
    await mail("mail:3", uid="m-1@b.org")
    await forgetting.forget([table], settings, now=OVER + timedelta(days=364))
    assert len(await mails_left()) == 2
    await forgetting.forget([table], settings, now=OVER + timedelta(days=367))
    assert await mails_left() == set()
    assert [change.data for change in await changes_since("mail:3", 0) if change.kind == "mail.forgotten"] == [
        {"number": 2}
    ]


async def test_mail_on_its_way_is_never_forgotten(database: str, settings: Settings, table: Table) -> None:
    waiting = {await mail("mail:3", state) for state in (MailState.QUEUED, MailState.SENDING)}
    for state in (MailState.SENT, MailState.FAILED, MailState.SUPERSEDED):
        await mail("mail:3", state)
    await forgetting.forget([table], settings, now=YEARS)
    assert await mails_left() == waiting


async def test_mail_of_no_event_goes_by_its_age_alone(database: str, settings: Settings, table: Table) -> None:
    now = datetime.now(UTC)
    await mail("mail:0")
    await mail("mail:news")
    kept = {await mail("mail:call-4"), await mail("mail:network-1"), await mail("mail:77", uid="m-2@b.org")}
    await forgetting.forget([table], settings, now=now + timedelta(days=364))
    assert len(await mails_left()) == 5
    await forgetting.forget([table], settings, now=now + timedelta(days=366))
    assert await mails_left() == kept


async def test_many_go_in_small_blocks(
    database: str, settings: Settings, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "A_BLOCK", 2)
    for _ in range(5):
        await mail("mail:3")
        await fact()
    await forgetting.forget([table], settings, now=YEARS)
    assert await mails_left() == set()
    assert await revisions_left() == []
    sizes = [fact.data["number"] for fact in await changes_since("mail:3", 0) if fact.kind == "mail.forgotten"]
    assert sizes == [2, 2, 1]
    shortened = [one.data for one in await changes_since("upkeep", 0) if one.data["scope"] == EVENT]
    assert [(one["from"], one["to"], one["number"]) for one in shortened] == [(1, 2, 2), (3, 4, 2), (5, 5, 1)]


async def test_invitation_keeps_its_uid_and_sequence(database: str, settings: Settings, table: Table) -> None:
    anna = await make_person()
    table.put(anna, "meeting:7")
    await tell(anna)
    assert await settle_due([table], settings)
    before = await Invitation.get().values("uid", "sequence", "told")
    await Mail.all().update(state=MailState.SENT)
    await forgetting.forget([table], settings, now=YEARS)
    assert await mails_left() == set()
    assert await Invitation.get().values("uid", "sequence", "told") == before
    table.put(anna, "meeting:7", location="Table 9")
    await tell(anna)
    while await settle_due([table], settings):
        pass
    after = await Invitation.get()
    assert (after.uid, after.sequence) == (before["uid"], before["sequence"] + 1)


async def test_journal_of_an_event_goes_years_after_it_has_ended(
    database: str, settings: Settings, table: Table
) -> None:
    first = await fact()
    await forgetting.forget([table], settings, now=OVER + timedelta(days=1094))
    assert await revisions_left() == [first]
    await forgetting.forget([table], settings, now=OVER + timedelta(days=1097))
    assert await revisions_left() == []
    assert await revision(EVENT) == first, "revisions go on where they were"


STAYS: list[tuple[str, Mapping[str, Any] | None]] = [
    ("meeting.cancelled", {"on_behalf_of": [4, 5]}),
    ("meeting.accepted", {"names": ["A"], "on_behalf_of": [4], "office": "Office of Lapland"}),
    ("participant.appointed", {"name": "A"}),
    ("attendance.confirmed", {"name": "A"}),
    ("report.settled", {"name": "A"}),
    ("programme.released", {"version": "v1"}),
    ("draft.released", {"meetings": 4}),
]


async def test_who_acted_for_whom_is_never_forgotten(database: str, settings: Settings, table: Table) -> None:
    kept = []
    for kind, data in STAYS:
        kept.append(await fact(kind, data))
        await fact("booking.released", {"title": "on_behalf_of, the office"})
    await forgetting.forget([table], settings, now=YEARS)
    assert await revisions_left() == kept


async def test_revision_stays_whole(database: str, settings: Settings, table: Table) -> None:
    """Half of one would be told to a page that comes back as if it were all."""
    both = await facts(["meeting.cancelled", "participant.withdrawn"])
    await fact()
    await forgetting.forget([table], settings, now=YEARS)
    assert await revisions_left() == [both, both]


async def test_other_journals_stay(database: str, settings: Settings, table: Table) -> None:
    scopes = ["network:1", "networks", "support", "call:4", "person:7", "event:99"]
    for scope in scopes:
        await fact(scope=scope)
    for scope in ("draft:9", "easing:3", "mail:3"):
        await fact("draft.progressed", scope=scope)
    await forgetting.forget([table], settings, now=YEARS)
    assert set(await Change.all().values_list("scope", flat=True)) - {"upkeep"} == set(scopes)


async def test_sign_ins_and_their_facts_go(database: str, settings: Settings, table: Table) -> None:
    anna = await make_person()
    await sign_in_row(anna)
    await auth.print_link(anna.email, life=timedelta(hours=1))
    now = datetime.now(UTC)
    await forgetting.forget([table], settings, now=now + timedelta(hours=24))
    assert (await SignIn.all().count(), await SignInLink.all().count()) == (1, 1)
    await forgetting.forget([table], settings, now=now + timedelta(hours=26))
    assert (await SignIn.all().count(), await SignInLink.all().count()) == (1, 0)
    await forgetting.forget([table], settings, now=now + auth.SIGN_IN_LIFE + timedelta(minutes=1))
    assert await SignIn.all().count() == 0
    await forgetting.forget([table], settings, now=YEARS)
    left = {change.kind for change in await changes_since("people", 0)}
    assert left == {"person.created", "link.printed", "link.forgotten", "sign_in.forgotten"}


async def test_nothing_of_it_where_everything_is_kept(database: str, settings: Settings, table: Table) -> None:
    await mail("mail:3")
    await fact()
    await forgetting.forget([table], replace(settings, keep_mail_days=0, keep_journal_days=0), now=YEARS)
    assert len(await mails_left()) == 1
    assert len(await revisions_left()) == 1


async def test_second_look_writes_nothing(database: str, settings: Settings, table: Table) -> None:
    await mail("mail:3")
    await fact()
    await fact("participant.approved")
    await forgetting.forget([table], settings, now=YEARS)
    before = await Change.all().count()
    await forgetting.forget([table], settings, now=YEARS)
    assert await Change.all().count() == before


@pytest.mark.parametrize("gone", ["before", "between"])
async def test_page_that_asks_for_what_is_forgotten_starts_afresh(
    gone: str, site: Site, settings: Settings, table: Table
) -> None:
    if gone == "between":
        await fact("participant.approved")
    await fact()
    await fact("participant.approved")
    reached = await revision(EVENT)
    await forgetting.forget([table], settings, now=YEARS)
    async with connect(f"{site.url.replace('http', 'ws')}/live?since=0", origin=site.url) as anna:  # type: ignore[arg-type]
        assert await anna.recv() == f'{{"reset":true,"revision":{reached}}}'


@pytest.mark.parametrize("days", ["-1", "7", "29", "30.5", "soon"])
def test_wrong_number_of_days_ends_the_start(days: str) -> None:
    with pytest.raises(BadSetting, match="KEEP_MAIL_DAYS"):
        from_environment({**NEEDED, "KEEP_MAIL_DAYS": days})
    assert from_environment({**NEEDED, "KEEP_JOURNAL_DAYS": "30"}).keep_journal_days == 30


async def test_worker_looks_a_few_times_a_day(database: str, settings: Settings, table: Table) -> None:
    table.scopes = ("event:3",)
    looking = forgetting.Looking([Past(table)], settings)
    await fact()
    await Change.all().update(at=datetime(2020, 1, 1, tzinfo=UTC))
    assert not await looking.work()
    assert await revisions_left() == []
    await fact()
    await Change.filter(scope=EVENT).update(at=datetime(2020, 1, 1, tzinfo=UTC))
    assert not await looking.work()
    assert len(await revisions_left()) == 1, "not at every wake-up"


class Past:
    """The stand-in slice, but its event is long over."""

    def __init__(self, table: Table) -> None:
        self.agendas, self._occasion = table.agendas, table.occasion

    async def occasion(self, scope: str) -> Any:
        found = await self._occasion(scope)
        return found and replace(found, first_day=date(2020, 1, 1), last_day=date(2020, 1, 2))
