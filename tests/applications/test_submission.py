import datetime

import pytest

from accounts.models import OutboxMessage
from applications import submission
from applications.models import Application
from documents.models import Document
from tests import factories

pytestmark = pytest.mark.django_db


def test_sending_gives_a_number_a_receipt_and_a_revision():
    application = factories.submitted()
    assert application.state == Application.State.SUBMITTED
    assert application.reference.startswith("DOS-")
    assert application.requested_cents == 15_000_000
    receipt = Document.objects.about(application).get()
    assert receipt.number.startswith("AR-")
    assert application.revisions.get().sha256
    assert OutboxMessage.objects.filter(key__startswith="receipt:").count() == 1


def test_sending_twice_gives_the_same_receipt():
    application = factories.complete_draft()
    first = submission.submit(application=application, by=application.created_by, version=application.version)
    again = submission.submit(application=application, by=application.created_by, version=application.version)
    assert first == again
    assert application.revisions.count() == 1
