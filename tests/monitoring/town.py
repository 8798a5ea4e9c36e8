"""Two fiscal years of a scheme whose figures can be counted by hand, and what its panels show on a day."""

import datetime
import html

from accounts.models import Role
from funding import awards, budgets, instalments
from funding.models import Instalment
from monitoring.clocks import Clocks
from monitoring.panels.board import panels
from monitoring.panels.facts import Facts
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today

DAY = datetime.timedelta(days=1)


class Asked:
    """What a page asks of its address, without a page."""

    def __init__(self, programme, **days):
        self.programme = programme
        self.clocks = Clocks.at(**days)
        dates = {"au": days.get("as_of"), "connu_au": days.get("known_on")}
        self.parameters = {key: day.isoformat() for key, day in dates.items() if day}


def shown(programme, reader=None, **days):
    """{panel: {table: [(row, values)]}} of every panel on a day."""
    found = panels(Facts(Asked(programme, **days), reader or factories.auditor()))
    return {
        panel.key: {table.key: [(row.label, list(row.values)) for row in table.rows] for table in panel.tables}
        for panel in found
    }


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode()).replace("\u00a0", " ")


def build(line):
    """Two fiscal years: an award of last year paid once, one of this year committed, one reserved, some frozen.

    Every award takes 150 000 € of AE, 50 000 € a year; figures are made by hand in the tests.
    """
    year = today().year
    past = datetime.date(year - 1, 3, 2)
    programme = line.programme
    earlier = make.make_wave(programme, number=1, agreement_required=False)
    make.open_credits(line, "ae", 2 * GRANT, year=year - 1, on=past)
    make.open_credits(line, "cp", 2 * CAP, year=year - 1, on=past)
    (old,) = make.reserve(earlier, [make.request_for(earlier, line, year=year - 1)], on=past)
    make.commit([old], on=past)
    awards.mark_notified(award=old, on=past)
    pay(old, 1, past + 40 * DAY)
    later = make.make_wave(programme, number=2, agreement_required=False)
    make.open_credits(line, "ae", 4 * GRANT)
    make.open_credits(line, "cp", CAP + CAP // 2)
    new, held = make.reserve(later, [make.request_for(later, line), make.request_for(later, line)])
    make.commit([new])
    budgets.freeze(
        axis="ae", line=line, fiscal_year=year, cents=CAP, effective_on=today(), act="Gel", by=None, key="gel"
    )
    for award in (old, new):
        make.announce(award)
    return programme, old, new, held


def pay(award, number, on):
    people = [make.make_user(Role.FINANCE_OFFICER, name=name) for name in ("Ada", "Blaise", "Colette")]
    instalment = award.instalments.get(number=number)
    instalments.certify(instalment=instalment, by=people[0], on=instalment.due_on)
    instalments.order(instalment=instalment, by=people[1], on=on)
    instalments.record_payment(instalment=instalment, by=people[2], on=on, chorus_reference=f"DP-{instalment.pk:05}")
    return Instalment.objects.get(pk=instalment.pk)
