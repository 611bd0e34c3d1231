import pytest

from matchmaking.models import MeetingStatus
from matchmaking.rules import PENDING_CAP, Before, Hindrance, Side, hindrance

ANNA = Side(1, organisation=10, ready=True)
MIKKO = Side(2, organisation=20, ready=True)


def ask(asker: Side = ANNA, invitee: Side = MIKKO, *, before: Before | None = None, pending: int = 0):
    return hindrance(asker, invitee, before=before, pending=pending)


@pytest.mark.parametrize(
    ("asker", "invitee", "expected"),
    [
        (ANNA, MIKKO, None),
        (ANNA, ANNA, Hindrance.YOURSELF),
        (ANNA, Side(3, organisation=10, ready=True), Hindrance.OWN_ORGANISATION),
        (Side(1, organisation=None, ready=True), Side(2, organisation=None, ready=True), None),
        (Side(1, organisation=10, ready=False), MIKKO, Hindrance.YOU_NOT_READY),
        (ANNA, Side(2, organisation=20, ready=False), Hindrance.THEY_NOT_READY),
    ],
)
def test_who_may_ask_whom(asker, invitee, expected):
    assert ask(asker, invitee) == expected


@pytest.mark.parametrize(
    ("asked_by", "status", "expected"),
    [
        (ANNA, MeetingStatus.REQUESTED, Hindrance.ASKED),
        (MIKKO, MeetingStatus.REQUESTED, Hindrance.ASKED_BY_THEM),
        (ANNA, MeetingStatus.ACCEPTED, Hindrance.MEETING),
        (MIKKO, MeetingStatus.ACCEPTED, Hindrance.MEETING),
        (ANNA, MeetingStatus.DECLINED, Hindrance.DECLINED),
        (MIKKO, MeetingStatus.DECLINED, None),
        (ANNA, MeetingStatus.CANCELLED, None),
        (ANNA, MeetingStatus.EXPIRED, None),
    ],
)
def test_what_was_between_them_counts(asked_by, status, expected):
    assert ask(before=Before(asked_by.participant, status.value)) == expected


def test_the_cap_on_requests_that_wait():
    assert ask(pending=PENDING_CAP - 1) is None
    assert ask(pending=PENDING_CAP) == Hindrance.TOO_MANY
