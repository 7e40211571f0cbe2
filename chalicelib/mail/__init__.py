"""One function a mail, and the way out through SES."""
