"""The desk's pages of the brokerage event: profiles to approve, meetings; and where all its pages are."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute

from app.errors import NotFound, Refused
from app.i18n import _
from app.navigation import Tab
from app.web import route, see_other, submitted
from events.models import Participant
from events.pages import DeskSection, desk_page
from events.scope import Place, desk, find
from matchmaking import arranging_page, round_pages, rule_pages, table_feeds
from matchmaking.admits import at_draft, number_of
from matchmaking.breakage import Breaks
from matchmaking.breakage_view import confirm
from matchmaking.directory import queue
from matchmaking.draft_pages import (
    absence,
    ask_draft,
    discarding,
    draft_page,
    drafts_page,
    follow,
    mending,
    releasing,
    undoing,
    wishes,
)
from matchmaking.figures import profile_counts
from matchmaking.interpreters import routes as interpreting
from matchmaking.leaving import withdraw
from matchmaking.overview import desk_list
from matchmaking.profile_forms import ReturnForm
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.profile_pages import leaving_reason
from matchmaking.profiles import approve_profile, return_profile
from matchmaking.reasons import role_name
from matchmaking.round_forms import SeenForm

A_PAGE = 20


def navigation(place: Place) -> Sequence[Tab]:
    if not place.event.nature.meetings:
        return []
    here = f"{place.path}/desk"
    return [
        Tab(DeskSection.PEOPLE, f"{here}/profiles", _("Profiles")),
        Tab(DeskSection.PEOPLE, f"{here}/rules", _("Who meets whom")),
        Tab(DeskSection.PEOPLE, f"{here}/fields", _("Fields of opportunities")),
        Tab(DeskSection.MEETINGS, f"{here}/rounds", _("Meeting rounds")),
        Tab(DeskSection.MEETINGS, f"{here}/meetings", _("Meetings")),
        Tab(DeskSection.MEETINGS, f"{here}/interpreters", _("Interpreters")),
        Tab(DeskSection.MEETINGS, f"{here}/drafts", _("Schedule")),
        Tab(DeskSection.MEETINGS, f"{here}/door", _("On the day")),
        Tab(DeskSection.MEETINGS, f"{here}/displays", _("Screens")),
        Tab(DeskSection.RESULTS, f"{here}/outcomes", _("Outcomes")),
        Tab(DeskSection.RESULTS, f"{here}/reports", _("Reports")),
    ]


async def profiles_page(request: Request, place: Place) -> Response:
    return await _profiles(request, place)


async def approval(request: Request, place: Place) -> Response:
    profile, author = await _profile(request, place)
    await approve_profile(profile, by=place.actor)
    return _next_profile(place, _("The profile of %(name)s is approved.") % {"name": author.name})


async def return_(request: Request, place: Place) -> Response:
    profile, author = await _profile(request, place)
    form = await submitted(request, ReturnForm)
    if not form.validate():
        raise Refused(_("Say what is missing: the author reads it."))
    await return_profile(profile, reason=str(form.reason.data), by=place.actor)
    return _next_profile(place, _("%(name)s is asked to complete the profile.") % {"name": author.name})


async def withdrawal(request: Request, place: Place) -> Response:
    participant = await find(Participant, place, request.path_params["id"])
    reason, form = await leaving_reason(request), await submitted(request, SeenForm)
    try:
        await withdraw(participant, reason=reason, seen=str(form.seen.data or ""), by=place.actor)
    except Breaks as breaks:
        title = _("Remove %(name)s from the event?") % {"name": participant.name}
        back = f"{place.path}/desk/participants/{participant.id}"
        return await confirm(request, place, breaks, title=title, back=back)
    flash = _("%(name)s does not come. Those concerned are told.") % {"name": participant.name}
    return see_other(f"{place.path}/desk/participants/{participant.id}", flash=flash)


async def meetings_page(request: Request, place: Place) -> Response:
    query = request.query_params
    state, words, number = query.get("state", ""), query.get("q", "")[:80], query.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = await desk_list(place.event, state=state, words=words, page=page)
    return desk_page(request, place, "matchmaking/desk_meetings.html", list=found, state=state, words=words)


async def _profiles(request: Request, place: Place) -> Response:
    wanted = request.query_params.get("status", "")
    status = ProfileStatus(wanted) if wanted in {one.value for one in ProfileStatus} else ProfileStatus.PENDING
    found = await queue(place.event, status)
    return desk_page(
        request,
        place,
        "matchmaking/desk_profiles.html",
        directory=found,
        shown=found.cards[:A_PAGE],
        status_shown=status.value,
        counts=await profile_counts(place.event),
        form=ReturnForm(),
        role_name=role_name,
    )


async def _profile(request: Request, place: Place) -> tuple[Profile, Participant]:
    number = number_of(request.path_params["id"])
    profile = await Profile.get_or_none(id=number, participant__event_id=place.event.id)
    if profile is None:
        raise NotFound
    return profile, await Participant.get(id=profile.participant_id)


def _next_profile(place: Place, flash: str) -> Response:
    return see_other(f"{place.path}/desk/profiles", flash=flash)


routes: list[BaseRoute] = [
    route("/e/{slug}/desk/profiles", profiles_page, desk),
    route("/e/{slug}/desk/profiles/{id}/approval", approval, desk, methods=["POST"]),
    route("/e/{slug}/desk/profiles/{id}/return", return_, desk, methods=["POST"]),
    route("/e/{slug}/desk/participants/{id}/withdrawal", withdrawal, desk, methods=["POST"]),
    *round_pages.routes,
    *table_feeds.routes,
    *rule_pages.routes,
    *arranging_page.routes,
    *interpreting.routes,
    route("/e/{slug}/desk/meetings", meetings_page, desk),
    route("/e/{slug}/desk/drafts", drafts_page, desk),
    route("/e/{slug}/desk/drafts", ask_draft, desk, methods=["POST"]),
    route("/e/{slug}/desk/absences", absence, desk, methods=["POST"]),
    route("/e/{slug}/desk/drafts/mending", mending, desk, methods=["POST"]),
    route("/e/{slug}/desk/drafts/wishes", wishes, desk, methods=["POST"]),
    route("/e/{slug}/desk/drafts/{id}", draft_page, at_draft),
    route("/e/{slug}/desk/drafts/{id}/release", releasing, at_draft, methods=["POST"]),
    route("/e/{slug}/desk/drafts/{id}/discarding", discarding, at_draft, methods=["POST"]),
    route("/e/{slug}/desk/drafts/{id}/undoing", undoing, at_draft, methods=["POST"]),
    WebSocketRoute("/e/{slug}/desk/drafts/{id}/live", follow),
]
