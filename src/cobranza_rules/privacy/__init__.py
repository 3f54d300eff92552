"""People's data (LFPDPPP): what is held of a person, its correction, blocking, and erasure when its time is over."""
