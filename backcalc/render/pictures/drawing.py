"""A picture as callers of the library have it: shown by notebooks, and written to files."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from os import PathLike, fspath
from os.path import splitext

from backcalc.render.pictures.scene import Scene
from backcalc.render.pictures.targets import TARGETS, data_of, lines_of
from backcalc.text.written import write_whole


@dataclass(frozen=True, repr=False)
class Drawing:
    """A scene, drawn from left to right or from the top down."""

    scene: Scene
    top_down: bool = False

    def text(self, ending: str = ".svg") -> str:
        """The picture as SVG, DOT (`.dot`), Mermaid (`.mmd`) or TikZ (`.tex`). Raises ValueError for other endings."""
        if ending not in _TEXTS:
            raise ValueError(f"{ending} is no text of a picture: {', '.join(_TEXTS)} are")
        return "\n".join([TARGETS[ending].mark, *lines_of(ending, self.scene, top_down=self.top_down)]) + "\n"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to a file, whose ending says as what. Raises ValueError where it does not.

        A `.png` takes resvg-py, without which it raises ImportError.
        """
        # Loading pathlib takes a while.
        ending = splitext(fspath(path))[1].lower()  # noqa: PTH122
        target = TARGETS.get(ending)
        if target is None or target.is_page:
            raise ValueError(f"{fspath(path)} has no ending of a picture: {', '.join(_ENDINGS)} are known")
        data = self.text(ending).encode() if target.is_text else data_of(ending, self.scene, top_down=self.top_down)
        write_whole(fspath(path), data)

    def __repr__(self) -> str:
        return f"<Drawing of {len(self.scene.cards)} nodes>"

    def _repr_svg_(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """The picture as an image of its own, so that its style is not that of the notebook around it."""
        data = b64encode(self.text().encode()).decode()
        # The words of the picture for who hears it: an <img> shows none of what is inside.
        return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(self.scene.description)}">'


# A page is no picture of one scene.
_ENDINGS = [ending for ending, target in TARGETS.items() if not target.is_page]
_TEXTS = [ending for ending in _ENDINGS if TARGETS[ending].is_text]
