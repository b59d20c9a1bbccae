"""Recording programs: a trie of trace states, and what runs when somebody looks."""
