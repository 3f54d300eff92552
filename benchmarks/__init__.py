"""What the program costs, measured beside a floor: `python -m benchmarks rules`."""
