"""Pages of text."""

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.glossary import DEFINITIONS, QUESTIONS
from programme.models import Programme


def page(template, **context):
    @require_GET
    def view(request):
        return render(request, template, {"programme": Programme.objects.order_by("pk").first(), **context})

    return view


help_page = page("portal/help.html", questions=QUESTIONS)
definitions = page("portal/definitions.html", definitions=DEFINITIONS)
accessibility = page("portal/accessibility.html", public_url=settings.PUBLIC_URL)
legal = page("portal/legal.html", public_url=settings.PUBLIC_URL)
personal_data = page("portal/personal_data.html")
