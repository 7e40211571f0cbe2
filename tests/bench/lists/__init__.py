"""What each list of the console costs as the portal grows: `make bench-lists`."""
