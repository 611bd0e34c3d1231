"""Forms of an office's pages: acting for a client, reminding, handing over; and of the question half a year later."""

from collections.abc import Sequence

from app.forms import Choice, Form, Line, Text, Ticks, Whole
from app.i18n import _, later
from events.networks.support.models import Adviser, Client, Office
from matchmaking.support.models import CameOf

ID = 2**31 - 1
NOBODY = "office"


class MeetingForm(Form):
    """Which meeting; a decline or cancellation may have a reason."""

    meeting = Whole("", low=1, high=ID)
    slot = Line("", limit=20, required=False)
    reason = Line(later("Reason"), limit=500, required=False)


class TimeForm(Form):
    """Of a meeting that the page showed in this `version`."""

    meeting = Whole("", low=1, high=ID)
    slot = Whole(later("Time"), low=1, high=ID)
    version = Whole("", low=1, high=ID)


class AskForm(Form):
    """Who of the event the client wants to meet."""

    participant = Whole("", low=1, high=ID)
    invitee = Whole(later("Whom to ask"), low=1, high=ID)
    message = Text(later("Message"), limit=600)


class RoundsForm(Form):
    """The rounds are those that the client's event has: the verb knows which."""

    participant = Whole("", low=1, high=ID)
    rounds = Ticks("", validate_choice=False)

    def numbers(self) -> list[int]:
        return [int(one) for one in self.rounds.data or () if one.isascii() and one.isdigit() and len(one) < 10]


class ReminderForm(Form):
    words = Text(
        later("A few words of yours"), limit=1000, description=later("The mail also lists who waits for an answer.")
    )


class HandOverForm(Form):
    """`to` is an adviser of the office ("adviser:5"), nobody in particular there, or another office ("office:3")."""

    clients = Ticks("", validate_choice=False)
    to = Choice(later("Hand over to"), [])

    def offer(self, advisers: Sequence[Adviser], offices: Sequence[Office]) -> None:
        self.advisers = {f"adviser:{one.id}": one for one in advisers}
        self.offices = {f"office:{one.id}": one for one in offices}
        people = [(key, one.person.name) for key, one in self.advisers.items()]
        others = [(key, one.organisation.name) for key, one in self.offices.items()]
        self.to.choices = [*people, (NOBODY, _("nobody in particular")), *others]

    def chosen(self, clients: Sequence[Client]) -> list[Client]:
        wanted = set(self.clients.data or ())
        return [one for one in clients if str(one.id) in wanted]


class FollowUpForm(Form):
    came_of = Choice(later("What came of your meetings?"), [(one.value, one.value) for one in CameOf])
    note = Text(later("Anything to add?"), limit=500, description=later("Your support office reads it."))
