"""What an event's kind brings with it: which pages and defaults a workshop has that a brokerage event has not. Pure.

| kind | meetings | seats | attendance | questions | parts |
|---|---|---|---|---|---|
| conference, brokerage event | yes | – | – | – | – |
| workshop, training | – | 30 | yes | – | – |
| seminar, research seminar | – | 60 | yes | – | – |
| briefing | – | – | – | yes | – |
| information exchange | yes | – | – | yes | – |
| convention | yes | – | – | – | yes |
"""

from dataclasses import dataclass

WORKSHOP, SEMINAR = 30, 60  # seats


@dataclass(frozen=True, slots=True)
class Nature:
    """What is offered in its navigation and proposed in its forms; who knows the address of another page gets it."""

    meetings: bool = False  # profiles, the catalogue of people, rounds
    seats: int | None = None  # of a new session
    attendance: bool = False  # the desk confirms who was there
    questions: bool = False  # participants see each other, and ask in the open
    parts: bool = False  # other events are held at it


NATURES = {
    "conference": Nature(meetings=True),
    "brokerage event": Nature(meetings=True),
    "workshop": Nature(seats=WORKSHOP, attendance=True),
    "seminar": Nature(seats=SEMINAR, attendance=True),
    "briefing": Nature(questions=True),
    "information exchange": Nature(meetings=True, questions=True),
    "convention": Nature(meetings=True, parts=True),
    "research seminar": Nature(seats=SEMINAR, attendance=True),
    "training": Nature(seats=WORKSHOP, attendance=True),
}
"""By the value of models.EventKind."""
