"""Amounts in words: an independent reader must find the very number again, and the known hard spellings are exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.amounts import LIMIT, euros_in_words, in_words

VALUES = {
    "zéro": 0, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip


def read(words):
    """Read French number words back: the reverse grammar, written apart from the code under test."""
    total = group = 0
    for word in words.replace("-", " ").replace(" et ", " ").split():
        stem = word[:-1] if word in {"vingts", "cents", "millions", "milliards"} else word
        if stem == "vingt" and group % 100 == 4:
            group += 76
        elif stem == "cent":
            group = max(group, 1) * 100
        elif stem == "mille":
            total, group = total + max(group, 1) * 1000, 0
        elif stem in {"million", "milliard"}:
            total, group = total + group * (10**6 if stem == "million" else 10**9), 0
        else:
            group += VALUES[stem]
    return total + group


@given(st.one_of(st.integers(0, 2_000_000), st.integers(0, LIMIT - 1)))
def test_words_read_back_as_the_number(number):
    assert read(in_words(number)) == number


@given(st.integers(0, LIMIT - 1))
def test_plural_marks_follow_the_rule(number):
    words = in_words(number).split()
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in {"cents", "quatre-vingts"}:
            assert following in {"", "million", "millions", "milliard", "milliards"}
        if word.endswith("quatre-vingt"):
            assert following == "mille"
        assert word != "milles"


def test_no_two_numbers_share_words():
    assert len({in_words(n) for n in range(20_000)}) == 20_000


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"),
        (16, "seize"),
        (17, "dix-sept"),
        (21, "vingt et un"),
        (61, "soixante et un"),
        (70, "soixante-dix"),
        (71, "soixante et onze"),
        (77, "soixante-dix-sept"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (91, "quatre-vingt-onze"),
        (99, "quatre-vingt-dix-neuf"),
        (100, "cent"),
        (101, "cent un"),
        (180, "cent quatre-vingts"),
        (200, "deux cents"),
        (201, "deux cent un"),
        (1_000, "mille"),
        (1_100, "mille cent"),
        (2_000, "deux mille"),
        (80_000, "quatre-vingt mille"),
        (142_000, "cent quarante-deux mille"),
        (200_000, "deux cent mille"),
        (300_080, "trois cent mille quatre-vingts"),
        (1_000_000, "un million"),
        (80_000_000, "quatre-vingts millions"),
        (200_000_200, "deux cents millions deux cents"),
        (3_000_000_000, "trois milliards"),
    ],
)
def test_hard_spellings(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "zéro euro"),
        (1, "un centime"),
        (100, "un euro"),
        (150, "un euro et cinquante centimes"),
        (7_500_000, "soixante-quinze mille euros"),
        (14_200_000, "cent quarante-deux mille euros"),
        (100_000_000, "un million d’euros"),
        (11_000_000_000, "cent dix millions d’euros"),
        (100_000_100, "un million un euros"),
    ],
)
def test_amounts(cents, words):
    assert euros_in_words(cents) == words


@pytest.mark.parametrize("number", [-1, LIMIT])
def test_out_of_range_is_refused(number):
    with pytest.raises(ValueError, match="toutes lettres"):
        in_words(number)
