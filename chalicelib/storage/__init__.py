"""The DynamoDB tables and the atomic acts on them."""
