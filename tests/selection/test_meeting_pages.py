"""The pages of a panel's day: what each shows, to whom, and a whole day by forms alone."""

import datetime
import io
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.french import long_datetime
from applications.evaluations import profiles
from applications.evaluations.recusals import judge, lift, recuse
from applications.models import Recusal
from documents import production
from selection import meetings, outcomes, sittings
from selection.minutes import minutes_of
from selection.models import PanelMeeting
from tests import factories
from tests.selection.conftest import GRANT, build, propose, wait
from tests.selection.test_meetings import begin, opened, plan, the_day_comes, vote, vote_together, whole_day

pytestmark = pytest.mark.django_db


def page(client, user, name, **kwargs):
    client.force_login(user)
    return client.get(reverse(f"selection:{name}", kwargs=kwargs))


def post(client, user, name, data, **kwargs):
    client.force_login(user)
    data = {"idempotency_key": uuid.uuid4().hex, **data}
    return client.post(reverse(f"selection:{name}", kwargs=kwargs), data, follow=True)


def text_of(answer):
    return answer.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")


def test_a_panel_day_by_forms_alone(client):
    panel = build(2)
    member = factories.panel_member(first_name="Yasmine", last_name="Keller")
    on = timezone.localdate() + datetime.timedelta(days=6)
    data = {
        "act": "plan", "on": on.isoformat(), "hour": "14:00", "place": "Salle 4",
        "chair": panel.chair.public_id, "members": [member.public_id],
    }  # fmt: skip
    answer = post(client, panel.chair, "meetings", data, public_id=panel.wave.public_id)
    assert "La réunion est préparée" in text_of(answer)
    meeting = PanelMeeting.objects.get()
    where = {"public_id": meeting.public_id}
    assert "sont convoqués" in text_of(
        post(client, panel.chair, "meeting", {"act": "convene", "version": meeting.version}, **where)
    )
    the_day_comes(meeting)
    sat = {f"m{m.public_id.hex}": "present" for m in meeting.members.all()}
    assert "Les présences sont notées" in text_of(
        post(client, panel.chair, "meeting", {"act": "attendance", **sat}, **where)
    )
    assert "La séance est ouverte" in text_of(post(client, panel.chair, "meeting", {"act": "open"}, **where))
    item = meeting.items.get(application=panel.dossiers[0])
    point = {**where, "item_id": item.public_id}
    for act in (
        {"act": "open"},
        {"act": "moderate", "note-score": "88,5", "note-reason": "Budget optimiste."},
        {"act": "note", "pv-text": "Réserve sur le bail."},
        {"act": "put", "avis-outcome": "proposed", "avis-amount": "150 000"},
        {"act": "count", "all": "for"},
        {"act": "close"},
    ):
        answer = post(client, panel.chair, "sitting", act, **point)
        assert answer.status_code == 200, (act, text_of(answer)[-3000:])
    item.refresh_from_db()
    assert (item.opinion, item.opinion_cents) == ("proposed", GRANT)
    assert "procès-verbal est prêt" in text_of(post(client, panel.chair, "meeting", {"act": "close"}, **where))
    minutes = text_of(page(client, panel.chair, "minutes", **where))
    assert "88,5 au lieu de 91,0" in minutes and "Réserve sur le bail." in minutes and "2 pour" in minutes


@pytest.mark.parametrize("state", ["planned", "convened"])
def test_a_member_declares_a_tie_before_the_meeting_on_its_page(client, state):
    panel = build(2)
    meeting = plan(panel)
    if state == "convened":
        meeting = meetings.convene(meeting=meeting, by=panel.officer)
    member, dossier = meeting.members.select_related("user")[1].user, panel.dossiers[0]
    where, point = {"public_id": meeting.public_id}, meeting.items.get(application=dossier).public_id.hex
    assert "J’ai un lien avec un dossier" in text_of(page(client, member, "meeting", **where))
    assert "J’ai un lien avec un dossier" not in text_of(page(client, panel.officer, "meeting", **where))
    tie = {"act": "tie", "lien-item": point, "lien-text": "Ma sœur y travaille."}
    assert post(client, member, "meeting", {**tie, "lien-text": ""}, **where).status_code == 422
    answer = text_of(post(client, member, "meeting", tie, **where))
    assert "ce dossier vous est fermé" in answer and dossier.reference not in answer
    row = Recusal.objects.get()
    assert (row.user, row.application, row.origin, row.text) == (member, dossier, "declared", "Ma sœur y travaille.")
    assert post(client, member, "meeting", tie, **where).status_code == 422
    assert post(client, panel.officer, "meeting", tie, **where).status_code == 403
    assert post(client, factories.panel_member(), "meeting", tie, **where).status_code == 403
    assert str(member) in text_of(page(client, panel.chair, "meeting", **where)).split("Quittent la séance")[2]


def test_the_officer_who_conducts_writes_down_the_tie_that_a_member_tells_her(client):
    panel = build(1)
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    where = {"public_id": meeting.public_id, "item_id": item.public_id}
    mine, other = meeting.members.select_related("user")[1:3]
    data = {"act": "tie", "deport-member": mine.public_id.hex, "deport-text": "Un proche y loue un bureau."}
    assert "Le déport est inscrit" in text_of(post(client, panel.officer, "sitting", data, **where))
    assert item.recusals.get().is_live
    row = Recusal.objects.get()
    assert (row.user, row.by, row.origin) == (mine.user, panel.officer, "declared")
    # Of one member by another: never; and what was written down by mistake, the chair may lift.
    assert mine.public_id.hex not in text_of(page(client, other.user, "sitting", **where))
    data["deport-member"] = meeting.members.all()[3].public_id.hex
    assert post(client, other.user, "sitting", data, **where).status_code in (403, 422)
    assert Recusal.objects.count() == 1
    assert lift(recusal=row, reason="Ce n’était pas elle.", by=panel.chair).lifted_at


def test_the_wave_says_when_the_panel_meets_and_leads_there(client):
    panel = build(2)
    path = {"public_id": panel.wave.public_id}
    assert "Ouvrir la table du comité" in text_of(page(client, panel.chair, "wave", **path))
    meeting = meetings.convene(meeting=plan(panel), by=panel.officer)
    shown = text_of(page(client, panel.chair, "wave", **path))
    assert f"Réunion convoquée, {long_datetime(meeting.meets_at)}, Salle 4".replace("\u00a0", " ") in shown
    assert reverse("selection:meeting", args=[meeting.public_id]) in shown
    assert "Ouvrir la table du comité" not in shown
    early = text_of(page(client, panel.chair, "meeting", public_id=meeting.public_id))
    assert "La séance s’ouvre le" in early and 'value="open"' not in early
    the_day_comes(meeting)
    assert 'value="open"' in text_of(page(client, panel.chair, "meeting", public_id=meeting.public_id))


def test_a_refusal_says_what_to_do_and_loses_nothing(client):
    panel = build(1)
    meeting = plan(panel, days=2)
    answer = post(client, panel.chair, "meeting", {"act": "convene"}, public_id=meeting.public_id)
    assert answer.status_code == 422 and "5 jours au moins" in text_of(answer)
    meeting = opened_again(panel, meeting)
    item = begin(panel, meeting, panel.dossiers[0])
    data = {"act": "moderate", "note-score": "70", "note-reason": ""}
    answer = post(client, panel.chair, "sitting", data, public_id=meeting.public_id, item_id=item.public_id)
    assert answer.status_code == 422 and 'value="70"' in text_of(answer)


def opened_again(panel, meeting):
    meetings.cancel(meeting=meeting, by=panel.officer, reason="Salle prise.")
    return opened(panel)


def test_a_member_votes_for_herself_from_her_own_page(client):
    panel = build(1)
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    put = {"act": "put", "avis-outcome": "waitlist"}
    where = {"public_id": meeting.public_id, "item_id": item.public_id}
    post(client, panel.officer, "sitting", put, **where)
    mine, other = meeting.members.select_related("user")[1:3]
    shown = text_of(page(client, mine.user, "sitting", **where))
    assert f"v{mine.public_id.hex}" in shown and f"v{other.public_id.hex}" not in shown
    post(client, mine.user, "sitting", {"act": "cast", f"v{mine.public_id.hex}": "against"}, **where)
    assert item.motions.get().votes.get().ballot == "against"


@pytest.mark.parametrize("name", ["meetings", "meeting", "minutes"])
def test_whoever_has_a_tie_reads_nothing_of_the_dossier(client, name):
    panel, meeting = whole_day()
    tied = meeting.members.select_related("user")[3].user
    where = {"public_id": (panel.wave if name == "meetings" else meeting).public_id}
    dossier = panel.dossiers[0]
    shown = text_of(page(client, tied, name, **where))
    assert dossier.reference not in shown and dossier.fabrique.name not in shown
    if name != "meetings":
        assert "auquel" in shown and panel.dossiers[1].fabrique.name in shown


def test_the_point_and_the_pdf_are_closed_to_whoever_has_a_tie(client):
    panel, meeting = whole_day()
    tied = meeting.members.select_related("user")[3].user
    document = meetings.close_meeting(meeting=meeting, by=panel.chair)
    production._store(document.pk, factories.pdf_bytes())
    item = meeting.items.get(application=panel.dossiers[0])
    assert page(client, tied, "sitting", public_id=meeting.public_id, item_id=item.public_id).status_code == 404
    assert page(client, tied, "minutes_pdf", public_id=meeting.public_id).status_code == 403
    read = page(client, panel.officer, "minutes_pdf", public_id=meeting.public_id)
    assert read["Content-Type"] == "application/pdf" and minutes_of(meeting) == document


def test_a_departure_from_the_opinion_is_explained_on_the_page_of_the_meetings(client):
    panel = build(3)
    meeting = opened(panel)
    item = begin(panel, meeting, panel.dossiers[0])
    vote(panel, item, ["for"] * 4, outcome="deferred")
    sittings.close_item(item=item, by=panel.officer)
    for dossier in panel.dossiers[:2]:
        propose(panel, dossier)
    wait(panel, panel.dossiers[2])
    vote_together(panel, meeting, ["for"] * 4)
    shown = text_of(page(client, panel.signatory, "meetings", public_id=panel.wave.public_id))
    assert "Motif attendu avant l’adoption" in shown
    item = meeting.items.get(application=panel.dossiers[0])
    data = {"item": item.public_id.hex, f"{item.public_id.hex}-reason": "Seule place de la région.", "act": "explain"}
    post(client, panel.signatory, "meetings", data, public_id=panel.wave.public_id)
    assert outcomes.adopt(wave=panel.wave, by=panel.chair)


def test_the_whole_list_is_voted_at_once_from_the_page_and_the_panel_says_what_is_missing(client):
    panel = build(2)
    meeting = opened(panel)
    for dossier in panel.dossiers:
        propose(panel, dossier)
    shown = text_of(page(client, panel.chair, "panel", public_id=panel.wave.public_id))
    assert "2 dossiers sans avis du comité" in shown and "Donner un avis conforme au classement" in shown
    where = {"public_id": meeting.public_id, "item_id": meeting.items.get(application=None).public_id}
    post(client, panel.chair, "sitting", {"act": "open"}, **where)
    assert "Issues préparées : 2 dossiers en avis favorable" in text_of(page(client, panel.chair, "sitting", **where))
    for act in ({"act": "together", "ensemble-source": "prepared"}, {"act": "count", "all": "for"}, {"act": "close"}):
        assert post(client, panel.chair, "sitting", act, **where).status_code == 200, act
    shown = text_of(page(client, panel.chair, "panel", public_id=panel.wave.public_id))
    assert "Chaque dossier a son avis" in shown and "Avis : favorable, 150 000 €" in shown
    assert "l’adoption figurera à son procès-verbal" in shown


def test_an_addendum_is_read_on_the_screen_without_the_dossiers_one_left(client):
    panel = build(2)
    meeting = opened(panel)
    tied = meeting.members.select_related("user")[3].user
    for dossier in panel.dossiers:
        propose(panel, dossier)
    vote_together(panel, meeting, ["for"] * 4)
    recuse(application=panel.dossiers[0], user=tied, text="Lien.", by=tied)
    meetings.close_meeting(meeting=meeting, by=panel.officer)
    outcomes.adopt(wave=panel.wave, by=panel.officer)
    row = meeting.addenda.get()
    where = {"public_id": meeting.public_id, "addendum_id": row.public_id}
    assert str(row.public_id) in text_of(page(client, tied, "minutes", public_id=meeting.public_id))
    shown = text_of(page(client, tied, "addendum", **where))
    assert panel.dossiers[0].reference not in shown and panel.dossiers[1].reference in shown
    assert page(client, tied, "addendum_pdf", **where).status_code == 403
    assert panel.dossiers[0].reference in text_of(page(client, panel.chair, "addendum", **where))


def test_the_register_is_reached_during_the_deliberation_with_what_waits_there(client):
    panel = build(1)
    meeting = plan(panel)
    register, member = reverse("applications:register", args=[panel.wave.public_id]), meeting.members.all()[1].user
    pages = {"wave": panel.wave, "meeting": meeting, "minutes": meeting}
    for name, one in pages.items():
        shown = text_of(page(client, panel.chair, name, public_id=one.public_id))
        assert f'href="{register}"' in shown and "à apprécier" not in shown, name
    profiles.describe_reviewer(user=member, by=None, commune=panel.dossiers[0].fabrique.commune)
    for name, one in pages.items():
        assert "1 alerte à apprécier" in text_of(page(client, panel.chair, name, public_id=one.public_id)), name
        assert register not in text_of(page(client, member, name, public_id=one.public_id)), name


def test_points_move_without_dragging(client):
    panel = build(3)
    meeting = plan(panel)
    last = meeting.items.get(application=panel.dossiers[2])
    act = {"act": f"move:up:{last.public_id.hex}"}
    assert "déplacé" in text_of(post(client, panel.officer, "meeting", act, public_id=meeting.public_id))
    last.refresh_from_db()
    assert last.position == 2


def test_a_longer_agenda_costs_no_more_queries(client, django_assert_max_num_queries):
    counts = []
    for ranks in (1, 5):
        panel = build(ranks)
        meeting = opened(panel)
        recuse(application=panel.dossiers[0], user=meeting.members.all()[1].user, text="Lien.", by=panel.chair)
        client.force_login(panel.officer)
        with django_assert_max_num_queries(60) as asked:
            assert client.get(reverse("selection:meeting", args=[meeting.public_id])).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_register_of_interests_and_recusals_goes_out_with_the_minutes(client):
    """What the members declared, and who left which dossier: on the page, in the PDF, in the file of the register."""
    panel = build(1)
    held = opened(panel)
    member = held.members.select_related("user")[1].user
    profiles.declare_interest(user=member, by=member, kind="board", body="Les Amis du canal inventé")
    recuse(application=panel.dossiers[0], user=member, text="Une amie y travaille.", by=member)
    reviewer = panel.dossiers[0].assignments.first().reviewer
    profiles.declare_interest(user=reviewer, by=reviewer, kind="adviser", body="Le Pont couvert inventé")
    neighbour = held.members.select_related("user")[2].user
    profiles.describe_reviewer(user=neighbour, by=None, commune=panel.dossiers[0].fabrique.commune)
    told = {"kind": "same_commune", "verdict": "kept", "reason": "Une ville de cent mille habitants."}
    judge(application=panel.dossiers[0], user=neighbour, by=panel.chair, **told)
    document = meetings.close_meeting(meeting=held, by=panel.officer)
    production.produce(document.pk)
    document.refresh_from_db()
    pdf = PdfReader(io.BytesIO(bytes(document.content.data)))
    printed = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    shown = text_of(page(client, panel.chair, "minutes", public_id=held.public_id))
    more = ("Le Pont couvert inventé", str(neighbour), "peut juger ce dossier", "Une ville de cent mille habitants.")
    for said in ("Les Amis du canal inventé", "Une amie y travaille.", str(member), "Déclaration d’intérêts", *more):
        assert said in shown
        assert said in printed
    register = reverse("applications:register", args=[panel.wave.public_id])
    client.force_login(panel.chair)
    file = b"".join(client.get(f"{register}?format=csv").streaming_content).decode()
    assert "Une amie y travaille." in file
