"""A section of a call never hides a page of every dossier: their names are reserved."""

from django.urls import URLPattern, get_resolver

from programme.models.form import RESERVED_SLUGS

PREFIX = "dossiers/<uuid:public_id>/"


def routes(patterns, prefix=""):
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from routes(one.url_patterns, route)


def test_every_page_of_a_dossier_is_a_reserved_name():
    after = [route.removeprefix(PREFIX) for route in routes(get_resolver().url_patterns) if route.startswith(PREFIX)]
    words = {route.rstrip("/") for route in after if route and "<" not in route and route.count("/") == 1}
    assert "envoyer" in words
    assert words <= set(RESERVED_SLUGS), words - set(RESERVED_SLUGS)
