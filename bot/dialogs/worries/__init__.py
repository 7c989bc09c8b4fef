"""The worry flows, one file for each worry: one or two narrowing questions, then an end."""
