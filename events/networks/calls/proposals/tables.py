"""The submitted proposals of a call as a table to take along: for a committee, for a funder's report."""

from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.money import plainly
from app.sheets import Cell, sheet
from app.texts import in_language
from app.wording import country, tongue
from events.networks.calls.models import Call, Phase
from events.networks.calls.proposals.models import CallAuthor, ProposalStatus
from events.networks.calls.proposals.reading import Line, overview


async def proposals_sheet(call: Call, now: datetime) -> bytes:
    """CSV, the best first. Raises Refused before the deadline."""
    if call.phase(now) in (Phase.DRAFT, Phase.OPEN):
        raise Refused(_("Proposals are sealed until the deadline."))
    shown = await overview(call, now)
    authors: dict[int, list[str]] = {}
    submitted = CallAuthor.filter(proposal__call=call, proposal__status=ProposalStatus.SUBMITTED)
    for author in await submitted.order_by("id"):
        authors.setdefault(author.proposal_id, []).append(f"{author.name} <{author.email}>")
    head = [
        _("Number"), _("Proposal"), _("Language"), _("Organisation"), _("Kind of organisation"), _("Region"),
        _("Country"), _("Topic"), _("Pilots"), _("Authors"), _("Submitted"), _("Currency"), _("Asks for"),
        _("Reviews"), _("Average"), _("Spread"), _("Decision"), _("Granted"), _("Reason"),
    ]  # fmt: skip
    return sheet(head, [_row(line, call, "; ".join(authors[line.proposal.id])) for line in shown.lines])


def _row(line: Line, call: Call, authors: str) -> list[Cell]:
    one, standing, decision = line.proposal, line.standing, line.decision
    house, region = one.organisation, one.organisation.region
    assert one.submitted_at
    assert one.amount
    return [
        one.id, one.title, tongue(one.language), house.name, _(house.kind.value), region.name, country(region.country),
        f"{one.topic.code} {in_language(one.topic.titles, call.language)}" if one.topic else "",
        ", ".join(pilot.code for pilot in one.pilots), authors,
        one.submitted_at.astimezone(call.tz).isoformat(sep=" ", timespec="seconds"),
        call.currency, plainly(one.amount, call.currency),
        line.finished, f"{standing.average:.1f}" if standing else "", f"{standing.spread:.1f}" if standing else "",
        _(decision.verdict.value) if decision else "",
        plainly(decision.amount, call.currency) if decision and decision.amount else "",
        decision.reason if decision else "",
    ]  # fmt: skip
