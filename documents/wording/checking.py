"""What stands between a draft and its publication, sentence by sentence; and what a letter would leave empty."""

from typing import NamedTuple

from documents.wording.blocks import KINDS, LISTS, cells, conditions, texts
from documents.wording.catalogue import FLAG, LIST
from documents.wording.filling import Filled
from documents.wording.parsing import UNLESS, WordingError, fields_in, lone_field, parse


class Problem(NamedTuple):
    """One thing to put right; `position` of its block, counted from 1, or None for the whole."""

    position: int | None
    text: str

    def __str__(self):
        return f"Bloc {self.position} : {self.text}" if self.position else self.text


def problems(wording, blocks):
    """Everything that forbids a publication, in the order of the blocks."""
    found = [Problem(at, text) for at, one in enumerate(blocks, 1) for text in of_block(wording, one)]
    if found:
        return found
    whole = [
        *of_title(blocks), *of_fixed(wording, blocks), *of_clauses(wording, blocks), *of_must(wording, blocks),
    ]  # fmt: skip
    return [Problem(None, text) for text in whole]


def of_block(wording, one):
    if one["kind"] == "fixed":
        return [] if one["fixed"] in wording.fixed else ["ce bloc fixe n’existe pas pour ce courrier : ôtez-le."]
    if not any(line["text"] for line in one["lines"]):
        return ["il est vide : écrivez-le ou ôtez-le."]
    try:
        own = of_clause(wording, one) if one["kind"] == "clause" else ()
        return [*own, *of_conditions(wording, one), *of_fields(wording, one)]
    except WordingError as error:
        return [error.message]


def of_conditions(wording, one):
    names = {when.removeprefix(UNLESS) for when in conditions(one)}
    return [unknown(name) for name in sorted(names - wording.fields.keys())]


def of_fields(wording, one):
    for text in texts(one):
        for name in fields_in(text):
            if sentence := misplaced(wording, one, text, name):
                yield sentence


def misplaced(wording, one, text, name):
    """Why a field may not stand where it is, or ""."""
    if name not in wording.fields:
        return unknown(name)
    field = wording.fields[name]
    if field.type == FLAG:
        return f"« {field.label} » ne s’imprime pas : il sert seulement dans une condition, [si {name}]."
    if field.type == LIST and not may_list(one, text, name):
        return f"« {field.label} » est une liste : mettez {field.written} seul sur sa ligne ou dans sa case."
    return ""


def may_list(one, text, name):
    if one["kind"] == "table":
        return any(lone_field(cell) == name for cell in cells(text))
    alone = lone_field(text) == name
    return alone and (one["kind"] in LISTS or len(one["lines"]) == 1)


def unknown(name):
    return f"« {name} » n’est pas un champ de ce courrier. Choisissez-en un dans la liste."


def of_title(blocks):
    titles = [at for at, one in enumerate(blocks) if one["kind"] == "title"]
    if titles != [0]:
        yield "Un courrier commence par un titre, et n’en a qu’un."
    if sum(one["kind"] == "subtitle" for one in blocks) > 1:
        yield f"Un courrier a au plus un bloc « {KINDS['subtitle'].lower()} »."


def of_fixed(wording, blocks):
    placed = [one for one in blocks if one["kind"] == "fixed"]
    names = [one["fixed"] for one in placed]
    for known in wording.mandatory:
        if names.count(known.name) != 1:
            yield f"Le bloc « {known.label} » est obligatoire : placez-le une fois, et une seule."
        elif any(one["when"] for one in placed if one["fixed"] == known.name):
            yield f"Le bloc « {known.label} » est obligatoire : il ne dépend d’aucune condition."


def of_clause(wording, one):
    """What is wrong with one clause; its text is frozen in words, so it is plain."""
    if not wording.clauses:
        yield "ce courrier n’a pas de clauses : choisissez une autre sorte de bloc."
    if not one["caption"].strip():
        yield "donnez un titre à cette clause."
    if one["when"]:
        yield "un article entier ne dépend pas d’une condition : écrivez [si champ] en tête de ses lignes."
    if any(piece.bold or piece.italic for text in texts(one) for piece in parse(text)):
        yield "une clause est du texte simple : ôtez ** et __."
    if any(fields_in(one["caption"])):
        yield "le titre d’une clause ne contient pas de champ."
    said = {name for line in one["lines"] if not line["when"] for name in fields_in(line["text"])}
    for name in wanted_in(wording, one["fixed"]):
        if name not in said:
            field = wording.fields[name]
            yield f"gardez le champ {field.written}, qui prend la valeur de chaque attribution."


def wanted_in(wording, code):
    return next((one.fields for one in wording.clauses if one.code == code), ())


def of_clauses(wording, blocks):
    """The clauses that the law wants are there, once, whatever the dossier; all of them follow one another."""
    placed = [(at, one) for at, one in enumerate(blocks) if one["kind"] == "clause"]
    for wanted in wording.clauses:
        found = [one for _, one in placed if one["fixed"] == wanted.code]
        if len(found) != 1:
            yield f"La clause « {wanted.label.lower()} » est obligatoire : écrivez-la une fois, et une seule."
        elif not any(line["text"] and not line["when"] for line in found[0]["lines"]):
            yield f"La clause « {wanted.label.lower()} » est obligatoire : elle ne dépend d’aucune condition."
    if placed and placed[-1][0] - placed[0][0] >= len(placed):
        yield "Les clauses se suivent : rien ne se place entre deux articles."


def of_must(wording, blocks):
    for name, why in wording.must.items():
        if not is_stated(name, blocks):
            field = wording.fields[name]
            yield f"Le courrier ne dit pas « {field.label.lower()} » à coup sûr. {why} : écrivez {field.written}."


def is_stated(name, blocks):
    """Whatever the dossier, the field is printed when it holds something."""
    ways = {
        tuple(sorted({one["when"], line["when"]} - {"", name}))
        for one in blocks
        for line in one["lines"]
        if name in fields_in(line["text"])
    }
    both = any((f"{UNLESS}{when[0]}",) in ways for when in ways if len(when) == 1)
    return () in ways or both


def empty_fields(wording, blocks, letter):
    """The fields that this letter would print and that hold nothing: `catalogue.Field`s."""
    return Filled(wording, blocks, letter).empty
