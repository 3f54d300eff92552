"""Records become entries of the book: identity, payments and their evidences, substitution. The same thing twice changes nothing."""
