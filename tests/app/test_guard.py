"""The guard: one host, no writes and no sockets from other sites, headers on everything, the reader's language."""

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from app import i18n, templating
from app.auth import anyone
from app.guard import HEADERS
from app.models import Change
from app.web import page, route
from tests.app.conftest import MakeSite
from tests.app.plumbing import Site, mailed_link, make_person, tell


async def raw(site: Site, *lines: str, body: bytes = b"") -> bytes:
    """What the server answers to these very lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


async def test_only_our_host_is_served(sqlite_site: Site) -> None:
    site, ours = sqlite_site, sqlite_site.url.removeprefix("http://")
    port = ours.rpartition(":")[2]
    hostile = [
        "evil.test", f"evil.test:{port}", f"{ours}.evil.test", f"{ours}@evil.test", f"evil.test@{ours}", f"{ours}/x",
        f"{ours}?x", f"{ours}#x", f"{ours},evil.test", f"{ours} evil.test", "127.0.0.1", "127.0.0.1:99999", f"{ours}.",
        f"localhost:{port}", "", f"[::1]:{port}", f"127.0.0.1.:{port}", f"http://{ours}",
    ]  # fmt: skip
    for host in hostile:
        answer = await raw(site, "GET /sign-in HTTP/1.1", f"Host: {host}")
        assert answer.split(b" ")[1] in (b"421", b"400"), host
        assert b"evil" not in answer.partition(b"\r\n\r\n")[2]
    assert (await raw(site, "GET /sign-in HTTP/1.0")).split(b" ")[1] in (b"421", b"400")
    for kind in ("X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-URL"):
        answer = await raw(site, "GET /account HTTP/1.1", f"Host: {ours}", f"{kind}: evil.test")
        assert answer.split(b" ")[1] == b"303"
        assert b"evil" not in answer
    absolute = await raw(site, "GET http://evil.test/account HTTP/1.1", f"Host: {ours}")
    assert b"evil" not in absolute.split(b"\r\n\r\n")[0].lower()
    assert (await raw(site, "GET /sign-in HTTP/1.1", f"Host: {ours.upper()}")).split(b" ")[1] == b"200"


FROM_ELSEWHERE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{ours}"},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "{ours}.evil.test"},
    {"Origin": "{ours}/"},
    {"Origin": "https://127.0.0.1"},
    {"Origin": "http://localhost:8000"},
    {"Origin": ""},
    {"Referer": "{ours}/account"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"Authorization": "Basic YTpi"},
    {},
]


async def test_writes_from_elsewhere_are_refused(sqlite_site: Site) -> None:
    signed_in = await sqlite_site.signed_in(await make_person())
    facts = await Change.all().count()
    for name in ("Sec-Fetch-Site", "Origin"):
        del signed_in.headers[name]
    writes = [
        ("POST", "/sign-out"), ("POST", "/account"), ("PUT", "/account"), ("DELETE", "/account"), ("PATCH", "/account"),
        ("POST", "/account/calendar"), ("POST", "/sign-in"), ("POST", "/language"), ("PROPFIND", "/account"),
    ]  # fmt: skip
    for said in FROM_ELSEWHERE:
        headers = {name: value.format(ours=sqlite_site.url) for name, value in said.items()}
        for method, path in writes:
            posted = {"name": "Eve", "email": "e@example.org"}
            answer = await signed_in.request(method, path, headers=headers, data=posted)
            assert answer.status_code == 403, (method, path, said)
    assert await Change.all().count() == facts
    assert (await signed_in.get("/account")).status_code == 200


@pytest.mark.parametrize("said", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "{ours}"}])
async def test_writes_of_our_pages_pass(sqlite_site: Site, said: dict[str, str]) -> None:
    browser = await sqlite_site.signed_in(await make_person())
    for name in ("Sec-Fetch-Site", "Origin"):
        del browser.headers[name]
    headers = {name: value.format(ours=sqlite_site.url) for name, value in said.items()}
    assert (await browser.post("/account", data={"name": "Anna B."}, headers=headers)).status_code == 303


async def test_method_cannot_be_smuggled(sqlite_site: Site) -> None:
    browser = await sqlite_site.signed_in(await make_person())
    tricks = [{"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "POST"}]
    for headers in tricks:
        assert (await browser.get("/sign-out?_method=POST", headers=headers)).status_code == 405
    assert (await browser.get("/account")).status_code == 200


async def test_socket_of_a_program_without_cookie_hears_what_everybody_may(sqlite_site: Site) -> None:
    async with connect(f"ws{sqlite_site.url.removeprefix('http')}/live?since=0") as socket:
        revision = await tell(topics=["event:3"])
        assert json.loads(await socket.recv())["revision"] == revision


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", None, "{ours}.evil.test", "{ours}/", "https://127.0.0.1"]
)
async def test_sockets_from_elsewhere_are_denied_before_they_open(sqlite_site: Site, origin: str | None) -> None:
    browser = await sqlite_site.signed_in(await make_person())
    said: Any = origin.format(ours=sqlite_site.url) if origin else None
    url = sqlite_site.url.replace("http", "ws") + "/live"
    with pytest.raises(InvalidStatus) as denied:
        async with connect(url, origin=said, additional_headers={"Cookie": f"sid={browser.cookies['sid']}"}):
            pass
    assert denied.value.response.status_code == 403


async def boom(request: Request, _person: Any) -> Response:
    raise ZeroDivisionError


async def test_everything_carries_the_headers(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(route("/boom", boom, anyone))
    browser = site.browser(site.url)
    answers = {
        "page": await browser.get("/sign-in"),
        "redirect": await browser.get("/account"),
        "missing": await browser.get("/nowhere"),
        "wrong method": await browser.get("/sign-out"),
        "refusal": await browser.post("/sign-in/x"),
        "bad form": await browser.post("/sign-in", data={"email": "x"}),
        "cross-site": await browser.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}),
        "other host": await browser.get("/", headers={"Host": "evil.test"}),
        "too large": await browser.post("/sign-in", content=b"x" * (3 << 20)),
        "our mistake": await browser.get("/boom"),
        "no feed": await browser.get("/feeds/x.ics"),
        "feed written": await browser.put("/feeds/x.ics"),
        "static": await browser.get(templating.asset("css/base.css")),
        "json": await browser.get("/nowhere", headers={"Accept": "application/json"}),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {
        "page": 200, "redirect": 303, "missing": 404, "wrong method": 405, "refusal": 409, "bad form": 422,
        "cross-site": 403, "other host": 421, "too large": 413, "our mistake": 500, "no feed": 404,
        "feed written": 405, "static": 200, "json": 404,
    }  # fmt: skip
    for name, answer in answers.items():
        missing = {key for key, value in HEADERS.items() if answer.headers.get(key) != value}
        assert not missing, (name, missing)
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
        assert "Traceback" not in answer.text


async def test_https_adds_hsts_and_ties_cookies_to_the_host(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(base_url="https://meet.example.org")
    proxied = site.browser(site.url, Host="meet.example.org", Origin="https://meet.example.org")
    asked = await proxied.post("/sign-in", data={"email": "anna@example.org"})
    assert asked.headers["strict-transport-security"] == "max-age=31536000"
    asking = asked.headers["set-cookie"].lower()
    assert asking.startswith("__host-asking=")
    assert all(flag in asking for flag in ("; secure", "; httponly", "; samesite=lax", "; path=/"))
    assert "domain" not in asking


async def test_session_cookie_flags(make_sqlite_site: MakeSite) -> None:
    for base_url, name, secure in (("https://meet.example.org", "__Host-sid", True), (None, "sid", False)):
        site = await make_sqlite_site(**({"base_url": base_url} if base_url else {}))
        at = site.settings.base_url
        browser = site.browser(site.url, Host=at.partition("//")[2], Origin=at)
        asked = await browser.post("/sign-in", data={"email": "anna@example.org"})
        cookie = asked.headers["set-cookie"].partition(";")[0]
        entered = await browser.post(await mailed_link(), headers={"Cookie": cookie})
        assert entered.status_code == 303
        flags = next(line for line in entered.headers.get_list("set-cookie") if line.startswith(f"{name}="))
        assert ("; secure" in flags.lower()) is secure
        assert all(flag in flags.lower() for flag in ("; httponly", "; samesite=lax", "; path=/", "; max-age=1209600"))
        left = await browser.post("/sign-out", headers={"Cookie": flags.partition(";")[0]})
        gone = next(line for line in left.headers.get_list("set-cookie") if line.startswith(f"{name}="))
        assert "max-age=0" in gone.lower()
        assert ("; secure" in gone.lower()) is secure  # else browsers ignore it for a __Host- cookie


@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND", "PUT", "POST", "REPORT", "DELETE", "PATCH"])
async def test_calendar_programs_that_probe_by_writing_hear_405(sqlite_site: Site, method: str) -> None:
    program = sqlite_site.browser(sqlite_site.url)
    for name in ("Sec-Fetch-Site", "Origin"):
        del program.headers[name]
    for path in ("/feeds/unknown.ics", "/e/krakow/programme.ics"):
        answer = await program.request(method, path, content=b"BEGIN:VCALENDAR")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"
        assert answer.headers["content-type"].startswith("text/plain")


async def whoami(request: Request, person: Any) -> Response:
    return page(request, "app/problem.html", title=i18n.language(), sentence="", hints=())


async def test_language_is_the_chosen_one_else_the_browsers(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(route("/who", whoami, anyone))
    for code in i18n.languages():
        reader = site.browser(site.url, **{"Accept-Language": f"xx, {code}-XX;q=0.8, en;q=0.1"})
        assert f'<html lang="{code}">' in (await reader.get("/who")).text
        await reader.post("/language", data={"language": code})
        reader.headers["Accept-Language"] = "xx"
        assert f'<html lang="{code}">' in (await reader.get("/who")).text
    for odd in ("", "*", "xx-YY", "en;q=nonsense", "," * 5000, "a-" * 5000):
        reader = site.browser(site.url, **{"Accept-Language": odd})
        assert '<html lang="en">' in (await reader.get("/who")).text
    reader = site.browser(site.url)
    reader.cookies.set("language", "../../etc")
    assert '<html lang="en">' in (await reader.get("/who")).text
    assert "set-cookie" not in (await reader.post("/language", data={"language": "tlh"})).headers
