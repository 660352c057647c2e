"""What benches run inside a process of its own, on one database: each module has a `run`."""
