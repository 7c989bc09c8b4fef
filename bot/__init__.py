"""Er du bekymret?: a bot that guides worried parents of pupils in Oslo's public schools."""
