"""A walk around a running portal from outside: `make smoke`."""
