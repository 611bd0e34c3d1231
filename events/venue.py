"""The desk's page of rooms and tracks."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.forms import RoomForm, TrackForm
from events.models import Room, Track
from events.pages import desk_page
from events.rooms import add_room, add_track, edit_room, edit_track, remove_room, remove_track
from events.scope import Place, desk, find

TRACK = "track-"  # of its field names: the page has two forms


async def venue_page(request: Request, place: Place) -> Response:
    return await _venue(request, place)


async def new_room(request: Request, place: Place) -> Response:
    form = await submitted(request, RoomForm)
    if not form.validate():
        return await _venue(request, place, room_form=form, status=422)
    try:
        await add_room(
            place.event,
            str(form.name.data),
            capacity=form.capacity.data,
            shared=bool(form.shared.data),
            by=place.actor,
        )
    except Refused as refused:
        form.form_errors.append(str(refused))
        return await _venue(request, place, room_form=form, status=409)
    return _back(place, _("The room is there."))


async def room_page(request: Request, place: Place) -> Response:
    room = await find(Room, place, request.path_params["id"])
    return desk_page(request, place, "events/desk_room.html", room=room, form=RoomForm(obj=room))


async def change_room(request: Request, place: Place) -> Response:
    room = await find(Room, place, request.path_params["id"])
    form = await submitted(request, RoomForm)
    if not form.validate():
        return desk_page(request, place, "events/desk_room.html", status=422, room=room, form=form)
    await edit_room(
        room,
        name=str(form.name.data),
        capacity=form.capacity.data,
        shared=bool(form.shared.data),
        position=room.position,
        by=place.actor,
    )
    return _back(place, _("Saved."))


async def drop_room(request: Request, place: Place) -> Response:
    await remove_room(await find(Room, place, request.path_params["id"]), by=place.actor)
    return _back(place, _("The room is removed."))


async def new_track(request: Request, place: Place) -> Response:
    form = await submitted(request, TrackForm, prefix=TRACK)
    if not form.validate():
        return await _venue(request, place, track_form=form, status=422)
    try:
        await add_track(place.event, str(form.name.data), colour=form.colour.data or "", by=place.actor)
    except Refused as refused:
        form.form_errors.append(str(refused))
        return await _venue(request, place, track_form=form, status=409)
    return _back(place, _("The track is there."))


async def track_page(request: Request, place: Place) -> Response:
    track = await find(Track, place, request.path_params["id"])
    return desk_page(request, place, "events/desk_track.html", track=track, form=TrackForm(obj=track))


async def change_track(request: Request, place: Place) -> Response:
    track = await find(Track, place, request.path_params["id"])
    form = await submitted(request, TrackForm)
    if not form.validate():
        return desk_page(request, place, "events/desk_track.html", status=422, track=track, form=form)
    await edit_track(
        track, name=str(form.name.data), colour=form.colour.data or "", position=track.position, by=place.actor
    )
    return _back(place, _("Saved."))


async def drop_track(request: Request, place: Place) -> Response:
    await remove_track(await find(Track, place, request.path_params["id"]), by=place.actor)
    return _back(place, _("The track is removed."))


async def _venue(
    request: Request,
    place: Place,
    *,
    room_form: RoomForm | None = None,
    track_form: TrackForm | None = None,
    status: int = 200,
) -> Response:
    return desk_page(
        request,
        place,
        "events/desk_rooms.html",
        status=status,
        rooms=await Room.filter(event=place.event).order_by("position", "name"),
        tracks=await Track.filter(event=place.event).order_by("position", "name"),
        room_form=room_form or RoomForm(),
        track_form=track_form or TrackForm(prefix=TRACK),
    )


def _back(place: Place, flash: str) -> Response:
    return see_other(f"{place.path}/desk/rooms", flash=flash)


routes: list[BaseRoute] = [
    route("/e/{slug}/desk/rooms", venue_page, desk),
    route("/e/{slug}/desk/rooms", new_room, desk, methods=["POST"]),
    route("/e/{slug}/desk/rooms/{id}", room_page, desk),
    route("/e/{slug}/desk/rooms/{id}", change_room, desk, methods=["POST"]),
    route("/e/{slug}/desk/rooms/{id}/removal", drop_room, desk, methods=["POST"]),
    route("/e/{slug}/desk/tracks", new_track, desk, methods=["POST"]),
    route("/e/{slug}/desk/tracks/{id}", track_page, desk),
    route("/e/{slug}/desk/tracks/{id}", change_track, desk, methods=["POST"]),
    route("/e/{slug}/desk/tracks/{id}/removal", drop_track, desk, methods=["POST"]),
]
