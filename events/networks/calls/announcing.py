"""A call itself: drafted by a coordinator of its network, edited, opened; what an open call promises it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import Refused
from app.i18n import _, languages, speaking
from app.journal import Changes, changing
from app.models import Person
from app.texts import in_language
from events.networks.calls.gate import changing_call, refuse_stale
from events.networks.calls.models import Call, CallOfficer, CallStatus, OfficerRole, Phase
from events.networks.calls.proposals.models import CallAuthor, CallLetter, LetterKind, ProposalStatus
from events.networks.models import Network, Pilot, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that a call says. Amounts are in minor units of the currency; `most` is for one proposal."""

    language: str  # the first
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    eligibility: Mapping[str, str]
    budget: int
    currency: str
    most: int | None
    deadline: datetime
    zone: str
    region: Region | None = None
    pilots: Sequence[Pilot] = ()


async def draft_call(network: Network, terms: Terms, *, by: Person) -> Call:
    """Whoever drafts it coordinates it; nobody else sees it before it is opened."""
    async with changing(network.scope, by=by) as changes:
        _refuse_nonsense(network, terms)
        call = Call(network=network, created_at=changes.at)
        _say(call, terms)
        call.changed_at = changes.at
        await call.save()
        await call.pilots.add(*terms.pilots)
        await CallOfficer.create(call=call, role=OfficerRole.COORDINATOR, email=by.email, name=by.name)
        changes.record("call.drafted", call, topics=[call.desk], data=shown(call))
    return call


async def edit_call(call: Call, terms: Terms, *, version: int, by: Person) -> Call:
    """Raises Stale for an old version, Refused for what takes back what applicants rely on."""
    async with changing_call(call, by) as (changes, current):
        refuse_stale(current.version, version, title=shown(current)["title"])
        _refuse_nonsense(current.network, terms)
        _refuse_broken_promises(current, terms, changes.at)
        moved = current.status == CallStatus.OPEN and terms.deadline != current.deadline
        _say(current, terms)
        await save_anew(current, changes)
        await current.pilots.clear()
        await current.pilots.add(*terms.pilots)
        if moved:
            await _tell_applicants(current, changes)
        changes.record("call.edited", current, topics=heard(current), data=shown(current))
    return current


async def open_call(call: Call, *, by: Person) -> Call:
    """From now until its deadline it takes proposals."""
    async with changing_call(call, by) as (changes, current):
        if current.status != CallStatus.DRAFT:
            return current
        if current.deadline <= changes.at:
            raise Refused(_("The deadline lies in the past."), hints=[_("Choose a later one first.")])
        current.status = CallStatus.OPEN
        await save_anew(current, changes)
        changes.record("call.opened", current, topics=heard(current), data=shown(current))
    return current


async def save_anew(call: Call, changes: Changes) -> None:
    """As its next version."""
    call.version, call.changed_at = call.version + 1, changes.at
    await call.save()


def heard(call: Call) -> list[str]:
    """Everybody, once the call is public."""
    return [call.desk] if call.status == CallStatus.DRAFT else [call.desk, call.scope]


def shown(call: Call) -> dict[str, str]:
    return {"title": in_first(call.titles, call), "deadline": call.deadline.isoformat()}


def in_first(texts: Mapping[str, str], call: Call) -> str:
    """As the journal keeps it: in the call's own language, whoever writes."""
    with speaking(call.language):
        return str(in_language(texts, call.language))


def _say(call: Call, terms: Terms) -> None:
    call.language, call.titles, call.texts = terms.language, dict(terms.titles), dict(terms.texts)
    call.eligibility, call.region_id = dict(terms.eligibility), terms.region.id if terms.region else None
    call.budget, call.currency, call.most = terms.budget, terms.currency, terms.most
    call.deadline, call.zone = terms.deadline, terms.zone


def _refuse_nonsense(network: Network, terms: Terms) -> None:
    written = {*terms.titles, *terms.texts, *terms.eligibility}
    if not written <= languages().keys() or terms.language not in terms.titles:
        raise Refused(_("The title is missing in the call’s first language."))
    if terms.most is not None and terms.most > terms.budget:
        raise Refused(_("One proposal cannot get more than the whole budget."))
    if any(pilot.network_id != network.id for pilot in terms.pilots):
        raise Refused(_("This pilot belongs to another network."))


def _refuse_broken_promises(call: Call, terms: Terms, now: datetime) -> None:
    phase = call.phase(now)
    if phase == Phase.DRAFT:
        return
    if phase == Phase.PUBLISHED:
        raise Refused(_("The decisions are published; the call stays as it was."))
    if terms.deadline != call.deadline and phase == Phase.CLOSED:
        raise Refused(_("The deadline of this call has passed. It stays where it was, which is fair to everybody."))
    if terms.deadline <= now < call.deadline:
        raise Refused(_("The deadline lies in the past."), hints=[_("Choose a later one first.")])
    if terms.currency != call.currency:
        raise Refused(_("The call is open: its currency stays."))
    if terms.budget < call.budget or (terms.most or terms.budget) < call.limit:
        raise Refused(_("The call is open: its budget, and what one proposal may ask for, can only grow."))


async def _tell_applicants(call: Call, changes: Changes) -> None:
    authors = CallAuthor.filter(proposal__call=call).exclude(proposal__status=ProposalStatus.WITHDRAWN)
    readers = {author.email: author.name for author in await authors}
    letters = [
        CallLetter(call=call, kind=LetterKind.DEADLINE, email=email, name=name, data={}, at=changes.at)
        for email, name in readers.items()
    ]
    await CallLetter.bulk_create(letters, batch_size=50)
