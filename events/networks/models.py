"""Tables of the networks: regions, dated memberships, pilots with their leads and demo cases, and who has to do with
them: coordinators, followers, people who agreed to be listed."""

from datetime import date, datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import SlugField, UTCDatetimeField
from app.i18n import later
from app.models import Person
from app.texts import Said, in_language, name_in
from events.networks.terms import Term


class Network(Model):
    id = fields.IntField(primary_key=True)
    code = SlugField(30, unique=True)  # vanguard, berry, errin, nereus
    name = fields.CharField(120)
    abouts: dict[str, str] = fields.JSONField(default=dict)  # language → text
    founded = fields.CharField(40, default="")
    website = fields.CharField(300, default="")

    class Meta:
        table = "network"

    @staticmethod
    def scope_of(network_id: int) -> str:
        return f"network:{network_id}"

    @property
    def scope(self) -> str:
        """The journal of its desk, and the topic of what everybody may see."""
        return self.scope_of(self.id)

    @property
    def about(self) -> Said:
        return in_language(self.abouts)


class Region(Model):
    id = fields.IntField(primary_key=True)
    code = SlugField(60, unique=True)  # malopolska
    names: dict[str, str] = fields.JSONField()  # language → name; at least one
    country = fields.CharField(2)  # ISO 3166-1
    nuts = fields.CharField(8, default="")  # NUTS 2021 code where known

    class Meta:
        table = "region"

    @property
    def name(self) -> Said:
        return in_language(self.names)


class MembershipStatus(StrEnum):
    FULL = later("full member")
    OBSERVER = later("observer")
    ASSOCIATED = later("associated")


class Membership(Model):
    """A region in a network from a day (None: not known) to before a day (None: still)."""

    id = fields.IntField(primary_key=True)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="memberships")
    network_id: int
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField("events.Region", related_name="memberships")
    region_id: int
    status = fields.CharEnumField(MembershipStatus)
    start: date | None = fields.DateField(null=True)
    end: date | None = fields.DateField(null=True)
    notes: dict[str, str] = fields.JSONField(default=dict)  # language → text

    class Meta:
        table = "membership"

    @property
    def note(self) -> Said:
        return in_language(self.notes)

    @property
    def term(self) -> Term:
        return Term(self.start, self.end)


class Pilot(Model):
    """A theme that regions of a network work on together; its name in each language it is known in."""

    id = fields.IntField(primary_key=True)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="pilots")
    network_id: int
    code = SlugField(12)
    names: dict[str, str] = fields.JSONField()  # language → name; at least one
    abouts: dict[str, str] = fields.JSONField(default=dict)  # language → text
    position = fields.IntField(default=0)
    closed_at: datetime | None = UTCDatetimeField(null=True)  # nobody chooses it anew since (see `closing`)
    leads: fields.ManyToManyRelation[Region] = fields.ManyToManyField(
        "events.Region", related_name="leading", through="pilot_lead", forward_key="region_id", backward_key="pilot_id"
    )
    demo_cases: fields.ReverseRelation["DemoCase"]

    class Meta:
        table = "pilot"
        unique_together = (("network", "code"),)

    @property
    def closed(self) -> bool:
        return self.closed_at is not None

    def name_in(self, language: str) -> str:
        return name_in(self.names, language)

    @property
    def about(self) -> Said:
        return in_language(self.abouts)


class Stage(StrEnum):
    """The network's method, in order."""

    LEARN = later("learn")
    CONNECT = later("connect")
    DEMONSTRATE = later("demonstrate")
    COMMERCIALISE = later("commercialise")


class DemoCase(Model):
    id = fields.IntField(primary_key=True)
    pilot: fields.ForeignKeyRelation[Pilot] = fields.ForeignKeyField("events.Pilot", related_name="demo_cases")
    pilot_id: int
    code = SlugField(40)
    name = fields.CharField(200)
    stage = fields.CharEnumField(Stage)
    closed_at: datetime | None = UTCDatetimeField(null=True)

    class Meta:
        table = "demo_case"
        unique_together = (("pilot", "code"),)

    @property
    def closed(self) -> bool:
        return self.closed_at is not None


class NetworkRole(Model):
    """A person coordinates a network, or one pilot of it."""

    id = fields.IntField(primary_key=True)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="roles")
    network_id: int
    pilot: fields.ForeignKeyNullableRelation[Pilot] = fields.ForeignKeyField(
        "events.Pilot", related_name="roles", null=True
    )
    pilot_id: int | None
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="network_roles")
    person_id: int
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "network_role"


class Series(Model):
    """Events that belong together, as one meeting held in a city after the other."""

    id = fields.IntField(primary_key=True)
    network: fields.ForeignKeyRelation[Network] = fields.ForeignKeyField("events.Network", related_name="series")
    network_id: int
    slug = SlugField(60)
    titles: dict[str, str] = fields.JSONField()  # language → title; at least one
    abouts: dict[str, str] = fields.JSONField(default=dict)

    class Meta:
        table = "series"
        unique_together = (("network", "slug"),)

    @property
    def title(self) -> Said:
        return in_language(self.titles)

    @property
    def about(self) -> Said:
        return in_language(self.abouts)


class Follow(Model):
    """A person wants to hear what is new in a pilot from then on."""

    id = fields.IntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="follows")
    person_id: int
    pilot: fields.ForeignKeyRelation[Pilot] = fields.ForeignKeyField("events.Pilot", related_name="follows")
    pilot_id: int
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "follow"
        unique_together = (("person", "pilot"),)


class Listing(Model):
    """A person's consent, and since when: name and position stand on the pages of this organisation and its region."""

    id = fields.IntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("app.Person", related_name="listings")
    person_id: int
    organisation: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "events.Organisation", related_name="listings"
    )
    organisation_id: int
    position = fields.CharField(120, default="")
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "listing"
        unique_together = (("person", "organisation"),)
