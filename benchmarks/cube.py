"""A generated cube: observations of trade between economies, which depend only on a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SPACE: Final = "http://example.org/cube/"
TRIPLES: Final = 1_000_000

_RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
_QB: Final = "http://purl.org/linked-data/cube#"
_DECIMAL: Final = "<http://www.w3.org/2001/XMLSchema#decimal>"
_CODES: Final = {"economy": 40, "product": 200, "period": 56, "flow": 4}
_DIMENSIONS: Final = {
    "reporter": "economy",
    "counterpart": "economy",
    "product": "product",
    "period": "period",
    "flow": "flow",
}
_OF_CODES: Final = 2 * sum(_CODES.values())
_OF_AN_OBSERVATION: Final = 3 + len(_DIMENSIONS)


def triples(count: int, seed: int = 1) -> Iterator[str]:
    """Yield exactly so many distinct triples, as lines of N-Triples."""
    observations, rest = divmod(count - _OF_CODES, _OF_AN_OBSERVATION)
    if observations < 0 or rest:
        raise ValueError(f"{count} is not {_OF_CODES} and a multiple of {_OF_AN_OBSERVATION}")
    for kind, codes in _CODES.items():
        for number in range(codes):
            code = _iri(f"{kind}/{number}")
            yield f"{code} {_RDF_TYPE} {_iri(kind)} .\n"
            yield f'{code} {_LABEL} "{kind} {number}"@en .\n'
    chance = random.Random(seed)
    for number in range(observations):
        yield from _observation(number, chance)


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write a number of triples to a file."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(triples(count, seed))


def _observation(number: int, chance: random.Random) -> Iterator[str]:
    it = _iri(f"observation/{number}")
    yield f"{it} {_RDF_TYPE} <{_QB}Observation> .\n"
    yield f"{it} <{_QB}dataSet> {_iri('dataset')} .\n"
    for dimension, kind in _DIMENSIONS.items():
        code = chance.randrange(_CODES[kind])
        yield f"{it} {_iri(dimension)} {_iri(f'{kind}/{code}')} .\n"
    value = f"{chance.randrange(1_000_000_000)}.{chance.randrange(100):02}"
    yield f'{it} {_iri("value")} "{value}"^^{_DECIMAL} .\n'


def _iri(name: str) -> str:
    return f"<{SPACE}{name}>"
