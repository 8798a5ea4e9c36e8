"""The packaged wordings say what the letters said before the staff could write them."""

import json
from pathlib import Path

import pytest

from documents.rendering import as_html
from tests.documents.more_letters import TURNS, frozen_turn
from tests.documents.words_of_letters import words

RECORDED = json.loads((Path(__file__).parent / "data" / "words_of_letters.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(TURNS))
def test_the_packaged_wording_says_what_was_said(name):
    assert words(as_html(*frozen_turn(name))) == RECORDED[name]
