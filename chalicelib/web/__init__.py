"""From an API Gateway event to a Form, and from a Page to its answer."""
