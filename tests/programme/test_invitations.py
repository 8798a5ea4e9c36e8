"""Who was told of a call."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.errors import Refusal
from programme.invitations import record_invitation
from programme.models import Invitation
from tests import factories
from tests.applications.web import post, signed_in, text

pytestmark = pytest.mark.django_db


def test_an_invitation_is_noted_listed_and_exported():
    wave, client = factories.wave(), signed_in(factories.officer(first_name="Hélène", last_name="Martin"))
    path = f"/pilotage/appels/{wave.call.slug}/invitations/"
    assert "Personne n’est noté" in text(client.get(path))
    data = {
        "told": "Réseau des tiers-lieux d’Auvergne", "audience": "network", "channel": "mailing", "count": "240",
        "told_on": timezone.localdate().isoformat(), "note": "Lettre de novembre",
    }  # fmt: skip
    assert post(client, path, data | {"told": ""}).status_code == 422
    assert post(client, path, data).status_code == 302
    page = text(signed_in(factories.auditor()).get(path))
    assert "Réseau des tiers-lieux d’Auvergne" in page and "Hélène Martin" in page and "Noter une inv" not in page
    csv = b"".join(client.get(f"{path}?format=csv").streaming_content).decode("utf-8-sig")
    assert "Liste de diffusion;240;" in csv
    assert post(signed_in(factories.auditor()), path, data).status_code == 403


def test_an_invitation_to_come_is_not_noted_and_none_is_rewritten():
    wave, officer = factories.wave(), factories.officer()
    fields = {"call": wave.call, "audience": "town_hall", "channel": "post", "told": "Mairie de Thiers", "by": officer}
    with pytest.raises(Refusal, match="à venir"):
        record_invitation(told_on=timezone.localdate() + datetime.timedelta(days=1), **fields)
    record_invitation(told_on=timezone.localdate(), **fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invitation.objects.update(told="Autre")
