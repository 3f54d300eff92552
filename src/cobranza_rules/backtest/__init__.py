"""What a set of rules would have done with the recorded facts, day by day, as they were known on each day. It writes nothing."""
