from typing import get_args

import pytest
from babel import Locale

from app.i18n import languages, speaking
from matchmaking.grounds import (
    MuchWanted,
    NextInChain,
    NoSharedLanguage,
    NotOffered,
    OtherRegion,
    ReadinessFits,
    Reason,
    SameOrganisation,
    SameRegion,
    SharedDemoCase,
    SharedLanguages,
    SharedPilot,
    TheyOfferYouSeek,
    YouMarked,
    YouOfferTheySeek,
)
from matchmaking.profile_models import ChainRole
from matchmaking.reasons import Names, role_name, sentence

NAMES = Names(pilots={1: "Bioeconomy"}, demo_cases={11: "Biobased aromatics"}, regions={22: "Tampere Region, Finland"})

SENTENCES = [
    (TheyOfferYouSeek("Lignin", "lignin"), "They offer Lignin, you seek it."),
    (TheyOfferYouSeek("kraft lignin", "lignin"), "They offer kraft lignin, you seek lignin."),
    (YouOfferTheySeek("lignin", "lignin"), "You offer lignin, they seek it."),
    (YouOfferTheySeek("100% lignin", "lignin"), "You offer 100% lignin, they seek lignin."),
    (SharedDemoCase(11), "You both work on Biobased aromatics."),
    (SharedPilot(1), "You are both in Bioeconomy."),
    (
        NextInChain(theirs="end user", yours="integrator"),
        "You are neighbours in the value chain (they: end user; you: integrator).",
    ),
    (ReadinessFits(theirs=6, yours=7), "Your technology is about as ready as theirs (TRL 7 and 6)."),
    (ReadinessFits(theirs=6, yours=6), "Your technology is as ready as theirs (TRL 6)."),
    (OtherRegion(22), "They are from another region (Tampere Region, Finland)."),
    (SameRegion(22), "They are from your own region (Tampere Region, Finland)."),
    (SharedLanguages(("en", "fi")), "Languages in common: English and Finnish."),
    (SharedLanguages(("xx",)), "Languages in common: xx."),
    (NoSharedLanguage(), "You have no language in common."),
    (SameOrganisation(), "You are from the same organisation."),
    (NotOffered(("tall oil", "bark")), "You seek this too, and they do not offer it: tall oil and bark."),
    (MuchWanted(), "They fit very many here, so they stand lower in your list."),
    (YouMarked("must meet"), "You marked them: must meet."),
]


@pytest.mark.parametrize(("reason", "said"), SENTENCES)
def test_sentence_says_the_reason(reason: Reason, said: str) -> None:
    assert sentence(reason, NAMES) == said


def test_every_kind_of_reason_is_said() -> None:
    assert {type(reason) for reason, _ in SENTENCES} == set(get_args(Reason))


@pytest.mark.parametrize("code", languages())
def test_sentence_names_languages_in_the_readers_own(code: str) -> None:
    with speaking(code):
        assert Locale(code).languages["fi"] in sentence(SharedLanguages(("en", "fi")), NAMES)


def test_every_role_has_a_name() -> None:
    assert all(role_name(role) for role in ChainRole)
