"""Pages of the brokerage event for its participants: who is there, whom to meet; and where all their pages are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.errors import NotFound, Refused
from app.i18n import _
from app.navigation import Tab
from app.web import json, route, wants_json
from app.wording import several, tongue, when
from events.models import OrganisationKind, Participant
from events.pages import Section, event_page
from events.scope import Place, find, member
from matchmaking import colleague_pages
from matchmaking.admits import at_meeting, registered
from matchmaking.asking import allowance, newest_meeting, standing
from matchmaking.between import between
from matchmaking.bookmarks.marking import marks_of
from matchmaking.bookmarks.models import Mark
from matchmaking.directory import Filter, directory, directory_for, own_card
from matchmaking.forms import RequestForm
from matchmaking.gathering import gathering_for
from matchmaking.groups import routes as groups
from matchmaking.houses import are_colleagues, met_by_colleague
from matchmaking.meeting_pages import (
    acceptance,
    agreement,
    cancellation,
    create_meeting,
    declining,
    linking,
    meeting_page,
    meetings_page,
    moving,
    proposing,
)
from matchmaking.obstacles import nothing_free
from matchmaking.parties import people
from matchmaking.profile_models import ChainRole
from matchmaking.profile_pages import (
    add_block,
    availability_page,
    edit_availability,
    edit_profile,
    limit,
    profile_page,
    remove_block,
    withdrawal,
)
from matchmaking.reasons import role_name
from matchmaking.recommending import as_json, recommended
from matchmaking.refusals import refusal
from matchmaking.round_models import Mode, Round

A_PAGE = 20
SEARCH = 80  # characters


def navigation(place: Place) -> Sequence[Tab]:
    if place.participant is None or place.participant.status not in ("pending", "approved"):
        return []
    if not place.event.nature.meetings:
        return []
    profile = Tab(Section.PEOPLE, f"{place.path}/profile", _("My profile"))
    times = Tab(Section.MEETINGS, f"{place.path}/availability", _("My times"))
    if not place.approved:
        return [profile, times]
    return [
        Tab(Section.PEOPLE, f"{place.path}/people", _("People")),
        Tab(Section.PEOPLE, f"{place.path}/matches", _("Whom to meet")),
        profile,
        Tab(Section.MARKETPLACE, f"{place.path}/opportunities", _("Marketplace")),
        Tab(Section.MEETINGS, f"{place.path}/meetings", _("My meetings")),
        Tab(Section.MEETINGS, f"{place.path}/today", _("Today")),
        Tab(Section.MEETINGS, f"{place.path}/groups", _("Groups")),
        Tab(Section.MEETINGS, f"{place.path}/colleagues", _("Colleagues")),
        times,
        Tab(Section.MESSAGES, f"{place.path}/messages", _("Messages")),
    ]


async def people_page(request: Request, place: Place) -> Response:
    everybody = await (directory(place.event) if place.desk else directory_for(place.event, place.me))
    marks, marked = await marks_of(place.me), request.query_params.get("mark", "")
    people = frozenset(one for one, mark in marks.items() if mark == marked) if marked in set(Mark) else None
    kept = replace(_filter(request), people=people)
    found = everybody.only(kept)
    pages = max(1, -(-len(found) // A_PAGE))
    number = min(web.number(request.query_params.get("page")) or 1, pages)
    return event_page(
        request,
        place,
        "matchmaking/people.html",
        directory=everybody,
        kept=kept,
        found=len(found),
        shown=found[(number - 1) * A_PAGE : number * A_PAGE],
        number=number,
        pages=pages,
        roles=[(role.value, role_name(role.value)) for role in ChainRole],
        houses=list(OrganisationKind),
        marks=marks,
        marked=marked,
        ways=list(Mark),
    )


async def person_page(request: Request, place: Place) -> Response:
    """What one other participant brings, what that is to the reader, and the way to ask for a meeting."""
    other = await find(Participant, place, request.path_params["id"])
    everybody = await (directory(place.event) if place.desk else directory_for(place.event, place.me))
    card = everybody.find(other.id)
    if card is None:
        raise NotFound
    me = await own_card(place.me)
    stands = await standing(place.me, other)
    newest = await newest_meeting(place.me, other)
    form, nothing = await _request_form(place, other) if not stands.against else (None, None)
    return event_page(
        request,
        place,
        "matchmaking/person.html",
        directory=everybody,
        card=card,
        match=everybody.match(me, card) if me and me.id != card.id else None,
        own=await between(place.me, other) if place.me.id != other.id else None,
        ways=list(Mark),
        refused=refusal(stands) if stands.against else None,
        nothing=nothing,
        beside=await _met_by_colleague(place, other),
        house=other.organisation_id if other.organisation_id != place.me.organisation_id else None,
        meeting=newest if newest and newest.live else None,
        mine=stands.yours,
        form=form,
        role_name=role_name,
        spoken=[tongue(code) for code in card.languages],
    )


async def _met_by_colleague(place: Place, other: Participant) -> str:
    """Names of colleagues who meet them, or have asked to."""
    found = await met_by_colleague(place.me, other)
    return several(one.name for one in people(found) if are_colleagues(one, place.me)) if found else ""


async def matches_page(request: Request, place: Place) -> Response:
    me = await own_card(place.me)
    everybody = await (directory(place.event) if place.desk else directory_for(place.event, place.me))
    found = await recommended(place.event, place.me, everybody, now=datetime.now(UTC))
    if wants_json(request):
        return json({"matches": as_json(found, f"{request.app.state.settings.base_url}{place.path}")})
    return event_page(
        request,
        place,
        "matchmaking/matches.html",
        me=me,
        matches=found,
        mine=await allowance(place.me),
        directory=everybody,
        marks=await marks_of(place.me),
        ways=list(Mark),
    )


async def _request_form(place: Place, other: Participant) -> tuple[RequestForm, Refused | None]:
    """With the times to name, where those who ask do; and what to say where no time is free for both."""
    found = await gathering_for(place.event, place.me, other, now=datetime.now(UTC))
    named = {opened.id for opened in await Round.filter(event=place.event, mode=Mode.ASKING)}
    free = found.free()
    form = RequestForm(data={"invitee": other.id})
    form.offer([(slot.id, when(slot.span.start, place.event.tz)) for slot in free if slot.round in named])
    return form, None if free else nothing_free(found)


def _filter(request: Request) -> Filter:
    """What of the address makes sense; the rest is no filter."""
    query = request.query_params
    role, house = query.get("role", ""), query.get("house", "")
    return Filter(
        pilot=web.number(query.get("pilot")),
        demo_case=web.number(query.get("case")),
        region=web.number(query.get("region")),
        role=role if role in {known.value for known in ChainRole} else None,
        house=house if house in {known.value for known in OrganisationKind} else None,
        trl=web.number(query.get("trl")),
        words=query.get("q", "")[:SEARCH],
    )


routes: list[BaseRoute] = [
    route("/e/{slug}/people", people_page, member),
    route("/e/{slug}/people/{id}", person_page, member),
    route("/e/{slug}/matches", matches_page, member),
    route("/e/{slug}/profile", profile_page, registered),
    route("/e/{slug}/profile", edit_profile, registered, methods=["POST"]),
    route("/e/{slug}/availability", availability_page, registered),
    route("/e/{slug}/availability", edit_availability, registered, methods=["POST"]),
    route("/e/{slug}/availability/blocks", add_block, registered, methods=["POST"]),
    route("/e/{slug}/availability/blocks/{id}/removal", remove_block, registered, methods=["POST"]),
    route("/e/{slug}/availability/limit", limit, registered, methods=["POST"]),
    route("/e/{slug}/withdrawal", withdrawal, registered, methods=["POST"]),
    route("/e/{slug}/meetings", meetings_page, member),
    route("/e/{slug}/meetings", create_meeting, member, methods=["POST"]),
    route("/e/{slug}/meetings/{id}", meeting_page, at_meeting),
    route("/e/{slug}/meetings/{id}/acceptance", acceptance, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/decline", declining, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/slot", moving, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/proposal", proposing, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/agreement", agreement, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/link", linking, at_meeting, methods=["POST"]),
    route("/e/{slug}/meetings/{id}/cancellation", cancellation, at_meeting, methods=["POST"]),
    *colleague_pages.routes,
    *groups.routes,
]
