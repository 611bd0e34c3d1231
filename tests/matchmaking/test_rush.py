"""Two hundred things at once happen to one popular person, over HTTP: each gets a clear answer, nothing is lost or
doubled."""

import asyncio
import random
from collections import Counter

import httpx2
import pytest

from app.models import Change
from events.models import Participant
from matchmaking.meetings import request_meeting
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
    late = [await fair.delegate(f"Late {number}", opened.round) for number in range(FANS)]
    browsers = {fan.id: await visit(fair[fan]) for fan in (*fans, *late)}
    hers = await visit(fair[star])
    meetings = [await request_meeting(fan, star, message="", by=fair[fan]) for fan in fans]

    def ask(fan: Participant):
        return browsers[fan.id].post("/e/tampere/meetings", data={"invitee": star.id}, headers=JSON)

    def act(browser, meeting: Meeting, what: str):
        return browser.post(f"/e/tampere/meetings/{meeting.id}/{what}", headers=JSON)

    asked = [ask(fan) for fan in late for _twice in range(2)]
    withdrawn = [act(browsers[one.asker_id], one, "cancellation") for one in meetings[::4]]
    accepted = [act(hers, meeting, "acceptance") for meeting in meetings for _twice in range(2)]
    declined = [act(hers, meeting, "decline") for meeting in meetings[1::4]]
    more = [act(hers, meeting, "acceptance") for meeting in meetings[:20]]
    actions = [*asked, *withdrawn, *accepted, *declined, *more]
    random.Random(7).shuffle(actions)  # they meet in any order
    answers = await asyncio.gather(*actions)
    assert len(answers) == 200
    _every_no_has_a_sentence(answers)
    requests = Counter(answer.status_code for answer in answers if _path(answer).endswith("/meetings"))
    assert requests == {200: FANS, 409: FANS}, "who asks twice has asked once"
    found = await Meeting.filter(invitee=star)
    statuses = Counter([meeting.status for meeting in found])
    assert len(found) == len({meeting.asker_id for meeting in found}) == 2 * FANS, "nothing lost or doubled"
    for kind, status in (
        ("accepted", MeetingStatus.ACCEPTED),
        ("declined", MeetingStatus.DECLINED),
        ("cancelled", MeetingStatus.CANCELLED),
    ):
        facts = await Change.filter(kind=f"meeting.{kind}").count()
        yes = sum(answer.status_code == 200 for answer in answers if _path(answer).endswith(_verb(kind)))
        assert facts == yes, "every yes to the browser is one fact, and no fact went unanswered"
        assert statuses[status] <= facts
    assert await Change.filter(kind="meeting.accepted").count() >= SLOTS, "all her time was given away"
    # Whoever withdraws last frees a slot that nobody asks for any more: it must still be there to give away.
    standing = [meeting for meeting in found if meeting.status is MeetingStatus.REQUESTED]
    freed = SLOTS - statuses[MeetingStatus.ACCEPTED]
    again = [(await act(hers, meeting, "acceptance")).status_code for meeting in standing[: freed + 1]]
    assert again == [200] * freed + [409], "and no more than that"
    live = Meeting.filter(invitee=star, status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    taken = await live.values_list("slot_id", flat=True)
    assert len(taken) == len(set(taken)) == SLOTS
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


def _every_no_has_a_sentence(answers: list[httpx2.Response]) -> None:
    assert {answer.status_code for answer in answers} <= {200, 409}
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["error"].endswith(".")


def _path(answer: httpx2.Response) -> str:
    return answer.request.url.path


def _verb(kind: str) -> str:
    return {"accepted": "/acceptance", "declined": "/decline", "cancelled": "/cancellation"}[kind]
