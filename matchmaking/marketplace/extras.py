"""The organisers' own fields of an opportunity, and what an answer to one may be. Answers hold ids, never labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_EXTRAS = 8
MOST_OPTIONS = 20
LONGEST = 300  # characters of an answer in words
NUMBERS = 10**12  # either side of nothing

Answer = str | int | list[int]


@dataclass(frozen=True, slots=True)
class Option:
    """Retired, it is offered no more, and still names what was answered before."""

    id: int
    label: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is a value of models.ExtraKind."""

    id: int
    label: str
    kind: str
    options: tuple[Option, ...] = ()
    required: bool = False

    @property
    def listed(self) -> bool:
        return self.kind in ("one of a list", "several of a list")

    def offered(self) -> list[Option]:
        return [option for option in self.options if not option.retired]

    def words(self, answer: Answer | None) -> str:
        """The answer as people read it; empty for none."""
        if answer is None:
            return ""
        if not self.listed:
            return str(answer)
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(option.label for option in self.options if option.id in chosen)

    def chose(self, answer: Answer | None, option: int) -> bool:
        return option in answer if isinstance(answer, list) else answer == option


def relabelled(options: Sequence[Option], labels: Mapping[int, str], more: Sequence[str]) -> tuple[Option, ...]:
    """The options with these labels by id, those without one retired, and `more` with ids that nothing ever had.

    A label that a retired option has already brings that one back.
    """
    kept = [Option(one.id, labels.get(one.id, one.label), retired=one.id not in labels) for one in options]
    for label in more:
        known = next((one for one in kept if one.retired and one.label == label), None)
        if known:
            kept[kept.index(known)] = Option(known.id, label)
        else:
            kept.append(Option(max((one.id for one in kept), default=0) + 1, label))
    return tuple(kept)


def stored(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [{"id": one.id, "label": one.label, "retired": one.retired} for one in options]


def kept_answers(fields: Sequence[Field], answers: Mapping[int, Answer | None]) -> dict[str, Answer]:
    """What is stored of the answers: those to fields there are, that may be given. JSON has strings for keys."""
    found: dict[str, Answer] = {}
    for field in fields:
        answer = answers.get(field.id)
        if answer is not None and answer not in ("", []) and _may_be(field, answer):
            found[str(field.id)] = answer
    return found


def missing(fields: Sequence[Field], answers: Mapping[str, Answer]) -> list[Field]:
    """Fields that need an answer and have none."""
    return [field for field in fields if field.required and str(field.id) not in answers]


def _may_be(field: Field, answer: Answer) -> bool:
    known = {option.id for option in field.options}
    match field.kind:
        case "one of a list":
            return isinstance(answer, int) and answer in known
        case "several of a list":
            return isinstance(answer, list) and known.issuperset(answer)
        case "number":
            return isinstance(answer, int) and abs(answer) <= NUMBERS
        case _:
            return isinstance(answer, str) and len(answer) <= LONGEST
