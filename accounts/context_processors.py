from django.conf import settings
from django.utils.functional import SimpleLazyObject

from accounts.navigation import Navigation


def identity(request):
    """Who looks, in which roles: the header of every page. Lazy, so that a page that does not ask does not query."""
    return {
        "my_roles": SimpleLazyObject(lambda: request.user.roles if request.user.is_authenticated else frozenset()),
        "navigation": SimpleLazyObject(lambda: Navigation(request)),
        "demonstration": settings.DEMO,
    }
