"""Who may open a page: decorators of views. Rows are scoped apart, by `visible_to(user)`.

    @role_required(Role.OFFICER, Role.AUDITOR)
    @permission_required("accounts.read_journal")
    @login_required                                   (Django's own: any signed-in person)

Without a session: the sign-in page, then back. Signed in without the right: the 403 page, which says what to do.
"""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied


def guarded(test):
    """A decorator of views: sign-in first, then `test(user)` or 403."""

    def decorator(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not test(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapper

    return decorator


def role_required(*roles):
    return guarded(lambda user: user.has_role(*roles))


def permission_required(permission):
    return guarded(lambda user: user.has_perm(permission))


def safe_to_repeat(view):
    """Declare a POST that does the same whether it arrives once or twice: no key is kept for it."""
    view.safe_to_repeat = True
    return view
