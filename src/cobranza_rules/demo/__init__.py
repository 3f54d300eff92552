"""The demonstration: a workspace from the samples, and six weeks in it, played with the same functions that the commands call."""
