"""The posted page of an editor of blocks: read into blocks, then the one act that its button asks for. Pure."""

from documents.wording.blocks import KINDS, block
from documents.wording.parsing import UNLESS, WordingError

WRITTEN = {kind: label for kind, label in KINDS.items() if kind != "fixed"}
TITLED = ("table", "clause")
FIXED = "fixed:"


def kinds_of(wording):
    """The kinds of blocks that a wording may be written with: clauses, only where the law wants some."""
    return {kind: label for kind, label in WRITTEN.items() if kind != "clause" or wording.clauses}


def name_of(one, wording):
    """(what a block is called beside its kind, whether it must stay)."""
    if one["kind"] == "clause":
        wanted = next((known for known in wording.clauses if known.code == one["fixed"]), None)
        return one["caption"], wanted is not None
    known = wording.fixed.get(one["fixed"])
    return (known.label if known else one["fixed"]), bool(known and known.mandatory)


def read_blocks(data):
    """The blocks of a POST, in the order of the page.

    Raises:
        WordingError: the page does not say how many blocks it has.
    """
    count = data.get("count", "")
    if not count.isdigit() or int(count) > 200:
        raise WordingError("La page est incomplète : rechargez-la.")
    return [read_block(data, f"b{at}") for at in range(int(count))]


def read_block(data, name):
    kind = data.get(f"{name}-kind", "paragraph")
    when = read_condition(data.get(f"{name}-when", ""))
    if kind == "fixed":
        return block("fixed", fixed=data.get(f"{name}-fixed", "")[:30], when=when)
    lines = data.get(f"{name}-text", "").replace("\r", "").split("\n")
    kind = kind if kind in WRITTEN else "paragraph"
    caption = data.get(f"{name}-caption", "").strip()[:200] if kind in TITLED else ""
    code = data.get(f"{name}-fixed", "")[:30] if kind == "clause" else ""
    return block(kind, *lines, when=when, caption=caption, fixed=code)


def read_condition(value):
    return value[:60] if value.removeprefix(UNLESS).replace("_", "").isalnum() else ""


def act(blocks, asked, data, wording):
    """The blocks once the button has done its work, and the position to come back to.

    Args:
        asked: "up:2", "down:2", "remove:2", "add:2" (below, 0 for the top) or "field:2".

    Raises:
        WordingError: a mandatory block cannot be taken out.
    """
    name, _, number = asked.partition(":")
    if name not in ACTS or not number.isdigit() or int(number) > len(blocks):
        return blocks, None
    return ACTS[name](list(blocks), int(number), data, wording)


def up(blocks, at, data, wording):
    return swap(blocks, at, at - 1)


def down(blocks, at, data, wording):
    return swap(blocks, at, at + 1)


def swap(blocks, at, other):
    if 0 <= other < len(blocks) and at < len(blocks):
        blocks[at], blocks[other] = blocks[other], blocks[at]
        return blocks, other
    return blocks, at


def remove(blocks, at, data, wording):
    if at >= len(blocks):
        return blocks, None
    one = blocks[at]
    name, mandatory = name_of(one, wording)
    if mandatory and sum(other["fixed"] == one["fixed"] for other in blocks) == 1:
        raise WordingError(f"Le bloc « {name} » est obligatoire dans ce courrier : il se déplace, il ne s’ôte pas.")
    del blocks[at]
    return blocks, max(at - 1, 0)


def add(blocks, at, data, wording):
    chosen = data.get("add-kind", "paragraph")
    if chosen.startswith(FIXED):
        new = block("fixed", fixed=chosen.removeprefix(FIXED)[:30])
    else:
        new = block(chosen if chosen in kinds_of(wording) else "paragraph")
    blocks.insert(at, new)
    return blocks, at


def field(blocks, at, data, wording):
    known = wording.fields.get(data.get(f"b{at}-field", ""))
    if at < len(blocks) and known and blocks[at]["kind"] != "fixed":
        lines = list(blocks[at]["lines"]) or [{"when": "", "text": ""}]
        lines[-1] = lines[-1] | {"text": f"{lines[-1]['text']} {known.written}".strip()}
        blocks[at] = blocks[at] | {"lines": lines}
    return blocks, at


ACTS = {"up": up, "down": down, "remove": remove, "add": add, "field": field}
