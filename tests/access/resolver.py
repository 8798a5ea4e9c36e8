"""The names of every URL of the site, with their patterns; the technical administration counts for one."""

from functools import cache

from django.urls import get_resolver
from django.urls.resolvers import URLResolver


def url_names():
    return {"admin:index" if name.startswith("admin:") else name for name in patterns()}


def path_of(name):
    return patterns()[name]


@cache
def patterns():
    """{name: pattern of the path}."""
    return dict(walk(get_resolver()))


def walk(resolver, namespace="", path="/"):
    for pattern in resolver.url_patterns:
        here = f"{path}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace, here)
        else:
            yield f"{namespace}{pattern.name}", here
