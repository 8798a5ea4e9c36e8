"""Where each person starts, and the role in which she acts."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts import navigation
from accounts.errors import NotAllowed


@require_GET
@login_required
def home(request):
    """The first page of the acting role; somebody without any role sees her own details."""
    role = navigation.Navigation(request).role
    return redirect(navigation.home_of(role) if role else "accounts:details")


@require_POST
@login_required
def switch_role(request):
    """Change the acting role: the menu and the header, never the rights."""
    role = request.POST.get("role", "")
    if not navigation.choose_role(request, role):
        raise NotAllowed("Vous ne tenez pas ce rôle. Demandez-le à l’administration du dispositif.")
    return redirect(navigation.home_of(role))


def demonstration_only(view):
    """The page exists only when the service runs as a demonstration."""

    def wrapper(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper
