"""The vocabulary of facts that rules may speak of, and how the book becomes such facts."""
