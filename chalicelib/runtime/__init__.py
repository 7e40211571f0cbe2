"""What a function shares with Lambda's runtime: its log, its batches, its snapshots. No HTTP, no rule."""
