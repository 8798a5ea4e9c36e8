"""The list told before the announcement: to whom and why, each opening written down, refused out of its moment."""

import re

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, Refusal
from accounts.models import OutboxMessage
from applications.models import Assignment, Fabrique
from selection import embargo
from selection.decisions import announce
from selection.models import EmbargoAccess, EmbargoedList
from selection.outcomes import adopt
from tests import factories
from tests.selection.conftest import GRANT, make_letters, prepare_all

pytestmark = pytest.mark.django_db


def tell(panel, **fields):
    fields = {
        "wave": panel.wave,
        "recipient_name": "Claire Morel",
        "recipient_title": "Préfète de la région",
        "recipient_email": "claire.morel@prefecture.example",
        "reason": "Préparer la visite d’annonce.",
        "by": panel.officer,
        **fields,
    }
    return embargo.communicate(**fields)


def secret_of(kept):
    body = OutboxMessage.objects.get(key=f"embargo:{kept.pk}").body
    return re.search(r"/embargo/([\w-]+)/", body).group(1)


def kinds(kept):
    return list(kept.accesses.order_by("pk").values_list("kind", flat=True))


def announce_now(panel):
    make_letters(panel.wave)
    announce(wave=panel.wave, by=panel.signatory)


def test_it_says_who_when_to_whom_and_why(signed):
    kept = tell(signed)
    assert (kept.communicated_by, str(kept)) == (signed.officer, "Vague 1, Claire Morel, Préfète de la région")
    assert [row["cents"] for row in kept.rows] == [GRANT, GRANT]
    assert kept.sha256 == embargo.fingerprint(kept.rows)
    assert kinds(kept) == ["sent"]


def test_only_laureates_are_told_and_only_of_the_region(signed):
    laureates = {d.reference for d in signed.dossiers[:2]}
    assert {row["reference"] for row in tell(signed).rows} == laureates
    Fabrique.objects.filter(pk=signed.dossiers[0].fabrique_id).update(region="Bretagne")
    assert [row["reference"] for row in tell(signed, region="Bretagne").rows] == [signed.dossiers[0].reference]
    with pytest.raises(Refusal, match="Aucun lauréat"):
        tell(signed, region="Corse")


def test_each_opening_is_written_down(signed):
    kept = tell(signed)
    found = embargo.find_by_secret(secret_of(kept))
    assert found == kept
    assert embargo.open_by_link(kept=found) == kept.rows
    embargo.open_by_link(kept=found)
    embargo.download(kept=found, by=signed.signatory)
    assert kinds(kept) == ["sent", "opened", "opened", "downloaded"]
    assert kept.accesses.first().by == signed.signatory


def test_the_secret_is_not_kept(signed):
    kept = tell(signed)
    assert secret_of(kept) not in str(EmbargoedList.objects.filter(pk=kept.pk).values().get())
    assert embargo.find_by_secret("autre") is None


def test_before_the_signature_there_is_nothing_to_tell(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    with pytest.raises(embargo.NoEmbargo, match="n’est pas signée"):
        tell(panel)
    assert not EmbargoedList.objects.exists()


def test_after_the_announcement_the_link_opens_nothing_and_the_refusal_is_written_down(signed):
    kept = tell(signed)
    announce_now(signed)
    for act in (lambda: embargo.open_by_link(kept=kept), lambda: embargo.download(kept=kept, by=signed.officer)):
        with pytest.raises(embargo.NoEmbargo, match="publique"):
            act()
    with pytest.raises(embargo.NoEmbargo):
        tell(signed)
    assert kinds(kept) == ["sent", "refused", "refused"]


def test_a_link_sent_to_the_wrong_person_is_closed(signed):
    kept = tell(signed)
    with pytest.raises(Refusal, match="pourquoi"):
        embargo.close_link(kept=kept, reason=" ", by=signed.officer)
    embargo.close_link(kept=kept, reason="Erreur d’adresse", by=signed.officer)
    with pytest.raises(embargo.NoEmbargo, match="fermé"):
        embargo.open_by_link(kept=kept)
    with pytest.raises(Refusal, match="déjà fermé"):
        embargo.close_link(kept=kept, reason="Encore", by=signed.officer)
    assert kinds(kept) == ["sent", "closed", "refused"]


@pytest.mark.parametrize("field", ["recipient_name", "recipient_title", "reason"])
def test_to_whom_and_why_are_said(signed, field):
    with pytest.raises(Refusal) as error:
        tell(signed, **{field: " "})
    assert error.value.field == field


def test_who_may_communicate(signed):
    for person in (signed.chair, factories.auditor(), factories.finance_officer(), factories.reviewer()):
        with pytest.raises(NotAllowed):
            tell(signed, by=person)


def test_who_declared_a_tie_with_any_dossier_of_the_wave_leaves_it_to_another(signed):
    Assignment.objects.create(application=signed.dossiers[3], reviewer=signed.officer, state="recused")
    with pytest.raises(NotAllowed, match="déporté"):
        tell(signed)
    kept = tell(signed, by=signed.signatory)
    with pytest.raises(NotAllowed):
        embargo.download(kept=kept, by=signed.officer)
    assert kinds(kept) == ["sent"]


def test_the_database_keeps_every_line_of_it(signed):
    kept = tell(signed)
    for rows in (EmbargoedList.objects.filter(pk=kept.pk), EmbargoAccess.objects.filter(embargoed_list=kept)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows._raw_delete("default")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        EmbargoedList.objects.filter(pk=kept.pk).update(reason="Autre")
