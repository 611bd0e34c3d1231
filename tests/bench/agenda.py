"""A made conference to measure with: 400 sessions, 12 rooms, 3 days, 500 speakers; the same one at every run.

Other systems were measured with `agenda-400.json`. Where that file is not at hand, a conference of the same shape
is made here: as many slots, rooms, speakers and words, though not the same words.
"""

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from events.interchange.schedule import (
    ImportedRoom,
    ImportedSchedule,
    ImportedSession,
    ImportedSpeaker,
    ImportedTrack,
)

FILE = Path(__file__).parents[3] / "shared" / "data" / "agenda-400.json"

WORDS = [
    "agenda", "analysis", "broker", "budget", "cluster", "energy", "exchange", "forum", "funding", "grid", "harbour",
    "hydrogen", "insight", "journey", "logistics", "market", "network", "partner", "pilot", "policy", "privacy",
    "region", "research", "resilience", "sensor", "service", "supply", "trade",
]  # fmt: skip


def agenda() -> ImportedSchedule:
    return _schedule(json.loads(FILE.read_text()) if FILE.exists() else _made())


def _schedule(given: dict[str, Any]) -> ImportedSchedule:
    rooms = {room["id"]: ImportedRoom(room["name"], room["capacity"]) for room in given["rooms"]}
    tracks = {track["id"]: ImportedTrack(track["name"], track["color"]) for track in given["tracks"]}
    speakers = {one["id"]: ImportedSpeaker(f"id:{one['id']}", one["name"]) for one in given["speakers"]}
    sessions = [
        ImportedSession(
            key=f"id:{session['id']}",
            title=session["title"],
            abstract=f"{session['abstract']}\n\n{session['description']}",
            kind="talk",
            language=session["lang"],
            room=rooms[session["room"]].name,
            track=tracks[session["track"]].name,
            start=(start := datetime.fromisoformat(session["start"]).astimezone(UTC)),
            end=start + timedelta(minutes=session["minutes"]),
            speakers=tuple(speakers[one] for one in session["speakers"]),
        )
        for session in given["sessions"]
    ]
    event = given["event"]
    return ImportedSchedule(
        title=event["name"],
        acronym=event["slug"],
        zone=event["tz"],
        version="1",
        first_day=date.fromisoformat(event["date_from"]),
        last_day=date.fromisoformat(event["date_to"]),
        rooms=tuple(rooms.values()),
        tracks=tuple(tracks.values()),
        speakers=tuple(speakers.values()),
        sessions=tuple(sessions),
    )


def _made() -> dict[str, Any]:
    """In the shape of the file: 12 slots of 30 minutes a day, 32 of the 432 places in them left empty."""
    chance = random.Random(400)  # the same conference every time
    first = datetime.fromisoformat("2027-05-11T09:00:00+02:00")
    starts = [first + timedelta(days=day, minutes=40 * n) for day in range(3) for n in range(12)]
    places = [(start, room) for start in starts for room in range(12)]
    kept = sorted(chance.sample(places, 400))
    return {
        "event": {"slug": "made", "name": "Made Conference", "tz": "Europe/Berlin",
                  "date_from": "2027-05-11", "date_to": "2027-05-13"},
        "rooms": [{"id": n, "name": f"Room {n + 1}", "capacity": 40 + 30 * n} for n in range(12)],
        "tracks": [{"id": n, "name": WORDS[n].title(), "color": f"#{20 * n:02x}6688"} for n in range(8)],
        "speakers": [{"id": n, "name": f"{WORDS[n % 28].title()} Speaker {n}"} for n in range(500)],
        "sessions": [
            {
                "id": n, "title": _words(chance, 7), "abstract": _words(chance, 35), "description": _words(chance, 80),
                "track": chance.randrange(8), "room": room, "start": start.isoformat(), "minutes": 30, "lang": "en",
                # seven of twenty have a second speaker, out of the last hundred
                "speakers": [n, 400 + (n // 20 * 7 + n % 20) % 100] if n % 20 < 7 else [n],
            }
            for n, (start, room) in enumerate(kept)
        ],
    }  # fmt: skip


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count)).capitalize()
