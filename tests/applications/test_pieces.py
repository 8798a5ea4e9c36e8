"""The section of the pieces: several at once, each judged by itself; read in the page; infected ones told."""

import json
from datetime import timedelta

import pytest

from accounts.models import OutboxMessage
from applications import completeness, pieces
from applications.models import Attachment
from documents import previews, scanning
from tests import factories
from tests.applications.web import post, signed_in, staff_url, text, url
from tests.built_once import part, stage
from tests.documents import antivirus, files

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@part
def person(db):
    return factories.applicant()


@pytest.fixture
def client(person):
    return signed_in(person)


@stage
def dossier(person):
    return factories.draft(by=person)


def send(client, dossier, *uploads, **kwargs):
    return post(client, url(dossier, "pieces/"), {"kind": "support", "file": list(uploads)}, **kwargs)


def names():
    return list(Attachment.objects.filter(removed_at=None).values_list("file__name", flat=True))


def infect(stored):
    scanning._quarantine(stored.pk, "Bad.Virus")


# --- joining ------------------------------------------------------------------------------------------------------


def test_several_files_are_joined_at_once(client, dossier):
    answer = send(
        client,
        dossier,
        factories.upload("statuts.pdf"),
        factories.upload("plan.png", files.picture_bytes()),
        factories.upload("budget.xlsx", files.xlsx()),
        factories.upload("lettre.odt", files.odf()),
    )
    assert answer.status_code == 302
    assert names() == ["statuts.pdf", "plan.png", "budget.xlsx", "lettre.odt"]
    page = text(client.get(url(dossier, "pieces/")))
    assert "4 pièces jointes au dossier" in page
    assert "PDF, JPEG, PNG, DOCX, XLSX, ODT ou ODS, 20 Mo au plus chacun" in page


def test_the_good_ones_are_kept_and_each_bad_one_is_told_why(client, dossier):
    answer = send(
        client,
        dossier,
        factories.upload("bon.pdf"),
        factories.upload("vide.pdf", b""),
        factories.upload("macro.docx", files.docx({"word/vbaProject.bin": b"x"})),
    )
    page = text(answer)
    assert answer.status_code == 422 and names() == ["bon.pdf"]
    assert "« bon.pdf » est jointe au dossier." in page
    assert "Le fichier « vide.pdf » est vide" in page
    assert "Le document « macro.docx » contient des macros" in page


def test_the_same_file_is_joined_once(client, dossier):
    """A form that came back with one refusal may be sent again: nothing is doubled."""
    content = files.pdf_bytes()
    send(client, dossier, factories.upload("statuts.pdf", content))
    answer = send(client, dossier, factories.upload("copie.pdf", content))
    assert answer.status_code == 422 and names() == ["statuts.pdf"]
    assert "est déjà joint à ce dossier, sous le nom « statuts.pdf »" in text(answer)


def test_the_page_with_progress_gets_the_same_answers_as_data(client, dossier):
    kept = send(client, dossier, factories.upload("bon.pdf"), headers=JSON)
    assert (kept.status_code, json.loads(kept.content)) == (200, {"kept": ["bon.pdf"], "refused": []})
    bad = json.loads(send(client, dossier, factories.upload("faux.pdf", b"MZ"), headers=JSON).content)
    assert bad["kept"] == [] and "« faux.pdf » porte le nom d’un PDF" in bad["refused"][0]
    nothing = post(client, url(dossier, "pieces/"), {"kind": ""}, headers=JSON)
    assert nothing.status_code == 422 and "Dites ce qu’est cette pièce." in json.loads(nothing.content)["refused"]


def test_a_dossier_that_was_sent_tells_the_page_with_progress(client, person):
    sent = factories.submitted(by=person)
    answer = send(client, sent, factories.upload("tard.pdf"), headers=JSON)
    assert answer.status_code == 409 and "son contenu ne change plus" in json.loads(answer.content)["refused"][0]


def test_a_file_beyond_the_limit_is_cut_on_arrival(client, dossier, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    answer = send(client, dossier, factories.upload("gros.pdf", b"%PDF-1.7" + bytes(3 << 20)))
    assert answer.status_code == 422 and "« gros.pdf » dépasse 1 Mo" in text(answer)


def test_beyond_twenty_pieces_the_rest_is_refused_in_words(client, dossier, monkeypatch):
    monkeypatch.setattr("applications.drafting.MAX_PIECES", 1)
    answer = send(client, dossier, factories.upload("a.pdf"), factories.upload("b.png", files.picture_bytes()))
    assert answer.status_code == 422 and names() == ["a.pdf"]
    assert "au plus 1 pièces" in text(answer)


def test_one_piece_or_five_the_same_queries(client, dossier):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 5):
        send(client, dossier, *(factories.upload(f"{n}.pdf", files.pdf_bytes(number + n)) for n in range(number)))
        client.get(url(dossier, "pieces/"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url(dossier, "pieces/"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_piece_is_read_in_the_page_as_pictures(client, dossier):
    send(client, dossier, factories.upload("statuts.pdf", files.pdf_bytes(2, "Article")))
    piece = Attachment.objects.get()
    tail = f"pieces/{piece.public_id}/"
    assert "en préparation" in text(client.get(url(dossier, f"{tail}lire/")))
    assert "hx-trigger" in text(client.get(url(dossier, "pieces/")))
    previews.sweep(grace=timedelta(0))
    page = client.get(url(dossier, f"{tail}lire/"))
    assert "Page 2 sur 2" in text(page) and "Article 2" in text(page) and piece.file.sha256 in text(page)
    assert "L’antivirus est déclaré éteint sur ce site" in text(page)
    assert "unsafe" not in page["Content-Security-Policy"]
    listing = text(client.get(url(dossier, "pieces/")))
    assert f"{tail}pages/0.png" in listing and "hx-trigger" not in listing
    picture = client.get(url(dossier, f"{tail}pages/2.png"))
    assert picture["Content-Type"] == "image/png" and picture.getvalue().startswith(b"\x89PNG")
    assert client.get(url(dossier, f"{tail}pages/3.png")).status_code == 404


def test_a_saved_file_is_inert_and_keeps_its_name(client, dossier):
    send(client, dossier, factories.upload("Été « 2026 » ; n°1\u202efdp.exe", files.pdf_bytes()))
    answer = client.get(url(dossier, f"pieces/{Attachment.objects.get().public_id}/"))
    assert answer.getvalue().startswith(b"%PDF")
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''") and disposition.endswith(".exe.pdf")
    assert "%E2%80%AE" not in disposition
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert "no-store" in answer["Cache-Control"]


def test_staff_read_the_pieces_of_a_dossier_that_was_sent():
    sent, draft = factories.submitted(), factories.complete_draft()
    officer = signed_in(factories.officer())
    assert officer.get(url(sent, f"pieces/{sent.attachments.get().public_id}/lire/")).status_code == 200
    for tail in ("", "lire/", "pages/0.png"):
        assert officer.get(url(draft, f"pieces/{draft.attachments.get().public_id}/{tail}")).status_code == 404


# --- the antivirus ------------------------------------------------------------------------------------------------


def test_what_waits_for_the_antivirus_is_listed_and_shut(client, dossier, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    send(client, dossier, factories.upload("statuts.pdf"))
    tail = f"pieces/{Attachment.objects.get().public_id}/"
    assert "Analyse antivirus en cours" in text(client.get(url(dossier, "pieces/")))
    for way in ("", "lire/", "pages/0.png"):
        answer = client.get(url(dossier, tail + way))
        assert answer.status_code == 409 and "L’antivirus analyse « statuts.pdf »" in text(answer)
    scanning.sweep(grace=timedelta(0))
    assert "L’antivirus ne répond pas" in text(client.get(url(dossier, "pieces/")))
    assert client.get(url(dossier, tail)).status_code == 503
    # The wait is ours: it keeps nobody from sending the dossier.
    assert completeness.piece_problems(dossier) == []


def test_an_infected_piece_is_told_listed_and_does_not_count(client, dossier, person):
    send(client, dossier, factories.upload("statuts.pdf"))
    piece = Attachment.objects.get()
    infect(piece.file)
    page = text(client.get(url(dossier, "pieces/")))
    assert "Fichier infecté, mis à l’écart" in page and "Retirez cette pièce" in page
    assert client.get(url(dossier, f"pieces/{piece.public_id}/")).status_code == 403
    sentences = [problem.sentence for problem in completeness.piece_problems(dossier)]
    assert sentences[0].startswith("La pièce « statuts.pdf » est infectée") and "au moins une pièce" in sentences[1]
    assert "La pièce « statuts.pdf » est infectée" in text(client.get(url(dossier, "envoyer/")))
    mail = OutboxMessage.objects.get(recipient=person.email, key__startswith="infected:")
    assert "mis à l’écart" in mail.body and "joignez un fichier sain" in mail.body
    assert "une pièce infectée" in text(client.get(url(dossier))) or "statuts.pdf" in text(client.get(url(dossier)))
    send(client, dossier, factories.upload("propre.pdf", files.pdf_bytes(3)))
    assert len(completeness.piece_problems(dossier)) == 1


def test_the_service_is_told_of_an_infected_piece_of_a_dossier_that_was_sent():
    officer = factories.officer()
    sent = factories.submitted()
    infect(sent.attachments.get().file)
    mail = OutboxMessage.objects.get(recipient=officer.email, key__startswith="infected:")
    assert sent.reference in mail.subject
    page = text(signed_in(officer).get(staff_url(sent)))
    assert "Infecté, mis à l’écart : « statuts.pdf »" in page and "a mis à l’écart une pièce infectée" in page


def test_the_staff_page_says_aloud_that_scanning_is_off():
    sent = factories.submitted()
    page = text(signed_in(factories.officer()).get(staff_url(sent)))
    assert "L’antivirus est déclaré éteint sur ce site" in page


def test_the_staff_page_says_what_the_antivirus_found(settings):
    sent = factories.submitted()
    officer = signed_in(factories.officer())
    with antivirus.scanner(antivirus.answers("stream: OK")) as url_of_scanner:
        settings.CLAMD_URL = url_of_scanner
        assert "1 pièce attend l’analyse" in text(officer.get(staff_url(sent)))
        scanning.sweep(grace=timedelta(0))
        assert "1 pièce analysée, rien trouvé." in text(officer.get(staff_url(sent)))


def test_a_file_of_nothing_tells_nobody(person):
    """A received file that is no piece of a dossier is put aside all the same."""
    from documents.uploads import store_upload

    stored = store_upload(uploaded=factories.upload("seul.pdf"), by=person)
    infect(stored)
    assert not OutboxMessage.objects.filter(key__startswith="infected:").exists()
    assert pieces.service_of(factories.draft()) == set()
