"""The map of the départements as a grid of tiles: one square each, overseas included, no outline file needed."""

from dataclasses import dataclass
from functools import cache

from django.utils.safestring import mark_safe

from programme.communes_file import read_tiles

SIZE, GAP = 40, 3
# Upper bound of each shade, lightest first; more than the last is the darkest.
SHADES = ((0, "none"), (2, "1"), (4, "2"), (7, "3"))


@dataclass(frozen=True)
class DrawnTile:
    code: str
    count: int
    x: int
    y: int
    shade: str


@cache
def grid():
    return tuple(read_tiles())


def shade_of(count):
    return next((name for limit, name in SHADES if count <= limit), "4")


def drawn(counts):
    """The tiles to draw.

    Args:
        counts: {département code: number of places}.

    Returns:
        (list of `DrawnTile`, width, height), in the units of an SVG.
    """
    first_row, first_col = min(tile.row for tile in grid()), min(tile.col for tile in grid())
    step = SIZE + GAP
    tiles = [
        DrawnTile(
            code=tile.code,
            count=counts.get(tile.code, 0),
            x=(tile.col - first_col) * step,
            y=(tile.row - first_row) * step,
            shade=shade_of(counts.get(tile.code, 0)),
        )
        for tile in grid()
    ]
    return tiles, max(tile.x for tile in tiles) + SIZE, max(tile.y for tile in tiles) + SIZE


@dataclass(frozen=True)
class TileMap:
    """The map and what it says in figures."""

    tiles: list[DrawnTile]
    width: int
    height: int

    @property
    def drawing(self):
        """The tiles as SVG, in one go: a hundred and two of them, numbers and codes only."""
        # Numbers, and codes of our own file: nothing that a person typed.
        return mark_safe(
            "".join(
                f'<g transform="translate({t.x} {t.y})"><rect class="fab-tuile-{t.shade}" width="40" height="40"/>'
                f'<text class="c fab-tuile-t{t.shade}" x="4" y="13">{t.code}</text>'
                f'<text class="n fab-tuile-t{t.shade}" x="36" y="34" text-anchor="end">{t.count}</text></g>'
                for t in self.tiles
            )
        )

    @property
    def covered(self):
        return sum(1 for tile in self.tiles if tile.count)

    @property
    def located(self):
        return sum(tile.count for tile in self.tiles)

    @property
    def departements(self):
        return len(self.tiles)

    @property
    def empty(self):
        return [tile.code for tile in self.tiles if not tile.count]


def tile_map(counts):
    """The `TileMap` of {département code: number of places}."""
    return TileMap(*drawn(counts))
