"""Ticking rows of the officers' list, and acting on them: preview, confirm, job."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import remembering
from accounts.errors import NotAllowed, StalePage
from accounts.forms import attempt
from accounts.french import plural
from applications import bulk, lists
from applications.models import Application

KEEP, NEXT, ALL, NONE = "garder", "suivante", "toutes", "aucune"


@bulk.may_act()
@require_POST
def select(request):
    """Keep what the page ticked, then do what its button says."""
    gesture = request.POST.get("geste", KEEP)
    keys = ticked(request)
    if gesture == NONE:
        keys = remembering.select_only(user=request.user, listing=bulk.LISTING, keys=[])
    elif gesture == ALL:
        keys = remembering.select_all(user=request.user, listing=bulk.LISTING, keys=every_key(request))
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"count": len(keys), "text": plural(len(keys), *lists.DossierList.noun)})
    if gesture in bulk.ACTS:
        return redirect(bulk.ACTS[gesture].url)
    return redirect(back_to_list(request, gesture))


def ticked(request):
    """The keys chosen once this page has said which of its rows are."""
    shown = known(request, request.POST.getlist("vu"))
    chosen = set(request.POST.getlist("coche"))
    return remembering.tick(
        user=request.user,
        listing=bulk.LISTING,
        shown=dict.fromkeys(shown.values()),
        ticked={key for public_id, key in shown.items() if public_id in chosen},
    )


def known(request, public_ids):
    """{public id: key} of those that are dossiers in the reader's scope."""
    wanted = [one for one in public_ids[: lists.MOST_SHOWN] if lists.is_public_id(one)]
    rows = Application.objects.visible_to(request.user).filter(public_id__in=wanted)
    found = {str(public_id): key for public_id, key in rows.order_by().values_list("public_id", "pk")}
    return {one: found[one] for one in wanted if one in found}


def every_key(request):
    """Keys of all the rows that the question of the page finds, in its order."""
    listing = lists.asked_by(request, request.POST.get("question", ""))
    return listing.ordered.values_list("pk", flat=True)[: remembering.MOST_SELECTED + 1]


def back_to_list(request, gesture):
    path = request.POST.get("suite" if gesture == NEXT else "retour", "")
    target = remembering.local_path(path)
    return target if target.startswith(reverse("applications:staff_list")) else reverse("applications:staff_list")


@bulk.may_act()
@require_http_methods(["GET", "POST"])
def confirm(request, key):
    """What am I about to do, to how many, and which are left out?"""
    act = act_of(request, key)
    keys = remembering.selected(request.user, bulk.LISTING)
    form = act.form_class(request.POST or None) if act.form_class else None
    if request.method == "GET":
        return preview_page(request, act, keys, form)
    try:
        job = launched(request, act, keys, form)
    except StalePage as refusal:
        return preview_page(request, act, keys, form, moved=refusal.message, status=409)
    if job is None:
        return preview_page(request, act, keys, form, status=422)
    messages.success(request, f"C’est parti : {plural(job.total, 'dossier')}. Vous pouvez quitter cette page.")
    return redirect("accounts:job", job.public_id)


def act_of(request, key):
    if (act := bulk.ACTS.get(key)) is None:
        raise Http404
    if not request.user.has_perm(act.permission):
        raise NotAllowed
    return act


def launched(request, act, keys, form):
    """The job, or None when the form has something to say."""

    def verb(data):
        return bulk.launch(act=act, keys=keys, by=request.user, data=data, digest=request.POST.get("apercu", ""))

    if form is None:
        return verb({})
    return form.result if attempt(form, verb) else None


def preview_page(request, act, keys, form, *, moved="", status=200):
    found = bulk.preview(act=act, keys=keys, by=request.user)
    listing_url = reverse("applications:staff_list")
    context = {"preview": found, "form": form, "moved": moved, "listing_url": listing_url}
    return render(request, "applications/bulk.html", context, status=status)
