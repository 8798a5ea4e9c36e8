"""A request that came by post: an officer enters it; the postmark says whether it is in time (CRPA L112-1)."""

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal
from accounts.models import JournalEntry, Organisation
from accounts.organisations import clean_siret
from accounts.permissions import require
from applications import budget, cells_of_plan, drafting, duplicates, receipts
from applications.clocks import local_day, months_after
from applications.models import Application, Attachment, DepositBasis
from applications.models.application import INSTRUCT
from applications.routing import route
from applications.submission import SERIES, freeze, keep_revision, locked
from applications.windows import TAKING
from documents.requests import take_number
from documents.uploads import examine, keep
from programme.models import Segment, Wave

NOON = datetime.time(12)


def deposit(
    *, wave, organisation, place, amounts, postmarked_on, received_on, by, scans=()
):  # fmt: skip
    """Enter a request received on paper: number, version, receipt to the postal address, legal clock.

    What the paper does not say stays empty: the checklist of completeness then lists it, and it is asked for.

    Args:
        wave: the `Wave` it answers.
        organisation: a known `Organisation`, or the dict of a new one (`enrol`).
        place: {"place_name", "commune_code", "address", "declared_segment"}.
        amounts: {year of the project: cents} asked for.
        postmarked_on: day of the postmark, Europe/Paris; decides whether it is in time.
        received_on: day on which the service received it; the two months of silence run from it (L114-3).
        scans: uploaded files, joined to the dossier.

    Returns:
        The sent `Application`.

    Raises:
        Refusal: a date is out of the window or in the future (fields "postmarked_on", "received_on"), no amount
            (field "amount_1"), the place has a dossier in this wave already.
        UploadRefused, UnknownCommune, NotAllowed.

    Source: CRPA L112-1 (the date of the postmark counts), L112-3 and R112-5 (receipt), L231-4 3°.
    """
    require(by, INSTRUCT)
    examined = [examine(uploaded=one, field="scan") for one in scans]
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).select_related("call__programme").get(pk=wave.pk)
        refuse_dates(wave, postmarked_on, received_on)
        refuse_no_amount(amounts)
        application = opened(wave, enrolled(organisation, by), place, by)
        application.deposit_basis, application.postmarked_on = DepositBasis.PAPER, postmarked_on
        write_amounts(application, amounts)
        join(application, examined, by)
        return send(application, received_at(received_on), by)


def refuse_dates(wave, postmarked_on, received_on):
    """The postmark within the days of the window, received after it and not in the future."""
    if not wave.has_window() or wave.state not in TAKING:
        raise Refusal(
            f"La vague {wave.number} ne reçoit pas de dossier : son état est « {wave.get_state_display()} ».",
            field="wave",
        )
    first, last = local_day(wave.opens_at), last_day(wave)
    if not first <= postmarked_on <= last:
        raise Refusal(
            f"Le cachet de la poste du {french.long_date(postmarked_on)} est hors de la fenêtre de dépôt, du "
            f"{french.long_date(first)} au {french.long_date(last)}. Vérifiez la date : hors délai, le dossier n’est "
            "pas enregistré, et la structure reçoit une réponse qui le dit.",
            field="postmarked_on",
        )
    if received_on < postmarked_on:
        raise Refusal("Un pli n’est pas reçu avant d’être posté : vérifiez les deux dates.", field="received_on")
    if received_on > timezone.localdate():
        raise Refusal("La date de réception est à venir : vérifiez-la.", field="received_on")


def last_day(wave):
    """The last day on which a letter may be posted; a deposit closed at midnight sharp ended the day before."""
    return local_day(wave.closes_at - datetime.timedelta(seconds=1))


def refuse_no_amount(amounts):
    if not any(amounts.values()):
        raise Refusal("Indiquez le montant demandé, au moins pour une année.", field="amount_1")


def enrolled(organisation, by):
    if isinstance(organisation, Organisation):
        return organisation
    return enrol(by=by, **organisation)


def enrol(*, by, **fields):
    """Enrol a structure that wrote on paper: it has no account, and nobody of the service becomes its member.

    Raises:
        Refusal: the SIRET is not valid, or the structure is known: choose it instead (field "siret").
        NotAllowed.
    """
    require(by, INSTRUCT)
    fields["siret"] = clean_siret(fields.get("siret"))
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(**fields)
            JournalEntry.write(action="create_organisation", subject=organisation, actor=by)
    except IntegrityError as error:
        raise Refusal("Cette structure est déjà enregistrée : donnez seulement son SIRET.", field="siret") from error
    return organisation


def opened(wave, organisation, place, by):
    """The draft that the paper becomes."""
    segment = place.get("declared_segment") or Segment.UNKNOWN
    name = drafting.clean_place_name(place["place_name"])
    fabrique = drafting.place_for(wave, organisation, name, place["commune_code"], place.get("address", ""), segment)
    drafting.refuse_second_dossier(wave, fabrique)
    application = Application(
        wave=wave, call_version=wave.call.version_in_force(), organisation=organisation, fabrique=fabrique,
        created_by=by, declared_segment=segment,
    )  # fmt: skip
    application.index()
    application.save()
    return locked(application)


def write_amounts(application, amounts):
    row = budget.REQUESTED
    cells = {(row.side, row.account, year): cents for year, cents in amounts.items() if cents}
    for cell, cents in cells.items():
        cells_of_plan.refuse_bad_cell(application.call_version, cell, cents)
    cells_of_plan.write_cells(application, cells)


def join(application, examined, by):
    for one in examined:
        stored = keep(examined=one, by=by)
        Attachment.objects.create(application=application, kind=Attachment.Kind.OTHER, file=stored, added_by=by)


def received_at(day):
    """The instant of a day of reception: now for today, noon in Paris for a day past."""
    if day == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.datetime.combine(day, NOON))


def send(application, at, by):
    """As `submission.submit`, without what only a person of the structure can do on line."""
    freeze(application, at)
    application.requested_cents = budget.requested(budget.cells_of(application))
    application.implied_rejection_on = months_after(local_day(at), application.call_version.silence_months)
    application.reference = take_number(series=SERIES, year=local_day(at).year)
    application.officer = by
    application.index()
    route(application)
    application.move("submit", by=by, at=at)
    revision = keep_revision(application, by, at)
    receipts.ask(application, revision, by)
    duplicates.find(application)
    details = {"postmarked_on": application.postmarked_on.isoformat(), "received_on": local_day(at).isoformat()}
    JournalEntry.write(action="deposit_on_paper", subject=application, actor=by, details=details)
    return application
