"""Who needs an interpreter, and who can be theirs; pure."""

from collections.abc import Collection, Sequence


def in_need(languages: Sequence[Collection[str]]) -> bool:
    """Whether these people have no language that all of them speak. Who has not said theirs is taken to manage."""
    spoken = [set(codes) for codes in languages if codes]
    return len(spoken) > 1 and not set.intersection(*spoken)


def bridges(interpreter: Collection[str], languages: Sequence[Collection[str]]) -> bool:
    """Whether the interpreter speaks with everybody who has said their languages."""
    return all(set(interpreter) & set(codes) for codes in languages if codes)
