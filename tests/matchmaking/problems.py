"""Small problems for the scheduler that several tests ask about."""

from matchmaking.scheduler.problem import Meeting, Participant, Problem, Slot

ANY = Participant()


def star(arms: int, slots: int, tables: int = 9) -> Problem:
    """One participant meets all others."""
    return Problem(
        (ANY,) * (arms + 1),
        tuple(Slot(20 * t, 20 * t + 20, tables) for t in range(slots)),
        tuple(Meeting(n, (0, n)) for n in range(1, arms + 1)),
    )
