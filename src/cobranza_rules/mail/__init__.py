"""Mail in and out: composed, sent once, polled, parsed within limits, matched, classified."""
