"""Two hundred things at once happen to one popular person, over HTTP: each gets a clear answer, nothing is lost or
doubled."""

import asyncio
from collections import Counter

import httpx2
import pytest

from app.models import Change
from matchmaking.models import Meeting, MeetingStatus
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture

FANS = 40
SLOTS = 9
JSON = {"Accept": "application/json"}


@pytest.fixture
async def star(fair):
    return await fair.delegate("Star", await fair.round("09:00", "12:00", minutes=20, tables=1))


async def test_two_hundred_actions_at_once_on_one_person(fair, star, visit, assert_sound):  # noqa: F811
    opened = await star.availabilities.all().first().prefetch_related("round")
    fans = [await fair.delegate(f"Fan {number}", opened.round) for number in range(FANS)]
    browsers = [await visit(fair[fan]) for fan in fans]
    hers = await visit(fair[star])

    def ask(browser):
        return browser.post("/e/tampere/meetings", data={"invitee": star.id}, headers=JSON)

    asked = await asyncio.gather(*(ask(browser) for browser in browsers for _twice in range(2)))
    assert Counter(answer.status_code for answer in asked) == {200: FANS, 409: FANS}
    meetings = await Meeting.filter(invitee=star).order_by("id")
    assert len(meetings) == FANS

    def act(browser, meeting: Meeting, what: str):
        return browser.post(f"/e/tampere/meetings/{meeting.id}/{what}", headers=JSON)

    withdrawn = [act(browsers[fans.index(fan)], one, "cancellation") for fan in fans[::4] for one in _of(fan, meetings)]
    accepted = [act(hers, meeting, "acceptance") for meeting in meetings for _twice in range(2)]
    declined = [act(hers, meeting, "decline") for meeting in meetings[1::4]]
    more = [act(hers, meeting, "acceptance") for meeting in meetings[:20]]
    answers = await asyncio.gather(*withdrawn, *accepted, *declined, *more)
    assert len(asked) + len(answers) == 200
    assert {answer.status_code for answer in answers} <= {200, 409}
    _every_no_has_a_sentence([*asked, *answers])
    statuses = Counter([meeting.status for meeting in await Meeting.filter(invitee=star)])
    assert statuses[MeetingStatus.ACCEPTED] <= SLOTS
    assert sum(statuses.values()) == FANS
    for kind, status in (("accepted", MeetingStatus.ACCEPTED), ("declined", MeetingStatus.DECLINED)):
        facts = await Change.filter(kind=f"meeting.{kind}").count()
        yes = sum(answer.status_code == 200 for answer in answers if _path(answer).endswith(_verb(kind)))
        assert facts == yes, "every yes to the browser is one fact, and no fact went unanswered"
        assert statuses[status] <= facts
    live = Meeting.filter(invitee=star, status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    taken = await live.values_list("slot_id", flat=True)
    assert len(taken) == len(set(taken))
    await assert_sound()


async def test_of_two_who_take_the_last_slot_one_wins_and_the_other_is_offered_what_is_free(fair, visit, assert_sound):  # noqa: F811
    opened = await fair.round("10:00", "10:40", minutes=20, tables=1)
    pairs = [[await fair.delegate(f"{name} {number}", opened) for name in ("Anna", "Mikko")] for number in range(2)]
    slot = await fair.slot("10:00")
    posts = []
    for anna, mikko in pairs:
        asked = await (await visit(fair[anna])).post("/e/tampere/meetings", data={"invitee": mikko.id}, headers=JSON)
        path = f"/e/tampere/meetings/{asked.json()['meeting']}/acceptance"
        posts.append((await visit(fair[mikko])).post(path, data={"slot": slot.id}, headers=JSON))
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert "All tables are taken at" in lost["error"]
    assert "Free for all of you:" in lost["hints"][0]
    assert "10:20" in lost["hints"][0]
    assert await Meeting.filter(status=MeetingStatus.REQUESTED).count() == 1, "the request of the other still stands"
    await assert_sound()


def _of(fan, meetings: list[Meeting]) -> list[Meeting]:
    return [meeting for meeting in meetings if meeting.asker_id == fan.id]


def _every_no_has_a_sentence(answers: list[httpx2.Response]) -> None:
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["error"].endswith(".")


def _path(answer: httpx2.Response) -> str:
    return answer.request.url.path


def _verb(kind: str) -> str:
    return {"accepted": "/acceptance", "declined": "/decline"}[kind]
