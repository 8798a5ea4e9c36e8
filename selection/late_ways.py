"""On what ground a decision takes the place of another after the announcement: one `Way` for each act it may replace.

A dossier of the waitlist is called while its date lasts (glossary 22); a refusal falls once an appeal against it is
upheld (glossary 33). What they share is written once: AE reserved as the award is prepared (`late_awards`), signed
under a delegation, committed and handed over when its letter is made (`late_decisions`).
"""

from django.db.models import Q
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import long_date
from applications.clocks import months_after
from applications.models import ApplicationState
from documents.models import Document
from selection import appeal_follow_ups as follow_ups
from selection.models import Appeal, Decision

Act, State = Decision.Act, Decision.State
STANDING = (State.ISSUED, State.NOTIFIED)
# CRPA L243-3: an act that creates no right is withdrawn within four months of its signature; after, it is repealed.
WITHDRAWN_WITHIN_MONTHS = 4


class NoLongerWaiting(Refusal):
    """The dossier is not on the waitlist any more, or its date is past."""

    title = "Ce dossier n’est plus sur la liste complémentaire"


class NotUpheld(Refusal):
    """No appeal against the refusal is upheld, or the refusal does not stand any more."""

    title = "Ce rejet ne peut pas être remplacé"


class Way:
    """What one ground asks for and says. `replaced`: the act that falls; `state`: where the dossier is until then."""

    replaced: str
    state: str
    prepared: str
    dropped: str

    def refuse_silent(self, reason, ground):
        """Raise when what founds the award is not said."""

    def refuse_closed(self, decision):
        """Raise when the decision cannot be replaced by an award today."""

    def departure(self, decision, reason):
        """Why the order is not followed, when it is not; "" else."""
        return ""

    def refuse_unsignable(self, prepared, on):
        """Raise when what was prepared may not be signed on a Paris date."""
        application = prepared.application
        if application.state != self.state:
            raise Refusal(
                f"{application} : l’état est maintenant « {application.get_state_display()} ». Abandonnez cette "
                "décision."
            )

    def founded_on(self, decision, reason):
        """The act that the reservation of AE names."""
        raise NotImplementedError

    def opening(self, signing, prepared):
        """What the letter of the award says first."""
        raise NotImplementedError

    def end(self, decision, on):
        """(transition, `Document.Void`) that end the decision replaced by one signed on a Paris date."""
        return "repeal", Document.Void.REPEALED

    def finish(self, prepared):
        """What the hand-over also closes."""


class FromWaitlist(Way):
    replaced, state = Act.WAITLIST, ApplicationState.WAITLISTED
    prepared, dropped = "prepare_promotion", "drop_promotion"

    def refuse_silent(self, reason, ground):
        said(reason, "Dites d’où vient l’argent ou la place : c’est gardé avec la réservation.", "reason")

    def refuse_closed(self, decision):
        if not Decision.objects.waiting().filter(pk=decision.pk).exists():
            state = decision.application.get_state_display()
            raise NoLongerWaiting(f"L’état du dossier est maintenant « {state} » : rien n’a été réservé.")
        if timezone.localdate() > decision.valid_until:
            raise NoLongerWaiting(
                f"La liste complémentaire valait jusqu’au {long_date(decision.valid_until)} : ce dossier ne peut plus "
                "être appelé. Son rejet est à signer ; il peut se présenter à une autre vague."
            )

    def departure(self, decision, reason):
        passed_over = better_placed(decision)
        if not passed_over:
            return ""
        return said(reason, out_of_order_sentence(decision, passed_over), "out_of_order_reason")[:300]

    def refuse_unsignable(self, prepared, on):
        super().refuse_unsignable(prepared, on)
        last_day = prepared.replaces.valid_until
        if prepared.act == Act.AWARD and on > last_day:
            raise Refusal(
                f"{prepared.application} : la liste complémentaire valait jusqu’au {long_date(last_day)}. L’appel ne "
                "peut plus être signé : abandonnez-le, le rejet sera préparé."
            )
        if prepared.act != Act.AWARD and on <= last_day:
            raise Refusal(
                f"{prepared.application} attend jusqu’au {long_date(last_day)} compris : rien ne se signe avant."
            )

    def founded_on(self, decision, reason):
        return f"Appel du rang {decision.rank} de la liste complémentaire : {reason.strip()}"

    def opening(self, signing, prepared):
        return (
            f"{signing.opinion} avait proposé de placer votre projet au rang {prepared.replaces.rank} de la liste "
            "complémentaire. Des crédits se sont libérés depuis."
        )


class AfterAppeal(Way):
    replaced, state = Act.REFUSAL, ApplicationState.REFUSED
    prepared, dropped = "prepare_after_appeal", "drop_after_appeal"

    def refuse_silent(self, reason, ground):
        said(ground, "Dites pourquoi l’aide est accordée : la lettre le dira.", "ground")

    def refuse_closed(self, decision):
        state = decision.application.get_state_display()
        if decision.state not in STANDING or decision.application.state != self.state:
            raise NotUpheld(f"L’état du dossier est maintenant « {state} » : rien n’a été réservé.")
        if upheld_appeal(decision) is None:
            raise NotUpheld(
                "Aucun recours contre ce rejet n’est accueilli : enregistrez d’abord l’issue du recours. Rien n’a été "
                "réservé."
            )

    def founded_on(self, decision, reason):
        appeal = upheld_appeal(decision)
        return f"{appeal} accueilli le {long_date(appeal.concluded_on)} : le rejet est remplacé"

    def opening(self, signing, prepared):
        appeal, refusal = upheld_appeal(prepared.replaces), prepared.replaces
        how = "retiré" if self.is_withdrawn(refusal, signing.on, appeal) else "abrogé"
        text = "article L. 243-3" if how == "retiré" else "article L. 243-1"
        basis = "" if appeal.kind == Appeal.Kind.LITIGATION else f" (CRPA, {text})"
        return (
            f"Votre demande avait été rejetée le {long_date(refusal.signed_at)}. {who_upheld(appeal)} Ce rejet est "
            f"{how}{basis} : la présente décision le remplace."
        )

    def is_withdrawn(self, refusal, on, appeal):
        """What a court annuls never was; the administration withdraws within four months, else it repeals."""
        if appeal is not None and appeal.kind == Appeal.Kind.LITIGATION:
            return True
        return on <= months_after(timezone.localdate(refusal.signed_at), WITHDRAWN_WITHIN_MONTHS)

    def end(self, decision, on):
        if self.is_withdrawn(decision, on, upheld_appeal(decision)):
            return "withdraw", Document.Void.WITHDRAWN
        return super().end(decision, on)

    def finish(self, prepared):
        follow_ups.close_with(prepared)


WAITLIST, APPEAL = FromWaitlist(), AfterAppeal()
WAYS = {way.replaced: way for way in (WAITLIST, APPEAL)}


def way_of(decision):
    """The `Way` by which a decision that was handed over may be replaced.

    Raises:
        Refusal: there is none for its act.
    """
    if decision.act not in WAYS:
        raise Refusal("Seuls un rang de liste complémentaire ou un rejet se remplacent après l’annonce.")
    return WAYS[Act(decision.act)]


def in_place():
    """Decisions whose dossier is still where the decision that they replace left it."""
    found = Q(pk__in=[])
    for way in WAYS.values():
        found |= Q(replaces__act=way.replaced, application__state=way.state)
    return found


def said(text, sentence, field):
    text = (text or "").strip()
    if not text:
        raise Refusal(sentence, field=field)
    return text


# --- The waitlist ------------------------------------------------------------------------------------------------


def better_placed(decision):
    """Dossiers of the same list that stand before this one, still wait, and are not being called."""
    called = Decision.objects.exclude(state=State.DROPPED).filter(replaces__isnull=False)
    rows = Decision.objects.waiting().filter(wave=decision.wave_id, rank__lt=decision.rank)
    rows = rows.filter(valid_until__gte=timezone.localdate()).exclude(pk__in=called.values("replaces"))
    return list(rows.select_related("application__fabrique").order_by("rank"))


def out_of_order_sentence(decision, passed_over):
    first = passed_over[0]
    return (
        f"Le rang {first.rank}, {first.application}, est avant le rang {decision.rank}. Appelez-le d’abord, ou dites "
        "pourquoi l’ordre n’est pas suivi : ce motif est montré à l’audit."
    )


# --- Appeals -----------------------------------------------------------------------------------------------------


def upheld_appeal(decision):
    """The latest upheld `Appeal` against a decision, or None."""
    return decision.appeals.filter(state__in=follow_ups.UPHELD).order_by("-concluded_on", "-pk").first()


def who_upheld(appeal):
    day = long_date(appeal.concluded_on)
    if appeal.kind == Appeal.Kind.LITIGATION:
        return f"Le juge a fait droit à votre recours n° {appeal.court_number} le {day}."
    return f"Votre {appeal.get_kind_display().lower()} {appeal.number} est accueilli depuis le {day}."
