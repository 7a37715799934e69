"""The settings, read from the environment variables APECGRAPH_*."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one process; immutable."""

    model_config = SettingsConfigDict(env_prefix="APECGRAPH_", frozen=True)

    releases: Path = Field(
        default_factory=lambda: user_data_path("apecgraph") / "releases",
        description="Folder that `build` writes releases to and `serve` reads them from.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s<>\"'`]+)?$",
        description="Address at which people reach the server; the programs at `/docs/use` and the "
        "JSON-LD documents, which name their context, contain it. If it is empty, they contain the "
        "address that the server listens at if only this machine can reach it, and the canonical "
        "base otherwise. With `--data`, or `--endpoint` alone, it is the address in the service "
        "description and the base of queries; if it is empty, these have the address that the "
        "server listens at.",
    )
    contact: str = Field(
        default="",
        pattern=r"^(mailto:[^\s<>\"'`?]+@[^\s<>\"'`?]+|https?://[^\s<>\"'`]*\{title\}"
        r"[^\s<>\"'`]*\{body\}[^\s<>\"'`]*)?$",
        description="Whom readers tell about an error: each page of a thing and each claim in "
        "its tables link to it. It is `mailto:` with an address, or an address with `{title}` and "
        "`{body}`, such as `https://github.com/OWNER/NAME/issues/new?title={title}&body={body}`. "
        "If it is empty, there is no link.",
    )
    keep_releases: int = Field(
        default=10,
        ge=0,
        description="Number of latest releases that `build` keeps; 0 keeps all.",
    )
    permanent_releases: str = Field(
        default="",
        pattern=r"^([0-9a-f]{16}(-[0-9a-f]{8})?([, ]+|$))*$",
        description="Names of releases that are never removed, separated by commas, such as those "
        "that a paper cites: links to answers from them stay.",
    )
    earlier_megabytes: int = Field(
        default=2048,
        ge=0,
        description="Memory that earlier releases may take, in MB. Two are in memory at once if "
        "permalinks ask for them, and each may take half of it: a release of 1.37 million quads "
        "takes 420 MB. 0 loads none.",
    )
    load_seconds: float = Field(
        default=1800,
        gt=0,
        description="Wall-clock seconds that loading, checking or building may take.",
    )
    load_megabytes: int = Field(
        default=8192,
        ge=1,
        description="Memory that loading, checking or building may take, in MB; 8192 is enough "
        "to load 10 million triples. A build of 1.37 million quads takes 3,300 MB.",
    )
    rule_seconds: float = Field(
        default=60,
        gt=0,
        description="Processor seconds that reading one file of the content, or applying one "
        "shape, may take.",
    )
    query_seconds: float = Field(
        default=10,
        gt=0,
        le=3600,
        description="Wall-clock seconds after which a query is stopped, waiting included.",
    )
    query_megabytes: int = Field(
        default=400,
        ge=16,
        description="Memory that one query may take beyond the store itself, in MB.",
    )
    request_seconds: float = Field(
        default=10, gt=0, le=600, description="Seconds within which a request must arrive."
    )
    connections: int = Field(
        default=512,
        ge=1,
        description="Number of connections that may be open at once; one client may have a "
        "quarter of them.",
    )
    queries_per_minute: int = Field(
        default=600,
        ge=0,
        description="Number of queries, searches and look-ups that one client may send in a "
        "minute, not counting cached replies; 0 for no limit. "
        "Clients on this machine have no limit.",
    )
    cache_megabytes: int = Field(
        default=64, ge=0, description="Size of the reply cache, in MB; 0 turns it off."
    )
    reply_megabytes: int = Field(
        default=64, ge=1, description="Size of the largest reply to a query, in MB."
    )
    reply_rows: int = Field(
        default=1_000_000,
        ge=1,
        description="Largest number of rows, or triples, in a reply to a query.",
    )
    workers: int = Field(
        default=2, ge=1, le=64, description="Number of queries that are evaluated at once."
    )
    long_queries: int = Field(
        default=6,
        ge=0,
        le=64,
        description="Number of long-running queries that may run in addition, at low priority.",
    )
    queue: int = Field(
        default=64,
        ge=0,
        description="Number of queries that may wait for a worker; the server answers any more "
        "with 503.",
    )
    engine_credentials: SecretStr = Field(
        default=SecretStr(""),
        description="With `--endpoint`: the user and the password for the engines, as "
        "`USER:PASSWORD`. They are sent by HTTP Basic authentication, and logged nowhere.",
    )
    engine_credentials_file: Path | None = Field(
        default=None, description="With `--endpoint`: a file with the user and the password."
    )
    drain_seconds: int = Field(
        default=10, ge=0, description="Seconds that a stopping server gives to answers in progress."
    )

    @property
    def never_pruned(self) -> frozenset[str]:
        """The names in `permanent_releases`."""
        return frozenset(self.permanent_releases.replace(",", " ").split())
