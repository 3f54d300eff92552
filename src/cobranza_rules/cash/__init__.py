"""Cash application, pure: what an open deposit may be, most certain first, each with its reason. Touches nothing of the world."""
