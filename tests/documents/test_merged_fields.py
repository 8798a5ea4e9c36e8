"""The short form of `letters_fields`: a letter of each kind; the comparison must be able to fail."""

import pytest

from documents.amounts import euros_in_words
from documents.facts import TEMPLATES
from tests.documents import merged_fields


def test_every_field_of_one_letter_of_each_kind_is_on_the_paper():
    tally = merged_fields.check(range(len(TEMPLATES)))
    assert tally.faults == []
    assert set(tally.kinds) == set(TEMPLATES)


def test_a_field_that_is_not_there_is_found(monkeypatch):
    monkeypatch.setattr(merged_fields, "written_euros", lambda cents: f"{cents} centimes")
    kind = sorted(TEMPLATES).index("award_letter")
    faults = merged_fields.check([kind]).faults
    assert any("amount_cents" in fault for fault in faults)


@pytest.mark.parametrize("cents", [1, 80, 100, 7_100, 8_000, 8_100, 20_000, 28_005, 100_000, 8_000_000, 28_000_000,
                                   100_000_000, 123_456_789, 200_000_000, 99_999_999_999])  # fmt: skip
def test_the_two_ways_of_writing_an_amount_in_letters_agree(cents):
    written = merged_fields.euros_in_letters(cents) if cents >= 100 else None
    assert written is None or merged_fields.bare(written) == merged_fields.bare(euros_in_words(cents))
