"""One SQLite file: opened, brought up to date, healed, copied. What stands in its tables belongs to `store.py`."""
