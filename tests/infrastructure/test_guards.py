"""The guard rails of the tests hold: a rail that nobody leans on may have fallen long ago."""

import socket
import urllib.request

import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.template import Context, Engine, Template
from django.test import RequestFactory

from accounts.models import User
from tests.guards import OutsideRefused, ReadOnlyGet, UndefinedVariable


def add_somebody(request):
    User.objects.create(email=f"{request.method.lower()}@fabriques.example")
    return HttpResponse("done")


def count_people(request):
    return HttpResponse(str(User.objects.count()))


@pytest.mark.parametrize("address", ["https://example.org/", "http://192.0.2.1/"])
def test_no_test_reaches_the_outside(address):
    with pytest.raises(OutsideRefused):
        urllib.request.urlopen(address, timeout=1)


def test_this_machine_is_reachable():
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.django_db
def test_a_get_that_writes_fails(method):
    request = getattr(RequestFactory(), method)("/")
    with pytest.raises(DatabaseError):
        ReadOnlyGet(add_somebody)(request)


@pytest.mark.django_db(transaction=True)
def test_a_get_that_writes_fails_outside_any_transaction_too():
    with pytest.raises(DatabaseError):
        ReadOnlyGet(add_somebody)(RequestFactory().get("/"))
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_a_get_reads_and_the_test_writes_before_and_after():
    User.objects.create(email="before@fabriques.example")
    assert ReadOnlyGet(count_people)(RequestFactory().get("/")).content == b"1"
    User.objects.create(email="after@fabriques.example")
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_the_guard_counts_for_no_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        ReadOnlyGet(count_people)(RequestFactory().get("/"))


@pytest.mark.django_db
def test_a_post_writes():
    ReadOnlyGet(add_somebody)(RequestFactory().post("/"))
    assert User.objects.filter(email="post@fabriques.example").exists()


def render(source, **values):
    return Template(source, engine=Engine(string_if_invalid=UndefinedVariable())).render(Context(values))


def test_an_undefined_variable_of_our_templates_fails(monkeypatch):
    monkeypatch.setattr(UndefinedVariable, "is_ours", staticmethod(lambda origin: True))
    with pytest.raises(AssertionError, match="nobody"):
        render("Bonjour {{ nobody }}")
    with pytest.raises(AssertionError, match=r"dossier\.nothing"):
        render("{{ dossier.nothing|upper }}", dossier={"reference": "A1"})
    assert render("{{ nobody|default:'personne' }}{% if nobody %}!{% endif %}") == "personne"
    assert render("{{ dossier.reference }}", dossier={"reference": "A1"}) == "A1"


def test_an_undefined_variable_of_a_package_is_left_alone():
    assert render("Bonjour {{ nobody }}") == "Bonjour "


@pytest.mark.django_db(transaction=True)
def test_every_trigger_is_back_after_a_flush():
    """The test before this one was flushed as well: see `triggers_aside`."""
    from django.core.management import call_command

    from accounts import database

    assert database.missing(connection) == []
    call_command("flush", interactive=False, verbosity=0)
    assert database.missing(connection) == []
