"""The pages of what follows an announcement, driven as each person would."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutboxMessage
from documents import production
from documents.models import Document
from programme.models import Wave
from selection import appeals
from selection.decisions import sign_wave
from selection.feedback import SHOWN_FROM
from selection.late_awards import prepare_award
from selection.models import Appeal, Decision, Derogation, EmbargoAccess, EmbargoedList, PreparedOutcome
from selection.notification import answer_notification_of
from selection.outcomes import adopt, prepare
from selection.sweeping import sweep
from tests import factories
from tests.selection.after import announced, call_fields, decision_of, opened
from tests.selection.conftest import YEAR, make_letters, meet, member_of, prepare_all
from tests.selection.test_feedback import score

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


def key():
    return {"idempotency_key": timezone.now().strftime("%Y%m%d%H%M%S%f")}


def read(client, person, name, *args, status=200):
    client.force_login(person)
    response = client.get(reverse(f"selection:{name}", args=args))
    assert response.status_code == status, response.status_code
    return response.content.decode()


def send(client, person, name, *args, status=302, **data):
    client.force_login(person)
    response = client.post(reverse(f"selection:{name}", args=args), data | key())
    assert response.status_code == status, response.content.decode()
    return response


def read_then_sign(client, person, appeal, **data):
    """The letter is shown first; what is signed is what was shown."""
    shown = send(client, person, "appeal", appeal.public_id, status=200, **data)
    send(client, person, "appeal", appeal.public_id, digest=shown.context["preview"][1], **data)


def opens(client, url):
    """Whether the file is given, read to its end."""
    response = client.get(url)
    return response.status_code == 200 and b"".join(response.streaming_content).startswith(b"%PDF")


# --- The applicant -----------------------------------------------------------------------------------------------


def test_a_refused_applicant_contests_on_line_and_follows_it(client):
    panel = announced()
    dossier = panel.refused[0]
    person = member_of(dossier)
    assert "Ouvrez d’abord" in read(client, person, "my_appeals", dossier.public_id)
    decision = opened(dossier)
    assert "Contester, ou suivre un recours" in read(client, person, "my_decision", dossier.public_id)
    refused = send(client, person, "my_appeals", dossier.public_id, status=422, kind="gracious", grounds="")
    assert "grounds" in refused.context["form"].errors
    send(client, person, "my_appeals", dossier.public_id, kind="gracious", grounds="Le motif est inexact.")
    appeal = Appeal.objects.get()
    production._store(Document.objects.about(appeal).get().pk, factories.pdf_bytes())
    html = read(client, person, "my_appeals", dossier.public_id)
    assert appeal.number in html
    assert "Un recours est en cours" in html
    receipt = client.get(reverse("selection:my_receipt", args=[dossier.public_id, appeal.public_id]))
    assert receipt["Content-Type"] == "application/pdf"
    assert appeal.number in read(client, person, "my_decision", dossier.public_id)
    appeals.conclude(
        appeal=appeal, outcome="rejected", on=timezone.localdate(), conclusion="Pièce absente.", by=panel.signatory
    )
    mine = read(client, person, "my_appeals", dossier.public_id)
    assert "Réponse à ouvrir" in mine and "Pièce absente." not in mine
    assert decision.appeals.count() == 1


def test_a_refused_applicant_reads_her_scores_and_no_name(client):
    panel = announced(ranks=SHOWN_FROM + 2, proposed=SHOWN_FROM)
    dossier = panel.refused[0]
    for one in panel.dossiers[:SHOWN_FROM]:
        score(one, [4, 3])
    score(dossier, [1, 2])
    person = member_of(dossier)
    assert "Comment votre dossier a été noté" not in read(client, person, "my_decision", dossier.public_id)
    opened(dossier)
    html = read(client, person, "my_decision", dossier.public_id)
    assert f"moyenne des {SHOWN_FROM} projets aidés" in html
    assert "81,0" in html
    for assignment in dossier.assignments.select_related("reviewer"):
        assert assignment.reviewer.last_name not in html
        assert assignment.reviewer.email not in html


def test_with_few_funded_projects_the_page_says_so_and_gives_no_mean(client):
    panel = announced()
    dossier = panel.refused[0]
    opened(dossier)
    html = read(client, member_of(dossier), "my_decision", dossier.public_id)
    assert "trop peu nombreux" in html
    assert "Moyenne des projets aidés" not in html


# --- The register ------------------------------------------------------------------------------------------------


def test_the_register_lists_answers_and_notifies(client):
    panel = announced()
    decision = opened(panel.refused[0])
    appeal = appeals.lodge(decision=decision, kind="gracious", grounds="Inexact.", by=member_of(panel.refused[0]))
    assert appeal.number in read(client, panel.officer, "appeals")
    assert appeal.number in read(client, factories.auditor(), "appeals")
    send(client, panel.officer, "appeal", appeal.public_id, act="examine")
    today = timezone.localdate().isoformat()
    issue = {"act": "conclude", "issue-outcome": "rejected", "issue-on": today}
    send(client, panel.signatory, "appeal", appeal.public_id, status=422, **issue, **{"issue-conclusion": ""})
    read_then_sign(client, panel.signatory, appeal, **issue, **{"issue-conclusion": "Pièce absente."})
    formal = answer_notification_of(appeal)
    letter = {"number": "1A 234 567 8901 2", "posted_on": today, "presented_on": today, "delivered_on": today}
    send(client, panel.officer, "notification", formal.public_id, **letter)
    html = read(client, panel.officer, "appeal", appeal.public_id)
    assert "Pièce absente." in html
    assert "Le tribunal peut être saisi jusqu’au" in html
    assert factories.fresh(appeal).answer_notified_on == timezone.localdate()


def test_an_upheld_appeal_is_entrusted_to_somebody_and_closed_from_its_page(client):
    panel = announced()
    decision = opened(panel.refused[0])
    appeal = appeals.lodge(decision=decision, kind="gracious", grounds="Inexact.", by=member_of(panel.refused[0]))
    today = timezone.localdate().isoformat()
    issue = {"act": "conclude", "issue-outcome": "upheld", "issue-on": today, "issue-conclusion": "La pièce y était."}
    refused = send(client, panel.signatory, "appeal", appeal.public_id, status=422, **issue)
    assert "what" in refused.context["form"].errors
    due = {"issue-what": "examine", "issue-owner": str(panel.officer.public_id), "issue-due_on": today}
    read_then_sign(client, panel.signatory, appeal, **issue, **due)
    assert "Nouvel examen du dossier" in read(client, panel.officer, "appeal", appeal.public_id)
    assert panel.officer.last_name in read(client, panel.officer, "appeals")
    row = appeal.follow_ups.get()
    close = {"act": "settle", "follow_up": str(row.public_id), "version": str(row.version)}
    field = f"close-{row.public_id.hex}-done_note"
    send(client, panel.officer, "appeal", appeal.public_id, status=422, **close, **{field: ""})
    send(client, panel.officer, "appeal", appeal.public_id, **close, **{field: "Réexaminé, refus confirmé."})
    assert "Réexaminé, refus confirmé." in read(client, panel.officer, "appeal", appeal.public_id)
    more = {"act": "ask", "suite-what": "correct", "suite-owner": str(panel.officer.public_id), "suite-due_on": today}
    send(client, panel.officer, "appeal", appeal.public_id, **more)
    assert appeal.follow_ups.count() == 2


def test_the_files_of_an_appeal_are_sent_on_line_and_read_by_both_sides_alone(client):
    panel = announced(ranks=5)
    dossier, other = panel.refused[:2]
    opened(dossier)
    person = member_of(dossier)
    send(
        client, person, "my_appeals", dossier.public_id, kind="gracious", grounds="Inexact.", pieces=factories.upload()
    )
    appeal = Appeal.objects.get()
    piece = appeal.pieces.get()
    mine = reverse("selection:my_appeal_piece", args=[dossier.public_id, appeal.public_id, piece.public_id])
    theirs = reverse("selection:appeal_piece", args=[appeal.public_id, piece.public_id])
    assert mine in read(client, person, "my_appeals", dossier.public_id)
    assert opens(client, mine)
    assert theirs in read(client, panel.officer, "appeal", appeal.public_id)
    assert opens(client, theirs)
    client.force_login(member_of(other))
    assert not opens(client, mine)


def test_an_officer_records_an_appeal_that_came_by_post(client):
    panel = announced()
    decision = decision_of(panel.refused[0])
    today = timezone.localdate().isoformat()
    data = {
        "kind": "litigation",
        "channel": "court",
        "lodged_on": today,
        "received_on": today,
        "grounds": "Annulation.",
    }
    refused = send(client, panel.officer, "record_appeal", decision.public_id, status=422, **data)
    assert "court_number" in refused.context["form"].errors
    send(client, panel.officer, "record_appeal", decision.public_id, **data, court_number="2601234")
    assert "Recours contentieux" in read(client, panel.officer, "dossier", panel.refused[0].public_id)


def test_the_lists_ask_as_many_questions_for_one_row_as_for_three(client):
    panel = announced(ranks=6)
    counts = {}
    for number, dossier in enumerate(panel.refused[:3], start=1):
        appeals.lodge(decision=opened(dossier), kind="gracious", grounds="Inexact.", by=member_of(dossier))
        Derogation.objects.create(
            wave=panel.wave, application=dossier, rule="other", reason="…", decided_on=timezone.localdate()
        )
        for name in ("appeals", "derogations"):
            read(client, panel.officer, name)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                read(client, panel.officer, name)
            counts.setdefault(name, {})[number] = len(queries)
    for name, by_rows in counts.items():
        assert by_rows[1] == by_rows[3], (name, by_rows)


# --- The waitlist ------------------------------------------------------------------------------------------------


def test_the_waitlist_is_called_signed_and_handed_over_from_its_page(client):
    panel = announced()
    waiting = panel.waiting[0]
    decision = decision_of(waiting)
    assert "Appeler" in read(client, panel.officer, "waitlist", panel.wave.public_id)
    typed = {"credit": f"{panel.line.public_id}:{YEAR}", "amount_cents": "150 000", "reason": "Renoncement"}
    send(client, panel.officer, "call", decision.public_id, status=422, **typed | {"reason": ""})
    send(client, panel.officer, "call", decision.public_id, **typed)
    prepared = Decision.objects.get(state="prepared")
    html = read(client, panel.signatory, "waitlist", panel.wave.public_id)
    assert str(prepared.public_id) in html
    assert "Signer les décisions cochées" not in read(client, panel.officer, "waitlist", panel.wave.public_id)
    send(client, panel.signatory, "sign_late", panel.wave.public_id, status=422)
    send(client, panel.signatory, "sign_late", panel.wave.public_id, decisions=[str(prepared.public_id)])
    assert "dont le courrier se fabrique" in read(client, panel.signatory, "waitlist", panel.wave.public_id)
    make_letters(panel.wave)
    assert sweep()[2] == 1
    assert "Votre projet est lauréat" in read(client, member_of(waiting), "my_decision", waiting.public_id)


def test_too_little_money_comes_back_on_the_page_of_the_call(client):
    panel = announced(money=2 * 15_000_000)
    decision = decision_of(panel.waiting[0])
    typed = {"credit": f"{panel.line.public_id}:{YEAR}", "amount_cents": "150 000", "reason": "Renoncement"}
    response = send(client, panel.officer, "call", decision.public_id, status=422, **typed)
    assert "il manque" in response.content.decode()


def test_a_call_is_given_up_from_its_page(client):
    panel = announced()
    prepared = prepare_award(decision=decision_of(panel.waiting[0]), **call_fields(panel))
    send(client, panel.officer, "drop", prepared.public_id, reason="Erreur de ligne")
    assert factories.fresh(prepared).state == "dropped"


def test_the_page_of_the_waitlist_asks_as_many_questions_for_one_as_for_three(client):
    counts = []
    for waiting in (1, 3):
        panel = announced(ranks=3 + waiting, waiting=waiting, money=9 * 15_000_000)
        for dossier in panel.waiting[:-1] or panel.waiting:
            prepare_award(decision=decision_of(dossier), **call_fields(panel, out_of_order_reason="Essai."))
        read(client, panel.officer, "waitlist", panel.wave.public_id)
        with CaptureQueriesContext(connection) as queries:
            read(client, panel.officer, "waitlist", panel.wave.public_id)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- After an upheld appeal --------------------------------------------------------------------------------------


def upheld(panel):
    dossier = panel.refused[0]
    appeal = appeals.lodge(
        decision=opened(dossier), kind="gracious", grounds="La lettre était jointe.", by=member_of(dossier)
    )
    follow_up = {"what": "decide", "owner": panel.officer, "due_on": timezone.localdate()}
    return appeals.conclude(
        appeal=appeal, outcome="upheld", on=timezone.localdate(), conclusion="Elle l’était.", follow_up=follow_up,
        by=panel.signatory,
    )  # fmt: skip


def test_an_award_after_an_upheld_appeal_is_prepared_from_its_page_with_its_payments(client):
    panel = announced()
    appeal = upheld(panel)
    assert "Préparer l’attribution" not in read(client, factories.auditor(), "appeal", appeal.public_id)
    assert "Préparer l’attribution" in read(client, panel.officer, "appeal", appeal.public_id)
    assert "Un échéancier différent" in read(client, panel.officer, "grant_after_appeal", appeal.public_id)
    typed = {"credit": f"{panel.line.public_id}:{YEAR}", "amount_cents": "150 000", "ground": "Motif inexact."}
    half = {"plan-1-kind": "advance", "plan-1-year": YEAR, "plan-1-amount": "50 000"}
    refused = send(client, panel.officer, "grant_after_appeal", appeal.public_id, status=422, **typed | half)
    assert refused.context["form"].errors == {"plan-1-expected_on": ["Versement 1 : donnez la date prévue."]}
    part = half | {"plan-1-expected_on": timezone.localdate().isoformat(), "plan-1-condition": "Convention signée"}
    refused = send(client, panel.officer, "grant_after_appeal", appeal.public_id, status=422, **typed | part)
    assert "L’échéancier planifie" in str(refused.context["form"].errors["plan-1-amount"])
    send(client, panel.officer, "grant_after_appeal", appeal.public_id, status=409, **typed, version=99)
    send(client, panel.officer, "grant_after_appeal", appeal.public_id, **typed)
    read(client, panel.officer, "grant_after_appeal", appeal.public_id, status=302)
    send(client, panel.officer, "grant_after_appeal", appeal.public_id, status=409, **typed)
    assert "la décision est à signer" in read(client, panel.officer, "appeal", appeal.public_id)


def test_what_the_applicant_reads_before_and_after_the_award_that_follows_her_appeal(client):
    panel = announced()
    appeal, dossier = upheld(panel), panel.refused[0]
    prepared = prepare_award(
        decision=decision_of(dossier), line=panel.line, fiscal_year=YEAR, amount_cents=15_000_000, ground="Inexact.",
        by=panel.officer,
    )  # fmt: skip
    assert "après un recours accueilli" in read(client, panel.signatory, "waitlist", panel.wave.public_id)
    assert "n’est pas retenu" in read(client, member_of(dossier), "my_decision", dossier.public_id)
    send(client, panel.signatory, "sign_late", panel.wave.public_id, decisions=[str(prepared.public_id)])
    make_letters(panel.wave)
    assert sweep()[2] == 1
    assert "Votre projet est lauréat" in read(client, member_of(dossier), "my_decision", dossier.public_id)
    mine = read(client, member_of(dossier), "my_appeals", dossier.public_id)
    assert appeal.number in mine and "décision précédente" in mine
    assert "n’a plus d’effet" in read(client, panel.officer, "appeal", appeal.public_id)


# --- The embargo -------------------------------------------------------------------------------------------------


def test_a_prefet_opens_the_list_by_her_link_and_each_opening_is_shown(client, panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    send(
        client,
        panel.officer,
        "embargo",
        panel.wave.public_id,
        recipient_name="Claire Morel",
        recipient_title="Préfète",
        recipient_email="claire.morel@prefecture.example",
        region="",
        reason="Préparer la visite.",
    )
    kept = EmbargoedList.objects.get()
    link = re.search(r"/embargo/[\w-]+/", OutboxMessage.objects.get(key=f"embargo:{kept.pk}").body).group()
    client.logout()
    before = client.get(link).content.decode()
    assert panel.dossiers[0].reference not in before
    assert EmbargoAccess.objects.count() == 1
    response = client.post(link, key())
    assert panel.dossiers[0].reference in response.content.decode()
    assert panel.dossiers[3].reference not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    taken = send(client, panel.officer, "embargo_file", kept.public_id, status=200)
    assert taken.content.decode().startswith("\ufeffSOUS EMBARGO")
    html = read(client, factories.auditor(), "embargo", panel.wave.public_id)
    for words in ("Lien envoyé", "Liste ouverte par le lien", "Fichier téléchargé", "Préparer la visite."):
        assert words in html
    send(client, panel.officer, "close_embargo", kept.public_id, reason="Erreur")
    client.logout()
    assert client.post(link, key()).status_code == 409
    assert client.get("/embargo/inconnu/").status_code == 404


# --- Derogations and deferrals -----------------------------------------------------------------------------------


def test_the_auditor_reads_a_derogation_that_an_officer_recorded(client, panel):
    typed = {
        "wave": panel.wave.public_id,
        "reference": panel.dossiers[0].reference,
        "rule": "deadline",
        "reason": "Panne mesurée du service.",
        "decided_on": timezone.localdate().isoformat(),
    }
    send(client, panel.officer, "record_derogation", status=422, **typed | {"reference": "INCONNU"})
    send(client, panel.officer, "record_derogation", **typed)
    html = read(client, factories.auditor(), "derogations")
    assert "Panne mesurée du service." in html
    assert panel.dossiers[0].reference in html


def test_a_deferral_names_its_wave_from_its_page_and_the_applicant_reads_it(client, panel):
    meet(panel)
    dossier = panel.dossiers[0]
    read(client, panel.officer, "defer_to", dossier.public_id, status=409)
    prepare(application=dossier, outcome="deferred", ground="Bail à signer.", by=panel.officer)
    at = timezone.now() + datetime.timedelta(days=9)
    wave = Wave.objects.create(call=panel.wave.call, number=7, opens_at=at, closes_at=at + datetime.timedelta(days=30))
    send(client, panel.officer, "defer_to", dossier.public_id, wave=wave.public_id, improvements="Joindre le bail.")
    assert PreparedOutcome.objects.get(application=dossier).deferred_to == wave
    assert "Reporté à la vague 7" in read(client, panel.officer, "dossier", dossier.public_id)
