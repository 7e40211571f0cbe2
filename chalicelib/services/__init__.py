"""The ways out to other services: SES, EventBridge, breached passwords. What is sent, others decide."""
