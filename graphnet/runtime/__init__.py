"""The runtime floor: storage, random numbers, the interpreter and compiled plans."""
