"""Results as a Parquet file, a row a result, as CSV has them but typed."""

from typing import BinaryIO

from ..result import Results
from ..tabular import needed, to_arrow


def write(results: Results, out: BinaryIO) -> None:
    """Write the table; what decided the figures and what made them is in its metadata."""
    table = to_arrow(results)
    needed("pyarrow.parquet", "arrow").write_table(table, out, compression="zstd")
