"""The doors to the outside: thin shells that turn what arrives into events, and messages into what a channel shows."""
