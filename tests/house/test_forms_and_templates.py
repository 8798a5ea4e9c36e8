"""Generated over every template: no form without its guard, no template without a reader."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FLOORS = ("accounts", "documents", "programme", "applications", "funding", "selection", "monitoring", "portal")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)
POSTS = re.compile(r"""method=["']?post|hx-post=""", re.IGNORECASE)
# Forms of allauth: no key, signing in twice is signing in once.
ENTRANCE = ("account/", '{% url "account_')
# Asked for by Django and allauth, by names of their own.
ASKED_BY_OTHERS = ("account/", "429.html")


def name_of(path):
    return str(path.relative_to(ROOT / "templates"))


def forms_that_post():
    for path in TEMPLATES:
        for form in FORM.findall(path.read_text(encoding="utf-8")):
            if POSTS.search(form):
                yield name_of(path), form


def is_entrance(name, form):
    folder, address = ENTRANCE
    return name.startswith(folder) or address in form


def test_every_form_that_posts_carries_its_guard():
    checked = list(forms_that_post())
    bare = [
        (name, form[:120])
        for name, form in checked
        if "{% form_guard" not in form and not (is_entrance(name, form) and "{% csrf_token %}" in form)
    ]
    assert bare == []
    assert len(checked) > 30


def test_nothing_posts_outside_a_form():
    outside = {
        name_of(path)
        for path in TEMPLATES
        if re.search(r"hx-(post|put|patch|delete)=", FORM.sub("", path.read_text(encoding="utf-8")))
    }
    assert outside == set()


def is_file_name(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html")


def words_of_python():
    for floor in (
        "accounts",
        "documents",
        "programme",
        "applications",
        "funding",
        "selection",
        "monitoring",
        "portal",
    ):
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if is_file_name(node):
                    yield node.value
                elif isinstance(node, ast.JoinedStr) and is_file_name(node.values[-1]):
                    yield ast.unparse(node)


def words_of_templates():
    for path in TEMPLATES:
        yield from re.findall(r"""["']([\w/.-]+\.html)["']""", path.read_text(encoding="utf-8"))


def test_every_template_is_used():
    named = {*words_of_python(), *words_of_templates()}
    patterns = [
        re.compile(re.sub(r"\\\{.*?\\\}", r"[\\w-]+", re.escape(word[2:-1])))
        for word in named
        if word.startswith(("f'", 'f"')) and word[2:-1].endswith(".html")
    ]
    unused = [
        name
        for name in map(name_of, TEMPLATES)
        if name not in named
        and not name.startswith(ASKED_BY_OTHERS)
        and not any(pattern.fullmatch(name) for pattern in patterns)
    ]
    assert unused == []
