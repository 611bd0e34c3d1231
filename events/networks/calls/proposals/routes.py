"""Pages of a proposal: written, submitted and withdrawn by its authors, read and decided by those who may."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _, language
from app.web import route, see_other, submitted
from events.networks.calls import attaching
from events.networks.calls.forms import FileForm, NamedForm
from events.networks.calls.models import Phase
from events.networks.calls.pages import MOST_BODY, call_page, keep_posted_file, with_refusal
from events.networks.calls.proposals import writing
from events.networks.calls.proposals.deciding import decide
from events.networks.calls.proposals.forms import ContentForm, DecisionForm, SubmitForm, content_of
from events.networks.calls.proposals.models import CallAuthor, CallFile, Verdict
from events.networks.calls.proposals.reading import options, sheet
from events.networks.calls.proposals.scope import AtProposal, author, decider, file_owner, named_author, reader, writer
from events.networks.calls.scope import Place, applicant


async def new_page(request: Request, place: Place) -> Response:
    if place.phase != Phase.OPEN:
        raise Refused(_("The deadline of this call has passed."))
    return await _text(request, place, ContentForm(data={"language": language()}))


async def draft(request: Request, place: Place) -> Response:
    form = await submitted(request, ContentForm)
    await _offer(form, place)
    if not form.validate():
        return await _text(request, place, form, status=422)
    try:
        made = await writing.draft_proposal(place.call, form.content(), by=place.actor)
    except Refused as refused:
        return await _text(request, place, with_refusal(form, refused), status=409)
    return see_other(made.path, flash=_("Your draft is kept. Submit it before the deadline."))


async def proposal_page(request: Request, at: AtProposal) -> Response:
    return await _proposal(request, at)


async def text_page(request: Request, at: AtProposal) -> Response:
    at.proposal.call = at.place.call
    return await _text(request, at.place, ContentForm(data=content_of(at.proposal)), at=at)


async def edit(request: Request, at: AtProposal) -> Response:
    form = await submitted(request, ContentForm)
    await _offer(form, at.place)
    if not form.validate():
        return await _text(request, at.place, form, at=at, status=422)
    try:
        await writing.edit_proposal(at.proposal, form.content(), version=int(form.version.data or 0), by=at.actor)
    except Refused as refused:
        return await _text(request, at.place, with_refusal(form, refused), at=at, status=409)
    return see_other(at.proposal.path, flash=_("Saved."))


async def submit(request: Request, at: AtProposal) -> Response:
    form = await submitted(request, SubmitForm)
    if not form.validate():
        return await _proposal(request, at, submit=form, status=422)
    try:
        await writing.submit(at.proposal, by=at.actor)
    except Refused as refused:
        return await _proposal(request, at, submit=with_refusal(form, refused), status=409)
    return see_other(at.proposal.path, flash=_("Submitted. You get a receipt by mail."))


async def withdraw(request: Request, at: AtProposal) -> Response:
    await writing.withdraw(at.proposal, by=at.actor)
    return see_other(at.proposal.path, flash=_("The proposal is withdrawn."))


async def name_author(request: Request, at: AtProposal) -> Response:
    form = await submitted(request, NamedForm)
    if not form.validate():
        return await _proposal(request, at, authors=form, status=422)
    email, name = str(form.email.data), str(form.name.data)
    try:
        await writing.name_author(at.proposal, email=email, name=name, by=at.actor)
    except Refused as refused:
        return await _proposal(request, at, authors=with_refusal(form, refused), status=409)
    return see_other(at.proposal.path, flash=_("%(name)s gets a mail.") % {"name": name})


async def remove_author(request: Request, found: tuple[AtProposal, CallAuthor]) -> Response:
    at, one = found
    await writing.remove_author(one, by=at.actor)
    gone = one.email == at.actor.email
    return see_other("/calls/mine" if gone else at.proposal.path, flash=_("Taken off the proposal."))


async def attach(request: Request, at: AtProposal) -> Response:
    form, status = await keep_posted_file(request, partial(attaching.attach, at.proposal, by=at.actor))
    if status != 303:
        return await _proposal(request, at, files=form, status=status)
    return see_other(f"{at.proposal.path}#files", flash=_("The file is there."))


async def remove_file(request: Request, found: tuple[Place, CallFile]) -> Response:
    place, file = found
    if file.proposal_id is None:
        await attaching.remove_document(file, by=place.actor)
        return see_other(f"{place.call.path}/desk/parts#documents", flash=_("The file is gone."))
    await attaching.detach(file, by=place.actor)
    return see_other(f"/calls/proposals/{file.proposal_id}#files", flash=_("The file is gone."))


async def decision(request: Request, at: AtProposal) -> Response:
    form = await submitted(request, DecisionForm)
    form.offer(at.place.call)
    if not form.validate():
        return await _proposal(request, at, decision=form, status=422)
    verdict = Verdict(form.verdict.data)
    try:
        await decide(at.proposal, verdict, amount=form.minor(), reason=form.reason.data or "", by=at.actor)
    except Refused as refused:
        return await _proposal(request, at, decision=with_refusal(form, refused), status=409)
    return see_other(f"{at.place.call.path}/desk", flash=_("The decision is kept."))


async def _offer(form: ContentForm, place: Place) -> None:
    known = await options(place.call)
    form.offer(place.call, regions=known.regions, pilots=known.pilots, topics=known.topics)


async def _text(
    request: Request, place: Place, form: ContentForm, *, at: AtProposal | None = None, status: int = 200
) -> Response:
    await _offer(form, place)
    proposal = at.proposal if at else None
    return call_page(request, place, "events/call_proposal_text.html", status=status, form=form, proposal=proposal)


async def _proposal(
    request: Request,
    at: AtProposal,
    *,
    status: int = 200,
    submit: SubmitForm | None = None,
    authors: NamedForm | None = None,
    files: FileForm | None = None,
    decision: DecisionForm | None = None,
) -> Response:
    """The one page of a proposal, for whoever may read it; one of its forms may come back with errors."""
    shown = await sheet(at.proposal, at.place.call)
    return call_page(
        request,
        at.place,
        "events/call_proposal.html",
        status=status,
        at=at,
        shown=shown,
        proposal=at.proposal,
        submit=submit or SubmitForm(),
        authors=authors or NamedForm(),
        files=files or FileForm(),
        decision=decision or DecisionForm(data=shown.decision_typed),
    )


routes: list[BaseRoute] = [
    route("/calls/{id:int}/proposals/new", new_page, applicant),
    route("/calls/{id:int}/proposals", draft, applicant, methods=["POST"]),
    route("/calls/proposals/{id:int}", proposal_page, reader),
    route("/calls/proposals/{id:int}/text", text_page, writer),
    route("/calls/proposals/{id:int}/text", edit, writer, methods=["POST"]),
    route("/calls/proposals/{id:int}/submission", submit, writer, methods=["POST"]),
    route("/calls/proposals/{id:int}/authors", name_author, writer, methods=["POST"]),
    route("/calls/authors/{id:int}/removal", remove_author, named_author, methods=["POST"]),
    route("/calls/proposals/{id:int}/files", attach, writer, methods=["POST"], most_body=MOST_BODY),
    route("/calls/files/{id:int}/removal", remove_file, file_owner, methods=["POST"]),
    route("/calls/proposals/{id:int}/decision", decision, decider, methods=["POST"]),
    route("/calls/proposals/{id:int}/withdrawal", withdraw, author, methods=["POST"]),
]
