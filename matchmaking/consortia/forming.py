"""How a consortium forms: opened, its parts named; people are invited or ask, are taken in, coordinate and leave.

Its coordinator decides; while it has none, every member does: partners may look for a coordinator together.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from app.errors import Forbidden, NotFound, Refused
from app.i18n import _
from app.journal import Changes
from app.models import Person
from events.networks.calls.gate import changing_call, refuse_stale, refuse_unless_open
from events.networks.calls.models import Call, CallTopic
from events.networks.calls.proposals.models import CallLetter, LetterKind
from events.participants import Affiliation, organisation_of
from matchmaking.consortia.models import Consortium, ConsortiumMember, ConsortiumPart, MemberState
from matchmaking.profile_models import ChainRole

MOST_BOARDS = 3  # open ones of one person in one call
MOST_PARTS, MOST_MEMBERS = 20, 40
MOST_INVITED = 60  # of one board, ever: each is a mail

Part = tuple[ChainRole, str]  # role in the value chain, task


async def open_board(
    topic: CallTopic,
    *,
    title: str,
    about: str = "",
    language: str,
    affiliation: Affiliation,
    coordinates: bool,
    parts: Sequence[Part] = (),
    by: Person,
) -> Consortium:
    """By its first member, who coordinates it, or looks for somebody who does."""
    call = await Call.get(id=topic.call_id)
    async with changing_call(call, by) as (changes, current):
        refuse_unless_open(current, changes)
        mine = Consortium.filter(call=current, closed_at__isnull=True, members__email=by.email)
        if await mine.filter(members__state=MemberState.IN).count() >= MOST_BOARDS:
            raise Refused(_("You are in %(most)d consortia of this call already.") % {"most": MOST_BOARDS})
        made = await Consortium.create(
            call=current, topic=topic, title=title, about=about, language=language, created_at=changes.at
        )
        await ConsortiumPart.bulk_create(
            ConsortiumPart(consortium=made, role=role, task=task) for role, task in parts[:MOST_PARTS]
        )
        await ConsortiumMember.create(
            consortium=made,
            email=by.email,
            name=by.name,
            organisation=await organisation_of(affiliation),
            state=MemberState.IN,
            coordinates=coordinates,
            at=changes.at,
        )
        _record(changes, "consortium.opened", made)
    return made


async def rewrite(consortium: Consortium, *, title: str, about: str, language: str, version: int, by: Person) -> None:
    """Its text. Raises Stale for an old version: without a coordinator several may write."""
    async with changing_board(consortium, by) as (changes, current):
        await _refuse_undecided(current, by)
        refuse_stale(current.version, version, title=current.title)
        current.title, current.about, current.language = title, about, language
        current.version += 1
        await current.save(update_fields=["title", "about", "language", "version"])
        _record(changes, "consortium.rewritten", current)


async def name_part(consortium: Consortium, role: ChainRole, task: str, *, by: Person) -> ConsortiumPart:
    async with changing_board(consortium, by) as (changes, current):
        await _refuse_undecided(current, by)
        if await ConsortiumPart.filter(consortium=current).count() >= MOST_PARTS:
            raise Refused(_("A consortium has %(most)d parts at most.") % {"most": MOST_PARTS})
        part = await ConsortiumPart.create(consortium=current, role=role, task=task)
        _record(changes, "consortium.part_named", current)
    return part


async def drop_part(part: ConsortiumPart, *, by: Person) -> None:
    """Who had it stays in."""
    async with changing_board(await part.consortium, by) as (changes, current):
        await _refuse_undecided(current, by)
        if await ConsortiumPart.filter(id=part.id).delete():
            _record(changes, "consortium.part_dropped", current)


async def invite(
    consortium: Consortium, *, email: str, name: str, part: ConsortiumPart | None = None, note: str = "", by: Person
) -> ConsortiumMember:
    """Whoever signs in with this address (canonical) can come in. Somebody who asked already is taken in at once."""
    async with changing_board(consortium, by) as (changes, current):
        await _refuse_undecided(current, by)
        _refuse_foreign(current, part)
        if known := await ConsortiumMember.get_or_none(consortium=current, email=email):
            if known.state != MemberState.ASKING:
                raise Refused(_("%(name)s is on the board already.") % {"name": known.name})
            return await _take_in(changes, current, known)
        await _refuse_full(current)
        if current.invited >= MOST_INVITED:
            raise Refused(_("This board has invited %(most)d people already.") % {"most": MOST_INVITED})
        current.invited += 1
        await current.save(update_fields=["invited"])
        member = await ConsortiumMember.create(
            consortium=current, email=email, name=name, part=part, state=MemberState.INVITED, note=note, at=changes.at
        )
        await _owe(changes, current, LetterKind.INVITED, [member], by=by.name)
        _record(changes, "consortium.invited", current)
    return member


async def ask(
    consortium: Consortium,
    affiliation: Affiliation,
    *,
    part: ConsortiumPart | None = None,
    note: str = "",
    by: Person,
) -> ConsortiumMember:
    """To be taken in. Whoever is invited comes in at once."""
    async with changing_board(consortium, by) as (changes, current):
        _refuse_foreign(current, part)
        known = await ConsortiumMember.get_or_none(consortium=current, email=by.email)
        if known and known.state != MemberState.INVITED:
            return known
        house = await organisation_of(affiliation)
        if known:
            known.organisation, known.part_id = house, part.id if part else known.part_id
            return await _take_in(changes, current, known)
        await _refuse_full(current)
        member = await ConsortiumMember.create(
            consortium=current, email=by.email, name=by.name, organisation=house, part=part,
            state=MemberState.ASKING, note=note, at=changes.at,
        )  # fmt: skip
        await _owe(changes, current, LetterKind.ASKED, await deciders(current), by=by.name)
        _record(changes, "consortium.asked", current)
    return member


async def take_in(member: ConsortiumMember, *, by: Person) -> ConsortiumMember:
    """Somebody who asked."""
    async with changing_board(await member.consortium, by) as (changes, current):
        await _refuse_undecided(current, by)
        known = await ConsortiumMember.get_or_none(id=member.id, consortium=current)
        if known is None:
            raise Refused(_("%(name)s does not ask any more.") % {"name": member.name})
        if known.state == MemberState.IN:
            return known
        if known.state == MemberState.INVITED:
            raise Refused(_("%(name)s has not answered yet.") % {"name": known.name})
        return await _take_in(changes, current, known)


async def give_part(member: ConsortiumMember, part: ConsortiumPart | None, *, by: Person) -> None:
    """What a member does in it: said by themselves, or by who decides."""
    async with changing_board(await member.consortium, by) as (changes, current):
        _refuse_foreign(current, part)
        known = await ConsortiumMember.get_or_none(id=member.id, consortium=current, state=MemberState.IN)
        if known is None:
            raise Refused(_("%(name)s is not in.") % {"name": member.name})
        if known.email != by.email:
            await _refuse_undecided(current, by)
        if known.part_id == (part.id if part else None):
            return
        known.part_id = part.id if part else None
        await known.save(update_fields=["part_id"])
        _record(changes, "consortium.part_given", current)


async def part_with(member: ConsortiumMember, *, by: Person) -> None:
    """They leave, or are not wanted: by themselves, or by who decides. With its last member the board is closed."""
    async with changing_board(await member.consortium, by) as (changes, current):
        known = await ConsortiumMember.get_or_none(id=member.id, consortium=current)
        if known is None:
            return
        if known.email != by.email:
            await _refuse_undecided(current, by)
            if known.state == MemberState.IN and not await _coordinates(current, by):
                raise Refused(_("Only a coordinator takes members off."), hints=[_("Who wants to leave can leave.")])
        await known.delete()
        if not await ConsortiumMember.filter(consortium=current, state=MemberState.IN).exists():
            await _close(current, changes)
        _record(changes, "consortium.left", current)


async def coordinate(member: ConsortiumMember, *, by: Person) -> None:
    """A member takes it on where nobody does, or gets it from whoever did."""
    async with changing_board(await member.consortium, by) as (changes, current):
        known = await ConsortiumMember.get_or_none(id=member.id, consortium=current, state=MemberState.IN)
        if known is None:
            raise Refused(_("%(name)s is not in.") % {"name": member.name})
        await _refuse_undecided(current, by)
        if known.coordinates:
            return
        vacant = not await ConsortiumMember.filter(consortium=current, coordinates=True).exists()
        if vacant and known.email != by.email:
            raise Refused(_("Only they themselves can take it on."))
        await ConsortiumMember.filter(consortium=current).update(coordinates=False)
        await ConsortiumMember.filter(id=known.id).update(coordinates=True)
        _record(changes, "consortium.coordinated", current)


async def close(consortium: Consortium, *, by: Person) -> None:
    """Nobody finds it any more; its members still see it."""
    async with changing_board(consortium, by) as (changes, current):
        await _refuse_undecided(current, by)
        await _close(current, changes)
        _record(changes, "consortium.closed", current)


async def tell_of_meeting(consortium: Consortium, path: str, *, by: Person) -> None:
    """The members hear that one of them gathers a group meeting."""
    async with changing_board(consortium, by) as (changes, current):
        inside = await ConsortiumMember.filter(consortium=current, state=MemberState.IN).exclude(email=by.email)
        await _owe(changes, current, LetterKind.GATHERING, inside, by=by.name, path=path)
        _record(changes, "consortium.gathering", current)


async def deciders(consortium: Consortium) -> list[ConsortiumMember]:
    inside = await ConsortiumMember.filter(consortium=consortium, state=MemberState.IN)
    return [one for one in inside if one.coordinates] or inside


@asynccontextmanager
async def changing_board(consortium: Consortium, by: Person) -> AsyncIterator[tuple[Changes, Consortium]]:
    """The board as it stands behind the gate of its call. Raises Refused for a closed one."""
    async with changing_call(await Call.get(id=consortium.call_id), by) as (changes, _call):
        current = await Consortium.get(id=consortium.id)
        if current.closed_at is not None:
            raise Refused(_("This consortium is closed."))
        yield changes, current


async def _take_in(changes: Changes, consortium: Consortium, member: ConsortiumMember) -> ConsortiumMember:
    member.state, member.at = MemberState.IN, changes.at
    await member.save()
    others = await ConsortiumMember.filter(consortium=consortium, state=MemberState.IN)
    await _owe(changes, consortium, LetterKind.JOINED, others, by=member.name)
    _record(changes, "consortium.joined", consortium)
    return member


async def _close(consortium: Consortium, changes: Changes) -> None:
    consortium.closed_at = changes.at
    await consortium.save(update_fields=["closed_at"])


async def _owe(
    changes: Changes,
    board: Consortium,
    kind: LetterKind,
    readers: Sequence[ConsortiumMember],
    *,
    by: str,
    path: str = "",
) -> None:
    data = {"title": board.title, "by": by, "path": path or board.path}
    await CallLetter.bulk_create(
        CallLetter(call_id=board.call_id, kind=kind, email=one.email, name=one.name, data=data, at=changes.at)
        for one in readers
    )


async def _coordinates(consortium: Consortium, by: Person) -> bool:
    return await ConsortiumMember.filter(consortium=consortium, email=by.email, coordinates=True).exists()


async def _refuse_undecided(consortium: Consortium, by: Person) -> None:
    if by.email not in {one.email for one in await deciders(consortium)}:
        raise Forbidden(_("The coordinator of the consortium decides this."))


async def _refuse_full(consortium: Consortium) -> None:
    if await ConsortiumMember.filter(consortium=consortium).count() >= MOST_MEMBERS:
        raise Refused(_("A board holds %(most)d people.") % {"most": MOST_MEMBERS})


def _refuse_foreign(consortium: Consortium, part: ConsortiumPart | None) -> None:
    if part and part.consortium_id != consortium.id:
        raise NotFound


def _record(changes: Changes, kind: str, consortium: Consortium) -> None:
    """Who is in is told on the board, to those who may read it, and by mail."""
    changes.record(kind, consortium, topics=[], data={"title": consortium.title})
