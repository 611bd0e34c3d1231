"""Signing in by mailed link, in one browser, once; and what the account page can change; over real HTTP."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app import auth
from app.auth import Secret
from app.models import Change, Mail, Person, SignIn, SignInLink, Topic
from tests.app.plumbing import EVENT, Site, mailed_link, make_person, tell

ANNA = "anna@example.org"


async def ask(browser: Any, email: str = ANNA, *, to: str = "/") -> Any:
    return await browser.post(f"/sign-in?next={quote(to)}", data={"email": email})


async def test_link_signs_in_the_browser_that_asked(site: Site) -> None:
    browser = site.browser(site.url)
    assert (await ask(browser, "  Anna@Example.ORG ", to="/e/krakow")).status_code == 200
    link = await mailed_link()
    page = await browser.get(link)
    assert page.status_code == 200
    assert ANNA in page.text
    assert page.headers["cache-control"] == "no-store"
    entered = await browser.post(link)
    assert (entered.status_code, entered.headers["location"]) == (303, "/e/krakow")
    account = await browser.get("/account")
    assert account.status_code == 200
    assert ANNA in account.text
    assert [person.email for person in await Person.all()] == [ANNA]


@pytest.mark.parametrize(("chosen", "welcome"), [("", "Tervetuloa"), ("pl", "Witaj")])
async def test_welcome_is_in_the_language_chosen_here_else_in_ones_own(
    sqlite_site: Site, chosen: str, welcome: str
) -> None:
    await make_person("Anna", language="fi")
    browser = sqlite_site.browser(sqlite_site.url, **{"Accept-Language": "en"})
    if chosen:
        await browser.post("/language", data={"language": chosen})
    await ask(browser)
    await browser.post(await mailed_link())
    shown = (await browser.get("/account")).text
    assert f'<html lang="{chosen or "fi"}">' in shown
    assert welcome in shown


async def test_looking_at_a_link_changes_nothing(sqlite_site: Site) -> None:
    browser = sqlite_site.browser(sqlite_site.url)
    await ask(browser)
    link = await mailed_link()
    facts = await Change.all().count()
    scanners = ["Mozilla/5.0 SafeLinks", "Barracuda Sentinel", "ProofpointBot", "Slackbot-LinkExpanding", "curl/8"]
    for agent in scanners:
        for method in ("GET", "HEAD", "OPTIONS"):
            for headers in ({}, {"Sec-Purpose": "prefetch;prerender"}):
                answer = await sqlite_site.browser(sqlite_site.url, **{"User-Agent": agent}).request(
                    method, link, headers=headers
                )
                assert answer.status_code < 500
                assert "sid" not in answer.headers.get("set-cookie", "")
                assert (await browser.request(method, link, headers=headers)).status_code < 500
    assert (await Change.all().count(), await SignIn.all().count()) == (facts, 0)
    assert (await browser.post(link)).status_code == 303


async def test_link_works_once_however_many_press(site: Site) -> None:
    browser = site.browser(site.url)
    await ask(browser)
    link = await mailed_link()
    answers = await asyncio.gather(*(browser.post(link) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 19
    assert await SignIn.all().count() == 1
    assert await Person.all().count() == 1


async def test_other_browser_is_refused_and_the_link_still_works(site: Site) -> None:
    browser, other = site.browser(site.url), site.browser(site.url)
    await ask(browser)
    link = await mailed_link()
    await ask(other, "bea@example.org")
    shown = await other.get(link)
    assert "the browser in which you asked" in shown.text
    assert ANNA not in shown.text
    assert (await other.post(link)).status_code == 409
    assert (await site.browser(site.url).post(link)).status_code == 409
    assert await SignIn.all().count() == 0
    assert (await browser.post(link)).status_code == 303


async def test_link_is_too_old_after_ten_minutes(site: Site) -> None:
    browser = site.browser(site.url)
    for minutes, status in ((-1, 409), (1, 303)):
        await ask(browser)
        link = await mailed_link()
        newest = await SignInLink.all().order_by("-id").first()
        assert newest is not None
        assert newest.expires_at - newest.created_at == timedelta(minutes=10)
        await SignInLink.filter(id=newest.id).update(expires_at=datetime.now(UTC) + timedelta(minutes=minutes))
        assert (await browser.get(link)).status_code == (410 if status == 409 else 200)
        assert (await browser.post(link)).status_code == status


async def test_older_links_end_when_a_newer_one_was_used(site: Site) -> None:
    browser = site.browser(site.url)
    await ask(browser)
    older = await mailed_link()
    await ask(browser)
    newer = await mailed_link()
    assert (await browser.get(older)).status_code == 200  # mails cross: whichever arrives works
    assert (await browser.post(newer)).status_code == 303
    assert (await site.browser(site.url).get(older)).status_code == 410
    browser.cookies.delete("sid")
    assert (await browser.post(older)).status_code == 409
    assert await SignIn.all().count() == 1


async def test_wrong_token_is_refused_neutrally(sqlite_site: Site) -> None:
    browser = sqlite_site.browser(sqlite_site.url)
    await ask(browser)
    link = await mailed_link()
    token = link.split("?")[0].rpartition("/")[2]
    flipped = ("B" if token[0] == "A" else "A") + token[1:]
    wrong = [
        flipped,
        token[:-1],
        token + "=",
        token + "A",
        token.swapcase(),
        "%00",
        "%FF%FE",
        "%ED%A0%80",
        "x" * 20_000,
    ]
    wrong += [token + "%00", "%0d%0aSet-Cookie:x=1", "../account", "٣" * 43, "null", "-1"]
    for bad in wrong:
        seen, pressed = await browser.get(f"/sign-in/{bad}"), await browser.post(f"/sign-in/{bad}")
        assert seen.status_code in (404, 410, 303), bad
        assert pressed.status_code in (404, 409, 405, 403), bad
        assert "sid" not in pressed.headers.get("set-cookie", "")
    assert await SignIn.all().count() == 0


async def test_answer_does_not_tell_whether_the_address_is_known(site: Site) -> None:
    await make_person("Anna", admin=True)
    answers = []
    for email in (ANNA, "nobo@example.org"):  # of one length, as the page repeats it
        answer = await ask(site.browser(site.url), email)
        headers = {name: value for name, value in answer.headers.items() if name not in ("date", "set-cookie")}
        answers.append((answer.status_code, answer.text.replace(email, "…"), headers, answer.cookies.keys()))
        assert await Mail.filter(recipient=email).count() == 1
    assert answers[0] == answers[1]


async def test_address_gets_five_links_an_hour(site: Site) -> None:
    answers = [await ask(site.browser(site.url)) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await Mail.filter(recipient=ANNA).count() == 5
    await SignInLink.all().update(created_at=datetime.now(UTC) - timedelta(minutes=61))
    await ask(site.browser(site.url))
    assert await Mail.filter(recipient=ANNA).count() == 6


async def test_peer_gets_twenty_links_an_hour_whatever_it_says_it_is(sqlite_site: Site) -> None:
    for number in range(22):
        # What our proxy makes of a spoofed header: it appends who really asked.
        spoofed = {"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.9", "X-Real-IP": f"10.0.0.{number}"}
        answer = await sqlite_site.browser(sqlite_site.url, **spoofed).post(
            "/sign-in", data={"email": f"p{number}@example.org"}
        )
        assert answer.status_code == 200
    assert await Mail.all().count() == 20


async def test_ipv6_network_is_one_peer(database: str) -> None:
    for number in range(25):
        await auth.ask_link(f"p{number}@example.org", browser=Secret.new(), asked_from=f"2001:db8:0:7::{number:x}")
    assert await SignInLink.all().count() == 20
    assert await auth.ask_link("q@example.org", browser=Secret.new(), asked_from="2001:db8:0:8::1")
    assert await auth.ask_link("r@example.org", browser=Secret.new(), asked_from="::ffff:192.0.2.1")
    assert await auth.ask_link("r@example.org", browser=Secret.new(), asked_from="::ffff:192.0.2.2")
    assert len({link.asked_from for link in await SignInLink.all().order_by("-id").limit(3)}) == 3


async def test_bad_address_is_refused_and_kept(sqlite_site: Site) -> None:
    for typed in (
        "",
        "   ",
        "anna",
        "a@b,c@d.org",
        "anna@example.org\r\nBcc: x@y.org",
        "a@[127.0.0.1]",
        "<b>@example.org",
    ):
        answer = await ask(sqlite_site.browser(sqlite_site.url), typed)
        assert answer.status_code == 422, typed
        assert "<b>" not in answer.text
    assert 'value="anna"' in (await ask(sqlite_site.browser(sqlite_site.url), "anna")).text
    assert await Mail.all().count() == 0


HOSTILE = [
    "//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "https://evil.test",
    "https:/evil.test", "https:evil.test", "http:evil.test", "HTTPS://evil.test", "//evil.test/%2f..", "/\t/evil.test",
    "\t//evil.test", " //evil.test", "/\n/evil.test", "/\r\n/evil.test", "\x00//evil.test", "/\x00/evil.test",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b",
    "//[evil", "//[::1", "http://[evil", "/\u2028/evil.test", "\u200b//evil.test", "/\u00a0/evil.test", "//evil。test",
    "https://127.0.0.1.evil.test", "https://127.0.0.1@evil.test", "@evil.test", ".evil.test", "evil.test",
    "?//evil.test", "#//evil.test", "%2f%2fevil.test", "%5c%5cevil.test", "//%65vil.test", "/\\/evil.test",
    "/x\\..\\evil", "ftp://evil.test", "file:///etc/passwd", "about:blank", "//user:pass@evil.test", "///", "//",
    "/" * 3000, "\u3000//evil.test",
]  # fmt: skip


async def test_next_never_leads_elsewhere(sqlite_site: Site) -> None:
    anna = await make_person()
    browser = await sqlite_site.signed_in(anna)
    for hostile in HOSTILE:
        answer = await browser.get("/sign-in", params={"next": hostile})
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), hostile
        back = await browser.post("/language", data={"language": "en", "back": hostile})
        assert (back.status_code, back.headers["location"]) == (303, "/"), hostile
        back = await browser.post("/account/calendar", data={"by": "mail", "back": hostile})
        assert (back.status_code, back.headers["location"]) == (303, "/account"), hostile


async def test_next_keeps_addresses_of_ours(sqlite_site: Site) -> None:
    browser = await sqlite_site.signed_in(await make_person())
    for ours in ("/", "/e/krakow", "/e/krakow/people?q=bio&page=2", "/e/krakow#day-2", "/e/Łódź"):
        answer = await browser.get("/sign-in", params={"next": ours})
        assert answer.headers["location"].replace("%C5%81%C3%B3d%C5%BA", "Łódź") == ours
    for odd in ("/%2f%2fevil.test", "/..//evil.test", "/／evil.test", "/%5cevil.test"):  # paths here, to every browser
        answer = await browser.get("/sign-in", params={"next": odd})
        assert re.fullmatch(r"/[^/\\].*", answer.headers["location"]), odd


async def test_deep_link_survives_signing_in(sqlite_site: Site) -> None:
    browser = sqlite_site.browser(sqlite_site.url)
    sent = await browser.get("/account?from=mail&x=1")
    assert sent.status_code == 303
    form = await browser.get(sent.headers["location"])
    action = re.search(r'action="([^"]+)"', form.text)
    assert action
    await browser.post(action[1].replace("&amp;", "&"), data={"email": ANNA})
    assert (await browser.post(await mailed_link())).headers["location"] == "/account?from=mail&x=1"


async def test_sign_out_ends_the_session_and_its_open_sockets(site: Site) -> None:
    anna = await make_person()
    here, there = await site.signed_in(anna), await site.signed_in(anna)
    url = site.url.replace("http", "ws") + "/live"
    cookies = [{"Cookie": f"sid={browser.cookies['sid']}"} for browser in (here, there)]
    async with (
        connect(url, origin=site.url, additional_headers=cookies[0]) as mine,  # type: ignore[arg-type]
        connect(url, origin=site.url, additional_headers=cookies[1]) as other,  # type: ignore[arg-type]
    ):
        await asyncio.gather(mine.recv(), other.recv())  # the reset of an unknown revision
        started = asyncio.get_running_loop().time()
        assert (await here.post("/sign-out")).status_code == 303
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(mine.recv(), 5)
        assert asyncio.get_running_loop().time() - started < 5
        await tell(anna)
        assert await asyncio.wait_for(other.recv(), 5)
    assert (await here.get("/account")).status_code == 303
    assert (await there.get("/account")).status_code == 200


async def test_stolen_cookie_is_dead_after_sign_out(site: Site) -> None:
    browser = await site.signed_in(await make_person())
    thief = site.browser(site.url)
    thief.cookies.set("sid", browser.cookies["sid"])
    assert (await thief.get("/account")).status_code == 200
    left = await browser.post("/sign-out")
    assert "sid" not in browser.cookies
    assert left.status_code == 303
    assert (await thief.get("/account")).status_code == 303


async def test_only_own_sign_ins_can_be_ended(site: Site) -> None:
    anna, bea = await make_person("Anna"), await make_person("Bea")
    mine, hers = await site.signed_in(anna), await site.signed_in(bea)
    await site.signed_in(anna)
    hers_id, old_id = (await SignIn.get(person=bea)).id, (await SignIn.filter(person=anna).order_by("-id"))[0].id
    for not_mine in (hers_id, 0, 2**31, 2**63, 10**30):
        assert (await mine.post(f"/account/sign-ins/{not_mine}/end")).status_code in (303, 404)
    assert (await hers.get("/account")).status_code == 200
    await mine.post(f"/account/sign-ins/{old_id}/end")
    assert await SignIn.filter(person=anna).count() == 1


async def test_session_ends_after_two_weeks(site: Site) -> None:
    browser = await site.signed_in(await make_person())
    entry = await SignIn.all().first()
    assert entry is not None
    assert entry.expires_at - entry.created_at == timedelta(days=14)
    await SignIn.all().update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (await browser.get("/account")).status_code == 303


async def test_preset_session_is_not_taken_over(sqlite_site: Site) -> None:
    browser = sqlite_site.browser(sqlite_site.url)
    browser.cookies.set("sid", "chosen-by-somebody-else")
    await ask(browser)
    entered = await browser.post(await mailed_link())
    assert re.search(r"sid=[\w-]{43};", entered.headers["set-cookie"])
    assert not await SignIn.filter(token_hash=Secret("chosen-by-somebody-else").hash).exists()


async def test_name_is_changed_or_refused_and_kept(sqlite_site: Site) -> None:
    anna = await make_person()
    browser = await sqlite_site.signed_in(anna)
    for bad in ("", "   ", "x" * 121, "A\r\nB", "=?utf-8?q?hi=0ABcc:_e@x.org?="):
        assert (await browser.post("/account", data={"name": bad})).status_code == 422
    refused = await browser.post("/account", data={"name": "<i>" + "x" * 121})
    assert "&lt;i&gt;xxx" in refused.text
    assert (await browser.post("/account", data={"name": " Zoë Ł. "})).status_code == 303
    assert (await Person.get(id=anna.id)).name == "Zoë Ł."


async def test_choosing_the_feed_reopens_the_agenda_in_every_event(site: Site) -> None:
    anna = await make_person()
    await tell(anna)
    await tell(anna, scope="event:4")
    await Topic.filter(name=f"person:{anna.id}").update(settled=1)
    browser = await site.signed_in(anna)
    assert (await browser.post("/account/calendar", data={})).status_code == 400
    assert (await browser.post("/account/calendar", data={"by": "pigeon"})).status_code == 400
    assert (await Person.get(id=anna.id)).invited_by_mail
    assert (await browser.post("/account/calendar", data={"by": "feed"})).status_code == 303
    assert not (await Person.get(id=anna.id)).invited_by_mail
    unsettled = await Topic.filter(name=f"person:{anna.id}", settled=1, revision=2).values_list("scope", flat=True)
    assert sorted(unsettled) == [EVENT, "event:4"]  # type: ignore[type-var]
