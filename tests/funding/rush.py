"""Many clients at once on real PostgreSQL connections: shared by the concurrency tests and by `make proof`."""

import threading
from collections import Counter

from django.db import connection

from accounts.models import Role
from funding import awards, instalments
from funding.ledger import InsufficientFunds
from funding.models import Account, Award, Kind, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make

WON, REFUSED = "won", "refused"


def at_once(actions):
    """Run all `actions` at the same instant, each on its own connection; what each was told, in order."""
    told: list = [None] * len(actions)
    start = threading.Barrier(len(actions), timeout=60)

    def client(number):
        try:
            connection.ensure_connection()
            start.wait()
            actions[number]()
            told[number] = WON
        except InsufficientFunds:
            told[number] = REFUSED
        except BaseException as error:
            told[number] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def one_wave_each(programme, count):
    """Waves of one call version, so that clients meet on the money and not before."""
    first = make.make_wave(programme)
    return [first, *(first.call.waves.create(number=number) for number in range(2, count + 1))]


def rush_for_the_last_award(clients):
    """AE for exactly one award, `clients` who each adopt one. Returns ({told: how many}, faults found)."""
    line = make.make_line()
    make.open_credits(line, "ae", make.GRANT)
    waves = one_wave_each(line.programme, clients)
    requests = [(wave, make.request_for(wave, line)) for wave in waves]
    told = Counter(at_once([lambda w=wave, r=request: make.reserve(w, [r]) for wave, request in requests]))
    return told, faults(line, Kind.AE_OPENED, Award.objects.filter(wave__in=waves).count())


def rush_for_the_last_payment(clients):
    """CP for exactly one instalment, `clients` instalments certified, each ordered by somebody else."""
    line = make.make_line()
    make.open_credits(line, "ae", make.GRANT * clients)
    make.open_credits(line, "cp", make.CAP)
    waves = one_wave_each(line.programme, clients)
    waves[0].call.versions.update(agreement_required=False)
    certifier = make.make_user(Role.FINANCE_OFFICER)
    ready = [certified(make.reserve(wave, [make.request_for(wave, line)]), certifier) for wave in waves]
    people = [make.make_user(Role.FINANCE_OFFICER) for _ in ready]
    orders = [
        lambda i=instalment, p=person: instalments.order(instalment=i, by=p)
        for instalment, person in zip(ready, people, strict=True)
    ]
    told = Counter(at_once(orders))
    ordered = sum(1 for instalment in ready if type(instalment).objects.get(pk=instalment.pk).state == "ordered")
    return told, faults(line, Kind.CP_AVAILABLE, ordered)


def certified(reserved, certifier):
    make.commit(reserved)
    awards.mark_notified(award=reserved[0], on=make.today())
    return instalments.certify(instalment=reserved[0].instalments.get(number=1), by=certifier)


def faults(line, kind, winners):
    """What would be wrong after the rush: a euro left or missing, no or several winners, a ledger that differs."""
    left = Account.objects.get(kind=kind, line=line).balance_cents
    found = [f"il reste {left} centimes"] if left else []
    found += [f"{winners} gagnants en base"] if winners != 1 else []
    return found + differences()


def same_key_at_once(clients):
    """One adoption sent by `clients` at once under one key. Returns ({told: how many}, postings, awards)."""
    line = make.make_line()
    make.open_credits(line, "ae", make.GRANT * 2)
    wave = make.make_wave(line.programme)
    request = make.request_for(wave, line)
    key = f"same:{line.pk}"
    told = Counter(at_once([lambda: make.reserve(wave, [request], key=key)] * clients))
    return told, Posting.objects.filter(key=key).count(), Award.objects.filter(wave=wave).count()
