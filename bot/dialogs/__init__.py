"""The conversation as a pure state machine: flows as data, replay of answers, and the next step."""
