"""Documents of a call and attachments of proposals: checked by their bytes, kept in the database."""

import asyncio

from app.errors import Refused
from app.filetypes import TYPES, checked
from app.i18n import _
from app.journal import Changes
from app.models import Person
from events.networks.calls.announcing import heard
from events.networks.calls.gate import changing_call, changing_proposal, refuse_unless_open
from events.networks.calls.models import Call
from events.networks.calls.proposals.models import CallFile, CallFileContent, CallProposal

MOST_BYTES = 10 << 20
MOST_FILES = 10  # of a call, of a proposal


async def add_document(call: Call, name: str, content: bytes, *, by: Person) -> CallFile:
    """Whoever sees the call can fetch it. Raises BadText for a file that is not what it says."""
    made = await _checked(name, content)
    async with changing_call(call, by) as (changes, current):
        made.call_id = current.id
        file = await _keep(made, content, changes)
        changes.record("document.added", file, topics=heard(current), data={"name": file.name})
    return file


async def remove_document(file: CallFile, *, by: Person) -> None:
    async with changing_call(await file.call, by) as (changes, current):
        if await CallFile.filter(id=file.id).delete():
            changes.record("document.removed", file, topics=heard(current), data={"name": file.name})


async def attach(proposal: CallProposal, name: str, content: bytes, *, by: Person) -> CallFile:
    """Until the deadline. Raises BadText for a file that is not what it says."""
    made = await _checked(name, content)
    async with changing_proposal(proposal, by) as (changes, current):
        refuse_unless_open(current.call, changes)
        made.call_id, made.proposal_id = current.call_id, current.id
        file = await _keep(made, content, changes)
        changes.record("attachment.added", file, topics=[], data={"name": file.name})
    return file


async def detach(file: CallFile, *, by: Person) -> None:
    async with changing_proposal(await CallProposal.get(id=file.proposal_id), by) as (changes, current):
        refuse_unless_open(current.call, changes)
        if await CallFile.filter(id=file.id).delete():
            changes.record("attachment.removed", file, topics=[], data={"name": file.name})


async def content_of(file: CallFile) -> tuple[bytes, str]:
    """Its bytes, and the media type they are served as: ours, whatever the browser that sent them said."""
    found = await CallFileContent.get(file=file)
    return bytes(found.content), TYPES[file.kind].media_type


async def _checked(name: str, content: bytes) -> CallFile:
    """Before the gate and in a thread: ten megabytes take a while to look at."""
    if len(content) > MOST_BYTES:
        raise Refused(_("A file may have %(most)d MB at most.") % {"most": MOST_BYTES >> 20})
    clean, kind = await asyncio.to_thread(checked, name, content)
    return CallFile(name=clean, kind=kind.ending, size=len(content))


async def _keep(file: CallFile, content: bytes, changes: Changes) -> CallFile:
    beside = await CallFile.filter(call_id=file.call_id, proposal_id=file.proposal_id)
    if any(other.name == file.name for other in beside):
        raise Refused(_("There is a file of this name already."), hints=[_("Remove it first.")])
    if len(beside) >= MOST_FILES:
        raise Refused(_("There are %(most)d files already.") % {"most": MOST_FILES})
    file.at = changes.at
    await file.save()
    await CallFileContent.create(file=file, content=content)
    return file
