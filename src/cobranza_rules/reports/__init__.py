"""Reports of the book: what is owed by age, what should come in, how well it is collected, and what is still waited for."""
