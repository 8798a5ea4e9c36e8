from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.details import update_details
from accounts.forms import DetailsForm, attempt, status_of, version_of
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def details(request):
    """My details: one form, guarded by the version the page was made from."""
    person = User.objects.get(pk=request.user.pk)
    form = DetailsForm(request.POST or None, instance=person)
    version = person.version
    if request.method == "POST" and attempt(
        form, lambda data: update_details(user=request.user, version=version_of(request), **data)
    ):
        messages.success(request, "Vos coordonnées sont enregistrées.")
        return redirect("accounts:details")
    context = {"form": form, "version": version, "roles": request.user.role_grants.filter(revoked_at=None)}
    return render(request, "accounts/details.html", context, status=status_of(form))
