"""The ways out, and what SES tells: SES, EventBridge, breached passwords. What is sent, others decide."""
