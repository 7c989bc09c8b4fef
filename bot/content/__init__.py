"""The content: YAML that editors write, checked at the border and frozen into one catalogue."""
