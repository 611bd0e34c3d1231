"""Where the pages of support offices are that know no meetings; the others are in matchmaking.support."""

from starlette.routing import BaseRoute

from events.networks.support import account, desk

routes: list[BaseRoute] = [*account.routes, *desk.routes]
