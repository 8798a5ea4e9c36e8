"""What somebody types survives whatever happens to her page, her browser, her network or her sign-in."""

import itertools
import os
import threading
from collections import Counter
from pathlib import Path

from tests.proof.frame import proof

CUTS, LANES, MOST_S = 200, 3, 2.0


@proof(seconds=900)
def text_safety():
    """Two hundred cuts of seven kinds, each at a random moment of typing, in real browsers on the real site."""
    from scripts.installation import Installation
    from scripts.servers import free_port
    from tests.browser import cuts

    desks = [desk() for _ in range(LANES)]
    place = Installation(
        var_dir=Path(os.environ["VAR_DIR"]),
        port=free_port(),
        database_url=os.environ["DATABASE_URL"],
        redis_url=os.environ["REDIS_URL"],
    )
    supervisor = place.supervisor("web")
    try:
        supervisor.start()
        place.wait(supervisor)
        done = suffer_together(place.url, desks, cuts)
    finally:
        supervisor.stop()
    worst = cuts.worst(done)
    shortened = sum(cut.lost > 0 for cut in done)
    kinds = Counter(cut.kind for cut in done)
    figure = (
        f"{worst.lost_s:.2f} s perdues au pire, {shortened} textes raccourcis sur {len(done)} coupures "
        f"({', '.join(f'{count} {kind}' for kind, count in kinds.items())})"
    )
    passed = worst.lost_s <= MOST_S and len(done) == CUTS and len(kinds) == len(cuts.KINDS)
    return figure, f"{MOST_S:.0f} s au plus, {CUTS} coupures", passed


def desk():
    """(path of a section with a text to write, session cookie) of somebody of her own."""
    from django.test import Client

    from tests import factories

    application = factories.draft()
    client = Client()
    client.force_login(application.created_by)
    section = next(
        section
        for section in application.call_version.sections.order_by("position")
        if section.questions.filter(kind="long_text").exists()
    )
    return f"/dossiers/{application.public_id}/{section.slug}/", client.cookies["sessionid"].value


def suffer_together(url, desks, cuts):
    """The cuts, shared by as many browsers as there are desks, each in a thread of its own."""
    kinds, done, faults = itertools.cycle(cuts.KINDS), [], []
    wanted, lock = iter(range(CUTS)), threading.Lock()

    def next_kind():
        with lock:
            return next(kinds) if next(wanted, None) is not None else None

    def work(number, path, session):
        try:
            cuts.suffer_all(url, path, session, seed=number, next_kind=next_kind, done=done)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n, *desk_)) for n, desk_ in enumerate(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return done
