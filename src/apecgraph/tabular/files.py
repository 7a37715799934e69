"""The names of the files of figures in a release."""

from __future__ import annotations

from typing import Final

from apecgraph.rdf.formats import CROISSANT, CSV, PARQUET, SDMX_CSV, SDMX_STRUCTURE

FIGURES: Final = f"figures.{CSV.extension}"
METADATA: Final = f"{FIGURES}-metadata.json"
"""The name under which processors look for metadata (Model for Tabular Data, section 5.3)."""

SDMX_FIGURES: Final = f"figures.{SDMX_CSV.extension}"
STRUCTURE: Final = f"figures.{SDMX_STRUCTURE.extension}"
PARQUET_FIGURES: Final = f"figures.{PARQUET.extension}"
CROISSANT_METADATA: Final = f"figures.{CROISSANT.extension}"
