"""Pages of oneself at the brokerage event: the profile, and when one can be met."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from app.errors import NotFound, Refused
from app.i18n import _
from app.web import answer, see_other, submitted
from app.wording import clock, when
from events.models import Event, Participant
from events.pages import event_page
from events.scope import Place
from matchmaking.admits import number_of
from matchmaking.asking import allowance
from matchmaking.directory import Earlier, earlier_profile, own_card
from matchmaking.forms import LeaveForm
from matchmaking.leaving import withdraw
from matchmaking.profile_forms import AvailabilityForm, BlockForm, LimitForm, ProfileForm, profile_data
from matchmaking.profile_models import Profile
from matchmaking.profiles import works_for, write_profile
from matchmaking.round_models import Availability, Block, Round
from matchmaking.times import give_back, keep_free, limit_meetings, placed_meetings, rounds_for, tick_rounds


async def profile_page(request: Request, place: Place) -> Response:
    profile = await Profile.get_or_none(participant=place.me)
    earlier = None if profile else await earlier_profile(place.me)
    card = earlier.card if earlier else await own_card(place.me)
    form = ProfileForm(data=profile_data(card, profile.version if profile else None))
    return await _profile(request, place, form, earlier=earlier)


async def edit_profile(request: Request, place: Place) -> Response:
    form = await submitted(request, ProfileForm)
    form.offer(*await works_for(place.me))
    if not form.validate():
        return await _profile(request, place, form, status=422)
    try:
        profile = await write_profile(
            place.me,
            about=form.about.data or "",
            languages=form.languages.data or [],
            interests=form.wishes(),
            version=form.version.data,
            by=place.actor,
        )
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _profile(request, place, form, status=409)
    flash = _("Saved.") if profile.status == "approved" else _("Saved. The organisers look at it before others see it.")
    return see_other(f"{place.path}/profile", flash=flash)


async def availability_page(request: Request, place: Place) -> Response:
    return await _availability(request, place, await _ticked(place), None)


async def edit_availability(request: Request, place: Place) -> Response:
    form = await submitted(request, AvailabilityForm)
    rounds = await rounds_for(place.me)
    form.offer(rounds, _round_words(place.event, rounds))
    if not form.validate():
        return await _availability(request, place, form, None, status=422)
    await tick_rounds(place.me, form.ticked(), by=place.actor)
    return answer(request, {"ok": True}, url=f"{place.path}/availability", flash=_("Saved."))


async def add_block(request: Request, place: Place) -> Response:
    form = await submitted(request, BlockForm, zone=place.event.tz)
    if not form.validate():
        return await _availability(request, place, await _ticked(place), form, status=422)
    try:
        await keep_free(place.me, form.span(), note=form.note.data or "", by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _availability(request, place, await _ticked(place), form, status=409)
    return see_other(f"{place.path}/availability", flash=_("Nobody can meet you then."))


async def remove_block(request: Request, place: Place) -> Response:
    block = await Block.get_or_none(id=number_of(request.path_params["id"]), participant=place.me)
    if block is None:
        raise NotFound
    await give_back(block, by=place.actor)
    return see_other(f"{place.path}/availability", flash=_("This time is free for meetings again."))


async def limit(request: Request, place: Place) -> Response:
    form = await submitted(request, LimitForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.most_meetings.errors))
    await limit_meetings(place.me, form.most_meetings.data, by=place.actor)
    return see_other(f"{place.path}/availability", flash=_("Saved."))


async def withdrawal(request: Request, place: Place) -> Response:
    await withdraw(place.me, reason=await leaving_reason(request), by=place.actor)
    return see_other(place.path, flash=_("You have left the event. Those you were to meet are told."))


async def leaving_reason(request: Request) -> str:
    """Raises Refused for a form that does not say that they are sure."""
    form = await submitted(request, LeaveForm)
    if not form.validate():
        raise Refused(_("Say it on the event’s page, with a reason of at most 500 characters or none."))
    return form.reason.data or ""


async def _profile(
    request: Request, place: Place, form: ProfileForm, *, earlier: Earlier | None = None, status: int = 200
) -> Response:
    form.offer(*await works_for(place.me))
    form.make_room()
    profile = await Profile.get_or_none(participant=place.me)
    return event_page(
        request, place, "matchmaking/profile.html", status=status, form=form, profile=profile, earlier=earlier
    )


async def _ticked(place: Place) -> AvailabilityForm:
    """The rounds as they are kept."""
    ticks = await Availability.filter(participant=place.me)
    return AvailabilityForm(data={"rounds": [str(tick.round_id) for tick in ticks]})


async def _availability(
    request: Request, place: Place, form: AvailabilityForm, block_form: BlockForm | None, *, status: int = 200
) -> Response:
    rounds = await rounds_for(place.me)
    form.offer(rounds, _round_words(place.event, rounds))
    mine, profile = await allowance(place.me), await Profile.get_or_none(participant=place.me)
    return event_page(
        request,
        place,
        "matchmaking/availability.html",
        status=status,
        form=form,
        block_form=block_form or BlockForm(data=_first_half_hour(rounds), zone=place.event.tz),
        rounds=rounds,
        blocks=await Block.filter(participant=place.me).order_by("start"),
        placed=await _placed(place.me),
        mine=mine,
        limit=LimitForm(data={"most_meetings": profile.most_meetings}) if profile else None,
    )


def _first_half_hour(rounds: list[Round]) -> dict[str, datetime]:
    """Where a time to be kept free starts out: on the right day, at least."""
    return {"start": rounds[0].start, "end": rounds[0].start + timedelta(minutes=30)} if rounds else {}


async def _placed(participant: Participant) -> dict[int, int]:
    """How many meetings stand in each round."""
    counts: dict[int, int] = {}
    for meeting in await placed_meetings(participant):
        if meeting.slot:
            counts[meeting.slot.round_id] = counts.get(meeting.slot.round_id, 0) + 1
    return counts


def _round_words(event: Event, rounds: list[Round]) -> list[str]:
    return [f"{one.name}: {when(one.start, event.tz)}–{clock(one.end, event.tz)}" for one in rounds]
