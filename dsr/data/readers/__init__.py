"""One file a format: bytes to a `dsr.data.table.Table`, nothing decided by guess."""
