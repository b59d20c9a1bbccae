"""Everything of ``torch.*`` that computes with tensors."""
