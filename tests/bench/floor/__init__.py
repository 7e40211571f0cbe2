"""What no step can do without, each as a function of its own: the cold bench holds the steps against these."""
