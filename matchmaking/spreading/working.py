"""Works out, after profiles have changed, who is wanted by very many; read by `recommending`, run by app.workers.

Ranking everybody for everybody takes seconds where there are thousands, so everything else gets a turn after each list.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app import db
from app.journal import changing
from events.models import Event
from matchmaking.conditions import conditions_of
from matchmaking.directory import directory
from matchmaking.ranking import points_of
from matchmaking.recommending import BEST
from matchmaking.spreading.easing import ease, favourites
from matchmaking.spreading.models import Easing
from matchmaking.wishes import Crowd

FEWEST = 3 * BEST  # people: where there are fewer, lists show much the same people anyway
PAUSE = timedelta(minutes=1)  # between two looks, and so the age of what is known at most
LEASE = timedelta(minutes=5)  # after which somebody else may take over


@dataclass(slots=True)
class Looking:
    """When to look again; each process has one."""

    next_look: datetime | None = None

    async def work(self) -> bool:
        """Do one event, if profiles of one have changed: whether there was one. For app.workers."""
        now = datetime.now(UTC)
        if self.next_look and now < self.next_look:
            return False
        for event_id, mark in await _changed(now.date()):
            if await _claimed(event_id, now):
                await work_out(await Event.get(id=event_id), mark)
                return True
        self.next_look = now + PAUSE
        return False


async def work_out(event: Event, mark: str) -> dict[int, int]:
    """Percent that participants lose in everybody's list, stored for that state of the profiles."""
    among = (await directory(event)).among
    losses = await asyncio.to_thread(ease, await _lists(among), shown=BEST)
    async with changing(_scope(event.id), by="worker") as changes:
        told = {"mark": mark, "losses": {str(one): lost for one, lost in losses.items()}, "begun_at": changes.at}
        easing, _created = await Easing.update_or_create(defaults=told, event=event)
        changes.record("easing.made", easing, topics=[])
    return losses


async def _lists(among: Crowd) -> list[list[tuple[int, int]]]:
    found = []
    for one in among.everybody:
        found.append(list(favourites(points_of(one, among), shown=BEST)))
        await asyncio.sleep(0)
    return found


async def _changed(today: date) -> list[tuple[int, str]]:
    """Events to come of which profiles, or whether regions count, are not what was worked with."""
    coming = {event_id for (event_id,) in await Event.filter(last_day__gte=today).values_list("id")}
    rows = await db.rows(
        "SELECT guest.event_id, count(*) AS people, sum(profile.version) AS versions, max(profile.id) AS newest "
        "FROM profile JOIN participant guest ON guest.id = profile.participant_id "
        "WHERE profile.status = 'approved' AND guest.status = 'approved' "
        "GROUP BY guest.event_id HAVING count(*) >= $1 ORDER BY guest.event_id",
        FEWEST,
    )
    found = []
    for row in rows:
        if row["event_id"] not in coming:
            continue
        far = (await conditions_of(row["event_id"])).interregional
        mark = f"{row['people']} {row['versions']} {row['newest']} {'far' if far else 'any'}"
        if not await Easing.filter(event_id=row["event_id"], mark=mark).exists():
            found.append((row["event_id"], mark))
    return found


async def _claimed(event_id: int, now: datetime) -> bool:
    """Whether nobody else is at it."""
    async with changing(_scope(event_id), by="worker") as changes:
        easing = await Easing.get_or_none(event_id=event_id)
        if easing and easing.mark == "" and easing.begun_at > now - LEASE:
            return False
        if easing is None:
            easing = Easing(event_id=event_id, losses={})
        easing.mark, easing.begun_at = "", changes.at
        await easing.save()
        changes.record("easing.begun", easing, topics=[])
    return True


def _scope(event_id: int) -> str:
    return f"easing:{event_id}"
