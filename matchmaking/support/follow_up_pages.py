"""The question half a year after an event: a page with four answers, and where the account page leads to it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.auth import person_of
from app.errors import Forbidden, NotFound
from app.i18n import _
from app.models import Person
from app.web import page, route, see_other, submitted
from matchmaking.support.following_up import answer, open_questions
from matchmaking.support.forms import FollowUpForm
from matchmaking.support.models import CameOf, FollowUp

Own = tuple[FollowUp, Person]


async def piece(person: Person) -> tuple[str, Mapping[str, Any]]:
    """A part of the account page: its template, and what that shows."""
    return "matchmaking/support/account_piece.html", {"open_questions": await open_questions(person)}


async def own_question(request: Request) -> Own:
    """Whom it was asked; to everybody else there is no such address."""
    person = await person_of(request)
    if person is None:
        raise Forbidden(_("Sign in first."))
    mine = FollowUp.filter(id=request.path_params["id"], participant__person_id=person.id)
    question = await mine.select_related("participant__event").first()
    if question is None:
        raise NotFound
    return question, person


async def question_page(request: Request, own: Own) -> Response:
    question, _person = own
    data = {"came_of": question.came_of.value if question.came_of else None, "note": question.note}
    return _page(request, question, FollowUpForm(data=data))


async def answering(request: Request, own: Own) -> Response:
    question, person = own
    form = await submitted(request, FollowUpForm)
    if not form.validate():
        return _page(request, question, form, status=422)
    await answer(question, CameOf(form.came_of.data), note=form.note.data or "", by=person)
    return see_other(f"/follow-ups/{question.id}", flash=_("Thank you. Noted."))


def _page(request: Request, question: FollowUp, form: FollowUpForm, *, status: int = 200) -> Response:
    return page(
        request, "matchmaking/support/follow_up.html", status=status, question=question, form=form, answers=list(CameOf)
    )


routes: list[BaseRoute] = [
    route("/follow-ups/{id:int}", question_page, own_question),
    route("/follow-ups/{id:int}", answering, own_question, methods=["POST"]),
]
