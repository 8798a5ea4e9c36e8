"""The pages of a signed wave: its letters, its announcement, what the applicant then reads."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutboxMessage
from applications.models import Application
from documents.models import MAX_ATTEMPTS, Document
from funding.models import Agreement
from selection.decisions import announce, letters_of
from selection.models import Decision, SignatureDelegation
from selection.notification import notification_of
from tests import factories
from tests.selection.conftest import make_letters, member_of, prepare_all
from tests.selection.test_pages import guard, key, page_of

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


# --- Signing, letters, announcing --------------------------------------------------------------------------------


def test_the_signatory_reads_in_numbers_what_she_signs(client, adopted):
    html = page_of(client, adopted.signatory, "decisions", adopted.wave.public_id)
    assert f"2{NBSP}lauréats" in html
    assert f"300{NBSP}000{NBSP}€ engagés en totalité" in html
    assert f"4{NBSP}courriers" in html
    action = reverse("selection:sign", args=[adopted.wave.public_id])
    response = client.post(action, guard(html, action) | key(), follow=True)
    assert "4\u00a0décisions signées" in response.content.decode()
    assert Decision.objects.filter(state="signed").count() == 4


def test_the_page_says_why_one_cannot_sign(client, adopted):
    assert "seule une personne du rôle Décision" in page_of(
        client, adopted.officer, "decisions", adopted.wave.public_id
    )
    SignatureDelegation.objects.update(ceiling_cents=100)
    html = page_of(client, adopted.signatory, "decisions", adopted.wave.public_id)
    assert "dépasse le plafond" in html
    assert "non couvert" in html
    refused = client.post(reverse("selection:sign", args=[adopted.wave.public_id]), key())
    assert refused.status_code == 422
    assert "dépasse le plafond" in refused.content.decode()


def test_progress_asks_for_itself_until_all_is_made(client, signed):
    html = page_of(client, signed.officer, "decisions", signed.wave.public_id)
    assert 'hx-trigger="every 3s"' in html
    assert f"0{NBSP}courrier prêt sur 4" in html
    make_letters(signed.wave)
    client.force_login(signed.officer)
    response = client.get(reverse("selection:progress", args=[signed.wave.public_id]))
    assert "hx-trigger" not in response.content.decode()
    assert response["HX-Refresh"] == "true"


def test_a_failed_letter_comes_first_with_its_remedy_and_is_retried(client, signed):
    letter = letters_of(Decision.objects.filter(wave=signed.wave)).order_by("number").last()
    Document.objects.filter(pk=letter.pk).update(last_error="ValueError : police absente", attempts=MAX_ATTEMPTS)
    html = page_of(client, signed.officer, "letters")
    assert "police absente" in html
    assert "Réessayez" in html
    body = html[html.index("<tbody>") :]
    assert body.index(letter.number) == min(m.start() for m in re.finditer(r"FT-\d{4}-\d{5}", body))
    client.post(reverse("selection:retry_letter", args=[letter.public_id]), key())
    letter = factories.fresh(letter)
    assert (letter.attempts, letter.last_error) == (0, "")
    Document.objects.filter(pk=letter.pk).update(last_error="ValueError : police absente")
    client.post(f"{reverse('selection:retry_letters')}?vague={signed.wave.public_id}", key())
    assert factories.fresh(letter).last_error == ""


def test_only_those_who_follow_letters_retry(client, signed):
    letter = letters_of(Decision.objects.filter(wave=signed.wave)).first()
    Document.objects.filter(pk=letter.pk).update(last_error="ValueError : x")
    client.force_login(factories.auditor())
    assert client.post(reverse("selection:retry_letter", args=[letter.public_id]), key()).status_code == 403
    assert "Réessayer" not in page_of(client, factories.auditor(), "letters").replace("Réessayez", "")


def test_the_announcement_is_blocked_with_its_reason_then_done(client, signed):
    html = page_of(client, signed.signatory, "decisions", signed.wave.public_id)
    assert "courriers en cours de fabrication" in html
    action = reverse("selection:announce", args=[signed.wave.public_id])
    refused = client.post(action, key())
    assert refused.status_code == 422
    make_letters(signed.wave)
    html = page_of(client, signed.signatory, "decisions", signed.wave.public_id)
    response = client.post(action, guard(html, action) | key(), follow=True)
    assert f"4{NBSP}décisions annoncées" in response.content.decode()
    html = page_of(client, signed.officer, "wave", signed.wave.public_id)
    assert f"2{NBSP}conventions à préparer" in html
    client.post(reverse("selection:advance", args=[signed.wave.public_id]), {"step": "prepare_agreements"} | key())
    assert Agreement.objects.count() == 2


def test_the_team_reads_a_letter(client, signed):
    make_letters(signed.wave)
    letter = letters_of(Decision.objects.filter(wave=signed.wave)).first()
    client.force_login(signed.officer)
    response = client.get(reverse("selection:letter", args=[letter.public_id]))
    assert response.content.startswith(b"%PDF")
    client.force_login(member_of(signed.dossiers[0]))
    assert client.get(reverse("selection:letter", args=[letter.public_id])).status_code == 403


# --- The applicant -----------------------------------------------------------------------------------------------


def applicant_pages(dossier):
    return [reverse(f"selection:{name}", args=[dossier.public_id]) for name in ("my_decision", "my_letter")]


def test_before_the_announcement_the_applicant_sees_nothing(client, signed):
    make_letters(signed.wave)
    texts = set()
    for dossier in signed.dossiers:
        client.force_login(member_of(dossier))
        page, letter = applicant_pages(dossier)
        html = client.get(page).content.decode()
        assert "La réponse n’est pas encore connue" in html
        # What is read, not the identifiers of the addresses.
        read = re.sub("<[^>]*>", " ", html.split("<main")[1].split("</main")[0])
        assert "150" not in read.replace(dossier.reference, "")
        texts.add(
            re.sub(r"\s+", " ", html.split("<main")[1].split("</main")[0])
            .replace(dossier.reference, "")
            .replace(dossier.fabrique.name, "")
            .replace(str(dossier.public_id), "")
        )
        assert client.get(letter).status_code == 404
        opened = client.post(reverse("selection:open_letter", args=[dossier.public_id]), key())
        assert opened.status_code == 404
    assert len(texts) == 1, "the four pages are the same but for the names"
    assert not OutboxMessage.objects.exists()


def test_the_applicant_opens_the_letter_by_a_post(client, signed):
    make_letters(signed.wave)
    announce(wave=signed.wave, by=signed.signatory)
    dossier = signed.dossiers[0]
    page, letter = applicant_pages(dossier)
    client.force_login(member_of(dossier))
    html = client.get(page).content.decode()
    assert "Votre projet est lauréat" in html
    assert "Ouvrir le courrier" in html
    assert client.get(letter).status_code == 302, "reading the file does not notify"
    assert Decision.objects.get(application=dossier).notified_on is None
    action = reverse("selection:open_letter", args=[dossier.public_id])
    response = client.post(action, guard(html, action) | key(), follow=True)
    assert response.content.startswith(b"%PDF")
    assert Decision.objects.get(application=dossier).notified_on == timezone.localdate()
    assert "notifié le" in client.get(page).content.decode()


def test_the_refused_applicant_reads_why_and_where_to_appeal(client, signed):
    make_letters(signed.wave)
    announce(wave=signed.wave, by=signed.signatory)
    dossier = signed.dossiers[3]
    client.force_login(member_of(dossier))
    html = client.get(applicant_pages(dossier)[0]).content.decode()
    assert "Votre projet n’est pas retenu" in html
    assert "Aucun partenaire ne s’est engagé par écrit" in html
    assert "tribunal administratif de Paris" in html


def test_a_foreign_dossier_does_not_exist(client, signed):
    client.force_login(member_of(signed.dossiers[1]))
    for url in applicant_pages(signed.dossiers[0]):
        assert client.get(url).status_code == 404
    client.force_login(factories.reviewer())
    assert client.get(applicant_pages(signed.dossiers[0])[0]).status_code == 404


def test_the_officer_notes_a_notification(client, signed):
    make_letters(signed.wave)
    announce(wave=signed.wave, by=signed.signatory)
    dossier = signed.dossiers[0]
    found = notification_of(Decision.objects.get(application=dossier))
    url = reverse("selection:notification", args=[found.public_id])
    assert url in page_of(client, signed.officer, "dossier", dossier.public_id)
    today = timezone.localdate().isoformat()
    letter = {"number": "1A 234 567 8901 2", "posted_on": today, "presented_on": today}
    unfetched = client.post(url, letter | key())
    assert unfetched.status_code == 422 and "Donnez le jour de la remise" in unfetched.content.decode()
    page = client.get(url).content.decode()
    done = client.post(url, guard(page) | letter | {"delivered_on": today} | key())
    assert done.status_code == 302
    assert Decision.objects.get(application=dossier).notified_on == timezone.localdate()
    assert "1A23456789012" in client.get(url).content.decode()


def test_the_tab_before_and_after(client, panel):
    dossier = panel.dossiers[0]
    assert "Aucune issue préparée" in page_of(client, panel.officer, "dossier", dossier.public_id)
    prepare_all(panel)
    assert "Rien de ceci n’est visible du candidat" in page_of(client, panel.officer, "dossier", dossier.public_id)
    assert Application.objects.get(pk=dossier.pk).state == "reviewed"
