"""The exported ledger, added up again by an independent program."""

import datetime
import io
import re
import subprocess
import sys

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Role
from funding import budgets
from funding.beancount import NAMES, export
from funding.models import Kind, Movement, Posting
from tests.funding import conftest as make
from tests.funding import storm

pytestmark = pytest.mark.django_db
OPERATIONS = 120


def exported():
    file = io.BytesIO()
    export(file)
    return file.getvalue().decode()


def bean_check(folder, text):
    """(whether every balance is right, what the program says)."""
    path = folder / "grand-livre.beancount"
    path.write_text(text)
    checked = subprocess.run(
        [sys.executable, "-m", "beancount.scripts.check", "--no-cache", path],
        capture_output=True,
        text=True,
        check=False,
    )
    return checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def random_ledger():
    """Credits of two closed years, then a random life of this one: every kind of operation, backdated at random."""
    line = make.make_line(code="P 112 « été »")
    for year in (make.today().year - 2, make.today().year - 1):
        with time_machine.travel(datetime.datetime(year, 6, 1, 12, tzinfo=datetime.UTC), tick=False):
            make.open_credits(line, "ae", make.GRANT, year=year, on=datetime.date(year, 5, 1))
            make.open_credits(line, "cp", make.CAP, year=year, on=datetime.date(year, 5, 1))
    budgets.carry_over(
        axis="ae", line=line, from_year=make.today().year - 1, cents=12_345, effective_on=make.today(),
        act='Arrêté "de report" \\ n° 1\nsuite', by=None, key="carry",
    )  # fmt: skip
    client = storm.Client(storm.found(1), 1, seed=7)
    told = [client.act() for _ in range(OPERATIONS)]
    assert all(answer in (storm.DONE, storm.REFUSED) for _, answer in told), told
    return client


def test_bean_check_finds_every_balance_of_a_random_ledger_right(random_ledger, tmp_path):
    text = exported()
    right, said = bean_check(tmp_path, text)
    assert right and said == ""
    assert len(re.findall(r"^\d{4}-\d\d-\d\d \* ", text, re.MULTILINE)) == Posting.objects.count() > 50
    assert len(re.findall(r"^  (?:Assets|Equity|Expenses)", text, re.MULTILINE)) == 2 * Movement.objects.count()
    year = timezone.localdate().year
    for day in (f"{year - 1}-01-01", f"{year}-01-01", f"{timezone.localdate() + datetime.timedelta(days=1)}"):
        assert f"{day} balance " in text
    assert 'cle: "carry"' in text and '"Arrêté \\"de report\\" \\\\ n° 1 suite"' in text


def test_bean_check_sees_one_cent(random_ledger, tmp_path):
    """A line, a balance and an account spoilt in turn: each is told."""
    text = exported()
    legs = re.findall(r"^  Assets:AE:Ouvertes\S+  -?\d+\.\d\d AE$", text, re.MULTILINE)
    leg = legs[len(legs) // 2]
    for old, new in (
        (leg, one_cent_more(leg)),
        *((balance, one_cent_more(balance)) for balance in re.findall(r"^.* balance .*$", text, re.MULTILINE)[::40]),
        (leg, leg.replace("Ouvertes", "Gelees")),
    ):
        right, said = bean_check(tmp_path, text.replace(old, new, 1))
        assert not right and said, (old, new)


def one_cent_more(line):
    return re.sub(r"(\d+)\.(\d\d)", lambda m: f"{m[1]}.{(int(m[2]) + 1) % 100:02}", line, count=1)


def test_a_movement_falsified_in_the_database_is_seen(random_ledger, tmp_path):
    """The balances come from elsewhere than the movements: what one says and not the other is told."""
    text, one = exported(), Movement.objects.order_by("?").first()
    assert bean_check(tmp_path, text)[0]
    euros = f"{one.amount_cents // 100}.{one.amount_cents % 100:02}"
    posting = text.index(f'ecriture: "{one.posting.public_id}"')
    end = text.index("\n\n", posting)
    spoilt = text[posting:end].replace(euros, f"{one.amount_cents // 100 + 1}.{one.amount_cents % 100:02}")
    right, said = bean_check(tmp_path, text[:posting] + spoilt + text[end:])
    assert not right and "Balance failed" in said


def test_every_kind_has_its_name():
    assert set(NAMES) == set(Kind) and len(set(NAMES.values())) == len(NAMES)


def test_an_empty_ledger_is_a_file_too(tmp_path):
    assert bean_check(tmp_path, exported()) == (True, "")


def test_the_command_writes_it(line, tmp_path):
    make.open_credits(line, "ae", 1234)
    call_command("export_beancount", output=tmp_path / "out.beancount")
    assert bean_check(tmp_path, (tmp_path / "out.beancount").read_text())[0]


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.FINANCE_OFFICER, 200), (Role.OFFICER, 403)])
def test_the_auditor_and_finance_download_it(client, line, role, status, tmp_path):
    make.open_credits(line, "ae", 1234)
    client.force_login(make.make_user(role))
    answer = client.get("/pilotage/budget/grand-livre/")
    assert answer.status_code == status
    if status == 200:
        content = b"".join(answer.streaming_content)
        assert bean_check(tmp_path, content.decode())[0]
        assert ".beancount" in answer["Content-Disposition"]
    shown = b"Beancount" in client.get("/pilotage/budget/").content
    assert shown == (status == 200)
