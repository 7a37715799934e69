"""The figures as tables: CSV, XLSX, JSON, SDMX and Parquet, with the meanings of the columns."""
