"""Bank details: the structure's page, and the two acts of the service by two people."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import long_date
from accounts.history import entries_of
from accounts.models import Membership, Organisation
from documents.downloads import serve_upload
from funding.claims import bank_details as verbs
from funding.claims.forms import BankAccountForm, ReasonForm, VerifyForm
from funding.claims.lists import BankAccountList
from funding.models import BankAccount
from funding.models.bank import VERIFY

READ = "funding.read_bank_account"
FORM = require_http_methods(["GET", "HEAD", "POST"])
S = BankAccount.State


@FORM
@login_required
def my_account(request, public_id):
    """The account of one's structure, and another proposed."""
    organisation = get_object_or_404(Organisation.objects.filter(members=request.user), public_id=public_id)
    may_write = organisation.memberships.filter(user=request.user, role__in=Membership.WRITERS).exists()
    accounts = list(BankAccount.objects.filter(organisation=organisation).select_related("proposed_by"))
    pending = next((one for one in accounts if one.state in BankAccount.PENDING), None)
    form = BankAccountForm(request.POST or None, request.FILES or None) if may_write and not pending else None
    if request.method == "POST":
        if not may_write:
            raise NotAllowed
        if form is None:
            raise verbs.waiting()
        if attempt(form, lambda data: verbs.propose(organisation=organisation, by=request.user, **data)):
            messages.success(request, "Compte proposé. Le service le vérifie et vous écrit.")
            return redirect("funding:my_bank_account", public_id=organisation.public_id)
    context = {
        "organisation": organisation, "accounts": accounts, "pending": pending, "form": form,
        "active": verbs.active_bank_account(organisation, timezone.localdate()), "may_write": may_write,
    }  # fmt: skip
    return render(request, "funding/my_bank_account.html", context, status=status_of(form) if form else 200)


@require_GET
@permission_required(READ)
def accounts(request):
    listing = BankAccountList(request, BankAccount.objects.visible_to(request.user))
    return listing.file() or render(request, "funding/bank_accounts.html", {"listing": listing})


@FORM
@permission_required(READ)
def account(request, public_id):
    """Verify, then approve: two people, neither of whom proposed it."""
    found = get_object_or_404(
        BankAccount.objects.visible_to(request.user).select_related(
            "organisation", "proposed_by", "verified_by", "approved_by", "refused_by", "rib"
        ),
        public_id=public_id,
    )
    sent = request.POST.get("act") if request.method == "POST" else None
    forms = forms_of(request, found, sent)
    if request.method == "POST" and (done := acted(request, found, sent, forms)):
        messages.success(request, done)
        return redirect(found.get_absolute_url())
    known = BankAccount.objects.filter(organisation=found.organisation).exclude(pk=found.pk)
    context = {
        "account": found,
        "sees_iban": request.user.has_perm("funding.see_iban"),
        "verify_form": forms.get("verify"),
        "refuse_form": forms.get("refuse"),
        "may_approve": found.state == S.VERIFIED and request.user.has_perm(VERIFY),
        "blocked": blocked(found, request.user),
        "cooling_days": verbs.cooling_days_of(found.organisation),
        "others": known.select_related("proposed_by"),
        "history": entries_of(found),
    }
    bound = forms.get(sent)
    return render(request, "funding/bank_account.html", context, status=status_of(bound) if bound else 200)


def forms_of(request, found, sent):
    if not request.user.has_perm(VERIFY):
        return {}
    forms = {}
    if found.state == S.PROPOSED:
        forms["verify"] = VerifyForm(request.POST if sent == "verify" else None, prefix="verify")
    if found.state in (*BankAccount.PENDING, S.ACTIVE):
        forms["refuse"] = ReasonForm(request.POST if sent == "refuse" else None, prefix="refuse")
    return forms


def acted(request, found, sent, forms):
    """Do what was sent; the sentence that says so, or "" when the form comes back."""
    found.expect_version(version_of(request))
    asked = {"account": found, "by": request.user, "version": version_of(request)}
    if sent == "approve":
        done = verbs.approve(**asked)
        return f"Compte approuvé. Il sert aux versements à partir du {long_date(done.usable_from)}."
    if sent not in forms:
        raise NotAllowed
    verb, words = {
        "verify": (verbs.verify, "Compte vérifié. Une autre personne l’approuve."),
        "refuse": (verbs.refuse, "Compte refusé : rien n’y sera versé. La structure est prévenue."),
    }[sent]
    return words if attempt(forms[sent], lambda data: verb(**asked, **data)) else ""


def blocked(found, user):
    """Why this reader cannot do the next step, though the role could."""
    if found.state == S.VERIFIED and user.pk == found.verified_by_id:
        return "Vous l’avez vérifié : une autre personne l’approuve."
    if found.state in BankAccount.PENDING and user.pk == found.proposed_by_id:
        return "Vous l’avez proposé : d’autres personnes le vérifient et l’approuvent."
    return ""


@require_GET
@login_required
def rib(request, public_id):
    """The paper of the bank: for those who pay, and for the structure."""
    found = get_object_or_404(BankAccount.objects.readable_by(request.user).select_related("rib"), public_id=public_id)
    return serve_upload(found.rib)
