"""Pages of events where people exchange: who is here, and questions asked in the open."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.forms import Form, Text
from app.i18n import _, later
from app.web import route, see_other, submitted
from app.wording import alphabetical
from events.models import Participant, ParticipantStatus
from events.pages import event_page
from events.partaking_models import Question
from events.questions import answer, ask, questions, remove_question
from events.scope import Place, desk, find, member

A_PAGE = 100


class QuestionForm(Form):
    text = Text(later("Your question"), limit=1000, required=True)


class AnswerForm(Form):
    text = Text(later("Your answer"), limit=4000, required=True)


async def here_page(request: Request, place: Place) -> Response:
    """Participants among themselves, by name."""
    page = request.query_params.get("page", "")
    found = Participant.filter(event=place.event, status=ParticipantStatus.APPROVED)
    everybody = sorted(await found.select_related("organisation__region"), key=lambda one: alphabetical(one.name))
    pages = max(1, -(-len(everybody) // A_PAGE))
    number = max(1, min(int(page), pages)) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    shown = everybody[(number - 1) * A_PAGE : number * A_PAGE]
    return event_page(
        request, place, "events/here.html", people=shown, found=len(everybody), number=number, pages=pages
    )


async def questions_page(request: Request, place: Place) -> Response:
    return await _questions(request, place, QuestionForm())


async def new_question(request: Request, place: Place) -> Response:
    form = await submitted(request, QuestionForm)
    if not form.validate():
        return await _questions(request, place, form, status=422)
    made = await ask(place.me, str(form.text.data), by=place.actor)
    return see_other(f"{place.path}/questions#question-{made.id}", flash=_("Everybody here sees your question."))


async def new_answer(request: Request, place: Place) -> Response:
    question = await find(Question, place, request.path_params["id"])
    form = await submitted(request, AnswerForm)
    if not form.validate():
        return await _questions(request, place, QuestionForm(), answering=question, answer_form=form, status=422)
    await answer(question, str(form.text.data), place.me, by=place.actor)
    return see_other(f"{place.path}/questions#question-{question.id}", flash=_("Your answer stands there now."))


async def removal(request: Request, place: Place) -> Response:
    await remove_question(await find(Question, place, request.path_params["id"]), by=place.actor)
    return see_other(f"{place.path}/questions", flash=_("The question is gone."))


async def _questions(
    request: Request,
    place: Place,
    form: QuestionForm,
    *,
    answering: Question | None = None,
    answer_form: AnswerForm | None = None,
    status: int = 200,
) -> Response:
    return event_page(
        request,
        place,
        "events/questions.html",
        status=status,
        form=form,
        questions=await questions(place.event),
        answering=answering,
        answer_form=answer_form or AnswerForm(),
    )


routes: list[BaseRoute] = [
    route("/e/{slug}/here", here_page, member),
    route("/e/{slug}/questions", questions_page, member),
    route("/e/{slug}/questions", new_question, member, methods=["POST"]),
    route("/e/{slug}/questions/{id}/answer", new_answer, member, methods=["POST"]),
    route("/e/{slug}/desk/questions/{id}/removal", removal, desk, methods=["POST"]),
]
