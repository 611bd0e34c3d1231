"""The one ASGI middleware: right host, no cross-origin writes or sockets, safe headers, the reader's language.

Pure ASGI, so that it covers sockets too and costs microseconds. Cross-site requests are told by Fetch Metadata,
and by Origin where a browser does not send it (OWASP, Cross-Site Request Forgery Prevention); so no form needs a
token. A client that sends neither cannot write, unless it shows a secret that no other site's page has: a bearer
token, or the address that ends a kind of mail (RFC 8058).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import i18n
from app.i18n import _

SAFE = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: that makes browsers send `Origin: null` with our own forms (Fetch, 3.2).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Calendar programs probe a feed by writing to it: a 403 makes them ask for a password, or switch it off.
READ_ONLY = PlainTextResponse("this calendar can only be read", 405, headers={"Allow": "GET, HEAD"})
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


class Guard:
    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self.app = app
        self.base_url = base_url
        self.host = urlsplit(base_url).netloc
        self.headers = HEADERS | (HTTPS_ONLY if base_url.startswith("https://") else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if _writes_to_calendar(scope):
            return await READ_ONLY(scope, receive, self._with_headers(send))
        with i18n.speaking(_language(headers)):
            reason = self._refuses(scope, headers)
            if reason is not None:
                return await self._refuse(scope, receive, send, *reason)
            return await self.app(scope, receive, self._with_headers(send))

    def _refuses(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Status and sentence, or None for a request that may go on."""
        if headers.get("host", "").lower() != self.host and scope["path"] != "/healthz":
            sentence = _("This site is at %(url)s. (To serve it under another address, set BASE_URL.)")
            return 421, sentence % {"url": self.base_url}
        if scope["type"] == "http" and scope["method"] in SAFE:
            return None
        if scope["type"] == "websocket":
            # A program without Origin is no browser; without a cookie it brings nobody's rights.
            program = "origin" not in headers and "cookie" not in headers
            return None if program or headers.get("origin") == self.base_url else (403, "cross-origin socket")
        if headers.get("authorization", "").lower().startswith("bearer ") or scope["path"].startswith("/unsubscribe/"):
            return None
        site = headers.get("sec-fetch-site")
        same = site == "same-origin" if site else headers.get("origin") == self.base_url
        if same:
            return None
        return 403, _("This was sent from another site, or by a program that does not say from where.")

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int, sentence: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": sentence[:120]})
        else:
            await PlainTextResponse(sentence, status)(scope, receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return sending


def _writes_to_calendar(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["path"].endswith(".ics") and scope["method"] not in ("GET", "HEAD")


def _language(headers: Headers) -> str:
    """What the reader chose (cookie), else what their browser prefers."""
    for part in headers.get("cookie", "").split(";"):
        name, _sign, value = part.strip().partition("=")
        if name == "language" and value in i18n.languages():
            return value
    return i18n.preferred(headers.get("accept-language", ""))
