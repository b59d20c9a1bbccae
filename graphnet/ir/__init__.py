"""The intermediate representation: a typed single-assignment graph over networkx."""
