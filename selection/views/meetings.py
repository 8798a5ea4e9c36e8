"""The meetings of the panel: prepared, called, held, closed; their minutes."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import attempt, version_of
from applications.evaluations.register import left_to_judge
from programme.models import Wave
from selection import attendance, meetings, opinions, sittings
from selection.attendance import members_of, quorum_of
from selection.meeting_forms import CancelForm, ConveneForm, DepartureForm, NoteForm, OwnTieForm, PlanForm, When
from selection.meeting_pages import agenda_of, choices_of, exits_in_words, points_to_leave, readable
from selection.models import PanelMeeting, PanelSession, PreparedOutcome
from selection.whole_list import waiting_for_opinion

READ, CONDUCT = "selection.read_panel", "selection.prepare"
State = PanelMeeting.State
BEFORE = (State.PLANNED, State.CONVENED)


def wave_of(request, public_id):
    found = Wave.objects.visible_to(request.user).select_related("call__programme")
    return get_object_or_404(found, public_id=public_id)


def meeting_of(request, public_id):
    waves = Wave.objects.visible_to(request.user)
    found = PanelMeeting.objects.filter(wave__in=waves).select_related("wave__call__programme", "chair")
    return get_object_or_404(found, public_id=public_id)


# --- The meetings of a wave -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def wave_meetings(request, public_id):
    wave = wave_of(request, public_id)
    form = PlanForm(request.POST if request.POST.get("act") == "plan" else None)
    departures = departures_of(wave, request)
    if request.method == "POST":
        if request.POST.get("act") == "plan":
            done = attempt(form, lambda data: meetings.plan(wave=wave, by=request.user, **data))
            if done:
                messages.success(request, "La réunion est préparée. Relisez l’ordre du jour, puis convoquez.")
                return redirect("selection:meeting", public_id=form.result.public_id)
        elif explain(request, departures):
            messages.success(request, "Le motif de l’écart est enregistré avec l’avis.")
            return redirect("selection:meetings", public_id=wave.public_id)
    context = {
        "wave": wave,
        "meetings": PanelMeeting.objects.filter(wave=wave).select_related("chair", "second_call_of"),
        "form": form,
        "departures": departures,
        "may_plan": request.user.has_perm(CONDUCT) and wave.state == Wave.State.DELIBERATION,
        "may_explain": may_explain(request.user),
    }
    refused = form.errors or any(one["form"].errors for one in departures)
    return render(request, "selection/meetings.html", context, status=422 if refused else 200)


def may_explain(user):
    return user.has_perm(CONDUCT) or user.has_perm("selection.sign")


def departures_of(wave, request):
    """What is prepared otherwise than the panel advised, of the dossiers that the reader may read."""
    given, known = opinions.opinions_of(wave), readable(wave, request.user)
    prepared = PreparedOutcome.objects.filter(wave=wave, application__in=set(given) & known).select_related("line")
    found = []
    for one in prepared.order_by("rank", "pk"):
        item = given[one.application_id]
        if opinions.departs(item, one):
            posted = request.POST if request.POST.get("item") == item.public_id.hex else None
            form = DepartureForm(posted, prefix=item.public_id.hex, initial={"reason": item.departure_reason})
            found.append({"item": item, "prepared": one, "told": opinions.told(item), "form": form})
    return found


def explain(request, departures):
    for one in departures:
        if one["item"].public_id.hex == request.POST.get("item"):
            if not may_explain(request.user):
                raise NotAllowed
            return attempt(one["form"], partial(keep_reason, one["item"], request.user))
    raise StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez.")


def keep_reason(item, user, data):
    return opinions.explain(item=item, by=user, **data)


# --- One meeting ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def meeting(request, public_id):
    found = meeting_of(request, public_id)
    page = {"meeting": found, "forms": {}, "error": None}
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", "").partition(":")[0])
        if act is not ACTS["tie"] and not request.user.has_perm(CONDUCT):
            raise NotAllowed
        if act is None:
            raise StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez.")
        done = act(request, found, page)
        if done:
            messages.success(request, done)
            return redirect("selection:meeting", public_id=found.public_id)
    refused = page["error"] or any(form.errors for form in page["forms"].values())
    return render(request, "selection/meeting.html", meeting_context(request, page), status=422 if refused else 200)


def meeting_context(request, page):
    found = page["meeting"]
    members = members_of(found)
    lines = agenda_of(found, request.user, members)
    return {
        **page,
        "wave": found.wave,
        "members": [(member, choices_of(member, members)) for member in members],
        "quorum": quorum_of(found),
        "lines": lines,
        "may_declare": found.state in BEFORE and any(member.user_id == request.user.pk for member in members),
        "exits": exits_in_words(lines),
        "under_way": next((line for line in lines if line.item.is_under_way), None),
        "may_conduct": request.user.has_perm(CONDUCT),
        "days": meetings.notice_days(found),
        "to_judge": left_to_judge(found.wave, reader=request.user),
        **left_to_do(found, request.user),
        "second": PanelMeeting.objects.filter(second_call_of=found).first(),
        "notes": found.notes.filter(item=None).select_related("member__user"),
        "forms": {
            "convene": ConveneForm(prefix="convoquer"),
            "cancel": CancelForm(prefix="annuler"),
            "again": When(prefix="seconde", initial={"place": found.place}),
            "note": NoteForm(prefix="note", members=members),
            "tie": OwnTieForm(
                prefix="lien", points=[(x.item.public_id.hex, x.subject) for x in lines if x.is_dossier]
            ),
            **page["forms"],
        },
    }


def left_to_do(found, user):
    """What an open meeting has not done yet: opinions, of the dossiers that the reader may know, and adoption."""
    if found.state != State.OPEN:
        return {"silent": 0, "adopted": False}
    known = readable(found.wave, user)
    return {
        "silent": sum(key in known for key in waiting_for_opinion(found.wave)),
        "adopted": PanelSession.objects.filter(wave=found.wave, adopted_at__isnull=False).exists(),
    }


def from_form(name, form, verb, done):
    """An act made of one form: its sentence once done, None when the page comes back with its errors."""

    def act(request, found, page):
        page["forms"][name] = bound = form(request, found)
        return done if attempt(bound, lambda data: verb(request, found, data)) else None

    return act


def at_once(verb, done):
    """An act made of one button; a refusal is told at the top of the page."""

    def act(request, found, page):
        try:
            verb(request, found)
        except StalePage:
            raise
        except Refusal as refusal:
            page["error"] = refusal.message
            return None
        return done

    return act


def keep_attendance(request, found):
    """Only what changed: those who sit first, so that a mandate finds its holder there."""
    members = {member.public_id.hex: member for member in members_of(found)}
    asked = [(member, request.POST.get(f"m{key}", "")) for key, member in members.items()]
    changed = [
        (m, value) for m, value in asked if value not in {v for v, _, on in choices_of(m, members.values()) if on}
    ]
    for member, value in sorted(changed, key=lambda pair: pair[1].startswith("mandate-")):
        how, _, holder = value.partition("-")
        if not how:
            attendance.go(member=member, by=request.user)
        elif how in attendance.How.values:
            attendance.sit(member=member, how=how, holder=members.get(holder), by=request.user)


def move_item(request, found):
    _, where, key = [*request.POST["act"].split(":"), "", ""][:3]
    item = found.items.filter(public_id=uuid_or_404(key)).first()
    if item is None or where not in (sittings.UP, sittings.DOWN):
        raise Http404
    sittings.shift(item=item, where=where, by=request.user)


def uuid_or_404(text):
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def member_of(found, key):
    return found.members.filter(public_id=uuid_or_404(key)).first() if key else None


def declare(request, found, data):
    """A member's own tie; whoever is no member of this panel has nothing to say here."""
    member = found.members.select_related("user").filter(user=request.user).first()
    if member is None:
        raise NotAllowed
    item = found.items.get(public_id=data["item"])
    sittings.leave_for_tie(item=item, member=member, text=data["text"], by=request.user)


def write_note(request, found, data):
    member = member_of(found, data["member"])
    return sittings.note(meeting=found, text=data["text"], member=member, by=request.user)


ACTS = {
    "convene": from_form(
        "convene",
        lambda request, found: ConveneForm(request.POST, prefix="convoquer"),
        lambda request, found, data: meetings.convene(
            meeting=found, by=request.user, version=version_of(request), **data
        ),
        "Les membres sont convoqués : chacun a reçu l’ordre du jour.",
    ),
    "cancel": from_form(
        "cancel",
        lambda request, found: CancelForm(request.POST, prefix="annuler"),
        lambda request, found, data: meetings.cancel(
            meeting=found, by=request.user, version=version_of(request), **data
        ),
        "La réunion est annulée.",
    ),
    "again": from_form(
        "again",
        lambda request, found: When(request.POST, prefix="seconde"),
        lambda request, found, data: meetings.call_again(meeting=found, by=request.user, **data),
        "La seconde réunion est préparée : convoquez-la. Aucun quorum ne sera exigé.",
    ),
    "note": from_form(
        "note",
        lambda request, found: NoteForm(request.POST, prefix="note", members=found.members.all()),
        write_note,
        "La note est écrite au procès-verbal.",
    ),
    "tie": from_form(
        "tie",
        lambda request, found: OwnTieForm(request.POST, prefix="lien", points=points_to_leave(found, request.user)),
        declare,
        "Votre lien est inscrit au registre : ce dossier vous est fermé, et vous quitterez la séance pour ce point.",
    ),
    "attendance": at_once(keep_attendance, "Les présences sont notées."),
    "move": at_once(move_item, "Le point est déplacé."),
    "reorder": at_once(
        lambda request, found: sittings.reorder(meeting=found, by=request.user),
        "L’ordre du jour est en blocs : chacun quitte la salle le moins de fois possible.",
    ),
    "open": at_once(
        lambda request, found: meetings.open_meeting(meeting=found, by=request.user, version=version_of(request)),
        "La séance est ouverte.",
    ),
    "adjourn": at_once(
        lambda request, found: meetings.adjourn(meeting=found, by=request.user, version=version_of(request)),
        "L’absence de quorum est constatée. Préparez la seconde convocation.",
    ),
    "close": at_once(
        lambda request, found: meetings.close_meeting(meeting=found, by=request.user, version=version_of(request)),
        "La séance est levée. Le procès-verbal est prêt.",
    ),
}
