"""Views: how a chart shows figures over time, chosen by the parameters of its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from apecgraph.errors import MalformedRequest

BAR: Final = "bar"
INDEX: Final = "index"
PER_HEAD: Final = "per-head"
LOGARITHMIC: Final = "log"

CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "chart": ("line", BAR),
    "values": ("printed", INDEX, PER_HEAD),
    "scale": ("linear", LOGARITHMIC),
}
"""The values of each parameter; the first one is the default, which no address has."""


class View(NamedTuple):
    """How a chart shows figures over time; the fields are the keys of `CHOICES`.

    Attributes:
        chart: Whether values are points that lines join, or bars.
        values: Whether values are as printed, an index, or per head of the population.
        scale: Whether the scale is linear or logarithmic.
    """

    chart: str = CHOICES["chart"][0]
    values: str = CHOICES["values"][0]
    scale: str = CHOICES["scale"][0]

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> View:
        """Read a view from the parameters of an address; others are left out.

        Args:
            sent: The parameters.

        Returns:
            The view.

        Raises:
            MalformedRequest: A parameter has a value that it cannot have.
        """
        view = cls(**{name: sent[name] for name in CHOICES if sent.get(name)})
        for name, value in view._asdict().items():
            if value not in CHOICES[name]:
                raise MalformedRequest(
                    "%(name)s: there is no '%(value)s'; choose one of %(listed)s.",
                    name=name,
                    value=value,
                    listed=", ".join(CHOICES[name]),
                )
        if view.chart == BAR and view.scale == LOGARITHMIC:
            raise MalformedRequest(
                "chart=bar begins at zero, which a logarithmic scale has not: leave out scale=log."
            )
        return view

    def choosing(self, name: str, value: str) -> View:
        """Return the view with another value of a parameter; bars have a linear scale."""
        other = self._replace(**{name: value})
        if (other.chart, other.scale) == (BAR, LOGARITHMIC):
            return other._replace(**({"chart": "line"} if name == "scale" else {"scale": "linear"}))
        return other

    @property
    def choices(self) -> Mapping[str, str]:
        """The parameters without those that have their default values."""
        return {name: value for name, value in self._asdict().items() if value != CHOICES[name][0]}

    @property
    def parameters(self) -> str:
        """The view as a part of the query of a URL."""
        return "&".join(f"{name}={value}" for name, value in self.choices.items())


PLAIN: Final = View()
"""The view that a chart has if its address chooses none."""
