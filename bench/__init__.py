"""Benchmarks: a seeded corpus, one benchmark per stage, each in a process of its own."""
