"""What the company's people have to know each morning: what leaves, what waits for whom, what is out of order, what comes this week."""
