"""The wordings of letters: which stand where, writing one, previewing it on a real dossier, comparing, publishing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import Refusal, StalePage
from accounts.forms import attempt, status_of, version_of
from accounts.permissions import require
from documents.models import WordingVersion
from documents.rendering import RenderingUnavailable
from documents.wording import previewing, versions
from documents.wording.blocks import KINDS, typed
from documents.wording.catalogue import FLAG, WORDINGS
from documents.wording.checking import problems
from documents.wording.models import WRITE
from funding.models import AgreementTemplate
from programme.models import Wave
from selection import wording_editor as editor
from selection import wording_pages as pages
from selection.forms import WordingForm
from selection.wording_subjects import example, way_of

READ = "accounts.read_steering"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def wordings(request):
    """What stands for each kind of letter and each scope; the POST starts a draft."""
    may_write = request.user.has_perm(WRITE)
    form = WordingForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: start(data, request.user)):
        return redirect("selection:wording", public_id=form.result.public_id)
    context = {"lines": pages.lines(), "form": form, "may_write": may_write, "older": has_older_models()}
    return render(request, "selection/wordings.html", context, status=status_of(form))


def start(data, user):
    return versions.start(by=user, blocks=pages.first_blocks(data["kind"], data["scope"]), **data)


def find(public_id):
    found = get_object_or_404(WordingVersion.objects.select_related("created_by", "published_by"), public_id=public_id)
    if found.kind not in WORDINGS:
        raise Http404("Ce courrier n’a plus de modèle.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def wording(request, public_id):
    """One version: to write while it is a draft, to read afterwards."""
    version = find(public_id)
    refusal = None
    if request.method == "POST":
        require(request.user, WRITE)
        try:
            return done(request, version)
        except StalePage:
            raise
        except Refusal as error:
            refusal, version = error, find(public_id)
    return render(
        request, "selection/wording.html", context_of(request, version, refusal), status=422 if refusal else 200
    )


def done(request, version):
    """The act of the button that was pressed; what is typed is kept first."""
    asked = request.POST.get("do", "save")
    if asked in ("discard", "retire"):
        END[asked](wording_version=version, by=request.user, version=version_of(request))
        messages.success(request, SAID[asked])
        return redirect("selection:wordings")
    read, known = editor.read_blocks(request.POST), WORDINGS[version.kind]
    note = request.POST.get("note", "").strip()[:300]
    version = versions.write(
        wording_version=version, blocks=read, by=request.user, note=note, version=version_of(request)
    )
    blocks, at = editor.act(read, asked, request.POST, known)
    if blocks != read:
        versions.write(wording_version=version, blocks=blocks, by=request.user)
    if asked == "publish":
        versions.publish(wording_version=version, by=request.user)
    if asked in SAID:
        messages.success(request, SAID[asked])
    anchor = f"#bloc-{at + 1}" if at is not None else ""
    return redirect(reverse("selection:wording", args=[version.public_id]) + anchor)


END = {"discard": versions.discard, "retire": versions.retire}
SAID = {
    "save": "Le brouillon est enregistré.",
    "publish": "Le modèle est publié : les courriers demandés à partir de maintenant partent de lui.",
    "discard": "Le brouillon est abandonné.",
    "retire": "La version n’est plus en vigueur : le modèle plus large s’applique de nouveau.",
}


def context_of(request, version, refusal=None):
    known = WORDINGS[version.kind]
    placed = {one["fixed"] for one in version.blocks}
    return {
        "version": version,
        "label": pages.LABELS[version.kind],
        "scope": pages.scope_of(version),
        "blocks": [shown(one, known) for one in version.blocks],
        "problems": problems(known, version.blocks) if version.is_draft else [],
        "kinds": editor.kinds_of(known).items(),
        "addable": [one for one in known.fixed.values() if one.name not in placed],
        "fields": known.fields.values(),
        "printable": [one for one in known.fields.values() if one.type != FLAG],
        "must": [(known.fields[name], why) for name, why in known.must.items()],
        "clauses": known.clauses,
        "others": list(pages.versions_beside(version)[:20]),
        "may_write": request.user.has_perm(WRITE),
        "refusal": refusal,
    }


def has_older_models():
    return AgreementTemplate.objects.exists()


def shown(one, known):
    name, mandatory = editor.name_of(one, known)
    return one | {
        "label": KINDS[one["kind"]],
        "typed": typed(one),
        "name": name,
        "mandatory": mandatory,
        "rows": max(2, len(one["lines"]) + 1 + sum(len(line["text"]) for line in one["lines"]) // 90),
    }


@require_GET
@permission_required(READ)
def preview(request, public_id):
    """The document with an example, or with real facts that the reader may see: on the screen, or as a PDF."""
    version = find(public_id)
    known, way = WORDINGS[version.kind], way_of(version.kind)
    asked = request.GET.get(way.param, "").strip()
    found = way.find(version.kind, request.user, asked) if asked else None
    sample = way.samples(version.kind, [found], request.user)[found] if found else example(version.kind)
    wrong = problems(known, version.blocks)
    context = {
        "version": version, "label": pages.LABELS[version.kind], "scope": pages.scope_of(version),
        "way": way, "choices": way.choices(request.user), "asked": asked, "unknown": bool(asked) and found is None,
        "sample": sample, "problems": wrong,
    }  # fmt: skip
    if wrong:
        return render(request, "selection/wording_preview.html", context)
    if "pdf" in request.GET:
        return preview_pdf(request, version, sample, context)
    context |= previewing.on_screen(version.kind, version.blocks, sample.letter)
    context["empty"] = context["filled"].empty
    return render(request, "selection/wording_preview.html", context)


def preview_pdf(request, version, sample, context):
    try:
        content = previewing.as_pdf(version.kind, version.blocks, sample.letter)
    except RenderingUnavailable:
        return render(request, "selection/wording_preview.html", context | {"unavailable": True}, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="apercu.pdf"'
    return response


@require_GET
@permission_required(READ)
def check(request, public_id):
    """What of a wave would be made with a blank with this version, and which."""
    version = find(public_id)
    waves = list(Wave.objects.visible_to(request.user).select_related("call").order_by("-pk")[:30])
    wave = next((one for one in waves if str(one.public_id) == request.GET.get("vague", "")), None)
    wrong = problems(WORDINGS[version.kind], version.blocks)
    blanks, read = pages.blanks_of(version, wave, request.user) if wave and not wrong else ([], 0)
    context = {
        "version": version, "label": pages.LABELS[version.kind], "scope": pages.scope_of(version), "waves": waves,
        "wave": wave, "blanks": blanks, "read": read, "problems": wrong, "most": pages.MAX_DOSSIERS,
        "way": way_of(version.kind),
    }  # fmt: skip
    return render(request, "selection/wording_check.html", context)


@require_GET
@permission_required(READ)
def compare(request, public_id):
    """What a version changes from another, or from the packaged wording."""
    version = find(public_id)
    others = list(pages.versions_beside(version)[:20])
    chosen = request.GET.get("avec", "")
    other = next((one for one in others if str(one.public_id) == chosen), None)
    before = other.blocks if other else WORDINGS[version.kind].blocks
    context = {
        "version": version, "label": pages.LABELS[version.kind], "scope": pages.scope_of(version), "others": others,
        "other": other, "changes": pages.changes(before, version.blocks),
    }  # fmt: skip
    return render(request, "selection/wording_compare.html", context)
