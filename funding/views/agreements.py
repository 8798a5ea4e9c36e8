"""Which agreements wait for whom; one agreement: its texts, what comes next, who signed what."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP, euros, long_date, plural
from accounts.history import entries_of
from accounts.models import User
from funding import agreements as verbs
from funding.conventions import amending, drafting, obligation, sending, signing, texts, wordings
from funding.conventions import clauses as wording
from funding.conventions.authority import signatories
from funding.conventions.commitments import is_yearly, uncommitted_cents
from funding.conventions.forms import (
    ReasonForm,
    SendAmendmentForm,
    SendForm,
    SignatureForm,
    StateSignatureForm,
)
from funding.conventions.snapshots import current_shares
from funding.lists import WAITED_FOR, AgreementList, UncontractedList
from funding.models import Agreement, AgreementVersion, Award, SignedCopy
from funding.schedules import call_version_of, current_instalments

READ = "accounts.read_steering"
S = Agreement.State
V = AgreementVersion.State
TITLES = {
    V.DRAFTED: "Noter l’envoi à la structure",
    V.SENT: "Noter la signature de la structure",
    V.SIGNED_BY_BENEFICIARY: "Noter la signature de l’État",
}
WHOLE = (
    "award__fabrique__commune", "award__organisation", "award__wave__call__programme", "award__application__officer",
    "award__application__call_version", "award__application__fabrique__commune",
    "award__application__wave__call__programme",
)  # fmt: skip


@require_GET
@permission_required(READ)
def agreements(request):
    listing = AgreementList(request, Agreement.objects.visible_to(request.user))
    waiting = Award.objects.visible_to(request.user).without_agreement().count()
    copies = SignedCopy.objects.visible_to(request.user).filter(state=SignedCopy.State.RECEIVED).count()
    context = {"listing": listing, "waiting": waiting, "copies": copies}
    return listing.file() or render(request, "funding/agreements.html", context)


@require_GET
@permission_required(READ)
def uncontracted(request):
    """Awards that wait for their agreement."""
    listing = UncontractedList(request, Award.objects.visible_to(request.user).without_agreement())
    context = {"listing": listing, "may_prepare": request.user.has_perm(verbs.MANAGE)}
    return listing.file() or render(request, "funding/uncontracted.html", context)


@require_POST
@permission_required(verbs.MANAGE)
def prepare(request):
    """Prepare the agreements of the awards named in the form: all of them, or none."""
    asked = set(uuids(request.POST.getlist("award")))
    found = list(Award.objects.visible_to(request.user).filter(public_id__in=asked).order_by("pk"))
    if len(found) < len(asked):
        raise Http404
    with transaction.atomic():
        done = [verbs.prepare(award=award, by=request.user) for award in found]
    if not done:
        messages.warning(request, "Choisissez au moins une attribution.")
        return redirect("funding:uncontracted")
    messages.success(
        request, f"{plural(len(done), 'convention préparée', 'conventions préparées')}. Il reste à les envoyer."
    )
    return redirect(done[0].get_absolute_url() if len(done) == 1 else "funding:agreements")


def uuids(texts):
    for text in texts:
        try:
            yield uuid.UUID(text)
        except ValueError:
            continue


# --- One agreement ------------------------------------------------------------------------------------------------


def find(request, public_id):
    return get_object_or_404(Agreement.objects.visible_to(request.user).select_related(*WHOLE), public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def agreement(request, public_id):
    found = find(request, public_id)
    text = drafting.open_version(found)
    forms = forms_of(request, found, text)
    if request.method == "POST":
        done = act(request, found, text, forms)
        if done:
            messages.success(request, done)
            return redirect(found.get_absolute_url())
    bound = next((form for form in forms.values() if form.is_bound), None)
    context = page_of(request, found, text, forms)
    return render(request, "funding/agreement.html", context, status=status_of(bound) if bound else 200)


@require_POST
@permission_required(signing.SIGN)
def sign(request, public_id):
    """The State's signature, online, by whoever holds the delegation."""
    found = find(request, public_id)
    text = drafting.open_version(found) or drafting_missing(found, request.user)
    signing.sign_for_state(agreement_version=text, by=request.user, version=version_of(request))
    messages.success(request, f"{sending.name_of(text)}{NBSP}: vous avez signé pour l’État, elle est en vigueur.")
    return redirect(found.get_absolute_url())


def drafting_missing(found, user):
    """An agreement that was sent before its texts were kept here."""
    with transaction.atomic():
        return verbs.text_of(found, user)


def state_of(found, text):
    """The step reached: of the text that is open, else of the agreement."""
    return text.state if text is not None else found.state


def forms_of(request, found, text):
    """The acts that this reader may do now, {name: form}; the first is the step that comes next."""
    if not request.user.has_perm(verbs.MANAGE):
        return {}
    asked = request.POST.get("act", "step") if request.method == "POST" else None

    def made(form_class, name, **more):
        return form_class(request.POST if asked == name else None, prefix=None if name == "step" else name, **more)

    state, amendment = state_of(found, text), text is not None and text.is_amendment
    forms = {}
    if state == V.DRAFTED:
        forms["step"] = made(SendAmendmentForm if amendment else SendForm, "step")
    elif state == V.SENT:
        forms["step"] = made(SignatureForm, "step")
        if waiting_copy(text):
            forms["return"] = made(ReasonForm, "return")
    elif state == V.SIGNED_BY_BENEFICIARY:
        people = signatories(found.award, timezone.localdate())
        forms["step"] = made(StateSignatureForm, "step", people=User.objects.filter(pk__in=[one.pk for one in people]))
    if text is not None and (amendment or state != V.DRAFTED):
        forms["abandon"] = made(ReasonForm, "abandon")
    return forms


def waiting_copy(text):
    return text.copies.filter(state=SignedCopy.State.RECEIVED).select_related("file").first() if text else None


def act(request, found, text, forms):
    """Do what the reader asks; the sentence that says so, or "" when the form came back."""
    (text or found).expect_version(version_of(request))
    name = request.POST.get("act", "step")
    if name == "accept" and "return" in forms:
        signing.accept_copy(signed_copy=waiting_copy(text), by=request.user)
        return f"La copie est acceptée{NBSP}: la structure a signé."
    form = forms.get(name)
    if form is None:
        raise NotAllowed
    done = attempt(form, lambda data: DOING[name](found, text, request.user, data))
    return form.result if done else ""


def do_step(found, text, user, data):
    state = state_of(found, text)
    if text is not None and text.is_amendment:
        step_of_amendment(text, state, user, data)
        return f"{sending.name_of(text)}{NBSP}: c’est noté."
    verb = {
        V.DRAFTED: verbs.send,
        V.SENT: verbs.record_beneficiary_signature,
        V.SIGNED_BY_BENEFICIARY: verbs.record_state_signature,
    }[state]
    done = verb(agreement=found, by=user, **data)
    return f"{done.get_state_display()}{NBSP}: c’est noté. {WAITED_FOR[done.state]}."


def step_of_amendment(text, state, user, data):
    verb = {
        V.DRAFTED: sending.send,
        V.SENT: signing.record_on_paper,
        V.SIGNED_BY_BENEFICIARY: signing.record_state_signature,
    }[state]
    verb(agreement_version=text, by=user, **data)


def do_return(found, text, user, data):
    signing.return_copy(signed_copy=waiting_copy(text), by=user, **data)
    return "La structure est prévenue de ce qu’il faut refaire."


def do_abandon(found, text, user, data):
    if text.is_amendment:
        amending.abandon(amendment=text, by=user, **data)
        return "L’avenant est abandonné. Ce qu’il avait réservé est libre."
    drafting.recall(agreement=found, by=user, **data)
    return "La convention est reprise. Corrigez son texte, puis envoyez-la de nouveau."


DOING = {"step": do_step, "return": do_return, "abandon": do_abandon}


# --- What the page shows ------------------------------------------------------------------------------------------


def page_of(request, found, text, forms):
    award, user = found.award, request.user
    state = state_of(found, text)
    versions = found.versions.select_related("document", "signed_document", "extra_line")
    versions = list(versions.prefetch_related("signatures").order_by("-number"))
    letter = texts.letter_of(text, timezone.localdate()) if text else None
    return {
        "agreement": found,
        "award": award,
        "text": text,
        "guard": (text or found).version,
        "form": forms.get("step"),
        "return_form": forms.get("return"),
        "abandon_form": forms.get("abandon"),
        "copy": waiting_copy(text),
        "letter": letter,
        "empty": wordings.empty_of(text, letter) if text and state == V.DRAFTED else [],
        "compulsory": wording.COMPULSORY.values(),
        "may_sign": state == V.SIGNED_BY_BENEFICIARY and user.has_perm(signing.SIGN),
        "may_manage": user.has_perm(verbs.MANAGE),
        "may_stop": user.has_perm("funding.stop_award"),
        "may_amend": found.state == S.IN_FORCE and text is None and user.has_perm(verbs.MANAGE),
        "may_rewrite": state == V.DRAFTED and not (text and text.is_amendment) and user.has_perm(verbs.MANAGE),
        "step_title": TITLES.get(state, ""),
        "consequences": consequences(found, text),
        "steps": steps_of(found),
        "waited_for": waited_for(found, text),
        "versions": versions,
        "signatures": signatures_of(versions),
        "obligation": why_needed(award),
        "frozen": frozen_conditions(award),
        "shares": current_shares(award),
        "uncommitted_cents": uncommitted_cents(award),
        "instalments": current_instalments(award),
        "history": entries_of(found),
    }


def signatures_of(versions):
    """[(number of the text, its signature)]."""
    return [(version.number, one) for version in versions for one in version.signatures.all()]


def waited_for(found, text):
    if text is not None and text.is_amendment:
        return {
            V.DRAFTED: "L’instruction doit envoyer l’avenant",
            V.SENT: "La structure doit signer l’avenant",
            V.SIGNED_BY_BENEFICIARY: "L’État doit signer l’avenant",
        }[text.state]
    return WAITED_FOR[found.state]


def why_needed(award):
    return obligation.why(call_version_of(award), award.organisation, obligation.largest_year(award))


def frozen_conditions(award):
    """What was fixed at the decision: [(what, words)] (CE 27/05/2021, n° 433660)."""
    version = call_version_of(award)
    granted = award.initial_cents if award.initial_cents is not None else award.total_cents
    rows = [
        ("Règles suivies", f"{version.call.title}, version {version.number}"),
        ("Montant décidé", euros(granted)),
        ("Bornes de l’appel", f"de {euros(award.min_cents)} à {euros(award.max_cents)}"),
        ("Plafond d’une année", euros(award.year_cap_cents)),
        ("Acte qui engage", f"{version.get_commitment_act_display()}, {extent_words(award)}"),
    ]
    first = award.schedules.order_by("number").first()
    if first is None:
        return rows
    conditions = award.instalments.filter(schedule_year__schedule=first).order_by("number")
    words = " ; ".join(f"{one.number}. {one.condition}" for one in conditions)
    return [*rows, ("Conditions des versements", words)]


def extent_words(award):
    return "année par année" if is_yearly(award) else "en totalité"


def consequences(found, text):
    """What the next step does, in numbers."""
    award, state = found.award, state_of(found, text)
    if state == V.DRAFTED:
        return [
            "Le texte est figé, avec son empreinte",
            "La structure est prévenue par courriel, elle peut signer en ligne",
        ]
    if state == V.SENT:
        return ["Le texte attend alors la signature de l’État"]
    if state != V.SIGNED_BY_BENEFICIARY:
        return []
    if text is not None and text.is_amendment:
        return amendment_effects(text)
    first = current_instalments(award).first()
    said = [
        f"La convention entre en vigueur pour {euros(award.total_cents)}",
        "Le lieu est compté «\u00a0conventionné\u00a0»",
    ]
    if award.notified_on is None:
        return [*said, "Aucune échéance n’est exigible avant la notification de la décision"]
    if first:
        said.append(f"L’échéance 1 ({euros(first.cents)}) devient exigible{NBSP}: délai de paiement de 60{NBSP}jours")
    return said


def amendment_effects(text):
    difference = text.after["amount_cents"] - text.before["amount_cents"]
    said = ["L’échéancier et la répartition de l’avenant remplacent ceux d’avant"]
    if difference > 0:
        said.append(f"{euros(difference)} d’AE sont engagés de plus, sur {text.extra_line} {text.extra_year}")
    if difference < 0:
        said.append(f"{euros(-difference)} d’AE sont rendus")
    return said


def steps_of(found):
    reached = list(S.values).index(found.state)
    rows = [
        ("Préparée", None, "", 0),
        ("Envoyée à la structure", found.sent_on, "", 1),
        ("Signée par la structure", found.beneficiary_signed_on, found.beneficiary_signatory, 2),
        ("Signée par l’État", found.state_signed_on, found.state_signatory, 3),
        ("En vigueur", found.state_signed_on, "", 4),
    ]
    return [
        {
            "label": label,
            "date": long_date(day) if day else "",
            "note": note,
            "state": "done" if rank <= reached else "now" if rank == reached + 1 else "next",
        }
        for label, day, note, rank in rows
    ]
