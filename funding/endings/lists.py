"""Lists of what is withdrawn and of what is asked back."""

from django.db.models import F, Q, Sum
from django.utils import timezone

from accounts.french import NBSP, long_date
from accounts.lists import ChoiceFilter, Column, ConditionFilter, ListPage
from funding.endings import hearings
from funding.endings.prescription import recovery_day, told
from funding.models import FormalNotice, Ground, Recovery, Withdrawal
from funding.models.recovery import SETTLED

TONES = {
    "hearing": "info", "decided": "warning", "issued": "warning", "collected": "success", "waived": "",
    "written_off": "error", "dropped": "", "undone": "", "refunding": "warning", "refunded": "success",
}  # fmt: skip
RELATED = ("award__fabrique", "award__organisation", "hearing")


def next_act(recovery):
    """What has to happen, and by whom."""
    if recovery.state == Recovery.State.HEARING:
        if hearings.is_over(recovery.hearing, timezone.localdate()):
            return "Décider : la phase contradictoire est finie"
        return f"La structure peut répondre jusqu’au {long_date(recovery.hearing.answer_by)}"
    if recovery.state == Recovery.State.DECIDED:
        return "Les finances notent le titre de perception"
    if recovery.state == Recovery.State.ISSUED:
        return "Le comptable recouvre"
    if recovery.state == Recovery.State.REFUNDING:
        return "Le comptable rend à la structure ce qui est revenu"
    return "Personne : c’est fini"


def prescription_note(recovery):
    day = recovery_day(recovery)
    words = told(day, timezone.localdate())
    return f"{words}{NBSP}: {long_date(day)}" if words else ""


class RecoveryList(ListPage):
    name = "reversements"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Reversements"
    noun = ("reversement", "reversements")
    default_sort = "-ouvert"
    empty_title = "Aucun reversement"
    empty_text = "Un reversement s’ouvre depuis la page « Argent » d’un dossier."
    columns = [
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", header=True,
               url=lambda row: row.get_absolute_url(), note="award.organisation"),
        Column("motif", "Motif", "hearing.get_ground_display"),
        Column("etat", "État", lambda row: (row.get_state_display(), TONES[row.state]), kind="badge", sort="state"),
        Column("attente", "Qui doit agir", lambda row: next_act(row), note=lambda row: prescription_note(row)),
        Column("ouvert", "Lettre du", "hearing.opened_on", kind="date", sort="hearing__opened_on"),
        Column("titre", "Titre", "title_number", kind="code",
               note=lambda row: long_date(row.title_on) if row.title_on else ""),
        Column("demande", "À reverser", "due_cents", kind="cents", sort="due_cents"),
        Column("recouvre", "Recouvré", "collected_cents", kind="cents", sort="collected_cents"),
        Column("reste", "Reste", "left_cents", kind="cents"),
    ]  # fmt: skip
    totals = {"À reverser": ("cents", Sum("due_cents")), "Recouvré": ("cents", Sum("collected_cents"))}

    def get_filters(self):
        over = Q(hearing__complete_at__isnull=False) | Q(hearing__answer_by__lt=timezone.localdate())
        return [
            ChoiceFilter("etat", "État", field="state", choices=Recovery.State.choices),
            ChoiceFilter("motif", "Motif", field="hearing__ground", choices=Ground.choices),
            ConditionFilter(
                "attente", "Attente",
                conditions={
                    "a-decider": ("À décider", Q(state="hearing") & over),
                    "sans-titre": ("Titre à émettre", Q(state="decided")),
                    "a-recouvrer": ("Titre émis, reste à recouvrer", Q(state="issued", due_cents__gt=SETTLED)),
                },
            ),
        ]  # fmt: skip

    def page_rows(self, ids):
        return Recovery.objects.filter(pk__in=ids).select_related(*RELATED)


class WithdrawalList(ListPage):
    name = "retraits"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Retraits de décisions"
    noun = ("retrait", "retraits")
    default_sort = "-ouvert"
    empty_title = "Aucun retrait"
    empty_text = "Un retrait s’ouvre depuis la page « Argent » d’un dossier, par une lettre à la structure."
    columns = [
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", header=True,
               url=lambda row: row.get_absolute_url(), note="award.organisation"),
        Column("motif", "Motif", "hearing.get_ground_display"),
        Column("etat", "État", lambda row: (row.get_state_display(), TONES[row.state]), kind="badge", sort="state"),
        Column("ouvert", "Lettre du", "hearing.opened_on", kind="date", sort="hearing__opened_on"),
        Column("reponse", "Réponse jusqu’au", "hearing.answer_by", kind="date", sort="hearing__answer_by"),
        Column("decide", "Décidé le", "decided_on", kind="date", sort="decided_on", note="act"),
        Column("retire", "Retiré", "withdrawn_cents", kind="cents"),
        Column("annule", "dont annulé", "cancelled_cents", kind="cents", sort="cancelled_cents"),
        Column("reverse", "dont à reverser", "recovered_cents", kind="cents", sort="recovered_cents"),
    ]  # fmt: skip
    totals = {"Retiré": ("cents", Sum(F("total_cents") - F("kept_cents")))}
    filters = [
        ChoiceFilter("etat", "État", field="state", choices=Withdrawal.State.choices),
        ChoiceFilter("motif", "Motif", field="hearing__ground", choices=Ground.choices),
    ]

    def page_rows(self, ids):
        return Withdrawal.objects.filter(pk__in=ids).select_related(*RELATED)


NOTICE_TONES = {"sent": "warning", "met": "success", "dropped": "", "followed": "error"}


def notice_state(row):
    return row.get_state_display(), NOTICE_TONES[row.state]


def next_of_notice(notice):
    """What has to happen, and by whom."""
    if not notice.is_open:
        return "Personne : c’est fini"
    if notice.due_on is None:
        return "La notifier : son délai n’a pas commencé"
    if notice.is_over(timezone.localdate()):
        return "Conclure, ou ouvrir une procédure : le délai est passé"
    if notice.replied_at:
        return "Lire la réponse de la structure"
    return f"La structure a jusqu’au {long_date(notice.due_on)}"


class FormalNoticeList(ListPage):
    name = "mises-en-demeure"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Mises en demeure"
    noun = ("mise en demeure", "mises en demeure")
    default_sort = "-ouvert"
    empty_title = "Aucune mise en demeure"
    empty_text = "Une mise en demeure s’envoie depuis la page « Argent » d’un dossier."
    columns = [
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", header=True,
               url=lambda row: row.get_absolute_url(), note="award.organisation"),
        Column("manquement", "Manquement", "get_ground_display"),
        Column("etat", "État", notice_state, kind="badge", sort="state"),
        Column("attente", "Qui doit agir", next_of_notice),
        Column("ouvert", "Lettre du", "opened_on", kind="date", sort="opened_on"),
        Column("delai", "Délai", lambda row: f"{row.days}{NBSP}jours"),
        Column("du", "À faire au plus tard le", "due_on", kind="date", sort="due_on"),
        Column("repondu", "Répondu le", "replied_at", kind="datetime", sort="replied_at"),
        Column("close", "Close le", "ended_on", kind="date", sort="ended_on"),
    ]  # fmt: skip

    def get_filters(self):
        today = timezone.localdate()
        return [
            ChoiceFilter("etat", "État", field="state", choices=FormalNotice.State.choices),
            ChoiceFilter("manquement", "Manquement", field="ground", choices=FormalNotice.Ground.choices),
            ConditionFilter(
                "attente", "Attente",
                conditions={
                    "a-notifier": ("À notifier", Q(state="sent", due_on=None)),
                    "passe": ("Délai passé", Q(state="sent", due_on__lt=today)),
                },
            ),
        ]  # fmt: skip

    def page_rows(self, ids):
        return FormalNotice.objects.filter(pk__in=ids).select_related("award__fabrique", "award__organisation")


class RefundList(ListPage):
    """What is owed back to structures on a day; wants rows with `back_cents` and `credit_cents`."""

    name = "remboursements-dus"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Remboursements dus aux structures"
    noun = ("remboursement", "remboursements")
    default_sort = "du"
    empty_title = "Rien à rendre"
    empty_text = "Aucun retrait annulé ne laissait d’argent à rendre à une structure à ces dates."
    totals = {"À rendre": ("cents", Sum("back_cents")), "dont sur CP": ("cents", Sum("credit_cents"))}
    columns = [
        Column("lieu", "Lieu", "award.fabrique.name", sort="award__fabrique__sort_name", header=True,
               url=lambda row: row.get_absolute_url(), note="award.organisation"),
        Column("acte", "Acte qui annule le retrait", "withdrawal.undone_act",
               url=lambda row: row.withdrawal.get_absolute_url()),
        Column("du", "Dû depuis le", "withdrawal.undone_on", kind="date", sort="withdrawal__undone_on"),
        Column("titre", "Titre annulé", "title_number", kind="code"),
        Column("credits", "dont sur CP", "credit_cents", kind="cents", sort="credit_cents"),
        Column("montant", "À rendre", "back_cents", kind="cents", sort="back_cents"),
    ]  # fmt: skip
    kept_keys = ("dispositif", "au", "connu_au", "nature")

    @property
    def kept(self):
        asked = [(key, self.request.GET[key]) for key in self.kept_keys if key in self.request.GET]
        return [*super().kept, *asked]

    def page_rows(self, ids):
        return self.queryset.filter(pk__in=ids).select_related(*RELATED, "withdrawal")
