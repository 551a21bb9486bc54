"""Operation: health, metrics, benchmarks."""
