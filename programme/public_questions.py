"""Questions anybody asks about a call, and the official answers, published for all."""

from django.conf import settings
from django.db import transaction

from accounts.errors import Refusal
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from accounts.permissions import require
from programme.models import PublicQuestion
from programme.models.public_question import ANSWER

SHORTEST, LONGEST = 15, 2000


def ask(*, call, text, email=""):
    """Receive a question; the same words on the same call are one question.

    Args:
        call: a call that the public sees.
        text: what is asked, 15 to 2,000 characters.
        email: where the asker wants to be told of the answer, or "".

    Raises:
        Refusal: nothing, or too much, was typed.
    """
    text = text.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refusal(
            f"Écrivez votre question en {SHORTEST} à {LONGEST} signes : dites ce que vous voulez savoir.", field="text"
        )
    with transaction.atomic():
        asked, created = PublicQuestion.objects.get_or_create(call=call, text=text, defaults={"asker_email": email})
        if created:
            JournalEntry.write(action="ask_public_question", subject=asked, actor=None)
            tell_service(asked)
    return asked


def tell_service(asked):
    body = f"""Une question sur l’appel « {asked.call} » attend une réponse :

{asked.text}

{settings.PUBLIC_URL}/pilotage/questions/{asked.public_id}/
"""
    notify(
        Event.PUBLIC_QUESTION,
        key=f"public-question:{asked.pk}",
        recipient=asked.call.programme.service_email,
        subject=f"Une question sur « {asked.call} »",
        body=body,
    )


def locked(asked, version):
    asked = PublicQuestion.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    asked.expect_version(version)
    return asked


def answer(*, asked, public_text, answer, by, criterion=None, question=None, version=None):
    """Publish the official answer, or change one that is published; the asker is told the first time.

    Args:
        public_text: the question as it is shown: no name, no personal matter.
        answer: the official answer.
        criterion, question: of the call, to show the answer beside it; one of the two at most.
        version: of the question as the page read it.

    Raises:
        Refusal: words are missing, or both a criterion and a question are named.
        NotAllowed, StalePage.
    """
    require(by, ANSWER)
    refuse_unsaid(public_text, answer, criterion, question)
    with transaction.atomic():
        asked = locked(asked, version)
        first = asked.state == PublicQuestion.State.RECEIVED
        before = asked.answer
        asked.public_text, asked.answer = public_text.strip(), answer.strip()
        asked.criterion, asked.question = criterion, question
        if first:
            asked.move("publish_answer", by=by)
            tell_asker(asked)
        else:
            asked.save()
            JournalEntry.write(action="change_answer", subject=asked, actor=by, details={"before": before})
    return asked


def refuse_unsaid(public_text, answer, criterion, question):
    if not public_text.strip():
        raise Refusal("Écrivez la question telle qu’elle sera publiée, sans nom de personne.", field="public_text")
    if not answer.strip():
        raise Refusal("Écrivez la réponse officielle.", field="answer")
    if criterion and question:
        raise Refusal("Choisissez un critère ou une question du formulaire, pas les deux.", field="question")


def tell_asker(asked):
    if not asked.asker_email:
        return
    body = f"""Bonjour,

Vous avez posé une question sur l’appel « {asked.call} ». Voici la réponse, publiée sans votre nom :

{asked.public_text}

{asked.answer}

{settings.PUBLIC_URL}/appels/{asked.call.slug}/questions/

{asked.call.programme.service_name}
"""
    notify(
        Event.PUBLIC_QUESTION,
        key=f"public-answer:{asked.pk}",
        recipient=asked.asker_email,
        subject=f"Réponse à votre question sur « {asked.call} »",
        body=body,
    )


def set_aside(*, asked, reason, by, version=None):
    """Keep a question out of the public page, with the reason.

    Raises:
        Refusal: no reason.
        NotAllowed, StalePage.
    """
    require(by, ANSWER)
    if not reason.strip():
        raise Refusal("Dites pourquoi cette question est écartée : hors sujet, déjà posée…", field="reason")
    with transaction.atomic():
        asked = locked(asked, version)
        asked.set_aside_reason = reason.strip()[:200]
        asked.move("set_aside", by=by)
    return asked
