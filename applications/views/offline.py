"""The sheets of a reviewer as a spreadsheet, out and back in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.errors import Refusal
from accounts.exports import XLSX_TYPE, file_name
from accounts.forms import status_of
from accounts.french import plural
from accounts.models import Role
from applications.evaluations import giving, offline, workbook
from applications.review_forms import WorkbookForm

reviewer_only = role_required(Role.REVIEWER)


@reviewer_only
@require_http_methods(["GET", "POST"])
def spreadsheet(request):
    """How do I work without a network? A POST takes the file in, whole or not at all."""
    form = WorkbookForm(request.POST or None, request.FILES or None)
    errors = []
    if request.method == "POST" and form.is_valid():
        try:
            changed = giving.take_in(data=form.cleaned_data["file"].read(), by=request.user)
        except offline.BadCells as bad:
            errors = bad.errors
            form.add_refusal(bad)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, told(changed))
            return redirect("applications:desk")
    context = {"form": form, "cells": errors, "writable": len(offline.writable_of(request.user))}
    return render(request, "applications/reviews/spreadsheet.html", context, status=status_of(form))


def told(changed):
    if not changed:
        return "Ce fichier ne change rien : vos évaluations disent déjà ce qu’il contient."
    count = plural(len(changed), "évaluation")
    return f"{count} reprise{'s' if len(changed) > 1 else ''} du fichier. Relisez-les, puis rendez-les une à une."


@reviewer_only
@require_GET
def spreadsheet_file(request):
    """The sheets that are still to be given, to be filled in anywhere."""
    response = HttpResponse(workbook.written(offline.writable_of(request.user)), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{file_name("evaluations")}.xlsx"'
    return response
