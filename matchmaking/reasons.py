"""Says each reason of `affinity` in one plain sentence, in the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import _
from app.wording import several, tongue
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


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in reasons are called, for this reader; a region as "Tampere Region, Finland"."""

    pilots: Mapping[int, str]
    demo_cases: Mapping[int, str]
    regions: Mapping[int, str]


def sentence(reason: Reason, names: Names) -> str:
    match reason:
        case TheyOfferYouSeek(offer, need):
            return _they_offer(offer, need)
        case YouOfferTheySeek(offer, need):
            return _you_offer(offer, need)
        case SharedDemoCase(demo_case):
            return _("You both work on %(name)s.") % {"name": names.demo_cases[demo_case]}
        case SharedPilot(pilot):
            return _("You are both in %(name)s.") % {"name": names.pilots[pilot]}
        case NextInChain(theirs, yours):
            roles = {"theirs": role_name(theirs), "yours": role_name(yours)}
            return _("You are neighbours in the value chain (they: %(theirs)s; you: %(yours)s).") % roles
        case ReadinessFits(theirs, yours):
            return _readiness(theirs, yours)
        case OtherRegion(region):
            return _("They are from another region (%(region)s).") % {"region": names.regions[region]}
        case SameRegion(region):
            return _("They are from your own region (%(region)s).") % {"region": names.regions[region]}
        case SharedLanguages(codes):
            return _("Languages in common: %(languages)s.") % {"languages": several(map(tongue, codes))}
        case NoSharedLanguage():
            return _("You have no language in common.")
        case SameOrganisation():
            return _("You are from the same organisation.")
        case NotOffered(needs):
            return _("You seek this too, and they do not offer it: %(terms)s.") % {"terms": several(needs)}
        case MuchWanted():
            return _("They fit very many here, so they stand lower in your list.")
        case YouMarked(mark):
            return _("You marked them: %(mark)s.") % {"mark": _(mark)}


def role_name(role: str) -> str:
    """A place in the value chain (profile_models.ChainRole) in words."""
    return _(role)


def _they_offer(offer: str, need: str) -> str:
    if offer.casefold() == need.casefold():
        return _("They offer %(term)s, you seek it.") % {"term": offer}
    return _("They offer %(offer)s, you seek %(need)s.") % {"offer": offer, "need": need}


def _you_offer(offer: str, need: str) -> str:
    if offer.casefold() == need.casefold():
        return _("You offer %(term)s, they seek it.") % {"term": offer}
    return _("You offer %(offer)s, they seek %(need)s.") % {"offer": offer, "need": need}


def _readiness(theirs: int, yours: int) -> str:
    if theirs == yours:
        return _("Your technology is as ready as theirs (TRL %(level)d).") % {"level": theirs}
    levels = {"theirs": theirs, "yours": yours}
    return _("Your technology is about as ready as theirs (TRL %(yours)d and %(theirs)d).") % levels
