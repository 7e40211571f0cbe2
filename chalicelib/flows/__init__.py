"""What several steps do together: codes, links, new passwords, sessions, the console's frame."""
