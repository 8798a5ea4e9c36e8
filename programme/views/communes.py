"""The commune that a person is typing: a few suggestions, for any form of the house."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from programme.communes import search_communes, typed_form

SHOWN = 12
PER_MINUTE = 240
ONE_DAY = 86_400


def too_many(request):
    """More than a person types: counted by address, and by minute."""
    key = f"communes:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, 60)
    return cache.incr(key) > PER_MINUTE


@require_GET
def commune_search(request):
    """`?q=` (or the field named by `?champ=`) gives `<option>`s to htmx, JSON to anyone else; at most twelve."""
    if too_many(request):
        return HttpResponse("Trop de recherches en une minute : attendez un instant.", status=429)
    text = request.GET.get("q") or request.GET.get(request.GET.get("champ", ""), "")
    found = list(search_communes(text[:100])[:SHOWN])
    response = (
        render(request, "programme/_communes.html", {"communes": [(typed_form(one), one) for one in found]})
        if request.htmx
        else JsonResponse({"communes": [as_json(one) for one in found]})
    )
    response["Cache-Control"] = f"public, max-age={ONE_DAY}"
    patch_vary_headers(response, ["HX-Request"])
    return response


def as_json(commune):
    return {
        "code": commune.code,
        "name": commune.name,
        "departement": commune.departement_name,
        "postal_codes": commune.postal_codes.split(),
        "text": typed_form(commune),
    }
