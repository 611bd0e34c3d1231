"""Forms of messages and reports."""

from app.forms import Form, Text, Whole
from app.i18n import later
from matchmaking.messages.writing import LONGEST


class MessageForm(Form):
    text = Text(later("Your message"), limit=LONGEST, required=True)


class ReportForm(Form):
    """At most one of the numbers says which text it is about."""

    why = Text(later("What is wrong?"), limit=600, required=True)
    message = Whole("", low=1, high=2**31 - 1, required=False)
    meeting = Whole("", low=1, high=2**31 - 1, required=False)
    opportunity = Whole("", low=1, high=2**31 - 1, required=False)


class WarnForm(Form):
    text = Text(later("Your words to them"), limit=LONGEST, required=True)
