"""The names of every URL of the site; the technical administration counts for one."""

from django.urls import get_resolver
from django.urls.resolvers import URLResolver


def url_names():
    return {"admin:index" if name.startswith("admin:") else name for name in walk(get_resolver())}


def walk(resolver, namespace=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name}"
