"""The mails: one function each, in a file for its family, and the worker that writes and sends them."""
