"""What waits at the end of an aid: a hearing that is over, a title to issue, what is soon extinguished by time."""

import datetime

from django.db.models import Case, Count, DateField, F, IntegerField, Min, Q, Value, When
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.french import plural
from applications.evaluations.doors import but
from funding.endings.prescription import prescribed_by
from funding.models import Instalment, Recovery, Withdrawal
from monitoring.todo_lines import NOBODY, NONE, Item, limited, line

OVER, TITLE = "entendu", "sans titre"
NO_WAVE = Value(None, output_field=IntegerField())
WAVE, PLACE = F("award__wave__number"), F("award__fabrique__name")


def lines(programme, closed) -> list:
    return [recoveries(programme, closed), withdrawals(programme, closed), prescriptions(programme, closed)]


def over(today=None):
    """Condition: the structure said all that she had to say, or her time is past."""
    return Q(hearing__complete_at__isnull=False) | Q(hearing__answer_by__lt=today or timezone.localdate())


def recoveries(programme, closed):
    """Recoveries to decide, the hearing over; decided, without a title."""
    rows = Recovery.objects.filter(Q(state="hearing") & over() | Q(state="decided"))
    rows = but(rows.filter(award__wave__call__programme=programme), closed, "award__application")
    state = Case(When(state="decided", then=Value(TITLE)), default=Value(OVER))
    heard = Coalesce(TruncDate("hearing__complete_at", output_field=DateField()), "hearing__answer_by")
    return line(
        limited(rows, "pk"), "reversement", state=state, ref=F("public_id"), name=PLACE, person=NONE, wave=WAVE,
        number=Value(1, output_field=IntegerField()), day=Coalesce("decided_on", heard),
    )  # fmt: skip


def withdrawals(programme, closed):
    """Withdrawals to decide, the hearing over."""
    rows = Withdrawal.objects.filter(over(), state="hearing", award__wave__call__programme=programme)
    heard = Coalesce(TruncDate("hearing__complete_at", output_field=DateField()), "hearing__answer_by")
    return line(
        limited(but(rows, closed, "award__application"), "pk"), "retrait", state=NONE, ref=F("public_id"), name=PLACE,
        person=NONE, wave=WAVE, number=Value(1, output_field=IntegerField()), day=heard,
    )  # fmt: skip


def prescriptions(programme, closed):
    """Instalments owed that are not for certain after 31 December, together."""
    today = timezone.localdate()
    rows = prescribed_by(today.year, Instalment.objects.live().filter(award__wave__call__programme=programme))
    rows = Instalment.objects.filter(pk__in=but(rows, closed, "award__application").values("pk"))
    last = Cast(Value(datetime.date(today.year, 12, 31)), DateField())
    return line(
        rows, "prescription", state=NONE, ref=NOBODY, name=NONE, person=NONE, wave=NO_WAVE, number=Count("pk"),
        day=Min(last),
    )  # fmt: skip


# --- In words ------------------------------------------------------------------------------------------------------


def recovery_item(nature, today, state, ref, name, person, wave, number, day):
    url = reverse("funding:recovery", args=[ref])
    if state == TITLE:
        return Item(nature, name, url, "Titre de perception à émettre", "Finances", "décidé le", day, today)
    return Item(nature, name, url, "Phase contradictoire finie : à décider", "Direction", "entendu le", day, today)


def withdrawal_item(nature, today, state, ref, name, person, wave, number, day):
    url = reverse("funding:withdrawal", args=[ref])
    return Item(nature, name, url, "Phase contradictoire finie : à décider", "Direction", "entendu le", day, today)


def prescription_item(nature, today, state, ref, name, person, wave, number, day):
    title = f"{plural(number, 'échéance due', 'échéances dues')} depuis quatre ans"
    url = reverse("funding:closing_list", args=[today.year, "prescriptions"])
    return Item(
        nature, title, url, "À payer, ou à opposer par une décision", "Finances", "prescrites après le", day, today
    )


WORDS = {"reversement": recovery_item, "retrait": withdrawal_item, "prescription": prescription_item}
