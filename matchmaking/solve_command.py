"""`pilotmatch solve`: a published instance, a stored event or a made-up one through the scheduler, from a shell."""

import importlib
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from matchmaking.posed import Posed
from matchmaking.scheduler.dzn import solve_dzn
from matchmaking.scheduler.generate import generate
from matchmaking.scheduler.plan import Plan, difference, today, touched
from matchmaking.scheduler.quality import report
from matchmaking.scheduler.solve import Progress, solve


class Sizes(click.ParamType[tuple[int, ...]]):
    """N,M,SLOTS,TABLES,SEED as five whole numbers."""

    name = "N,M,SLOTS,TABLES,SEED"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        numbers = [part.strip() for part in str(value).split(",")]
        if len(numbers) != 5 or not all(number.isascii() and number.isdigit() for number in numbers):
            self.fail("give five whole numbers, such as 200,800,20,100,1", param, ctx)
        return tuple(int(number) for number in numbers)


@click.command("solve")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--event", "slug", metavar="SLUG", help="A stored event instead of a file; nothing is written.")
@click.option("--generate", "sizes", type=Sizes(), help="A made-up event of these sizes; TABLES are those of a slot.")
@click.option("--mend", is_flag=True, help="With --event: what stands stays, and few people hear of another time.")
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=60.0, show_default=True)
@click.option("--seed", type=click.IntRange(1, 2**31 - 1), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(
    file: Path | None,
    slug: str | None,
    sizes: tuple[int, ...] | None,
    seconds: float,
    seed: int,
    *,
    mend: bool,
    as_json: bool,
) -> None:
    """Schedule meetings: FILE in the published MiniZinc format, a stored event, or a generated one."""
    if sum(given is not None for given in (file, slug, sizes)) != 1:
        raise click.UsageError("Give one of FILE, --event SLUG and --generate N,M,SLOTS,TABLES,SEED.")
    if mend and slug is None:
        raise click.UsageError("Only the schedule of a stored event can be mended: give --event SLUG.")
    if file is not None:
        try:
            answer = solve_dzn(file.stem, file.read_text("utf-8"), seed=seed, deadline_seconds=seconds, workers=2)
        except ValueError as error:
            raise click.ClickException(f"{file.name}: {error}") from error
    else:
        posed = _stored(slug, mended=mend) if slug is not None else _generated(sizes or ())
        answer = _answer(slug or "generated", posed, seed=seed, seconds=seconds, mended=mend, quiet=as_json)
    if as_json:
        click.echo(json.dumps(answer))
    else:
        click.echo(
            "\n".join(f"{name:<12} {value}" for name, value in answer.items() if isinstance(value, int | float | str))
        )


def _answer(name: str, posed: Posed, *, seed: int, seconds: float, mended: bool, quiet: bool) -> dict[str, Any]:
    problem = posed.problem
    with click.progressbar(length=max(1, len(problem.meetings)), label=name, hidden=quiet) as bar:

        def show(progress: Progress) -> None:
            bar.update(progress.placed - bar.pos)

        find = _mending if mended else partial(solve, workers=2)
        plan = find(problem, seed=seed, deadline_seconds=seconds, progress=show)
    return {
        "instance": name,
        "status": plan.status.value,
        "meetings": len(problem.meetings),
        "placed": plan.placed,
        "breaks": plan.breaks,
        "breaks_bound": plan.bound.breaks,
        "bound": asdict(plan.bound),
        "seconds": round(plan.seconds, 3),
        "quality": asdict(report(problem, plan)),
        "assignment": [0 if slot is None else slot + 1 for slot in plan.slots],
        **_by_id(posed, plan),
    }


def _by_id(posed: Posed, plan: Plan) -> dict[str, Any]:
    """What concerns single meetings and people, who are named by their numbers in the event."""
    problem = posed.problem
    return {
        "ids": plan.ids,
        "participants": [[posed.participants[one] for one in m.people] for m in problem.attended(plan.people).meetings],
        "slots": posed.slots,
        "unplaced": [asdict(one) for one in posed.unplaced(plan)],
        "touched": len(touched(problem, plan)),
        "touched_bound": plan.bound.touched,
        "difference": asdict(difference(today(problem), plan)),
    }


def _mending(*arguments: Any, **options: Any) -> Plan:
    """Mending proves how few people must hear of it, for which OR-Tools are loaded."""
    plan: Plan = importlib.import_module("matchmaking.scheduler.mend").mend(*arguments, **options)
    return plan


def _stored(slug: str, *, mended: bool) -> Posed:
    """Models and their database are loaded for this only: they take longer than a small file to solve."""
    posed: Posed = importlib.import_module("matchmaking.stored").stored(slug, mended=mended)
    return posed


def _generated(sizes: tuple[int, ...]) -> Posed:
    people, meetings, slots, tables, seed = sizes
    if not (2 <= people <= 100_000 and 1 <= meetings <= 500_000 and 1 <= slots <= 63 and 1 <= tables <= 50_000):
        raise click.ClickException("Sizes out of range: at least 2 people, 1 meeting, 1 to 63 slots, 1 table.")
    problem = generate(
        people=people,
        meetings_each=2 * meetings / people,
        slots=slots,
        table_use=meetings / slots / tables,
        seed=seed,
    )
    return Posed(
        problem=problem,
        revision=0,
        participants=tuple(range(people)),
        slots=tuple(range(slots)),
        tables=tuple(tuple(range(slot.tables)) for slot in problem.slots),
        versions=(0,) * len(problem.meetings),
        spots=(None,) * len(problem.meetings),
    )
