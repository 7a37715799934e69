"""The page about a figure: what it says, of what, and who else says it."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from apecgraph.rdf.namespaces import APEC, ID
from apecgraph.readers.observations import Observation, read_observation
from apecgraph.web.things.thing import ThingPage, ThingView


class ObservationPage(ThingPage):
    """Writes the page about a figure."""

    template: ClassVar[str] = "things/observation.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the figure with those of the same cell, and the path of its series."""
        if view.claim is None:
            return {"observation": None}
        observation = read_observation(self.site.graph, view.claim)
        return {
            "observation": observation,
            "sentence": observation.sentence(view.labels),
            "series": _series(observation),
        }


def _series(observation: Observation) -> str:
    """Return the path of the page that shows the series: of all periods."""
    chosen = {
        name.removeprefix(APEC): value.removeprefix(ID)
        for name, value in observation.dimensions
        if name != f"{APEC}period"
    }
    return f"/figures?{urlencode(chosen, safe='/')}"
