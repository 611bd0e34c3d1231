"""Where the pages of support offices are that show meetings."""

from starlette.routing import BaseRoute

from matchmaking.support import client_pages, follow_up_pages, pages, time_pages

routes: list[BaseRoute] = [*pages.routes, *client_pages.routes, *time_pages.routes, *follow_up_pages.routes]
