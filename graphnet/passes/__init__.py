"""Compiler passes: each takes a graph and gives a graph."""
