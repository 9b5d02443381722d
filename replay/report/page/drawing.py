"""A small writer of SVG: shapes that name what they are; the page's style has their look."""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from ...escaping import escaped

WIDTH: Final = 520  # units of every drawing; a letter has about 13


class Drawing:
    """A drawing of a given height, without colours of its own.

    Examples
    --------
    >>> drawing = Drawing(20)
    >>> drawing.shape("rect", "c1", "<half>", x=0, y=0, width=WIDTH / 2, height=20)
    >>> drawing.words(4, 15, "half")
    >>> print(drawing.markup("fig", "Half", "A half."))
    <svg viewBox="0 0 520 20" role="img" aria-labelledby="fig-title fig-desc"><title ...
    """

    def __init__(self, height: float, width: float = WIDTH) -> None:
        """Begin with nothing."""
        self.height, self.width = height, width
        self._parts: list[str] = []

    def shape(self, tag: str, kind: str, note: str = "", **attributes: float | str) -> None:
        """Add a shape of a class; `note` is shown where a pointer rests on it."""
        given = " ".join(f'{name}="{_value(value)}"' for name, value in attributes.items())
        start = f'<{tag} class="{kind}" {given}'
        self._parts.append(
            f"{start}><title>{_text(note)}</title></{tag}>" if note else start + "/>"
        )

    def words(self, x: float, y: float, text: str, kind: str = "", note: str = "") -> None:
        """Add a line of text."""
        named = f' class="{kind}"' if kind else ""
        title = f"<title>{_text(note)}</title>" if note else ""
        self._parts.append(
            f'<text{named} x="{number(x)}" y="{number(y)}">{title}{_text(text)}</text>'
        )

    def path(self, points: Iterable[tuple[float, float] | None], kind: str, note: str = "") -> None:
        """Add lines through points; None begins another one."""
        steps, pen = [], "M"
        for point in points:
            if point is None:
                pen = "M"
                continue
            steps.append(f"{pen}{number(point[0])} {number(point[1])}")
            pen = "L"
        if steps:
            self.shape("path", kind, note, d="".join(steps))

    def markup(self, ident: str, title: str, description: str) -> Markup:
        """Give the whole, named for those who do not see it."""
        size = f"0 0 {number(self.width)} {number(self.height)}"
        return Markup(  # every text in it is escaped
            f'<svg viewBox="{size}" role="img" aria-labelledby="{ident}-title {ident}-desc">'
            f'<title id="{ident}-title">{_text(title)}</title>'
            f'<desc id="{ident}-desc">{_text(description)}</desc>{"".join(self._parts)}</svg>'
        )


def number(value: float) -> str:
    """Write a coordinate with one digit behind the point, where there is one.

    Examples
    --------
    >>> number(3.0), number(3.14), number(-0.01)
    ('3', '3.1', '0')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)


def _text(text: str) -> str:
    return str(escape(escaped(text)))
