"""Time beside other packages: ``python -m benchmarks``."""
