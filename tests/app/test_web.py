"""From request to answer: what refusals, mistakes and bad bodies look like, and that nobody loses what they typed."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from starlette.requests import Request
from starlette.responses import Response
from tortoise.exceptions import OperationalError

from app.auth import admin, anyone, signed_in
from app.errors import Forbidden, NotFound, Refused
from app.forms import Form, Line, Text, Whole
from app.journal import changing
from app.models import Change, Person
from app.web import TRIES, answer, page, route, submitted
from tests.app.conftest import MakeSite
from tests.app.plumbing import Site, make_person
from tests.postgres import Cluster

JSON = {"Accept": "application/json"}


class NoteForm(Form):
    title = Line("Title", limit=20)
    text = Text("Text", limit=100)
    seats = Whole("Seats", low=1, high=9)


async def write_note(request: Request, person: Person | None) -> Response:
    form = await submitted(request, NoteForm)
    if not form.validate():
        wrong = [f"{name}: {' '.join(errors)}" for name, errors in form.errors.items()]
        typed = [str(field()) for field in form]
        return page(request, "app/problem.html", status=422, title="Wrong", sentence="; ".join(wrong), hints=typed)
    return answer(request, {"title": form.title.data, "seats": form.seats.data}, url="/", flash="Kept.")


NOTES = route("/notes", write_note, anyone, methods=["POST"])


def raising(error: Exception, path: str = "/raise", **kwargs: Any) -> Any:
    async def endpoint(request: Request, person: Any) -> Response:
        raise error

    return route(path, endpoint, anyone, methods=["GET", "POST"], **kwargs)


async def test_refusal_says_its_sentence_and_what_else_can_be_done(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(raising(Refused("The room is <taken>.", hints=["Take the studio."])))
    shown = await site.browser(site.url).post("/raise")
    assert shown.status_code == 409
    assert "The room is &lt;taken&gt;." in shown.text
    assert "Take the studio." in shown.text
    told = await site.browser(site.url).post("/raise", headers=JSON)
    assert told.status_code == 409
    assert told.json() == {"error": "The room is <taken>.", "hints": ["Take the studio."]}


async def test_refusal_leads_back_to_the_page_of_ours_that_led_there(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(raising(Refused("Not now.")))
    ours = site.settings.base_url
    for referrer, back in (
        (f"{ours}/form?day=2", '<a class="button plain" href="/form?day=2">'),
        (f"{ours}/raise", '<a class="button plain" href="/raise">'),
        ("", None),
        ("https://other.example/form", None),
        (f"{ours}.other.example/form", None),
        (f"{ours}//other.example/form", None),
    ):
        shown = (await site.browser(site.url).post("/raise", headers={"Referer": referrer})).text
        assert (back in shown) if back else (">Back<" not in shown), referrer
    shown = await site.browser(site.url).get("/raise", headers={"Referer": f"{ours}/raise"})
    assert ">Back<" not in shown.text, "it is where one is"


async def test_missing_and_hidden_look_alike(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(raising(NotFound("event 7 belongs to Bea")))
    hidden = await site.browser(site.url).get("/raise")
    missing = await site.browser(site.url).get("/nowhere")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace("/raise", "") == missing.text.replace("/nowhere", "")
    assert (await site.browser(site.url).get("/raise", headers=JSON)).json()["hints"] == []


async def nothing(request: Request, person: Any) -> Response:
    return answer(request, {"ok": True}, url="/")


async def test_stranger_is_led_to_sign_in_and_a_person_told(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(
        route("/mine", nothing, signed_in, methods=["GET", "POST"]), route("/all", nothing, admin)
    )
    stranger, anna = site.browser(site.url), await site.signed_in(await make_person())
    led = await stranger.get("/mine?page=2&q=a")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/mine%3Fpage%3D2%26q%3Da")
    assert (await stranger.get("/mine", headers=JSON)).status_code == 403
    assert (await stranger.post("/mine")).status_code == 403
    assert (await anna.get("/all")).status_code == 403
    assert "Only an administrator" in (await anna.get("/all")).text
    assert (await anna.post("/mine", headers=JSON)).json() == {"ok": True}


async def test_calendar_paths_answer_in_plain_text(make_sqlite_site: MakeSite) -> None:
    errors = {"a": NotFound(), "b": Forbidden(), "c": ZeroDivisionError(), "d": Refused("no"), "e": ConnectionError()}
    site = await make_sqlite_site(*(raising(error, f"/{name}.ics") for name, error in errors.items()))
    for path, status in (("a", 404), ("b", 404), ("c", 500), ("d", 409), ("e", 503), ("nowhere/x", 404)):
        told = await site.browser(site.url).get(f"/{path}.ics")
        assert told.status_code == status
        assert told.headers["content-type"] == "text/plain; charset=utf-8"
        assert "<" not in told.text
        assert "set-cookie" not in told.headers


LOST_RACES = [
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.SerializationError("could not serialize"),
    asyncpg.LockNotAvailableError("lock timeout"),
    OperationalError("database is locked"),
]


@pytest.mark.parametrize("lost", LOST_RACES, ids=lambda error: type(error).__name__)
async def test_lost_race_runs_the_request_again(make_site: MakeSite, lost: Exception) -> None:
    tries: list[str] = []

    async def racing(request: Request, person: Person) -> Response:
        form = await submitted(request, NoteForm)
        async with changing("event:3", by=person) as changes:
            changes.record("note.written", person, topics=[], data={"title": form.title.data})
            tries.append(str(form.title.data))
            if len(tries) < TRIES:
                raise lost
        return answer(request, {"title": form.title.data}, url="/")

    site = await make_site(route("/race", racing, signed_in, methods=["POST"]))
    browser = await site.signed_in(await make_person())
    told = await browser.post("/race", data={"title": "Typed once"}, headers=JSON)
    assert told.json() == {"title": "Typed once"}
    assert tries == ["Typed once"] * TRIES
    assert await Change.filter(kind="note.written").count() == 1
    tries[:] = []
    lost_again = raising(lost, "/lost")
    other = await make_site(lost_again)
    assert (await other.browser(other.url).post("/lost")).status_code == 503


async def test_real_deadlock_reaches_nobody(make_site: MakeSite, database: str) -> None:
    """Two requests take two people's rows in opposite order."""
    anna, bea = await make_person("Anna"), await make_person("Bea")
    met = asyncio.Barrier(2)

    async def crossing(request: Request, person: Any) -> Response:
        ids = [anna.id, bea.id] if request.query_params["first"] == "a" else [bea.id, anna.id]
        async with changing(f"event:{ids[0]}", by="test") as changes:
            await Person.filter(id=ids[0]).update(language="pl")
            if "postgres" in database and met.n_waiting < 2 and not met.broken:
                await asyncio.wait_for(met.wait(), 5)
                await met.abort()
            await Person.filter(id=ids[1]).update(language="fi")
            changes.record("person.seen", anna, topics=[])
        return answer(request, {}, url="/")

    site = await make_site(route("/cross", crossing, anyone, methods=["POST"]))
    browser = site.browser(site.url)
    answers = await asyncio.gather(*(browser.post(f"/cross?first={one}") for one in "ab"), return_exceptions=True)
    assert [getattr(one, "status_code", one) for one in answers] == [303, 303]
    assert await Change.filter(kind="person.seen").count() == 2


async def test_our_mistake_says_so_and_the_log_has_it(
    make_sqlite_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = await make_sqlite_site(raising(ZeroDivisionError("secret detail")))
    shown = await site.browser(site.url).post("/raise?token=abc")
    assert shown.status_code == 500
    assert "secret detail" not in shown.text
    assert "Traceback" not in shown.text
    assert "Something went wrong on our side" in shown.text
    logged = [record for record in caplog.records if record.name == "pilotmatch.web"]
    assert [record.getMessage() for record in logged] == ["POST /raise"]
    assert logged[0].exc_info
    told = await site.browser(site.url).post("/raise", headers=JSON)
    assert told.json()["error"].startswith("Something went wrong")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_database_that_is_away_is_said_kindly(make_site: MakeSite, cluster: Cluster) -> None:
    async def counting(request: Request, person: Any) -> Response:
        return answer(request, {"people": await Person.all().count()}, url="/")

    site = await make_site(route("/count", counting, anyone))
    browser = site.browser(site.url)
    assert (await browser.get("/count", headers=JSON)).json() == {"people": 0}
    await asyncio.to_thread(cluster.control, "-m", "fast", "stop")
    try:
        for _ in range(3):
            away = await browser.get("/count")
            assert away.status_code == 503
            assert away.headers["retry-after"] == "10"
            assert "The database does not answer" in away.text
            assert away.headers["x-content-type-options"] == "nosniff"
        assert (await browser.post("/sign-in", data={"email": "anna@example.org"})).status_code == 503
        assert (await browser.get("/account", headers={"Cookie": "sid=x"})).status_code == 503
    finally:
        await asyncio.to_thread(cluster.control, "restart")  # start would forget its port
    assert (await browser.get("/count", headers=JSON)).json() == {"people": 0}


async def test_form_says_all_that_is_wrong_and_keeps_what_was_typed(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(NOTES)
    browser = site.browser(site.url)
    shown = await browser.post("/notes", data={"title": "x" * 21, "text": "\x07<b>", "seats": "many"})
    assert shown.status_code == 422
    for wrong in ("title: Please keep this to 20", "text: This contains control", "seats: Not a valid integer"):
        assert wrong in shown.text
    for typed in ("x" * 21, "many", "&amp;lt;b&amp;gt;"):  # the page shows the fields' HTML as text
        assert typed in shown.text
    empty = await browser.post("/notes", data={})
    assert empty.text.count("This field is required.") == 2
    good = await browser.post("/notes", data={"title": " A ", "seats": "3"}, headers=JSON)
    assert good.json() == {"title": "A", "seats": 3}


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"
PART = b'--B\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
BAD_BODIES: dict[str, tuple[str, bytes]] = {
    "3 MB": (FORM, b"title=" + b"x" * (3 << 20)),
    "many fields": (FORM, b"&".join(b"f%d=1" % n for n in range(501))),
    "many empty fields": (FORM, b"&" * 100_000),
    "one name often": (FORM, b"&".join([b"title=a"] * 501)),
    "long field": (FORM, b"title=" + b"x" * 1_900_000),
    "NUL": (FORM, b"title=a%00b&seats=%00"),
    "invalid UTF-8": (FORM, b"title=%ff%fe&seats=1"),
    "raw invalid UTF-8": (FORM, b"title=\xff\xfe&seats=1\x00"),
    "surrogates": (FORM, b"title=%ed%a0%80&seats=1"),
    "bad percent": (FORM, b"title=%zz%&seats=%"),
    "unicode digits": (FORM, "title=a&seats=٣٣٣".encode()),
    "huge number": (FORM, b"title=a&seats=" + b"9" * 100_000),
    "exponent": (FORM, b"title=a&seats=1e999"),
    "JSON": ("application/json", b'{"title": "a", "seats": NaN}'),
    "no type": ("", b"title=a"),
    "odd type": ("text/plain;;;=x", b"title=a"),
    "bad charset": (FORM + "; charset=utf-99", b"title=a"),
    "no boundary": ("multipart/form-data", b"x"),
    "empty boundary": ("multipart/form-data; boundary=", b"x"),
    "no end": (MULTIPART, PART + b"a"),
    "junk before": (MULTIPART, b"x" * 1_000_000 + PART + b"a\r\n--B--"),
    "many parts": (MULTIPART, (PART + b"a\r\n") * 2000 + b"--B--"),
    "many headers": (MULTIPART, b"--B\r\n" + b"X: y\r\n" * 10_000 + b"\r\n\r\n--B--"),
    "endless header": (MULTIPART, b"--B\r\nX: " + b"y" * 1_000_000),
    "no name": (MULTIPART, b"--B\r\nContent-Disposition: form-data\r\n\r\na\r\n--B--"),
    "file as text": (MULTIPART, PART.replace(b'"title"', b'"title"; filename="x.txt"') + b"a\r\n--B--"),
    "file as number": (MULTIPART, PART.replace(b'"title"', b'"seats"; filename="x.txt"') + b"1\r\n--B--"),
    "six files": (MULTIPART, PART.replace(b'"title"', b'"f"; filename="x"') * 6 + b"--B--"),
    "bad part charset": (MULTIPART, PART + b"\xff\xfe\r\n--B--"),
}


async def test_bad_body_is_the_senders_mistake_not_ours(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(NOTES)
    browser = site.browser(site.url)
    loop = asyncio.get_running_loop()
    for name, (kind, body) in BAD_BODIES.items():
        started = loop.time()
        said = {"Content-Type": kind.encode("latin-1")} if kind else {}
        told = await browser.post("/notes", content=body, headers=said)  # type: ignore[arg-type]
        assert 400 <= told.status_code < 500, (name, told.status_code)
        assert "Traceback" not in told.text
        assert loop.time() - started < 2, name
    assert (await browser.post("/notes", content=b"x" * (3 << 20), headers={"Content-Type": FORM})).status_code == 413
    assert (await browser.post("/notes", data={"title": "A", "seats": "3"})).status_code == 303


async def test_body_without_a_length_is_counted(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(NOTES)

    async def endless() -> Any:
        for number in range(450):
            yield b"f%d=" % number + b"x" * 5000 + b"&"

    told = await site.browser(site.url).post("/notes", content=endless(), headers={"Content-Type": FORM})
    assert told.status_code == 413


async def test_bad_posts_to_the_account_change_nothing(sqlite_site: Site) -> None:
    browser = await sqlite_site.signed_in(await make_person())
    facts = await Change.all().count()
    for path in ("/account", "/account/calendar", "/sign-in"):
        for name, (kind, body) in BAD_BODIES.items():
            said = {"Content-Type": kind.encode("latin-1")} if kind else {}
            told = await browser.post(path, content=body, headers=said)  # type: ignore[arg-type]
            assert 400 <= told.status_code < 500, (path, name, told.status_code)
    assert await Change.all().count() == facts


async def test_odd_paths_and_queries_are_no_mistake_of_ours(sqlite_site: Site) -> None:
    browser = sqlite_site.browser(sqlite_site.url)
    odd = [
        "/%00", "/%ff", "/sign-in?next=%ff%00", "/" + "a" * 20_000, "/sign-in?" + "a=1&" * 3000, "//", "/sign-in/",
        "/%2e%2e/%2e%2e/etc/passwd", "/static/../app/db.py", "/static/x/css/base.css", "/account/sign-ins/1e9/end",
        "/sign-in?next[]=/", "/sign-in?next=/a&next=//evil.test", "/account/sign-ins/-1/end", "/feeds/.ics",
        "/feeds/%00.ics", "/feeds/a/b.ics",
    ]  # fmt: skip
    for path in odd:
        told = await browser.get(path)
        assert told.status_code < 500, path
        assert "evil" not in told.headers.get("location", "")


async def test_flash_is_shown_once_and_escaped(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(NOTES)
    browser = site.browser(site.url)
    await browser.post("/notes", data={"title": "A", "seats": "3"})
    assert "Kept." in (await browser.get("/sign-in")).text
    assert "Kept." not in (await browser.get("/sign-in")).text
    planted = await browser.get("/sign-in", headers={"Cookie": "flash=%3Cscript%3Ealert(1)%3C/script%3E" + "x" * 2000})
    assert "<script>alert" not in planted.text
    assert "x" * 400 not in planted.text


async def test_pages_are_not_kept_by_shared_caches(sqlite_site: Site) -> None:
    browser = await sqlite_site.signed_in(await make_person())
    for path in ("/account", "/sign-in/x", "/nowhere"):
        answered = await browser.get(path)
        assert answered.headers["cache-control"] in ("private, no-cache", "no-store")
        assert "cookie" in answered.headers["vary"].lower()


def test_json_is_what_orjson_says() -> None:
    assert json.loads(
        bytes(
            answer(Request({"type": "http", "headers": [(b"accept", b"application/json")]}), {"a": "ż"}, url="/").body
        )
    ) == {"a": "ż"}
