"""A programme with its money and its places, made by the verbs of the floors below."""

import pytest

from accounts.models import Role
from applications.models import FabriqueFact
from funding import instalments
from programme.models import Target
from tests import factories
from tests.built_once import part, stage
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.monitoring.town import build

committed, in_force, line, wave = make.committed, make.in_force, make.line, make.wave
finance, officer = make.finance, make.officer


@part
def programme(line):
    return line.programme


@stage
def promised(programme):
    """Three hundred places, of which 150 in priority neighbourhoods and 30 of those digital."""
    for segment, number in (("", 300), ("qpv", 150), ("qpv_digital", 30), ("outside_large_centres", 150)):
        Target.objects.create(
            programme=programme, segment=segment, number=number, due_on=today(), stated_on=today(),
            definition="Lauréates", source="Discours",
        )  # fmt: skip
    return programme


@stage
def paid(in_force, finance, line):
    """The first instalment of 50 000 €, certified, ordered and paid by three people."""
    make.open_credits(line, "cp", CAP)
    first = in_force.instalments.get(number=1)
    instalments.certify(instalment=first, by=finance[0])
    instalments.order(instalment=first, by=finance[1])
    instalments.record_payment(instalment=first, by=finance[2], on=today(), chorus_reference="DP-2027-000123")
    return in_force


@stage
def town(line, promised):
    """(scheme, award of last year, award of this year, reservation): `tests.monitoring.town`."""
    return build(line)


@pytest.fixture
def reader(db):
    """Somebody of the staff, signed in."""
    return signed_in(Role.OFFICER)


def signed_in(*roles):
    from django.test import Client

    client = Client()
    client.force_login(factories.user(*roles))
    return client


def laureate(wave, line, *, contracted_on=None, opened_on=None, selected_on=None):
    """One more place selected in a wave, with the money it takes."""
    make.open_credits(line, "ae", GRANT)
    application = make.make_application(wave, announced=True)
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
    make.commit([award])
    dates = {"selected": selected_on or today(), "contracted": contracted_on, "opened": opened_on}
    FabriqueFact.objects.bulk_create(
        FabriqueFact(fabrique=award.fabrique, kind=kind, effective_on=day, evidence="Acte")
        for kind, day in dates.items()
        if day
    )
    return award.fabrique
