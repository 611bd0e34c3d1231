"""Whoever got an office, or another adviser, without asking for it reads by mail who helps them and what that means."""

from collections.abc import Sequence
from datetime import datetime

from app import outbox
from app.config import Settings
from app.i18n import _, speaking
from app.journal import changing
from app.models import Mail
from events.networks.support.models import Client
from matchmaking.support.letters import SCOPE, office_letter

A_ROUND = 50


async def introduce(settings: Settings) -> bool:
    """Queue some of the mails that are owed. True if there were any."""
    owed = Client.filter(owed=True, office_id__isnull=False).order_by("id").limit(A_ROUND)
    owing = await owed.select_related("person", "office__organisation", "adviser__person")
    if not owing:
        return False
    async with changing(SCOPE, by="worker") as changes:
        current = await _settled(owing)
        mails = [_mail(one, settings, changes.at) for one in current if one.person.support_mails]
        await outbox.post_all(mails)
        if current:
            changes.record("client.introduced", current[0], topics=[], data={"count": len(mails)})
    return True


async def _settled(owing: Sequence[Client]) -> list[Client]:
    """Those whom nobody else told, or handed over again, since we looked: then it is true what we word."""
    locked = Client.filter(id__in=[one.id for one in owing], owed=True).order_by("id").select_for_update()
    as_before = {(one.id, one.office_id, one.adviser_id) for one in await locked}
    current = [one for one in owing if (one.id, one.office_id, one.adviser_id) in as_before]
    await Client.filter(id__in=[one.id for one in current]).update(owed=False)
    return current


def _mail(client: Client, settings: Settings, now: datetime) -> Mail:
    assert client.office
    office = client.office.organisation.name
    with speaking(client.person.language):
        context = {"client": client, "adviser": client.adviser.person if client.adviser else None}
        return office_letter(
            "support_introduction", client.person, office=office, context=context, settings=settings, now=now,
            subject=_("%(office)s helps you with your meetings") % {"office": office},
        )  # fmt: skip
