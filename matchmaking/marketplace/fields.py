"""The desk's verbs for the event's own fields of an opportunity. Labels can change at any time: answers hold ids."""

from collections.abc import Mapping, Sequence

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from events.models import Event
from matchmaking.marketplace.extras import MOST_EXTRAS, MOST_OPTIONS, Option, relabelled, stored
from matchmaking.marketplace.market import field_of
from matchmaking.marketplace.models import Extra, ExtraKind
from matchmaking.parties import desk_only, members

LISTED = (ExtraKind.CHOICE, ExtraKind.SEVERAL)


async def add_field(
    event: Event, label: str, kind: ExtraKind, *, options: Sequence[str] = (), required: bool = False, by: Actor
) -> Extra:
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        before = await Extra.filter(event=event).order_by("position", "id")
        if len(before) >= MOST_EXTRAS:
            raise Refused(
                _("An event has at most %(most)d fields of its own: every one more is one that people skip.")
                % {"most": MOST_EXTRAS}
            )
        made = await Extra.create(
            event=event,
            label=label,
            kind=kind,
            options=stored(_offered(kind, relabelled((), {}, options))),
            required=required,
            position=before[-1].position + 1 if before else 0,
        )
        changes.record("field.added", made, topics=[event.desk, members(event)], data={"name": label})
    return made


async def change_field(
    extra: Extra, label: str, *, labels: Mapping[int, str], more: Sequence[str], required: bool, by: Actor
) -> Extra:
    """`labels` of the options to keep, by id; an option without one is retired. `more` are new ones."""
    async with changing(Event.scope_of(extra.event_id), by=by) as changes:
        event = await Event.get(id=extra.event_id)
        await desk_only(event, by=by)
        current = await Extra.get(id=extra.id)
        kept = relabelled(field_of(current).options, labels, more)
        current.label, current.required, current.options = label, required, stored(_offered(current.kind, kept))
        await current.save()
        changes.record("field.changed", current, topics=[event.desk, members(event)], data={"name": label})
    return current


async def remove_field(extra: Extra, *, by: Actor) -> None:
    """Its answers are shown no more."""
    async with changing(Event.scope_of(extra.event_id), by=by) as changes:
        event = await Event.get(id=extra.event_id)
        await desk_only(event, by=by)
        if await Extra.filter(id=extra.id).delete():
            changes.record("field.removed", extra, topics=[event.desk, members(event)], data={"name": extra.label})


def _offered(kind: ExtraKind, options: Sequence[Option]) -> Sequence[Option]:
    if kind not in LISTED:
        return ()
    offered = [option for option in options if not option.retired]
    if len(offered) < 2:
        raise Refused(_("A list needs at least two choices."))
    if len(offered) > MOST_OPTIONS:
        raise Refused(_("A list has at most %(most)d choices.") % {"most": MOST_OPTIONS})
    if len({option.label for option in offered}) < len(offered):
        raise Refused(_("Two choices have the same name."))
    return options
