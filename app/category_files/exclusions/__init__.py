"""The grammar of exclusions: a bullet as publishers word it, compiled to a rule that can be checked."""
