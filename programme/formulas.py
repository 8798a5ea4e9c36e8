"""The formulas of calculated answers: a tiny language of our own, parsed here, never handed to Python.

    formula  = term (("+" | "-") term)*
    term     = factor (("*" | "/") factor)*
    factor   = number | question | "sum" "(" table "." column ")" | "(" formula ")" | "-" factor

Names are slugs of questions ("frais-de-siege"), so a minus sign stands between spaces. "somme", "×" and "÷" are read
too; a number is written 12, 12.5 or 12,5. Money counts in euros inside a formula.
"""

import re
from decimal import Decimal
from functools import lru_cache

from accounts.errors import Refusal

MAX_LENGTH = 300
MAX_DEPTH = 20
TOKEN = re.compile(r"\s*(?:([a-zA-Z][a-zA-Z0-9_]*(?:-[a-zA-Z0-9_]+)*)|(\d+(?:[.,]\d+)?)|([-+*/().×÷−]))")
SIGNS = {"×": "*", "÷": "/", "−": "-"}
SUMS = ("sum", "somme")


class BadFormula(Refusal):
    """The formula cannot be read; the sentence says where and what to write."""

    title = "Cette formule ne peut pas être calculée"

    def __init__(self, message):
        super().__init__(message, field="formula")


def tokens_of(text):
    """[(kind, text)] with kind in name, number, sign."""
    if len(text) > MAX_LENGTH:
        raise BadFormula(f"La formule est trop longue : {MAX_LENGTH} signes au plus.")
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise BadFormula(
                f"« {text[at:].strip()[:1]} » ne se lit pas dans une formule : "
                "écrivez des noms de questions, des nombres, + - * / et des parenthèses."
            )
        name, number, sign = match.groups()
        found.append(("name", name) if name else ("number", number) if number else ("sign", SIGNS.get(sign, sign)))
        at = match.end()
    return found


class Parser:
    """Recursive descent; gives nested tuples: ("+", left, right), ("name", slug), ("sum", table, column)."""

    def __init__(self, tokens):
        self.tokens, self.at, self.depth = tokens, 0, 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def takes(self, *signs):
        kind, text = self.peek()
        return self.take()[1] if kind == "sign" and text in signs else ""

    def expect(self, sign, where):
        if not self.takes(sign):
            raise BadFormula(f"Il manque « {sign} » {where}.")

    def whole(self):
        node = self.formula()
        if self.peek()[0] != "end":
            text = self.peek()[1]
            raise BadFormula(
                "Une parenthèse se ferme sans avoir été ouverte." if text == ")" else
                f"Avant « {text} », il manque un signe : + - * ou /, avec des espaces autour du signe moins."
            )  # fmt: skip
        return node

    def formula(self):
        node = self.term()
        while sign := self.takes("+", "-"):
            node = (sign, node, self.term())
        return node

    def term(self):
        node = self.factor()
        while sign := self.takes("*", "/"):
            node = (sign, node, self.factor())
        return node

    def factor(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFormula("La formule a trop de parenthèses : découpez-la en deux valeurs calculées.")
        node = self.bare_factor()
        self.depth -= 1
        return node

    def bare_factor(self):
        if self.takes("-"):
            return ("-", ("number", Decimal(0)), self.factor())
        if self.takes("("):
            node = self.formula()
            self.expect(")", "pour fermer la parenthèse")
            return node
        kind, text = self.take()
        if kind == "number":
            return ("number", Decimal(text.replace(",", ".")))
        if kind != "name":
            raise BadFormula(
                "La formule s’arrête trop tôt : il manque un nom de question ou un nombre à la fin." if kind == "end"
                else f"Devant « {text} », il manque un nom de question ou un nombre."
            )  # fmt: skip
        return self.column_sum() if text.lower() in SUMS and self.peek() == ("sign", "(") else ("name", text)

    def column_sum(self):
        self.expect("(", "après sum")
        table = self.name("le nom du tableau")
        self.expect(".", "entre le tableau et sa colonne : sum(tableau.colonne)")
        column = self.name("le nom de la colonne")
        self.expect(")", "pour fermer sum(tableau.colonne)")
        return ("sum", table, column)

    def name(self, wanted):
        kind, text = self.take()
        if kind != "name":
            raise BadFormula(f"Dans sum(tableau.colonne), il manque {wanted}.")
        return text


@lru_cache(maxsize=512)
def parse(formula):
    """The tree of a formula.

    Raises:
        BadFormula: with a French sentence that says what to correct.
    """
    tokens = tokens_of(formula)
    if not tokens:
        raise BadFormula("Écrivez la formule, par exemple : loyer * 12 + charges.")
    return Parser(tokens).whole()


def names_in(node):
    """The names that a tree reads: "slug", or "table.column" for a sum; in order, with repeats."""
    kind, *parts = node
    if kind == "number":
        return []
    if kind == "name":
        return [parts[0]]
    return [".".join(parts)] if kind == "sum" else [name for part in parts for name in names_in(part)]


def result(node, value_of):
    """The value of a tree, or None where it would divide by zero.

    Args:
        value_of: function of a name ("slug" or "table.column") giving a `Decimal`.
    """
    kind, *parts = node
    if kind == "number":
        return parts[0]
    if kind in ("name", "sum"):
        return value_of(".".join(parts))
    left, right = (result(part, value_of) for part in parts)
    if left is None or right is None or (kind == "/" and right == 0):
        return None
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[kind](right)
