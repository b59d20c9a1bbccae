"""``python -m benchmarks``: whether graphnet is faster than PyTorch, and where its time goes."""
