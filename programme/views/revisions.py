"""A new version of a published call: begin it, read what changes, publish it or give it up."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts import french
from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from programme import editing
from programme.builder_forms import NoteForm
from programme.models import Call
from programme.models.call import EDIT, PUBLISH
from programme.publication import version_problems
from programme.querysets import READ_ALL
from programme.revisions import bounds_changes, changes_between, criteria_changes
from programme.views.builder import NOTHING_PREPARED, page_of


@require_http_methods(["GET", "POST"])
@permission_required(READ_ALL)
def revision(request, slug):
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    act = request.POST.get("act", "")
    if request.method == "POST" and act == "start":
        version = editing.start_revision(call=call, by=request.user)
        messages.success(
            request, f"La version {version.number} est en préparation : la version publiée reste en vigueur."
        )
        return redirect("programme:revision", slug)
    version = call.draft_version()
    if version is None or call.state == Call.State.DRAFT:
        raise StalePage(NOTHING_PREPARED)
    version.call = call
    if request.method == "POST" and act == "discard":
        editing.discard_revision(version=version, by=request.user, page_version=version_of(request))
        messages.success(request, "La version en préparation est abandonnée : la version publiée reste en vigueur.")
        return redirect(call.staff_path)
    return published(request, call, version)


def published(request, call, version):
    form = NoteForm(request.POST or None)
    if request.method == "POST" and attempt(
        form,
        lambda data: editing.publish_revision(
            version=version, by=request.user, page_version=version_of(request), **data
        ),
    ):
        messages.success(request, f"La version {version.number} est publiée : elle vaut pour tout dossier non envoyé.")
        return redirect(call.staff_path)
    return page_of(
        request, "revision", call, version, form=form, status=status_of(form), **changes_of(call, version),
        can_publish=request.user.has_perm(PUBLISH), can_edit=request.user.has_perm(EDIT),
    )  # fmt: skip


def changes_of(call, version):
    before = call.version_in_force()
    changes = changes_between(before, version)
    return {
        "before": before,
        "changes": changes,
        "problems": version_problems(version),
        "consequences": consequences(call, before, version, changes),
    }


def consequences(call, before, version, changes):
    """What publishing the version will do, for the page that asks."""
    items = [
        f"{french.plural(len(changes), 'changement')} dans la version {version.number}, figée dès sa publication",
        "Les brouillons passent à cette version ; chaque porteur lit ce qui change",
        f"Les dossiers envoyés gardent leur version (la {before.number} pour les derniers)",
    ]
    if [*criteria_changes(before, version), *bounds_changes(before, version)]:
        items.append(
            "Critères ou montants changent : dans une vague dont des dossiers sont déjà envoyés, "
            "tous ne seront pas jugés sur la même règle"
        )
    return items
