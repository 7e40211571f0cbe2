"""The account service of the Secure Messaging Portal; `app.py` is the map of its steps."""
