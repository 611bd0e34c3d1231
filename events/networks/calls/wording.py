"""Facts of the calls as sentences: one that a network's journal tells, and those of a call's own."""

from collections.abc import Mapping

from app.i18n import _, later
from app.models import Change
from app.wording import money
from events.networks.calls.models import Call

OF_NETWORK: Mapping[str, str] = {
    "call.drafted": later("The call “%(title)s” was drafted"),
    "call.opened": later("The call “%(title)s” was opened"),
    "call.edited": later("The call “%(title)s” was changed"),
    "call.published": later("The decisions on the call “%(title)s” were published"),
}
SENTENCES: Mapping[str, str] = {
    "call.opened": later("The call was opened"),
    "call.edited": later("The call was changed"),
    "call.published": later("The decisions were published"),
    "call_topic.added": later("Topic added: %(code)s"),
    "call_topic.removed": later("Topic removed: %(code)s"),
    "criterion.added": later("Criterion added: %(title)s"),
    "criterion.removed": later("Criterion removed: %(title)s"),
    "document.added": later("Document added: %(name)s"),
    "document.removed": later("Document removed: %(name)s"),
    "briefing.tied": later("Named as a briefing: %(title)s"),
    "briefing.untied": later("A briefing is no longer named"),
    "officer.named": later("Named: %(name)s, %(role)s"),
    "officer.dismissed": later("Dismissed: %(name)s, %(role)s"),
    "call_proposal.submitted": later("A proposal was submitted"),
    "call_proposal.withdrawn": later("A proposal was withdrawn"),
    "review.assigned": later("Given to %(name)s to review: “%(title)s”"),
    "review.finished": later("%(name)s has reviewed “%(title)s”"),
    "review.recused": later("%(name)s has an interest in “%(title)s” and does not review it"),
    "review.given_back": later("%(name)s can change their review of “%(title)s” again"),
    "decision.made": later("Decided: “%(title)s”, %(verdict)s"),
}
GRANTED = later("Decided: “%(title)s”, granted %(amount)s")


def sentence(change: Change) -> str:
    """Of a network's journal; empty for a kind of another slice."""
    words = OF_NETWORK.get(change.kind)
    return _(words) % change.data if words else ""


def call_sentence(change: Change, call: Call, *, sealed: bool) -> str:
    """Of a call's journal; empty for what its desk does not hear, and for proposals while they are `sealed`: who has
    submitted one is as secret as what is in it."""
    words = SENTENCES.get(change.kind)
    if words is None or call.desk not in change.topics or (sealed and change.kind.startswith("call_proposal.")):
        return ""
    if change.data.get("amount"):
        return _(GRANTED) % (change.data | {"amount": money(int(change.data["amount"]), call.currency)})
    ours = {key: _(str(change.data[key])) for key in ("role", "verdict") if key in change.data}
    return _(words) % (change.data | ours)
