"""The form that prepares an award after the announcement, whatever founds it: a place on the waitlist, an appeal."""

from accounts.forms import attempt, version_of
from selection.late_awards import prepare_award
from selection.money import credits_of


def prepare(request, decision, form_class):
    """(form, whether the award that takes the place of this decision is now prepared)."""
    form = form_class(
        request.POST or None,
        credits=credits_of(decision.wave.call.programme),
        initial={"amount_cents": decision.application.requested_cents},
    )
    if request.method != "POST":
        return form, False
    version = version_of(request)

    def verb(data):
        return prepare_award(decision=decision, by=request.user, version=version, **data)

    return form, attempt(form, verb)
