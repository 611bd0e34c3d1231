"""What an answer that came back is worth, against what its sender was last told (RFC 5546 2.1.5, 3.2.3)."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from app.ical.inbound import Method, Reply
from app.ical.itip import Partstat, Told

MOST_REPLIES = 20  # to one message: nobody changes their mind more often, a loop does


class Worth(StrEnum):
    """What to do with it."""

    COUNTS = "counts"
    DOUBTED = "an absence assistant declined"  # ask its human
    OUTDATED = "of an earlier time or place"  # never confirms what moved since
    DELEGATED = "delegated"
    REPEATED = "known already"
    OVER = "of what is over"
    TOO_MANY = "one answer too many"
    NOBODY = "of no attendee of ours"


def worth(reply: Reply, told: Told, *, address: str, now: datetime) -> Worth:
    """`address` is the one we invited; an alias of theirs may answer, as long as it is the only attendee."""
    attendee = reply.by(address)
    if attendee is None and reply.method is not Method.REFRESH:
        return Worth.NOBODY
    if told.end <= now:
        return Worth.OVER
    if _is_outdated(reply, told):
        return Worth.OUTDATED
    if told.replies >= MOST_REPLIES:
        return Worth.TOO_MANY
    if reply.method is Method.REFRESH or attendee is None:
        return Worth.COUNTS
    if _is_old(reply, told):
        return Worth.REPEATED
    return _of_reply(reply, told, attendee.partstat) if reply.method is Method.REPLY else Worth.COUNTS


def heard(reply: Reply, told: Told, partstat: Partstat) -> Told:
    """What is remembered of an answer that counts.

    A yes to what was taken back without a word, because they had said no before: now it stands in their calendar
    again, and must be taken back aloud.
    """
    told = noted(reply, told)
    if told.cancelled and partstat in (Partstat.ACCEPTED, Partstat.TENTATIVE):
        told = replace(told, cancelled=False, left=True, held=True)
    return replace(told, partstat=partstat)


def noted(reply: Reply, told: Told) -> Told:
    """What is remembered of one that changes nothing: that it was read."""
    return replace(told, replied=reply.stamp or told.replied, replies=told.replies + 1)


def _is_outdated(reply: Reply, told: Told) -> bool:
    """By SEQUENCE; by the time where that is missing, and also where it is not, since some programs keep old numbers.
    A COUNTER has a time of its own."""
    if reply.method is Method.REFRESH:
        return False
    if reply.sequence is not None and reply.sequence < told.sequence:
        return True
    if reply.method is Method.COUNTER:
        return reply.sequence is None
    return reply.start != told.start if reply.start or reply.sequence is None else False


def _is_old(reply: Reply, told: Told) -> bool:
    """Two answers of one second count as they come in; a COUNTER of that second is the same one."""
    if told.replied is None or reply.stamp is None:
        return False
    return reply.stamp < told.replied or (reply.stamp == told.replied and reply.method is Method.COUNTER)


def _of_reply(reply: Reply, told: Told, said: str) -> Worth:
    if said == "DELEGATED":
        return Worth.DELEGATED
    if said not in (Partstat.ACCEPTED, Partstat.DECLINED, Partstat.TENTATIVE):
        return Worth.REPEATED  # NEEDS-ACTION, or a word of their own: no answer
    if said == told.partstat or (told.replied and reply.stamp == told.replied and reply.automatic):
        return Worth.REPEATED
    return Worth.DOUBTED if said == Partstat.DECLINED and reply.automatic else Worth.COUNTS
