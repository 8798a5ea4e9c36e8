"""Why this reviewer for this dossier, in French: each reason with the points it costs."""

from applications.evaluations.assignment_problem import KINDS, Settings, WaveRead, kinds_of
from applications.evaluations.conflicts import alerts_of


def reasons_of(read, dossier, seat):
    """[{"text", "points"}] of one choice, as the calculation weighed it; ready for JSON."""
    costs = {what: points for points, what in read.costs_of(dossier, seat)}
    told = [(field_reason(read, dossier, seat), costs.get("outside", 0))]
    told.append((region_reason(dossier, seat), costs.get("same_region", 0)))
    found = read.alerts.get((dossier.pk, seat.pk), ())
    told += [(f"Alerte : {reason.text}", costs["alert"] if rank == 0 else 0) for rank, reason in enumerate(found)]
    return [{"text": text, "points": points} for text, points in told]


def field_reason(read, dossier, seat):
    if not read.kinds.get(dossier.pk):
        return "Domaines du dossier non renseignés"
    if shared := read.shared(dossier, seat):
        names = ", ".join(KINDS.get(code, code).split(" (")[0].lower() for code in sorted(shared))
        return f"Connaît : {names}"
    return "Hors de ses domaines" if seat.fields else "Ses domaines ne sont pas renseignés"


def region_reason(dossier, seat):
    if not seat.region:
        return "Sa région n’est pas renseignée"
    if seat.region == dossier.fabrique.region:
        return f"De la région du dossier ({seat.region})"
    return f"Hors de sa région ({seat.region})"


def reasons_by_hand(dossier, seat):
    """The same, for a choice made by hand."""
    read = WaveRead(Settings(), [dossier], [seat], kinds_of([dossier]))
    if found := alerts_of(dossier, people=[seat.reviewer]).get(seat.pk):
        read.alerts[dossier.pk, seat.pk] = found
    return reasons_of(read, dossier, seat)
