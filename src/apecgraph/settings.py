"""What an operator can set, each by an environment variable `APECGRAPH_<NAME>`."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one process, frozen once read."""

    model_config = SettingsConfigDict(env_prefix="APECGRAPH_", frozen=True)

    releases: Path = Field(
        default_factory=lambda: user_data_path("apecgraph") / "releases",
        description="Folder that `build` writes releases into and `serve` reads them from.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s<>\"'`]+)?$",
        description="Address at which people reach the server, for the examples at /use; "
        "where it is empty, the address that it listens at, if that is on this machine alone.",
    )
    keep_releases: int = Field(
        default=10,
        ge=0,
        description="Releases that `build` leaves in that folder, the latest ones; 0 for all.",
    )
    load_seconds: float = Field(
        default=1800,
        gt=0,
        description="Time that loading files, or the check or the build of content, may take.",
    )
    load_megabytes: int = Field(
        default=8192, ge=1, description="Memory that it may take; enough for 10 million triples."
    )
    rule_seconds: float = Field(
        default=60,
        gt=0,
        description="Time of the processor that reading one file of the content, or applying one "
        "shape, may take.",
    )
    query_seconds: float = Field(
        default=10, gt=0, le=3600, description="Wall-clock time after which a query is stopped."
    )
    query_megabytes: int = Field(
        default=400, ge=16, description="Memory that one query may take beyond the store itself."
    )
    request_seconds: float = Field(
        default=10, gt=0, le=600, description="Time within which a request must arrive."
    )
    connections: int = Field(default=512, ge=1, description="Connections open at once.")
    queries_per_minute: int = Field(
        default=600,
        ge=0,
        description="What one client may ask, kept replies left out; 0 for no limit. "
        "Clients on this machine have none.",
    )
    cache_megabytes: int = Field(
        default=64, ge=0, description="Room for replies that are kept; 0 keeps none."
    )
    reply_megabytes: int = Field(
        default=64, ge=1, description="Largest reply to a query; beyond it the query is refused."
    )
    reply_rows: int = Field(
        default=1_000_000, ge=1, description="Most rows, or triples, of a reply to a query."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Queries that are evaluated at once.")
    long_queries: int = Field(
        default=6, ge=0, le=64, description="Queries that may take long beside those, giving way."
    )
    queue: int = Field(
        default=64, ge=0, description="Queries that may wait for a worker; more are answered 503."
    )
    drain_seconds: int = Field(
        default=10, ge=0, description="Time for answers that are on their way when told to stop."
    )
