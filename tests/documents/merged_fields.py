"""Letters of every kind with invented facts, and each fact looked for in the text of the PDF.

What is looked for is written here a second time, from the facts alone: nothing of the code that writes the letters.
"""

import datetime as dt
import io
import random
import re
import subprocess
import types
import typing
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, fields, is_dataclass, replace

import pikepdf

from documents.facts import TEMPLATES, Imprint
from documents.frozen import to_json
from documents.rendering import render
from tests.documents.letters import PARIS

WORDS = (
    "atelier", "partagé", "commune", "rurale", "élève", "numérique", "friche", "maraîchage", "cœur", "œuvre",
    "bibliothèque", "réemploi", "coopérative", "île", "forêt", "chantier", "évaluation", "trésorerie", "accueil",
    "médiation", "fablab", "cantine", "gare", "mairie", "Noël", "Besançon",
)  # fmt: skip
LONG = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyzéèçà", k=500))
HOSTILE = (
    "<script>alert(1)</script>",
    "{{ letter.amount_cents }}{% include 'x' %}",
    'https://exemple.invalid/?a=1&b=2"><img src=x onerror=alert(1)>',
    "https://exemple.invalid/" + "chemin-" * 20,
    LONG,
    "جمعية الأمل",
    "עמותת התקווה",
    "🎪 Le Chapiteau 👩‍🌾",
    "Robert'); DROP TABLE lieux;--",
    "L’Œuvre « à part » ; fin : 100 %",
    "e\u0301tape de\u0301compose\u0301e",
    "&amp; &lt;b&gt;",
    "Ł’Ãtelier Ðes Þorn",
)
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
# Figures written by the service in words, in cells that never break: nobody types them.
AMOUNTS = {"asked", "proposed", "amount", "share"}
# Words that the service chooses among its own.
CHOSEN = {"thresholds", "outcome", "region", "segment"}
POINTS = {"mean", "adjusted", "moderated", "score", "between", "rank"}
# Direction marks, joiners and soft hyphens are not printed; spaces are the typographer's; pictures are left out where
# no font draws them (a letter has no empty box, `test_glyphs`), and say nothing where one does.
UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0f\U0001f000-\U0001faff]+")
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u06ff]+")
# Between the running head and the running foot: a sentence that goes on over the page is whole there.
BODY = ("-x", "0", "-y", "51", "-W", "596", "-H", "697")


# --- Facts -----------------------------------------------------------------------------------------------------------


class Inventor:
    """Facts at random, always the same from the same seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def text(self):
        if self.dice.random() < 0.12:
            return self.dice.choice(HOSTILE)
        return f"{' '.join(self.dice.choices(WORDS, k=self.dice.randint(1, 6)))} {self.dice.randint(1000, 9999)}"

    def cents(self):
        euros = self.dice.choice(
            [self.dice.randint(1, 999), self.dice.randint(1000, 9_999_999), 1_000_000, 80, 71_000]
        )
        return euros * 100 + (self.dice.randint(1, 99) if self.dice.random() < 0.3 else 0)

    def day(self):
        return dt.date(2026, 1, 1) + dt.timedelta(days=self.dice.randint(0, 3000))

    def instant(self):
        minutes = self.dice.choice([0, self.dice.randint(0, 59)])
        return dt.datetime.combine(self.day(), dt.time(self.dice.randint(0, 23), minutes), tzinfo=PARIS)

    def value(self, kind, name):
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is types.UnionType:
            return self.value(arguments[0], name) if self.dice.random() < 0.8 else None
        if origin is tuple:
            return tuple(self.value(arguments[0], name) for _ in range(self.dice.randint(1, 3)))
        if is_dataclass(kind):
            return self.facts(kind)
        if kind is int:
            return self.number(name)
        if kind is str and name in AMOUNTS:
            return written_euros(self.cents())
        if kind is str and name in CHOSEN:
            return self.dice.choice(WORDS)
        if kind is str and name in POINTS:
            return f"{self.dice.randint(0, 99)},{self.dice.randint(10, 99)}"
        return {str: self.text, bool: lambda: self.dice.random() < 0.5, dt.date: self.day, dt.datetime: self.instant}[
            kind
        ]()

    def number(self, name):
        if name.endswith("_cents"):
            return self.cents()
        if name == "distance_months":
            return self.dice.randint(0, 2)
        return self.dice.randint(2027, 2034) if "year" in name else self.dice.randint(1, 300)

    def facts(self, cls):
        hints = typing.get_type_hints(cls)
        given = {one.name: self.value(hints[one.name], one.name) for one in fields(cls)}
        return cls(**coherent(cls.__name__, given))


def coherent(name, given):
    """What the facts of a kind must hold together."""
    if name in ("AwardFacts", "AgreementFacts"):
        given["amount_cents"] = sum(one.amount_cents for one in given["instalments"])
    if name == "AwardFacts":
        given["first_year"], given["last_year"] = sorted((given["first_year"], given["last_year"]))
    if name == "WithdrawalFacts":
        given["amount_cents"] = given["cancelled_cents"] + given["recovered_cents"]
        given["total_cents"] = given["amount_cents"] + given["kept_cents"]
    if name == "UndoneWithdrawalFacts":
        given["amount_cents"] = given["planned_cents"] + given["dropped_cents"]
    if name == "AppealAnswerFacts":
        given["outcome"] = ("rejeté", "accueilli en partie", "accueilli")[len(given["grounds"]) - 1]
    if name == "MinutesFacts":
        given["held"] = True
    if name == "RefusalFacts":
        given["inadmissible"] = given["inadmissible"] is True
    return given


# --- What the paper must say ----------------------------------------------------------------------------------------

# Paths that a kind does not print, and why.
NOT_PRINTED = {
    r"signature\.delegation_(on|published_on)": lambda letter, kind: bool(letter.signature.delegation_act),
    # The court alone receives what an appeal to the administration did not settle.
    r"appeal\.hierarchical_authority": lambda letter, kind: kind in ("appeal_receipt", "appeal_answer"),
    r"appeal\..*": lambda letter, kind: kind == "hearing_letter",
    # An answer names the court alone, and its delay where it runs again.
    r"appeal\.distance_months": lambda letter, kind: kind == "appeal_answer" and not letter.reopens,
    # These have no opening line, no place and no day of their own beside the addressee.
    r"service\.(city|officer)|dossier\.received_on": lambda letter, kind: not hasattr(letter, "addressee"),
    # Said by the clauses, which a text keeps in words.
    r"payment_delay|imputation|decided_on": lambda letter, kind: hasattr(letter, "clauses"),
    r"label_(from|until)": lambda letter, kind: not (letter.label and letter.label_from and letter.label_until),
    r"agreement_sent_before": lambda letter, kind: letter.sign_before is None,
    r"received_local": lambda letter, kind: letter.postmarked_on is not None,
    r"dossier_version_on": lambda letter, kind: kind == "waitlist_letter",
    r"requested_cents": lambda letter, kind: kind == "award_letter" and letter.requested_cents == letter.amount_cents,
}
LOWERED = re.compile(r"ground|signatures\[\d+\]\.means")
IN_WORDS = {
    "award_letter", "hearing_letter", "withdrawal_decision", "repayment_request", "withdrawal_undone", "agreement",
    "amendment", "signed_agreement", "signed_amendment",
}  # fmt: skip
# Of a point of the agenda that was not opened by itself, the table keeps these.
BRIEF = {"position", "subject", "reference", "hours", "opinion", "departure"}


def expected(kind, letter, imprint):
    """[(path, text)] of every fact that the paper prints."""
    found = [("imprint.number", imprint.number), ("imprint.code", imprint.code)]
    found += [("imprint.verify_address", imprint.verify_address)]
    for path, value in leaves(letter):
        if printed(path, letter, kind):
            found += [(path, text) for text in texts_of(path, value, letter, kind)]
    if kind in IN_WORDS:
        found.append(("amount_cents en lettres", euros_in_letters(letter.amount_cents)))
    return [(path, text) for path, text in found if text]


def leaves(value, path=""):
    if is_dataclass(value):
        for one in fields(value):
            yield from leaves(getattr(value, one.name), f"{path}.{one.name}" if path else one.name)
    elif isinstance(value, tuple):
        for position, one in enumerate(value):
            yield from leaves(one, f"{path}[{position}]")
    elif value is not None and not isinstance(value, bool):
        yield path, value


def printed(path, letter, kind):
    if path.startswith("points["):
        point = letter.points[int(path[len("points[") : path.index("]")])]
        name = re.split(r"[.\[]", path.partition("].")[2])[0]
        return not point.brief or name in BRIEF
    for pattern, left_out in NOT_PRINTED.items():
        if re.fullmatch(pattern, path) and left_out(letter, kind):
            return False
    return True


def texts_of(path, value, letter, kind):
    if isinstance(value, dt.datetime):
        by_post = path == "received_at" and letter.postmarked_on
        return [written_day(value)] if by_post else [f"{written_day(value)} à {written_hour(value)}"]
    if isinstance(value, dt.date):
        return [written_day(value)]
    if path == "appeal.distance_months":
        return [letter.appeal.court_months]
    if isinstance(value, int):
        return [written_euros(value) if path.endswith("_cents") else str(value)]
    return [value.lower() if LOWERED.fullmatch(path) else value]


def written_day(day):
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def written_hour(instant):
    return f"{instant.hour} h {instant.minute:02d}" if instant.minute else f"{instant.hour} h"


def written_euros(cents):
    units, rest = divmod(cents, 100)
    groups = f"{units:,}".replace(",", " ")
    return f"{groups},{rest:02d} €" if rest else f"{groups} €"


SMALL = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
ROUND = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def letters_of(number):
    """A whole number in French letters, by another way than the product's."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        ten = max(ten for ten in ROUND if ten <= number)
        rest = number - ten
        if number == 80:
            return "quatre-vingts"
        if not rest:
            return ROUND[ten]
        return f"{ROUND[ten]}{' et ' if rest in (1, 11) and ten != 80 else '-'}{letters_of(rest)}"
    for size, name in ((1_000_000_000, "milliard"), (1_000_000, "million"), (1000, "mille"), (100, "cent")):
        many, rest = divmod(number, size)
        if many:
            return f"{multiplied(many, name, rest)} {letters_of(rest) if rest else ''}".strip()
    raise ValueError(number)


def multiplied(many, name, rest):
    if name in ("million", "milliard"):
        return f"{letters_of(many)} {name}{'s' if many > 1 else ''}"
    if name == "mille":
        # « quatre-vingts » and « cents » lose their s before « mille ».
        before = letters_of(many)
        before = before.removesuffix("s") if many % 100 in (0, 80) else before
        return "mille" if many == 1 else f"{before} mille"
    if many == 1:
        return "cent"
    return f"{letters_of(many)} cent{'' if rest else 's'}"


def euros_in_letters(cents):
    units, rest = divmod(cents, 100)
    link = "d’" if units >= 1_000_000 and units % 1_000_000 == 0 else ""
    whole = f"{letters_of(units)} {link}euro{'s' if units > 1 else ''}"
    return f"{whole} et {letters_of(rest)} centime{'s' if rest > 1 else ''}" if rest else whole


# --- The paper ------------------------------------------------------------------------------------------------------


def text_of(pdf, *options):
    command = ["pdftotext", "-raw", *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def told_of(pdf):
    """Title, subject, keywords: what a reader of the file is told of it."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return "\n".join(str(value) for value in opened.docinfo.values())


def bare(text):
    """Without spaces and invisible signs, composed."""
    return unicodedata.normalize("NFKC", UNSEEN.sub("", text))


def is_said(text, said):
    """The paper has these words; from right to left, the letters of each in one run: a line has its own order."""
    if RIGHT_TO_LEFT.search(text):
        runs = [Counter(run) for run in RIGHT_TO_LEFT.findall(said)]
        return all(any(not Counter(bare(word)) - run for run in runs) for word in text.split())
    return bare(text) in said


@dataclass
class Tally:
    letters: int = 0
    fields: int = 0
    kinds: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)


def check(seeds):
    """Make one letter for each seed and compare every field; the `Tally`."""
    tally = Tally()
    kinds = sorted(TEMPLATES)
    for seed in seeds:
        kind = kinds[seed % len(kinds)]
        wrong, count = check_one(kind, seed)
        tally.letters += 1
        tally.fields += count
        tally.kinds[kind] += 1
        tally.faults += [f"{kind} {seed} {path} : {text[:60]!r}" for path, text in wrong]
    return tally


def check_one(kind, seed):
    """([(path, text)] that the paper does not say, how many fields were compared)."""
    inventor = Inventor(seed)
    letter = invented(kind, inventor)
    imprint = Imprint(
        number=f"FT-2027-{seed:05d}", code="K7QM-4TXR-9WHD", verify_url="https://fabriques.example/verifier/?code=K7QM",
        verify_address="fabriques.example/verifier", specimen=False,
    )  # fmt: skip
    pdf = render(kind, {"letter": to_json(letter), "imprint": to_json(imprint)})
    said = "\n".join([bare(text_of(pdf, *BODY)), bare(text_of(pdf)), bare(told_of(pdf))])
    wanted = expected(kind, letter, imprint)
    return [(path, text) for path, text in wanted if not is_said(text, said)], len(wanted)


def invented(kind, inventor):
    letter = inventor.facts(TEMPLATES[kind].facts)
    if kind in ("agreement", "signed_agreement"):
        letter = replace(letter, changes=(), reason="", effects=())
    if kind in ("amendment", "signed_amendment"):
        letter = replace(letter, clauses=())
    if kind in ("agreement", "amendment"):
        letter = replace(letter, signatures=(), text_sha256="")
    return letter
