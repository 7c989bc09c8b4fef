"""HTTP from this process: health, counts, and the routes that channels add."""
