"""One point of the agenda while the panel sits."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import attempt, version_of
from accounts.french import plural
from selection import sittings, votes, whole_list
from selection.attendance import members_of, quorum_of, voters
from selection.meeting_forms import MotionForm, NoteForm, ScoreForm, TieForm, TogetherForm
from selection.meeting_pages import readable
from selection.minutes import motion_text
from selection.models import AgendaItem, Scenario, Vote
from selection.moderation import in_points, ranking
from selection.views.meetings import CONDUCT, READ, meeting_of, member_of


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def sitting(request, public_id, item_id):
    item = item_of(request, public_id, item_id)
    page = {"item": item, "forms": {}, "error": None}
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez.")
        if act is not tie and act is not cast and not request.user.has_perm(CONDUCT):
            raise NotAllowed
        if done := act(request, item, page):
            return answer(request, item, done)
    refused = page["error"] or any(form.errors for form in page["forms"].values())
    return render(request, "selection/sitting.html", context_of(request, page), status=422 if refused else 200)


def answer(request, item, done):
    """Back to the point; to the meeting once it is closed, or once the reader left for a tie."""
    messages.success(request, done)
    item.refresh_from_db()
    left = item.application_id and item.application_id not in readable(item.meeting.wave, request.user)
    if item.closed_at or left:
        return redirect("selection:meeting", public_id=item.meeting.public_id)
    return redirect("selection:sitting", public_id=item.meeting.public_id, item_id=item.public_id)


def item_of(request, public_id, item_id):
    """The point, for a reader who has no tie with its dossier."""
    found = meeting_of(request, public_id)
    items = AgendaItem.objects.filter(meeting=found).select_related(
        "application__fabrique__commune", "application__organisation", "presided_by__user"
    )
    item = get_object_or_404(items, public_id=item_id)
    if item.application_id and item.application_id not in readable(found.wave, request.user):
        raise Http404
    item.meeting = found
    return item


def context_of(request, page):
    item = page["item"]
    members = members_of(item.meeting)
    recusals = list(item.recusals.select_related("member__user"))
    left = {row.member_id for row in recusals}
    able = voters(members, left)
    motion = item.motions.filter(closed_at=None).first()
    may_conduct = request.user.has_perm(CONDUCT)
    speakers = members if may_conduct else [m for m in members if m.user_id == request.user.pk]
    line = line_of(item, request.user)
    application = item.application
    initial = {"outcome": "proposed", "amount": application.requested_cents if application else None}
    return {
        **page,
        "meeting": item.meeting,
        "wave": item.meeting.wave,
        "line": line,
        "mean": in_points(line.mean_hundredths) if line else "",
        "kept": in_points(line.kept_hundredths) if line else "",
        "adjusted": in_points(line.adjusted_hundredths) if line else "",
        "recusals": recusals,
        "quorum": quorum_of(item.meeting, leaving=left),
        "motion": motion,
        "motion_text": motion_text(motion) if motion else "",
        "ballots": ballots_of(motion, able, request.user, may_conduct) if motion else [],
        "past": [(one, motion_text(one)) for one in item.motions.exclude(closed_at=None)],
        "scores": [
            (row, in_points(row.score_hundredths), in_points(row.before_hundredths)) for row in item.scores.all()
        ],
        "notes": item.notes.select_related("member__user"),
        "may_conduct": may_conduct,
        "mine": any(member.user_id == request.user.pk for member in members),
        **whole(item, request.user, may_conduct, page["forms"]),
        "next_item": item.meeting.items.filter(opened_at=None).first(),
        "forms": {
            "tie": TieForm(prefix="deport", members=[m for m in speakers if m.pk not in left]),
            "score": ScoreForm(prefix="note"),
            "motion": MotionForm(prefix="avis", item=item, initial=initial),
            "note": NoteForm(prefix="pv", members=members),
            "together": None,
            **page["forms"],
        },
    }


def whole(item, user, may_conduct, forms):
    """What one vote may give at a point that is about no dossier: its form, and the points to vote alone."""
    if item.application_id is not None or not item.is_under_way or not may_conduct:
        return {"waiting": 0, "alone": [], "together": None}
    keys, alone = whole_list.split(item.meeting, by=user)
    known = readable(item.meeting.wave, user)
    points = item.meeting.items.filter(application__in=[key for key in alone if key in known])
    lists = lists_of(item.meeting.wave, keys, alone)
    return {
        "waiting": len(keys),
        "alone": points.select_related("application__fabrique__commune"),
        "together": forms.get("together")
        or (TogetherForm(prefix="ensemble", choices=lists, initial={"source": lists[0][0]}) if lists else None),
    }


def lists_of(wave, keys, alone):
    """[(value, what a vote on it would give)] of the outcomes prepared and of each scenario."""
    sources = [("prepared", "Issues préparées", None)]
    sources += [(one.public_id.hex, f"Scénario « {one} »", one) for one in Scenario.objects.filter(wave=wave)]
    told = [
        (value, label, whole_list.together(keys, alone, whole_list.outcomes_of(wave, source)))
        for value, label, source in sources
    ]
    return [(value, f"{label} : {one.text}{left(one)}") for value, label, one in told if one.given]


def left(one):
    return f" ; {plural(len(one.silent), 'dossier')} sans issue dans cette liste" if one.silent else ""


def line_of(item, reader):
    """The dossier's line of the ranking, as the reader may know it; None for another subject."""
    if item.application_id is None:
        return None
    lines = ranking(item.meeting.wave, reader=reader)
    return next((line for line in lines if line.application.pk == item.application_id), None)


def ballots_of(motion, able, user, may_conduct):
    """[(member, name of the field, [(value, label, chosen)])] of those whose ballots this reader may write."""
    given = dict(motion.votes.values_list("member", "ballot"))
    mine = [
        m for m in able if may_conduct or m.user_id == user.pk or (m.now.holder and m.now.holder.user_id == user.pk)
    ]
    return [
        (m, f"v{m.public_id.hex}", [(value, label, given.get(m.pk) == value) for value, label in Vote.Ballot.choices])
        for m in mine
    ]


# --- Acts: each returns the sentence of what was done, or None when the page comes back with its errors -----------


def at_once(verb, done):
    def act(request, item, page):
        try:
            verb(request, item)
        except (StalePage, NotAllowed):
            raise
        except Refusal as refusal:
            page["error"] = refusal.message
            return None
        return done

    return act


def tie(request, item, page):
    form = page["forms"]["tie"] = TieForm(request.POST, prefix="deport", members=item.meeting.members.all())

    def verb(data):
        member = member_of(item.meeting, data["member"])
        return sittings.leave_for_tie(item=item, member=member, text=data["text"], by=request.user)

    return "Le déport est inscrit au registre et au procès-verbal." if attempt(form, verb) else None


def moderate(request, item, page):
    form = page["forms"]["score"] = ScoreForm(request.POST, prefix="note")

    def verb(data):
        hundredths = int(data["score"] * 100)
        return sittings.moderate(item=item, score_hundredths=hundredths, reason=data["reason"], by=request.user)

    return "La note modérée est inscrite, avec son motif." if attempt(form, verb) else None


def put(request, item, page):
    form = page["forms"]["motion"] = MotionForm(request.POST, prefix="avis", item=item)

    def verb(data):
        return votes.put(
            item=item, by=request.user, outcome=data.get("outcome", ""), amount_cents=data.get("amount"),
            text=data["text"], version=version_of(request),
        )  # fmt: skip

    return "L’avis est mis aux voix." if attempt(form, verb) else None


def put_together(request, item, page):
    keys, alone = whole_list.split(item.meeting, by=request.user)
    lists = lists_of(item.meeting.wave, keys, alone)
    form = page["forms"]["together"] = TogetherForm(request.POST, prefix="ensemble", choices=lists)

    def verb(data):
        chosen = data["source"]
        source = None if chosen == "prepared" else Scenario.objects.get(wave=item.meeting.wave, public_id=chosen)
        return whole_list.put_together(item=item, source=source, by=request.user, version=version_of(request))

    return "L’avis d’ensemble est mis aux voix." if attempt(form, verb) else None


def note(request, item, page):
    form = page["forms"]["note"] = NoteForm(request.POST, prefix="pv", members=item.meeting.members.all())

    def verb(data):
        member = member_of(item.meeting, data["member"])
        return sittings.note(meeting=item.meeting, item=item, member=member, text=data["text"], by=request.user)

    return "La note est écrite au procès-verbal." if attempt(form, verb) else None


def open_motion(item):
    motion = item.motions.filter(closed_at=None).select_related("item").first()
    if motion is None:
        raise StalePage("Ce vote est clos : rien n’a été enregistré.")
    return motion


def posted_ballots(request, item):
    """{member's key: ballot} of the fields that were sent; "all" fills those left empty."""
    motion, everybody = open_motion(item), request.POST.get("all", "")
    shown = ballots_of(motion, votes.voters_on(item), request.user, request.user.has_perm(CONDUCT))
    return {member.pk: request.POST.get(name) or everybody for member, name, _ in shown}


def cast_now(request, item):
    votes.cast(motion=open_motion(item), ballots=posted_ballots(request, item), by=request.user)


def count_now(request, item):
    cast_now(request, item)
    votes.close_vote(motion=open_motion(item), by=request.user)


cast = at_once(cast_now, "Les votes sont notés.")
ACTS = {
    "open": at_once(
        lambda request, item: sittings.open_item(item=item, by=request.user, version=version_of(request)),
        "Le point est ouvert.",
    ),
    "tie": tie,
    "moderate": moderate,
    "put": put,
    "together": put_together,
    "note": note,
    "cast": cast,
    "count": at_once(count_now, "Le vote est clos, son résultat est écrit au procès-verbal."),
    "close": at_once(
        lambda request, item: sittings.close_item(item=item, by=request.user, version=version_of(request)),
        "Le point est clos.",
    ),
}
