"""Pages of proposals: one's own and those to answer, writing one, its page, and partners of what is listed."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _, language
from app.web import route, see_other, submitted
from events.choosing import house_data
from events.models import Organisation
from events.networks.following import houses
from events.networks.models import DemoCase
from events.networks.pages import network_page
from events.networks.proposing.answering import accept, decline, send_back
from events.networks.proposing.drafting import draft, edit, submit, take_back
from events.networks.proposing.forms import (
    Answer,
    AnswerForm,
    PartnerForm,
    ProposalForm,
    proposal_data,
)
from events.networks.proposing.partnering import join, leave
from events.networks.proposing.reading import own, regions, waiting
from events.networks.proposing.scope import (
    AtPartner,
    AtProposal,
    answerable,
    at_partner,
    at_proposal,
    own_proposal,
)
from events.networks.reading import pilots
from events.networks.scope import Standing, pilot_of, reader


def navigation(standing: Standing) -> Sequence[tuple[str, str]]:
    """Of a network's pages."""
    return [(f"{standing.path}/proposals", _("Proposed"))] if standing.person else []


async def proposals_page(request: Request, standing: Standing) -> Response:
    return network_page(
        request,
        standing,
        "events/proposals.html",
        mine=await own(standing.network, standing.actor),
        waiting=await waiting(standing) if standing.desk else [],
    )


async def new_page(request: Request, standing: Standing) -> Response:
    known = await houses(standing.actor)
    code = request.query_params.get("pilot", "")
    pilot = next((part.pilot for part in await pilots(standing.network) if part.pilot.code == code), None)
    wished = {"language": language(), "pilot": str(pilot.id) if pilot else ""}
    if known:
        wished |= house_data(known[-1].organisation)
    return await _text(request, standing, ProposalForm(data=wished))


async def create(request: Request, standing: Standing) -> Response:
    form = await submitted(request, ProposalForm)
    await _offer(form, standing)
    if not form.validate():
        return await _text(request, standing, form, status=422)
    try:
        made = await draft(standing.network, form.content(), by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _text(request, standing, form, status=409)
    flash = _("Your draft is kept. Submit it when it is ready.")
    return see_other(f"{standing.path}/proposals/{made.id}", flash=flash)


async def proposal_page(request: Request, at: AtProposal) -> Response:
    return _proposal(request, at, AnswerForm())


async def text_page(request: Request, at: AtProposal) -> Response:
    if not at.proposal.editable:
        raise Refused(
            _("It is not a draft any more."), hints=[_("While nobody has answered it, you can take it back.")]
        )
    return await _text(request, at.standing, ProposalForm(data=proposal_data(at.proposal)), at=at)


async def change(request: Request, at: AtProposal) -> Response:
    form = await submitted(request, ProposalForm)
    await _offer(form, at.standing)
    if not form.validate():
        return await _text(request, at.standing, form, at=at, status=422)
    try:
        await edit(at.proposal, form.content(), version=form.version.data or 0, by=at.standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _text(request, at.standing, form, at=at, status=409)
    return see_other(at.path, flash=_("Saved."))


async def submission(request: Request, at: AtProposal) -> Response:
    await submit(at.proposal, by=at.standing.actor)
    return see_other(at.path, flash=_("The coordinators have it now. You get a mail when they answer."))


async def taking_back(request: Request, at: AtProposal) -> Response:
    await take_back(at.proposal, by=at.standing.actor)
    return see_other(at.path, flash=_("It is your draft again."))


async def answer(request: Request, at: AtProposal) -> Response:
    form = await submitted(request, AnswerForm)
    if not form.judge(at.proposal):
        return _proposal(request, at, form, status=422)
    reason, by = form.reason.data or "", at.standing.actor
    try:
        match Answer(form.answer.data):
            case Answer.ACCEPT:
                await accept(at.proposal, str(form.code.data), reason=reason, by=by)
            case Answer.RETURN:
                await send_back(at.proposal, reason, by=by)
            case Answer.DECLINE:
                await decline(at.proposal, reason, by=by)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return _proposal(request, at, form, status=409)
    return see_other(at.path, flash=_("The author gets a mail."))


async def new_partner(request: Request, standing: Standing) -> Response:
    pilot = await pilot_of(standing, request.path_params["pilot"])
    form = await submitted(request, PartnerForm)
    if not form.validate():
        raise Refused(_("Say for which organisation."))
    organisation = await Organisation.get_or_none(id=form.organisation.data)
    case = await DemoCase.get_or_none(id=form.demo_case.data, pilot=pilot) if form.demo_case.data else None
    if organisation is None or (form.demo_case.data and case is None):
        raise NotFound
    await join(pilot, organisation, demo_case=case, by=standing.actor)
    flash = _("%(name)s is a partner now.") % {"name": organisation.name}
    return see_other(f"{standing.path}/pilots/{pilot.code}#cases", flash=flash)


async def partner_removal(request: Request, at: AtPartner) -> Response:
    await leave(at.partner, by=at.standing.actor)
    return see_other(f"{at.standing.path}/pilots/{at.pilot.code}#cases", flash=_("No longer a partner."))


def _proposal(request: Request, at: AtProposal, form: AnswerForm, *, status: int = 200) -> Response:
    return network_page(
        request, at.standing, "events/proposal.html", status=status, at=at, proposal=at.proposal, form=form
    )


async def _text(
    request: Request, standing: Standing, form: ProposalForm, *, at: AtProposal | None = None, status: int = 200
) -> Response:
    await _offer(form, standing)
    return network_page(request, standing, "events/proposal_text.html", status=status, form=form, at=at)


async def _offer(form: ProposalForm, standing: Standing) -> None:
    form.offer(
        pilots=[part.pilot for part in await pilots(standing.network) if not part.pilot.closed], regions=await regions()
    )


routes: list[BaseRoute] = [
    route("/networks/{code}/proposals", proposals_page, reader),
    route("/networks/{code}/proposals", create, reader, methods=["POST"]),
    route("/networks/{code}/proposals/new", new_page, reader),
    route("/networks/{code}/proposals/{id:int}", proposal_page, at_proposal),
    route("/networks/{code}/proposals/{id:int}/text", text_page, own_proposal),
    route("/networks/{code}/proposals/{id:int}/text", change, own_proposal, methods=["POST"]),
    route("/networks/{code}/proposals/{id:int}/submission", submission, own_proposal, methods=["POST"]),
    route("/networks/{code}/proposals/{id:int}/taking-back", taking_back, own_proposal, methods=["POST"]),
    route("/networks/{code}/proposals/{id:int}/answer", answer, answerable, methods=["POST"]),
    route("/networks/{code}/pilots/{pilot}/partners", new_partner, reader, methods=["POST"]),
    route("/networks/{code}/partners/{id:int}/removal", partner_removal, at_partner, methods=["POST"]),
]
