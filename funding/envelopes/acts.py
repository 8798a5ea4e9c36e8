"""Acts that found a movement of credits: recorded once, named by every posting that they found."""

from django.db import transaction
from django.urls import reverse

from accounts.errors import Refusal
from accounts.french import NBSP, long_date
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.uploads import store_upload
from funding.models import Act, ClosedYear, Derogation, Fund, Instrument, InstrumentEvent
from programme.models import Origin

PERMISSION = "funding.open_credits"


def record_act(*, kind, number, dated_on, by, title="", uploaded=None, url="", origin=Origin.REAL):
    """Record an act, or find it when it is known: one finance act opens many credits.

    Args:
        kind: an `Act.Kind`.
        number: its number, as its text gives it.
        dated_on: Paris date of its signature.
        by: the finance officer, or None for the system.
        uploaded: its text, a Django `UploadedFile`, or None.

    Raises:
        NotAllowed: `by` may not move credits.
        Refusal: no number, or the number and day are known with another title.
        UploadRefused: the file cannot be accepted.
    """
    require(by, PERMISSION)
    number, title = " ".join(number.split()), " ".join(title.split())
    if not number:
        raise Refusal("Donnez le numéro de l’acte : il est lu par l’audit.", field="act_number")
    with transaction.atomic():
        act, created = Act.objects.get_or_create(
            kind=kind, number=number, dated_on=dated_on, defaults={"title": title, "url": url, "origin": origin}
        )
        if not created and title and act.title != title:
            raise Refusal(
                f"Le n° {number} du {long_date(dated_on)} est déjà enregistré sous l’intitulé « {act.title} ». "
                "Reprenez cet intitulé ou laissez-le vide, ou corrigez le numéro.",
                field="act_title",
            )
        if created:
            JournalEntry.write(action="record_act", subject=act, actor=by, details={"act": str(act)})
        if uploaded is not None and act.file_id is None:
            add_text(act=act, uploaded=uploaded, by=by)
    return act


def add_text(*, act, uploaded, by):
    """Add the signed text of an act, once.

    Raises:
        Refusal: it already has one.
        UploadRefused: the file cannot be accepted.
    """
    require(by, PERMISSION)
    with transaction.atomic():
        locked = Act.objects.select_for_update(no_key=True).get(pk=act.pk)
        if locked.file_id is not None:
            raise Refusal("Le texte de cet acte est déjà enregistré : il ne se remplace pas.", field="act_file")
        locked.file = store_upload(uploaded=uploaded, by=by, field="act_file")
        locked.save(update_fields=["file"])
        JournalEntry.write(action="add_act_text", subject=locked, actor=by, details={"file": locked.file.name})
    act.file = locked.file
    return locked


def founded_on(act, effective_on):
    """What a posting says of its act: its words, and the `Act` itself where it was recorded.

    Args:
        act: an `Act`, or its words for what the system reconstructs.

    Raises:
        Refusal: the act is later than the day on which it would be true.
    """
    if not isinstance(act, Act):
        return {"act": act}
    if effective_on < act.dated_on:
        raise Refusal(
            f"L’acte est daté du {long_date(act.dated_on)} : il ne peut pas prendre effet le "
            f"{long_date(effective_on)}. Corrigez l’une des deux dates.",
            field="on",
        )
    return {"act": str(act)[:200], "act_file": act}


def cited_by(act):
    """[(words, address)] of what names an act beside the postings: closings, derogations, the fund and its facts."""
    derogations = reverse("funding:derogations")
    closed = ClosedYear.objects.filter(act=act)
    found = [(f"Clôture de l’exercice {one.year}", reverse("funding:budget")) for one in closed]
    found += [(f"Dérogation, {one.organisation}", derogations)
              for one in Derogation.objects.filter(act=act).select_related("organisation")]  # fmt: skip
    found += [(f"Fonds{NBSP}: {fund}", reverse("funding:funds")) for fund in Fund.objects.filter(act=act)]
    found += [(f"Contrat{NBSP}: {one}", instrument_url(one)) for one in Instrument.objects.filter(act=act)]
    found += [(f"{event.instrument}{NBSP}: {event}", instrument_url(event.instrument))
              for event in InstrumentEvent.objects.filter(act=act).select_related("instrument")]  # fmt: skip
    return found


def instrument_url(instrument):
    return reverse("funding:instrument", args=[instrument.public_id])
