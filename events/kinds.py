"""What an event's kind brings with it: which pages and defaults a workshop has that a brokerage event has not. Pure.

| kind | meetings | seats | attendance | questions | parts |
|---|---|---|---|---|---|
| conference | yes | – | – | – | – |
| brokerage event | yes, first | – | – | – | – |
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
    """`meetings`: rounds, profiles and the catalogue of people; `seats`: what a new session offers by itself;
    `attendance`: the desk confirms who was there; `questions`: participants see each other and ask in the open;
    `parts`: other events are held at it."""

    meetings: bool = False
    meetings_first: bool = False
    seats: int | None = None
    attendance: bool = False
    questions: bool = False
    parts: bool = False


NATURES = {
    "conference": Nature(meetings=True),
    "brokerage event": Nature(meetings=True, meetings_first=True),
    "workshop": Nature(seats=WORKSHOP, attendance=True),
    "seminar": Nature(seats=SEMINAR, attendance=True),
    "briefing": Nature(questions=True),
    "information exchange": Nature(meetings=True, questions=True),
    "convention": Nature(meetings=True, parts=True),
    "research seminar": Nature(seats=SEMINAR, attendance=True),
    "training": Nature(seats=WORKSHOP, attendance=True),
}
"""By the value of models.EventKind."""
