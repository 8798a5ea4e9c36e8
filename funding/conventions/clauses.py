"""The clauses of an agreement: those of the wording that it starts from, and what one that is written again must hold.

Sources: L. 2000-321 art. 10 (object, amount, conditions of use, control, unspent money since 2021), D. 2001-495.
"""

import re

from accounts.errors import Refusal
from documents.wording.agreements import CLAUSES
from documents.wording.blocks import clause, typed
from documents.wording.catalogue import FLAG, WORDINGS
from documents.wording.checking import of_block

KIND = "agreement"
MODEL = WORDINGS[KIND]
# Code → what the officer checks in it. In the order of the law.
COMPULSORY = {one.code: one.label for one in CLAUSES}
# Field → what it becomes.
FIELDS = {one.name: one.label for one in MODEL.fields.values() if one.type != FLAG}
# As the clauses held their fields before they were worded with the letters.
ONE_BRACE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


def of_blocks(blocks):
    """[{"code", "title", "body"}] of the blocks of a wording, in the order they are read."""
    found = [one for one in blocks if one["kind"] == "clause"]
    return [
        {"code": one["fixed"] or f"clause-{number}", "title": one["caption"], "body": typed(one)}
        for number, one in enumerate(found, 1)
    ]


def modern(clauses):
    """The same clauses, their fields between two braces."""
    return [one | {"body": ONE_BRACE.sub(r"{{ \1 }}", one["body"])} for one in clauses]


def standard():
    return of_blocks(MODEL.blocks)


def block_of(one):
    return clause(one["code"] if one["code"] in COMPULSORY else "", one["title"], *one["body"].splitlines())


def refuse_bad_clauses(clauses):
    """Every compulsory clause is there and written; only known fields stand between braces.

    Raises:
        Refusal: the sentence names the clause, tied to its field of the form (`clause-<code>`).
    """
    written = {one["code"]: one for one in modern(clauses) if one["body"].strip()}
    for code, name in COMPULSORY.items():
        if code not in written:
            raise Refusal(
                f"Il manque la clause « {name.lower()} », que la loi demande : écrivez-la.", field=f"clause-{code}"
            )
    for one in written.values():
        if wrong := of_block(MODEL, block_of(one)):
            raise Refusal(f"Clause « {one['title']} » : {wrong[0]}", field=f"clause-{one['code']}")


def filled(clauses, reading):
    """[(title, text)] of the clauses that say something, their fields filled in.

    Args:
        reading: `documents.wording.filling.Filled` of the facts of the text.
    """
    blocks = [block_of(one) for one in modern(clauses) if one["body"].strip()]
    texts = [(one["caption"], reading.plain(one["lines"])) for one in blocks]
    return [(title, text) for title, text in texts if text.strip()]
