"""A stage's tables as they were at one moment, and nothing of the lost time alive again (ADR 36)."""
