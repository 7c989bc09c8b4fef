"""The sheet that a school hangs up: what stands on it, how it is set, and whether its code reads back."""
