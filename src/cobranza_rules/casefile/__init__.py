"""The case file of each customer: append-only events, chained by their hashes, and the timeline that people read."""
