"""Public money on its own: lines, awards and people, without the dossiers that the floors below are tested with."""

import datetime
import itertools

from django.utils import timezone

from accounts.models import Organisation, Role, User
from accounts.roles import grant_role
from applications.fabriques import record_fact
from applications.models import Application, Fabrique, FabriqueFact
from funding import agreements, awards, budgets
from funding.conventions.clauses import COMPULSORY
from funding.models import Line, Source
from programme.models import Call, CallVersion, Origin, Programme, SegmentBounds, Wave
from selection.delegations import AGREEMENT, grant_delegation
from tests.built_once import part, stage

COUNTER = itertools.count(1)
EUROS = 100
GRANT = 150_000 * EUROS
CAP = 50_000 * EUROS


def today():
    return timezone.localdate()


def make_user(*roles, name="Personne"):
    number = next(COUNTER)
    user = User.objects.create_user(f"{number}@exemple.test", None, first_name=name, last_name=str(number))
    for role in roles:
        grant_role(user=user, role=role, by=None)
    return user


def make_programme():
    return Programme.objects.create(
        name="Fabriques", slug=f"fabriques-{next(COUNTER)}", service_name="Service", service_address="1 rue",
        service_phone="01", service_email="service@exemple.test",
    )  # fmt: skip


def make_line(programme=None, code=None):
    source, _ = Source.objects.get_or_create(name="État")
    code = code or f"L{next(COUNTER)}"
    return Line.objects.create(
        programme=programme or make_programme(), source=source, code=code, label=f"Ligne {code}", lolf_programme="112"
    )


def make_wave(programme, *, number=1, agreement_required=True, commitment_act="decision", years=3):
    call = Call.objects.create(programme=programme, slug=f"appel-{next(COUNTER)}", title="Appel")
    version = CallVersion.objects.create(
        call=call, number=1, summary="Résumé", years=years, agreement_required=agreement_required,
        commitment_act=commitment_act,
    )  # fmt: skip
    SegmentBounds.objects.create(version=version, segment="unknown", min_cents=1, max_cents=GRANT, year_cap_cents=CAP)
    return Wave.objects.create(call=call, number=number)


def bounds_of(wave):
    return SegmentBounds.objects.get(version__call=wave.call)


def make_place(programme, organisation=None):
    name = f"Lieu {next(COUNTER):05}"
    return Fabrique.objects.create(programme=programme, name=name, sort_name=name.lower(), organisation=organisation)


def make_organisation(member=None, legal_form="association"):
    number = next(COUNTER)
    organisation = Organisation.objects.create(
        name=f"Structure {number}", legal_form=legal_form, siret=f"9{number:013}"
    )
    if member:
        organisation.memberships.create(user=member, role="owner")
    return organisation


def make_application(wave, *, applicant=None, announced=False):
    """A dossier as this floor needs it: whose it is, in which wave, announced or not."""
    applicant = applicant or make_user(Role.APPLICANT)
    version = wave.call.versions.get()
    # Above 23 000 € a year, a public body alone may be paid without an agreement.
    organisation = make_organisation(applicant, "association" if version.agreement_required else "local_authority")
    state = {"state": "awarded", "published_at": timezone.now()} if announced else {"state": "reviewed"}
    return Application.objects.create(
        wave=wave, call_version=version, organisation=organisation, created_by=applicant,
        fabrique=make_place(wave.call.programme, organisation), reference=f"D-{next(COUNTER)}",
        submitted_at=timezone.now(), **state,
    )  # fmt: skip


def open_credits(line, axis, cents, *, year=None, on=None):
    budgets.open_credits(
        axis=axis, line=line, fiscal_year=year or today().year, cents=cents, effective_on=on or first_of_year(),
        act="Loi de finances", by=None, key=f"open:{next(COUNTER)}",
    )  # fmt: skip


def first_of_year():
    return datetime.date(today().year, 1, 1)


def request_for(wave, line, *, cents=GRANT, year=None, application=None):
    application = application or make_application(wave)
    return awards.Request(
        application.fabrique, cents, line, year or today().year, bounds_of(wave), application=application
    )


def reserve(wave, requests, *, key=None, on=None, by=None):
    return awards.reserve(
        wave=wave, requests=requests, on=on or today(), act="Avis du comité", by=by,
        key=key or f"reserve:{next(COUNTER)}", origin=Origin.REAL,
    )  # fmt: skip


def commit(reserved, *, key=None, on=None, by=None):
    awards.commit(awards=reserved, on=on or today(), act="Arrêté", by=by, key=key or f"commit:{next(COUNTER)}")


@part
def line(db):
    return make_line()


@part
def wave(line):
    return make_wave(line.programme)


@part
def officer(db):
    return make_user(Role.OFFICER, name="Instruction")


@part
def finance(db):
    """Three people: one certifies, one orders, one records the payment."""
    return [make_user(Role.FINANCE_OFFICER, name=name) for name in ("Ada", "Blaise", "Colette")]


@stage
def committed(line, wave):
    """An award of 150 000 € committed on the line, announced to its applicant."""
    open_credits(line, "ae", GRANT)
    application = make_application(wave, announced=True)
    (award,) = reserve(wave, [request_for(wave, line, application=application)])
    commit([award])
    award.refresh_from_db()
    return award


@stage
def in_force(committed, officer):
    """The same, notified, its agreement signed by both: the first instalment is due."""
    announce(committed)
    sign_agreement(committed, officer)
    awards.mark_notified(award=committed, on=today())
    committed.refresh_from_db()
    return committed


def announce(award):
    """What the announcement writes on the floor below: the place is selected."""
    record_fact(
        fabrique=award.fabrique, kind=FabriqueFact.Kind.SELECTED, effective_on=award.reserved_on, evidence="Arrêté",
        by=None,
    )  # fmt: skip


def sign_agreement(award, officer):
    agreement = agreements.prepare(award=award, by=officer)
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    agreements.record_beneficiary_signature(agreement=agreement, by=officer, on=today(), signatory="Mme A, présidente")
    agreements.record_state_signature(
        agreement=agreement, by=officer, on=today(), signatory=make_signatory(award.wave.call.programme)
    )
    agreement.refresh_from_db()
    return agreement


def make_signatory(programme, *, ceiling_cents=GRANT, acts=(AGREEMENT,)):
    """Somebody who may sign the agreements of a programme, up to an amount."""
    holder = make_user(Role.DECISION_MAKER, name="Préfecture")
    grant_delegation(
        programme=programme, holder=holder, acts=list(acts), ceiling_cents=ceiling_cents, starts_on=first_of_year(),
        ends_on=datetime.date(today().year, 12, 31), published_act="Arrêté de délégation",
        formula="Pour le préfet et par délégation,", by=None,
    )  # fmt: skip
    return holder
