"""Drafts of the schedule: asked for at the desk, made by a worker, then released (`releasing`) or discarded.

While a draft is being made, its journal is its own (`draft:7`), so that nobody's feed or page moves with it.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.models import Person
from events.models import Event
from matchmaking.course import Course
from matchmaking.draft_models import Draft, DraftKind, DraftState
from matchmaking.orders import Order
from matchmaking.parties import desk_only
from matchmaking.posing import problem_of
from matchmaking.proposal import Proposal
from matchmaking.scheduler.problem import Problem
from matchmaking.solving import GRACE, How, Solved, SolverDied, solve_apart

MOST_SECONDS = 600
LEASE = timedelta(seconds=30)  # beyond the time that a solver may take
PROGRESS_SECONDS = 1.0
STANDARD = Order()
HOW = {DraftKind.MEND: How.MEND, DraftKind.WISHES: How.GRANT}
ABANDONED = "abandoned"  # Draft.error: its worker has not been heard of


def scope_of(draft: Draft) -> str:
    """The journal of its making."""
    return f"draft:{draft.id}"


async def draft_schedule(
    event: Event,
    *,
    kind: DraftKind = DraftKind.WHOLE,
    order: Order = STANDARD,
    seed: int = 1,
    seconds: int = 10,
    by: Actor,
) -> Draft:
    """Ask for a draft; a worker takes it up. The same seed and meetings give the same draft."""
    if not 1 <= seconds <= MOST_SECONDS:
        raise Refused(_("A draft takes from 1 to %(most)d seconds.") % {"most": MOST_SECONDS})
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        if await Draft.filter(event=event, state__in=[DraftState.QUEUED, DraftState.RUNNING]).exists():
            raise Refused(_("A draft is being made already."), hints=[_("Wait for it, or discard it.")])
        draft = await Draft.create(
            event=event,
            by=by if isinstance(by, Person) else None,
            revision=changes.revision,
            seed=seed,
            seconds=seconds,
            kind=kind,
            terms=order.to_json(),
            progress={},
            created_at=changes.at,
        )
        changes.record("draft.asked", draft, topics=[event.desk], data={"seed": seed, "kind": kind})
    return draft


async def discard_draft(draft: Draft, *, by: Actor) -> Draft:
    """Nothing of it will be used; a solver that is at work on it stops within a second."""
    async with changing(Event.scope_of(draft.event_id), by=by) as changes:
        draft = await Draft.get(id=draft.id).select_related("event")
        await desk_only(draft.event, by=by)
        if draft.state == DraftState.RELEASED:
            raise Refused(_("This draft has been released: its times are everybody's now."))
        if draft.state != DraftState.DISCARDED:
            draft.state = DraftState.DISCARDED
            await draft.save(update_fields=["state"])
            changes.record("draft.discarded", draft, topics=[draft.event.desk])
    return draft


async def work() -> bool:
    """Make one draft that waits, if any does: whether there was one. For app.workers."""
    if not await Draft.filter(state__in=[DraftState.QUEUED, DraftState.RUNNING]).exists():
        return False
    await _fail_abandoned()
    waiting = await Draft.filter(state=DraftState.QUEUED).order_by("id").first()
    if waiting is None:
        return False
    await run_draft(waiting)
    return True


async def run_draft(draft: Draft) -> None:
    """Solve it and store what comes out, or why nothing did. Does nothing when another worker has it."""
    draft = await Draft.get(id=draft.id).select_related("event")
    if not await _leased(draft):
        return
    posed = await problem_of(
        draft.event,
        now=datetime.now(UTC),
        keep=draft.kind in (DraftKind.WAITING, DraftKind.WISHES),
        requests=draft.kind == DraftKind.WISHES,
        order=None if draft.kind == DraftKind.MEND else Order.from_json(draft.terms),
    )
    try:
        solved = await _solve(draft, posed.problem)
    except (SolverDied, TimeoutError) as error:
        await _finish(draft, state=DraftState.FAILED, error=str(error) or "timeout")
        return
    if solved:
        proposal = posed.proposal(solved.plan, solved.report, mended=draft.kind == DraftKind.MEND).to_json()
        made = {"plan": proposal, "progress": draft.progress, "revision": posed.revision}
        await _finish(draft, state=DraftState.READY, **made)


def proposal_of(draft: Draft) -> Proposal | None:
    return Proposal.from_json(draft.plan) if draft.plan else None


def failure(draft: Draft) -> str:
    """Why it failed, in a sentence."""
    if draft.error == ABANDONED:
        return _("The server stopped while it was at work. Ask for a new draft.")
    return _("The solver ended before it had a schedule (%(cause)s). Ask for a new draft.") % {"cause": draft.error}


async def _fail_abandoned() -> None:
    """A draft whose worker has not been heard of: the server stopped, or lost the database."""
    lapsed = Draft.filter(state=DraftState.RUNNING, leased_until__lt=datetime.now(UTC))
    for draft in await lapsed.select_related("event"):
        await _finish(draft, state=DraftState.FAILED, error=ABANDONED)


async def _leased(draft: Draft) -> bool:
    """Take it, if it is still to be had: compare and swap, for the desk discards behind another gate."""
    async with changing(scope_of(draft), by="worker") as changes:
        until = changes.at + timedelta(seconds=draft.seconds + GRACE) + LEASE
        queued = Draft.filter(id=draft.id, state=DraftState.QUEUED)
        if not await queued.update(state=DraftState.RUNNING, leased_until=until):
            return False
        changes.record("draft.started", draft, topics=[draft.event.desk])
    return True


async def _solve(draft: Draft, problem: Problem) -> Solved | None:
    """None when the draft was discarded meanwhile."""
    course = Course()
    how = HOW.get(draft.kind, How.SOLVE)
    solving = asyncio.create_task(
        solve_apart(problem, seed=draft.seed, seconds=draft.seconds, tell=course.take, how=how), name=scope_of(draft)
    )
    try:
        while not (await asyncio.wait({solving}, timeout=PROGRESS_SECONDS))[0]:
            if not await Draft.filter(id=draft.id, state=DraftState.RUNNING).exists():
                return None
            await _tell_progress(draft, course)
        draft.progress = course.to_json()
        return solving.result()
    finally:
        solving.cancel()
        await asyncio.wait({solving})


async def _tell_progress(draft: Draft, course: Course) -> None:
    progress = course.to_json()
    if progress == draft.progress or not course.latest:
        return
    draft.progress = progress
    async with changing(scope_of(draft), by="worker") as changes:
        await Draft.filter(id=draft.id).update(progress=progress)
        changes.record("draft.progressed", draft, topics=[draft.event.desk], data=course.latest)


async def _finish(draft: Draft, *, state: DraftState, **results: Any) -> None:
    """In the event's journal again: the desk's pages show it."""
    async with changing(draft.event.scope, by="worker") as changes:
        running = Draft.filter(id=draft.id, state=DraftState.RUNNING)
        if not await running.update(state=state, leased_until=None, **results):
            return
        changes.record("draft.made" if state == DraftState.READY else "draft.failed", draft, topics=[draft.event.desk])
