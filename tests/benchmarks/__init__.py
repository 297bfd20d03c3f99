"""Benchmarks: `python -m tests.benchmarks NAME`. They print figures and never fail for being slow."""
