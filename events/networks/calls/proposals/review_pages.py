"""Pages of a review: for the reviewer it was given to, and the coordinator who gives it back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.networks.calls.pages import call_page, with_refusal
from events.networks.calls.proposals import reviewing
from events.networks.calls.proposals.forms import ReviewForm, review_form, review_of
from events.networks.calls.proposals.models import CallReview
from events.networks.calls.proposals.reading import sheet
from events.networks.calls.proposals.scope import AtProposal, reviewed, reviewer
from events.networks.calls.reading import criteria

Found = tuple[AtProposal, CallReview]


async def review_page(request: Request, found: Found) -> Response:
    at, review = found
    form = review_form(await criteria(at.place.call), at.place.call.language)
    return await _review(request, found, form(data=review_of(review)))


async def write(request: Request, found: Found) -> Response:
    """Two buttons: one keeps a draft, one makes it final."""
    at, review = found
    form = await submitted(request, review_form(await criteria(at.place.call), at.place.call.language))
    final = (await request.form()).get("final") == "yes"
    if not form.validate():
        return await _review(request, found, form, status=422)
    try:
        await reviewing.write_review(
            review, form.points(), form.comment.data or "", final=final, version=int(form.version.data or 0),
            by=at.actor,
        )  # fmt: skip
    except Refused as refused:
        return await _review(request, found, with_refusal(form, refused), status=409)
    if final:
        return see_other("/calls/mine", flash=_("Your review is final. Thank you."))
    return see_other(f"/calls/reviews/{review.id}", flash=_("Saved."))


async def recuse(request: Request, found: Found) -> Response:
    at, review = found
    await reviewing.recuse(review, by=at.actor)
    return see_other("/calls/mine", flash=_("The coordinators know that you cannot review it."))


async def give_back(request: Request, found: Found) -> Response:
    at, review = found
    await reviewing.give_back(review, by=at.actor)
    return see_other(at.proposal.path, flash=_("The reviewer can change it again."))


async def _review(request: Request, found: Found, form: ReviewForm, *, status: int = 200) -> Response:
    at, review = found
    context: dict[str, Any] = {"at": at, "review": review, "form": form, "proposal": at.proposal}
    shown = await sheet(at.proposal, at.place.call)
    return call_page(request, at.place, "events/call_review.html", status=status, shown=shown, **context)


routes: list[BaseRoute] = [
    route("/calls/reviews/{id:int}", review_page, reviewer),
    route("/calls/reviews/{id:int}", write, reviewer, methods=["POST"]),
    route("/calls/reviews/{id:int}/return", give_back, reviewed, methods=["POST"]),
    route("/calls/reviews/{id:int}/recusal", recuse, reviewer, methods=["POST"]),
]
