"""What was said, when, by whom; which statement holds, which contradicts which?"""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from funding.files import file_links, table_file
from monitoring.models import READ
from monitoring.scope import Scope
from programme.models import Announcement, Target


@permission_required(READ)
@require_safe
def statements(request):
    """Every statement by date; the ones in force on a day are marked."""
    scope = Scope(request)
    day = scope.clocks.as_of
    said = Announcement.objects.filter(programme=scope.programme, stated_on__lte=day)
    said = list(said.select_related("supersedes", "contradicts").prefetch_related("parts").order_by("stated_on", "pk"))
    replaced = {one.supersedes_id for one in said}
    forces = {
        kind: Announcement.objects.in_force(programme=scope.programme, kind=kind, on=day)
        for kind in (Announcement.Kind.MONEY, Announcement.Kind.TARGET)
    }
    context = {
        "scope": scope,
        "rows": [(one, standing_of(one, replaced, forces)) for one in said],
        "files": file_links(**scope.parameters),
        "targets": Target.objects.filter(programme=scope.programme, stated_on__lte=day).order_by("stated_on", "pk"),
    }
    rows = context["rows"]
    file = table_file(request, "annonces", HEADS, lambda: [values_of(one, standing) for one, standing in rows])
    return file or render(request, "monitoring/statements.html", context)


HEADS = [
    ("Dit le", "date"), ("Énoncé", "text"), ("Nature", "text"), ("Montant", "cents"), ("dont subventions", "cents"),
    ("dont fonds", "cents"), ("Ce jour-là", "text"), ("Source", "text"),
]  # fmt: skip


def values_of(one, standing):
    return [
        one.stated_on, one.statement, one.get_kind_display(), one.amount_cents, one.grants_cents, one.fund_cents,
        standing[0], one.source,
    ]  # fmt: skip


def standing_of(statement, replaced, forces):
    """(label, tone) of a statement on that day."""
    force = forces.get(statement.kind)
    if force is not None and force.pk == statement.pk:
        return "En vigueur", "success"
    if statement.pk in replaced:
        return "Remplacé", ""
    if statement.contradicts_id:
        return "Dit autre chose", "warning"
    return "Dit", "info"
