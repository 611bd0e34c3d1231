"""Who is asking: sign-in by mailed link, server-side sessions, and the first three ways to admit a request.

The same happens for a known and an unknown address: a link is mailed, and the account is made when it is used.
GET on a link changes nothing (mail scanners open links); POST in the browser that asked signs in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection, Request

from app.errors import Forbidden, Refused
from app.i18n import _, language
from app.journal import changing
from app.models import Person, SignIn, SignInLink

SCOPE = "people"
LINK_LIFE = timedelta(minutes=10)
SIGN_IN_LIFE = timedelta(days=14)
LINKS_AN_HOUR = {"email": 5, "asked_from": 20}


@dataclass(frozen=True, slots=True)
class Secret:
    """256 random bits for the browser or the mail; only the hash is kept."""

    text: str

    @classmethod
    def new(cls) -> "Secret":
        return cls(secrets.token_urlsafe(32))

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


async def anyone(request: Request) -> Person | None:
    return await person_of(request)


async def signed_in(request: Request) -> Person:
    person = await person_of(request)
    if person is None:
        raise Forbidden(_("Sign in first."))
    return person


async def admin(request: Request) -> Person:
    person = await signed_in(request)
    if not person.admin:
        raise Forbidden(_("Only an administrator may do this."))
    return person


async def person_of(connection: HTTPConnection) -> Person | None:
    """The person behind the cookie, read once a request."""
    if not hasattr(connection.state, "person"):
        sign_in = await sign_in_of(connection)
        connection.state.sign_in = sign_in
        connection.state.person = sign_in.person if sign_in else None
    person: Person | None = connection.state.person
    return person


async def sign_in_of(connection: HTTPConnection) -> SignIn | None:
    cookie = connection.cookies.get(cookie_name(https=connection.app.state.settings.https))
    if not cookie:
        return None
    found = SignIn.filter(token_hash=Secret(cookie).hash, expires_at__gt=datetime.now(UTC))
    return await found.select_related("person").first()


def cookie_name(*, https: bool) -> str:
    """`__Host-` ties the cookie to this very host; browsers take it over https only."""
    return "__Host-sid" if https else "sid"


def asking_cookie(*, https: bool) -> str:
    """Of the browser that asked for a link: only there the link signs in."""
    return "__Host-asking" if https else "asking"


async def ask_link(email: str, *, browser: Secret, asked_from: str) -> Secret | None:
    """Make a link for the address (canonical). None when this address or this peer asked too often."""
    now = datetime.now(UTC)
    peer = hashlib.sha256(_network(asked_from).encode()).hexdigest()
    async with changing(SCOPE, by="system") as changes:
        recent = SignInLink.filter(created_at__gt=now - timedelta(hours=1))
        if await recent.filter(email=email).count() >= LINKS_AN_HOUR["email"]:
            return None
        if await recent.filter(asked_from=peer).count() >= LINKS_AN_HOUR["asked_from"]:
            return None
        token = Secret.new()
        link = await SignInLink.create(
            email=email,
            token_hash=token.hash,
            browser_hash=browser.hash,
            asked_from=peer,
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
        changes.record("link.asked", link, topics=[])
    return token


def _network(address: str) -> str:
    """Who is one peer to the rate limit: an IPv6 host has a whole /64 to ask from."""
    try:
        ip = ip_address(address)
    except ValueError:  # a socket file, or no peer at all
        return address
    if isinstance(ip, IPv6Address) and not ip.ipv4_mapped:
        return str(ip_network((ip, 64), strict=False))
    return str(ip)


async def print_link(email: str, *, life: timedelta) -> Secret:
    """A link for whoever sits at the server's console: any browser, still once."""
    now, token = datetime.now(UTC), Secret.new()
    async with changing(SCOPE, by="console") as changes:
        link = await SignInLink.create(
            email=email, token_hash=token.hash, browser_hash="", asked_from="", created_at=now, expires_at=now + life
        )
        changes.record("link.printed", link, topics=[])
    return token


async def find_link(token: Secret) -> SignInLink | None:
    """The link, if it can still be used by some browser."""
    return await SignInLink.get_or_none(token_hash=token.hash, used_at=None, expires_at__gt=datetime.now(UTC))


def opens_here(link: SignInLink, browser: Secret | None) -> bool:
    """Is this the browser that asked?"""
    return not link.browser_hash or (browser is not None and browser.hash == link.browser_hash)


async def sign_in(token: Secret, *, browser: Secret | None, user_agent: str) -> tuple[Person, Secret]:
    """Use the link, once: the person (new, if the address is) and the secret of their cookie. Raises Refused."""
    now, cookie = datetime.now(UTC), Secret.new()
    async with changing(SCOPE, by="system") as changes:
        link = await find_link(token)
        if link is None or not opens_here(link, browser):
            raise Refused(
                _("This link has been used, is too old, or was asked for in another browser. Ask for a new one.")
            )
        await SignInLink.filter(email=link.email, used_at=None).update(used_at=now)
        person, created = await Person.get_or_create(
            email=link.email, defaults={"name": link.email.split("@")[0][:120], "language": language()}
        )
        if created:
            changes.record("person.created", person, topics=[])
        entry = await SignIn.create(
            person=person,
            token_hash=cookie.hash,
            user_agent=user_agent[:200],
            created_at=now,
            expires_at=now + SIGN_IN_LIFE,
        )
        changes.record("person.signed_in", person, topics=[], data={"sign_in": entry.id})
    return person, cookie


async def sign_out(sign_in_id: int, *, by: Person) -> None:
    """End one of their own sign-ins; its open sockets are closed (see app.live)."""
    async with changing(SCOPE, by=by) as changes:
        if await SignIn.filter(id=sign_in_id, person=by).delete():
            changes.record("person.signed_out", by, topics=[], data={"sign_in": sign_in_id})


async def forget_sign_ins(*, now: datetime) -> None:
    """Delete links of yesterday and sign-ins that have run out: neither opens anything any more."""
    links = SignInLink.filter(expires_at__lt=now - timedelta(days=1))
    if first := await links.first():
        async with changing(SCOPE, by="worker") as changes:
            changes.record("link.forgotten", first, topics=[], data={"number": await links.delete()})
    ended = SignIn.filter(expires_at__lt=now)
    if sign_in := await ended.first():
        async with changing(SCOPE, by="worker") as changes:
            changes.record("sign_in.forgotten", sign_in, topics=[], data={"number": await ended.delete()})


async def make_admin(email: str) -> None:
    """Let this address (canonical) administer the site; the person is made if there is none yet."""
    async with changing(SCOPE, by="console") as changes:
        person, _created = await Person.get_or_create(email=email, defaults={"name": email.split("@")[0][:120]})
        if not person.admin:
            await Person.filter(id=person.id).update(admin=True)
            changes.record("person.made_admin", person, topics=[])
