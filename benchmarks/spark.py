"""A session of Spark on this machine, for measurements and tests; PySpark is the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def local_session() -> Iterator[Any]:
    """Start Spark with two threads, and stop it at the end.

    Yields:
        The session.
    """
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", value=False)
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.sql.codegen.wholeStage", value=False)
        .config("spark.driver.memory", "2g")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    try:
        yield session
    finally:
        session.stop()
