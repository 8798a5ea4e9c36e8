"""Ask every URL as everybody, by GET and by POST, on a real object and on one that does not exist."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse

from tests.access.actors import ACTORS, ANONYMOUS
from tests.access.rows import Row, Target

SIGN_IN = reverse("account_login")
# The technical administration has no sign-in page of its own: it leads to the one above.
OTHER_DOOR = reverse("admin:login")
METHODS = ("GET", "POST")
OTHER_METHODS = ("PUT", "DELETE")
# Kept by the walk itself, or by being signed in: the key of the form, the session.
OWN_TRACES = ("accounts_idempotencykey", "django_session")
NO_TOKEN = "Par sécurité, cet envoi a été refusé"
NO_KEY = "Ce formulaire n’est pas complet"
# Its pages have no key: signing in twice is signing in once.
ALLAUTH = "account_"
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


@dataclass(frozen=True)
class Deviation:
    row: str
    actor: str
    method: str
    what: str

    def __str__(self):
        return f"{self.row} : {self.method} par {self.actor} : {self.what}"


@dataclass
class Answer:
    """What came back, with the tables that were written while it was made."""

    status: int
    location: str
    raw: bytes
    written: list[str]
    # What was asked for: a page may repeat it.
    path: str = ""

    @property
    def body(self):
        return self.raw.decode(errors="replace")

    @property
    def is_sign_in(self):
        return self.status == 302 and self.location.startswith(SIGN_IN)

    @property
    def text(self):
        """The page without what differs from one request to the next."""
        same = self.body.replace(f'href="{self.path}"', "")
        return re.sub(r'(value|nonce|content)="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16}', "", same)


@contextmanager
def undone():
    """Whatever is done inside leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def writes_noted() -> Iterator[list[str]]:
    """The tables that INSERT, UPDATE and DELETE name, even when the transaction is rolled back afterwards."""
    written: list[str] = []

    def note(execute, sql, params, many, context):
        if found := WRITES.match(sql):
            written.append(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield written


def ask(world, actor, method, url, data=(), csrf=False):
    """One request, undone afterwards; `csrf`: the token of the form is checked, and not sent."""
    client = world.as_fresh(actor)
    client.handler.enforce_csrf_checks = csrf
    with undone(), writes_noted() as written:
        response = getattr(client, method.lower())(url, dict(data))
        if response.headers.get("Location", "").startswith(OTHER_DOOR):
            response = client.get(response.headers["Location"])
        return Answer(
            response.status_code,
            response.headers.get("Location", ""),
            response.getvalue(),
            [table for table in written if table not in OWN_TRACES],
            url,
        )


def fields_of(row: Row, target: Target, actor):
    """What the page itself would send: the act's fields, and the key of its form."""
    made = {name: value() if callable(value) else value for name, value in target.fields(actor).items()}
    return {**made, "idempotency_key": uuid.uuid4().hex}


def urls_of(row: Row, target: Target):
    """(URL of the object, the same URL for an object that does not exist)."""
    unknown = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in target.kwargs.items()}
    if "slug" in unknown and len(unknown) == 1:
        unknown["slug"] = "inconnu"
    return reverse(row.name, kwargs=target.kwargs), reverse(row.name, kwargs=unknown)


def expected(row: Row, actor, method):
    """What the table says: "served", "sign-in", "role" (403), "hidden" (404), "forbidden" (403) or "method" (405)."""
    if actor == ANONYMOUS and ANONYMOUS not in row.door:
        return "sign-in"
    if actor not in row.door:
        return "role"
    if actor not in row.seen_by:
        return "hidden"
    if not row.allowed(method):
        return "method"
    return "served" if actor in row.allowed(method) else "forbidden"


# What the table says → the statuses that say it. A method that is not answered may be refused before the door is.
STATUSES = {"role": (403,), "hidden": (404,), "forbidden": (403,), "method": (405,)}

# Refusals that must not tell whether the object exists.
COMPARED = {"role", "hidden"}


def faults(row: Row, actor, method, answer, unknown, target):
    """Sentences: what differs from the table."""
    wanted = expected(row, actor, method)
    if wanted == "served":
        sent_away = answer.is_sign_in and ANONYMOUS not in row.door
        if answer.status not in row.answers(method) or sent_away:
            yield f"attendu {row.answers(method)}, reçu {answer.status} {answer.location}"
        return
    yield from refusal_faults(row, wanted, method, answer)
    if answer.written:
        yield f"refusé, mais écrit dans {sorted(set(answer.written))}"
    if wanted != "forbidden" and (read := [word for word in target.words if word in answer.body]):
        yield f"refusé, mais lu : {read}"
    if wanted in COMPARED and (answer.status, answer.text) != (unknown.status, unknown.text):
        yield f"un objet inconnu ({unknown.status}) se distingue de celui-ci ({answer.status})"


def refusal_faults(row: Row, wanted, method, answer):
    if answer.status == 405 and not row.allowed(method):
        return
    if wanted == "sign-in":
        if not answer.is_sign_in:
            yield f"attendu la page de connexion, reçu {answer.status} {answer.location}"
        return
    statuses = STATUSES[wanted]
    if wanted == "hidden" and method == "POST":
        # Whose role cannot do the act at all may be told so, as for any other object.
        statuses = (404, 403)
    if answer.status not in statuses:
        yield f"attendu {wanted} {statuses}, reçu {answer.status} {answer.location}"


def walk_row(world, row: Row, *, thorough=False, actors=ACTORS) -> tuple[int, list[Deviation]]:
    """Every actor and method on one line of the table; (number of requests, deviations).

    Args:
        thorough: whoever lacks the role asks for the object that does not exist too, each of them and not one of them.
    """
    count, found = 0, []
    # Throttles count by address: each line of the table starts afresh.
    cache.clear()
    with undone():
        target = row.target(world)
        url, other = urls_of(row, target)
        compared: set[tuple[str, str]] = set()
        for actor, method in product(actors, METHODS):
            data = fields_of(row, target, actor) if method == "POST" else target.query
            answer = unknown = ask(world, actor, method, url, data)
            count += 1
            wanted = expected(row, actor, method)
            if (
                other != url
                and wanted in COMPARED
                and (thorough or wanted == "hidden" or (wanted, method) not in compared)
            ):
                compared.add((wanted, method))
                unknown = ask(world, actor, method, other, data)
                count += 1
            found += [
                Deviation(str(row), actor, method, what)
                for what in faults(row, actor, method, answer, unknown, target)
            ]
        for what in unprotected(world, row, target, url):
            count += 1
            found += [Deviation(str(row), "qui y a droit", "requête", sentence) for sentence in what]
    return count, found


def unprotected(world, row, target, url):
    """What else a URL must refuse to those whom it serves: a POST without its token or its key, any other method."""
    for actor in sorted(row.post & row.seen_by)[: 0 if row.by_program else 1]:
        fields = fields_of(row, target, actor)
        yield refused_in_words(ask(world, actor, "POST", url, fields, csrf=True), 403, NO_TOKEN, "sans jeton")
        if ALLAUTH not in row.name:
            del fields["idempotency_key"]
            yield refused_in_words(ask(world, actor, "POST", url, fields), 409, NO_KEY, "sans clé")
    for actor in sorted((row.get | row.post) & row.seen_by)[:1] if ALLAUTH not in row.name else ():
        for method in OTHER_METHODS:
            yield refused_in_words(ask(world, actor, method, url), 405, "", method)


def refused_in_words(answer, status, sentence, what):
    if answer.status != status or sentence not in answer.body:
        yield f"{what} : attendu {status} et une phrase, reçu {answer.status}"
    if answer.written:
        yield f"{what} : écrit dans {sorted(set(answer.written))}"
