"""Group meetings: three to six people around a demo case, gathered by those who wish for the same."""
