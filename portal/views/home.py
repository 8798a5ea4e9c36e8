from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.lists import asked_day
from portal import summary


@require_GET
def home(request):
    """What is this programme, how far is it from its promise?"""
    wave = summary.open_wave(request.user)
    numbers = summary.computed()
    context = {
        "wave": wave,
        "bounds": summary.bounds_of(wave) if wave else None,
        "days_left": summary.days_left(wave) if wave else None,
        "results": summary.last_results(request.user, numbers),
        **figures_context(numbers),
    }
    return render(request, "portal/home.html", context)


@require_GET
def numbers(request):
    """The public figures on any day."""
    day = asked_day(request)
    return render(request, "portal/figures.html", {"day": day, **figures_context(summary.computed(day))})


def figures_context(numbers):
    if numbers is None:
        return {"numbers": None, "today": timezone.localdate()}
    return {
        "numbers": numbers,
        "today": timezone.localdate(),
        "counts": summary.counts(numbers),
        "money": summary.money(numbers),
        "coverage": summary.coverage(numbers),
        "scale": max([numbers["fabriques"]["target"], *(one.number or 0 for one in summary.counts(numbers)), 1]),
    }
