"""How terms of membership are said, and a fact of a network as a sentence for its desk's journal."""

from zoneinfo import ZoneInfo

from app.i18n import _, later
from app.models import Change
from app.texts import in_language
from app.wording import dated
from events.networks.terms import Term

ZONE = ZoneInfo("Europe/Brussels")  # where the networks are; they, and people, have no zone of their own
SENTENCES = {
    "network.added": later("The network “%(name)s” was added"),
    "network.edited": later("The network’s own texts were changed"),
    "region.added": later("Region added: %(name)s"),
    "region.edited": later("Region changed: %(name)s"),
    "membership.added": later("%(region)s came into the network: %(status)s"),
    "membership.corrected": later("The membership was corrected: %(region)s, %(status)s"),
    "membership.changed": later("%(region)s has a new status: %(status)s"),
    "membership.ended": later("The membership was ended: %(region)s"),
    "membership.removed": later("A membership entered by mistake was removed: %(region)s"),
    "pilot.added": later("Pilot added: %(code)s"),
    "pilot.edited": later("Pilot changed: %(code)s"),
    "pilot.closed": later("Pilot closed: %(code)s"),
    "pilot.reopened": later("Pilot open again: %(code)s"),
    "democase.closed": later("Demo case closed in %(pilot)s: %(name)s"),
    "democase.reopened": later("Demo case open again in %(pilot)s: %(name)s"),
    "democase.added": later("Demo case added in %(pilot)s: %(name)s"),
    "democase.edited": later("Demo case changed in %(pilot)s: %(name)s"),
    "democase.moved_on": later("Demo case in %(pilot)s at a new stage: %(name)s, %(stage)s"),
    "coordinator.appointed": later("New coordinator: %(name)s %(pilot)s"),
    "coordinator.dismissed": later("No longer coordinator: %(name)s %(pilot)s"),
    "series.added": later("Series added: %(title)s"),
    "series.edited": later("Series changed: %(title)s"),
    "proposal.submitted": later("A proposal was submitted: “%(title)s”"),
    "proposal.taken_back": later("A proposal was taken back: “%(title)s”"),
    "proposal.returned": later("A proposal was returned: “%(title)s”"),
    "proposal.declined": later("A proposal was declined: “%(title)s”"),
    "proposal.accepted": later("A proposal of %(organisation)s was accepted: “%(title)s”"),
    "partner.joined": later("%(organisation)s works on %(what)s"),
    "partner.left": later("%(organisation)s no longer works on %(what)s"),
    "event.created": later("Event created: %(title)s"),
}
UNTOLD = ("proposal.drafted", "proposal.edited")  # a draft is its author's
SAID = ("status", "stage")  # words of ours within the data


def term_words(term: Term) -> str:
    """since 1 May 2020 until 3 June 2021"""
    if term.start is None and term.end is None:
        return _("since a day that is not known")
    start = _("since %(day)s") % {"day": dated(term.start)} if term.start else ""
    end = _("until %(day)s") % {"day": dated(term.end)} if term.end else ""
    return " ".join(part for part in (start, end) if part)


def sentence(change: Change) -> str:
    """Empty for a kind of another slice."""
    words = SENTENCES.get(change.kind)
    if words is None:
        return ""
    said = {key: _(change.data[key]) for key in SAID if change.data.get(key)}
    told = {key: in_language(value) for key, value in change.data.items() if isinstance(value, dict)}
    return (_(words) % {"status": "", **change.data, **told, **said}).strip()
