"""Forms of consortia: opening a board, asking to come in, inviting, naming parts, asking for a group meeting."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import Field, SelectField
from wtforms.validators import InputRequired, ValidationError

from app.forms import Address, Choice, Form, Line, Lines, Text, Tick, Whole
from app.i18n import _, languages, later
from app.text import plain
from app.texts import in_language, said
from app.wording import tongue
from events.choosing import HouseForm
from events.models import Participant
from events.networks.calls.models import CallTopic
from events.networks.models import Region
from matchmaking.consortia.forming import MOST_PARTS, Part
from matchmaking.consortia.models import ConsortiumPart
from matchmaking.forms import NOTHING
from matchmaking.profile_models import ChainRole
from matchmaking.reasons import role_name

TASK = 120  # characters


class TextForm(Form):
    """`version` is the one that was seen; a new board has none."""

    version = Whole("", low=1, high=2**31 - 1, required=False)
    title = Line(later("Title"), limit=120)
    about = Text(later("What you want to propose"), limit=2000)
    language = Choice(later("Language of this text"), [])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(code, tongue(code)) for code in languages()]


class BoardForm(TextForm, HouseForm):
    topic = Choice(later("Topic"), [], validators=[InputRequired()])
    parts = Lines(
        later("Parts it needs"),
        limit=TASK + 20,
        most=MOST_PARTS,
        description=later("One a line, such as “research: toxicity of the new resin”."),
    )
    coordinates = Tick(
        later("I coordinate it"), description=later("Without the tick the board looks for a coordinator.")
    )

    def offer(self, topics: Sequence[CallTopic], regions: Iterable[Region], first: str) -> None:
        self.offer_regions(regions)
        self.topics = {str(topic.id): topic for topic in topics}
        self.topic.choices = [(key, f"{one.code} {in_language(one.titles, first)}") for key, one in self.topics.items()]

    def validate_parts(self, field: Field) -> None:
        for line in field.data or ():
            if _part(line) is None:
                roles = ", ".join(role_name(role.value) for role in ChainRole)
                raise ValidationError(
                    _("“%(line)s”: each line begins with one of these and a colon: %(roles)s.")
                    % {"line": line, "roles": roles}
                )

    def named_parts(self) -> list[Part]:
        return [part for line in self.parts.data or () if (part := _part(line))]


class PartForm(Form):
    role = Choice(later("Place in the value chain"), ChainRole)
    task = Line(later("What is to be done"), limit=TASK)


class MemberPartForm(Form):
    """What somebody does in it; nothing yet is an answer too."""

    part = Choice(later("Part"), [], default="")

    def offer(self, parts: Iterable[ConsortiumPart]) -> None:
        self.offered = offer_parts(self.part, parts)

    def chosen(self) -> ConsortiumPart | None:
        return self.offered.get(str(self.part.data))


class InviteForm(MemberPartForm):
    name = Line(later("Full name"), limit=120)
    email = Address(later("Mail address"))


class AskForm(HouseForm, MemberPartForm):
    note = Text(later("What you would bring"), limit=600)


class SearchForm(Form):
    """Inviting whoever wrote an entry of a marketplace."""

    opportunity = Whole("", low=1, high=2**53)
    board = Whole("", low=1, high=2**53)


class GatherForm(Form):
    event = Choice(later("Event"), [], validators=[InputRequired()])
    about = Text(later("What it is about"), limit=600)

    def offer(self, places: Iterable[Participant]) -> None:
        self.places = {str(one.event_id): one for one in places}
        self.event.choices = [(key, said(one.event, "title")) for key, one in self.places.items()]


def offer_parts(field: SelectField, parts: Iterable[ConsortiumPart]) -> dict[str, ConsortiumPart]:
    offered = {str(part.id): part for part in parts}
    field.choices = [NOTHING, *((key, f"{role_name(one.role.value)}: {one.task}") for key, one in offered.items())]
    return offered


def _part(line: str) -> Part | None:
    """“research: toxicity”, the role in English or in the reader's language."""
    said, colon, task = line.partition(":")
    named = {plain(words): role for role in ChainRole for words in (role.value, role_name(role.value))}
    role = named.get(plain(said).strip())
    return (role, task.strip()[:TASK]) if colon and role and task.strip() else None
