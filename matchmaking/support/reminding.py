"""An adviser reminds a client by mail of who waits for an answer: once a day at most, and not whoever wants none."""

from datetime import timedelta

from app import outbox
from app.config import Settings
from app.errors import NotFound, Refused
from app.i18n import _, ngettext, speaking
from app.journal import changing
from app.models import Person, Reminder, ReminderKind
from events.networks.support.models import Adviser, Client
from matchmaking.support.letters import SCOPE, office_letter
from matchmaking.support.portfolio import last_reminder, waiting_for

A_DAY = timedelta(hours=24)


async def remind(client: Client, words: str, settings: Settings, *, by: Person) -> None:
    """With the adviser's own words, if there are any. Raises Refused within a day of the last one, by whatever office,
    and for whoever has ended such mails."""
    async with changing(SCOPE, by=by) as changes:
        adviser = await Adviser.get_or_none(office_id=client.office_id, person=by).select_related(
            "person", "office__organisation"
        )
        current = await Client.get_or_none(id=client.id, office_id=client.office_id).select_related("person")
        if adviser is None or current is None:
            raise NotFound
        person = current.person
        if not person.support_mails:
            raise Refused(_("%(name)s wants no such mails.") % {"name": person.name}, hints=[_("Call instead.")])
        last = await last_reminder(current)
        if last and last > changes.at - A_DAY:
            raise Refused(
                _("%(name)s was reminded within the last day.") % {"name": person.name},
                hints=[_("One reminder a day is the most.")],
            )
        waiting = await waiting_for(person, now=changes.at)
        office = adviser.office.organisation.name
        with speaking(person.language):
            subject = _("A reminder from %(office)s") % {"office": office}
            if waiting:
                one = ngettext("One request waits for your answer", "%(n)d requests wait for your answer", len(waiting))
                subject = one % {"n": len(waiting)}
            context = {"waiting": waiting, "words": words, "adviser": by, "person": person}
            mail = office_letter(
                "support_reminder", person, office=office, subject=subject, context=context, settings=settings,
                now=changes.at,
            )  # fmt: skip
        await outbox.post_all([mail])
        key = f"client:{current.id}@{changes.at.isoformat()}"
        await Reminder.create(person=person, kind=ReminderKind.SUPPORT, key=key, at=changes.at)
        changes.record("reminder.sent", person, topics=[], data={"kind": ReminderKind.SUPPORT, "keys": [key]})
